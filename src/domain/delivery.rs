//! What a merchant asks for: bring these goods from here to there, in time.
//!
//! `open -> assigned -> picked_up -> delivered`, or an end with a reason: `failed`, `cancelled`. Where
//! the kitchen wants to be asked, `asked` comes before; what goes back is `returning`, then `returned`.
//! Every step is a pure function of the delivery; `None` means "already so".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use amend::Amendment;
pub use answer::{CancelCode, RefusalCode};
pub use handover::{Parcel, parcels};
pub use legs::{FromHub, Goods, Leg, LegError, SplitPlan};
pub use request::{Request, RequestError};
pub use returns::IfUndeliverable;
pub use state::{DeliveryState, Turned};
pub use undo::{REOPENED_MAX, UndoError};
pub use waiting::WaitTerms;

use super::desk::{Desk, TAGS_MAX};
use super::handover::{HandoverError, PARCELS_MAX};
use super::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use super::money::Money;
use super::task::{Failure, FailureCode, Task, TaskKind, TaskState, TaskStepError};
use super::text::{Instructions, Name, Note, Reference};
use super::time::Timestamp;

mod amend;
mod answer;
mod handover;
mod legs;
mod request;
mod returns;
mod state;
mod undo;
mod waiting;

/// Most stops of one kind in a delivery.
pub const STOPS_MAX: usize = 20;
/// Most kinds of packages in a delivery.
pub const PACKAGES_MAX: usize = 50;

/// Some equal parcels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub name: Name,
    #[schemars(range(min = 1))]
    pub quantity: u16,
    /// Millilitres of one parcel.
    #[serde(default)]
    pub volume_ml: u32,
    /// Grams of one parcel.
    #[serde(default)]
    pub weight_g: u32,
}

/// Why a delivery was called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    #[serde(default)]
    pub code: CancelCode,
    pub note: Option<Note>,
}

/// Who carries it since when, and whether a person chose them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub courier: CourierId,
    pub since: Timestamp,
    /// A dispatcher decided: the engine leaves it alone.
    pub by_hand: bool,
}

/// A merchant's request with its stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub merchant_id: MerchantId,
    pub external_reference: Option<Reference>,
    pub placed_at: Timestamp,
    /// When the goods can leave the merchant.
    pub ready_at: Timestamp,
    /// The promise: at the last drop-off by then.
    pub due_at: Timestamp,
    pub price: Money,
    pub packages: Vec<Package>,
    pub instructions: Option<Instructions>,
    #[serde(default)]
    pub if_undeliverable: IfUndeliverable,
    /// Pickups, then drop-offs; behind them the way back, if there is one.
    pub tasks: Vec<Task>,
    pub state: DeliveryState,
    /// Counts every change; the entity tag of the resource.
    pub version: i64,
    /// How often its end, or its turning round, was taken back: see `undo`.
    #[serde(default)]
    pub reopened: u16,
    /// What the dispatchers have written on it.
    #[serde(default)]
    pub desk: Desk,
    /// Which part of the way it is.
    #[serde(default)]
    pub leg: Leg,
}

/// How far ahead a delivery can be asked for.
pub const HORIZON_DAYS: i64 = 90;

/// A step that the delivery's life does not allow. In the order in which they are found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    #[error("this delivery has no such task")]
    NoSuchTask,
    #[error("this task is not yours")]
    NotYours,
    #[error("a delivery that is {from} cannot become {to}")]
    Illegal { from: &'static str, to: &'static str },
    #[error(transparent)]
    Task(#[from] TaskStepError),
    #[error("the goods are ready at {ready_at}; wait for them")]
    NotReady { ready_at: Timestamp },
    #[error("pick everything up first")]
    PickupFirst,
    #[error(transparent)]
    Handover(#[from] HandoverError),
    #[error("it is locked; unlock it first")]
    Locked,
    #[error("it is in a tour already; take it out of that first")]
    InTour,
    #[error("the kitchen has refused this order")]
    Refused,
    #[error("a delivery has at most {TAGS_MAX} tags")]
    TooManyTags,
    #[error("the promise {due_at} must lie after {after}")]
    TooEarly { due_at: Timestamp, after: Timestamp },
    #[error("the {what} of a delivery that is {state} cannot be changed any more")]
    Fixed { what: &'static str, state: &'static str },
    #[error(
        "at most {PACKAGES_MAX} kinds of packages are possible, each with a quantity of 1 or more"
    )]
    Packages,
    #[error("at most {PARCELS_MAX} parcels can be scanned")]
    TooManyToScan,
    #[error("ready_at is more than {HORIZON_DAYS} days away")]
    TooFarAhead,
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error(transparent)]
    Leg(#[from] LegError),
}

impl Delivery {
    /// Who holds it now; nobody once it is over.
    pub fn holder(&self) -> Option<CourierId> {
        match &self.state {
            DeliveryState::Assigned { holding }
            | DeliveryState::PickedUp { holding, .. }
            | DeliveryState::Returning { holding, .. } => Some(holding.courier),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => None,
        }
    }

    pub(super) fn with(&self, state: DeliveryState) -> Self {
        Self { state, version: self.version + 1, ..self.clone() }
    }

    pub(super) fn illegal(&self, to: &'static str) -> DeliveryError {
        DeliveryError::Illegal { from: self.state.name(), to }
    }

