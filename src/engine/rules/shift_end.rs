//! No pickup after the end of the shift; the last drop-off may be later.

use super::{Refusal, Trial};
use crate::engine::snapshot::StopKind;

/// Only pickups of the new jobs are judged, and those behind them that they would push too far.
///
/// # Errors
/// [`Refusal::ShiftEnd`].
pub fn check(trial: &Trial<'_>) -> Result<(), Refusal> {
    let first_new = trial.stops.iter().position(|stop| trial.is_new(stop)).unwrap_or(0);
    let too_late = trial.stops.iter().zip(trial.visits).skip(first_new).any(|(stop, visit)| {
        stop.kind == StopKind::Pickup && visit.handover > trial.courier.shift_end
    });
    if too_late { Err(Refusal::ShiftEnd) } else { Ok(()) }
}
