//! A snapshot laid out as a problem, and the way back from the problem's numbers to ids.

use std::collections::{BTreeMap, BTreeSet};

use super::costs::delay;
use super::costs::fairness::{Account, Average, Standing};
use super::index::CourierIndex;
use super::problem::{Parcel, ParcelIx, Problem, Reach, Rider, RiderIx, Task, TaskIx};
use super::rules::{self, Refusal};
use super::snapshot::{self, CourierState, Job, Snapshot, Stop, StopState};
use super::travel::TravelTimes;
use crate::domain::geo::Spot;
use crate::domain::ids::{CourierId, DeliveryId, TaskId};
use crate::domain::policy::DispatchPolicy;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;

/// The problem of one snapshot.
pub struct Field<'a, T> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// What the search works on.
    pub problem: Problem<'a, T>,
    /// The parcels that can be given now.
    pub open: Vec<ParcelIx>,
    /// Who was looked at for an open parcel and may not have it, with the rule; by place in `open`.
    pub excluded: Vec<Vec<(RiderIx, Refusal)>>,
    courier_of: Vec<usize>,
    job_of: BTreeMap<ParcelIx, usize>,
    task_ids: Vec<(TaskId, DeliveryId)>,
}

/// Up to this many couriers everyone is looked at, and no index is needed.
const EVERYONE_MAX: usize = 64;

impl<'a, T: TravelTimes> Field<'a, T> {
    /// Lays out a snapshot. Of two couriers that are equal in everything, it is `seed` and not the
    /// id that says who is asked. Cost: O(couriers log couriers + jobs x candidates).
    pub fn new(
        snapshot: &'a Snapshot,
        policy: &'a DispatchPolicy,
        travel: &'a T,
        seed: u64,
    ) -> Self {
        let mut courier_of: Vec<usize> = (0..snapshot.couriers.len()).collect();
        courier_of.sort_by_key(|&place| (lot(snapshot.couriers[place].id, seed), place));
        let now_s = snapshot.now.seconds();
        let problem = Problem {
            now_s,
            policy,
            travel,
            riders: Vec::with_capacity(courier_of.len()),
            on_duty: (0..courier_of.len()).collect(),
            parcels: Vec::new(),
            tasks: Vec::new(),
            rides: Vec::new(),
        };
        let mut field = Self {
            snapshot,
            problem,
            open: Vec::new(),
            excluded: Vec::new(),
            courier_of,
            job_of: BTreeMap::new(),
            task_ids: Vec::new(),
        };
        field.add_riders();
        field.add_jobs();
        field
    }

    /// The courier behind a rider.
    pub fn courier(&self, rider: RiderIx) -> &'a CourierState {
        &self.snapshot.couriers[self.courier_of[rider]]
    }

    /// The rider that a courier is; `None` for somebody who is not in the snapshot.
    pub fn rider(&self, courier: CourierId) -> Option<RiderIx> {
        (0..self.problem.riders.len()).find(|&rider| self.courier(rider).id == courier)
    }

    /// The job behind an open parcel.
    ///
    /// # Panics
    /// If the parcel is not one of [`Self::open`].
    pub fn job(&self, parcel: ParcelIx) -> &'a Job {
        &self.snapshot.jobs[self.job_of[&parcel]]
    }

    /// The ids behind a task.
    pub fn task_id(&self, task: TaskIx) -> (TaskId, DeliveryId) {
        self.task_ids[task as usize]
    }

    fn add_riders(&mut self) {
        let couriers = &self.snapshot.couriers;
        let policy = &self.problem.policy.fairness;
        let earned = couriers.iter().map(|courier| courier.earned).sum();
        let paid_s = couriers.iter().map(|courier| courier.paid.0).sum();
        let average = Average::new(earned, paid_s, self.snapshot.guarantee_hourly);
        let kinds: BTreeSet<VehicleKind> =
            couriers.iter().map(|courier| courier.vehicle.kind).collect();
        let kinds: Vec<VehicleKind> = kinds.into_iter().collect();
        for place in self.courier_of.clone() {
            let courier = &self.snapshot.couriers[place];
            let promised = self.add_route(&courier.route, &kinds);
            let under_way = courier.route.iter().rposition(|stop| stop.state == StopState::Doing);
            self.problem.riders.push(Rider {
                spot: courier.spot,
                counter: 0,
                there_s: courier.there_at.seconds(),
                vehicle: courier.vehicle.kind,
                room: courier.vehicle.room,
                carrying: courier.carrying,
                range_left_m: courier.range_left_m.unwrap_or(i64::MAX),
                shift_end_s: courier.shift_end.seconds(),
                rest_until_s: courier.rest_until.map_or(i64::MIN, |until| until.seconds()),
                promised,
                fixed: under_way.map_or(0, |last| last + 1),
                standing: Standing::new(account(courier, self.snapshot.now), average, policy),
            });
        }
    }

    /// Adds the promised stops, delivery by delivery, and returns them in the order of the route.
    fn add_route(&mut self, route: &[Stop], kinds: &[VehicleKind]) -> Vec<TaskIx> {
        let mut places: Vec<(usize, TaskIx)> = Vec::with_capacity(route.len());
        let mut seen = BTreeSet::new();
        for stop in route.iter().filter(|stop| seen.insert(stop.delivery)) {
            let own = route.iter().enumerate().filter(|(_, one)| one.delivery == stop.delivery);
            let (at, stops): (Vec<usize>, Vec<Stop>) = own.map(|(at, one)| (at, *one)).unzip();
            let first = self.add_parcel(&stops, 0, kinds);
            places.extend(at.into_iter().zip(first..));
        }
        places.sort_unstable();
        let promised: Vec<TaskIx> = places.into_iter().map(|(_, task)| task).collect();
        for &task in &promised {
            self.problem.tasks[task as usize].promised = true;
        }
        promised
    }

    /// Adds a parcel with these stops, nobody in its reach. Returns its first task.
    fn add_parcel(&mut self, stops: &[Stop], pay: i64, kinds: &[VehicleKind]) -> TaskIx {
        let first = small(self.problem.tasks.len());
        let parcel = small(self.problem.parcels.len());
        let mut tasks: Vec<Task> = stops.iter().map(|stop| task(stop, parcel)).collect();
        delay::fill_earliest(&mut tasks, kinds, self.problem.travel);
        self.problem.tasks.append(&mut tasks);
        self.task_ids.extend(stops.iter().map(|stop| (stop.task, stop.delivery)));
        let tasks = first..small(self.problem.tasks.len());
        self.problem.parcels.push(Parcel { tasks, pay, reach: Reach::These(Vec::new()) });
        first
    }

    /// Adds the jobs nobody has and nobody has been asked about, ready within the horizon.
    fn add_jobs(&mut self) {
        let horizon = self.snapshot.now + Seconds(self.problem.policy.search.horizon_s);
        let near = Near::new(self);
        let asked = asked(self.snapshot);
        let kinds: BTreeSet<VehicleKind> =
            self.problem.riders.iter().map(|rider| rider.vehicle).collect();
        let kinds: Vec<VehicleKind> = kinds.into_iter().collect();
        for (place, job) in self.snapshot.jobs.iter().enumerate() {
            if job.standing != snapshot::Standing::Open || job.ready_at() > horizon {
                continue;
            }
            let parcel = self.problem.parcels.len();
            self.add_parcel(&job.stops, job.pay, &kinds);
            let (mut reach, mut excluded) = (Vec::new(), Vec::new());
            for rider in near.of(self, job.pickup_spot()) {
                let courier = self.courier(rider);
                let has_pending_offer = asked.contains(&courier.id);
                match rules::of_pair(courier, job, has_pending_offer, self.problem.policy) {
                    Ok(()) => {
                        let kind = courier.vehicle.kind;
                        let ride = self.problem.travel.leg(courier.spot, job.pickup_spot(), kind);
                        reach.push((rider, ride));
                    }
                    Err(why) => excluded.push((rider, why)),
                }
            }
            self.problem.parcels[parcel].reach = Reach::These(reach);
            self.job_of.insert(parcel, place);
            self.open.push(parcel);
            self.excluded.push(excluded);
        }
    }
}

