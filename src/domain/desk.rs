//! What the dispatchers' desk does to a delivery besides moving it: marks, locks, dates.
//!
//! Every step is a pure function of the delivery, as in [`delivery`](super::delivery); `None` means
//! "already so".

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::{Delivery, DeliveryError, DeliveryState, LegError};
use super::ids::{CourierId, HubId, TaskId, TourId};
use super::money::Money;
use super::task::{Failure, Stop, Task, TaskState};
use super::text::{Note, Tag};
use super::time::{Seconds, TimeWindow, Timestamp};

/// Most tags on a delivery.
pub const TAGS_MAX: usize = 20;

/// What the desk has written on a delivery. Not for merchants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DeskMarks")]
pub struct Desk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    #[serde(default)]
    pub tags: BTreeSet<Tag>,
    /// Neither the engine nor a dispatcher moves it until it is let go.
    #[serde(default)]
    pub locked: bool,
    /// The tour it is in: the engine leaves that to the desk.
    #[serde(default, rename = "tour_id", skip_serializing_if = "Option::is_none")]
    pub tour: Option<TourId>,
}

impl Desk {
    /// Whether the engine leaves it alone.
    pub const fn keeps(&self) -> bool {
        self.locked || self.tour.is_some()
    }
}

/// One thing that a dispatcher does to one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Gives it to a courier, behind what the courier has already.
    Assign {
        courier_id: CourierId,
    },
    Unassign,
    Cancel {
        reason: Note,
    },
    /// Has what is on the bike brought back to the sender.
    Return {
        reason: Failure,
    },
    /// Takes a cancellation back.
    Restore,
    /// Moves its times; the windows of its stops move with the promise.
    Reschedule {
        ready_at: Timestamp,
        due_at: Timestamp,
    },
    /// Writes the desk's note, or wipes it.
    Note {
        note: Option<Note>,
    },
    Tag {
        add: BTreeSet<Tag>,
        remove: BTreeSet<Tag>,
    },
    Lock,
    Unlock,
    /// Lets a drop-off do without its PIN.
    WaivePin {
        task_id: TaskId,
        reason: Note,
    },
    /// Has one courier bring the goods to a hub and another one take them on.
    Split {
        hub_id: HubId,
    },
    /// Takes a split back.
    Join,
}

impl Act {
    /// The name on the wire and in the log of acts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "assign",
            Self::Unassign => "unassign",
            Self::Cancel { .. } => "cancel",
            Self::Return { .. } => "return",
            Self::Restore => "restore",
            Self::Reschedule { .. } => "reschedule",
            Self::Note { .. } => "note",
            Self::Tag { .. } => "tag",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::WaivePin { .. } => "waive_pin",
            Self::Split { .. } => "split",
            Self::Join => "join",
        }
    }
}

impl Delivery {
    fn marked(&self, desk: Desk) -> Option<Self> {
        (desk != self.desk).then(|| Self { desk, version: self.version + 1, ..self.clone() })
    }

    /// Open, its goods are where it begins, and the desk has not kept it for itself: the engine may offer
    /// it, and couriers may take it.
    pub fn is_to_be_had(&self) -> bool {
        self.state == DeliveryState::Open && !self.desk.keeps() && self.leg.may_begin()
    }

    pub(super) fn in_tour(&self, tour: Option<TourId>) -> Option<Self> {
        self.marked(Desk { tour, ..self.desk.clone() })
    }

    /// With this note of the desk's, or without one.
    pub fn annotate(&self, note: Option<Note>) -> Option<Self> {
        self.marked(Desk { note, ..self.desk.clone() })
    }

    /// With these tags more, and those less.
    pub fn tag(
        &self,
        add: &BTreeSet<Tag>,
        remove: &BTreeSet<Tag>,
    ) -> Result<Option<Self>, DeliveryError> {
        let kept = self.desk.tags.difference(remove);
        let tags: BTreeSet<Tag> = kept.chain(add).cloned().collect();
        if tags.len() > TAGS_MAX {
            return Err(DeliveryError::TooManyTags);
        }
        Ok(self.marked(Desk { tags, ..self.desk.clone() }))
    }

    /// Kept where it is. What is over needs no lock.
    pub fn lock(&self) -> Result<Option<Self>, DeliveryError> {
        if self.state.is_over() {
            return Err(self.illegal("locked"));
        }
        Ok(self.marked(Desk { locked: true, ..self.desk.clone() }))
    }

    pub fn unlock(&self) -> Option<Self> {
        self.marked(Desk { locked: false, ..self.desk.clone() })
    }

    /// With other times, while nothing is picked up. The windows of its stops move as far as the
    /// promise does.
    ///
    /// # Errors
    /// [`DeliveryError::TooEarly`] when the promise would lie before `now` or before the goods are
    /// ready.
    pub fn reschedule(
        &self,
        ready_at: Timestamp,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Self>, DeliveryError> {
        if !self.state.is_before_pickup() {
            return Err(self.illegal("rescheduled"));
        }
        if self.desk.locked {
            return Err(DeliveryError::Locked);
        }
        if ready_at == self.ready_at && due_at == self.due_at {
            return Ok(None);
        }
        if self.leg.is_internal() || !self.leg.may_begin() {
            return Err(LegError::Split.into());
        }
        let after = ready_at.max(now);
        if due_at <= after {
            return Err(DeliveryError::TooEarly { due_at, after });
        }
        let by = due_at.since(self.due_at);
        let tasks = self.tasks.iter().map(|task| Task {
            stop: Stop {
                window: task.stop.window.map(|window| moved(window, by)),
                ..task.stop.clone()
            },
            ..task.clone()
        });
        let tasks = tasks.collect();
        Ok(Some(Self { ready_at, due_at, tasks, version: self.version + 1, ..self.clone() }))
    }

    /// Cancelled -> Open, with all its stops to do. `None` when it is open.
    ///
    /// `price` is what it cost before the desk called it off. Without one, somebody else did, and a
    /// fee may be in the books: it stays so.
    pub fn restore(&self, price: Option<Money>) -> Result<Option<Self>, DeliveryError> {
        match (&self.state, price) {
            (DeliveryState::Open, _) => Ok(None),
            // What it fed goes its own way.
            (DeliveryState::Cancelled { .. }, _) if self.leg.is_internal() => {
                Err(LegError::Split.into())
            }
            (DeliveryState::Cancelled { .. }, Some(price)) => {
                let tasks = self.tasks.iter().map(|task| Task {
                    state: TaskState::Todo,
                    rank: 0,
                    ..task.clone()
                });
                let tasks = tasks.collect();
                Ok(Some(Self { tasks, price, ..self.with(DeliveryState::Open) }))
            }
            (
                DeliveryState::Asked { .. }
                | DeliveryState::Cancelled { .. }
                | DeliveryState::Assigned { .. }
                | DeliveryState::PickedUp { .. }
                | DeliveryState::Returning { .. }
                | DeliveryState::Delivered { .. }
                | DeliveryState::Returned { .. }
                | DeliveryState::Failed { .. },
                _,
            ) => Err(self.illegal("open")),
        }
    }
}

/// The window, so much later. Both ends move alike, so that its order stays.
fn moved(window: TimeWindow, by: Seconds) -> TimeWindow {
    TimeWindow::new(window.after() + by, window.before() + by).unwrap_or(window)
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
