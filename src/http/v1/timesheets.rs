//! Corrected hours: written by a dispatcher or asked for by the courier, and answered.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Answer;
use crate::commands::timesheets::{self, Said};
use crate::db;
use crate::domain::ids::{CorrectionId, CourierId, ShiftId, UserId};
use crate::domain::shift::correction::{Asker, Correction, Hours, WaitsFor, Wish};
use crate::domain::shift::timesheet::{BREAKS_MAX, Timesheet};
use crate::domain::text::Note;
use crate::domain::time::{TimeWindow, Timestamp};
use crate::http::auth::{AsAnyone, AsCourier, AsDispatcher};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::v1::corrections::person;
use crate::http::views::ShiftView;
use crate::http::{App, created};

/// `GET /v1/couriers/{id}/shifts`: somebody's shifts, the newest first.
pub async fn list_shifts(
    app: Data<App>,
    _by: AsDispatcher,
    courier: PathId<CourierId>,
) -> Result<Json<Page<ShiftView>>, ApiError> {
    let mut conn = app.coop.conn().await?;
    db::couriers::find(&mut conn, courier.0).await?.ok_or(ApiError::NotFound("courier"))?;
    let shifts = db::shifts::list(&mut conn, courier.0).await?;
    let rest = &app.coop.rules.shifts.rest;
    let view = |shift| ShiftView::with_break(shift, rest);
    Ok(Json(Page::whole(shifts.into_iter().map(view).collect())))
}

/// The hours of a shift, and what of them is paid.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WorkedHours")]
pub struct HoursView {
    started_at: Timestamp,
    ended_at: Timestamp,
    breaks: Vec<TimeWindow>,
    paid_seconds: i64,
}

