//! Made-up cities, small enough to shrink.

use std::collections::BTreeSet;

use paceline::domain::geo::Spot;
use paceline::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use paceline::domain::time::{Seconds, Timestamp};
use paceline::domain::vehicle::{Load, Vehicle, VehicleKind};
use paceline::engine::ahead::Demand;
use paceline::engine::snapshot::{
    CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState,
};
use proptest::prelude::*;
use uuid::Uuid;

/// Noon of the made-up day.
pub const NOON: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn minutes(number: i64) -> Seconds {
    Seconds::from_minutes(number)
}

/// A spot on a coarse grid of 6 km, so that counters coincide now and then.
fn a_spot() -> impl Strategy<Value = Spot> {
    (0..12, 0..12).prop_map(|(x, y)| Spot { x_m: x * 500, y_m: y * 500 })
}

prop_compose! {
    /// A job of delivery number `number`.
    fn a_job(number: u128)(
        from in a_spot(),
        to in a_spot(),
        placed in -30i64..0,
        ready in -10i64..50,
        volume_ml in 1_000i64..60_000,
        merchant in 0u128..4,
        cold in prop::bool::weighted(0.1),
        refused_by in prop::collection::btree_set(0u128..6, 0..2),
        offered_to in prop::option::weighted(0.1, 0u128..6),
    ) -> Job {
        let delivery = DeliveryId::from_uuid(Uuid::from_u128(number));
        let placed_at = NOON + minutes(placed);
        let stop = |task, kind, spot, ready_at, due| Stop {
            task: TaskId::from_uuid(Uuid::from_u128(2 * number + task)),
            delivery,
            kind,
            spot,
            ready_at,
            due,
            latest: None,
            service_before: minutes(2),
            service_after: minutes(1),
            load: Load { volume_ml, weight_g: 1_000 },
            state: StopState::Todo,
        };
        Job {
            delivery,
            merchant: MerchantId::from_uuid(Uuid::from_u128(merchant)),
            placed_at,
            stops: vec![
                stop(0, StopKind::Pickup, from, NOON + minutes(ready), None),
                stop(1, StopKind::Dropoff, to, placed_at, Some(placed_at + minutes(45))),
            ],
            skills: if cold { BTreeSet::from(["cold".to_owned()]) } else { BTreeSet::new() },
            zone: None,
            pay: 500,
            refused_by: refused_by.into_iter().map(courier_id).collect(),
            standing: match offered_to {
                Some(number) => Standing::Offered { to: BTreeSet::from([courier_id(number)]) },
                None => Standing::Open,
            },
        }
    }
}

fn courier_id(number: u128) -> CourierId {
    CourierId::from_uuid(Uuid::from_u128(number))
}

prop_compose! {
    /// A courier with up to two deliveries promised, whose numbers begin at 1000.
    fn a_courier(number: u128)(
        spot in a_spot(),
        there in -20i64..10,
        shift_end in 5i64..200,
        position_age in 0i64..400,
        cargo in any::<bool>(),
        earned in 0i64..20_000,
        paid_minutes in 0i64..2_000,
        cold in any::<bool>(),
        promised in (a_job(1000 + 2 * number), a_job(1001 + 2 * number), 0usize..3),
        under_way in any::<bool>(),
        blocked in prop::collection::btree_set(0u128..4, 0..2),
        (rest, range_left_m) in
            (prop::option::weighted(0.1, 0i64..60), prop::option::weighted(0.3, 0i64..12_000)),
    ) -> CourierState {
        let (first, second, count) = promised;
        let mut route: Vec<Stop> =
            [first, second].into_iter().take(count).flat_map(|job| job.stops).collect();
        if let (Some(stop), true) = (route.first_mut(), under_way) {
            stop.state = StopState::Doing;
        }
        let kind = if cargo { VehicleKind::CargoBike } else { VehicleKind::Bike };
        let volume_ml = if cargo { 200_000 } else { 60_000 };
        CourierState {
            id: courier_id(number),
            spot,
            there_at: NOON + minutes(there),
            position_age: Seconds(position_age),
            vehicle: Vehicle { kind, room: Load { volume_ml, weight_g: 30_000 } },
            range_left_m,
            carrying: Load::default(),
            on_duty_since: NOON - minutes(60),
            shift_end: NOON + minutes(shift_end),
            rest_until: rest.map(|minute| NOON + minutes(minute)),
            route,
            earned,
            paid: minutes(paid_minutes),
            skills: if cold { BTreeSet::from(["cold".to_owned()]) } else { BTreeSet::new() },
            zones: BTreeSet::new(),
            blocked: blocked
                .into_iter()
                .map(|number| MerchantId::from_uuid(Uuid::from_u128(number)))
                .collect(),
        }
    }
}

/// A city at noon with up to `couriers` couriers and `jobs` jobs.
pub fn a_city(couriers: usize, jobs: usize) -> impl Strategy<Value = Snapshot> {
    let couriers =
        (0..couriers as u128).map(|number| prop::option::weighted(0.8, a_courier(number)));
    let jobs = (0..jobs as u128).map(|number| prop::option::weighted(0.8, a_job(number)));
    (couriers.collect::<Vec<_>>(), jobs.collect::<Vec<_>>()).prop_map(|(couriers, jobs)| {
        let jobs: Vec<Job> = jobs.into_iter().flatten().collect();
        let mut counters: Vec<Spot> = jobs.iter().map(Job::pickup_spot).collect();
        counters.sort_unstable();
        counters.dedup();
        Snapshot {
            guarantee_hourly: 1_175,
            demands: counters.into_iter().map(|spot| Demand { spot, hourly: 8 }).collect(),
            ..Snapshot::sorted(NOON, couriers.into_iter().flatten().collect(), jobs)
        }
    })
}
