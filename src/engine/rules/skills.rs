//! What the courier must be trained or equipped for.

use super::Refusal;
use crate::engine::snapshot::{CourierState, Job};

/// # Errors
/// [`Refusal::Skills`].
pub fn check(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    if job.skills.is_subset(&courier.skills) { Ok(()) } else { Err(Refusal::Skills) }
}
