//! What every plan keeps, in every city.

use paceline::domain::ids::{CourierId, DeliveryId};
use paceline::domain::policy::{DispatchPolicy, Mode};
use paceline::domain::time::Seconds;
use paceline::domain::vehicle::VehicleKind;
use paceline::engine::costs::Terms;
use paceline::engine::explain;
use paceline::engine::field::Field;
use paceline::engine::schedules::Schedules;
use paceline::engine::search;
use paceline::engine::snapshot::Standing;
use paceline::engine::travel::StraightLine;
use paceline::engine::{Plan, Snapshot, check, plan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::city::a_city;

fn travel() -> StraightLine {
    StraightLine::city()
}

fn a_policy() -> impl Strategy<Value = DispatchPolicy> {
    let modes = vec![Mode::Direct, Mode::Offer, Mode::OfferSeveral, Mode::OpenList];
    let ride_max_m = prop::sample::select(vec![0, 2_500, 8_000]);
    let bundling = (any::<bool>(), 1usize..5);
    (prop::sample::select(modes), bundling, 0i64..1200, 1usize..20, ride_max_m).prop_map(
        |(mode, (along_the_way, size_max), slack_s, candidates_max, ride_max_m)| {
            let mut policy = DispatchPolicy::founding();
            policy.assignment.mode = mode;
            policy.bundling.along_the_way = along_the_way;
            policy.bundling.size_max = size_max;
            policy.commitment.slack_s = slack_s;
            policy.search.candidates_max = candidates_max;
            policy.search.reach_m = 4000;
            policy.limits.ride_max_m = ride_max_m;
            policy.ahead.move_max_m = ride_max_m;
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
        refused.jobs[job].standing = Standing::Open;
        let mut with = planned(&refused, &policy);
        let delivery = refused.jobs[job].delivery;
        with.explanations.retain(|one| one.delivery != delivery);
        prop_assert_eq!(with, planned(&without, &policy));
    }
}

/// The search under a policy: what the plan costs in all after putting each job where it adds least,
/// and after mending. Also how many jobs nobody can take.
fn costs(city: &Snapshot, policy: &DispatchPolicy) -> (i64, i64, usize) {
    let (city, travel) = (city.normal(), travel());
    let field = Field::new(&city, policy, &travel, 7);
    let mut schedules = Schedules::of_promises(&field.problem);
    let left = search::place(&field.problem, &mut schedules, &mut field.open.clone());
    let greedy = schedules.total_cost();
    search::mend(&field.problem, &mut schedules, &field.open);
    (greedy, schedules.total_cost(), left.len())
}

/// A policy under which equality costs nothing: what others have earned changes no answer.
fn blind_to_earnings() -> DispatchPolicy {
    let mut policy = DispatchPolicy::founding();
    policy.fairness.delay_per_percent_s = 0;
    policy
}

/// The city with its first open job as the only one.
fn with_one_job(mut city: Snapshot) -> Option<Snapshot> {
    city.jobs.retain(|job| job.standing == Standing::Open);
    city.jobs.truncate(1);
    (!city.jobs.is_empty()).then_some(city)
}

proptest! {
    /// Mending never makes the plan dearer than greedy insertion left it.
    #[test]
    fn mending_is_never_worse_than_greedy(city in a_city(6, 10), policy in a_policy()) {
        let (greedy, mended, _) = costs(&city, &policy);
        prop_assert!(mended <= greedy, "{mended} > {greedy}");
    }

    /// For one job the answer is exact: a courier more never makes it dearer or impossible.
    #[test]
    fn one_more_courier_never_hurts(city in a_city(6, 8), which in 0usize..6) {
        let Some(mut city) = with_one_job(city) else { return Ok(()) };
        prop_assume!(!city.couriers.is_empty());
        // The least delay is reckoned for the fastest vehicle there is.
        city.couriers.iter_mut().for_each(|one| one.vehicle.kind = VehicleKind::Bike);
        let policy = blind_to_earnings();
        let mut fewer = city.clone();
        let gone = fewer.couriers.remove(which % city.couriers.len());
        // The promises of the one who is gone cost the same with and without the job.
        let mut alone = city.clone();
        alone.couriers = vec![gone];
        alone.jobs.clear();
        let own = costs(&alone, &policy).1;
        let (few, many) = (costs(&fewer, &policy), costs(&city, &policy));
        prop_assert!(many.2 <= few.2, "somebody more, and nobody can take it");
        if many.2 == few.2 {
            prop_assert!(many.1 <= few.1 + own, "{} > {}", many.1, few.1 + own);
        }
    }

    /// A later deadline never makes one job's plan dearer.
    #[test]
    fn a_later_deadline_never_hurts(city in a_city(6, 8), later in 1i64..60) {
        let Some(city) = with_one_job(city) else { return Ok(()) };
        let mut policy = DispatchPolicy::founding();
        policy.weights.lateness = 2_000;
        let mut relaxed = city.clone();
        for stop in &mut relaxed.jobs[0].stops {
            stop.due = stop.due.map(|due| due + Seconds::from_minutes(later));
        }
        let (tight, loose) = (costs(&city, &policy), costs(&relaxed, &policy));
        prop_assert_eq!(tight.2, loose.2);
        prop_assert!(loose.1 <= tight.1, "{} > {}", loose.1, tight.1);
    }

    /// What a courier has refused changes nothing in how that courier is weighed for anything else:
    /// every other job has the same candidates with the same terms.
    #[test]
    fn refusals_change_no_other_term(city in a_city(5, 6), which in 0usize..6, who in 0usize..5) {
        prop_assume!(!city.jobs.is_empty() && !city.couriers.is_empty());
        let (job, courier) = (which % city.jobs.len(), who % city.couriers.len());
        let delivery = city.jobs[job].delivery;
        let mut refused = city.clone();
        refused.jobs[job].refused_by.insert(city.couriers[courier].id);
        prop_assert_eq!(weighed(&refused, delivery), weighed(&city, delivery));
    }
}

/// Who could take each open job but one, before anything is planned, with every term.
fn weighed(city: &Snapshot, but: DeliveryId) -> Vec<(DeliveryId, CourierId, Terms)> {
    let (city, policy, travel) = (city.normal(), DispatchPolicy::founding(), travel());
    let field = Field::new(&city, &policy, &travel, 7);
    let schedules = Schedules::of_promises(&field.problem);
    let mut weighed = Vec::new();
    for &parcel in &field.open {
        let delivery = field.job(parcel).delivery;
        if delivery != but {
            let (candidates, _) = explain::candidates(&field, &schedules, parcel);
            let rows =
                candidates.iter().map(|one| (delivery, field.courier(one.rider).id, one.terms));
            weighed.extend(rows);
        }
    }
    weighed
}

#[test]
fn rows_that_contradict_each_other_are_made_one() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..50 {
        let city = a_city(6, 6).new_tree(&mut runner).unwrap().current();
        let mut doubled = city.clone();
        doubled.couriers.extend(city.couriers.iter().rev().cloned());
        doubled.jobs.extend(city.jobs.iter().rev().cloned());
        let policy = DispatchPolicy::founding();
        assert_eq!(planned(&doubled, &policy), planned(&city, &policy));
    }
}

/// A delivery that is open in one row and in somebody's route in another is promised, and is not
/// given twice.
#[test]
fn what_is_in_a_route_is_not_open() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = 0;
    for _ in 0..50 {
        let city = a_city(6, 6).new_tree(&mut runner).unwrap().current();
        let mut doubled = city.clone();
        for (job, courier) in doubled.jobs.iter_mut().zip(&city.couriers) {
            if let Some(stop) = courier.route.first() {
                job.delivery = stop.delivery;
                job.standing = Standing::Open;
                seen += 1;
            }
        }
        let policy = DispatchPolicy::founding();
        let plan = planned(&doubled, &policy);
        let promised = |delivery| {
            city.couriers.iter().flat_map(|one| &one.route).any(|stop| stop.delivery == delivery)
        };
        assert!(plan.explanations.iter().all(|one| !promised(one.delivery)));
        assert_eq!(check(&doubled, &plan, &policy, &travel()), Ok(()));
    }
    assert!(seen > 0, "no city had a promise to contradict");
}
