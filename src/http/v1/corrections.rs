//! What was booked wrongly: asked to be taken back, agreed to, booked anew.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::corrections;
use crate::db;
use crate::domain::access::{Caller, Subject};
use crate::domain::ids::{CourierId, EntryId, ReviewId, UserId};
use crate::domain::ledger::reversal::Reversal;
use crate::domain::pay::PieceInputs;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::{AsAnyone, AsCourier, AsTreasurer};
use crate::http::body::{Body, Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::v1::reviews::ReviewView;

#[derive(Serialize, JsonSchema)]
pub struct ReversalView {
    entry_id: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_id: Option<CourierId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_name: Option<String>,
    reason: Note,
    asked_by: UserId,
    asked_by_name: String,
    asked_at: Timestamp,
    /// Whether nothing is booked before the courier, or a second treasurer, agrees.
    waits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed_at: Option<Timestamp>,
}

/// Reversals with what those are called who are in them.
async fn views(app: &App, reversals: Vec<Reversal>) -> Result<Vec<ReversalView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let askers: Vec<UserId> = reversals.iter().map(|one| one.asked_by).collect();
    let couriers: Vec<CourierId> = reversals.iter().filter_map(|one| one.courier_id).collect();
    let askers = db::identity::names(&mut conn, &askers).await?;
    let couriers = db::couriers::names(&mut conn, &couriers).await?;
    let view = |reversal: Reversal| {
        let waits = reversal.waits();
        let (agreed_by, agreed_at) = reversal.agreed.unzip();
        let Reversal { entry_id, courier_id, reason, asked_by, asked_at, .. } = reversal;
        ReversalView {
            entry_id,
            courier_id,
            courier_name: courier_id.and_then(|id| couriers.get(&id).cloned()),
            reason,
            asked_by,
            asked_by_name: askers.get(&asked_by).cloned().unwrap_or_default(),
            asked_at,
            waits,
            agreed_by,
            agreed_at,
        }
    };
    Ok(reversals.into_iter().map(view).collect())
}

async fn view(app: &App, reversal: Reversal) -> Result<Json<ReversalView>, ApiError> {
    let view = views(app, vec![reversal]).await?.pop();
    Ok(Json(view.ok_or(ApiError::NotFound("reversal"))?))
}

/// Money is moved by people, not by programs.
pub(super) fn person(caller: &Caller) -> Result<UserId, ApiError> {
    match caller.subject {
        Subject::User(id) => Ok(id),
        Subject::Client(_) => Err(ApiError::Forbidden("this takes a person")),
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReverseIn {
    reason: Note,
}

/// `POST /v1/ledger/entries/{id}/reverse`: asks to have an entry taken back.
pub async fn reverse_entry(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<EntryId>,
    body: Body<ReverseIn>,
) -> Result<Json<ReversalView>, ApiError> {
    let by = person(&by.0)?;
    view(&app, corrections::reverse(&app.coop, by, id.0, body.value.reason).await?).await
}

/// `POST /v1/ledger/reversals/{id}/agree`: by a second person. The id is the entry's.
pub async fn agree_as_treasurer(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<EntryId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<ReversalView>, ApiError> {
    let by = person(&by.0)?;
    view(&app, corrections::agree(&app.coop, by, None, id.0).await?).await
}

/// `POST /v1/me/reversals/{id}/agree`: by the courier from whom it is taken.
pub async fn agree_as_courier(
    app: Data<App>,
    caller: AsAnyone,
    courier: AsCourier,
    id: PathId<EntryId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<ReversalView>, ApiError> {
    let by = person(&caller.0)?;
    view(&app, corrections::agree(&app.coop, by, Some(courier.0), id.0).await?).await
}

/// `GET /v1/ledger/reversals`: what waits for somebody to agree, the oldest first.
pub async fn list_reversals(
    app: Data<App>,
    _by: AsTreasurer,
) -> Result<Json<Page<ReversalView>>, ApiError> {
    let waiting = db::ledger::reversals::waiting(&mut *app.coop.conn().await?, None).await?;
    Ok(Json(Page::whole(views(&app, waiting).await?)))
}

/// `GET /v1/me/reversals`: what waits for the courier's own agreement.
pub async fn list_my_reversals(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<ReversalView>>, ApiError> {
    let waiting = db::ledger::reversals::waiting(&mut *app.coop.conn().await?, Some(by.0)).await?;
    Ok(Json(Page::whole(views(&app, waiting).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectIn {
    reasons: Note,
    inputs: PieceInputs,
}

/// `POST /v1/reviews/{id}/correct`: the courier was right about a line, which is booked anew.
pub async fn correct_review(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<ReviewId>,
    body: Body<CorrectIn>,
) -> Result<Json<ReviewView>, ApiError> {
    let by = person(&by.0)?;
    let CorrectIn { reasons, inputs } = body.value;
    let review = corrections::correct(&app.coop, by, id.0, reasons, inputs).await?;
    Ok(Json(ReviewView::new(review, app.coop.clock.now())))
}
