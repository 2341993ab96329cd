//! Where the tasks of one more parcel can go in a route, and which of the ways is cheapest.

use super::problem::{ParcelIx, Problem, RiderIx, Task, TaskIx};
use super::route::same_counter;
use super::rules::Refusal;
use super::schedules;
use super::snapshot::StopKind;
use super::travel::TravelTimes;

/// The cheapest way found so far to insert a parcel.
#[derive(Clone, Debug, Default)]
pub struct Best {
    /// Whose route.
    pub rider: RiderIx,
    /// The whole route with the parcel in it.
    pub route: Vec<TaskIx>,
    /// What the route costs with it, as the schedules count.
    pub route_cost: i64,
    /// What it adds.
    pub added: i64,
}

/// A route as it is, to be added to.
#[derive(Clone, Copy, Debug)]
pub struct Old<'a> {
    /// Whose.
    pub rider: RiderIx,
    /// Its tasks.
    pub route: &'a [TaskIx],
    /// What it costs, as the schedules count.
    pub cost: i64,
}

/// Lists that are filled again and again without being allocated again.
#[derive(Debug, Default)]
pub struct Scratch {
    trial: Vec<TaskIx>,
}

/// Tries every allowed place for `parcel` in an old route and keeps in `best` what is
/// cheaper than what it holds. Costs between equals: the earlier place wins.
///
/// Cost: O(n^2) routes of n tasks along the way, O(n) otherwise.
///
/// # Errors
/// When no place is allowed: the refusal that came last in the order of the rules, which is the
/// one on the route that came closest to being allowed.
pub fn into_route<T: TravelTimes>(
    problem: &Problem<'_, T>,
    old: Old<'_>,
    parcel: ParcelIx,
    scratch: &mut Scratch,
    best: &mut Option<Best>,
) -> Result<(), Refusal> {
    let mut refusal = None;
    let mut allowed = false;
    let rider = old.rider;
    let tasks = problem.parcels[parcel].tasks.clone();
    each_place(problem, rider, old.route, tasks, &mut scratch.trial, |trial| {
        match schedules::cost_of(problem, rider, trial) {
            Err(why) => refusal = refusal.max(Some(why)),
            Ok(route_cost) => {
                allowed = true;
                let added = route_cost - old.cost;
                if best.as_ref().is_none_or(|best| added < best.added) {
                    let best = best.get_or_insert_default();
                    best.rider = rider;
                    best.route.clear();
                    best.route.extend_from_slice(trial);
                    best.route_cost = route_cost;
                    best.added = added;
                }
            }
        }
    });
    if allowed { Ok(()) } else { Err(refusal.unwrap_or(Refusal::DeliveriesAhead)) }
}

/// Calls `each` with every allowed route in which `new` tasks join `old` ones, in a fixed order.
///
/// Old tasks keep their order and nothing goes before a task under way. A parcel of one pickup and
/// one drop-off may have others between the two; a longer one stays in one piece. Unless the policy
/// allows more along the way, the pickup either joins a visit to its counter, and the drop-off
/// follows before the next pickup, or both make a trip of their own between two others.
fn each_place<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    old: &[TaskIx],
    new: std::ops::Range<TaskIx>,
    trial: &mut Vec<TaskIx>,
    mut each: impl FnMut(&[TaskIx]),
) {
    let bundling = &problem.policy.bundling;
    let pickup = problem.task(new.start);
    let in_one_piece = new.len() != 2;
    for place in problem.riders[rider].fixed..=old.len() {
        let joins = place > 0
            && same_counter(problem.task(old[place - 1]), pickup)
            && !continues_visit(problem, old, place);
        let between_trips = place == old.len()
            || (problem.task(old[place]).kind == StopKind::Pickup
                && !continues_visit(problem, old, place)
                && is_empty_before(problem, old, place));
        if !bundling.along_the_way && !joins && !between_trips {
            continue;
        }
        if visit_len_around(problem, old, place, pickup) >= bundling.size_max {
            continue;
        }
        if in_one_piece || !(joins || bundling.along_the_way) {
            trial.clear();
            trial.extend_from_slice(&old[..place]);
            trial.extend(new.clone());
            trial.extend_from_slice(&old[place..]);
            each(trial);
            continue;
        }
        let mut dropoff_at = place;
        loop {
            trial.clear();
            trial.extend_from_slice(&old[..place]);
            trial.push(new.start);
            trial.extend_from_slice(&old[place..dropoff_at]);
            trial.push(new.start + 1);
            trial.extend_from_slice(&old[dropoff_at..]);
            each(trial);
            let Some(&next) = old.get(dropoff_at) else { break };
            if !bundling.along_the_way && problem.task(next).kind == StopKind::Pickup {
                break;
            }
            dropoff_at += 1;
        }
    }
}

/// Whether the task at `place` belongs to the same visit to a counter as the one before it.
fn continues_visit<T: TravelTimes>(
    problem: &Problem<'_, T>,
    route: &[TaskIx],
    place: usize,
) -> bool {
    place > 0
        && place < route.len()
        && same_counter(problem.task(route[place - 1]), problem.task(route[place]))
}

/// How many pickups of `old` a new one at `place` would share its visit to the counter with.
fn visit_len_around<T: TravelTimes>(
    problem: &Problem<'_, T>,
    old: &[TaskIx],
    place: usize,
    pickup: &Task,
) -> usize {
    let is_shared = |task: &&TaskIx| same_counter(problem.task(**task), pickup);
    let before = old[..place].iter().rev().take_while(is_shared).count();
    before + old[place..].iter().take_while(is_shared).count()
}

/// Whether nothing is on board just before `place`: as many parcels have been dropped off as were
/// picked up or carried from the start.
fn is_empty_before<T: TravelTimes>(
    problem: &Problem<'_, T>,
    route: &[TaskIx],
    place: usize,
) -> bool {
    // What is picked up before must be dropped off before: no drop-off from `place` on may belong
    // to a pickup before it, nor to goods carried from the start.
    let dropoffs = route[place..].iter().filter(|&&t| problem.task(t).kind == StopKind::Dropoff);
    dropoffs.clone().all(|&dropoff| {
        let parcel = problem.task(dropoff).parcel;
        route[place..]
            .iter()
            .any(|&t| problem.task(t).parcel == parcel && problem.task(t).kind == StopKind::Pickup)
    })
}
