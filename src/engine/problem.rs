//! What the search works on: the snapshot boiled down to plain numbers in flat lists.
//!
//! The live product builds it from a [`Snapshot`](super::snapshot::Snapshot) at each tick; the
//! simulator keeps one and changes it as its day goes by. Times are whole seconds since the epoch.

use super::costs::fairness::Standing;
use super::snapshot::StopKind;
use super::travel::{Leg, TravelTimes};
use crate::domain::geo::Spot;
use crate::domain::policy::DispatchPolicy;
use crate::domain::vehicle::{Load, VehicleKind};

/// A place in [`Problem::riders`].
pub type RiderIx = usize;
/// A place in [`Problem::parcels`].
pub type ParcelIx = usize;
/// A place in [`Problem::tasks`].
pub type TaskIx = u32;

/// One instant of one city.
#[derive(Debug)]
pub struct Problem<'a, T> {
    /// The instant, in seconds.
    pub now_s: i64,
    /// What was voted.
    pub policy: &'a DispatchPolicy,
    /// The city.
    pub travel: &'a T,
    /// Couriers. Of two that are equal in everything the earlier is asked.
    pub riders: Vec<Rider>,
    /// Those of them who can be given anything, in ascending order.
    pub on_duty: Vec<RiderIx>,
    /// Deliveries, promised or not.
    pub parcels: Vec<Parcel>,
    /// Pickups and drop-offs.
    pub tasks: Vec<Task>,
    /// Rides to counters, by rider. Right for those on duty, where an open parcel asks for them.
    pub rides: Vec<Vec<Leg>>,
}

/// A courier.
#[derive(Clone, Debug)]
pub struct Rider {
    /// Where the courier is, or is next free to turn around.
    pub spot: Spot,
    /// At which of the counters that share this spot; see [`Task::counter`].
    pub counter: u32,
    /// Since or from when, in seconds.
    pub there_s: i64,
    /// What the courier rides.
    pub vehicle: VehicleKind,
    /// What fits on it.
    pub room: Load,
    /// What is on it.
    pub carrying: Load,
    /// How far the vehicle still goes, in metres; `i64::MAX` where nobody limits it.
    pub range_left_m: i64,
    /// No pickup after this, in seconds.
    pub shift_end_s: i64,
    /// No new work before this, in seconds; `i64::MIN` when no rest is due.
    pub rest_until_s: i64,
    /// Promised tasks, in their order. They keep it.
    pub promised: Vec<TaskIx>,
    /// How many of the promised tasks nothing may be put before.
    pub fixed: usize,
    /// Earnings against those of the others.
    pub standing: Standing,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Its tasks in order: pickups, then drop-offs.
    pub tasks: std::ops::Range<TaskIx>,
    /// What the courier is paid for it, in minor units.
    pub pay: i64,
    /// Who may have it.
    pub reach: Reach,
}

/// Who may have a parcel, as far as that can be said without trying routes, and the ride from where
/// they are to its first pickup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everyone on duty.
    Everyone {
        /// Where their rides are: a place in [`Problem::rides`].
        rides: usize,
    },
    /// These riders, in ascending order.
    These(Vec<(RiderIx, Leg)>),
}

/// One pickup or drop-off.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// Where.
    pub spot: Spot,
    /// Which of several counters at one spot; always 0 where the spot tells.
    pub counter: u32,
    /// Which of the two.
    pub kind: StopKind,
    /// Of which delivery.
    pub parcel: u32,
    /// Whether the rider who has it was promised it, and it stays there.
    pub promised: bool,
    /// No handover before this, in seconds.
    pub ready_s: i64,
    /// Promised by this, in seconds; `i64::MAX` without a promise.
    pub due_s: i64,
    /// Useless after this, in seconds; `i64::MAX` if never.
    pub latest_s: i64,
    /// From arriving to the handover, in seconds.
    pub before_s: i64,
    /// From the handover to riding on, in seconds.
    pub after_s: i64,
    /// The earliest handover that anybody could reach, in seconds: see
    /// [`delay`](super::costs::delay). Of drop-offs only; zero for pickups.
    pub earliest_s: i64,
    /// What comes on board or leaves.
    pub load: Load,
}

impl Rider {
    /// The earliest instant at which the courier can ride off, in seconds.
    pub fn leaves_s(&self, now_s: i64) -> i64 {
        self.there_s.max(now_s)
    }
}

impl<T: TravelTimes> Problem<'_, T> {
    /// A task.
    pub fn task(&self, task: TaskIx) -> &Task {
        &self.tasks[task as usize]
    }

    /// The riders who may have a parcel, in ascending order, with the ride to its first pickup.
    pub fn reach(&self, parcel: ParcelIx) -> impl Iterator<Item = (RiderIx, Leg)> {
        let (everyone, rides, these): (&[RiderIx], &[Leg], &[(RiderIx, Leg)]) =
            match &self.parcels[parcel].reach {
                Reach::Everyone { rides } => (&self.on_duty, &self.rides[*rides], &[]),
                Reach::These(riders) => (&[], &[], riders),
            };
        everyone.iter().map(|&rider| (rider, rides[rider])).chain(these.iter().copied())
    }

    /// The ride from where a rider is to a task.
    pub fn ride(&self, rider: RiderIx, task: TaskIx) -> Leg {
        let rider = &self.riders[rider];
        self.travel.leg(rider.spot, self.task(task).spot, rider.vehicle)
    }

    /// Whether a rider may have a parcel.
    pub fn may_have(&self, rider: RiderIx, parcel: ParcelIx) -> bool {
        match &self.parcels[parcel].reach {
            Reach::Everyone { .. } => true,
            Reach::These(riders) => riders.binary_search_by_key(&rider, |one| one.0).is_ok(),
        }
    }
}
