//! A courier's route in time: when each stop would be reached, served and left, what that costs,
//! and which rule forbids it.

use super::costs::Terms;
use super::problem::{Problem, Rider, RiderIx, Task, TaskIx};
use super::rules::{self, Refusal};
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};
use crate::domain::geo::{Metres, Spot};
use crate::domain::vehicle::{Load, VehicleKind};

/// When a task is reached, done and left, and the ride to it. Whole seconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When the courier gets there.
    pub arrival_s: i64,
    /// When the goods change hands.
    pub handover_s: i64,
    /// When the courier rides on.
    pub leave_s: i64,
    /// Length of the ride to it.
    pub metres: Metres,
    /// Duration of the ride to it.
    pub ride_s: i64,
}

/// Rides already reckoned for one kind of vehicle: to each of the last tasks of a route from the one
/// before it. The first of them is not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Reckoned<'a> {
    /// What they were reckoned for.
    pub vehicle: VehicleKind,
    /// The rides.
    pub legs: &'a [Leg],
}

impl Reckoned<'_> {
    /// None at all.
    pub const NOTHING: Reckoned<'static> = Reckoned { vehicle: VehicleKind::Bike, legs: &[] };

    /// The ride to the task at `place` of a route of `len` tasks.
    fn leg(&self, rider: &Rider, place: usize, len: usize) -> Option<Leg> {
        let first = len - self.legs.len();
        let is_known = place > first && self.vehicle == rider.vehicle;
        is_known.then(|| self.legs[place - first])
    }
}

/// What a route costs, in its own terms; some of its rides may be known already.
///
/// Pickups that follow each other at one spot are one visit to the counter: one service, and the
/// handover waits for the last of the goods. Cost: O(tasks), one travel time each, no allocation.
///
/// # Errors
/// The first hard rule that the route breaks.
pub fn evaluate<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider_ix: RiderIx,
    route: &[TaskIx],
    reckoned: Reckoned<'_>,
) -> Result<Terms, Refusal> {
    let rider = &problem.riders[rider_ix];
    let mut ride = Ride::begin(problem, rider);
    let mut rest = route;
    while !rest.is_empty() {
        let (here, later) = rest.split_at(counter_visit_len(problem, rest));
        let leg = reckoned.leg(rider, route.len() - rest.len(), route.len());
        ride.visit(problem, rider, here, leg)?;
        rest = later;
    }
    rules::deliveries_ahead::check(problem, route)?;
    rules::ride::check(problem, rider.vehicle, route)?;
    Ok(ride.terms)
}

/// A courier part of the way along a route, with what the stops so far have cost.
#[derive(Clone, Copy, Debug)]
pub struct Ride {
    pub(super) clock: Clock,
    on_board: Load,
    /// Whether anything but promises has been done.
    new_seen: bool,
    /// What the stops so far cost, equality left out.
    pub terms: Terms,
}

impl Ride {
    /// Nothing ridden yet.
    pub fn begin<T>(problem: &Problem<'_, T>, rider: &Rider) -> Self {
        Self {
            clock: Clock::of(rider, problem.now_s),
            on_board: rider.carrying,
            new_seen: false,
            terms: Terms::default(),
        }
    }

    /// The ride to a task from where the courier is.
    pub fn leg_to<T: TravelTimes>(
        &self,
        problem: &Problem<'_, T>,
        rider: &Rider,
        task: TaskIx,
    ) -> Leg {
        problem.travel.leg(self.clock.spot, problem.task(task).spot, rider.vehicle)
    }

    /// Rides to the tasks `here`, which are one visit, and does them. The ride may be known already.
    ///
    /// # Errors
    /// The first hard rule that this breaks.
    #[inline]
    pub fn visit<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        rider: &Rider,
        here: &[TaskIx],
        leg: Option<Leg>,
    ) -> Result<(), Refusal> {
        let visit = self.clock.visit(problem, rider.vehicle, here, leg);
        self.terms.ride(problem.task(here[0]), &visit);
        rules::bundle_size::check(problem, here)?;
        for &task_ix in here {
            let task = problem.task(task_ix);
            self.new_seen = self.new_seen || !task.promised;
            rules::capacity::load(&mut self.on_board, task, rider)?;
            rules::window::check(task, &visit)?;
            if self.new_seen {
                rules::shift_end::check(task, &visit, rider)?;
                rules::rest::check(&visit, rider)?;
                rules::range::check(&self.terms, rider)?;
            }
            self.terms.wait(task, &visit);
        }
        Ok(())
    }
}

/// The visits of a route, whatever the rules say of it: a promise already made is shown as it is.
pub fn visits<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
) -> Vec<Visit> {
    let mut visits = Vec::with_capacity(route.len());
    let rider = &problem.riders[rider];
    let mut clock = Clock::of(rider, problem.now_s);
    let mut rest = route;
    while !rest.is_empty() {
        let (here, later) = rest.split_at(counter_visit_len(problem, rest));
        let visit = clock.visit(problem, rider.vehicle, here, None);
        let together = Visit { metres: Metres(0), ride_s: 0, ..visit };
        visits.push(visit);
        visits.extend(here[1..].iter().map(|_| together));
        rest = later;
    }
    visits
}

