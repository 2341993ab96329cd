//! Where the tasks of one more parcel can go in a route, and which of the ways is cheapest.

use std::ops::Range;

use super::bounds::{Alone, Approach, Counter, Stops};
use super::costs::Terms;
use super::problem::{ParcelIx, Problem, Rider, RiderIx, Task, TaskIx};
use super::ridden::{Place, Rides, Stretch};
use super::route::{Ride, counter_visit_len, same_counter};
use super::rules::{self, Refusal};
use super::schedules::{self, finishes};
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};

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
    /// Which change of the schedules made it that rider's; `None` if it is not.
    pub since: Option<u64>,
}

/// Lists that are filled again and again without being allocated again, for one instant.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) alone: Alone,
    trial: Vec<TaskIx>,
    parcels: Vec<ParcelIx>,
    fairness_ms: Vec<i64>,
    rides: Rides,
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
    let rider = &problem.riders[old.rider];
    let Scratch { alone, trial, fairness_ms, rides, .. } = scratch;
    alone.set(problem, parcel);
    let ridden = rides.of(problem, old);
    let mut trials = Trials {
        problem,
        rider,
        old,
        new,
        places: &ridden.places,
        stretches: &ridden.stretches,
        counter: alone.counter,
        alone: *alone.stops(problem, rider.vehicle),
        fairness_ms,
        fairness_least_ms: fairness_ms.iter().copied().min().unwrap_or(0),
        trial,
        best,
        refusal: ridden.refusal,
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
        let pay = |parcel: ParcelIx| problem.parcels[parcel].pay;
        for place in 0..self.parcels.len() {
            if place > 0 {
                self.parcels.swap(place - 1, place);
            }
            // In which order two of the same pay are done makes no difference.
            let same = place > 0 && pay(self.parcels[place - 1]) == pay(self.parcels[place]);
            let before = self.fairness_ms.last().copied().filter(|_| same);
            let fairness_ms = || schedules::fairness_ms(problem, old.rider, &self.parcels);
            self.fairness_ms.push(before.unwrap_or_else(fairness_ms));
        }
    }
}

/// One parcel being tried in one route.
struct Trials<'a, T> {
    problem: &'a Problem<'a, T>,
    rider: &'a Rider,
    old: Old<'a>,
    new: Range<TaskIx>,
    places: &'a [Place],
    stretches: &'a [Stretch],
    /// The parcel's first pickup.
    counter: Counter,
    /// What the parcel costs in one go.
    alone: Stops,
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
        for (place, &here) in self.places.iter().enumerate().skip(self.rider.fixed) {
            let Place { is_in_visit, is_between_trips, done } = here;
            let joins =
                place > 0 && !is_in_visit && same_counter(problem.task(old[place - 1]), pickup);
            if !bundling.along_the_way && !joins && !is_between_trips {
                continue;
            }
            if visit_len_around(problem, old, place, pickup) >= bundling.size_max {
                continue;
            }
            let is_trip = !joins && !is_in_visit;
            let head = if is_trip { place } else { place - 1 };
            let Some(stretch) = self.stretches.get(head) else { break };
            let mid = Mid { ride: stretch.ride, at: stretch.begin };
            if in_one_piece || !(joins || bundling.along_the_way) {
                if is_trip && self.is_dearer_as_trip(place, stretch, done) {
                    continue;
                }
                self.begin_trial(place);
                self.trial.extend(self.new.clone());
                self.trial.extend_from_slice(&old[place..]);
                self.finish(mid, place, done);
            } else {
                self.begin_trial(place);
                self.trial.push(self.new.start);
                self.drop_off(mid, place, done);
            }
        }
    }

    /// Begins a trial that is the old route up to a place.
    fn begin_trial(&mut self, place: usize) {
        self.trial.clear();
        self.trial.extend_from_slice(&self.old.route[..place]);
    }

    /// Whether a trip for the parcel alone, put before a stretch, is known to be too dear: by what it
    /// costs itself, or with the ride from its end to the next stop. `done` parcels are done with before.
    fn is_dearer_as_trip(&self, place: usize, stretch: &Stretch, done: usize) -> bool {
        let Self { problem, rider, .. } = *self;
        let weights = &problem.policy.weights;
        let leg = stretch.ride.leg_to(problem, rider, self.new.start);
        let approach = Approach::from(problem, &stretch.ride.clock, &self.counter, leg);
        let trip_ms = approach.riding_ms + self.alone.from(approach.handover_s);
        let spent_ms = self.spent_ms(&stretch.ride) + self.fairness_ms[done];
        let spare_ms = self.limit_ms().saturating_sub(spent_ms + trip_ms + stretch.tail_ms);
        let onward_ms = |next: &Task| {
            let end = problem.task(self.new.end - 1).spot;
            let metres = problem.travel.leg(end, next.spot, rider.vehicle).metres.0;
            match next.kind {
                StopKind::Pickup => metres * (weights.riding + weights.approach),
                StopKind::Dropoff => metres * weights.riding,
            }
        };
        let next = self.old.route.get(place).map(|&next| problem.task(next));
        spare_ms <= 0 || next.is_some_and(|next| onward_ms(next) >= spare_ms)
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
            let leg = self.known_leg(at, place);
            ride.visit(problem, self.rider, here, leg).map_err(Stop::Refused)?;
            at += here.len();
            if let Some(old_at) = at.checked_sub(self.new.len()).filter(|&old_at| old_at >= place) {
                let tail_ms = self.stretches.get(old_at).map_or(0, |rest| rest.tail_ms);
                if self.spent_ms(&ride) + fairness_ms + tail_ms >= self.limit_ms() {
                    return Err(Stop::Dearer);
                }
            }
        }
        rules::ride::check(problem, self.rider.vehicle, self.trial).map_err(Stop::Refused)?;
        Ok(Terms { fairness_ms, ..ride.terms })
    }

    /// The ride to the visit that begins at `at` of a whole trial, if it is the same in the old route.
    /// The last new task is where `place` is in that.
    fn known_leg(&self, at: usize, place: usize) -> Option<Leg> {
        let old_at = at.checked_sub(self.new.len()).filter(|&old_at| old_at > place)?;
        self.stretches.get(old_at).map(|stretch| stretch.leg)
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
