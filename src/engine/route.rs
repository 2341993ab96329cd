//! A courier's route in time: when each stop would be reached, served and left.

use super::snapshot::{CourierState, Stop, StopKind};
use super::travel::TravelTimes;
use crate::domain::geo::{Metres, Spot};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;

/// When a stop is reached, served and left, and the ride to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When the courier gets there.
    pub arrival: Timestamp,
    /// When the goods change hands.
    pub handover: Timestamp,
    /// When the courier rides on.
    pub leave: Timestamp,
    /// Length of the ride to it.
    pub metres: Metres,
    /// Duration of the ride to it.
    pub ride: Seconds,
}

/// Fills `visits` with the visits of `stops`, ridden in this order by `courier` from now on.
///
/// Pickups that follow each other at one spot are one visit to the counter: one service, and the
/// handover waits for the last of the goods. Cost: O(stops), one travel time each.
pub fn schedule(
    courier: &CourierState,
    now: Timestamp,
    stops: &[Stop],
    travel: &impl TravelTimes,
    visits: &mut Vec<Visit>,
) {
    visits.clear();
    let mut at = Standpoint { spot: courier.spot, here_since: courier.there_at, leave: now };
    at.leave = courier.leaves_at(now);
    let mut rest = stops;
    while let Some(first) = rest.first() {
        let together = counter_visit_len(rest);
        let (here, later) = rest.split_at(together);
        at = visit(at, first, here, courier.vehicle.kind, travel, visits);
        rest = later;
    }
}

struct Standpoint {
    spot: Spot,
    here_since: Timestamp,
    leave: Timestamp,
}

/// How many of the first stops are one visit to a counter.
fn counter_visit_len(stops: &[Stop]) -> usize {
    let first = &stops[0];
    match first.kind {
        StopKind::Dropoff => 1,
        StopKind::Pickup => stops
            .iter()
            .take_while(|stop| stop.kind == StopKind::Pickup && stop.spot == first.spot)
            .count(),
    }
}

fn visit(
    from: Standpoint,
    first: &Stop,
    here: &[Stop],
    vehicle: VehicleKind,
    travel: &impl TravelTimes,
    visits: &mut Vec<Visit>,
) -> Standpoint {
    let leg = travel.leg(from.spot, first.spot, vehicle);
    // Who already stands there has arrived in the past; nothing happens before now all the same.
    let stays = from.spot == first.spot;
    let arrival = if stays { from.here_since } else { from.leave + leg.seconds };
    let before = longest(here, |stop| stop.service_before);
    let after = longest(here, |stop| stop.service_after);
    let ready = here.iter().map(|stop| stop.ready_at).max().unwrap_or(arrival);
    let handover = (arrival + before).max(ready).max(from.leave);
    let leave = handover + after;
    visits.push(Visit { arrival, handover, leave, metres: leg.metres, ride: leg.seconds });
    for _ in 1..here.len() {
        visits.push(Visit { arrival, handover, leave, metres: Metres(0), ride: Seconds::ZERO });
    }
    Standpoint { spot: first.spot, here_since: leave, leave }
}

fn longest(stops: &[Stop], span: impl Fn(&Stop) -> Seconds) -> Seconds {
    stops.iter().map(span).max().unwrap_or(Seconds::ZERO)
}