impl From<Hours> for HoursView {
    fn from(Hours { sheet, paid }: Hours) -> Self {
        Self {
            started_at: sheet.started_at(),
            ended_at: sheet.ended_at(),
            breaks: sheet.breaks().to_vec(),
            paid_seconds: paid.0,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShiftCorrection")]
pub struct CorrectionView {
    id: CorrectionId,
    shift_id: ShiftId,
    courier_id: CourierId,
    courier_name: String,
    asked_by: UserId,
    asked_by_name: String,
    /// Whether it was the courier who asked.
    by_courier: bool,
    asked_at: Timestamp,
    reason: Note,
    /// The hours as they were, ...
    was: HoursView,
    /// ... and as they should have been.
    now: HoursView,
    /// `waits_for_courier` and `waits_for_dispatcher`: nothing has changed yet.
    #[schemars(extend("enum" = ["in_effect", "waits_for_courier", "waits_for_dispatcher", "refused"]))]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_reason: Option<Note>,
}

/// Corrections with what those are called who are in them.
async fn views(app: &App, all: Vec<Correction>) -> Result<Vec<CorrectionView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let answered = all.iter().filter_map(|one| one.verdict.as_ref()).map(|verdict| verdict.by);
    let people: Vec<UserId> = all.iter().map(|one| one.asked.user()).chain(answered).collect();
    let couriers: Vec<CourierId> = all.iter().map(|one| one.courier_id).collect();
    let people = db::identity::names(&mut conn, &people).await?;
    let couriers = db::couriers::names(&mut conn, &couriers).await?;
    let view = |one: Correction| CorrectionView {
        id: one.id,
        shift_id: one.shift_id,
        courier_id: one.courier_id,
        courier_name: couriers.get(&one.courier_id).cloned().unwrap_or_default(),
        asked_by: one.asked.user(),
        asked_by_name: people.get(&one.asked.user()).cloned().unwrap_or_default(),
        by_courier: matches!(one.asked, Asker::Courier(_)),
        asked_at: one.asked_at,
        state: match (one.waits_for(), one.took_effect()) {
            (Some(WaitsFor::Courier), _) => "waits_for_courier",
            (Some(WaitsFor::Dispatcher), _) => "waits_for_dispatcher",
            (None, true) => "in_effect",
            (None, false) => "refused",
        },
        answered_at: one.verdict.as_ref().map(|verdict| verdict.at),
        answered_by_name: one.verdict.as_ref().and_then(|one| people.get(&one.by).cloned()),
        answer_reason: one.verdict.and_then(|verdict| verdict.reason),
        reason: one.reason,
        was: one.was.into(),
        now: one.now.into(),
    };
    Ok(all.into_iter().map(view).collect())
}

async fn view(app: &App, correction: Correction) -> Result<CorrectionView, ApiError> {
    let view = views(app, vec![correction]).await?.pop();
    view.ok_or(ApiError::NotFound("correction"))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftCorrectionIn")]
pub struct CorrectionIn {
    started_at: Timestamp,
    ended_at: Timestamp,
    /// All of them, in order.
    #[serde(default)]
    #[schemars(length(max = BREAKS_MAX))]
    breaks: Vec<TimeWindow>,
    reason: Note,
}

impl CorrectionIn {
    fn read(self, asked: Asker) -> Result<Wish, ApiError> {
        let Self { started_at, ended_at, breaks, reason } = self;
        let sheet = Timesheet::new(started_at, ended_at, breaks).map_err(|error| {
            let pointer = error.pointer().to_owned();
            ApiError::Invalid { detail: error.to_string(), pointer: Some(pointer) }
        })?;
        Ok(Wish { asked, sheet, reason })
    }
}

/// `POST /v1/shifts/{id}/correct`: a dispatcher writes what the hours should have been.
pub async fn correct_shift(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ShiftId>,
    key: Key,
    body: Body<CorrectionIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("correct_shift {}", id.0), &body);
    let wish = body.value.read(Asker::Dispatcher(by.0))?;
    let answer = timesheets::correct(&app.coop, once.as_ref(), None, id.0, wish).await?;
    let replayed = answer.replayed;
    let value = view(&app, answer.value).await?;
    Ok(created(Answer { value, replayed }, |view| view))
}

/// `POST /v1/me/shifts/{id}/correct`: the courier asks for it.
pub async fn correct_my_shift(
    app: Data<App>,
    caller: AsAnyone,
    by: AsCourier,
    id: PathId<ShiftId>,
    key: Key,
    body: Body<CorrectionIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&caller.0, &format!("correct_my_shift {}", id.0), &body);
    let wish = body.value.read(Asker::Courier(person(&caller.0)?))?;
    let answer = timesheets::correct(&app.coop, once.as_ref(), Some(by.0), id.0, wish).await?;
    let replayed = answer.replayed;
    let value = view(&app, answer.value).await?;
    Ok(created(Answer { value, replayed }, |view| view))
}

/// `GET /v1/shift-corrections`: everybody's, the newest first.
pub async fn list_corrections(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<CorrectionView>>, ApiError> {
    let all = db::shift_corrections::list(&mut *app.coop.conn().await?, None).await?;
    Ok(Json(Page::whole(views(&app, all).await?)))
}

/// `GET /v1/me/shift-corrections`: the own ones, the newest first.
pub async fn list_my_corrections(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<CorrectionView>>, ApiError> {
    let own = db::shift_corrections::list(&mut *app.coop.conn().await?, Some(by.0)).await?;
    Ok(Json(Page::whole(views(&app, own).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftCorrectionAnswerIn")]
pub struct AnswerIn {
    agreed: bool,
    reason: Option<Note>,
}

/// `POST /v1/shift-corrections/{id}/answer`: to what a courier asked for.
pub async fn answer_correction(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<CorrectionId>,
    body: Body<AnswerIn>,
) -> Result<Json<CorrectionView>, ApiError> {
    let AnswerIn { agreed, reason } = body.value;
    let said = Said { by: by.0, agreed, reason };
    Ok(Json(view(&app, timesheets::answer(&app.coop, None, id.0, said).await?).await?))
}

/// `POST /v1/me/shift-corrections/{id}/answer`: to what would take pay from the courier.
pub async fn answer_my_correction(
    app: Data<App>,
    caller: AsAnyone,
    by: AsCourier,
    id: PathId<CorrectionId>,
    body: Body<AnswerIn>,
) -> Result<Json<CorrectionView>, ApiError> {
    let AnswerIn { agreed, reason } = body.value;
    let said = Said { by: person(&caller.0)?, agreed, reason };
    Ok(Json(view(&app, timesheets::answer(&app.coop, Some(by.0), id.0, said).await?).await?))
}
