//! Tours: deliveries that the desk has put together for one courier to ride on a day, in an order.
//!
//! Which deliveries a tour has, they say themselves ([`Desk::tour`](super::desk::Desk)): so none is in
//! two. Who rides it they say as well: a tour that is given is nothing but deliveries that are.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::delivery::{Delivery, DeliveryError, DeliveryState, Holding};
use super::geo::Metres;
use super::ids::{DeliveryId, TaskId, TourId, UserId};
use super::task::TaskKind;
use super::text::Name;
use super::time::{Seconds, Timestamp};

/// Most deliveries of a tour.
pub const DELIVERIES_MAX: usize = 100;
/// Most stops of a tour: as many as a courier's route has.
pub const STOPS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    pub id: TourId,
    pub name: Name,
    /// When it is to be ridden.
    pub day: Day,
    /// In riding order; a pickup comes before its drop-offs.
    pub stops: Vec<TaskId>,
    /// Counts every act on the tour.
    pub version: i64,
    pub changed_at: Timestamp,
    pub changed_by: UserId,
}

/// A tour as it is told, with what riding it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Tour")]
pub struct TourTold {
    pub id: TourId,
    pub name: Name,
    /// When it is to be ridden.
    pub day: Day,
    pub version: i64,
    /// Its deliveries, by id.
    pub delivery_ids: Vec<DeliveryId>,
    /// Its tasks, in riding order.
    pub stops: Vec<TaskId>,
    /// Metres from its first stop to its last, past all that are not cancelled.
    pub ride_m: Metres,
    /// Seconds for that way by bike and at the stops.
    pub time_s: Seconds,
    pub changed_at: Timestamp,
    pub changed_by: Name,
}

/// What cannot be done to a tour. In the order in which they are found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TourError {
    #[error("{delivery}: {cause}")]
    Delivery { delivery: DeliveryId, cause: DeliveryError },
    #[error("a tour has at most {DELIVERIES_MAX} deliveries with {STOPS_MAX} stops")]
    TooLong,
    #[error("a drop-off cannot come before its pickup")]
    PickupFirst,
    #[error("nothing of this tour is open any more")]
    NothingOpen,
    #[error("{by} has changed this tour since you looked")]
    Outdated { by: Name },
}

impl TourError {
    /// Says of which delivery it is.
    pub fn of(delivery: &Delivery) -> impl FnOnce(DeliveryError) -> Self {
        let delivery = delivery.id;
        move |cause| Self::Delivery { delivery, cause }
    }
}

/// The stops of these deliveries: those that `wanted` names come first, in its order, the others
/// behind, delivery by delivery. What `wanted` names beside is left out, and so is a way back.
///
/// # Errors
/// [`TourError::TooLong`]; [`TourError::PickupFirst`] where goods would be handed over before they are
/// picked up, or taken on at a hub before they are brought there.
pub fn arrange(wanted: &[TaskId], deliveries: &[Delivery]) -> Result<Vec<TaskId>, TourError> {
    // What brings goods to a hub comes before what takes them on there.
    let (to_hub, others): (Vec<&Delivery>, Vec<&Delivery>) =
        deliveries.iter().partition(|delivery| delivery.leg.is_internal());
    let asked = to_hub
        .into_iter()
        .chain(others)
        .flat_map(|delivery| &delivery.tasks)
        .filter(|task| task.kind != TaskKind::Return)
        .map(|task| task.id);
    let all: Vec<TaskId> = asked.collect();
    if deliveries.len() > DELIVERIES_MAX || all.len() > STOPS_MAX {
        return Err(TourError::TooLong);
    }
    let known: BTreeSet<TaskId> = all.iter().copied().collect();
    let mut placed = BTreeSet::new();
    let named = wanted.iter().copied().filter(|task| known.contains(task));
    let stops: Vec<TaskId> = named.chain(all).filter(|task| placed.insert(*task)).collect();
    let place = |id: TaskId| stops.iter().position(|stop| *stop == id);
    for delivery in deliveries {
        let of = |kind| {
            let tasks = delivery.tasks.iter().filter(move |task| task.kind == kind);
            tasks.filter_map(|task| place(task.id))
        };
        let (last_pickup, first_dropoff) =
            (of(TaskKind::Pickup).max(), of(TaskKind::Dropoff).min());
        if last_pickup.zip(first_dropoff).is_some_and(|(pickup, dropoff)| dropoff < pickup) {
            return Err(TourError::PickupFirst);
        }
        let fed = deliveries.iter().find(|one| delivery.leg.feeds() == Some(one.id));
        let brought = of(TaskKind::Dropoff).max();
        let taken = fed.into_iter().flat_map(|fed| &fed.tasks);
        let taken = taken.filter(|task| task.kind == TaskKind::Pickup);
        let taken = taken.filter_map(|task| place(task.id)).min();
        if brought.zip(taken).is_some_and(|(brought, taken)| taken < brought) {
            return Err(TourError::PickupFirst);
        }
    }
    Ok(stops)
}

