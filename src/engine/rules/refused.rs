//! Nobody is asked twice about the same job. A refusal has no other consequence.

use super::Refusal;
use crate::engine::snapshot::{CourierState, Job};

/// # Errors
/// [`Refusal::RefusedAlready`].
pub fn check(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    if job.refused_by.contains(&courier.id) { Err(Refusal::RefusedAlready) } else { Ok(()) }
}
