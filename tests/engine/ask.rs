//! What a dispatcher asks: about these deliveries, now, and nothing else.

use std::collections::BTreeSet;

use paceline::domain::geo::Spot;
use paceline::domain::ids::{CourierId, DeliveryId, TaskId};
use paceline::domain::policy::DispatchPolicy;
use paceline::domain::time::Seconds;
use paceline::engine::Snapshot;
use paceline::engine::ask::{Advice, Outlook, ask};
use paceline::engine::plan::Verdict;
use paceline::engine::snapshot::Standing;
use paceline::engine::travel::StraightLine;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::city::a_city;

fn answer(city: &Snapshot, wanted: &BTreeSet<DeliveryId>) -> Advice {
    let policy = DispatchPolicy::founding();
    ask(city, &policy, &StraightLine::city(), wanted, 7).expect("a plan that the checker takes")
}

fn every(city: &Snapshot, step: usize) -> BTreeSet<DeliveryId> {
    city.jobs.iter().step_by(step).map(|job| job.delivery).collect()
}

proptest! {
    /// Nobody who asks is told to wait, and nothing is proposed that was not asked about.
    #[test]
    fn an_answer_is_about_what_was_asked(city in a_city(6, 10), step in 1usize..4) {
        let wanted = every(&city, step);
        let advice = answer(&city, &wanted);
        let told: BTreeSet<DeliveryId> =
            advice.explanations.iter().map(|about| about.delivery).collect();
        prop_assert_eq!(&told, &wanted);
        for about in &advice.explanations {
            let put_off = matches!(about.verdict, Verdict::Waits { .. } | Verdict::OnOpenList);
            prop_assert!(!put_off, "{about:?}");
        }
        let mut given = BTreeSet::new();
        for proposal in &advice.proposals {
            for delivery in &proposal.deliveries {
                prop_assert!(wanted.contains(delivery) && given.insert(*delivery));
            }
        }
    }

    /// What others were promised stays in their routes, in its order.
    #[test]
    fn promises_keep_their_order(city in a_city(6, 10)) {
        for proposal in answer(&city, &every(&city, 2)).proposals {
            let courier = city.couriers.iter().find(|one| one.id == proposal.courier);
            let promised: Vec<TaskId> =
                courier.expect("on duty").route.iter().map(|stop| stop.task).collect();
            let kept: Vec<TaskId> = proposal
                .route
                .iter()
                .map(|stop| stop.task)
                .filter(|task| promised.contains(task))
                .collect();
            prop_assert_eq!(kept, promised);
        }
    }

    #[test]
    fn nothing_asked_changes_nothing(city in a_city(6, 10)) {
        let advice = answer(&city, &BTreeSet::new());
        prop_assert_eq!(advice.proposals, vec![]);
        prop_assert_eq!(advice.before, advice.after);
    }
}

/// A city of two couriers on a line with one job between them, the far one of whom has it.
fn held_by_the_far_one() -> (Snapshot, DeliveryId, [CourierId; 2]) {
    let mut runner = TestRunner::deterministic();
    let cities = a_city(2, 1);
    let mut city =
        std::iter::repeat_with(|| cities.new_tree(&mut runner).expect("a city").current())
            .find(|city| city.couriers.len() == 2 && city.jobs.len() == 1)
            .expect("one of them");
    let [near, far] = [city.couriers[0].id, city.couriers[1].id];
    let job = &mut city.jobs[0];
    job.standing = Standing::Held { by: far, by_hand: false, asked: BTreeSet::new() };
    job.pay = 800;
    job.skills.clear();
    job.refused_by.clear();
    let delivery = job.delivery;
    let places = [Spot { x_m: 3_000, y_m: 0 }, Spot { x_m: 4_000, y_m: 0 }];
    for (stop, spot) in job.stops.iter_mut().zip(places) {
        (stop.spot, stop.ready_at) = (spot, city.now);
    }
    let stops = job.stops.clone();
    for (courier, x_m) in city.couriers.iter_mut().zip([2_900, 0]) {
        courier.spot = Spot { x_m, y_m: 0 };
        courier.route.clear();
        courier.rest_until = None;
        courier.blocked.clear();
        courier.position_age = Seconds(0);
        courier.shift_end = city.now + Seconds(4 * 3600);
        courier.earned = 1_000;
        courier.paid = Seconds(3600);
        courier.there_at = city.now;
    }
    city.couriers[1].route = stops;
    (city, delivery, [near, far])
}

#[test]
fn what_somebody_has_already_is_planned_anew() {
    let (city, delivery, [near, _]) = held_by_the_far_one();
    let advice = answer(&city, &BTreeSet::from([delivery]));
    assert_eq!(advice.proposals.len(), 1);
    assert_eq!(
        (advice.proposals[0].courier, &advice.proposals[0].deliveries[..]),
        (near, &[delivery][..])
    );
    assert_eq!(advice.before.riding_m.0 - advice.after.riding_m.0, 2_900 * 13 / 10);
    let highest = |outlook: Outlook| outlook.hourly.expect("both were paid").highest;
    let [before, after] = [highest(advice.before), highest(advice.after)];
    assert!(1_000 < before && before < after, "the same pay for less riding: {before}, {after}");
}
