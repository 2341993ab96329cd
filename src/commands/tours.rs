//! Tours at the desk: made, changed, given and taken back as one, carried over to another day, removed.
//!
//! An act is all or nothing. It may name the version that was seen: has somebody else changed the tour
//! since, nothing happens, unless what is asked for is so already. What it does to a delivery stands in
//! the log as an act on that delivery, too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::acts::note;
use super::deliveries::{tell, withdraw_offers};
use super::desk::{self, Order, put_in_order};
use super::{Answer, CommandError, Once, pay};
use crate::coop::Coop;
use crate::db::acts::{self, NewAct};
use crate::db::tours::{self, Stop};
use crate::db::{Conn, couriers, deliveries};
use crate::domain::day::Day;
use crate::domain::delivery::{Delivery, Holding};
use crate::domain::desk::Act;
use crate::domain::event::{DeliveryChange, Event, TourChange};
use crate::domain::ids::{CourierId, DeliveryId, TaskId, TourId, UserId};
use crate::domain::task::TaskKind;
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::tour::{self, Tour, TourError, TourTold};

/// A tour that is to be.
#[derive(Clone, Debug)]
pub struct NewTour {
    pub name: Name,
    pub day: Day,
    pub deliveries: Vec<DeliveryId>,
    /// The order of the stops, as far as it matters.
    pub stops: Vec<TaskId>,
}

/// What is to be another way; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<Name>,
    pub add: Vec<DeliveryId>,
    pub remove: Vec<DeliveryId>,
    pub stops: Option<Vec<TaskId>>,
}

/// Who acts on which tour, from which version on, and when.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub by: UserId,
    pub tour: TourId,
    pub version: Option<i64>,
}

/// Puts deliveries together.
///
/// # Errors
/// [`TourError::Delivery`] where one is in another tour, locked, on a bike or over.
pub async fn make(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    new: &NewTour,
) -> Result<Answer<TourTold>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        let locked = lock_in_turn(tx, &new.deliveries).await?;
        let tour = Tour {
            id: coop.clock.id(TourId::from_uuid),
            name: new.name.clone(),
            day: new.day,
            stops: tour::arrange(&new.stops, &locked)?,
            version: 1,
            changed_at: at,
            changed_by: by,
        };
        tours::insert(tx, &tour).await?;
        for delivery in &locked {
            join(coop, tx, by, delivery, tour.id, at).await?;
        }
        announce(coop, tx, &tour, ("make_tour", None), at).await
    })
    .await
}

/// Names it anew, takes deliveries in and out, and puts its stops into another order; in the route of
/// whoever rides it, too.
pub async fn change(coop: &Coop, seen: Seen, change: &Change) -> Result<TourTold, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let holders = tours::holders(tx, seen.tour).await?;
        couriers::lock_all(tx, &holders).await?;
        let tour = lock(tx, seen.tour).await?;
        let out: BTreeSet<DeliveryId> = change.remove.iter().copied().collect();
        let members = tours::members(tx, tour.id).await?;
        let known: BTreeSet<DeliveryId> = members.iter().copied().collect();
        let all: Vec<DeliveryId> = members.into_iter().chain(change.add.iter().copied()).collect();
        let (leaving, staying): (Vec<_>, Vec<_>) = lock_in_turn(tx, &all)
            .await?
            .into_iter()
            .partition(|delivery| out.contains(&delivery.id));
        let wanted = change.stops.iter().flatten().chain(&tour.stops).copied();
        let stops = tour::arrange(&wanted.collect::<Vec<_>>(), &staying)?;
        let name = change.name.clone().unwrap_or_else(|| tour.name.clone());
        let is_so = leaving.iter().all(|delivery| !known.contains(&delivery.id))
            && staying.iter().all(|delivery| known.contains(&delivery.id))
            && name == tour.name
            && stops == tour.stops;
        if is_so {
            return told(coop, tx, &tour).await;
        }
        check(tx, &seen, &tour).await?;
        for delivery in &staying {
            join(coop, tx, seen.by, delivery, tour.id, at).await?;
        }
        for delivery in leaving.iter().filter(|delivery| known.contains(&delivery.id)) {
            leave(coop, tx, seen.by, delivery, at).await?;
        }
        let reordered = stops != tour.stops;
        let tour = Tour { name, stops, changed_by: seen.by, ..tour };
        if reordered {
            let riding: BTreeSet<CourierId> = staying.iter().filter_map(Delivery::holder).collect();
            for courier in riding {
                put_in_order(coop, tx, courier, |route| tour::ordered(route, &tour.stops), at)
                    .await?;
            }
        }
        conclude(coop, tx, tour, ("change_tour", None), at).await
    })
    .await
}

