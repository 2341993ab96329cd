//! What becomes of goods that nobody takes: the delivery ends there, or they go back to the sender.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryError, DeliveryState, Holding};
use crate::domain::geo::Position;
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::task::{Failure, FailureCode, Stop, Task, TaskKind, TaskState};
use crate::domain::time::Timestamp;

/// What the merchant wants to have done with goods that cannot be handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfUndeliverable {
    /// The delivery ends; the merchant and the desk settle the rest.
    #[default]
    Keep,
    /// The courier brings them back.
    Return,
}

impl IfUndeliverable {
    /// Whether this is what counts where nothing is said.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl Delivery {
    /// A stop could not be served: the delivery ends there. From a failed drop-off the goods go back to
    /// the sender where that was asked for, unless they are lost, and with them everything else that
    /// is still on the bike; `back` is the id of the stop which that adds.
    pub fn fail_task(
        &self,
        by: CourierId,
        id: TaskId,
        at: Timestamp,
        failure: Failure,
        back: TaskId,
    ) -> Result<Option<Self>, DeliveryError> {
        let task = self.task_of(by, id)?;
        let Some(state) = task.state.fail(at, failure.clone())? else { return Ok(None) };
        // Where a first leg is under way, a dispatcher takes it back from the courier.
        self.is_there()?;
        let next = self.with_task(id, state);
        let goes_back = task.kind == TaskKind::Dropoff
            && self.if_undeliverable == IfUndeliverable::Return
            && failure.code != FailureCode::Lost;
        let turned = if let DeliveryState::PickedUp { holding, picked_up_at } = &self.state
            && goes_back
        {
            next.turned_round((*holding, *picked_up_at), at, failure.clone(), back)
        } else {
            None
        };
        let next = turned.unwrap_or_else(|| {
            let state = DeliveryState::Failed {
                holding: self.state.holding(),
                picked_up_at: self.state.picked_up_at(),
                turned: self.state.turned(),
                ended_at: at,
                failure,
            };
            next.ended(at, state)
        });
        Ok(Some(Self { version: self.version + 1, ..next }))
    }

    /// PickedUp -> Returning, by the merchant's or the desk's word. `None` when it is on its way back,
    /// or there, already. `back` is the id of the stop that this adds.
    ///
    /// # Errors
    /// Illegal before everything is picked up (it can be called off then), and once it is over.
    pub fn call_back(
        &self,
        at: Timestamp,
        reason: Failure,
        back: TaskId,
    ) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::PickedUp { holding, picked_up_at } => {
                let turned = self.turned_round((*holding, *picked_up_at), at, reason, back);
                turned.map(Some).ok_or_else(|| self.illegal("returning"))
            }
            DeliveryState::Returning { .. } | DeliveryState::Returned { .. } => Ok(None),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => Err(self.illegal("returning")),
        }
    }

    /// On the way to where the last goods came from. `None` without a pickup, which no delivery is.
    pub(super) fn turned_round(
        &self,
        (holding, picked_up_at): (Holding, Timestamp),
        at: Timestamp,
        failure: Failure,
        back: TaskId,
    ) -> Option<Self> {
        let stop = Stop { window: None, needs: None, ..self.sender()? };
        let way = Task { id: back, kind: TaskKind::Return, stop, state: TaskState::Todo, rank: 0 };
        let state = DeliveryState::Returning { holding, picked_up_at, since: at, failure };
        let mut turned = self.ended(at, state);
        turned.tasks.push(way);
        Some(turned)
    }

    /// From where to where goods that turned round are brought: from the drop-off that failed, or from
    /// the first one that was called off, or from the last one that left something over, to the sender. `None` where nothing has turned round.
    pub fn way_back(&self) -> Option<[Position; 2]> {
        let to = self.tasks.iter().find(|task| task.kind == TaskKind::Return)?;
        let mut doors = self.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
        let failed = doors.clone().find(|door| matches!(door.state, TaskState::Failed { .. }));
        let partly = doors.clone().rfind(|door| !door.state.missing().is_empty());
        let from = failed
            .or_else(|| doors.find(|door| matches!(door.state, TaskState::Cancelled { .. })))
            .or(partly)?;
        Some([from.stop.place, to.stop.place])
    }

    /// Whether its merchant owes the price and the way back: the sender has the goods again, or was
    /// not there to take them.
    pub fn owes_return(&self) -> bool {
        match &self.state {
            DeliveryState::Returned { .. } => true,
            DeliveryState::Failed { failure, .. } => {
                self.way_back().is_some()
                    && matches!(
                        failure.code,
                        FailureCode::NotAtHome | FailureCode::ClosedStore | FailureCode::Refused
                    )
            }
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Cancelled { .. } => false,
        }
    }
}
