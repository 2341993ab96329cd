//! One day of a city, step by step, with the engine deciding.
//!
//! The engine sees an order when it is placed and a courier when the shift begins, never earlier.
//! Plans stay open until the instant they must be acted on: a courier leaves for a counter when
//! waiting longer would delay a pickup, and what is picked up is final only at the pickup.

use uuid::Uuid;

use super::city::City;
use super::lately::Lately;
use super::rides::Rides;
use super::solution::{Assignment, Delivery, Place, Ride, Solution};
use crate::domain::geo::Spot;
use crate::domain::ids::CourierId;
use crate::domain::policy::DispatchPolicy;
use crate::domain::vehicle::Load;
use crate::engine::ahead;
use crate::engine::commitment;
use crate::engine::costs::delay;
use crate::engine::costs::fairness::{Account, Average, Standing};
use crate::engine::index::CourierIndex;
use crate::engine::problem::{Parcel, ParcelIx, Problem, Reach, Rider, RiderIx, Task, TaskIx};
use crate::engine::route;
use crate::engine::schedules::Schedules;
use crate::engine::search;
use crate::engine::snapshot::StopKind;
use crate::engine::travel::{StraightLine, TravelTimes};

/// The counter of a spot that is none. Restaurants may share a spot, and a bundle comes from one.
const NO_COUNTER: u32 = u32::MAX;
/// In larger cities the engine looks at the nearest couriers only.
const EVERYONE_MAX: usize = 200;

/// What a day tells while it goes by, to somebody who has a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The engine is going to be asked.
    TickBegins,
    /// It has answered, and what cannot wait has been done.
    TickEnds,
}

/// Lives through the day of a city under a policy. Deterministic.
///
/// The simulation's own rule goes before the policy: meals of several restaurants do not ride
/// together.
pub fn live(city: &City, policy: &DispatchPolicy, tell: &mut dyn FnMut(Moment)) -> Solution {
    let mut policy = policy.clone();
    policy.bundling.along_the_way = false;
    let mut day = Day::new(city, &policy);
    let first = city.couriers.iter().map(|courier| courier.on_s).min().unwrap_or(0);
    let last = city.couriers.iter().map(|courier| courier.off_s).max().unwrap_or(0);
    let mut now_s = first;
    while now_s <= last && !day.is_over() {
        day.live_through(now_s, tell);
        now_s += city.step_s;
    }
    day.solution
}

struct Day<'a> {
    city: &'a City,
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
    /// Where the couriers on duty are or will next be free; only in large cities.
    near: Option<CourierIndex>,
    /// How far they are from the counters; only in small ones.
    rides: Rides,
    lately: Lately,
    solution: Solution,
}

impl<'a> Day<'a> {
    fn new(city: &'a City, policy: &'a DispatchPolicy) -> Self {
        let mut orders_to_come: Vec<usize> = (0..city.orders.len()).collect();
        orders_to_come.sort_by_key(|&order| (city.orders[order].placed_s, order));
        orders_to_come.reverse();
        let mut couriers_to_come: Vec<usize> = (0..city.couriers.len()).collect();
        couriers_to_come.sort_by_key(|&courier| (city.couriers[courier].on_s, courier));
        couriers_to_come.reverse();
        Self {
            city,
            problem: Problem {
                now_s: 0,
                policy,
                travel: &city.travel,
                riders: Vec::new(),
                on_duty: Vec::new(),
                parcels: Vec::new(),
                tasks: Vec::new(),
                rides: Vec::new(),
            },
            schedules: Schedules::default(),
            orders_to_come,
            couriers_to_come,
            order_of: Vec::new(),
            courier_of: Vec::new(),
            place: Vec::new(),
            open: Vec::new(),
            unplaced: Vec::new(),
            near: (city.couriers.len() > EVERYONE_MAX).then(CourierIndex::default),
            rides: Rides::default(),
            lately: Lately::default(),
            solution: Solution {
                assignments: Vec::new(),
                rides: vec![Vec::new(); city.couriers.len()],
                deliveries: vec![None; city.orders.len()],
            },
        }
    }

    fn is_over(&self) -> bool {
        self.orders_to_come.is_empty() && self.open.is_empty()
    }

