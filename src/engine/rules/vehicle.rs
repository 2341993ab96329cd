//! Vehicles that the co-op voted to use.

use super::Refusal;
use crate::domain::policy::DispatchPolicy;
use crate::engine::snapshot::CourierState;

/// # Errors
/// [`Refusal::Vehicle`].
pub fn check(courier: &CourierState, policy: &DispatchPolicy) -> Result<(), Refusal> {
    if policy.limits.vehicles.contains(&courier.vehicle.kind) {
        Ok(())
    } else {
        Err(Refusal::Vehicle)
    }
}
