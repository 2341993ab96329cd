//! No pickup after the end of the shift; the last drop-off may be later.

use super::Refusal;
use crate::engine::problem::{Rider, Task};
use crate::engine::route::Visit;
use crate::engine::snapshot::StopKind;

/// Judges new pickups, and promised ones behind them that they would push too far.
///
/// # Errors
/// [`Refusal::ShiftEnd`].
pub fn check(task: &Task, visit: &Visit, rider: &Rider) -> Result<(), Refusal> {
    let too_late = task.kind == StopKind::Pickup && visit.handover_s > rider.shift_end_s;
    if too_late { Err(Refusal::ShiftEnd) } else { Ok(()) }
}
