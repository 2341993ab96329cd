//! The search: put every open parcel where it adds least, then mend until nothing gets better.
//!
//! Two kinds of mending take turns. A parcel may move to a better place in any route; and the plans
//! of all riders are dealt out again at once, by exact assignment. The outcome depends on the
//! problem and on the schedules it starts from, on nothing else.

use super::insertion::{self, Best, Scratch};
use super::matching::{self, Edge, Row};
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route;
use super::schedules::{self, Schedules, new_parcels};
use super::travel::TravelTimes;

/// Puts each of `parcels`, the soonest ready first, where it adds least. Returns those that nobody
/// can take. Cost: parcels x riders in reach x places.
pub fn place<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    parcels: &mut [ParcelIx],
) -> Vec<ParcelIx> {
    parcels.sort_by_key(|&parcel| (ready_s(problem, parcel), parcel));
    let mut scratch = Scratch::default();
    let mut left = Vec::new();
    for &parcel in parcels.iter() {
        match cheapest(problem, schedules, parcel, None, &mut scratch) {
            Some(best) => schedules.set(problem, best.rider, &best.route, best.route_cost),
            None => left.push(parcel),
        }
    }
    left
}

/// Mends for at most `rounds` rounds, or until a round changes nothing. The total cost never rises.
pub fn mend<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    open: &[ParcelIx],
    rounds: usize,
) {
    let mut scratch = Scratch::default();
    for _ in 0..rounds {
        let mut better = deal_again(problem, schedules);
        for &parcel in open {
            better |= relocate(problem, schedules, parcel, &mut scratch);
        }
        if !better {
            break;
        }
    }
}

fn ready_s<T: TravelTimes>(problem: &Problem<'_, T>, parcel: ParcelIx) -> i64 {
    problem.task(problem.parcels[parcel].tasks.start).ready_s
}

/// The cheapest place for a parcel in any route in its reach, if it adds less than `below`.
fn cheapest<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    below: Option<i64>,
    scratch: &mut Scratch,
) -> Option<Best> {
    let mut best = below.map(|added| Best { added, ..Best::default() });
    for rider in problem.reach(parcel) {
        let least = least_added(problem, schedules, parcel, rider);
        if least.is_none_or(|least| best.as_ref().is_some_and(|best| least >= best.added)) {
            continue;
        }
        // A refusal only means that this rider is not the best: the explanation asks again.
        let _ = insertion::into_route(problem, schedules, parcel, rider, scratch, &mut best);
    }
    best.filter(|best| !best.route.is_empty())
}

/// A bound from below on what a parcel adds to a rider's route: the delay if the rider rode there
/// first of all, and equality. `None` if it would be after the shift.
fn least_added<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    rider_ix: RiderIx,
) -> Option<i64> {
    let delay_s = least_delay_s(problem, problem.parcels[parcel].tasks.start, rider_ix)?;
    let pay = problem.parcels[parcel].pay;
    let standing = &problem.riders[rider_ix].standing;
    let planned = schedules.planned_pay(rider_ix);
    let fairness_ms = standing.term_ms(planned, pay, &problem.policy.fairness);
    Some(delay_s * problem.policy.weights.delay + fairness_ms)
}

/// How long goods wait at least if a rider sets out for them at once. `None` if that would be after
/// the shift.
fn least_delay_s<T: TravelTimes>(
    problem: &Problem<'_, T>,
    pickup: TaskIx,
    rider: RiderIx,
) -> Option<i64> {
    let rider = &problem.riders[rider];
    let leaves_s = rider.leaves_s(problem.now_s);
    if leaves_s > rider.shift_end_s {
        return None;
    }
    let pickup = problem.task(pickup);
    let arrival_s = if rider.spot == pickup.spot {
        rider.there_s
    } else {
        leaves_s + problem.travel.leg(rider.spot, pickup.spot, rider.vehicle).seconds.0
    };
    let handover_s = (arrival_s + pickup.before_s).max(leaves_s);
    Some((handover_s - pickup.ready_s).max(0)).filter(|_| handover_s <= rider.shift_end_s)
}

/// Takes a parcel out and puts it where it adds least, if that is better than where it was.
fn relocate<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    parcel: ParcelIx,
    scratch: &mut Scratch,
) -> bool {
    let Some(rider) = schedules.rider_of(parcel) else { return false };
    let (old, old_cost) = (schedules.route(rider).to_vec(), schedules.cost(rider));
    let range = &problem.parcels[parcel].tasks;
    let without: Vec<TaskIx> = old.iter().copied().filter(|task| !range.contains(task)).collect();
    // Fewer stops can break no rule, but for travel times against the triangle inequality.
    let Ok(without_cost) = schedules.cost_of(problem, rider, &without) else { return false };
    schedules.set(problem, rider, &without, without_cost);
    let gain = old_cost - without_cost;
    match cheapest(problem, schedules, parcel, Some(gain), scratch) {
        Some(best) => {
            schedules.set(problem, best.rider, &best.route, best.route_cost);
            true
        }
        None => {
            schedules.set(problem, rider, &old, old_cost);
            false
        }
    }
}

