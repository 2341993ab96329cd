//! Shifts that are offered: dispatchers make, publish, change and withdraw them.

use std::collections::BTreeSet;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::{openings, roster};
use crate::db;
use crate::db::shift_templates::Kept;
use crate::domain::ids::{CourierId, OpeningId, ShiftId, ShiftTemplateId};
use crate::domain::shift::opening::{Opening, Template, Wanted};
use crate::domain::shift::skill::Skills;
use crate::domain::text::Note;
use crate::domain::time::{TimeWindow, Timestamp};
use crate::domain::week::Week;
use crate::http::auth::{AsAdmin, AsDispatcher};
use crate::http::body::{Body, Key, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::CourierView;
use crate::http::{App, created};

/// A shift that is offered.
#[derive(Serialize, JsonSchema)]
pub struct OpeningView {
    id: OpeningId,
    from: Timestamp,
    to: Timestamp,
    wanted: Wanted,
    /// Places that somebody has.
    taken: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Timestamp>,
}

impl From<Opening> for OpeningView {
    fn from(opening: Opening) -> Self {
        Self {
            id: opening.id,
            from: opening.window.after(),
            to: opening.window.before(),
            wanted: opening.wanted,
            taken: opening.taken,
            withdrawn_at: opening.withdrawn_at,
        }
    }
}

/// Somebody who has a place.
#[derive(Serialize, JsonSchema)]
pub struct Placed {
    courier_id: CourierId,
    name: String,
    shift_id: ShiftId,
}

/// Somebody who waits for one.
#[derive(Serialize, JsonSchema)]
pub struct Waiting {
    courier_id: CourierId,
    name: String,
    since: Timestamp,
    /// How much they are planned to work in that week.
    planned_seconds: i64,
}

/// An offered shift with the names of those who have it and of those who wait, in turn.
#[derive(Serialize, JsonSchema)]
pub struct Staffed {
    #[serde(flatten)]
    opening: OpeningView,
    placed: Vec<Placed>,
    waiting: Vec<Waiting>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeekQuery {
    week: Option<Week>,
}

/// `GET /v1/openings?week=2026-W10`: what is offered in a week; in this one if none is named.
pub async fn list_openings(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<Page<Staffed>>, ApiError> {
    let zone = &app.coop.rules.zone;
    let asked = query::<WeekQuery>(&request)?.week;
    let week = asked.unwrap_or_else(|| Week::of(app.coop.clock.now(), zone));
    let Some(span) = week.span(1, zone) else { return Ok(Json(Page::whole(Vec::new()))) };
    let mut conn = app.coop.conn().await?;
    let found = db::openings::list(&mut conn, span).await?;
    let ids: Vec<OpeningId> = found.iter().map(|opening| opening.id).collect();
    let shifts = db::shifts::of_openings(&mut conn, &ids).await?;
    let waits = db::openings::waits(&mut conn, &ids).await?;
    let waited: BTreeSet<OpeningId> = waits.iter().map(|(opening, ..)| *opening).collect();
    let people = shifts.iter().map(|shift| shift.courier_id);
    let people: Vec<CourierId> = people.chain(waits.iter().map(|(_, who, _)| *who)).collect();
    let names = db::couriers::names(&mut conn, &people).await?;
    let name = |courier: &CourierId| names.get(courier).cloned().unwrap_or_default();
    let mut items = Vec::with_capacity(found.len());
    for opening in found {
        let own = shifts.iter().filter(|shift| shift.opening_id == Some(opening.id));
        let placed = own.map(|shift| Placed {
            courier_id: shift.courier_id,
            name: name(&shift.courier_id),
            shift_id: shift.id,
        });
        let placed = placed.collect();
        let turns = if waited.contains(&opening.id) {
            roster::queue(&app.coop, &mut conn, &opening).await?
        } else {
            Vec::new()
        };
        let waiting = turns.into_iter().map(|waiter| Waiting {
            courier_id: waiter.courier_id,
            name: name(&waiter.courier_id),
            since: waiter.since,
            planned_seconds: waiter.planned.0,
        });
        items.push(Staffed { placed, waiting: waiting.collect(), opening: opening.into() });
    }
    Ok(Json(Page::whole(items)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningIn {
    window: TimeWindow,
    wanted: Wanted,
}

/// `POST /v1/openings`
pub async fn create_opening(
    app: Data<App>,
    by: AsDispatcher,
    key: Key,
    body: Body<OpeningIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_opening", &body);
    let OpeningIn { window, wanted } = body.value;
    let made = openings::create(&app.coop, once.as_ref(), by.0, window, &wanted).await?;
    Ok(created(made, OpeningView::from))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningChangeIn {
    wanted: Wanted,
}

/// `PUT /v1/openings/{id}`: other places, or other words. The hours stay: somebody applied for them.
pub async fn change_opening(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<OpeningId>,
    body: Body<OpeningChangeIn>,
) -> Result<Json<OpeningView>, ApiError> {
    Ok(Json(openings::change(&app.coop, by.0, id.0, &body.value.wanted).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOffIn {
    reason: Note,
}

/// `POST /v1/openings/{id}/withdraw`
pub async fn withdraw_opening(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<OpeningId>,
    body: Body<CallOffIn>,
) -> Result<Json<OpeningView>, ApiError> {
    Ok(Json(openings::withdraw(&app.coop, by.0, id.0, &body.value.reason).await?.into()))
}

/// `POST /v1/shifts/{id}/cancel`: takes a planned shift off somebody; the next in turn has the place.
pub async fn cancel_shift(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ShiftId>,
    body: Body<CallOffIn>,
) -> Result<HttpResponse, ApiError> {
    roster::cancel(&app.coop, by.0, id.0, &body.value.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize, JsonSchema)]
pub struct ShiftTemplateView {
    id: ShiftTemplateId,
    template: Template,
}

/// `GET /v1/shift-templates`
pub async fn list_templates(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<ShiftTemplateView>>, ApiError> {
    let found = db::shift_templates::list(&mut *app.coop.conn().await?).await?;
    let view = |Kept { id, template }| ShiftTemplateView { id, template };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftTemplateIn {
    template: Template,
}

/// `POST /v1/shift-templates`
pub async fn create_template(
    app: Data<App>,
    by: AsDispatcher,
    key: Key,
    body: Body<ShiftTemplateIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_template", &body);
    let template = body.value.template;
    let made = openings::create_template(&app.coop, once.as_ref(), by.0, &template).await?;
    Ok(created(made, |id| ShiftTemplateView { id, template }))
}

/// `PUT /v1/shift-templates/{id}`
pub async fn change_template(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ShiftTemplateId>,
    body: Body<ShiftTemplateIn>,
) -> Result<Json<ShiftTemplateView>, ApiError> {
    let template = body.value.template;
    openings::change_template(&app.coop, by.0, id.0, &template).await?;
    Ok(Json(ShiftTemplateView { id: id.0, template }))
}

/// `DELETE /v1/shift-templates/{id}`
pub async fn remove_template(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ShiftTemplateId>,
) -> Result<HttpResponse, ApiError> {
    openings::remove_template(&app.coop, by.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishIn {
    week: Week,
}

/// What came of publishing a week.
#[derive(Serialize, JsonSchema)]
pub struct PublishedView {
    /// Shifts that are offered from now on.
    made: usize,
    /// Published before, and left as they are.
    known: usize,
    /// Begun already, or more than a year ahead.
    left_out: usize,
}

/// `POST /v1/shift-templates/{id}/publish`
pub async fn publish_template(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ShiftTemplateId>,
    body: Body<PublishIn>,
) -> Result<Json<PublishedView>, ApiError> {
    let openings::Published { made, known, left_out } =
        openings::publish(&app.coop, by.0, id.0, body.value.week).await?;
    Ok(Json(PublishedView { made, known, left_out }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillsIn {
    skills: Skills,
}

/// `PUT /v1/couriers/{id}/skills`
pub async fn set_skills(
    app: Data<App>,
    by: AsAdmin,
    id: PathId<CourierId>,
    body: Body<SkillsIn>,
) -> Result<Json<CourierView>, ApiError> {
    let courier = openings::set_skills(&app.coop, person(&by.0)?, id.0, &body.value.skills).await?;
    Ok(Json(courier.into()))
}