    fn live_through(&mut self, now_s: i64, tell: &mut dyn FnMut(Moment)) {
        self.problem.now_s = now_s;
        let is_news = self.learn();
        if is_news {
            tell(Moment::TickBegins);
            self.plan();
        }
        for rider in 0..self.problem.on_duty.len() {
            self.act(self.problem.on_duty[rider]);
        }
        self.send_ahead();
        if is_news {
            tell(Moment::TickEnds);
        }
    }

    /// Takes in what has become known. Whether there is anything new.
    fn learn(&mut self) -> bool {
        let now_s = self.problem.now_s;
        let before = (self.problem.riders.len(), self.problem.parcels.len());
        while let Some(&courier) = self.couriers_to_come.last()
            && self.city.couriers[courier].on_s <= now_s
        {
            self.couriers_to_come.pop();
            self.add_rider(courier);
        }
        while let Some(&order) = self.orders_to_come.last()
            && self.city.orders[order].placed_s <= now_s
        {
            self.orders_to_come.pop();
            self.add_parcel(order);
        }
        self.schedules.grow(&self.problem);
        before != (self.problem.riders.len(), self.problem.parcels.len())
    }

    fn add_rider(&mut self, courier: usize) {
        let row = &self.city.couriers[courier];
        let rider = self.problem.riders.len();
        self.problem.on_duty.push(rider);
        self.courier_of.push(courier);
        self.place.push(Place::Start);
        self.problem.riders.push(Rider {
            spot: row.spot,
            counter: NO_COUNTER,
            there_s: row.on_s,
            vehicle: row.vehicle,
            room: Load { volume_ml: i64::MAX / 2, weight_g: i64::MAX / 2 },
            carrying: Load::default(),
            range_left_m: i64::MAX,
            shift_end_s: row.off_s,
            rest_until_s: i64::MIN,
            promised: Vec::new(),
            fixed: 0,
            standing: Standing::default(),
        });
        self.note_spot(rider);
    }

    fn add_parcel(&mut self, order: usize) {
        let (row, city) = (&self.city.orders[order], self.city);
        let first = self.problem.tasks.len() as TaskIx;
        let parcel = self.problem.parcels.len();
        let task = |kind, (spot, counter), ready_s, due_s, (before_s, after_s)| Task {
            spot,
            counter,
            kind,
            parcel: parcel as u32,
            promised: false,
            ready_s,
            due_s,
            latest_s: i64::MAX,
            before_s,
            after_s,
            earliest_s: 0,
            load: Load::default(),
        };
        let (counter, door) = ((row.from, row.restaurant as u32), (row.to, NO_COUNTER));
        let mut tasks = [
            task(StopKind::Pickup, counter, row.ready_s, i64::MAX, city.pickup_service_s),
            task(StopKind::Dropoff, door, 0, row.due_s, city.dropoff_service_s),
        ];
        delay::fill_earliest(&mut tasks, &city.vehicles, self.problem.travel);
        self.problem.tasks.extend(tasks);
        let reach = Reach::Everyone { rides: row.restaurant };
        self.problem.parcels.push(Parcel { tasks: first..first + 2, pay: city.pay, reach });
        self.order_of.push(order);
        self.lately.note(row);
        self.open.push(parcel);
        self.unplaced.push(parcel);
    }

    fn plan(&mut self) {
        self.leave_duty();
        self.compare_earnings();
        self.look_around();
        for &rider in &self.problem.on_duty {
            if !self.schedules.route(rider).is_empty() {
                // The plan was allowed when it was made, and nothing on its way has changed.
                let _ = self.schedules.refresh(&self.problem, rider);
            }
        }
        self.unplaced =
            search::place(&self.problem, &mut self.schedules, &mut self.unplaced, usize::MAX);
        search::mend(&self.problem, &mut self.schedules, &self.open);
    }

    fn leave_duty(&mut self) {
        let (now_s, riders) = (self.problem.now_s, &self.problem.riders);
        let is_off = |rider: RiderIx| riders[rider].shift_end_s < now_s;
        if let Some(near) = &mut self.near {
            for &rider in self.problem.on_duty.iter().filter(|&&rider| is_off(rider)) {
                near.remove(number(rider));
            }
        }
        self.problem.on_duty.retain(|&rider| !is_off(rider));
    }

