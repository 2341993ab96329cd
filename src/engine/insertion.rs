//! Where the tasks of one more parcel can go in a route, and which of the ways is cheapest.

use std::ops::Range;

use super::costs::Terms;
use super::problem::{ParcelIx, Problem, Rider, RiderIx, Task, TaskIx};
use super::route::{Ride, Trial, counter_visit_len, same_counter};
use super::rules::{self, Refusal};
use super::schedules::{self, finishes};
use super::snapshot::StopKind;
use super::travel::TravelTimes;

/// The cheapest way found so far to insert a parcel.
#[derive(Clone, Debug, Default)]
pub struct Best {
    /// Whose route.
    pub rider: RiderIx,
    /// The whole route with the parcel in it.
    pub route: Vec<TaskIx>,
    /// What the route costs with it, term by term.
    pub terms: Terms,
    /// The same in one unit, as the schedules count.
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
    /// The tasks of one parcel.
    pub(super) alone: Vec<TaskIx>,
    trial: Vec<TaskIx>,
    parcels: Vec<ParcelIx>,
    fairness_ms: Vec<i64>,
    stretches: Vec<Stretch>,
}

/// The old route, ridden up to the visit that a task belongs to.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// The place of that visit's first task.
    begin: usize,
    /// Just before that visit.
    ride: Ride,
    /// What the ride to it costs.
    leg_ms: i64,
    /// What follows that ride costs: no less after any detour, since what is done later is never
    /// cheaper.
    tail_ms: i64,
    /// The dearest ride in it. A stop put into that ride may make an approach shorter.
    longest_ms: i64,
}

impl Stretch {
    fn at(begin: usize, ride: Ride, leg_ms: i64) -> Self {
        Self { begin, ride, leg_ms, tail_ms: 0, longest_ms: 0 }
    }
}

/// Tries every allowed place for `parcel` in an old route and keeps in `best` what is
/// cheaper than what it holds. Costs between equals: the earlier place wins.
///
/// The old route is ridden once. Each trial is ridden from where it differs, and only as long as what
/// has been spent and what the rest costs at least leave hope. Cost: O(n^2) trials of a few stops
/// along the way, O(n) otherwise.
///
/// # Errors
/// When `best` was empty and no place is allowed: the refusal that came last in the order of the
/// rules, which is the one on the route that came closest to being allowed.
pub fn into_route<T: TravelTimes>(
    problem: &Problem<'_, T>,
    old: Old<'_>,
    parcel: ParcelIx,
    scratch: &mut Scratch,
    best: &mut Option<Best>,
) -> Result<(), Refusal> {
    let new = problem.parcels[parcel].tasks.clone();
    rules::deliveries_ahead::check_more(problem, old.route, new.clone())?;
    scratch.reckon_fairness(problem, old, parcel);
    let refusal = scratch.ride(problem, old);
    let Scratch { trial, fairness_ms, stretches, .. } = scratch;
    let mut trials = Trials {
        problem,
        rider: &problem.riders[old.rider],
        old,
        new,
        stretches,
        fairness_ms,
        fairness_least_ms: fairness_ms.iter().copied().min().unwrap_or(0),
        trial,
        best,
        refusal,
    };
    trials.run();
    let refusal = trials.refusal.unwrap_or(Refusal::DeliveriesAhead);
    if best.is_some() { Ok(()) } else { Err(refusal) }
}