/// Gives all of it that is not on a bike to one courier, behind what the courier has; its stops are
/// ridden in the tour's order.
pub async fn give(coop: &Coop, seen: Seen, to: CourierId) -> Result<TourTold, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let mut involved = tours::holders(tx, seen.tour).await?;
        involved.push(to);
        let locked = couriers::lock_all(tx, &involved).await?;
        if locked.iter().all(|courier| courier.id != to) {
            return Err(CommandError::NotFound("courier"));
        }
        let tour = lock(tx, seen.tour).await?;
        let members = lock_members(tx, tour.id).await?;
        let holding = Holding { courier: to, since: at, by_hand: true };
        let wanted = tour::to_give(&tour.stops, &members, holding)?;
        if wanted.is_empty() {
            return told(coop, tx, &tour).await;
        }
        check(tx, &seen, &tour).await?;
        for delivery in wanted {
            act(coop, tx, seen.by, delivery, Act::Assign { courier_id: to }, at).await?;
        }
        put_in_order(coop, tx, to, |route| tour::ordered(route, &tour.stops), at).await?;
        let tour = Tour { changed_by: seen.by, ..tour };
        conclude(coop, tx, tour, ("give_tour", Some(to)), at).await
    })
    .await
}

/// Takes all of it back that is not picked up.
pub async fn take_back(coop: &Coop, seen: Seen) -> Result<TourTold, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let holders = tours::holders(tx, seen.tour).await?;
        couriers::lock_all(tx, &holders).await?;
        let tour = lock(tx, seen.tour).await?;
        let members = lock_members(tx, tour.id).await?;
        let held = tour::to_take_back(&members)?;
        if held.is_empty() {
            return told(coop, tx, &tour).await;
        }
        check(tx, &seen, &tour).await?;
        for delivery in held {
            act(coop, tx, seen.by, delivery, Act::Unassign, at).await?;
        }
        let tour = Tour { changed_by: seen.by, ..tour };
        conclude(coop, tx, tour, ("take_back_tour", None), at).await
    })
    .await
}

/// Moves what nobody has yet into a new tour of the same name on another day. A tour of which nothing
/// is left is removed.
pub async fn carry(
    coop: &Coop,
    once: Option<&Once>,
    seen: Seen,
    day: Day,
) -> Result<Answer<TourTold>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        let tour = lock(tx, seen.tour).await?;
        check(tx, &seen, &tour).await?;
        let members = lock_members(tx, tour.id).await?;
        let (open, rest): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|delivery| delivery.state.is_unheld());
        if open.is_empty() {
            return Err(TourError::NothingOpen.into());
        }
        let next = Tour {
            id: coop.clock.id(TourId::from_uuid),
            name: tour.name.clone(),
            day,
            stops: tour::arrange(&tour.stops, &open)?,
            version: 1,
            changed_at: at,
            changed_by: seen.by,
        };
        tours::insert(tx, &next).await?;
        for delivery in &open {
            let left = leave(coop, tx, seen.by, delivery, at).await?;
            join(coop, tx, seen.by, &left, next.id, at).await?;
        }
        let before =
            Tour { stops: tour::arrange(&tour.stops, &rest)?, changed_by: seen.by, ..tour };
        if rest.is_empty() {
            end(coop, tx, before, at).await?;
        } else {
            conclude(coop, tx, before, ("change_tour", None), at).await?;
        }
        announce(coop, tx, &next, ("carry_tour", None), at).await
    })
    .await
}

