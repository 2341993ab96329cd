//! The search: put every open parcel where it adds least, then mend until nothing gets better.
//!
//! Two kinds of mending take turns. A parcel may move to a better place in any route; and the plans
//! of all riders are dealt out again at once, by exact assignment. The outcome depends on the
//! problem and on the schedules it starts from, on nothing else.

use super::deal;
use super::insertion::{self, Best, Old, Scratch};
use super::problem::{Parcel, ParcelIx, Problem, RiderIx, TaskIx};
use super::route;
use super::schedules::{self, Schedules};
use super::travel::{Leg, TravelTimes};

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

/// Mends until a round changes nothing, or until the policy's `relocations_max` parcels have been
/// looked at; one round is always made. The total cost never rises.
pub fn mend<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    open: &[ParcelIx],
) {
    let mut lists = Lists::default();
    let mut deals = deal::Lists::default();
    let mut left = problem.policy.search.relocations_max;
    loop {
        let mut better = deal::deal_again(problem, schedules, &mut deals);
        for &parcel in open {
            better |= relocate(problem, schedules, parcel, &mut lists);
        }
        left = left.saturating_sub(open.len());
        if !better || left < open.len() {
            break;
        }
    }
}

fn ready_s<T: TravelTimes>(problem: &Problem<'_, T>, parcel: ParcelIx) -> i64 {
    problem.task(problem.parcels[parcel].tasks.start).ready_s
}

/// The cheapest place for a parcel in any route in its reach, if it adds less than `below`.
///
/// A route is tried only if two bounds from below on what the parcel adds, each dearer to reckon
/// than the one before, leave hope: equality alone, and equality with the delay of riding there
/// first of all.
fn cheapest<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    below: Option<i64>,
    scratch: &mut Scratch,
) -> Option<Best> {
    let mut best = below.map(|added| Best { added, ..Best::default() });
    let Parcel { ref tasks, pay, .. } = problem.parcels[parcel];
    for &rider in problem.reach(parcel) {
        let added_max = best.as_ref().map_or(i64::MAX, |best| best.added);
        let standing = &problem.riders[rider].standing;
        let fairness_ms = standing.term_ms(schedules.planned_pay(rider), pay);
        if fairness_ms >= added_max {
            continue;
        }
        let Some(approach) = least_approach(problem, tasks.start, rider) else { continue };
        // Who has nothing to do has nothing on the way either.
        let is_idle = schedules.route(rider).is_empty();
        let riding_ms = if is_idle { approach.riding_ms } else { 0 };
        if fairness_ms + approach.delay_ms + riding_ms >= added_max {
            continue;
        }
        // A refusal only means that this rider is not the best: the explanation asks again.
        let old = Old { rider, route: schedules.route(rider), cost: schedules.cost(rider) };
        let _ = insertion::into_route(problem, old, parcel, scratch, &mut best);
    }
    best.filter(|best| !best.route.is_empty())
}

/// The least that going for a pickup at once costs a rider: goods that wait and metres ridden, in
/// one unit. `None` if it would be after the shift.
pub(super) fn least_approach<T: TravelTimes>(
    problem: &Problem<'_, T>,
    pickup: TaskIx,
    rider: RiderIx,
) -> Option<Approach> {
    let rider = &problem.riders[rider];
    let leaves_s = rider.leaves_s(problem.now_s);
    if leaves_s > rider.shift_end_s {
        return None;
    }
    let pickup = problem.task(pickup);
    let leg = problem.travel.leg(rider.spot, pickup.spot, rider.vehicle);
    let stays = (rider.spot, rider.counter) == (pickup.spot, pickup.counter);
    let arrival_s = if stays { rider.there_s } else { leaves_s + leg.seconds.0 };
    let handover_s = (arrival_s + pickup.before_s).max(leaves_s);
    if handover_s > rider.shift_end_s {
        return None;
    }
    let weights = &problem.policy.weights;
    Some(Approach {
        leg,
        delay_ms: (handover_s - pickup.ready_s).max(0) * weights.delay,
        riding_ms: leg.metres.0 * (weights.riding + weights.approach),
    })
}

/// What going somewhere costs, as thousandths of a second of a customer's waiting.
pub(super) struct Approach {
    /// The ride.
    pub leg: Leg,
    /// What it costs the goods of one delivery.
    pub delay_ms: i64,
    /// What it costs.
    pub riding_ms: i64,
}

/// Takes a parcel out and puts it where it adds least, if that is better than where it was.
fn relocate<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    parcel: ParcelIx,
    lists: &mut Lists,
) -> bool {
    let Some(rider) = schedules.rider_of(parcel) else { return false };
    if is_well_alone(problem, schedules, rider) {
        return false;
    }
    let range = &problem.parcels[parcel].tasks;
    lists.old.clear();
    lists.old.extend_from_slice(schedules.route(rider));
    lists.without.clear();
    lists.without.extend(lists.old.iter().filter(|task| !range.contains(task)));
    let old_cost = schedules.cost(rider);
    // Fewer stops can break no rule, but for travel times against the triangle inequality.
    let without_cost = schedules::cost_of(problem, rider, &lists.without);
    let Ok(without_cost) = without_cost else { return false };
    schedules.set(problem, rider, &lists.without, without_cost);
    let gain = old_cost - without_cost;
    match cheapest(problem, schedules, parcel, Some(gain), &mut lists.scratch) {
        Some(best) => {
            schedules.set(problem, best.rider, &best.route, best.route_cost);
            true
        }
        None => {
            schedules.set(problem, rider, &lists.old, old_cost);
            false
        }
    }
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
    old: Vec<TaskIx>,
    without: Vec<TaskIx>,
}
