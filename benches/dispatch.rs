//! How long a tick takes, how long the index takes, and the assignment beside a well-known library.

use std::collections::BTreeSet;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use paceline::domain::geo::Spot;
use paceline::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use paceline::domain::policy::DispatchPolicy;
use paceline::domain::time::{Seconds, Timestamp};
use paceline::domain::vehicle::{Load, Vehicle, VehicleKind};
use paceline::engine::index::CourierIndex;
use paceline::engine::matching::{self, Edge, Row};
use paceline::engine::snapshot::{
    CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState,
};
use paceline::engine::travel::StraightLine;
use paceline::engine::{check, plan};
use rstar::RTree;
use uuid::Uuid;

const NOON: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// A fixed stream of numbers: `SplitMix64` (Steele et al. 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((bits ^ (bits >> 31)) % bound).unwrap_or(0)
    }

    /// Within a city of 20 km.
    fn spot(&mut self) -> Spot {
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

fn city(seed: u64, couriers: usize, jobs: usize) -> Snapshot {
    let mut numbers = Numbers(seed);
    Snapshot::sorted(
        NOON,
        (0..couriers).map(|number| courier(&mut numbers, number)).collect(),
        (0..jobs).map(|number| job(&mut numbers, number)).collect(),
    )
}

/// One dispatch tick in a made-up city, seed 7, explanations included.
/// Budget: 10,000 couriers and 1,000 open jobs within 50 ms on one core.
fn plan_one_tick(c: &mut Criterion) {
    let (policy, travel) = (DispatchPolicy::founding(), StraightLine::city());
    let mut group = c.benchmark_group("plan_one_tick");
    for (couriers, jobs) in [(10, 2), (100, 20), (1_000, 200), (10_000, 1_000), (10_000, 2_000)] {
        let city = city(7, couriers, jobs);
        group.throughput(Throughput::Elements(jobs as u64));
        let id = BenchmarkId::from_parameter(format!("{couriers}x{jobs}"));
        group.bench_with_input(id, &city, |b, city| {
            b.iter(|| plan(black_box(city), &policy, &travel, 7));
        });
    }
    group.finish();
}

/// The second reader of the same plans.
fn check_one_plan(c: &mut Criterion) {
    let (policy, travel) = (DispatchPolicy::founding(), StraightLine::city());
    let city = city(7, 10_000, 1_000);
    let plan = plan(&city, &policy, &travel, 7);
    c.bench_function("check_one_plan/10000x1000", |b| {
        b.iter(|| check(black_box(&city), &plan, &policy, &travel));
    });
}

/// The warm index: the 16 nearest, and one courier moving on by some metres; each beside rstar alone,
/// which knows neither ids nor who moved.
fn courier_index(c: &mut Criterion) {
    let mut group = c.benchmark_group("courier_index");
    for couriers in [1_000, 10_000, 100_000, 1_000_000] {
        let mut numbers = Numbers(7);
        let mut spots: Vec<(CourierId, Spot)> = (0..couriers)
            .map(|number: usize| {
                (CourierId::from_uuid(Uuid::from_u128(number as u128)), numbers.spot())
            })
            .collect();
        let point = |spot: Spot| [i64::from(spot.x_m), i64::from(spot.y_m)];
        let mut tree = RTree::bulk_load(spots.iter().map(|(_, spot)| point(*spot)).collect());
        let mut index = CourierIndex::load(spots.iter().copied());
        group.bench_function(BenchmarkId::new("nearest_16", couriers), |b| {
            b.iter(|| index.nearest(black_box(numbers.spot()), 16));
        });
        group.bench_function(BenchmarkId::new("nearest_16_rstar", couriers), |b| {
            b.iter(|| {
                let near = tree.nearest_neighbor_iter(black_box(point(numbers.spot())));
                near.take(16).copied().collect::<Vec<_>>()
            });
        });
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("move", couriers), |b| {
            b.iter(|| {
                turn = (turn + 7_919) % spots.len();
                let (id, spot) = &mut spots[turn];
                spot.x_m += 7;
                index.put(*id, *spot);
            });
        });
        let mut alone: Vec<[i64; 2]> = tree.iter().copied().collect();
        group.bench_function(BenchmarkId::new("move_rstar", couriers), |b| {
            b.iter(|| {
                turn = (turn + 7_919) % alone.len();
                tree.remove(&alone[turn]);
                alone[turn][0] += 7;
                tree.insert(alone[turn]);
            });
        });
    }
    group.finish();
}

/// The sparse assignment beside a dense solver on the same costs: 16 edges a row.
fn assignment(c: &mut Criterion) {
    let mut group = c.benchmark_group("assignment");
    for size in [50u32, 200, 1_000] {
        let mut numbers = Numbers(7);
        let rows: Vec<Row> = (0..size)
            .map(|_| {
                let columns: BTreeSet<i64> =
                    (0..16).map(|_| numbers.below(u64::from(size))).collect();
                let mut edge = |column: &i64| Edge {
                    column: u32::try_from(*column).unwrap_or(0),
                    cost: numbers.below(10_000),
                };
                Row { edges: columns.iter().map(&mut edge).collect(), alone: 20_000 }
            })
            .collect();
        group.bench_function(BenchmarkId::new("sparse", size), |b| {
            b.iter(|| matching::assign(black_box(&rows), size as usize));
        });
        let width = 2 * size as usize;
        let dense = pathfinding::matrix::Matrix::from_fn(size as usize, width, |(row, column)| {
            let edge = rows[row].edges.iter().find(|edge| edge.column as usize == column);
            edge.map_or(20_000, |edge| edge.cost)
        });
        group.sample_size(10);
        group.bench_function(BenchmarkId::new("dense_pathfinding", size), |b| {
            b.iter(|| pathfinding::prelude::kuhn_munkres_min(black_box(&dense)));
        });
    }
    group.finish();
}

criterion_group!(benches, plan_one_tick, check_one_plan, courier_index, assignment);
criterion_main!(benches);