/// Calls `each` with every allowed way to put the stops of one more job into `route`, in a fixed
/// order. Stops already promised keep their order, and nothing goes before a stop under way.
///
/// A job of one pickup and one drop-off may have others between the two; a longer job stays in one
/// piece. Without `along_the_way` a new pickup either shares a visit to its counter or comes last.
/// Cost: O(n^2) ways for a route of n stops.
pub fn insertions(
    route: &[Stop],
    new: &[Stop],
    along_the_way: bool,
    mut each: impl FnMut(&[Stop]),
) {
    let mut stops = Vec::with_capacity(route.len() + new.len());
    for pickup_at in first_free_place(route)..=route.len() {
        let shares_counter = pickup_at > 0 && same_counter(&route[pickup_at - 1], &new[0]);
        if !along_the_way && !shares_counter && pickup_at < route.len() {
            continue;
        }
        let [pickup, dropoff] = new else {
            rebuild(&mut stops, &route[..pickup_at], new, &[], &[], &route[pickup_at..]);
            each(&stops);
            continue;
        };
        for dropoff_at in pickup_at..=route.len() {
            let between = &route[pickup_at..dropoff_at];
            let tail = &route[dropoff_at..];
            rebuild(&mut stops, &route[..pickup_at], &[*pickup], between, &[*dropoff], tail);
            if splits_a_counter_visit(&stops, pickup_at + 1 + between.len()) {
                continue;
            }
            each(&stops);
        }
    }
}

fn rebuild(
    stops: &mut Vec<Stop>,
    head: &[Stop],
    first: &[Stop],
    between: &[Stop],
    second: &[Stop],
    tail: &[Stop],
) {
    stops.clear();
    for part in [head, first, between, second, tail] {
        stops.extend_from_slice(part);
    }
}

fn first_free_place(route: &[Stop]) -> usize {
    use super::snapshot::StopState;
    route.iter().rposition(|stop| stop.state == StopState::Doing).map_or(0, |last| last + 1)
}

fn same_counter(one: &Stop, other: &Stop) -> bool {
    one.kind == StopKind::Pickup && other.kind == StopKind::Pickup && one.spot == other.spot
}

/// A drop-off between two pickups at one counter would make the courier come back to it.
fn splits_a_counter_visit(stops: &[Stop], dropoff_at: usize) -> bool {
    dropoff_at > 0
        && dropoff_at + 1 < stops.len()
        && same_counter(&stops[dropoff_at - 1], &stops[dropoff_at + 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::travel::StraightLine;

    const TRAVEL: StraightLine = StraightLine::mdrp(320);

    fn handovers(stops: &[Stop], there_at: i64, now: i64) -> Vec<i64> {
        let mut courier = courier_at(1, (0, 0));
        courier.there_at = minute(there_at);
        let mut visits = Vec::new();
        schedule(&courier, minute(now), stops, &TRAVEL, &mut visits);
        visits.iter().map(|visit| visit.handover.since(minute(0)).0 / 60).collect()
    }

    #[test]
    fn a_bundle_is_one_visit_to_the_counter_and_waits_for_the_last() {
        let one = job_between(1, (320, 0), (640, 0), 10);
        let two = job_between(2, (320, 0), (960, 0), 14);
        let stops = [one.stops[0], two.stops[0], one.stops[1], two.stops[1]];
        // Ready at 14, leave at 16; one minute and two before, then two after, one and two.
        assert_eq!(handovers(&stops, 0, 0), [14, 14, 19, 24]);
    }

    #[test]
    fn who_waits_at_the_counter_has_parked_already() {
        let job = job_between(1, (0, 0), (320, 0), 5);
        assert_eq!(handovers(&job.stops, 0, 0)[0], 5);
        assert_eq!(handovers(&job.stops, 3, 9)[0], 9);
        assert_eq!(handovers(&job.stops, 9, 9)[0], 11);
    }

    #[test]
    fn off_the_way_only_the_same_counter_or_the_end_is_open() {
        let (one, two) = (job_between(1, (0, 0), (5, 5), 0), job_between(2, (0, 0), (7, 7), 0));
        let far = job_between(3, (9, 9), (8, 8), 0);
        let ways = |job: &crate::engine::snapshot::Job, along| {
            let mut ways = 0;
            insertions(&one.stops, &job.stops, along, |_| ways += 1);
            ways
        };
        assert_eq!((ways(&two, false), ways(&far, false)), (3, 1));
        assert_eq!(ways(&far, true), 6);
    }
}
