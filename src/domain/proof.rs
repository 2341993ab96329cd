//! Pictures that show a handing over: a photo of the goods, a drawn signature.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{CourierId, ProofId, TaskId};
use super::time::Timestamp;

/// Most pictures of one stop.
pub const PER_TASK_MAX: i64 = 10;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    Photo,
    Signature,
}

/// A picture as it is kept: made anew from what was sent, so that nothing hides in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub id: ProofId,
    pub task_id: TaskId,
    pub courier_id: CourierId,
    pub kind: ProofKind,
    /// By the phone's clock, and by ours.
    pub taken_at: Timestamp,
    pub received_at: Timestamp,
    /// Of the bytes as they were sent: the same picture again is no other one.
    pub sha256: Vec<u8>,
    pub width: i32,
    pub height: i32,
}
