//! A merchant and a courier who are kept apart, whoever of the two asked for it.

use super::Refusal;
use crate::engine::snapshot::{CourierState, Job};

/// # Errors
/// [`Refusal::Blocked`].
pub fn check(courier: &CourierState, job: &Job) -> Result<(), Refusal> {
    if courier.blocked.contains(&job.merchant) { Err(Refusal::Blocked) } else { Ok(()) }
}
