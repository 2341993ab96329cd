//! Couriers who work in some zones only.

use super::Refusal;
use crate::engine::snapshot::{CourierState, Job};

/// # Errors
/// [`Refusal::Zone`].
pub fn check(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    match &job.zone {
        Some(zone) if !courier.zones.is_empty() && !courier.zones.contains(zone) => {
            Err(Refusal::Zone)
        }
        _ => Ok(()),
    }
}
