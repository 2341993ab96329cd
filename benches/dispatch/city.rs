//! Made-up cities of any size, the same in every run.

use std::collections::BTreeSet;

use paceline::domain::geo::Spot;
use paceline::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use paceline::domain::time::{Seconds, Timestamp};
use paceline::domain::vehicle::{Load, Vehicle, VehicleKind};
use paceline::engine::snapshot::{
    CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState,
};
use uuid::Uuid;

const NOON: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// A fixed stream of numbers: `SplitMix64` (Steele et al. 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((bits ^ (bits >> 31)) % bound).unwrap_or(0)
    }

    /// Within a city of 20 km.
    pub fn spot(&mut self) -> Spot {
        let mut metre = || i32::try_from(self.below(20_000)).unwrap_or(0);
        Spot { x_m: metre(), y_m: metre() }
    }
}

fn courier(numbers: &mut Numbers, number: usize) -> CourierState {
    CourierState {
        id: CourierId::from_uuid(Uuid::from_u128(number as u128)),
        spot: numbers.spot(),
        there_at: NOON,
        position_age: Seconds(5),
        vehicle: Vehicle {
            kind: VehicleKind::Bike,
            room: Load { volume_ml: 80_000, weight_g: 30_000 },
        },
        range_left_m: None,
        carrying: Load::default(),
        on_duty_since: NOON - Seconds(3600),
        shift_end: NOON + Seconds(7200),
        rest_until: None,
        route: Vec::new(),
        earned: numbers.below(20_000),
        paid: Seconds(3600 + numbers.below(36_000)),
        skills: BTreeSet::new(),
        zones: BTreeSet::new(),
        blocked: BTreeSet::new(),
    }
}

fn job(numbers: &mut Numbers, number: usize) -> Job {
    let delivery = DeliveryId::from_uuid(Uuid::from_u128(number as u128));
    let ready_at = NOON + Seconds(numbers.below(1800) - 300);
    let mut stop = |task: u128, kind, ready_at, due| Stop {
        task: TaskId::from_uuid(Uuid::from_u128(2 * number as u128 + task)),
        delivery,
        kind,
        spot: numbers.spot(),
        ready_at,
        due,
        latest: None,
        service_before: Seconds(120),
        service_after: Seconds(60),
        load: Load { volume_ml: 20_000, weight_g: 3_000 },
        state: StopState::Todo,
    };
    Job {
        delivery,
        merchant: MerchantId::from_uuid(Uuid::from_u128(number as u128 % 100)),
        placed_at: NOON,
        stops: vec![
            stop(0, StopKind::Pickup, ready_at, None),
            stop(1, StopKind::Dropoff, NOON, Some(NOON + Seconds(2700))),
        ],
        skills: BTreeSet::new(),
        zone: None,
        pay: 500,
        refused_by: BTreeSet::new(),
        standing: Standing::Open,
    }
}

/// So many couriers on duty, without promises, and open jobs.
pub fn city(seed: u64, couriers: usize, jobs: usize) -> Snapshot {
    let mut numbers = Numbers(seed);
    Snapshot::sorted(
        NOON,
        (0..couriers).map(|number| courier(&mut numbers, number)).collect(),
        (0..jobs).map(|number| job(&mut numbers, number)).collect(),
    )
}
