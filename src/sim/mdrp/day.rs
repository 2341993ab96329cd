//! One day of an instance, minute by minute, with the engine deciding.
//!
//! The engine sees an order when it is placed and a courier when the shift begins, never earlier.
//! Plans stay open until the instant they must be acted on: a courier leaves for a counter when
//! waiting longer would delay a pickup, and what is picked up is final only at the pickup.

use super::instance::Instance;
use super::solution::{Assignment, Delivery, Place, Ride, Solution};
use crate::domain::policy::DispatchPolicy;
use crate::domain::vehicle::{Load, VehicleKind};
use crate::engine::commitment;
use crate::engine::costs::delay;
use crate::engine::costs::fairness::{self, Standing};
use crate::engine::problem::{Parcel, ParcelIx, Problem, Reach, Rider, RiderIx, Task, TaskIx};
use crate::engine::route;
use crate::engine::schedules::Schedules;
use crate::engine::search;
use crate::engine::snapshot::StopKind;
use crate::engine::travel::{StraightLine, TravelTimes};

/// Everybody's vehicle: the problem knows no other.
const VEHICLE: VehicleKind = VehicleKind::Bike;
/// The counter of a spot that is none. Restaurants may share a spot, and a bundle comes from one.
const NO_COUNTER: u32 = u32::MAX;
/// Minor units in one unit of pay.
const MINOR: i64 = 100;

/// Lives through the day of an instance under a policy. Deterministic.
///
/// The problem's own rule goes before the policy: meals of several restaurants do not ride together.
pub fn simulate(instance: &Instance, policy: &DispatchPolicy) -> Solution {
    let mut policy = policy.clone();
    policy.bundling.along_the_way = false;
    let travel = StraightLine::mdrp(instance.parameters.metres_per_minute);
    let mut day = Day::new(instance, &policy, &travel);
    let first = instance.couriers.iter().map(|courier| courier.on_at).min().unwrap_or(0);
    let last = instance.couriers.iter().map(|courier| courier.off_at).max().unwrap_or(0);
    for minute in first..=last {
        day.live_through(minute);
        if day.is_over() {
            break;
        }
    }
    day.solution
}

struct Day<'a> {
    instance: &'a Instance,
    problem: Problem<'a, StraightLine>,
    schedules: Schedules,
    /// Orders and couriers by the minute they become known, the latest first.
    orders_to_come: Vec<usize>,
    couriers_to_come: Vec<usize>,
    /// Which order a parcel is, and which courier a rider.
    order_of: Vec<usize>,
    courier_of: Vec<usize>,
    /// Where each rider is or is going, by name.
    place: Vec<Place>,
    /// Parcels known and not picked up, and those of them that nobody can take.
    open: Vec<ParcelIx>,
    unplaced: Vec<ParcelIx>,
    solution: Solution,
}

impl<'a> Day<'a> {
    fn new(instance: &'a Instance, policy: &'a DispatchPolicy, travel: &'a StraightLine) -> Self {
        let mut orders_to_come: Vec<usize> = (0..instance.orders.len()).collect();
        orders_to_come.sort_by_key(|&order| (-instance.orders[order].placed_at, -(order as i64)));
        let mut couriers_to_come: Vec<usize> = (0..instance.couriers.len()).collect();
        couriers_to_come.sort_by_key(|&one| (-instance.couriers[one].on_at, -(one as i64)));
        Self {
            instance,
            problem: Problem {
                now_s: 0,
                policy,
                travel,
                riders: Vec::new(),
                on_duty: Vec::new(),
                parcels: Vec::new(),
                tasks: Vec::new(),
            },
            schedules: Schedules::default(),
            orders_to_come,
            couriers_to_come,
            order_of: Vec::new(),
            courier_of: Vec::new(),
            place: Vec::new(),
            open: Vec::new(),
            unplaced: Vec::new(),
            solution: Solution {
                assignments: Vec::new(),
                rides: vec![Vec::new(); instance.couriers.len()],
                deliveries: vec![None; instance.orders.len()],
            },
        }
    }

    fn is_over(&self) -> bool {
        self.orders_to_come.is_empty() && self.open.is_empty()
    }

