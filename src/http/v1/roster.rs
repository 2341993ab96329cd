//! A courier's choice of shifts: what is offered, applying, waiting, giving back.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::roster::{self, Applied};
use crate::db;
use crate::domain::ids::{OpeningId, ShiftId};
use crate::domain::shift::absence::Warning;
use crate::domain::shift::opening::{Opening, Wanted};
use crate::domain::shift::roster::{Candidate, TURN};
use crate::domain::time::{TimeWindow, Timestamp};
use crate::domain::week::Week;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::ShiftView;

/// Whether a place is the courier's.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OpeningMine")]
pub enum Mine {
    Placed,
    Waiting,
}

/// A shift that is offered, as a courier sees it.
#[derive(Serialize, JsonSchema)]
pub struct OfferedShift {
    id: OpeningId,
    from: Timestamp,
    to: Timestamp,
    wanted: Wanted,
    /// Places that nobody has.
    free: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<Mine>,
    /// The own shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    shift_id: Option<ShiftId>,
    /// Until when the own shift can be given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    give_back_until: Option<Timestamp>,
    /// The own place in the waitlist; 1 is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<usize>,
    /// Why it cannot be the courier's.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<String>,
}

/// `GET /v1/me/openings`: what is offered in this week and the next, from now on.
pub async fn list_my_openings(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<OfferedShift>>, ApiError> {
    let (coop, now) = (&app.coop, app.coop.clock.now());
    let rules = &coop.rules.shifts;
    let end = Week::of(now, &coop.rules.zone).span(2, &coop.rules.zone).map(TimeWindow::before);
    let within = end.and_then(|end| TimeWindow::new(now, end).ok());
    let Some(within) = within else { return Ok(Json(Page::whole(Vec::new()))) };
    let mut conn = coop.conn().await?;
    let courier =
        db::couriers::find(&mut conn, by.0).await?.ok_or(ApiError::NotFound("courier"))?;
    let mut found = db::openings::list(&mut conn, within).await?;
    found.retain(|opening| opening.check_open(now).is_ok());
    let ids: Vec<OpeningId> = found.iter().map(|opening| opening.id).collect();
    let around = db::shifts::around(&mut conn, &[by.0], rules.rest.reach(within)).await?;
    let work: Vec<TimeWindow> = around.iter().filter_map(|shift| shift.work(now)).collect();
    let candidate = Candidate { vehicle: courier.vehicle, skills: &courier.skills, work: &work };
    let waits = db::openings::waits(&mut conn, &ids).await?;
    let waits = |opening: &Opening| {
        waits.iter().any(|(waited, who, _)| (*waited, *who) == (opening.id, by.0))
    };
    let mut items = Vec::with_capacity(found.len());
    for opening in found {
        let own = around.iter().find(|shift| shift.opening_id == Some(opening.id));
        let (mut mine, mut place, mut against) = (own.map(|_| Mine::Placed), None, None);
        if own.is_none() && waits(&opening) {
            mine = Some(Mine::Waiting);
            let turns = roster::queue(coop, &mut conn, &opening).await?;
            let before = turns.iter().position(|waiter| waiter.courier_id == by.0);
            place = before.map(|before| before + 1);
        } else if own.is_none() {
            let zone = &coop.rules.zone;
            let fits = candidate.check(opening.window, Some(&opening.wanted), &rules.rest, zone);
            against = fits.err().map(|error| error.to_string());
        }
        items.push(OfferedShift {
            id: opening.id,
            from: opening.window.after(),
            to: opening.window.before(),
            free: opening.wanted.places.saturating_sub(opening.taken),
            mine,
            shift_id: own.map(|shift| shift.id),
            give_back_until: own.map(|_| rules.give_back_until(opening.window.after())),
            place,
            against,
            wanted: opening.wanted,
        });
    }
    Ok(Json(Page::whole(items)))
}

/// What came of an application.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[schemars(rename = "ApplicationOutcome")]
pub enum AppliedView {
    /// The shift is the courier's.
    Placed {
        shift: Box<ShiftView>,
        /// What speaks against it without forbidding it.
        warnings: Vec<Warning>,
    },
    /// Every place is taken.
    Waiting {
        /// The place in the waitlist; 1 is next.
        place: usize,
        /// How much the courier is planned to work in that week.
        planned_seconds: i64,
        /// How the waitlist is ordered.
        order: &'static str,
        warnings: Vec<Warning>,
    },
}

/// `POST /v1/openings/{id}/apply`
pub async fn apply_for_opening(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OpeningId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<AppliedView>, ApiError> {
    let (applied, warnings) = roster::apply(&app.coop, by.0, id.0).await?;
    Ok(Json(match applied {
        Applied::Placed(shift) => AppliedView::Placed { shift: Box::new(shift.into()), warnings },
        Applied::Waiting(turn) => AppliedView::Waiting {
            place: turn.place,
            planned_seconds: turn.planned.0,
            order: TURN,
            warnings,
        },
    }))
}

/// `POST /v1/openings/{id}/leave`: waits for a place no longer.
pub async fn leave_waitlist(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OpeningId>,
    _body: OptionalBody<Nothing>,
) -> Result<HttpResponse, ApiError> {
    roster::leave(&app.coop, by.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/me/shifts/{id}/give-back`
pub async fn give_back_shift(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ShiftId>,
    _body: OptionalBody<Nothing>,
) -> Result<HttpResponse, ApiError> {
    roster::give_back(&app.coop, by.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