/// The first visit of a route; the ride there may be known already.
///
/// # Panics
/// If the route is empty.
pub fn first_visit<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
    leg: Option<Leg>,
) -> Visit {
    let rider = &problem.riders[rider];
    let here = &route[..counter_visit_len(problem, route)];
    Clock::of(rider, problem.now_s).visit(problem, rider.vehicle, here, leg)
}

/// Where the courier is along the route, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub spot: Spot,
    pub counter: u32,
    pub here_since_s: i64,
    pub leave_s: i64,
}

impl Clock {
    /// Where a rider is now.
    #[inline]
    pub fn of(rider: &Rider, now_s: i64) -> Self {
        Self {
            spot: rider.spot,
            counter: rider.counter,
            here_since_s: rider.there_s,
            leave_s: rider.leaves_s(now_s),
        }
    }

    /// Of somebody who has been standing where a task is for as long as it takes.
    pub fn at_the_counter<T: TravelTimes>(problem: &Problem<'_, T>, task: TaskIx) -> Self {
        let (now_s, task) = (problem.now_s, problem.task(task));
        let here_since_s = now_s - task.before_s;
        Self { spot: task.spot, counter: task.counter, here_since_s, leave_s: now_s }
    }

    /// Rides to the spot of the tasks `here` and does them. The ride may be known already.
    #[inline]
    pub fn visit<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        vehicle: VehicleKind,
        here: &[TaskIx],
        leg: Option<Leg>,
    ) -> Visit {
        let first = problem.task(here[0]);
        let leg = leg.unwrap_or_else(|| problem.travel.leg(self.spot, first.spot, vehicle));
        // Who already stands there has arrived in the past; nothing happens before now all the same.
        let stays = (self.spot, self.counter) == (first.spot, first.counter);
        let arrival_s = if stays { self.here_since_s } else { self.leave_s + leg.seconds.0 };
        let (mut before_s, mut after_s, mut ready_s) =
            (first.before_s, first.after_s, first.ready_s);
        for task in here[1..].iter().map(|&task| problem.task(task)) {
            before_s = before_s.max(task.before_s);
            after_s = after_s.max(task.after_s);
            ready_s = ready_s.max(task.ready_s);
        }
        let handover_s = (arrival_s + before_s).max(ready_s).max(self.leave_s);
        let leave_s = handover_s + after_s;
        *self = Self { spot: first.spot, counter: first.counter, here_since_s: leave_s, leave_s };
        Visit { arrival_s, handover_s, leave_s, metres: leg.metres, ride_s: leg.seconds.0 }
    }
}

/// How many of the first tasks are one visit to a counter.
#[inline]
pub fn counter_visit_len<T: TravelTimes>(problem: &Problem<'_, T>, route: &[TaskIx]) -> usize {
    let first = problem.task(route[0]);
    match first.kind {
        StopKind::Dropoff => 1,
        StopKind::Pickup => {
            route.iter().take_while(|&&task| same_counter(first, problem.task(task))).count()
        }
    }
}

/// Whether two tasks are pickups at one counter.
#[inline]
pub fn same_counter(one: &Task, other: &Task) -> bool {
    let is_pickup = one.kind == StopKind::Pickup && other.kind == StopKind::Pickup;
    is_pickup && (one.spot, one.counter) == (other.spot, other.counter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::DispatchPolicy;
    use crate::engine::field::Field;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::snapshot::{Snapshot, Stop};
    use crate::engine::travel::StraightLine;

    /// Minutes of the handovers on a promised route, begun where the courier has been standing
    /// since minute `there`.
    fn handovers(stops: &[Stop], there: i64, now: i64) -> Vec<i64> {
        let mut courier = courier_at(1, (0, 0));
        courier.there_at = minute(there);
        courier.route = stops.to_vec();
        let snapshot = Snapshot::sorted(minute(now), vec![courier], Vec::new());
        let policy = DispatchPolicy::founding();
        let travel = StraightLine::mdrp(320);
        let problem = Field::new(&snapshot, &policy, &travel, 0).problem;
        let visits = visits(&problem, 0, &problem.riders[0].promised);
        visits.iter().map(|visit| (visit.handover_s - minute(0).seconds()) / 60).collect()
    }

    #[test]
    fn a_bundle_is_one_visit_to_the_counter_and_waits_for_the_last() {
        let one = job_between(1, (320, 0), (640, 0), 10);
        let two = job_between(2, (320, 0), (960, 0), 14);
        let stops = [one.stops[0], two.stops[0], one.stops[1], two.stops[1]];
        // Ready at 14, leave at 16; one minute and two before, then two after, one and two.
        assert_eq!(handovers(&stops, 0, 0), [14, 14, 19, 24]);
    }

    #[test]
    fn who_waits_at_the_counter_has_parked_already() {
        let job = job_between(1, (0, 0), (320, 0), 5);
        assert_eq!(handovers(&job.stops, 0, 0)[0], 5);
        assert_eq!(handovers(&job.stops, 3, 9)[0], 9);
        assert_eq!(handovers(&job.stops, 9, 9)[0], 11);
    }
}