/// Removes it. What is not picked up goes back to the open list, also from a courier; what is on a bike
/// stays there.
pub async fn remove(coop: &Coop, seen: Seen) -> Result<(), CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let holders = tours::holders(tx, seen.tour).await?;
        couriers::lock_all(tx, &holders).await?;
        let tour = lock(tx, seen.tour).await?;
        check(tx, &seen, &tour).await?;
        let members = lock_members(tx, tour.id).await?;
        for delivery in tour::to_take_back(&members)? {
            act(coop, tx, seen.by, delivery, Act::Unassign, at).await?;
        }
        for delivery in lock_members(tx, tour.id).await? {
            leave(coop, tx, seen.by, &delivery, at).await?;
        }
        end(coop, tx, Tour { changed_by: seen.by, ..tour }, at).await
    })
    .await
}

async fn lock(tx: &mut Conn, id: TourId) -> Result<Tour, CommandError> {
    tours::lock(tx, id).await?.ok_or(CommandError::NotFound("tour"))
}

/// # Errors
/// [`TourError::Outdated`] where it is not the version that was seen any more.
async fn check(tx: &mut Conn, seen: &Seen, tour: &Tour) -> Result<(), CommandError> {
    if seen.version.is_none_or(|version| version == tour.version) {
        return Ok(());
    }
    let by = tours::changers(tx, &[tour.id]).await?.remove(&tour.id);
    Err(TourError::Outdated { by: by.ok_or(CommandError::NotFound("user"))? }.into())
}

/// Locks them in the order of their ids, and gives them in the order asked for, each once.
async fn lock_in_turn(tx: &mut Conn, ids: &[DeliveryId]) -> Result<Vec<Delivery>, CommandError> {
    let mut locked = BTreeMap::new();
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        let delivery = deliveries::lock(tx, id).await?;
        locked.insert(id, delivery.ok_or(CommandError::NotFound("delivery"))?);
    }
    Ok(ids.iter().filter_map(|id| locked.remove(id)).collect())
}

async fn lock_members(tx: &mut Conn, id: TourId) -> Result<Vec<Delivery>, CommandError> {
    let members = tours::members(tx, id).await?;
    lock_in_turn(tx, &members).await
}

/// An act of the desk's on one delivery of a tour.
async fn act(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    delivery: &Delivery,
    act: Act,
    at: Timestamp,
) -> Result<(), CommandError> {
    let order = Order { delivery: delivery.id, version: None, act };
    desk::act(coop, tx, by, &order, at).await.map(drop)
}

/// Into the tour, and away from couriers who were asked; nothing where it is in it.
async fn join(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    delivery: &Delivery,
    tour: TourId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let Some(joined) = delivery.join(tour).map_err(TourError::of(delivery))? else {
        return Ok(());
    };
    withdraw_offers(coop, tx, delivery.id, None, at).await?;
    moved(coop, tx, by, delivery, &joined, ("join_tour", tour), at).await
}

