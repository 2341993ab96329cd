//! Stops that are useless after some instant, such as a counter that closes.

use super::Refusal;
use crate::engine::problem::Task;
use crate::engine::route::Visit;

/// A new job must not miss its own windows, nor make an earlier promise miss one.
///
/// # Errors
/// [`Refusal::Window`].
pub fn check(task: &Task, visit: &Visit) -> Result<(), Refusal> {
    if visit.handover_s <= task.latest_s { Ok(()) } else { Err(Refusal::Window) }
}
