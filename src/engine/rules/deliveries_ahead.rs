//! No courier has more deliveries ahead than the co-op voted.

use super::Refusal;
use crate::engine::problem::Problem;
use crate::engine::route::Trial;
use crate::engine::snapshot::StopKind;

/// # Errors
/// [`Refusal::DeliveriesAhead`].
pub fn check<T>(problem: &Problem<'_, T>, trial: &Trial<'_>) -> Result<(), Refusal> {
    let is_dropoff = |&&task: &&u32| problem.tasks[task as usize].kind == StopKind::Dropoff;
    let ahead = trial.route.iter().filter(is_dropoff).count();
    if ahead <= problem.policy.limits.deliveries_ahead_max {
        Ok(())
    } else {
        Err(Refusal::DeliveriesAhead)
    }
}