    /// Open, or held by somebody else before pickup and moved -> Assigned: by a person, or by the
    /// engine where no person's hand had given it. `None` when this courier holds it already.
    pub fn assign(&self, holding: Holding) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::Open | DeliveryState::Assigned { .. }
                if self.desk.locked && self.holder() != Some(holding.courier) =>
            {
                Err(DeliveryError::Locked)
            }
            DeliveryState::Open => Ok(Some(self.with(DeliveryState::Assigned { holding }))),
            DeliveryState::Assigned { holding: current } if current.courier == holding.courier => {
                Ok(None)
            }
            DeliveryState::Assigned { holding: current }
                if (holding.by_hand || !current.by_hand) && self.untouched() =>
            {
                Ok(Some(self.with(DeliveryState::Assigned { holding })))
            }
            DeliveryState::Asked { .. }
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => Err(self.illegal("assigned")),
        }
    }

    /// Who has it without a person's hand having given or kept it, and stands at none of its stops:
    /// from there the engine may move it, unless that is where the courier is going next.
    pub fn movable_from(&self) -> Option<CourierId> {
        let DeliveryState::Assigned { holding } = &self.state else { return None };
        let may_go = !holding.by_hand && !self.desk.keeps() && self.untouched();
        may_go.then_some(holding.courier)
    }

    /// Nobody stands at any of its stops yet.
    fn untouched(&self) -> bool {
        self.tasks.iter().all(|task| task.state == TaskState::Todo)
    }

    /// Assigned -> Open, while nothing is picked up. `None` when it is open already.
    pub fn unassign(&self) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::Open => Ok(None),
            DeliveryState::Assigned { .. } if self.desk.locked => Err(DeliveryError::Locked),
            DeliveryState::Assigned { .. }
                if self.tasks.iter().all(|task| !task.state.is_over()) =>
            {
                let tasks = self.tasks.iter().map(|task| Task {
                    state: TaskState::Todo,
                    rank: 0,
                    ..task.clone()
                });
                Ok(Some(Self { tasks: tasks.collect(), ..self.with(DeliveryState::Open) }))
            }
            DeliveryState::Asked { .. }
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => Err(self.illegal("open")),
        }
    }

    /// Called off, while nothing is picked up. `None` when it is cancelled already.
    pub fn cancel(&self, at: Timestamp, reason: Note) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::Cancelled { cancellation, .. } if cancellation.code.is_refusal() => {
                Err(DeliveryError::Refused)
            }
            DeliveryState::Cancelled { .. } => Ok(None),
            DeliveryState::Asked { .. } | DeliveryState::Open | DeliveryState::Assigned { .. } => {
                let own = self.without_first_leg(at)?;
                Ok(Some(own.called_off(at, CancelCode::Cancelled, Some(reason))))
            }
            DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. } => Err(self.illegal("cancelled")),
        }
    }

    /// Over before anything was picked up.
    fn called_off(&self, at: Timestamp, code: CancelCode, note: Option<Note>) -> Self {
        let holding = self.state.holding();
        let cancellation = Cancellation { code, note };
        self.ended(at, DeliveryState::Cancelled { holding, ended_at: at, cancellation })
    }

    /// Given up for want of a courier. `None` when it is not open any more, or begins at a hub: what lies
    /// there is a person's to decide on.
    pub fn give_up(&self, at: Timestamp) -> Option<Self> {
        (self.state == DeliveryState::Open && self.leg.goods().is_none()).then(|| {
            let failure = Failure { code: FailureCode::NoCourier, note: None };
            let state = DeliveryState::Failed {
                holding: None,
                picked_up_at: None,
                turned: None,
                ended_at: at,
                failure,
            };
            self.ended(at, state)
        })
    }

    /// The end: stops that are not over are cancelled with it.
    fn ended(&self, at: Timestamp, state: DeliveryState) -> Self {
        let tasks =
            self.tasks.iter().map(|task| Task { state: task.state.cancel(at), ..task.clone() });
        Self { tasks: tasks.collect(), ..self.with(state) }
    }

    /// The task, if `by` holds this delivery or held it when it ended.
    fn task_of(&self, by: CourierId, id: TaskId) -> Result<&Task, DeliveryError> {
        let task = self.tasks.iter().find(|task| task.id == id).ok_or(DeliveryError::NoSuchTask)?;
        match self.state.holding() {
            Some(holding) if holding.courier == by => Ok(task),
            Some(_) | None => Err(DeliveryError::NotYours),
        }
    }

    fn with_task(&self, id: TaskId, state: TaskState) -> Self {
        let tasks = self.tasks.iter().map(|task| {
            if task.id == id { Task { state: state.clone(), ..task.clone() } } else { task.clone() }
        });
        Self { tasks: tasks.collect(), version: self.version + 1, ..self.clone() }
    }

    /// The courier stands at the stop.
    pub fn start_task(
        &self,
        by: CourierId,
        id: TaskId,
        at: Timestamp,
    ) -> Result<Option<Self>, DeliveryError> {
        let task = self.task_of(by, id)?;
        Ok(task.state.start(at)?.map(|state| self.with_task(id, state)))
    }

    fn any_left(&self, kind: TaskKind) -> bool {
        self.tasks.iter().any(|task| task.kind == kind && !task.state.is_over())
    }
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
