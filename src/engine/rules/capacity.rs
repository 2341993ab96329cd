//! What fits on the vehicle, at every moment of the route.

use super::{Refusal, Trial};
use crate::engine::snapshot::{CourierState, Job, StopKind};

/// A load that would not even fit on the empty vehicle.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn check_empty(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    if job.load().fits(courier.vehicle.room) { Ok(()) } else { Err(Refusal::TooLarge) }
}

/// The load along the route, from what is on board now.
///
/// # Errors
/// [`Refusal::Capacity`].
pub fn check(trial: &Trial<'_>) -> Result<(), Refusal> {
    let mut on_board = trial.courier.carrying;
    for stop in trial.stops {
        match stop.kind {
            StopKind::Pickup => on_board = on_board + stop.load,
            StopKind::Dropoff => on_board = on_board - stop.load,
        }
        if stop.kind == StopKind::Pickup && !on_board.fits(trial.courier.vehicle.room) {
            return Err(Refusal::Capacity);
        }
    }
    Ok(())
}
