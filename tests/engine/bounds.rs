//! The bounds by which couriers and places in routes are ruled out are from below: nothing cheaper is
//! lost by them.

use paceline::domain::policy::DispatchPolicy;
use paceline::domain::vehicle::Load;
use paceline::engine::bounds::{Approach, Counter, Stops};
use paceline::engine::explain;
use paceline::engine::field::Field;
use paceline::engine::insertion::{self, Best, Scratch};
use paceline::engine::problem::{Problem, RiderIx, TaskIx};
use paceline::engine::schedules::{self, Schedules};
use paceline::engine::travel::StraightLine;
use proptest::prelude::*;

use crate::city::a_city;

/// Whether a rider has nothing to do and may set out.
fn is_free<T>(problem: &Problem<'_, T>, rider: RiderIx) -> bool {
    let row = &problem.riders[rider];
    row.promised.is_empty() && row.carrying == Load::default() && row.rest_until_s <= problem.now_s
}

proptest! {
    #[test]
    fn nobody_who_is_free_has_a_job_for_less(city in a_city(8, 8)) {
        let (policy, travel) = (DispatchPolicy::founding(), StraightLine::city());
        let field = Field::new(&city, &policy, &travel, 7);
        let problem = &field.problem;
        let schedules = Schedules::of_promises(problem);
        for &parcel in &field.open {
            let tasks: Vec<TaskIx> = problem.parcels[parcel].tasks.clone().collect();
            let counter = Counter::of(problem, &tasks);
            let (candidates, _) = explain::candidates(&field, &schedules, parcel);
            for (rider, ride) in problem.reach(parcel) {
                if !problem.riders[rider].promised.is_empty() {
                    continue;
                }
                let known = candidates.iter().find(|one| one.rider == rider);
                let approach = Approach::of(problem, &counter, rider, ride);
                prop_assert!(approach.is_some() || known.is_none(), "it would be after the shift");
                let Some((known, approach)) = known.zip(approach) else { continue };
                let stops = Stops::of(problem, problem.riders[rider].vehicle, &tasks);
                let least = stops.from(approach.handover_s) + approach.riding_ms;
                let cost = known.cost - known.terms.fairness_ms;
                prop_assert!(least <= cost, "{least} is said, {cost} it is");
                let row = &problem.riders[rider];
                let is_exact = stops.is_exact(row, approach.handover_s);
                let goes_so_far_only = row.range_left_m < i64::MAX;
                prop_assert!(is_exact || goes_so_far_only || tasks.len() > 2, "nothing could change it");
                // One pickup, one drop-off: what the goods do is known from the first handover on.
                prop_assert!(tasks.len() > 2 || least == cost, "{least} is said, {cost} it is");
            }
        }
    }
    /// Two jobs, one after the other or picked up together: where their cost is said to be known, it
    /// is, and no rule forbids them.
    #[test]
    fn what_is_said_to_be_exact_is(
        city in a_city(8, 8),
        lateness in 0i64..2,
        ride_max_m in prop::option::of(500i64..6_000),
    ) {
        let mut policy = DispatchPolicy::founding();
        policy.weights.lateness = 700 * lateness;
        policy.limits.ride_max_m = ride_max_m.unwrap_or(0);
        let travel = StraightLine::city();
        let field = Field::new(&city, &policy, &travel, 7);
        let problem = &field.problem;
        for pair in field.open.windows(2) {
            let tasks = |place: usize| problem.parcels[pair[place]].tasks.clone();
            let apart: Vec<TaskIx> = tasks(0).chain(tasks(1)).collect();
            let mut together = apart.clone();
            together.swap(1, 2);
            for tasks in [apart, together] {
                let counter = Counter::of(problem, &tasks);
                let free = problem.reach(pair[0]).filter(|one| is_free(problem, one.0));
                for (rider, ride) in free {
                    let row = &problem.riders[rider];
                    let Some(approach) = Approach::of(problem, &counter, rider, ride) else {
                        continue;
                    };
                    let stops = Stops::of(problem, row.vehicle, &tasks);
                    let least = stops.from(approach.handover_s) + approach.riding_ms;
                    let terms = schedules::terms(problem, rider, &tasks);
                    let cost = terms.map(|one| one.weighted(&policy.weights) - one.fairness_ms);
                    prop_assert!(cost.is_err() || Ok(least) <= cost, "{least}, it is {cost:?}");
                    if stops.is_exact(row, approach.handover_s) {
                        prop_assert_eq!(Ok(least), cost);
                    }
                }
            }
        }
    }

    /// Knowing something that is hardly dearer does not hide the best place in a route.
    #[test]
    fn a_place_is_found_whatever_is_known_already(city in a_city(8, 8), along: bool) {
        let mut policy = DispatchPolicy::founding();
        policy.bundling.along_the_way = along;
        let travel = StraightLine::city();
        let field = Field::new(&city, &policy, &travel, 7);
        let problem = &field.problem;
        let schedules = Schedules::of_promises(problem);
        let mut scratch = Scratch::default();
        for &parcel in &field.open {
            for (rider, _) in problem.reach(parcel) {
                let old = schedules.old(rider);
                let mut best = None;
                let _ = insertion::into_route(problem, old, parcel, &mut scratch, &mut best);
                let Some(best) = best else { continue };
                for (known, is_found) in [(best.added + 1, true), (best.added, false)] {
                    let mut other = Some(Best { added: known, ..Best::default() });
                    let _ = insertion::into_route(problem, old, parcel, &mut scratch, &mut other);
                    let other = other.unwrap_or_default();
                    prop_assert_eq!(other.added, best.added);
                    prop_assert_eq!(other.route == best.route, is_found);
                }
            }
        }
    }
}
