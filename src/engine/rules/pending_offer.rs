//! One question at a time: who has been asked is not asked again before the answer.

use super::Refusal;

/// # Errors
/// [`Refusal::PendingOffer`].
pub fn check(has_pending_offer: bool) -> Result<(), Refusal> {
    if has_pending_offer { Err(Refusal::PendingOffer) } else { Ok(()) }
}
