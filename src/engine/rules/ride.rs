//! How far goods may ride from their pickup to their drop-off.

use super::{Refusal, Trial};
use crate::domain::policy::DispatchPolicy;
use crate::engine::snapshot::StopKind;

/// Judges the new jobs only. A limit of zero is no limit.
///
/// # Errors
/// [`Refusal::Ride`].
pub fn check(trial: &Trial<'_>, policy: &DispatchPolicy) -> Result<(), Refusal> {
    let limit = policy.limits.ride_max_m;
    if limit == 0 {
        return Ok(());
    }
    for job in trial.new {
        let mut metres = 0;
        let mut on_board = false;
        for (stop, visit) in trial.stops.iter().zip(trial.visits) {
            if on_board {
                metres += visit.metres.0;
            }
            if stop.delivery == job.delivery {
                match stop.kind {
                    StopKind::Pickup => on_board = true,
                    StopKind::Dropoff if metres > limit => return Err(Refusal::Ride),
                    StopKind::Dropoff => {}
                }
            }
        }
    }
    Ok(())
}
