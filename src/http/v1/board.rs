//! What a dispatcher sees at once.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::tours;
use crate::db;
use crate::db::incidents::{Filter, MARKED_MAX};
use crate::domain::day::Day;
use crate::domain::fleet::VehicleName;
use crate::domain::geo::Position;
use crate::domain::ids::{CourierId, DeliveryId, IncidentId, MerchantId, TaskId};
use crate::domain::incident::{Incident, Kind, Priority};
use crate::domain::shift::Shift;
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::tour::TourTold;
use crate::domain::vehicle::VehicleKind;
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::error::ApiError;
use crate::http::v1::automation::SwitchView;
use crate::http::views::DeliveryView;

/// How long what has ended stays on the board.
const RECENT: Seconds = Seconds(2 * 3600);
/// When a position counts as old: this many seconds, or as many times the clock's speed, because a
/// phone's batches come on true time.
const STALE_S: i64 = 90;

#[derive(Serialize, JsonSchema)]
pub struct BoardStop {
    task_id: TaskId,
    place: Position,
}

#[derive(Serialize, JsonSchema)]
pub struct BoardCourier {
    id: CourierId,
    name: Name,
    vehicle: VehicleKind,
    /// What it is called, where it is one of the co-op's.
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_name: Option<VehicleName>,
    on_shift: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shift_to: Option<Timestamp>,
    /// Since when there is a break.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_at: Option<Timestamp>,
    /// When the law asks for a break.
    #[serde(skip_serializing_if = "Option::is_none")]
    break_due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_at: Option<Timestamp>,
    stale: bool,
    stops: usize,
    route_version: i64,
    route: Vec<BoardStop>,
}