/// A rider's planned tasks as one piece, which another rider could have instead.
struct Pack {
    rider: RiderIx,
    tasks: Vec<TaskIx>,
    parcels: Vec<ParcelIx>,
    /// What it adds to its present rider's promised route.
    cost: i64,
}

/// Deals all planned packs out again, each to one rider, by exact assignment.
fn deal_again<T: TravelTimes>(problem: &Problem<'_, T>, schedules: &mut Schedules) -> bool {
    let packs = packs(problem, schedules);
    let least: Vec<Vec<(RiderIx, i64)>> =
        packs.iter().map(|pack| least_costs(problem, pack)).collect();
    // No exchange can save more than this, so an edge that costs more than its pack's present place
    // by as much cannot be part of a better deal.
    let gain_max: i64 = packs
        .iter()
        .zip(&least)
        .map(|(pack, least)| {
            let best = least.iter().map(|&(_, cost)| cost).min().unwrap_or(pack.cost);
            (pack.cost - best).max(0)
        })
        .sum();
    if gain_max == 0 {
        return false;
    }
    let mut routes: Vec<Vec<(Vec<TaskIx>, i64)>> = Vec::with_capacity(packs.len());
    let mut rows: Vec<Row> = Vec::with_capacity(packs.len());
    for (pack, least) in packs.iter().zip(&least) {
        let (mut row, mut row_routes) = (Row { edges: Vec::new(), alone: ALONE }, Vec::new());
        for &(rider, bound) in least {
            if rider != pack.rider && bound >= pack.cost + gain_max {
                continue;
            }
            let (route, cost) = if rider == pack.rider {
                (schedules.route(rider).to_vec(), Ok(schedules.cost(rider)))
            } else {
                let mut route = problem.riders[rider].promised.clone();
                route.extend_from_slice(&pack.tasks);
                let cost = schedules.cost_of(problem, rider, &route);
                (route, cost)
            };
            if let Ok(cost) = cost {
                let column = u32::try_from(rider).unwrap_or(u32::MAX);
                row.edges.push(Edge { column, cost: cost - schedules.base_cost(rider) });
                row_routes.push((route, cost));
            }
        }
        rows.push(row);
        routes.push(row_routes);
    }
    deal(problem, schedules, &packs, &rows, &routes)
}

/// Leaving a pack without a rider never pays: it has one already.
const ALONE: i64 = i64::MAX / 4;

fn deal<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    packs: &[Pack],
    rows: &[Row],
    routes: &[Vec<(Vec<TaskIx>, i64)>],
) -> bool {
    let chosen = matching::assign(rows, problem.riders.len());
    let places: Option<Vec<usize>> = chosen.into_iter().collect();
    let Some(places) = places else { return false };
    let cost: i64 = rows.iter().zip(&places).map(|(row, &place)| row.edges[place].cost).sum();
    if cost >= packs.iter().map(|pack| pack.cost).sum() {
        return false;
    }
    for pack in packs {
        let promised = &problem.riders[pack.rider].promised;
        schedules.set(problem, pack.rider, promised, schedules.base_cost(pack.rider));
    }
    for ((row, routes), &place) in rows.iter().zip(routes).zip(&places) {
        let (route, cost) = &routes[place];
        schedules.set(problem, row.edges[place].column as usize, route, *cost);
    }
    true
}

fn packs<T: TravelTimes>(problem: &Problem<'_, T>, schedules: &Schedules) -> Vec<Pack> {
    let mut packs = Vec::new();
    for (rider, row) in problem.riders.iter().enumerate() {
        let route = schedules.route(rider);
        if route.len() == row.promised.len() {
            continue;
        }
        packs.push(Pack {
            rider,
            tasks: route.iter().copied().filter(|task| !row.promised.contains(task)).collect(),
            parcels: new_parcels(problem, rider, route).collect(),
            cost: schedules.cost(rider) - schedules.base_cost(rider),
        });
    }
    packs
}

/// The riders who may have a whole pack, with a bound from below on what it would add: the delay at
/// its first counter, and equality. For its present rider, what it does add.
fn least_costs<T: TravelTimes>(problem: &Problem<'_, T>, pack: &Pack) -> Vec<(RiderIx, i64)> {
    let parcels = &pack.parcels;
    let Some(&first) = parcels.first() else { return Vec::new() };
    let together = route::counter_visit_len(problem, &pack.tasks);
    let mut least = Vec::new();
    for rider in problem.reach(first) {
        if rider == pack.rider {
            least.push((rider, pack.cost));
            continue;
        }
        let Some(delay_s) = least_delay_s(problem, pack.tasks[0], rider) else { continue };
        if !parcels.iter().all(|&parcel| problem.may_have(rider, parcel)) {
            continue;
        }
        let delay = delay_s * problem.policy.weights.delay * together as i64;
        least.push((rider, delay + schedules::fairness_ms(problem, rider, parcels)));
    }
    least
}