    /// Who is how far from each open parcel now; in a large city: who is near it.
    fn look_around(&mut self) {
        let Some(near) = &self.near else {
            for &parcel in &self.open {
                self.rides.bring_up(&mut self.problem, parcel);
            }
            return;
        };
        let count = 2 * self.problem.policy.search.candidates_max;
        for &parcel in &self.open {
            let pickup = self.problem.parcels[parcel].tasks.start;
            let nearest = near.nearest(self.problem.task(pickup).spot, count);
            let mut riders: Vec<RiderIx> = nearest.into_iter().map(rider_of).collect();
            riders.extend(self.schedules.rider_of(parcel));
            riders.sort_unstable();
            riders.dedup();
            let ride = |rider| (rider, self.problem.ride(rider, pickup));
            let riders = riders.into_iter().map(ride).collect();
            self.problem.parcels[parcel].reach = Reach::These(riders);
        }
    }

    fn note_spot(&mut self, rider: RiderIx) {
        match &mut self.near {
            Some(near) => near.put(number(rider), self.problem.riders[rider].spot),
            None => self.rides.note(rider),
        }
    }

    fn compare_earnings(&mut self) {
        let now_s = self.problem.now_s;
        let paid_of = |rider: RiderIx| now_s - self.city.couriers[self.courier_of[rider]].on_s;
        let (mut earned, mut paid_s) = (0, 0);
        for &rider in &self.problem.on_duty {
            earned += self.problem.riders[rider].standing.earned;
            paid_s += paid_of(rider);
        }
        let average = Average::new(earned, paid_s, self.city.guarantee_hourly);
        let policy = &self.problem.policy.fairness;
        for &rider in &self.problem.on_duty {
            let row = &mut self.problem.riders[rider];
            let (earned, left_s) = (row.standing.earned, row.shift_end_s - now_s);
            let account = Account { earned, paid_s: paid_of(rider), left_s };
            row.standing = Standing::new(account, average, policy);
        }
    }

    /// Lets a rider do what cannot wait until the next step.
    fn act(&mut self, rider: RiderIx) {
        let route = self.schedules.route(rider);
        let next_s = self.problem.now_s + self.city.step_s;
        if route.is_empty() || self.problem.riders[rider].there_s >= next_s {
            return;
        }
        let first = self.problem.task(route[0]);
        let visit = route::first_visit(&self.problem, rider, route, None);
        let row = &self.problem.riders[rider];
        if (row.spot, row.counter) == (first.spot, first.counter) {
            if visit.handover_s < next_s {
                self.pick_up(rider, visit.handover_s);
            }
            return;
        }
        let slack_s = self.problem.policy.commitment.slack_s;
        let leaves_s = row.leaves_s(self.problem.now_s);
        let leave_by_s = (commitment::leave_by_s(first, &visit) - slack_s).max(leaves_s);
        if leave_by_s < next_s {
            self.ride_to_counter(rider, leave_by_s);
        }
    }

    /// Sends those who have just run out of work where they would better wait.
    fn send_ahead(&mut self) {
        let policy = &self.problem.policy.ahead;
        let now_s = self.problem.now_s;
        if policy.move_max_m == 0 {
            return;
        }
        self.lately.forget_before(now_s - 3600);
        let riders = &self.problem.riders;
        let soon_s = now_s + policy.span_s;
        let is_free = |rider: &RiderIx| {
            let row = &riders[*rider];
            let goes_on = row.shift_end_s >= soon_s && row.there_s <= soon_s;
            goes_on && self.schedules.route(*rider).is_empty()
        };
        let free: Vec<RiderIx> = self.problem.on_duty.iter().copied().filter(is_free).collect();
        let this_step = now_s..now_s + self.city.step_s;
        let just_free: Vec<RiderIx> = free
            .iter()
            .copied()
            .filter(|&one| riders[one].counter == NO_COUNTER)
            .filter(|&one| this_step.contains(&riders[one].there_s))
            .collect();
        for rider in just_free {
            let spot = |one: RiderIx| self.problem.riders[one].spot;
            let others: Vec<Spot> =
                free.iter().filter(|&&one| one != rider).map(|&one| spot(one)).collect();
            let (restaurants, demands) = self.lately.demands();
            if let Some(place) = ahead::better_place(spot(rider), &others, &demands, policy) {
                let at_s = self.problem.riders[rider].leaves_s(now_s);
                self.ride_to(rider, demands[place].spot, restaurants[place], at_s);
            }
        }
    }