impl Scratch {
    /// Lists what equality costs with the parcel done as the first, the second, ... of the parcels
    /// that are not promised.
    fn reckon_fairness<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        old: Old<'_>,
        parcel: ParcelIx,
    ) {
        self.parcels.clear();
        self.parcels.push(parcel);
        self.parcels.extend(schedules::new_parcels(problem, old.route));
        self.fairness_ms.clear();
        for place in 0..self.parcels.len() {
            if place > 0 {
                self.parcels.swap(place - 1, place);
            }
            self.fairness_ms.push(schedules::fairness_ms(problem, old.rider, &self.parcels));
        }
    }

    /// Rides the old route and lists its stretches, one for each task and one for the end, as far as
    /// no rule is broken. Returns the one that is.
    fn ride<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, old: Old<'_>) -> Option<Refusal> {
        let rider = &problem.riders[old.rider];
        let weights = &problem.policy.weights;
        let mut ride = Ride::begin(problem, rider);
        self.stretches.clear();
        let mut begin = 0;
        while begin < old.route.len() {
            let len = counter_visit_len(problem, &old.route[begin..]);
            let before = ride;
            if let Err(why) = ride.visit(problem, rider, &old.route[begin..begin + len], None) {
                // Nothing is known of what follows.
                self.stretches.push(Stretch::at(begin, before, 0));
                return Some(why);
            }
            let leg_ms = (ride.terms - before.terms).rides_weighted(weights);
            let here = Stretch::at(begin, before, leg_ms);
            self.stretches.extend(std::iter::repeat_n(here, len));
            begin += len;
        }
        let total_ms = ride.terms.weighted(weights);
        let (mut later_ms, mut longest_ms) = (0, 0);
        for (place, stretch) in self.stretches.iter_mut().enumerate().rev() {
            stretch.longest_ms = longest_ms;
            stretch.tail_ms = later_ms;
            if stretch.begin == place {
                later_ms = total_ms - stretch.ride.terms.weighted(weights);
                longest_ms = longest_ms.max(stretch.leg_ms);
                stretch.tail_ms = later_ms - stretch.leg_ms;
            }
        }
        self.stretches.push(Stretch::at(begin, ride, 0));
        None
    }
}

/// One parcel being tried in one route.
struct Trials<'a, T> {
    problem: &'a Problem<'a, T>,
    rider: &'a Rider,
    old: Old<'a>,
    new: Range<TaskIx>,
    stretches: &'a [Stretch],
    fairness_ms: &'a [i64],
    /// No place adds less for the sake of equality.
    fairness_least_ms: i64,
    trial: &'a mut Vec<TaskIx>,
    best: &'a mut Option<Best>,
    refusal: Option<Refusal>,
}

/// A trial, as far as it has been ridden.
#[derive(Clone, Copy)]
struct Mid {
    ride: Ride,
    /// The place of the first task not yet done.
    at: usize,
}

