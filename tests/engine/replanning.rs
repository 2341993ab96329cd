//! What changes hands, in every city.

use std::collections::{BTreeMap, BTreeSet};

use paceline::domain::ids::{CourierId, DeliveryId, MerchantId};
use paceline::domain::policy::{DispatchPolicy, Mode};
use paceline::engine::snapshot::{CourierState, Job, Snapshot, Standing, Stop};
use paceline::engine::travel::StraightLine;
use paceline::engine::{check, plan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use uuid::Uuid;

use crate::city::a_city;

fn travel() -> StraightLine {
    StraightLine::city()
}

/// The job whose stops are in somebody's route.
fn held(courier: &CourierState, stops: Vec<Stop>, by_hand: bool) -> Job {
    Job {
        delivery: stops[0].delivery,
        merchant: MerchantId::from_uuid(Uuid::from_u128(9)),
        placed_at: courier.there_at,
        stops,
        skills: BTreeSet::new(),
        zone: None,
        pay: 500,
        refused_by: BTreeSet::new(),
        standing: Standing::Held { by: courier.id, by_hand, asked: BTreeSet::new() },
    }
}

/// A city in which everything in a route has a row; every other one by a person's hand.
fn a_busy_city() -> impl Strategy<Value = Snapshot> {
    a_city(6, 4).prop_map(|mut city| {
        let mut by_hand = false;
        for courier in &city.couriers {
            let mut own: BTreeMap<DeliveryId, Vec<Stop>> = BTreeMap::new();
            for stop in &courier.route {
                own.entry(stop.delivery).or_default().push(*stop);
            }
            for stops in own.into_values() {
                by_hand = !by_hand;
                city.jobs.push(held(courier, stops, by_hand));
            }
        }
        let Snapshot { guarantee_hourly, .. } = city;
        Snapshot { guarantee_hourly, ..Snapshot::sorted(city.now, city.couriers, city.jobs) }
    })
}

fn a_policy() -> impl Strategy<Value = DispatchPolicy> {
    let modes = vec![Mode::Direct, Mode::Offer, Mode::OfferSeveral, Mode::OpenList];
    (prop::sample::select(modes), 0usize..4, 0i64..1200).prop_map(|(mode, moves_max, promise_s)| {
        let mut policy = DispatchPolicy::founding();
        policy.assignment.mode = mode;
        policy.replanning.moves_max = moves_max;
        policy.replanning.broken_promise_s = promise_s;
        policy
    })
}

proptest! {
    /// Plans with what changes hands survive the checker, whatever the order of the rows.
    #[test]
    fn what_changes_hands_is_valid(city in a_busy_city(), policy in a_policy()) {
        let planned = plan(&city, &policy, &travel(), 7);
        prop_assert_eq!(check(&city, &planned, &policy, &travel()), Ok(()));
        let mut turned = city.clone();
        turned.couriers.reverse();
        turned.jobs.reverse();
        prop_assert_eq!(plan(&turned, &policy, &travel(), 7), planned);
    }

    /// Taking back changes nothing of what is proposed anew.
    #[test]
    fn what_is_new_does_not_depend_on_it(city in a_busy_city()) {
        let policy = DispatchPolicy::founding();
        let mut without = policy.clone();
        without.replanning.moves_max = 0;
        let (with, without) =
            (plan(&city, &policy, &travel(), 7), plan(&city, &without, &travel(), 7));
        prop_assert_eq!(with.proposals, without.proposals);
        prop_assert!(without.reassignments.is_empty());
    }

    /// A dearer promise is broken for no other delivery than a cheaper one.
    #[test]
    fn a_dearer_promise_is_not_broken_more_often(city in a_busy_city(), dearer_s in 0i64..3000) {
        let mut policy = DispatchPolicy::founding();
        policy.replanning.moves_max = 1;
        policy.replanning.broken_promise_s = 0;
        let moved = |policy: &DispatchPolicy| {
            plan(&city, policy, &travel(), 7).reassignments.first().map(|one| one.from)
        };
        let cheap: Option<CourierId> = moved(&policy);
        policy.replanning.broken_promise_s = dearer_s;
        let dear = moved(&policy);
        prop_assert!(cheap.is_some() || dear.is_none());
    }
}

/// The cities above are worth something only if something changes hands in them.
#[test]
fn something_changes_hands_now_and_then() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut moved = 0;
    for _ in 0..200 {
        let city = a_busy_city().new_tree(&mut runner).expect("a city").current();
        let policy = DispatchPolicy::founding();
        moved += plan(&city, &policy, &travel(), 7).reassignments.len();
    }
    assert!(moved >= 10, "{moved} in 200 cities");
}
