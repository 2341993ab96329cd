//! What every plan keeps, in every city.

use paceline::domain::policy::{DispatchPolicy, Mode};
use paceline::engine::travel::StraightLine;
use paceline::engine::{Plan, Snapshot, check, plan};
use proptest::prelude::*;

use crate::city::a_city;

fn travel() -> StraightLine {
    StraightLine::city()
}

fn a_policy() -> impl Strategy<Value = DispatchPolicy> {
    let modes = vec![Mode::Direct, Mode::Offer, Mode::OfferSeveral, Mode::OpenList];
    (prop::sample::select(modes), any::<bool>(), 1usize..5, 0i64..1200, 1usize..20).prop_map(
        |(mode, along_the_way, size_max, slack_s, candidates_max)| {
            let mut policy = DispatchPolicy::founding();
            policy.assignment.mode = mode;
            policy.bundling.along_the_way = along_the_way;
            policy.bundling.size_max = size_max;
            policy.commitment.slack_s = slack_s;
            policy.search.candidates_max = candidates_max;
            policy.search.reach_m = 4000;
            policy
        },
    )
}

fn planned(city: &Snapshot, policy: &DispatchPolicy) -> Plan {
    plan(city, policy, &travel(), 7)
}

proptest! {
    /// The plan survives a checker that shares none of its search.
    #[test]
    fn plans_are_valid(city in a_city(6, 10), policy in a_policy()) {
        prop_assert_eq!(check(&city, &planned(&city, &policy), &policy, &travel()), Ok(()));
    }

    /// The plan depends on what is in the snapshot, not on the order the rows came back in.
    #[test]
    fn plans_ignore_row_order(city in a_city(6, 10), policy in a_policy(), turn in 0usize..10) {
        let mut turned = city.clone();
        turned.couriers.reverse();
        turned.jobs.reverse();
        let (couriers, jobs) = (turned.couriers.len(), turned.jobs.len());
        turned.couriers.rotate_left(turn.min(couriers));
        turned.jobs.rotate_left(turn.min(jobs));
        prop_assert_eq!(planned(&turned, &policy), planned(&city, &policy));
    }

    /// A stored snapshot and plan read back as they were.
    #[test]
    fn what_is_stored_reads_back(city in a_city(4, 5)) {
        let plan = planned(&city, &DispatchPolicy::founding());
        let text = serde_json::to_string(&(&city, &plan)).unwrap();
        let back: (Snapshot, Plan) = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back, (city, plan));
    }

    /// Refusals of other jobs change nothing: they are no mark against anybody.
    #[test]
    fn a_refusal_matters_to_its_own_job_only(city in a_city(5, 6), which in 0usize..6) {
        let policy = DispatchPolicy::founding();
        prop_assume!(!city.jobs.is_empty() && !city.couriers.is_empty());
        let job = which % city.jobs.len();
        let everyone = city.couriers.iter().map(|courier| courier.id).collect();
        let mut without = city.clone();
        without.jobs.remove(job);
        let mut refused = city;
        refused.jobs[job].refused_by = everyone;
        refused.jobs[job].standing = paceline::engine::snapshot::Standing::Open;
        let mut with = planned(&refused, &policy);
        let delivery = refused.jobs[job].delivery;
        with.explanations.retain(|one| one.delivery != delivery);
        prop_assert_eq!(with, planned(&without, &policy));
    }
}
