//! Nobody is sent from where they were a while ago.

use super::Refusal;
use crate::domain::policy::DispatchPolicy;
use crate::engine::snapshot::CourierState;

/// # Errors
/// [`Refusal::PositionAge`].
pub fn check(courier: &CourierState, policy: &DispatchPolicy) -> Result<(), Refusal> {
    if courier.position_age.0 <= policy.limits.position_age_max_s {
        Ok(())
    } else {
        Err(Refusal::PositionAge)
    }
}
