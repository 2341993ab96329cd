//! The bounds by which couriers are ruled out are from below: nobody who is free has a job for less.

use paceline::domain::policy::DispatchPolicy;
use paceline::engine::bounds::{Approach, Counter, Stops};
use paceline::engine::explain;
use paceline::engine::field::Field;
use paceline::engine::problem::TaskIx;
use paceline::engine::schedules::Schedules;
use paceline::engine::travel::StraightLine;
use proptest::prelude::*;

use crate::city::a_city;

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
                // One pickup, one drop-off: what the goods do is known from the first handover on.
                prop_assert!(tasks.len() > 2 || least == cost, "{least} is said, {cost} it is");
            }
        }
    }
}
