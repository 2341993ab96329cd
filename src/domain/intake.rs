//! What a phone says happened, done in the order in which it happened there.
//!
//! A phone numbers its events 1, 2, 3 ... and sends them when it can: late, twice, in pieces, the
//! last first. An event is done when all before it are; so whatever the network does, the outcome is
//! the one of a phone that was never away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::handover::{Missing, PARCELS_MAX, Shown};
use super::ids::{PhoneEventId, ShiftId, TaskId, VehicleId};
use super::task::{FailureCode, Step};
use super::text::Note;
use super::time::{Seconds, Timestamp};

/// Most events in a batch.
pub const BATCH_MAX: usize = 100;
/// How far ahead of the next number an event is kept.
pub const AHEAD_MAX: i64 = 10_000;
/// Most stops that an order of a route names.
pub const ROUTE_MAX: usize = 200;
/// How late an event may come.
pub const LATE_MAX: Seconds = Seconds(7 * 86_400);

/// What a courier did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "PhoneAct")]
pub enum Act {
    ShiftStarted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shift_id: Option<ShiftId>,
        /// One of the co-op's vehicles. Where it is taken by the time the event is done, the shift
        /// begins on the courier's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vehicle_id: Option<VehicleId>,
    },
    ShiftEnded {},
    ShiftPaused {},
    ShiftResumed {},
    TaskStarted {
        task_id: TaskId,
    },
    TaskDone {
        task_id: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Shown>,
        /// Parcels that did not change hands.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schemars(length(max = PARCELS_MAX))]
        missing: Vec<Missing>,
    },
    /// The courier rides in another order; stops that are not named come behind.
    RouteOrdered {
        #[schemars(length(max = ROUTE_MAX))]
        tasks: Vec<TaskId>,
    },
    TaskFailed {
        task_id: TaskId,
        code: FailureCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// The last step of a stop was a slip.
    TaskUndone {
        task_id: TaskId,
        step: Step,
    },
}

/// One thing that happened on a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneEvent {
    pub id: PhoneEventId,
    /// Its number on its phone, from 1 on, without gaps.
    pub seq: i64,
    /// By the phone's clock.
    pub at: Timestamp,
    pub act: Act,
}

/// Why an event is not kept at all. The phone is told, and nothing else follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    #[error("events are numbered from 1 on")]
    Number,
    #[error("this number is too far ahead of the last one that was done")]
    TooFarAhead,
    #[error("this id or number was used for another event")]
    Reused,
}

impl NotKept {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::TooFarAhead => "too-far-ahead",
            Self::Reused => "reused",
        }
    }
}

/// Whether an event can be kept by somebody who waits for the number `next`.
pub const fn admit(next: i64, seq: i64) -> Result<(), NotKept> {
    if seq < 1 {
        Err(NotKept::Number)
    } else if seq > next.saturating_add(AHEAD_MAX) {
        Err(NotKept::TooFarAhead)
    } else {
        Ok(())
    }
}

/// How many of the waiting numbers, in ascending order, can be done now: those that follow `next`
/// without a gap.
pub fn ready(next: i64, waiting: &[i64]) -> usize {
    waiting.iter().zip(next..).take_while(|(have, want)| **have == *want).count()
}

/// Whether an event comes too late to be done.
pub fn is_too_late(at: Timestamp, now: Timestamp) -> bool {
    now.since(at) > LATE_MAX
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