#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "BoardCounts")]
pub struct Counts {
    asked: usize,
    open: usize,
    assigned: usize,
    picked_up: usize,
    returning: usize,
    delivered: usize,
    returned: usize,
    failed: usize,
    cancelled: usize,
    late: usize,
    couriers_on_shift: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct BoardView {
    now: Timestamp,
    speed: i64,
    /// Where the stream goes on from this picture.
    last_event_id: String,
    base: Position,
    couriers: Vec<BoardCourier>,
    deliveries: Vec<DeliveryView>,
    counts: Counts,
    /// Where people have taken over from the engine, or given back to it.
    automation: Vec<SwitchView>,
    /// Incidents that are not closed, the newest first.
    incidents: Vec<IncidentMark>,
    /// From today on, and older ones that are not finished.
    tours: Vec<TourTold>,
}

/// That something went wrong: on which delivery, and with whom.
#[derive(Serialize, JsonSchema)]
pub struct IncidentMark {
    incident_id: IncidentId,
    courier_id: CourierId,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<DeliveryId>,
    incident_kind: Kind,
    priority: Priority,
}

impl From<Incident> for IncidentMark {
    fn from(incident: Incident) -> Self {
        let Incident { id: incident_id, courier_id, stop, kind, priority, .. } = incident;
        let delivery_id = stop.map(|(_, delivery)| delivery);
        Self { incident_id, courier_id, delivery_id, incident_kind: kind, priority }
    }
}

/// `GET /v1/board`
pub async fn show_board(app: Data<App>, _by: AsDispatcher) -> Result<Json<BoardView>, ApiError> {
    // Read first: an event that comes in between is told twice, which changes nothing.
    let last_event_id = app.hub.last().to_string();
    let now = app.coop.clock.now();
    let mut conn = app.coop.conn().await?;
    // Before the stops themselves: a change in between is told by the stream, with a higher number.
    let route_versions = db::couriers::route_versions(&mut conn).await?;
    let automation = db::automation::list(&mut conn).await?;
    let open_ones = Filter { closed: Some(false), ..Filter::default() };
    let incidents = db::incidents::list(&mut conn, open_ones, MARKED_MAX).await?;
    let tours = db::tours::since(&mut conn, Day::of(now, &app.coop.rules.zone)).await?;
    let tours = tours::describe(&app.coop, &mut conn, tours).await?;
    let deliveries = db::deliveries::board(&mut conn, now, RECENT).await?;
    let people = db::couriers::list(&mut conn).await?;
    let merchants: BTreeMap<MerchantId, Name> =
        db::merchants::list(&mut conn).await?.into_iter().map(|one| (one.id, one.name)).collect();
    let open: BTreeMap<CourierId, Shift> =
        db::shifts::open(&mut conn).await?.into_iter().map(|one| (one.courier_id, one)).collect();
    let ridden: Vec<_> = open.values().filter_map(|shift| shift.vehicle_id).collect();
    let vehicles = db::vehicles::by_id(&mut conn, &ridden).await?;
    let names: BTreeMap<CourierId, Name> =
        people.iter().map(|one| (one.id, one.name.clone())).collect();
    let positions = app.live.positions();

    let mut routes: BTreeMap<CourierId, Vec<(i32, BoardStop)>> = BTreeMap::new();
    let mut counts = Counts { couriers_on_shift: open.len(), ..Counts::default() };
    for delivery in &deliveries {
        let count = match delivery.state.name() {
            "asked" => &mut counts.asked,
            "open" => &mut counts.open,
            "assigned" => &mut counts.assigned,
            "picked_up" => &mut counts.picked_up,
            "returning" => &mut counts.returning,
            "delivered" => &mut counts.delivered,
            "returned" => &mut counts.returned,
            "failed" => &mut counts.failed,
            _ => &mut counts.cancelled,
        };
        // What brings goods to a hub is no order of its own.
        let order = usize::from(!delivery.leg.is_internal());
        *count += order;
        let is_late = delivery.state.is_awaited() && delivery.due_at < now;
        counts.late += order * usize::from(is_late);
        let Some(courier) = delivery.holder() else { continue };
        let ahead = delivery.tasks.iter().filter(|task| !task.state.is_over());
        routes.entry(courier).or_default().extend(
            ahead.map(|task| (task.rank, BoardStop { task_id: task.id, place: task.stop.place })),
        );
    }
    let stale_after = Seconds(STALE_S.max(6 * app.coop.clock.speed()));
    let rest = &app.coop.rules.shifts.rest;
    let couriers = people.into_iter().map(|courier| {
        let shift = open.get(&courier.id);
        let fix = positions.get(&courier.id).filter(|_| shift.is_some());
        let on = shift.and_then(|shift| vehicles.get(&shift.vehicle_id?));
        let is_working = shift.is_some_and(Shift::is_working);
        let mut route = routes.remove(&courier.id).unwrap_or_default();
        route.sort_by_key(|(rank, stop)| (*rank, stop.task_id));
        BoardCourier {
            id: courier.id,
            name: courier.name,
            vehicle: on.map_or(courier.vehicle, |vehicle| vehicle.kind),
            vehicle_name: on.map(|vehicle| vehicle.name.clone()),
            on_shift: shift.is_some(),
            shift_to: shift.and_then(|shift| shift.planned).map(|window| window.before()),
            paused_at: shift.and_then(Shift::paused_at),
            break_due_at: shift.and_then(|shift| shift.break_due(rest)),
            place: fix.map(|fix| fix.position),
            fixed_at: fix.map(|fix| fix.at),
            stale: is_working && fix.is_none_or(|fix| now.since(fix.at) > stale_after),
            stops: route.len(),
            route_version: route_versions.get(&courier.id).copied().unwrap_or(0),
            route: route.into_iter().map(|(_, stop)| stop).collect(),
        }
    });
    let couriers: Vec<BoardCourier> = couriers.collect();
    let views = deliveries.into_iter().filter_map(|delivery| {
        let merchant = merchants.get(&delivery.merchant_id)?.clone();
        let holding = delivery.state.holding();
        let courier = holding.and_then(|holding| names.get(&holding.courier).cloned());
        Some(DeliveryView::for_desk(delivery, merchant, courier))
    });
    Ok(Json(BoardView {
        now,
        speed: app.coop.clock.speed(),
        last_event_id,
        base: app.coop.rules.base,
        couriers,
        deliveries: views.collect(),
        counts,
        automation: automation.into_iter().map(SwitchView::from).collect(),
        incidents: incidents.into_iter().map(IncidentMark::from).collect(),
        tours,
    }))
}
