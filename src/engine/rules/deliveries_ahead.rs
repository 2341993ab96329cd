//! No courier has more deliveries ahead than the co-op voted.

use super::{Refusal, Trial};
use crate::domain::policy::DispatchPolicy;
use crate::engine::snapshot::StopKind;

/// # Errors
/// [`Refusal::DeliveriesAhead`].
pub fn check(trial: &Trial<'_>, policy: &DispatchPolicy) -> Result<(), Refusal> {
    let ahead = trial.stops.iter().filter(|stop| stop.kind == StopKind::Dropoff).count();
    if ahead <= policy.limits.deliveries_ahead_max { Ok(()) } else { Err(Refusal::DeliveriesAhead) }
}
