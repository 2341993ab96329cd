//! When couriers can work, and their days off.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::absences;
use crate::db;
use crate::domain::day::Day;
use crate::domain::ids::{CourierId, DaysOffId};
use crate::domain::shift::absence::{Availability, DaysOff, State, Verdict};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::auth::{AsAnyone, AsCourier, AsDispatcher};
use crate::http::body::{Body, Key, Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

/// `GET /v1/me/availability`
pub async fn show_availability(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Availability>, ApiError> {
    Ok(Json(db::absences::availability(&mut *app.coop.conn().await?, by.0).await?))
}

/// `PUT /v1/me/availability`
pub async fn set_availability(
    app: Data<App>,
    by: AsCourier,
    body: Body<Availability>,
) -> Result<Json<Availability>, ApiError> {
    absences::set_availability(&app.coop, by.0, &body.value).await?;
    Ok(Json(body.value))
}

#[derive(Serialize, JsonSchema)]
pub struct DaysOffView {
    id: DaysOffId,
    courier_id: CourierId,
    first: Day,
    last: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
    asked_at: Timestamp,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
    /// What the dispatcher said to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Note>,
    /// Who asks, for those who answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl From<DaysOff> for DaysOffView {
    fn from(days: DaysOff) -> Self {
        let (answered_at, reason) = match days.answer {
            Some(answer) => (Some(answer.at), answer.reason),
            None => (None, None),
        };
        Self {
            id: days.id,
            courier_id: days.courier_id,
            first: days.first,
            last: days.last,
            note: days.note,
            asked_at: days.asked_at,
            state: days.state,
            answered_at,
            reason,
            name: None,
        }
    }
}

/// `GET /v1/me/days-off`: the newest first.
pub async fn list_my_days_off(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<DaysOffView>>, ApiError> {
    let found = db::absences::of(&mut *app.coop.conn().await?, by.0).await?;
    Ok(Json(Page::whole(found.into_iter().map(DaysOffView::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysOffIn {
    first: Day,
    last: Day,
    note: Option<Note>,
}

/// `POST /v1/me/days-off`
pub async fn ask_days_off(
    app: Data<App>,
    by: AsCourier,
    caller: AsAnyone,
    key: Key,
    body: Body<DaysOffIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&caller.0, "ask_days_off", &body);
    let DaysOffIn { first, last, note } = body.value;
    let days = (first, last);
    let made = absences::ask(&app.coop, once.as_ref(), by.0, days, note.as_ref()).await?;
    Ok(created(made, DaysOffView::from))
}

/// `POST /v1/me/days-off/{id}/withdraw`
pub async fn withdraw_days_off(
    app: Data<App>,
    by: AsCourier,
    id: PathId<DaysOffId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<DaysOffView>, ApiError> {
    Ok(Json(absences::withdraw(&app.coop, by.0, id.0).await?.into()))
}

/// `GET /v1/days-off`: those that wait for an answer, and those granted that are not over.
pub async fn list_days_off(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<DaysOffView>>, ApiError> {
    let today = Day::of(app.coop.clock.now(), &app.coop.rules.zone);
    let mut conn = app.coop.conn().await?;
    let found = db::absences::current(&mut conn, today).await?;
    let people: Vec<CourierId> = found.iter().map(|days| days.courier_id).collect();
    let names: BTreeMap<CourierId, String> = db::couriers::names(&mut conn, &people).await?;
    let view = |days: DaysOff| {
        let name = names.get(&days.courier_id).cloned();
        DaysOffView { name, ..days.into() }
    };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysOffAnswerIn {
    answer: Verdict,
    /// Why not; may be left out where they are granted.
    reason: Option<Note>,
}

/// `POST /v1/days-off/{id}/answer`
pub async fn answer_days_off(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<DaysOffId>,
    body: Body<DaysOffAnswerIn>,
) -> Result<Json<DaysOffView>, ApiError> {
    let DaysOffAnswerIn { answer, reason } = body.value;
    Ok(Json(absences::answer(&app.coop, by.0, id.0, answer, reason.as_ref()).await?.into()))
}