/// A courier's route with the stops of a tour in the tour's order: they share out among themselves the
/// places that they hold in the route, and all others stay where they are.
pub fn ordered(route: &[TaskId], tour: &[TaskId]) -> Vec<TaskId> {
    let held: BTreeSet<&TaskId> = route.iter().collect();
    let members: BTreeSet<&TaskId> = tour.iter().collect();
    let mut next = tour.iter().filter(|stop| held.contains(stop));
    let in_turn = |stop| if members.contains(stop) { next.next() } else { Some(stop) };
    route.iter().filter_map(in_turn).copied().collect()
}

/// Those that are still to be given, in the order of the tour's stops: what is on a bike or over
/// stays, and what this courier holds is given already.
///
/// # Errors
/// The first that cannot be given: it is locked, or its kitchen has not answered.
pub fn to_give<'a>(
    stops: &[TaskId],
    deliveries: &'a [Delivery],
    holding: Holding,
) -> Result<Vec<&'a Delivery>, TourError> {
    let mut wanted = Vec::new();
    for delivery in in_order(stops, deliveries) {
        let waits = delivery.state.is_before_pickup();
        if waits && delivery.assign(holding).map_err(TourError::of(delivery))?.is_some() {
            wanted.push(delivery);
        }
    }
    Ok(wanted)
}

/// Those that a courier holds and has not picked up.
///
/// # Errors
/// The first that cannot be taken back: it is locked, or its courier stands at a pickup that is done.
pub fn to_take_back(deliveries: &[Delivery]) -> Result<Vec<&Delivery>, TourError> {
    let held = deliveries
        .iter()
        .filter(|delivery| matches!(delivery.state, DeliveryState::Assigned { .. }));
    let held: Vec<&Delivery> = held.collect();
    for delivery in &held {
        delivery.unassign().map_err(TourError::of(delivery))?;
    }
    Ok(held)
}

/// The deliveries by the first of their stops.
fn in_order<'a>(stops: &[TaskId], deliveries: &'a [Delivery]) -> Vec<&'a Delivery> {
    let first = |delivery: &Delivery| {
        stops.iter().position(|stop| delivery.tasks.iter().any(|task| task.id == *stop))
    };
    let mut sorted: Vec<&Delivery> = deliveries.iter().collect();
    sorted.sort_by_key(|delivery| (first(delivery), delivery.id));
    sorted
}

impl Delivery {
    /// Put into a tour, while nothing is picked up. `None` when it is in it.
    pub fn join(&self, tour: TourId) -> Result<Option<Self>, DeliveryError> {
        match self.desk.tour {
            Some(own) if own == tour => Ok(None),
            _ if !self.state.is_before_pickup() => Err(self.illegal("put into a tour")),
            Some(_) => Err(DeliveryError::InTour),
            None if self.desk.locked => Err(DeliveryError::Locked),
            None => Ok(self.in_tour(Some(tour))),
        }
    }

    /// Taken out of its tour; whoever holds it goes on holding it. `None` when it is in none.
    pub fn leave_tour(&self) -> Option<Self> {
        self.in_tour(None)
    }
}

#[cfg(test)]
#[path = "tour_tests.rs"]
mod tests;
