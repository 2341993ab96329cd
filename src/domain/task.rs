//! One stop of a delivery: a pickup, a drop-off or the way back, with its own life.
//!
//! `todo -> doing -> done | failed`, and `cancelled` from either of the first two. Going straight
//! from `todo` to `done` is allowed: fewer taps for the person on the bike.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::Position;
use super::handover::{Missing, Needs, Proof};
use super::identity::Email;
use super::ids::TaskId;
use super::text::{Address, Name, Note, Phone};
use super::time::{TimeWindow, Timestamp};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    Pickup,
    Dropoff,
    /// Brings back to the sender what could not be handed over.
    Return,
}

/// Why a stop could not be served. The codes that the sector's software shares.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    Damaged,
    Lost,
    Late,
    NotAtHome,
    ClosedStore,
    WrongAddress,
    Refused,
    ItemMissing,
    IncorrectItem,
    Weather,
    VehicleBreakdown,
    Traffic,
    AddressUnreachable,
    Packaging,
    /// Said by the system: nobody could take it in time.
    NoCourier,
    Other,
}

/// A failure as reported: a code, and words where a code does not say enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Somebody to call at a stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

/// Where to go, when, and whom to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    pub place: Position,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<TimeWindow>,
    /// What the courier has to show there; nothing said: a name at drop-offs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
}

/// What a courier did at a stop, and may take back for a short while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TaskStep")]
pub enum Step {
    Started,
    Done,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    Todo,
    Doing {
        started_at: Timestamp,
    },
    Done {
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
        proof: Option<Proof>,
        /// Parcels that did not change hands.
        #[serde(default)]
        missing: Vec<Missing>,
    },
    Failed {
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
        failure: Failure,
    },
    Cancelled {
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub kind: TaskKind,
    pub stop: Stop,
    pub state: TaskState,
    /// Place in the route of the courier who holds the delivery; 0 while nobody does.
    pub rank: i32,
}

impl Task {
    /// What the courier has to show there.
    pub fn needs(&self) -> Needs {
        self.stop.needs.clone().unwrap_or_else(|| Needs::usual(self.kind))
    }
}

/// A step that the task's life does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a task that is {from} cannot become {to}")]
pub struct TaskStepError {
    pub from: &'static str,
    pub to: &'static str,
}

impl TaskState {
    /// Every [`name`](Self::name).
    pub const NAMES: [&str; 5] = ["todo", "doing", "done", "failed", "cancelled"];

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Doing { .. } => "doing",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Nothing more will happen to it.
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Todo | Self::Doing { .. } => false,
            Self::Done { .. } | Self::Failed { .. } | Self::Cancelled { .. } => true,
        }
    }

    const fn started_at(&self) -> Option<Timestamp> {
        match self {
            Self::Todo => None,
            Self::Doing { started_at } => Some(*started_at),
            Self::Done { started_at, .. }
            | Self::Failed { started_at, .. }
            | Self::Cancelled { started_at, .. } => *started_at,
        }
    }

    /// The parcels that did not change hands there.
    pub const fn missing(&self) -> &[Missing] {
        match self {
            Self::Done { missing, .. } => missing.as_slice(),
            Self::Todo | Self::Doing { .. } | Self::Failed { .. } | Self::Cancelled { .. } => &[],
        }
    }

    /// The numbers of the parcels whose codes were read there.
    pub fn scanned(&self) -> &[u16] {
        match self {
            Self::Done { proof: Some(proof), .. } => &proof.scanned,
            Self::Done { proof: None, .. }
            | Self::Todo
            | Self::Doing { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => &[],
        }
    }

    /// The courier has arrived. `None` means that this is known already: phones retry.
    pub fn start(&self, at: Timestamp) -> Result<Option<Self>, TaskStepError> {
        match self {
            Self::Todo => Ok(Some(Self::Doing { started_at: at })),
            Self::Doing { .. } | Self::Done { .. } | Self::Failed { .. } => Ok(None),
            Self::Cancelled { .. } => Err(TaskStepError { from: self.name(), to: "doing" }),
        }
    }

    /// The goods changed hands. `None` means that this is known already.
    pub fn complete(
        &self,
        at: Timestamp,
        proof: Option<Proof>,
        missing: Vec<Missing>,
    ) -> Result<Option<Self>, TaskStepError> {
        match self {
            Self::Todo | Self::Doing { .. } => {
                let started_at = self.started_at();
                Ok(Some(Self::Done { started_at, ended_at: at, proof, missing }))
            }
            Self::Done { .. } => Ok(None),
            Self::Failed { .. } | Self::Cancelled { .. } => {
                Err(TaskStepError { from: self.name(), to: "done" })
            }
        }
    }

    /// The stop could not be served. `None` means that this is known already.
    pub fn fail(&self, at: Timestamp, failure: Failure) -> Result<Option<Self>, TaskStepError> {
        match self {
            Self::Todo | Self::Doing { .. } => {
                Ok(Some(Self::Failed { started_at: self.started_at(), ended_at: at, failure }))
            }
            Self::Failed { .. } => Ok(None),
            Self::Done { .. } | Self::Cancelled { .. } => {
                Err(TaskStepError { from: self.name(), to: "failed" })
            }
        }
    }

    /// It will not happen. What is over stays as it is.
    pub fn cancel(&self, at: Timestamp) -> Self {
        match self {
            Self::Todo | Self::Doing { .. } => {
                Self::Cancelled { started_at: self.started_at(), ended_at: at }
            }
            Self::Done { .. } | Self::Failed { .. } | Self::Cancelled { .. } => self.clone(),
        }
    }

    /// When the courier last did something about it; `None` where nothing was done, or somebody else
    /// called it off.
    pub const fn stepped_at(&self) -> Option<Timestamp> {
        match self {
            Self::Todo | Self::Cancelled { .. } => None,
            Self::Doing { started_at } => Some(*started_at),
            Self::Done { ended_at, .. } | Self::Failed { ended_at, .. } => Some(*ended_at),
        }
    }

    /// As it was before `step`. `None` when it is so already.
    pub fn undo(&self, step: Step) -> Result<Option<Self>, TaskStepError> {
        match (self, step) {
            (Self::Todo, Step::Started | Step::Done | Step::Failed)
            | (Self::Doing { .. }, Step::Done | Step::Failed) => Ok(None),
            (Self::Doing { .. }, Step::Started) => Ok(Some(Self::Todo)),
            (Self::Done { .. }, Step::Done) | (Self::Failed { .. }, Step::Failed) => {
                Ok(Some(self.before_its_end()))
            }
            (Self::Done { .. }, Step::Started | Step::Failed)
            | (Self::Failed { .. }, Step::Started | Step::Done)
            | (Self::Cancelled { .. }, Step::Started | Step::Done | Step::Failed) => {
                Err(TaskStepError { from: self.name(), to: "what it was" })
            }
        }
    }

    /// As it was before it was called off; what was not stays as it is.
    pub fn revive(&self) -> Self {
        match self {
            Self::Todo | Self::Doing { .. } | Self::Done { .. } | Self::Failed { .. } => {
                self.clone()
            }
            Self::Cancelled { .. } => self.before_its_end(),
        }
    }

    fn before_its_end(&self) -> Self {
        self.started_at().map_or(Self::Todo, |started_at| Self::Doing { started_at })
    }
}
