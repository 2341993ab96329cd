//! Rest that is due by law or by agreement.

use super::{Refusal, Trial};

/// No new job before the rest is over.
///
/// # Errors
/// [`Refusal::Rest`].
pub fn check(trial: &Trial<'_>) -> Result<(), Refusal> {
    let Some(rest_until) = trial.courier.rest_until else { return Ok(()) };
    let disturbed = trial
        .stops
        .iter()
        .zip(trial.visits)
        .any(|(stop, visit)| trial.is_new(stop) && visit.arrival - visit.ride < rest_until);
    if disturbed { Err(Refusal::Rest) } else { Ok(()) }
}