    fn live_through(&mut self, minute: i64) {
        self.problem.now_s = minute * 60;
        let news = self.learn(minute);
        if news {
            self.plan();
        }
        for rider in 0..self.problem.riders.len() {
            self.act(rider);
        }
    }

    /// Takes in what becomes known this minute. Whether there is anything new.
    fn learn(&mut self, minute: i64) -> bool {
        let before = (self.problem.riders.len(), self.problem.parcels.len());
        while let Some(&courier) = self.couriers_to_come.last()
            && self.instance.couriers[courier].on_at <= minute
        {
            self.couriers_to_come.pop();
            self.add_rider(courier);
        }
        while let Some(&order) = self.orders_to_come.last()
            && self.instance.orders[order].placed_at <= minute
        {
            self.orders_to_come.pop();
            self.add_parcel(order);
        }
        self.schedules.grow(&self.problem);
        before != (self.problem.riders.len(), self.problem.parcels.len())
    }

    fn add_rider(&mut self, courier: usize) {
        let row = &self.instance.couriers[courier];
        self.problem.on_duty.push(self.courier_of.len());
        self.courier_of.push(courier);
        self.place.push(Place::Start);
        self.problem.riders.push(Rider {
            spot: row.spot,
            counter: NO_COUNTER,
            there_s: row.on_at * 60,
            vehicle: VEHICLE,
            room: Load { volume_ml: i64::MAX / 2, weight_g: i64::MAX / 2 },
            carrying: Load::default(),
            shift_end_s: row.off_at * 60,
            rest_until_s: i64::MIN,
            promised: Vec::new(),
            fixed: 0,
            standing: Standing::default(),
        });
    }

    fn add_parcel(&mut self, order: usize) {
        let (row, parameters) = (&self.instance.orders[order], &self.instance.parameters);
        let first = self.problem.tasks.len() as TaskIx;
        let parcel = self.problem.parcels.len();
        let task = |kind, (spot, counter), ready_s, due_s, service: i64| Task {
            spot,
            counter,
            kind,
            parcel: parcel as u32,
            ready_s,
            due_s,
            latest_s: i64::MAX,
            before_s: service * 30,
            after_s: service * 30,
            earliest_s: 0,
            load: Load::default(),
        };
        let counter = (self.instance.restaurants[row.restaurant].spot, row.restaurant as u32);
        let due_s = (row.placed_at + parameters.click_to_door_target) * 60;
        let (pickup, dropoff) = (parameters.pickup_service, parameters.dropoff_service);
        let mut tasks = [
            task(StopKind::Pickup, counter, row.ready_at * 60, i64::MAX, pickup),
            task(StopKind::Dropoff, (row.spot, NO_COUNTER), 0, due_s, dropoff),
        ];
        delay::fill_earliest(&mut tasks, &[VEHICLE], self.problem.travel);
        self.problem.tasks.extend(tasks);
        self.problem.parcels.push(Parcel {
            tasks: first..first + 2,
            pay: parameters.pay_per_order * MINOR,
            reach: Reach::Everyone,
        });
        self.order_of.push(order);
        self.open.push(parcel);
        self.unplaced.push(parcel);
    }

    fn plan(&mut self) {
        let now_s = self.problem.now_s;
        let riders = &self.problem.riders;
        self.problem.on_duty.retain(|&rider| now_s <= riders[rider].shift_end_s);
        self.compare_earnings();
        for rider in 0..self.problem.riders.len() {
            if !self.schedules.route(rider).is_empty() {
                // The plan was allowed when it was made, and nothing on its way has changed.
                let _ = self.schedules.refresh(&self.problem, rider);
            }
        }
        self.unplaced = search::place(&self.problem, &mut self.schedules, &mut self.unplaced);
        search::mend(&self.problem, &mut self.schedules, &self.open);
    }

    fn compare_earnings(&mut self) {
        let now_s = self.problem.now_s;
        let paid_of =
            |rider: RiderIx| now_s - self.instance.couriers[self.courier_of[rider]].on_at * 60;
        let (mut earned, mut paid_s) = (0, 0);
        for &rider in &self.problem.on_duty {
            earned += self.problem.riders[rider].standing.earned;
            paid_s += paid_of(rider);
        }
        let mean = fairness::mean_hourly(earned, paid_s);
        let policy = &self.problem.policy.fairness;
        for &rider in &self.problem.on_duty {
            let row = &mut self.problem.riders[rider];
            let (earned, left_s) = (row.standing.earned, row.shift_end_s - now_s);
            row.standing = Standing::new(earned, paid_of(rider), left_s, mean, policy);
        }
    }

