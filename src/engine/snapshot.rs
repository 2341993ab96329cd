//! Everything the engine may know at one instant. A decision row keeps it, so that the same plan
//! can be made again.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ahead::Demand;
use crate::domain::geo::Spot;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::{Load, Vehicle};

/// The couriers on duty and the jobs not yet done with, at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The instant of the tick.
    pub now: Timestamp,
    /// Couriers on duty, by id.
    pub couriers: Vec<CourierState>,
    /// Jobs that can still be given, taken back or moved, by delivery id.
    pub jobs: Vec<Job>,
    /// What the tariff guarantees for an hour, in minor units: what differences in earnings are
    /// measured in. 0 if nothing is guaranteed.
    #[serde(default)]
    pub guarantee_hourly: i64,
    /// Where orders of the last hour came from, by spot; empty where nobody is sent ahead.
    #[serde(default)]
    pub demands: Vec<Demand>,
}

/// A courier on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourierState {
    /// Who.
    pub id: CourierId,
    /// Where the courier is, or is next free to turn around.
    pub spot: Spot,
    /// When the courier came to, or will be at, `spot`. In the past for one who waits there; the
    /// instant of the snapshot for one who rides; in the future for one who must not be disturbed
    /// before.
    pub there_at: Timestamp,
    /// How old the position is.
    pub position_age: Seconds,
    /// What the courier rides.
    pub vehicle: Vehicle,
    /// How far it still goes in this shift, in metres, reckoned by [`range`](super::rules::range); none
    /// where nobody limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_left_m: Option<i64>,
    /// What is on the vehicle now.
    pub carrying: Load,
    /// Start of the shift under way.
    pub on_duty_since: Timestamp,
    /// End of the shift: no pickup after it.
    pub shift_end: Timestamp,
    /// No work before this instant, where rest is due.
    pub rest_until: Option<Timestamp>,
    /// The stops promised, in the order they will be made.
    pub route: Vec<Stop>,
    /// Earned so far in this pay period, in minor units.
    pub earned: i64,
    /// Time paid so far in this pay period.
    pub paid: Seconds,
    /// What the courier is trained or equipped for.
    pub skills: BTreeSet<String>,
    /// Zones the courier works in; empty means everywhere.
    pub zones: BTreeSet<String>,
    /// Merchants this courier is not sent to, whoever of the two asked for it.
    pub blocked: BTreeSet<MerchantId>,
}

/// A delivery that somebody has to carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Who sends it.
    pub merchant: MerchantId,
    /// When it was asked for.
    pub placed_at: Timestamp,
    /// What has to be done, in this order: the pickups, then the drop-offs. At least one of each.
    pub stops: Vec<Stop>,
    /// What the courier must be trained or equipped for.
    pub skills: BTreeSet<String>,
    /// The zone it belongs to, if the co-op has zones.
    pub zone: Option<String>,
    /// What the courier will be paid for it, in minor units.
    pub pay: i64,
    /// Who refused this very job or let its offer lapse: they are not asked again about it. It is
    /// used for nothing else.
    pub refused_by: BTreeSet<CourierId>,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a job stands between the co-op and its couriers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing {
    /// Nobody has it.
    Open,
    /// Some have been asked and have not answered.
    Offered {
        /// Who has been asked.
        to: BTreeSet<CourierId>,
    },
    /// A courier has it, and its stops are in that courier's route.
    Held {
        /// Who has it.
        by: CourierId,
        /// Given by a person's hand: the engine never takes it back.
        by_hand: bool,
        /// Who has been asked to take it over and has not answered.
        #[serde(default)]
        asked: BTreeSet<CourierId>,
    },
}

impl Standing {
    /// Who has been asked about it and has not answered.
    pub fn asked(&self) -> impl Iterator<Item = CourierId> {
        let asked = match self {
            Self::Open => None,
            Self::Offered { to } => Some(to),
            Self::Held { asked, .. } => Some(asked),
        };
        asked.into_iter().flatten().copied()
    }

    /// Its place among several rows about one delivery: the smallest counts.
    const fn rank(&self) -> u8 {
        match self {
            Self::Held { .. } => 0,
            Self::Offered { .. } => 1,
            Self::Open => 2,
        }
    }
}

/// One stop of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Which task this is.
    pub task: TaskId,
    /// Which delivery it belongs to.
    pub delivery: DeliveryId,
    /// Pickup or drop-off.
    pub kind: StopKind,
    /// Where.
    pub spot: Spot,
    /// The handover does not happen before this instant.
    pub ready_at: Timestamp,
    /// The handover is promised by this instant.
    pub due: Option<Timestamp>,
    /// The handover is useless after this instant.
    pub latest: Option<Timestamp>,
    /// From arriving to the handover: parking, walking, waiting at the counter.
    pub service_before: Seconds,
    /// From the handover to riding on.
    pub service_after: Seconds,
    /// What comes on board at a pickup, or leaves at a drop-off.
    pub load: Load,
    /// Whether the courier has turned to it.
    pub state: StopState,
}

/// What happens at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// Goods come on board.
    Pickup,
    /// Goods are handed over.
    Dropoff,
}

/// How far a stop in a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopState {
    /// Still to come; others may be put before it.
    Todo,
    /// The courier is on the way there or at it: nothing is put before it.
    Doing,
}

