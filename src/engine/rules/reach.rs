//! How far away a courier may be asked to pick something up.

use super::Refusal;
use crate::domain::policy::DispatchPolicy;
use crate::engine::snapshot::{CourierState, Job};

/// As the crow flies, from where the courier is or from where the promised route ends, whichever is
/// nearer.
///
/// # Errors
/// [`Refusal::Reach`].
pub fn check(courier: &CourierState, job: &Job, policy: &DispatchPolicy) -> Result<(), Refusal> {
    let pickup = job.pickup_spot();
    let metres = courier.spot.distance_to(pickup).min(courier.route_end().distance_to(pickup));
    #[expect(clippy::cast_precision_loss, reason = "a policy's reach is a few kilometres")]
    let reach_m = policy.search.reach_m as f64;
    if metres <= reach_m { Ok(()) } else { Err(Refusal::Reach) }
}
