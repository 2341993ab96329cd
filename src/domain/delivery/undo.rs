//! A courier takes the last step back, for a short while after it: a slip of the thumb is no delivery.
//!
//! Every state knows what it came from. What was booked with a step is taken back with it, so that it
//! can be booked anew when the step is done again.

use super::{Delivery, DeliveryError, DeliveryState, Turned};
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::ledger::Charge;
use crate::domain::task::{Step, Task, TaskKind};
use crate::domain::time::{Seconds, Timestamp};

/// How often the end of one delivery can be taken back.
pub const REOPENED_MAX: u16 = 20;

/// Why a step stays as it is. In the order in which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    #[error("a step is taken back within {} seconds; ask your dispatcher", .0.0)]
    Late(Seconds),
    #[error("something else has happened to this delivery since")]
    Followed,
    #[error("this delivery was taken back {REOPENED_MAX} times; ask your dispatcher")]
    TooOften,
    #[error("your shift has ended since, and what it pays is settled")]
    ShiftEnded,
    #[error("another delivery of yours has ended since: its time is counted from this one's end")]
    OtherEnded,
    #[error("it is on an invoice already; ask your dispatcher")]
    Invoiced,
    #[error("somebody has corrected it in the books since; ask your dispatcher")]
    Corrected,
}

impl Delivery {
    /// The courier takes the last step of this delivery back, at most `within` after it. `None` when
    /// the stop is as it was before the step: phones retry.
    ///
    /// # Errors
    /// [`UndoError`], and those of a step.
    pub fn undo_task(
        &self,
        by: CourierId,
        id: TaskId,
        step: Step,
        at: Timestamp,
        within: Seconds,
    ) -> Result<Option<Self>, DeliveryError> {
        let task = self.task_of(by, id)?;
        let Some(state) = task.state.undo(step)? else { return Ok(None) };
        let stepped_at = task.state.stepped_at().ok_or(UndoError::Followed)?;
        if at.since(stepped_at) > within {
            return Err(UndoError::Late(within).into());
        }
        if self.last_step() != Some((task.kind, stepped_at)) {
            return Err(UndoError::Followed.into());
        }
        let before = self.state_before(task.kind, step).ok_or(UndoError::Followed)?;
        if self.leg.is_internal() && self.state.failure().is_some() && self.state.is_over() {
            // The delivery that it fed goes its own way.
            return Err(UndoError::Followed.into());
        }
        let reopened = self.reopened + u16::from(!self.charges_until(&before).is_empty());
        if reopened > REOPENED_MAX {
            return Err(UndoError::TooOften.into());
        }
        let mut next = Self { reopened, state: before, ..self.clone() };
        let turned = matches!(self.state, DeliveryState::Returning { .. });
        if (step == Step::Failed || turned) && task.kind != TaskKind::Return {
            // With the stop that was not served, or not with all, the others were called off; a way
            // back was added.
            next.tasks.retain(|task| task.kind != TaskKind::Return);
            next.tasks = next.tasks.iter().map(revived).collect();
        }
        Ok(Some(next.with_task(id, state)))
    }

    /// What was booked with the step that led from a state to this one: nothing where it is the same.
    pub fn charges_until(&self, before: &DeliveryState) -> &'static [Charge] {
        if before.name() == self.state.name() { &[] } else { self.charges() }
    }

    /// The kind of the stop that was last served, and when. By kind first: goods are picked up before
    /// they are handed over, whatever the clocks of phones say.
    fn last_step(&self) -> Option<(TaskKind, Timestamp)> {
        let steps = self.tasks.iter();
        steps.filter_map(|task| Some((task.kind, task.state.stepped_at()?))).max()
    }

    /// What it was before a step of a stop of this kind; `None` where that step did not lead here.
    fn state_before(&self, kind: TaskKind, step: Step) -> Option<DeliveryState> {
        let picked_up = step == Step::Done && kind == TaskKind::Pickup;
        let handed_over = step == Step::Done && kind == TaskKind::Dropoff;
        let failed = step == Step::Failed && kind != TaskKind::Return;
        match self.state.clone() {
            // Nothing but the stop has changed.
            state @ DeliveryState::Assigned { .. } => Some(state),
            DeliveryState::PickedUp { holding, .. } if picked_up => {
                Some(DeliveryState::Assigned { holding })
            }
            state @ DeliveryState::PickedUp { .. } => Some(state),
            DeliveryState::Delivered { holding, picked_up_at, .. } if handed_over => {
                Some(DeliveryState::PickedUp { holding, picked_up_at })
            }
            DeliveryState::Returning { holding, picked_up_at, .. } if failed || handed_over => {
                Some(DeliveryState::PickedUp { holding, picked_up_at })
            }
            state @ DeliveryState::Returning { .. } if kind == TaskKind::Return => Some(state),
            DeliveryState::Returned { holding, picked_up_at, since, failure, .. }
                if kind == TaskKind::Return =>
            {
                Some(DeliveryState::Returning { holding, picked_up_at, since, failure })
            }
            DeliveryState::Failed {
                holding: Some(holding),
                picked_up_at: Some(picked_up_at),
                turned: Some(Turned { since, failure }),
                ..
            } if kind == TaskKind::Return => {
                Some(DeliveryState::Returning { holding, picked_up_at, since, failure })
            }
            DeliveryState::Failed {
                holding: Some(holding), picked_up_at, turned: None, ..
            } if failed => Some(match picked_up_at {
                Some(picked_up_at) => DeliveryState::PickedUp { holding, picked_up_at },
                None => DeliveryState::Assigned { holding },
            }),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => None,
        }
    }

    /// What was booked with the step of a courier's that led here: the prices first, which lock all of
    /// the co-op's accounts. Where some was handed over, that was booked before the rest came back.
    fn charges(&self) -> &'static [Charge] {
        match self.state {
            DeliveryState::Delivered { .. } => &[Charge::Price, Charge::Piece, Charge::Tip],
            DeliveryState::Returning { .. } if self.is_served() => {
                &[Charge::Price, Charge::Piece, Charge::Tip]
            }
            DeliveryState::Returned { .. } | DeliveryState::Failed { turned: Some(_), .. } => {
                if self.is_served() {
                    &[Charge::ReturnPrice, Charge::Return]
                } else {
                    &[Charge::Price, Charge::ReturnPrice, Charge::Return]
                }
            }
            DeliveryState::Returning { .. } | DeliveryState::Failed { turned: None, .. } => {
                &[Charge::Piece]
            }
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Cancelled { .. } => &[],
        }
    }
}

fn revived(task: &Task) -> Task {
    Task { state: task.state.revive(), ..task.clone() }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
