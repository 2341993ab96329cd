//! Where a courier with nothing to do would better wait: nearer to where orders have been coming
//! from, and not where others wait already.
//!
//! Nothing is known of the future but what the last hour has brought. A place is worth what it would
//! save on the way to the counters if the next span were like that hour: for each counter, the way
//! of the nearest free courier.

use serde::{Deserialize, Serialize};

use super::field::Field;
use super::plan::Move;
use super::schedules::Schedules;
use super::travel::TravelTimes;
use crate::domain::geo::Spot;
use crate::domain::policy::Ahead;

/// A counter, and how often it was asked for lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Where it is.
    pub spot: Spot,
    /// Orders placed there in the last hour.
    pub hourly: i64,
}

/// Better places to wait for those who have nothing promised and nothing planned, by courier. Who
/// comes later in the list takes into account where the earlier ones will be.
pub fn moves<T: TravelTimes>(field: &Field<'_, T>, schedules: &Schedules) -> Vec<Move> {
    let (problem, demands) = (&field.problem, &field.snapshot.demands);
    let policy = &problem.policy.ahead;
    if policy.move_max_m == 0 || demands.is_empty() {
        return Vec::new();
    }
    let soon_s = problem.now_s + policy.span_s;
    let is_free = |&rider: &usize| {
        schedules.route(rider).is_empty() && problem.riders[rider].shift_end_s >= soon_s
    };
    let free: Vec<usize> = (0..problem.riders.len()).filter(is_free).collect();
    let mut spots: Vec<Spot> = free.iter().map(|&rider| problem.riders[rider].spot).collect();
    let mut moves = Vec::new();
    for (place, &rider) in free.iter().enumerate() {
        let spot = spots.swap_remove(place);
        let row = &problem.riders[rider];
        let ride = |to| problem.travel.leg(spot, to, row.vehicle).metres;
        let to = better_place(spot, &spots, demands, policy).map(|best| demands[best].spot);
        let to = to.filter(|&to| ride(to).0 <= row.range_left_m);
        if let Some(to) = to {
            let ride = ride(to);
            moves.push(Move { courier: field.courier(rider).id, to, ride });
        }
        // Back to its own place in the list.
        spots.push(to.unwrap_or(spot));
        let last = spots.len() - 1;
        spots.swap(place, last);
    }
    moves.sort_by_key(|one| one.courier);
    moves
}

/// The best counter to wait at for somebody who stands at `spot`, while others are free at `others`:
/// its place in `demands`. `None` if staying is as good. Cost: O(demands x (demands + others)).
pub fn better_place(
    spot: Spot,
    others: &[Spot],
    demands: &[Demand],
    policy: &Ahead,
) -> Option<usize> {
    let nearest = |to: Spot| others.iter().map(|&other| metres(other, to)).min();
    let left_to_others: Vec<i64> =
        demands.iter().map(|demand| nearest(demand.spot).unwrap_or(i64::MAX)).collect();
    // The way to all counters, each as often as it is expected to be asked for, in metres x hours.
    let ways = |from: Spot| -> i64 {
        let each = demands.iter().zip(&left_to_others);
        each.map(|(demand, &others_m)| demand.hourly * metres(from, demand.spot).min(others_m))
            .sum()
    };
    let stay = ways(spot);
    let worth = |place: usize| {
        let ride_m = metres(spot, demands[place].spot);
        if ride_m == 0 || ride_m > policy.move_max_m {
            return 0;
        }
        let saved_m = (stay - ways(demands[place].spot)) * policy.span_s / 3600;
        saved_m - ride_m * policy.worth_percent / 100
    };
    let best = (0..demands.len()).map(|place| (worth(place), std::cmp::Reverse(place))).max()?;
    (best.0 > 0).then_some(best.1.0)
}

/// As the crow flies, whole metres.
#[expect(clippy::cast_possible_truncation, reason = "a city is far smaller than an i64")]
fn metres(from: Spot, to: Spot) -> i64 {
    from.distance_to(to) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Ahead = Ahead { move_max_m: 2_000, span_s: 1_800, worth_percent: 100 };

    fn at(x_m: i32, hourly: i64) -> Demand {
        Demand { spot: Spot { x_m, y_m: 0 }, hourly }
    }

    #[test]
    fn one_goes_where_orders_come_from_and_a_second_does_not_follow() {
        let (here, demands) = (Spot { x_m: 1_000, y_m: 0 }, [at(0, 6), at(9_000, 1)]);
        assert_eq!(better_place(here, &[], &demands, &POLICY), Some(0));
        assert_eq!(better_place(here, &[Spot::default()], &demands, &POLICY), None);
    }

    #[test]
    fn it_is_not_worth_it_where_little_is_asked_for_or_too_far() {
        let here = Spot { x_m: 1_000, y_m: 0 };
        assert_eq!(better_place(here, &[], &[at(0, 1)], &POLICY), None);
        assert_eq!(better_place(here, &[], &[at(9_000, 60)], &POLICY), None);
    }
}