impl Snapshot {
    /// A snapshot whose rows are in the order of their ids, whatever order they came in.
    ///
    /// Each courier and each delivery is in it once. Of two jobs with one delivery id the one that
    /// stands further counts (held, then offered, then open), and an open job that is in somebody's
    /// route already is left out: it has been promised.
    pub fn sorted(now: Timestamp, mut couriers: Vec<CourierState>, mut jobs: Vec<Job>) -> Self {
        couriers.sort_by_key(|courier| courier.id);
        couriers.dedup_by_key(|courier| courier.id);
        jobs.sort_by_key(|job| (job.delivery, job.standing.rank()));
        jobs.dedup_by_key(|job| job.delivery);
        let promised: BTreeSet<DeliveryId> =
            couriers.iter().flat_map(|one| &one.route).map(|stop| stop.delivery).collect();
        jobs.retain(|job| {
            matches!(job.standing, Standing::Held { .. }) || !promised.contains(&job.delivery)
        });
        Self { now, couriers, jobs, guarantee_hourly: 0, demands: Vec::new() }
    }

    /// The same, if its rows are as [`Self::sorted`] leaves them; otherwise a copy that is.
    pub fn normal(&self) -> Cow<'_, Self> {
        let is_sorted = self.couriers.is_sorted_by(|a, b| a.id < b.id)
            && self.jobs.is_sorted_by(|a, b| a.delivery < b.delivery);
        let open: BTreeSet<DeliveryId> = self
            .jobs
            .iter()
            .filter(|job| !matches!(job.standing, Standing::Held { .. }))
            .map(|job| job.delivery)
            .collect();
        let mut stops = self.couriers.iter().flat_map(|one| &one.route);
        if is_sorted && !stops.any(|stop| open.contains(&stop.delivery)) {
            return Cow::Borrowed(self);
        }
        let Self { now, couriers, jobs, guarantee_hourly, demands } = self.clone();
        Cow::Owned(Self { guarantee_hourly, demands, ..Self::sorted(now, couriers, jobs) })
    }
}

impl CourierState {
    /// The earliest the courier can leave [`Self::spot`].
    pub fn leaves_at(&self, now: Timestamp) -> Timestamp {
        self.there_at.max(now)
    }

    /// Where the route promised so far ends.
    pub fn route_end(&self) -> Spot {
        self.route.last().map_or(self.spot, |stop| stop.spot)
    }
}

impl Job {
    /// When the last of its pickups is ready.
    pub fn ready_at(&self) -> Timestamp {
        self.pickups().map(|stop| stop.ready_at).max().unwrap_or(self.placed_at)
    }

    /// Everything that has to fit on the vehicle.
    pub fn load(&self) -> Load {
        self.pickups().fold(Load::default(), |sum, stop| sum + stop.load)
    }

    /// Where it is picked up first.
    pub fn pickup_spot(&self) -> Spot {
        self.stops.first().map_or(Spot::default(), |stop| stop.spot)
    }

    /// Its pickups, in order.
    pub fn pickups(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().filter(|stop| stop.kind == StopKind::Pickup)
    }

    /// Its drop-offs, in order.
    pub fn dropoffs(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().filter(|stop| stop.kind == StopKind::Dropoff)
    }
}

#[cfg(test)]
pub(crate) mod fixtures {
    //! Couriers and jobs for the engine's tests: 4 minutes of service at each end, metres on a
    //! plane, minutes of one day.

    use uuid::Uuid;

    use super::*;
    use crate::domain::vehicle::VehicleKind;

    /// Minutes after the start of the test's day.
    pub fn minute(number: i64) -> Timestamp {
        Timestamp::from_seconds(1_700_000_000) + Seconds::from_minutes(number)
    }

    /// A courier who has been standing at a place since minute 0, on duty until minute 600.
    pub fn courier_at(number: u128, (x_m, y_m): (i32, i32)) -> CourierState {
        CourierState {
            id: CourierId::from_uuid(Uuid::from_u128(number)),
            spot: Spot { x_m, y_m },
            there_at: minute(0),
            position_age: Seconds::ZERO,
            vehicle: Vehicle {
                kind: VehicleKind::Bike,
                room: Load { volume_ml: 100_000, weight_g: 50_000 },
            },
            range_left_m: None,
            carrying: Load::default(),
            on_duty_since: minute(0),
            shift_end: minute(600),
            rest_until: None,
            route: Vec::new(),
            earned: 0,
            paid: Seconds::ZERO,
            skills: BTreeSet::new(),
            zones: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }

    /// An open job placed at minute 0, due 40 minutes later.
    pub fn job_between(number: u128, from: (i32, i32), to: (i32, i32), ready: i64) -> Job {
        let delivery = DeliveryId::from_uuid(Uuid::from_u128(number));
        let stop = |kind, (x_m, y_m): (i32, i32), ready_at, due: Option<Timestamp>| Stop {
            task: TaskId::from_uuid(Uuid::from_u128(number * 2 + u128::from(due.is_some()))),
            delivery,
            kind,
            spot: Spot { x_m, y_m },
            ready_at,
            due,
            latest: None,
            service_before: Seconds::from_minutes(2),
            service_after: Seconds::from_minutes(2),
            load: Load { volume_ml: 20_000, weight_g: 5_000 },
            state: StopState::Todo,
        };
        Job {
            delivery,
            merchant: MerchantId::from_uuid(Uuid::from_u128(1)),
            placed_at: minute(0),
            stops: vec![
                stop(StopKind::Pickup, from, minute(ready), None),
                stop(StopKind::Dropoff, to, minute(0), Some(minute(40))),
            ],
            skills: BTreeSet::new(),
            zone: None,
            pay: 500,
            refused_by: BTreeSet::new(),
            standing: Standing::Open,
        }
    }
}
