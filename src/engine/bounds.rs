//! Bounds from below on what tasks cost a courier, by which most couriers are ruled out without
//! their routes being ridden.

use super::costs::Terms;
use super::problem::{Problem, RiderIx, Task, TaskIx};
use super::route::{Clock, counter_visit_len};
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};
use crate::domain::geo::Spot;
use crate::domain::vehicle::VehicleKind;

/// The first visit of some tasks: one pickup, or several at one counter.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    spot: Spot,
    counter: u32,
    /// The longest service before a handover, in seconds.
    before_s: i64,
    /// When the last of the goods are ready, in seconds.
    pub ready_s: i64,
}

impl Counter {
    /// # Panics
    /// If there are no tasks.
    pub fn of<T: TravelTimes>(problem: &Problem<'_, T>, tasks: &[TaskIx]) -> Self {
        let first = problem.task(tasks[0]);
        let here = &tasks[..counter_visit_len(problem, tasks)];
        let most = |of: fn(&Task) -> i64| here.iter().map(|&task| of(problem.task(task))).max();
        Self {
            spot: first.spot,
            counter: first.counter,
            before_s: most(|task| task.before_s).unwrap_or(0),
            ready_s: most(|task| task.ready_s).unwrap_or(0),
        }
    }
}

/// Going for a first pickup at once.
#[derive(Clone, Copy, Debug)]
pub struct Approach {
    /// When the goods would change hands, in seconds; no earlier from any place in a route.
    pub handover_s: i64,
    /// What the metres ridden there cost, in thousandths of a second of a customer's waiting.
    pub riding_ms: i64,
}

impl Approach {
    /// Of a rider who is a `ride` away. `None` if it would be after the shift.
    #[inline]
    pub fn of<T: TravelTimes>(
        problem: &Problem<'_, T>,
        to: &Counter,
        rider: RiderIx,
        ride: Leg,
    ) -> Option<Self> {
        let rider = &problem.riders[rider];
        let leaves_s = rider.leaves_s(problem.now_s);
        let stays = (rider.spot, rider.counter) == (to.spot, to.counter);
        let arrival_s = if stays { rider.there_s } else { leaves_s + ride.seconds.0 };
        let handover_s = (arrival_s + to.before_s).max(leaves_s).max(to.ready_s);
        let weights = &problem.policy.weights;
        (handover_s <= rider.shift_end_s).then(|| Self {
            handover_s,
            riding_ms: ride.metres.0 * (weights.riding + weights.approach),
        })
    }
}

/// What tasks cost once a courier has come for the first of them, equality left out.
#[derive(Clone, Copy, Debug)]
pub struct Stops {
    /// The earliest that the first handover can be, in seconds.
    handover_s: i64,
    /// What they cost then.
    cost_ms: i64,
    /// What each second adds by which the first handover is later, at least.
    per_second_ms: i64,
}

impl Stops {
    /// Of tasks done in this order, by this kind of vehicle. Cost: O(tasks).
    pub fn of<T: TravelTimes>(
        problem: &Problem<'_, T>,
        vehicle: VehicleKind,
        tasks: &[TaskIx],
    ) -> Self {
        let weights = &problem.policy.weights;
        let mut clock = Clock::at_the_counter(problem, tasks[0]);
        let (mut terms, mut per_second_ms) = (Terms::default(), 0);
        let (mut first_s, mut hurries, mut rest) = (None, true, tasks);
        while !rest.is_empty() {
            let (here, later) = rest.split_at(counter_visit_len(problem, rest));
            let leg = first_s.is_none().then(Leg::default);
            let visit = clock.visit(problem, vehicle, here, leg);
            // Where goods are waited for, what came too late before is made up for.
            let is_ready = |&task: &TaskIx| problem.task(task).ready_s < visit.handover_s;
            hurries = first_s.is_none() || hurries && here.iter().all(is_ready);
            first_s.get_or_insert(visit.handover_s);
            terms.ride(problem.task(here[0]), &visit);
            for task in here.iter().map(|&task| problem.task(task)) {
                terms.wait(task, &visit);
                per_second_ms += match task.kind {
                    _ if !hurries => 0,
                    StopKind::Pickup => weights.freshness,
                    StopKind::Dropoff => weights.delay,
                };
            }
            rest = later;
        }
        let handover_s = first_s.unwrap_or(problem.now_s);
        Self { handover_s, cost_ms: terms.weighted(weights), per_second_ms }
    }

    /// What they cost at least, if the first handover is at this instant.
    #[inline]
    pub fn from(&self, handover_s: i64) -> i64 {
        self.cost_ms + (handover_s - self.handover_s).max(0) * self.per_second_ms
    }
}

/// [`Stops`] of the same tasks for different vehicles, each reckoned when it is first asked for.
#[derive(Debug, Default)]
pub struct ByVehicle([Option<Stops>; VehicleKind::ALL.len()]);

impl ByVehicle {
    /// Of the tasks that are always the same.
    #[inline]
    pub fn of<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        vehicle: VehicleKind,
        tasks: &[TaskIx],
    ) -> &Stops {
        self.0[vehicle as usize].get_or_insert_with(|| Stops::of(problem, vehicle, tasks))
    }
}