    /// Lets a rider do what can no longer wait.
    fn act(&mut self, rider: RiderIx) {
        let now_s = self.problem.now_s;
        let route = self.schedules.route(rider);
        if route.is_empty() || self.problem.riders[rider].there_s > now_s {
            return;
        }
        let first = self.problem.task(route[0]);
        let visit = route::first_visit(&self.problem, rider, route);
        let row = &self.problem.riders[rider];
        if (row.spot, row.counter) == (first.spot, first.counter) {
            if visit.handover_s <= now_s {
                self.pick_up(rider);
            }
        } else if commitment::leave_by_s(first, &visit) - self.problem.policy.commitment.slack_s
            <= now_s
        {
            self.ride_to_counter(rider);
        }
    }

    /// Sends a rider to the counter of the first pickup; there is no turning round on the way.
    fn ride_to_counter(&mut self, rider: RiderIx) {
        let pickup = *self.problem.task(self.schedules.route(rider)[0]);
        let to = Place::Restaurant(pickup.counter as usize);
        let now_s = self.problem.now_s;
        let ride = Ride { departs_at: now_s / 60, from: self.place[rider], to };
        self.solution.rides[self.courier_of[rider]].push(ride);
        self.place[rider] = to;
        let row = &mut self.problem.riders[rider];
        row.there_s = now_s + self.problem.travel.leg(row.spot, pickup.spot, VEHICLE).seconds.0;
        row.spot = pickup.spot;
        row.counter = pickup.counter;
        // The plan stays as it was: the rider leaves in time for it.
        let _ = self.schedules.refresh(&self.problem, rider);
    }

    /// Picks up the first bundle of a rider's plan and brings it out.
    fn pick_up(&mut self, rider: RiderIx) {
        let now_s = self.problem.now_s;
        let route = self.schedules.route(rider).to_vec();
        let together = route::counter_visit_len(&self.problem, &route);
        let is_dropoff = |task: &TaskIx| self.problem.task(*task).kind == StopKind::Dropoff;
        let dropoffs: Vec<TaskIx> =
            route[together..].iter().copied().take_while(is_dropoff).collect();
        let rest = route[together + dropoffs.len()..].to_vec();
        let parcels: Vec<ParcelIx> =
            dropoffs.iter().map(|&task| self.problem.task(task).parcel as usize).collect();
        let courier = self.courier_of[rider];
        self.solution.assignments.push(Assignment {
            assigned_at: now_s / 60,
            picked_up_at: now_s / 60,
            courier,
            orders: parcels.iter().map(|&parcel| self.order_of[parcel]).collect(),
        });
        let start = self.problem.riders[rider].spot;
        let mut leaves_s = now_s + self.problem.task(route[0]).after_s;
        let mut spot = start;
        for (&dropoff, &parcel) in dropoffs.iter().zip(&parcels) {
            let task = *self.problem.task(dropoff);
            let order = self.order_of[parcel];
            let to = Place::Customer(order);
            let ride = Ride { departs_at: leaves_s / 60, from: self.place[rider], to };
            self.solution.rides[courier].push(ride);
            self.place[rider] = to;
            let arrival_s = leaves_s + self.problem.travel.leg(spot, task.spot, VEHICLE).seconds.0;
            let dropped_off_s = arrival_s + task.before_s;
            self.solution.deliveries[order] = Some(Delivery {
                courier,
                picked_up_at: now_s / 60,
                dropped_off_at: dropped_off_s / 60,
            });
            leaves_s = dropped_off_s + task.after_s;
            spot = task.spot;
            self.problem.riders[rider].standing.earned += self.problem.parcels[parcel].pay;
        }
        self.open.retain(|parcel| !parcels.contains(parcel));
        let row = &mut self.problem.riders[rider];
        row.spot = spot;
        row.counter = NO_COUNTER;
        row.there_s = leaves_s;
        let cost = self.schedules.cost(rider);
        self.schedules.set(&self.problem, rider, &rest, cost);
        let _ = self.schedules.refresh(&self.problem, rider);
    }
}
