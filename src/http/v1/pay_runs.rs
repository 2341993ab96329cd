//! Pay runs: seen before they are made, made, taken to the bank, confirmed or cancelled.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::pay_runs::{self, LeftOut, Opened};
use crate::db::pay_runs::Creditor;
use crate::db::{self, Conn};
use crate::domain::day::Day;
use crate::domain::ids::{CourierId, PayRunId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::pay_run::{
    NotPaid, Owed, Party, PayRun, PayRunError, RunState, Transfer, TransferState,
};
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;
use crate::exchange::pain001;
use crate::http::auth::AsTreasurer;
use crate::http::body::{Body, Key, Nothing, OptionalBody, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, answered};

/// What somebody would be paid by a run made now.
#[derive(Serialize, JsonSchema)]
pub struct DueView {
    courier_id: CourierId,
    name: Name,
    amount: Money,
    owed: Owed,
    /// Since when the account is the one it is: whether somebody has just changed it.
    account_since: Option<Timestamp>,
}

impl From<Creditor> for DueView {
    fn from(creditor: Creditor) -> Self {
        let Creditor { courier_id, name, owed, account, .. } = creditor;
        let account_since = account.map(|(_, since)| since);
        Self { courier_id, name, amount: euros(owed.total()), owed, account_since }
    }
}

/// Somebody who is owed something and not in the run.
#[derive(Serialize, JsonSchema)]
pub struct LeftOutView {
    courier_id: CourierId,
    name: String,
    amount: Money,
    owed: Owed,
    reason: NotPaid,
}

/// The same with their names of now.
async fn named(app: &App, left_out: Vec<LeftOut>) -> Result<Vec<LeftOutView>, ApiError> {
    let ids: Vec<CourierId> = left_out.iter().map(|one| one.courier_id).collect();
    let mut names = db::couriers::names(&mut *app.coop.conn().await?, &ids).await?;
    let view = |LeftOut { courier_id, owed, reason }| LeftOutView {
        courier_id,
        name: names.remove(&courier_id).unwrap_or_default(),
        amount: euros(owed.total()),
        owed,
        reason,
    };
    Ok(left_out.into_iter().map(view).collect())
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayRunPreview")]
pub struct Preview {
    total: Money,
    transfers: Vec<DueView>,
    left_out: Vec<LeftOutView>,
}

const fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

/// `GET /v1/pay-runs/preview`: what a run made now would hold, and who would be left out and why.
pub async fn preview_run(app: Data<App>, _by: AsTreasurer) -> Result<Json<Preview>, ApiError> {
    let draft = pay_runs::preview(&app.coop).await?;
    let total = euros(draft.transfers.iter().map(|one| one.owed.total()).sum());
    let transfers = draft.transfers.into_iter().map(DueView::from).collect();
    Ok(Json(Preview { total, transfers, left_out: named(&app, draft.left_out).await? }))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayRunView")]
pub struct RunView {
    id: PayRunId,
    #[schemars(extend("enum" = ["open", "confirmed", "cancelled"]))]
    state: &'static str,
    made_by: UserId,
    made_by_name: String,
    made_at: Timestamp,
    execute_on: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    count: i64,
    /// What the bank is told to pay: with what it sends back afterwards.
    total: Money,
}

/// Those who made runs and ended them, by their names of now.
async fn makers(conn: &mut Conn, runs: &[PayRun]) -> Result<BTreeMap<UserId, String>, ApiError> {
    let ended = runs.iter().filter_map(|run| run.state.ended().map(|(by, _)| by));
    let people: Vec<UserId> = runs.iter().map(|run| run.made_by).chain(ended).collect();
    Ok(db::identity::names(conn, &people).await?)
}

impl RunView {
    fn new(run: &PayRun, (count, cents): (i64, i64), names: &BTreeMap<UserId, String>) -> Self {
        let state = match run.state {
            RunState::Open => "open",
            RunState::Confirmed { .. } => "confirmed",
            RunState::Cancelled { .. } => "cancelled",
        };
        let (ended_by, ended_at) = run.state.ended().unzip();
        let called = |user: UserId| names.get(&user).cloned().unwrap_or_default();
        let PayRun { id, made_by, made_at, execute_on, .. } = *run;
        let total = euros(cents);
        Self {
            id,
            state,
            made_by,
            made_by_name: called(made_by),
            made_at,
            execute_on,
            ended_by,
            ended_by_name: ended_by.map(called),
            ended_at,
            count,
            total,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct TransferView {
    courier_id: CourierId,
    number: i32,
    name: Name,
    /// The country and the last four; absent when the courier was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    amount: Money,
    owed: Owed,
    #[schemars(extend("enum" = ["open", "paid", "failed", "cancelled"]))]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Timestamp>,
}

impl TransferView {
    fn new(transfer: Transfer, to: Option<Party>) -> Self {
        let (state, failed) = match transfer.state {
            TransferState::Open => ("open", None),
            TransferState::Paid => ("paid", None),
            TransferState::Failed { reason, by, at } => ("failed", Some((reason, by, at))),
            TransferState::Cancelled => ("cancelled", None),
        };
        let (reason, failed_by, failed_at) = match failed {
            Some((reason, by, at)) => (Some(reason), Some(by), Some(at)),
            None => (None, None, None),
        };
        let Transfer { courier_id, number, name, owed, .. } = transfer;
        Self {
            courier_id,
            number,
            name,
            iban: to.map(|to| to.iban.masked()),
            amount: euros(owed.total()),
            owed,
            state,
            reason,
            failed_by,
            failed_at,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholePayRun")]
pub struct WholeRunView {
    #[serde(flatten)]
    run: RunView,
    from: PayerView,
    transfers: Vec<TransferView>,
}

#[derive(Serialize, JsonSchema)]
pub struct PayerView {
    name: Name,
    iban: String,
}

async fn whole(app: &App, id: PayRunId) -> Result<WholeRunView, ApiError> {
    let (run, transfers) = pay_runs::open(&app.coop, app.keys.seal(), id).await?;
    let cents = transfers.iter().map(|(transfer, _)| transfer.owed.total()).sum();
    let count = i64::try_from(transfers.len()).unwrap_or(i64::MAX);
    let names = makers(&mut *app.coop.conn().await?, std::slice::from_ref(&run)).await?;
    Ok(WholeRunView {
        run: RunView::new(&run, (count, cents), &names),
        from: PayerView { name: run.from.name, iban: run.from.iban.masked() },
        transfers: transfers.into_iter().map(|(one, to)| TransferView::new(one, to)).collect(),
    })
}

/// `GET /v1/pay-runs`: the newest first, without their transfers.
pub async fn list_runs(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<Json<Page<RunView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let mut conn = app.coop.conn().await?;
    let runs = db::pay_runs::list(&mut conn, paging.cursor()?, limit).await?;
    let ids: Vec<PayRunId> = runs.iter().map(|run| run.id).collect();
    let sums = db::pay_runs::sums(&mut conn, &ids).await?;
    let names = makers(&mut conn, &runs).await?;
    let sum = |run: &PayRun| sums.get(&run.id).copied().unwrap_or_default();
    let view = |run: &PayRun| RunView::new(run, sum(run), &names);
    Ok(Json(Page::new(runs.iter().map(view).collect(), limit, |run: &RunView| run.id)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PayRunIn")]
pub struct RunIn {
    /// The day for the bank; today unless said.
    execute_on: Option<Day>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayRunMade")]
pub struct MadeView {
    #[serde(flatten)]
    run: WholeRunView,
    left_out: Vec<LeftOutView>,
}

/// `POST /v1/pay-runs`: of all that is owed now. Nothing is booked before it is confirmed.
pub async fn create_run(
    app: Data<App>,
    by: AsTreasurer,
    key: Key,
    body: Body<RunIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_run", &body);
    let user = person(&by.0)?;
    let made = pay_runs::make(&app.coop, once.as_ref(), user, body.value.execute_on).await?;
    let run = whole(&app, made.value.id).await?;
    let left_out = named(&app, made.value.left_out).await?;
    Ok(answered(made.replayed).json(MadeView { run, left_out }))
}

/// `GET /v1/pay-runs/{id}`: with its transfers.
pub async fn show_run(
    app: Data<App>,
    _by: AsTreasurer,
    id: PathId<PayRunId>,
) -> Result<Json<WholeRunView>, ApiError> {
    Ok(Json(whole(&app, id.0).await?))
}

/// `GET /v1/pay-runs/{id}/pain001`: the order for the bank, the same bytes whenever it is asked for.
pub async fn download_transfers(
    app: Data<App>,
    _by: AsTreasurer,
    id: PathId<PayRunId>,
) -> Result<HttpResponse, ApiError> {
    let (run, transfers): Opened = pay_runs::open(&app.coop, app.keys.seal(), id.0).await?;
    let order = transfers.into_iter().map(|(transfer, to)| Some((transfer, to?)));
    let order: Option<Vec<(Transfer, Party)>> = order.collect();
    let erased = || ApiError::Command(PayRunError::Erased.into());
    let text = pain001::file(&run, &order.ok_or_else(erased)?, &app.coop.rules.zone);
    let name = format!("attachment; filename=\"{}.xml\"", pain001::message(run.id));
    Ok(HttpResponse::Ok()
        .content_type("application/xml; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text))
}

/// `POST /v1/pay-runs/{id}/confirm`: the bank has carried it out, and it is booked.
pub async fn confirm_run(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<PayRunId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<WholeRunView>, ApiError> {
    pay_runs::confirm(&app.coop, person(&by.0)?, id.0).await?;
    Ok(Json(whole(&app, id.0).await?))
}

/// `POST /v1/pay-runs/{id}/cancel`: it does not go to the bank.
pub async fn cancel_run(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<PayRunId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<WholeRunView>, ApiError> {
    pay_runs::cancel(&app.coop, person(&by.0)?, id.0).await?;
    Ok(Json(whole(&app, id.0).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TransferFailedIn")]
pub struct FailedIn {
    courier_id: CourierId,
    reason: Note,
}

/// `POST /v1/pay-runs/{id}/failed`: the bank has sent one transfer back.
pub async fn fail_transfer(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<PayRunId>,
    body: Body<FailedIn>,
) -> Result<Json<WholeRunView>, ApiError> {
    let FailedIn { courier_id, reason } = body.value;
    pay_runs::fail(&app.coop, person(&by.0)?, id.0, courier_id, reason).await?;
    Ok(Json(whole(&app, id.0).await?))
}
