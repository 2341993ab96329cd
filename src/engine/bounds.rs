//! Bounds from below on what tasks cost a courier, by which most couriers are ruled out without
//! their routes being ridden.

use super::costs::Terms;
use super::problem::{ParcelIx, Problem, Rider, RiderIx, TaskIx};
use super::route::{Clock, counter_visit_len, same_counter};
use super::rules;
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};
use crate::domain::geo::Spot;
use crate::domain::vehicle::{Load, VehicleKind};

/// The first visit of some tasks: one pickup, or several at one counter.
#[derive(Clone, Copy, Debug, Default)]
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
        let ready_s = here.iter().map(|&task| problem.task(task).ready_s).max();
        Self {
            spot: first.spot,
            counter: first.counter,
            before_s: before_s(problem, here),
            ready_s: ready_s.unwrap_or(0),
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
        let approach = Self::from(problem, &Clock::of(rider, problem.now_s), to, ride);
        (approach.handover_s <= rider.shift_end_s).then_some(approach)
    }

    /// Of somebody who is somewhere along a route, and a `ride` away.
    #[inline]
    pub(super) fn from<T: TravelTimes>(
        problem: &Problem<'_, T>,
        clock: &Clock,
        to: &Counter,
        ride: Leg,
    ) -> Self {
        let stays = (clock.spot, clock.counter) == (to.spot, to.counter);
        let arrival_s = if stays { clock.here_since_s } else { clock.leave_s + ride.seconds.0 };
        let weights = &problem.policy.weights;
        Self {
            handover_s: (arrival_s + to.before_s).max(clock.leave_s).max(to.ready_s),
            riding_ms: ride.metres.0 * (weights.riding + weights.approach),
        }
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
    /// How much later it may be for that to be all, with no window missed, in seconds. Negative if a
    /// rule forbids the stops to everybody.
    exact_for_s: i64,
    /// When the last pickup is if the first handover is the earliest, in seconds.
    last_pickup_s: i64,
    /// The most that is on board at one time.
    load_max: Load,
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
        let mut stops = Self {
            handover_s: problem.now_s,
            cost_ms: 0,
            per_second_ms: 0,
            exact_for_s: if may_be_done(problem, vehicle, tasks) { i64::MAX } else { -1 },
            last_pickup_s: problem.now_s,
            load_max: load_max(problem, tasks),
        };
        let (mut terms, mut hurries, mut rest) = (Terms::default(), true, tasks);
        while !rest.is_empty() {
            let (here, later) = rest.split_at(counter_visit_len(problem, rest));
            let is_first = rest.len() == tasks.len();
            let visit = clock.visit(problem, vehicle, here, is_first.then(Leg::default));
            let waits_for = |&task: &TaskIx| problem.task(task).ready_s >= visit.handover_s;
            if is_first {
                stops.handover_s = visit.handover_s;
            } else if hurries && here.iter().any(waits_for) {
                // What came too late before is made up for by then.
                hurries = false;
                let idle_s = visit.handover_s - visit.arrival_s - before_s(problem, here);
                stops.exact_for_s = stops.exact_for_s.min(idle_s);
            }
            terms.ride(problem.task(here[0]), &visit);
            for task in here.iter().map(|&task| problem.task(task)) {
                terms.wait(task, &visit);
                let changes_s = if weights.lateness == 0 { i64::MAX } else { task.due_s };
                let spare_s = changes_s.min(task.latest_s) - visit.handover_s;
                stops.exact_for_s = stops.exact_for_s.min(spare_s);
                if task.kind == StopKind::Pickup {
                    stops.last_pickup_s = visit.handover_s;
                }
                stops.per_second_ms += match task.kind {
                    _ if !hurries => 0,
                    StopKind::Pickup => weights.freshness,
                    StopKind::Dropoff => weights.delay,
                };
            }
            rest = later;
        }
        stops.cost_ms = terms.weighted(weights);
        stops
    }

    /// What they cost at least, if the first handover is at this instant.
    #[inline]
    pub fn from(&self, handover_s: i64) -> i64 {
        self.cost_ms + self.later_s(handover_s) * self.per_second_ms
    }

    /// Whether [`Self::from`] is what they really cost a rider with this vehicle who does nothing
    /// else, and no rule forbids them. Of a vehicle that goes only so far that is never said.
    #[inline]
    pub fn is_exact(&self, rider: &Rider, handover_s: i64) -> bool {
        let later_s = self.later_s(handover_s);
        rider.range_left_m == i64::MAX
            && later_s <= self.exact_for_s
            && self.last_pickup_s + later_s <= rider.shift_end_s
            && self.load_max.fits(rider.room)
    }

    fn later_s(&self, handover_s: i64) -> i64 {
        (handover_s - self.handover_s).max(0)
    }
}

/// Whether the rules allow tasks that look at nothing but them and the vehicle.
fn may_be_done<T: TravelTimes>(
    problem: &Problem<'_, T>,
    vehicle: VehicleKind,
    tasks: &[TaskIx],
) -> bool {
    let together =
        |one: &TaskIx, next: &TaskIx| same_counter(problem.task(*one), problem.task(*next));
    tasks.chunk_by(together).all(|here| rules::bundle_size::check(problem, here).is_ok())
        && rules::deliveries_ahead::check(problem, tasks).is_ok()
        && rules::ride::check(problem, vehicle, tasks).is_ok()
}

/// The most that is on board at one time, in volume and in weight.
fn load_max<T: TravelTimes>(problem: &Problem<'_, T>, tasks: &[TaskIx]) -> Load {
    let (mut on_board, mut most) = (Load::default(), Load::default());
    for task in tasks.iter().map(|&task| problem.task(task)) {
        match task.kind {
            StopKind::Pickup => on_board = on_board + task.load,
            StopKind::Dropoff => on_board = on_board - task.load,
        }
        most = most.max(on_board);
    }
    most
}

/// The longest service before a handover, in seconds.
fn before_s<T: TravelTimes>(problem: &Problem<'_, T>, here: &[TaskIx]) -> i64 {
    here.iter().map(|&task| problem.task(task).before_s).max().unwrap_or(0)
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

/// One parcel by itself: its tasks, and what they cost who does nothing else between them. It is kept
/// until another parcel is asked for.
#[derive(Debug, Default)]
pub struct Alone {
    parcel: Option<ParcelIx>,
    tasks: Vec<TaskIx>,
    /// Its first pickup.
    pub counter: Counter,
    stops: ByVehicle,
}

impl Alone {
    /// Makes it about this parcel.
    pub fn set<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, parcel: ParcelIx) {
        if self.parcel != Some(parcel) {
            self.parcel = Some(parcel);
            self.tasks.clear();
            self.tasks.extend(problem.parcels[parcel].tasks.clone());
            self.counter = Counter::of(problem, &self.tasks);
            self.stops = ByVehicle::default();
        }
    }

    /// What its tasks cost with this kind of vehicle.
    pub fn stops<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        vehicle: VehicleKind,
    ) -> &Stops {
        self.stops.of(problem, vehicle, &self.tasks)
    }
}