    /// Sends a rider to the counter of the first pickup; there is no turning round on the way.
    fn ride_to_counter(&mut self, rider: RiderIx, at_s: i64) {
        let pickup = *self.problem.task(self.schedules.route(rider)[0]);
        self.ride_to(rider, pickup.spot, pickup.counter as usize, at_s);
        // The plan stays as it was: the rider leaves in time for it.
        let _ = self.schedules.refresh(&self.problem, rider);
    }

    fn ride_to(&mut self, rider: RiderIx, spot: Spot, restaurant: usize, at_s: i64) {
        let to = Place::Restaurant(restaurant);
        let ride = Ride { departs_at: at_s, from: self.place[rider], to };
        self.solution.rides[self.courier_of[rider]].push(ride);
        self.place[rider] = to;
        let row = &mut self.problem.riders[rider];
        row.there_s = at_s + self.city.travel.leg(row.spot, spot, row.vehicle).seconds.0;
        row.spot = spot;
        row.counter = restaurant as u32;
        self.note_spot(rider);
    }

    /// Picks up the first bundle of a rider's plan and brings it out.
    fn pick_up(&mut self, rider: RiderIx, at_s: i64) {
        let route = self.schedules.route(rider).to_vec();
        let together = route::counter_visit_len(&self.problem, &route);
        let is_dropoff = |task: &TaskIx| self.problem.task(*task).kind == StopKind::Dropoff;
        let dropoffs: Vec<TaskIx> =
            route[together..].iter().copied().take_while(is_dropoff).collect();
        let rest = &route[together + dropoffs.len()..];
        let parcels: Vec<ParcelIx> =
            dropoffs.iter().map(|&task| self.problem.task(task).parcel as usize).collect();
        let courier = self.courier_of[rider];
        self.solution.assignments.push(Assignment {
            assigned_at: self.problem.now_s,
            picked_up_at: at_s,
            courier,
            orders: parcels.iter().map(|&parcel| self.order_of[parcel]).collect(),
        });
        let mut leaves_s = at_s + self.problem.task(route[0]).after_s;
        let mut spot = self.problem.riders[rider].spot;
        let vehicle = self.problem.riders[rider].vehicle;
        for (&dropoff, &parcel) in dropoffs.iter().zip(&parcels) {
            let task = *self.problem.task(dropoff);
            let order = self.order_of[parcel];
            let to = Place::Customer(order);
            let ride = Ride { departs_at: leaves_s, from: self.place[rider], to };
            self.solution.rides[courier].push(ride);
            self.place[rider] = to;
            let ride_s = self.city.travel.leg(spot, task.spot, vehicle).seconds.0;
            let dropped_off_at = leaves_s + ride_s + task.before_s;
            self.solution.deliveries[order] =
                Some(Delivery { courier, picked_up_at: at_s, dropped_off_at });
            leaves_s = dropped_off_at + task.after_s;
            spot = task.spot;
            self.problem.riders[rider].standing.earned += self.problem.parcels[parcel].pay;
        }
        self.open.retain(|parcel| !parcels.contains(parcel));
        let row = &mut self.problem.riders[rider];
        row.spot = spot;
        row.counter = NO_COUNTER;
        row.there_s = leaves_s;
        self.note_spot(rider);
        let cost = self.schedules.cost(rider);
        self.schedules.set(&self.problem, rider, rest, cost);
        // What is left of the plan was allowed behind this bundle and still is.
        let _ = self.schedules.refresh(&self.problem, rider);
    }
}

/// The index knows couriers by id; in a simulation a rider's number is as good.
fn number(rider: RiderIx) -> CourierId {
    CourierId::from_uuid(Uuid::from_u128(rider as u128))
}

fn rider_of(courier: CourierId) -> RiderIx {
    courier.uuid().as_u128() as RiderIx
}
