//! The search: put every open parcel where it adds least, then mend until nothing gets better.
//!
//! Two kinds of mending take turns. A parcel may move to a better place in any route; and the plans
//! of all riders are dealt out again at once, by exact assignment. The outcome depends on the
//! problem and on the schedules it starts from, on nothing else.

use super::bounds::Approach;
use super::deal;
use super::insertion::{self, Best, Old, Scratch};
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route;
use super::schedules::{self, Schedules};
use super::travel::TravelTimes;

/// Puts `parcels`, the soonest ready first, where each adds least, until `placed_max` have a place.
/// Returns those that have none. Cost: parcels x riders in reach x places.
pub fn place<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    parcels: &mut [ParcelIx],
    placed_max: usize,
) -> Vec<ParcelIx> {
    soonest_first(problem, parcels);
    let mut scratch = Scratch::default();
    let mut left = Vec::new();
    let mut placed = 0;
    for &parcel in parcels.iter() {
        let is_wanted = placed < placed_max;
        let best = is_wanted.then(|| cheapest(problem, schedules, parcel, None, &mut scratch));
        if let Some(best) = best.flatten() {
            schedules.set(problem, best.rider, &best.route, best.route_cost);
            placed += 1;
        } else {
            left.push(parcel);
        }
    }
    left
}

/// Mends until a round moves no parcel, or until the policy's `relocations_max` parcels have been
/// looked at; one round is always made. The total cost never rises.
pub fn mend<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    open: &[ParcelIx],
) {
    let mut lists = Lists::default();
    let mut deals = deal::Lists::default();
    let mut left = problem.policy.search.relocations_max;
    let mut tried_at = vec![None; open.len()];
    loop {
        deal::deal_again(problem, schedules, &mut deals);
        let mut better = false;
        for (&parcel, tried_at) in open.iter().zip(&mut tried_at) {
            better |= relocate(problem, schedules, parcel, *tried_at, &mut lists);
            *tried_at = Some(schedules.changes());
        }
        left = left.saturating_sub(open.len());
        if !better || left < open.len() {
            break;
        }
    }
}

/// Sorts parcels by when they are ready.
fn soonest_first<T: TravelTimes>(problem: &Problem<'_, T>, parcels: &mut [ParcelIx]) {
    let ready_s = |parcel: ParcelIx| problem.task(problem.parcels[parcel].tasks.start).ready_s;
    parcels.sort_by_key(|&parcel| (ready_s(parcel), parcel));
}

/// A parcel taken out of the route it was in, before anything is changed.
struct Taken<'a> {
    /// The route without it.
    old: Old<'a>,
    /// Nothing adds less than leaving it there, which adds this much.
    gain: i64,
    /// Only riders whose routes have changed since this change are worth a look.
    since: Option<u64>,
}

/// The cheapest place for a parcel in any route in its reach; if it is taken out of one, only what
/// is cheaper than that.
///
/// A route is tried only if two bounds from below on what the parcel adds, each dearer to reckon
/// than the one before, leave hope: equality alone, and equality with all that follows from riding
/// there first of all; of a rider who has something to do, only the delay.
fn cheapest<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    taken: Option<&Taken<'_>>,
    scratch: &mut Scratch,
) -> Option<Best> {
    let mut best = taken.map(|taken| Best { added: taken.gain, ..Best::default() });
    let since = taken.and_then(|taken| taken.since);
    let pay = problem.parcels[parcel].pay;
    scratch.alone.set(problem, parcel);
    let counter = scratch.alone.counter;
    for (rider, ride) in problem.reach(parcel) {
        if since.is_some_and(|since| schedules.changed_at(rider) <= since) {
            continue;
        }
        let own = taken.filter(|taken| taken.old.rider == rider);
        let added_max = best.as_ref().map_or(i64::MAX, |best| best.added);
        let standing = &problem.riders[rider].standing;
        let planned_pay = schedules.planned_pay(rider) - own.map_or(0, |_| pay);
        let fairness_ms = standing.term_ms(planned_pay, pay);
        if fairness_ms >= added_max {
            continue;
        }
        let Some(approach) = Approach::of(problem, &counter, rider, ride) else { continue };
        let old = own.map_or_else(|| schedules.old(rider), |own| own.old);
        let rest_ms = if old.route.is_empty() {
            // Who has nothing to do has nothing on the way either.
            let alone = scratch.alone.stops(problem, problem.riders[rider].vehicle);
            approach.riding_ms + alone.from(approach.handover_s)
        } else {
            (approach.handover_s - counter.ready_s) * problem.policy.weights.delay
        };
        if fairness_ms + rest_ms >= added_max {
            continue;
        }
        // A refusal only means that this rider is not the best: the explanation asks again.
        let _ = insertion::into_route(problem, old, parcel, scratch, &mut best);
    }
    best.filter(|best| !best.route.is_empty())
}

/// Takes a parcel out and puts it where it adds least, if that is better than where it was. If it was
/// tried at an earlier change, what has not changed since is not tried again.
fn relocate<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    parcel: ParcelIx,
    tried_at: Option<u64>,
    lists: &mut Lists,
) -> bool {
    let Some(rider) = schedules.rider_of(parcel) else { return false };
    let since = tried_at.filter(|&change| schedules.changed_at(rider) <= change);
    if since == Some(schedules.changes()) || is_well_alone(problem, schedules, rider) {
        return false;
    }
    let range = &problem.parcels[parcel].tasks;
    lists.without.clear();
    lists.without.extend(schedules.route(rider).iter().filter(|task| !range.contains(task)));
    // Fewer stops can break no rule, but for travel times against the triangle inequality.
    let cost = schedules::cost_of(problem, rider, &lists.without);
    let Ok(cost) = cost else { return false };
    let old = Old { rider, route: &lists.without, cost, since: None };
    let taken = Taken { old, gain: schedules.cost(rider) - cost, since };
    let best = cheapest(problem, schedules, parcel, Some(&taken), &mut lists.scratch);
    let Some(best) = best else { return false };
    schedules.set(problem, rider, &lists.without, cost);
    schedules.set(problem, best.rider, &best.route, best.route_cost);
    true
}

/// Whether a rider's whole plan is one parcel that is picked up the moment it is ready. The deal has
/// already looked for a better rider; there is no delay to be saved.
fn is_well_alone<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &Schedules,
    rider: RiderIx,
) -> bool {
    let route = schedules.route(rider);
    route.len() == 2
        && route::first_visit(problem, rider, route, None).handover_s
            <= problem.task(route[0]).ready_s
}

/// Lists that are filled again and again without being allocated again.
#[derive(Default)]
struct Lists {
    scratch: Scratch,
    without: Vec<TaskIx>,
}
