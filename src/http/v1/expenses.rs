//! Expenses: handed in by couriers, answered by treasurers.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::CommandError;
use crate::commands::expenses::{self, Asked};
use crate::db;
use crate::db::expenses::Filter;
use crate::domain::day::Day;
use crate::domain::expense::{Category, Expense};
use crate::domain::ids::{CourierId, ExpenseId, UserId};
use crate::domain::money::Money;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::auth::{AsAnyone, AsCourier, AsTreasurer};
use crate::http::body::{self, Body, Key, OptionalBody, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, created};
use crate::pictures::{Size, Whose};

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ExpenseState {
    Waiting,
    /// All of it or a part.
    Allowed,
    Refused,
}

#[derive(Serialize, JsonSchema)]
pub struct ExpenseView {
    id: ExpenseId,
    courier_id: CourierId,
    /// Whose it is, for those who answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_name: Option<String>,
    day: Day,
    category: Category,
    amount: Money,
    note: Note,
    /// Whether there is a picture of the receipt.
    receipt: bool,
    handed_in_at: Timestamp,
    state: ExpenseState,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<UserId>,
}

impl From<Expense> for ExpenseView {
    fn from(expense: Expense) -> Self {
        let Expense { id, courier_id, day, category, amount, note, receipt, .. } = expense;
        let verdict = expense.verdict;
        Self {
            id,
            courier_id,
            courier_name: None,
            day,
            category,
            amount,
            note,
            receipt: receipt.is_some(),
            handed_in_at: expense.handed_in_at,
            state: match verdict.as_ref().map(|verdict| verdict.allowed) {
                None => ExpenseState::Waiting,
                Some(0) => ExpenseState::Refused,
                Some(_) => ExpenseState::Allowed,
            },
            allowed: verdict.as_ref().map(|one| Money::new(one.allowed, amount.currency)),
            answered_at: verdict.as_ref().map(|one| one.at),
            answered_by: verdict.as_ref().map(|one| one.by),
            reason: verdict.and_then(|one| one.reason),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpenseIn {
    /// When it was paid; left out: today.
    day: Option<Day>,
    category: Category,
    amount: Money,
    /// What it was for.
    note: Note,
}

/// `POST /v1/me/expenses`
pub async fn hand_in_expense(
    app: Data<App>,
    caller: AsAnyone,
    by: AsCourier,
    key: Key,
    body: Body<ExpenseIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&caller.0, "hand_in_expense", &body);
    let ExpenseIn { day, category, amount, note } = body.value;
    let asked = Asked { day, category, amount, note };
    let answer = expenses::hand_in(&app.coop, once.as_ref(), by.0, &asked).await?;
    Ok(created(answer, ExpenseView::from))
}

/// `GET /v1/me/expenses`: the own ones, the newest first.
pub async fn list_my_expenses(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<Json<Page<ExpenseView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let filter = Filter { courier: Some(by.0), before: paging.cursor()? };
    let found = db::expenses::list(&mut *app.coop.conn().await?, filter, limit).await?;
    let items = found.into_iter().map(ExpenseView::from).collect();
    Ok(Json(Page::new(items, limit, |expense| expense.id)))
}

/// `DELETE /v1/me/expenses/{id}`: taken back, while nobody has answered.
pub async fn withdraw_expense(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ExpenseId>,
) -> Result<HttpResponse, ApiError> {
    expenses::withdraw(&app.coop, &app.pictures, by.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `PUT /v1/me/expenses/{id}/receipt`: the bytes of a JPEG, PNG or WebP picture.
pub async fn attach_receipt(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ExpenseId>,
    body: body::Picture,
) -> Result<Json<ExpenseView>, ApiError> {
    let kept = expenses::attach_receipt(&app.coop, &app.pictures, by.0, id.0, body.0).await?;
    Ok(Json(kept.into()))
}

/// `GET /v1/me/expenses/{id}/receipt`
pub async fn show_my_receipt(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ExpenseId>,
) -> Result<HttpResponse, ApiError> {
    receipt(&app, id.0, Some(by.0)).await
}

/// `GET /v1/expenses/{id}/receipt`
pub async fn show_receipt(
    app: Data<App>,
    _by: AsTreasurer,
    id: PathId<ExpenseId>,
) -> Result<HttpResponse, ApiError> {
    receipt(&app, id.0, None).await
}

/// The picture, as JPEG; of the courier's own alone, where one is named.
async fn receipt(
    app: &App,
    id: ExpenseId,
    only: Option<CourierId>,
) -> Result<HttpResponse, ApiError> {
    const NONE: ApiError = ApiError::NotFound("receipt");
    let found = db::expenses::find(&mut *app.coop.conn().await?, id).await?;
    let found = found.filter(|found| only.is_none_or(|own| found.courier_id == own));
    let hash = found.and_then(|found| found.receipt).ok_or(NONE)?;
    let whose = Whose::Receipt(id, hash);
    let bytes = app.pictures.get(whose, Size::Whole).await.map_err(CommandError::from)?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(bytes.ok_or(NONE)?))
}

/// Which of all expenses a treasurer looks at.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only what nobody has answered.
    #[serde(default)]
    waiting: bool,
    courier_id: Option<CourierId>,
}

/// `GET /v1/expenses?waiting=&courier_id=`: all, the newest first; or what waits for an answer, what
/// was handed in first at the top.
pub async fn list_expenses(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<Json<Page<ExpenseView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let ListQuery { waiting, courier_id } = query(&request)?;
    let mut conn = app.coop.conn().await?;
    let found = if waiting {
        db::expenses::waiting(&mut conn).await?
    } else {
        let filter = Filter { courier: courier_id, before: paging.cursor()? };
        db::expenses::list(&mut conn, filter, limit).await?
    };
    let ids: Vec<CourierId> = found.iter().map(|expense| expense.courier_id).collect();
    let names = db::couriers::names(&mut conn, &ids).await?;
    let mut items: Vec<ExpenseView> = found.into_iter().map(ExpenseView::from).collect();
    for item in &mut items {
        item.courier_name = names.get(&item.courier_id).cloned();
    }
    if waiting {
        return Ok(Json(Page::whole(items)));
    }
    Ok(Json(Page::new(items, limit, |expense| expense.id)))
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpenseAnswerIn")]
pub struct AnswerIn {
    /// Left out: all of it. Nothing (`0`): it is refused.
    allowed: Option<Money>,
    /// Why not all of it.
    reason: Option<Note>,
}

/// `POST /v1/expenses/{id}/answer`: what is allowed goes out with the next pay run.
pub async fn answer_expense(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<ExpenseId>,
    body: OptionalBody<AnswerIn>,
) -> Result<Json<ExpenseView>, ApiError> {
    let AnswerIn { allowed, reason } = body.0;
    let answered = expenses::answer(&app.coop, person(&by.0)?, id.0, allowed, reason).await?;
    Ok(Json(answered.into()))
}
