//! How far a vehicle still goes in this shift.
//!
//! Nobody measures it. What was ridden before is reckoned from what the co-op knows and keeps anyway, by
//! the same riding distances as what is planned: from where the courier was first seen in the shift, from
//! stop to stop as they were made, to where the courier is now. Detours of the courier's own, and rides
//! to where nothing was done, are not in it; positions every few seconds would know of them, and would
//! also count what a phone that stands still imagines. So a co-op states a range with something in
//! reserve. A shift is taken to begin with a full battery.

use super::Refusal;
use crate::domain::geo::Spot;
use crate::domain::vehicle::VehicleKind;
use crate::engine::costs::Terms;
use crate::engine::problem::Rider;
use crate::engine::travel::TravelTimes;

/// What is left of a range after the way from spot to spot, in metres; nothing where it was longer.
pub fn left_m(
    range_m: i64,
    vehicle: VehicleKind,
    way: impl IntoIterator<Item = Spot>,
    travel: &impl TravelTimes,
) -> i64 {
    let (mut left_m, mut from) = (range_m, None);
    for to in way {
        left_m -= from.map_or(0, |from| travel.leg(from, to, vehicle).metres.0);
        from = Some(to);
    }
    left_m.max(0)
}

/// Judges a route up to a stop by what has been ridden of it so far. A promise made before is kept.
///
/// # Errors
/// [`Refusal::Range`].
#[inline]
pub const fn check(ridden: &Terms, rider: &Rider) -> Result<(), Refusal> {
    if ridden.riding_m <= rider.range_left_m { Ok(()) } else { Err(Refusal::Range) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::DispatchPolicy;
    use crate::engine::plan;
    use crate::engine::plan::Verdict;
    use crate::engine::snapshot::Snapshot;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::travel::StraightLine;

    const fn spot(x_m: i32) -> Spot {
        Spot { x_m, y_m: 0 }
    }

    #[test]
    fn what_is_left_is_the_range_less_the_way_there_and_back() {
        let left = |range_m, way: &[i32]| {
            let way = way.iter().map(|&x_m| spot(x_m));
            left_m(range_m, VehicleKind::Bike, way, &StraightLine::mdrp(320))
        };
        assert_eq!([left(5_000, &[]), left(5_000, &[900])], [5_000, 5_000]);
        assert_eq!(left(5_000, &[0, 1_000, 1_000, -500]), 2_500);
        assert_eq!(left(5_000, &[0, 6_000]), 0, "it went farther than it goes");
    }

    /// What the engine says of a job 600 m away that goes 1000 m farther, with so much range left.
    fn verdict(range_left_m: Option<i64>, promised: bool) -> (Verdict, Option<Refusal>) {
        let mut courier = courier_at(1, (0, 0));
        courier.range_left_m = range_left_m;
        if promised {
            courier.route = job_between(1, (0, 0), (-500, 0), 0).stops;
        }
        let job = job_between(7, (600, 0), (1_600, 0), 0);
        let city = Snapshot::sorted(minute(5), vec![courier], vec![job]);
        let plan = plan(&city, &DispatchPolicy::founding(), &StraightLine::mdrp(320), 0);
        let why = &plan.explanations[0];
        (why.verdict, why.excluded.first().map(|one| one.rule))
    }

    #[test]
    fn the_last_metre_counts_and_one_more_is_too_far() {
        let refused = |left_m, promised| verdict(left_m, promised).1;
        assert_eq!([refused(Some(1_600), false), refused(None, false)], [None; 2]);
        assert_eq!(verdict(Some(1_599), false), (Verdict::Nobody, Some(Refusal::Range)));
        // With a promise 500 m the other way, the shortest way is first there, then back and on.
        assert_eq!(refused(Some(500 + 500 + 1_600), true), None);
        assert_eq!(refused(Some(500 + 500 + 1_599), true), Some(Refusal::Range));
    }
}