fn account(courier: &CourierState, now: Timestamp) -> Account {
    let left_s = courier.shift_end.since(now).0;
    Account { earned: courier.earned, paid_s: courier.paid.0, left_s }
}

fn asked(snapshot: &Snapshot) -> BTreeSet<CourierId> {
    snapshot.jobs.iter().flat_map(|job| job.standing.asked()).collect()
}

/// Who is worth a closer look: the nearest by where they are, and of those with promises also the
/// nearest by where their routes end.
enum Near {
    Everyone(usize),
    Nearest { here: CourierIndex, ends: CourierIndex, rider_at: Vec<RiderIx> },
}

impl Near {
    fn new<T: TravelTimes>(field: &Field<'_, T>) -> Self {
        let couriers = &field.snapshot.couriers;
        if couriers.len() <= EVERYONE_MAX {
            return Self::Everyone(couriers.len());
        }
        let busy = couriers.iter().filter(|courier| !courier.route.is_empty());
        let mut rider_at = vec![0; couriers.len()];
        for (rider, &place) in field.courier_of.iter().enumerate() {
            rider_at[place] = rider;
        }
        Self::Nearest {
            here: CourierIndex::load(couriers.iter().map(|courier| (courier.id, courier.spot))),
            ends: CourierIndex::load(busy.map(|courier| (courier.id, courier.route_end()))),
            rider_at,
        }
    }

    fn of<T: TravelTimes>(&self, field: &Field<'_, T>, spot: Spot) -> Vec<RiderIx> {
        match self {
            Self::Everyone(count) => (0..*count).collect(),
            Self::Nearest { here, ends, rider_at } => {
                let couriers = &field.snapshot.couriers;
                let count = field.problem.policy.search.candidates_max;
                let mut near = here.nearest(spot, count);
                near.append(&mut ends.nearest(spot, count));
                // The snapshot is sorted by id.
                let place = |id: CourierId| couriers.binary_search_by_key(&id, |one| one.id).ok();
                let riders = near.into_iter().filter_map(place).map(|place| rider_at[place]);
                let mut riders: Vec<RiderIx> = riders.collect();
                riders.sort_unstable();
                riders.dedup();
                riders
            }
        }
    }
}

fn task(stop: &Stop, parcel: u32) -> Task {
    Task {
        spot: stop.spot,
        counter: 0,
        kind: stop.kind,
        parcel,
        promised: false,
        ready_s: stop.ready_at.seconds(),
        due_s: stop.due.map_or(i64::MAX, |due| due.seconds()),
        latest_s: stop.latest.map_or(i64::MAX, |latest| latest.seconds()),
        before_s: stop.service_before.0,
        after_s: stop.service_after.0,
        earliest_s: 0,
        load: stop.load,
    }
}

/// # Panics
/// Beyond four thousand million tasks.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a city has fewer tasks than a u32 counts")
}

/// The lot a courier draws: `SplitMix64`'s finaliser (Steele et al. 2014) over the seed and the id.
fn lot(courier: CourierId, seed: u64) -> u64 {
    let (high, low) = courier.uuid().as_u64_pair();
    let mut bits = seed ^ high.rotate_left(32) ^ low;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
