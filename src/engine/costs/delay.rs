//! Delay: the customer's wait beyond what no courier could have spared.

use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::engine::route::Visit;
use crate::engine::snapshot::{Job, Stop, StopKind};
use crate::engine::travel::TravelTimes;

/// When a drop-off happens, in seconds since the epoch; nothing for a pickup.
pub fn of_visit(stop: &Stop, visit: &Visit) -> i64 {
    match stop.kind {
        StopKind::Pickup => 0,
        StopKind::Dropoff => visit.handover.seconds(),
    }
}

/// The sum of the earliest drop-offs of a job, in seconds since the epoch: a courier stands at the
/// counter when the goods are ready and rides straight through its stops. What [`of_visit`] is
/// above this is delay.
pub fn earliest(job: &Job, vehicle: VehicleKind, travel: &impl TravelTimes) -> i64 {
    let mut sum = 0;
    let mut before: Option<(&Stop, Timestamp)> = None;
    for stop in &job.stops {
        let arrival = before.map(|(from, leave)| {
            leave + travel.leg(from.spot, stop.spot, vehicle).seconds + stop.service_before
        });
        let handover = arrival.map_or(stop.ready_at, |arrival| arrival.max(stop.ready_at));
        if stop.kind == StopKind::Dropoff {
            sum += handover.since(Timestamp::EPOCH).0;
        }
        before = Some((stop, handover + stop.service_after.max(Seconds::ZERO)));
    }
    sum
}
