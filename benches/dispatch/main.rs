//! How long dispatch takes: ticks, the index and the assignment beside well-known programs on the same
//! numbers, and published days. Run by `./dev bench dispatch`; writes what it finds into
//! `docs/performance.md`.

mod city;
mod days;
#[path = "../page/mod.rs"]
mod page;
mod rivals;
mod stopwatch;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;

use city::{Numbers, city};
use paceline::domain::geo::Spot;
use paceline::domain::ids::CourierId;
use paceline::domain::policy::DispatchPolicy;
use paceline::engine::index::CourierIndex;
use paceline::engine::matching::{self, Edge, Row};
use paceline::engine::travel::StraightLine;
use paceline::engine::{check, plan};
use rstar::RTree;
use stopwatch::{median_us, time};
use uuid::Uuid;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut text = String::new();
    for section in [ticks, index, assignment, days::published] {
        let part = section();
        print!("{part}");
        text.push_str(&part);
    }
    page::write("dispatch", &text);
}

/// One tick in a made-up city, seed 7, explanations included, and the second reader.
/// Budget: 10,000 couriers and 1,000 open jobs within 50 ms on one core.
fn ticks() -> String {
    let (policy, travel) = (DispatchPolicy::founding(), StraightLine::city());
    let mut text = String::from(
        "\n### One tick\n\nGrowth: how many times longer than the row above, for how many times more \
         couriers x jobs.\n\n| couriers x open jobs | plan, ms | check, ms | growth |\n|---|---|---|---|\n",
    );
    let mut before: Option<(f64, usize)> = None;
    let sizes = [(10, 2), (100, 20), (1_000, 200), (10_000, 1_000), (10_000, 2_000)];
    for (couriers, jobs) in sizes.into_iter().chain([(100, 100), (100, 1_000), (100, 2_000)]) {
        let city = city(7, couriers, jobs);
        let planned = plan(&city, &policy, &travel, 7);
        let plan_us = median_us(|| plan(black_box(&city), &policy, &travel, 7));
        let check_us = median_us(|| check(black_box(&city), &planned, &policy, &travel));
        let size = couriers * jobs;
        let growth = before.filter(|&(_, smaller)| smaller < size).map_or_else(
            || "-".to_owned(),
            |(us, smaller)| format!("{:.1} for {:.0}", plan_us / us, size as f64 / smaller as f64),
        );
        before = Some((plan_us, size));
        let (plan_ms, check_ms) = (plan_us / 1e3, check_us / 1e3);
        let _ = writeln!(text, "| {couriers} x {jobs} | {plan_ms:.2} | {check_ms:.2} | {growth} |");
    }
    text
}

/// The warm index: the 16 nearest, and one courier moving on by some metres; beside rstar alone,
/// which knows neither ids nor who moved, and beside servers, asked over a local socket.
fn index() -> String {
    let mut text = String::from(
        "\n### The index of couriers\n\nThousands a second, and how many times faster than the other.\n\n\
         | couriers | 16 nearest | rstar alone | Redis GEOSEARCH | PostGIS <-> | moves | rstar alone | \
         Redis GEOADD |\n|---|---|---|---|---|---|---|---|\n",
    );
    for couriers in [1_000, 10_000, 100_000, 1_000_000] {
        let mut numbers = Numbers(7);
        let mut spots: Vec<(CourierId, Spot)> = (0..couriers)
            .map(|number: u128| (CourierId::from_uuid(Uuid::from_u128(number)), numbers.spot()))
            .collect();
        let point = |spot: Spot| [i64::from(spot.x_m), i64::from(spot.y_m)];
        let mut tree = RTree::bulk_load(spots.iter().map(|(_, spot)| point(*spot)).collect());
        let mut index = CourierIndex::load(spots.iter().copied());
        let near_us = median_us(|| index.nearest(black_box(numbers.spot()), 16));
        let rstar_near_us = median_us(|| {
            let near = tree.nearest_neighbor_iter(black_box(point(numbers.spot())));
            near.take(16).copied().collect::<Vec<_>>()
        });
        let redis = rivals::redis(&spots);
        let postgis_us = rivals::postgis(&spots);
        let mut turn = 0;
        let move_us = median_us(|| {
            turn = (turn + 7_919) % spots.len();
            let (id, spot) = &mut spots[turn];
            spot.x_m += 7;
            index.put(*id, *spot);
        });
        let mut alone: Vec<[i64; 2]> = tree.iter().copied().collect();
        let rstar_move_us = median_us(|| {
            turn = (turn + 7_919) % alone.len();
            tree.remove(&alone[turn]);
            alone[turn][0] += 7;
            tree.insert(alone[turn]);
        });
        let beside = |own_us: f64, other_us: Option<f64>| {
            let ratio = |us: f64| format!("{:.0} ({:.2} x)", 1e3 / us, us / own_us);
            other_us.map_or("skipped".to_owned(), ratio)
        };
        let _ = writeln!(
            text,
            "| {couriers} | {:.0} | {} | {} | {} | {:.0} | {} | {} |",
            1e3 / near_us,
            beside(near_us, Some(rstar_near_us)),
            beside(near_us, redis.map(|redis| redis.search_us)),
            beside(near_us, postgis_us),
            1e3 / move_us,
            beside(move_us, Some(rstar_move_us)),
            beside(move_us, redis.map(|redis| redis.move_us)),
        );
    }
    text
}

/// The sparse assignment beside a dense solver on the same costs: 16 edges a row.
fn assignment() -> String {
    let mut text = String::from(
        "\n### The assignment\n\nAs many rows as columns, 16 edges a row, from nothing.\n\n\
         | rows | sparse, ms | dense `pathfinding`, ms | ratio |\n|---|---|---|---|\n",
    );
    for size in [50u32, 200, 1_000] {
        let mut numbers = Numbers(7);
        let rows: Vec<Row> = (0..size).map(|_| row(&mut numbers, size)).collect();
        let sparse_us = median_us(|| matching::assign(black_box(&rows), size as usize));
        let width = 2 * size as usize;
        let dense = pathfinding::matrix::Matrix::from_fn(size as usize, width, |(row, column)| {
            let edge = rows[row].edges.iter().find(|edge| edge.column as usize == column);
            edge.map_or(rows[row].alone, |edge| edge.cost)
        });
        let (_, dense_us) = time(|| pathfinding::prelude::kuhn_munkres_min(black_box(&dense)));
        let (sparse_ms, dense_ms) = (sparse_us / 1e3, dense_us / 1e3);
        let ratio = dense_ms / sparse_ms;
        let _ = writeln!(text, "| {size} | {sparse_ms:.2} | {dense_ms:.2} | {ratio:.0} x |");
    }
    text
}

fn row(numbers: &mut Numbers, columns: u32) -> Row {
    let of_row: BTreeSet<i64> = (0..16).map(|_| numbers.below(u64::from(columns))).collect();
    let edge = |column: &i64| Edge {
        column: u32::try_from(*column).unwrap_or(0),
        cost: numbers.below(10_000),
    };
    Row { edges: of_row.iter().map(edge).collect(), alone: 20_000 }
}