/// Out of its tour; gives it as it is then.
async fn leave(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<Delivery, CommandError> {
    let Some((tour, left)) = delivery.desk.tour.zip(delivery.leave_tour()) else {
        return Ok(delivery.clone());
    };
    moved(coop, tx, by, delivery, &left, ("leave_tour", tour), at).await?;
    Ok(left)
}

async fn moved(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    before: &Delivery,
    after: &Delivery,
    (kind, tour): (&str, TourId),
    at: Timestamp,
) -> Result<(), CommandError> {
    deliveries::save(tx, before, after).await?;
    tell(coop, tx, DeliveryChange::Updated, after, at).await?;
    let act = NewAct {
        id: coop.clock.id(|id| id),
        at,
        user_id: by,
        kind,
        delivery_id: Some(after.id),
        courier_id: after.holder(),
        version: after.version,
        detail: json!({ "tour_id": tour }),
    };
    Ok(acts::insert(tx, &act).await?)
}

/// Counts an act on a tour, writes it down and tells of it.
async fn conclude(
    coop: &Coop,
    tx: &mut Conn,
    tour: Tour,
    act: (&str, Option<CourierId>),
    at: Timestamp,
) -> Result<TourTold, CommandError> {
    let tour = Tour { version: tour.version + 1, changed_at: at, ..tour };
    tours::save(tx, &tour).await?;
    announce(coop, tx, &tour, act, at).await
}

async fn announce(
    coop: &Coop,
    tx: &mut Conn,
    tour: &Tour,
    (kind, courier): (&str, Option<CourierId>),
    at: Timestamp,
) -> Result<TourTold, CommandError> {
    let what = json!({ "tour_id": tour.id, "stops": tour.stops.len(), "day": tour.day });
    note(coop, tx, tour.changed_by, kind, courier, what).await?;
    let now = told(coop, tx, tour).await?;
    let event = Event::Tour { change: TourChange::Changed, told: Box::new(now.clone()) };
    coop.tell(tx, &event, at).await?;
    Ok(now)
}

/// The same for its last act.
async fn end(coop: &Coop, tx: &mut Conn, tour: Tour, at: Timestamp) -> Result<(), CommandError> {
    let tour = Tour { version: tour.version + 1, changed_at: at, stops: Vec::new(), ..tour };
    tours::save(tx, &tour).await?;
    tours::remove(tx, tour.id, at).await?;
    note(coop, tx, tour.changed_by, "remove_tour", None, json!({ "tour_id": tour.id })).await?;
    let told = Box::new(told(coop, tx, &tour).await?);
    coop.tell(tx, &Event::Tour { change: TourChange::Removed, told }, at).await
}

async fn told(coop: &Coop, conn: &mut Conn, tour: &Tour) -> Result<TourTold, CommandError> {
    let told = describe(coop, conn, vec![tour.clone()]).await?.pop();
    told.ok_or(CommandError::NotFound("tour"))
}

/// Tours as they are told, in the order given.
pub async fn describe(
    coop: &Coop,
    conn: &mut Conn,
    tours: Vec<Tour>,
) -> Result<Vec<TourTold>, CommandError> {
    let ids: Vec<TourId> = tours.iter().map(|tour| tour.id).collect();
    let mut stops = tours::stops(conn, &ids).await?;
    let mut names = tours::changers(conn, &ids).await?;
    let told = tours.into_iter().map(|tour| {
        let known = stops.remove(&tour.id).unwrap_or_default();
        let changed_by = names.remove(&tour.id).ok_or(CommandError::NotFound("user"))?;
        Ok(told_of(coop, tour, &known, changed_by))
    });
    told.collect()
}

fn told_of(coop: &Coop, tour: Tour, known: &[Stop], changed_by: Name) -> TourTold {
    let places: BTreeMap<TaskId, &Stop> = known.iter().map(|stop| (stop.task, stop)).collect();
    let ridden: Vec<&Stop> = tour
        .stops
        .iter()
        .filter_map(|task| places.get(task).copied())
        .filter(|stop| !stop.cancelled)
        .collect();
    let ride = pay::ride_along(coop, ridden.iter().map(|stop| stop.place));
    let service = &coop.rules.service;
    let standing = ridden.iter().map(|stop| match stop.kind {
        TaskKind::Pickup => service.pickup_before_s + service.pickup_after_s,
        TaskKind::Dropoff | TaskKind::Return => service.dropoff_before_s + service.dropoff_after_s,
    });
    let deliveries: BTreeSet<DeliveryId> = known.iter().map(|stop| stop.delivery).collect();
    TourTold {
        id: tour.id,
        name: tour.name,
        day: tour.day,
        version: tour.version,
        delivery_ids: deliveries.into_iter().collect(),
        stops: tour.stops,
        ride_m: ride.metres,
        time_s: ride.seconds + Seconds(standing.sum()),
        changed_at: tour.changed_at,
        changed_by,
    }
}
