//! A delivery is split at a hub, and what becomes of one leg is carried over to the other.
//!
//! Where both are locked, the first leg comes before the second.

use super::deliveries::{call_off, release, route_changed, tell, withdraw_offers};
use super::{CommandError, pay};
use crate::coop::Coop;
use crate::db::{Conn, deliveries, hubs};
use crate::domain::delivery::{
    Delivery, DeliveryError, DeliveryState, Goods, Leg, LegError, SplitPlan,
};
use crate::domain::event::DeliveryChange;
use crate::domain::geo::{Metres, Position};
use crate::domain::hub::Hub;
use crate::domain::ids::{DeliveryId, HubId, TaskId};
use crate::domain::money::Money;
use crate::domain::task::TaskKind;
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};

/// What splitting a delivery at a hub is now.
pub(super) fn plan(coop: &Coop, delivery: &Delivery, hub: Hub, now: Timestamp) -> SplitPlan {
    let places = |kind| {
        let stops = delivery.tasks.iter().filter(move |task| task.kind == kind);
        stops.map(|task| task.stop.place)
    };
    let there = std::iter::once(hub.place);
    let first: Vec<Position> = places(TaskKind::Pickup).chain(there.clone()).collect();
    let onward: Vec<Position> = there.chain(places(TaskKind::Dropoff)).collect();
    let service = &coop.rules.service;
    let counter = service.pickup_before_s + service.pickup_after_s;
    let door = service.dropoff_before_s + service.dropoff_after_s;
    let doors = i64::try_from(onward.len()).unwrap_or(i64::MAX) - 1;
    let riding = |places: Vec<Position>| pay::ride_along(coop, places.into_iter()).seconds;
    SplitPlan {
        hub,
        feeder: coop.clock.id(DeliveryId::from_uuid),
        pickup: coop.clock.id(TaskId::from_uuid),
        dropoff: coop.clock.id(TaskId::from_uuid),
        first_s: riding(first) + Seconds(counter + door),
        onward_s: riding(onward) + Seconds(counter.saturating_add(doors.saturating_mul(door))),
        now,
    }
}

/// What a way of a delivery is, and what it pays at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub ride: Metres,
    pub pay: Money,
    pub ready_at: Timestamp,
    pub due_at: Timestamp,
}

/// What splitting at a hub would change: the whole way as it is, and both legs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub hub: HubId,
    pub hub_name: Name,
    pub whole: Way,
    pub first: Way,
    pub second: Way,
}

impl Effect {
    /// Metres that are ridden more than by one courier.
    pub const fn extra(&self) -> i64 {
        self.first.ride.0 + self.second.ride.0 - self.whole.ride.0
    }
}

/// What splitting a delivery at each open hub would change, the shortest way first; nothing is written.
///
/// # Errors
/// Those of [`Delivery::split`]; [`LegError::Split`] also where it is split already.
pub async fn effects(coop: &Coop, id: DeliveryId) -> Result<Vec<Effect>, CommandError> {
    let now = coop.clock.now();
    let mut conn = coop.conn().await?;
    let delivery = deliveries::find(&mut conn, id).await?;
    let delivery = delivery.ok_or(CommandError::NotFound("delivery"))?;
    let way = |leg: &Delivery| Way {
        ride: pay::trip(coop, leg),
        pay: coop.rules.tariff.piece(&pay::piece_inputs(coop, leg, Metres(0))),
        ready_at: leg.ready_at,
        due_at: leg.due_at,
    };
    let mut effects = Vec::new();
    for hub in hubs::list(&mut conn).await?.into_iter().filter(|hub| hub.closed_at.is_none()) {
        let plan = plan(coop, &delivery, hub, now);
        let second = delivery.split(&plan)?.ok_or(DeliveryError::Leg(LegError::Split))?;
        let first = delivery.feeder(&plan)?;
        effects.push(Effect {
            hub: plan.hub.id,
            hub_name: plan.hub.name,
            whole: way(&delivery),
            first: way(&first),
            second: way(&second),
        });
    }
    effects.sort_by_key(|effect| (effect.extra(), effect.hub));
    Ok(effects)
}

/// The split is written: whoever had the delivery has it no longer, and the first leg is there to be had.
pub(super) async fn begin(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    plan: &SplitPlan,
    at: Timestamp,
) -> Result<DeliveryChange, CommandError> {
    release(coop, tx, before, "unassigned", at).await?;
    withdraw_offers(coop, tx, before.id, None, at).await?;
    let first = before.feeder(plan)?;
    deliveries::insert(tx, &first).await?;
    tell(coop, tx, DeliveryChange::Created, &first, at).await?;
    let held = before.holder().is_some();
    Ok(if held { DeliveryChange::Unassigned } else { DeliveryChange::Updated })
}

/// A delivery is whole again by somebody's word, or called off: what was to bring its goods to the hub
/// is called off with it.
pub(super) async fn end_first(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    if before.leg.goods() != Some(Goods::AtSender) {
        return Ok(());
    }
    let Some(first) = deliveries::lock_first_leg(tx, before.id).await? else { return Ok(()) };
    let Some(cancelled) = first.not_needed(at) else { return Ok(()) };
    deliveries::save(tx, &first, &cancelled).await?;
    call_off(coop, tx, &first, at).await?;
    tell(coop, tx, DeliveryChange::Cancelled, &cancelled, at).await
}

/// Carries over to the second leg what has become of a first one; nothing for any other delivery.
pub(super) async fn follow(
    coop: &Coop,
    tx: &mut Conn,
    first: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let Some(id) = first.leg.feeds() else { return Ok(()) };
    let before = deliveries::lock(tx, id).await?.ok_or(CommandError::NotFound("delivery"))?;
    let Some(after) = before.follow(first, at)? else { return Ok(()) };
    deliveries::save(tx, &before, &after).await?;
    moved(coop, tx, &after, at).await
}

/// A delivery begins elsewhere or at another time: who was asked is asked no more, who has it is told.
pub(super) async fn moved(
    coop: &Coop,
    tx: &mut Conn,
    after: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    withdraw_offers(coop, tx, after.id, None, at).await?;
    if let Some(courier) = after.holder() {
        route_changed(coop, tx, courier, at).await?;
    }
    tell(coop, tx, DeliveryChange::Updated, after, at).await
}

/// The kitchen has said when the goods can leave: the first leg begins then.
pub(super) async fn ready(
    coop: &Coop,
    tx: &mut Conn,
    second: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let Leg::FromHub(leg) = &second.leg else { return Ok(()) };
    let Some(before) = deliveries::lock_first_leg(tx, second.id).await? else { return Ok(()) };
    if before.ready_at == leg.sender_ready_at {
        return Ok(());
    }
    let Some(after) = before.ready(at, leg.sender_ready_at)? else { return Ok(()) };
    deliveries::save(tx, &before, &after).await?;
    moved(coop, tx, &after, at).await
}

/// By which state a merchant pays for calling a delivery off: a courier who has, or had, its first leg
/// counts like one who has it.
pub(super) async fn fee_state(
    tx: &mut Conn,
    delivery: &Delivery,
) -> Result<DeliveryState, CommandError> {
    let own = delivery.state.clone();
    let Leg::FromHub(leg) = &delivery.leg else { return Ok(own) };
    let first = deliveries::find(tx, leg.fed_by).await?;
    let holding = first.and_then(|first| first.state.holding());
    Ok(holding.map_or(own, |holding| DeliveryState::Assigned { holding }))
}
