//! What fits on the vehicle, at every moment of the route.

use super::Refusal;
use crate::domain::vehicle::Load;
use crate::engine::problem::{Rider, Task};
use crate::engine::snapshot::{CourierState, Job, StopKind};

/// A load that would not even fit on the empty vehicle.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn check_empty(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    if job.load().fits(courier.vehicle.room) { Ok(()) } else { Err(Refusal::TooLarge) }
}

/// Takes the goods of a task on board, or off.
///
/// # Errors
/// [`Refusal::Capacity`].
pub fn load(on_board: &mut Load, task: &Task, rider: &Rider) -> Result<(), Refusal> {
    match task.kind {
        StopKind::Dropoff => {
            *on_board = *on_board - task.load;
            Ok(())
        }
        StopKind::Pickup => {
            *on_board = *on_board + task.load;
            if on_board.fits(rider.room) { Ok(()) } else { Err(Refusal::Capacity) }
        }
    }
}
