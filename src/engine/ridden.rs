//! Routes as they are, ridden once: from any place in them one more parcel can be tried.

use super::insertion::Old;
use super::problem::{Problem, TaskIx};
use super::route::{Ride, counter_visit_len, same_counter};
use super::rules::Refusal;
use super::schedules::finishes;
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};

/// The old route, ridden up to the visit that a task belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The place of that visit's first task.
    pub begin: usize,
    /// Just before that visit.
    pub ride: Ride,
    /// The ride to it.
    pub leg: Leg,
    /// What that costs.
    leg_ms: i64,
    /// What follows that ride costs: no less after any detour, since what is done later is never
    /// cheaper.
    pub tail_ms: i64,
    /// The dearest ride in it. A stop put into that ride may make an approach shorter.
    pub longest_ms: i64,
}

/// A place in the old route, just before a task or at the end.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Whether it is in the middle of a visit to a counter.
    pub is_in_visit: bool,
    /// Whether it is between two trips: nothing is on board that will be dropped off later.
    pub is_between_trips: bool,
    /// How many parcels that are not promised are done with before.
    pub done: usize,
}

/// One rider's route.
#[derive(Debug, Default)]
pub struct Ridden {
    /// See [`Old::since`].
    since: Option<u64>,
    /// One for each task and one for the end.
    pub places: Vec<Place>,
    /// One for each task and one for the end, as far as no rule is broken.
    pub stretches: Vec<Stretch>,
    /// The rule that is.
    pub refusal: Option<Refusal>,
}

/// The routes that were asked for at one instant, each ridden again only when it has changed.
#[derive(Debug, Default)]
pub struct Rides {
    by_rider: Vec<Ridden>,
    /// The last one that was nobody's.
    other: Ridden,
}

impl Rides {
    /// A route, ridden.
    pub fn of<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, old: Old<'_>) -> &Ridden {
        if self.by_rider.is_empty() {
            self.by_rider.resize_with(problem.riders.len(), Ridden::default);
        }
        let ridden = match old.since {
            Some(_) => &mut self.by_rider[old.rider],
            None => &mut self.other,
        };
        if old.since.is_none() || ridden.since != old.since {
            ridden.since = old.since;
            ridden.look_through(problem, old.route);
            ridden.ride(problem, old);
        }
        ridden
    }
}

impl Stretch {
    fn at(begin: usize, ride: Ride, leg: Leg) -> Self {
        Self { begin, ride, leg, leg_ms: 0, tail_ms: 0, longest_ms: 0 }
    }
}

impl Ridden {
    fn look_through<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, route: &[TaskIx]) {
        self.places.clear();
        let mut done = 0;
        for at in 0..=route.len() {
            let before = at.checked_sub(1).map(|before| route[before]);
            let next = route.get(at).map(|&next| problem.task(next));
            done += usize::from(before.is_some_and(|task| finishes(problem, task).is_some()));
            let is_in_visit = before
                .zip(next)
                .is_some_and(|(before, next)| same_counter(problem.task(before), next));
            let is_between_trips = next.is_none_or(|next| {
                let is_pickup = next.kind == StopKind::Pickup;
                is_pickup && !is_in_visit && is_empty_before(problem, &route[at..])
            });
            self.places.push(Place { is_in_visit, is_between_trips, done });
        }
    }

    fn ride<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, old: Old<'_>) {
        let rider = &problem.riders[old.rider];
        let weights = &problem.policy.weights;
        let mut ride = Ride::begin(problem, rider);
        self.stretches.clear();
        self.refusal = None;
        let mut begin = 0;
        while begin < old.route.len() {
            let len = counter_visit_len(problem, &old.route[begin..]);
            let leg = ride.leg_to(problem, rider, old.route[begin]);
            let mut here = Stretch::at(begin, ride, leg);
            let visit = ride.visit(problem, rider, &old.route[begin..begin + len], Some(leg));
            if let Err(why) = visit {
                // Nothing is known of what follows.
                self.stretches.push(here);
                self.refusal = Some(why);
                return;
            }
            here.leg_ms = (ride.terms - here.ride.terms).rides_weighted(weights);
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
        self.stretches.push(Stretch::at(begin, ride, Leg::default()));
    }
}

/// Whether nothing is on board before the `rest` of a route: as many parcels have been dropped off as
/// were picked up or carried from the start.
fn is_empty_before<T: TravelTimes>(problem: &Problem<'_, T>, rest: &[TaskIx]) -> bool {
    // What is picked up before must be dropped off before: no drop-off in the rest may belong to a
    // pickup before it, nor to goods carried from the start.
    let tasks = || rest.iter().map(|&task| problem.task(task));
    let mut dropoffs = tasks().filter(|task| task.kind == StopKind::Dropoff);
    dropoffs.all(|dropoff| {
        tasks().any(|task| task.parcel == dropoff.parcel && task.kind == StopKind::Pickup)
    })
}