impl<T: TravelTimes> Trials<'_, T> {
    /// Tries the places in order. Old tasks keep their order and nothing goes before a task under
    /// way. A parcel of one pickup and one drop-off may have others between the two; a longer one
    /// stays in one piece. Unless the policy allows more along the way, the pickup either joins a
    /// visit to its counter, and the drop-off follows before the next pickup, or both make a trip of
    /// their own between two others.
    fn run(&mut self) {
        let (problem, old) = (self.problem, self.old.route);
        let bundling = &problem.policy.bundling;
        let pickup = problem.task(self.new.start);
        let in_one_piece = self.new.len() != 2;
        let mut done = 0;
        for place in 0..=old.len() {
            done += usize::from(place > 0 && finishes(problem, old[place - 1]).is_some());
            if place < self.rider.fixed {
                continue;
            }
            let continues = continues_visit(problem, old, place);
            let joins =
                place > 0 && same_counter(problem.task(old[place - 1]), pickup) && !continues;
            let between_trips = place == old.len()
                || (problem.task(old[place]).kind == StopKind::Pickup
                    && !continues
                    && is_empty_before(problem, old, place));
            if !bundling.along_the_way && !joins && !between_trips {
                continue;
            }
            if visit_len_around(problem, old, place, pickup) >= bundling.size_max {
                continue;
            }
            let head = if joins || continues { place - 1 } else { place };
            let Some(stretch) = self.stretches.get(head) else { break };
            let mid = Mid { ride: stretch.ride, at: stretch.begin };
            self.trial.clear();
            self.trial.extend_from_slice(&old[..place]);
            if in_one_piece || !(joins || bundling.along_the_way) {
                self.trial.extend(self.new.clone());
                self.trial.extend_from_slice(&old[place..]);
                self.finish(mid, place, done);
            } else {
                self.trial.push(self.new.start);
                self.drop_off(mid, place, done);
            }
        }
    }

    /// Tries the places of the drop-off, the pickup being the last task of the trial so far.
    fn drop_off(&mut self, mut mid: Mid, pickup_at: usize, mut done: usize) {
        let (problem, old) = (self.problem, self.old.route);
        for place in pickup_at..=old.len() {
            if let Err(stop) = self.ride_on(&mut mid) {
                if let Stop::Refused(why) = stop {
                    self.refusal = self.refusal.max(Some(why));
                }
                return;
            }
            let len = self.trial.len();
            self.trial.push(self.new.start + 1);
            self.trial.extend_from_slice(&old[place..]);
            self.finish(mid, place, done);
            self.trial.truncate(len);
            let Some(&next) = old.get(place) else { return };
            if !problem.policy.bundling.along_the_way && problem.task(next).kind == StopKind::Pickup
            {
                return;
            }
            self.trial.push(next);
            done += usize::from(finishes(problem, next).is_some());
        }
    }

    /// Rides a trial on as far as nothing that is still to come can change it.
    fn ride_on(&self, mid: &mut Mid) -> Result<(), Stop> {
        let begun_at = mid.at;
        loop {
            let rest = &self.trial[mid.at..];
            let len = counter_visit_len(self.problem, rest);
            if len == rest.len() {
                break; // One more may join it.
            }
            mid.ride.visit(self.problem, self.rider, &rest[..len], None).map_err(Stop::Refused)?;
            mid.at += len;
        }
        if mid.at > begun_at && self.trial[..mid.at].contains(&self.new.start) {
            let rest_ms =
                self.stretches.get(mid.at - 1).map_or(0, |rest| rest.tail_ms - rest.longest_ms);
            if self.spent_ms(&mid.ride) + self.fairness_least_ms + rest_ms >= self.limit_ms() {
                return Err(Stop::Dearer);
            }
        }
        Ok(())
    }

    /// Rides a whole trial to its end, `done` parcels being done with before this one, and keeps it if
    /// it is cheaper. Its last new task is where `place` is in the old route.
    fn finish(&mut self, mid: Mid, place: usize, done: usize) {
        match self.terms(mid, place, self.fairness_ms[done]) {
            Err(Stop::Dearer) => {}
            Err(Stop::Refused(why)) => self.refusal = self.refusal.max(Some(why)),
            Ok(terms) => {
                let route_cost = terms.weighted(&self.problem.policy.weights);
                let best = self.best.get_or_insert_default();
                best.rider = self.old.rider;
                best.route.clear();
                best.route.extend_from_slice(self.trial);
                best.terms = terms;
                best.route_cost = route_cost;
                best.added = route_cost - self.old.cost;
            }
        }
    }

    /// What a whole trial costs.
    fn terms(&self, mid: Mid, place: usize, fairness_ms: i64) -> Result<Terms, Stop> {
        let problem = self.problem;
        let Mid { mut ride, mut at } = mid;
        while at < self.trial.len() {
            let rest = &self.trial[at..];
            let here = &rest[..counter_visit_len(problem, rest)];
            ride.visit(problem, self.rider, here, None).map_err(Stop::Refused)?;
            at += here.len();
            if let Some(old_at) = at.checked_sub(self.new.len()).filter(|&old_at| old_at >= place) {
                let tail_ms = self.stretches.get(old_at).map_or(0, |rest| rest.tail_ms);
                if self.spent_ms(&ride) + fairness_ms + tail_ms >= self.limit_ms() {
                    return Err(Stop::Dearer);
                }
            }
        }
        let trial = Trial { rider: self.rider, route: self.trial };
        rules::ride::check(problem, &trial).map_err(Stop::Refused)?;
        Ok(Terms { fairness_ms, ..ride.terms })
    }

    fn spent_ms(&self, ride: &Ride) -> i64 {
        ride.terms.weighted(&self.problem.policy.weights)
    }

    /// What a route must stay below to be worth keeping.
    fn limit_ms(&self) -> i64 {
        let added = self.best.as_ref().map_or(i64::MAX, |best| best.added);
        self.old.cost.saturating_add(added)
    }
}

/// Why a trial is not ridden on.
enum Stop {
    Refused(Refusal),
    /// Something better is known.
    Dearer,
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
