//! Stops that are useless after some instant, such as a counter that closes.

use super::{Refusal, Trial};

/// A new job must not miss its own windows, nor make an earlier promise miss one that it kept.
///
/// # Errors
/// [`Refusal::Window`].
pub fn check(trial: &Trial<'_>) -> Result<(), Refusal> {
    let missed = trial
        .stops
        .iter()
        .zip(trial.visits)
        .any(|(stop, visit)| stop.latest.is_some_and(|latest| visit.handover > latest));
    if missed { Err(Refusal::Window) } else { Ok(()) }
}
