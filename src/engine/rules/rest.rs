//! Rest that is due by law or by agreement.

use super::Refusal;
use crate::engine::problem::Rider;
use crate::engine::route::Visit;

/// Nobody sets out for new work before the rest is over.
///
/// # Errors
/// [`Refusal::Rest`].
pub fn check(visit: &Visit, rider: &Rider) -> Result<(), Refusal> {
    let sets_out_s = visit.arrival_s - visit.ride_s;
    if sets_out_s >= rider.rest_until_s { Ok(()) } else { Err(Refusal::Rest) }
}
