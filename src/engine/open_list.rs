//! What a courier may take without being asked: each open job on its own, put where it adds least to
//! what is promised. By the rules of every plan; nobody is compared with anybody.

use std::collections::BTreeMap;

use super::explain;
use super::field::Field;
use super::plan::{self, Proposal};
use super::rules::Refusal;
use super::schedules::Schedules;
use super::snapshot::Snapshot;
use super::travel::TravelTimes;
use crate::domain::ids::{CourierId, DeliveryId};
use crate::domain::policy::DispatchPolicy;

/// For each open job within the policy's horizon: the courier's route with it, or the rule that
/// keeps it from the courier. Nothing for somebody who is not in the snapshot.
///
/// Cost: O(jobs x places in the courier's route).
pub fn choices(
    snapshot: &Snapshot,
    policy: &DispatchPolicy,
    travel: &impl TravelTimes,
    courier: CourierId,
) -> BTreeMap<DeliveryId, Result<Proposal, Refusal>> {
    let snapshot = snapshot.normal();
    let field = Field::new(&snapshot, policy, travel, 0);
    let Some(rider) = field.rider(courier) else { return BTreeMap::new() };
    let schedules = Schedules::of_promises(&field.problem);
    let open = field.open.iter().zip(&field.excluded);
    open.map(|(&parcel, excluded)| {
        let outcome = match excluded.iter().find(|(who, _)| *who == rider) {
            Some(&(_, why)) => Err(why),
            None => explain::route_with(&field, &schedules, parcel, rider)
                .map(|route| plan::proposal(&field, rider, &route, &[parcel])),
        };
        (field.job(parcel).delivery, outcome)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::check::check;
    use crate::engine::plan::Plan;
    use crate::engine::snapshot::Standing;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::travel::StraightLine;

    const ONE_MINUTE_M: i32 = 320;

    fn policy() -> DispatchPolicy {
        let founding = DispatchPolicy::FOUNDING_TEXT;
        DispatchPolicy::parse(&founding.replace("mode = \"offer\"", "mode = \"open_list\""))
            .unwrap()
    }

    #[test]
    fn each_job_is_judged_on_its_own_and_the_checker_agrees() {
        let courier = courier_at(1, (0, 0));
        let near = job_between(7, (ONE_MINUTE_M, 0), (640, 0), 5);
        let other = job_between(8, (0, ONE_MINUTE_M), (0, 640), 5);
        let mut heavy = job_between(9, (0, 0), (640, 0), 5);
        heavy.stops[0].load.weight_g = 60_000;
        let far = job_between(10, (16_000, 0), (640, 0), 5);
        let mut taken = job_between(11, (0, 0), (640, 0), 5);
        taken.standing = Standing::Offered { to: [courier_at(2, (0, 0)).id].into() };
        let jobs = vec![near.clone(), other.clone(), heavy.clone(), far.clone(), taken];
        let city = Snapshot::sorted(minute(5), vec![courier.clone()], jobs);
        let travel = StraightLine::mdrp(320);
        let found = choices(&city, &policy(), &travel, courier.id);
        assert_eq!(found.len(), 4, "somebody is being asked about the fifth");
        for free in [&near, &other] {
            let proposal = found[&free.delivery].clone().unwrap();
            assert_eq!((proposal.route.len(), proposal.approach.0), (2, i64::from(ONE_MINUTE_M)));
            let plan = Plan { proposals: vec![proposal], ..Plan::default() };
            assert_eq!(check(&city, &plan, &policy(), &travel), Ok(()));
        }
        assert_eq!(found[&heavy.delivery], Err(Refusal::TooLarge));
        assert_eq!(found[&far.delivery], Err(Refusal::Reach));
    }

    #[test]
    fn what_is_promised_counts() {
        let mut courier = courier_at(1, (0, 0));
        let promised =
            (0..8).flat_map(|number| job_between(20 + number, (0, 0), (640, 0), 5).stops);
        courier.route = promised.collect();
        let job = job_between(7, (0, 0), (640, 0), 5);
        let city = Snapshot::sorted(minute(5), vec![courier.clone()], vec![job.clone()]);
        let found = choices(&city, &policy(), &StraightLine::mdrp(320), courier.id);
        assert_eq!(found[&job.delivery], Err(Refusal::DeliveriesAhead));
        let nobody = courier_at(2, (0, 0)).id;
        assert!(choices(&city, &policy(), &StraightLine::mdrp(320), nobody).is_empty());
    }
}
