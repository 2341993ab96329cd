//! Taking an entry back. What a courier has been booked is not taken away by one person alone.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CourierId, EntryId, UserId};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Somebody asks to have an entry taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    pub entry_id: EntryId,
    /// Whose account falls by it; `None`: no courier's, and nobody has to agree.
    pub courier_id: Option<CourierId>,
    pub reason: Note,
    pub asked_by: UserId,
    pub asked_at: Timestamp,
    /// By whom and when: the courier, or a second person.
    pub agreed: Option<(UserId, Timestamp)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReversalError {
    #[error("this entry has been taken back, or somebody has asked for it already")]
    Asked,
    #[error("an entry that takes another back stays: book the other one anew")]
    OfReversal,
    #[error("a payout is not taken back by itself: mark the transfer as failed in its pay run")]
    OfPayout,
    #[error("less is owed by now: it has been paid out, or is on its way to the bank")]
    PaidOut,
    #[error("a part of this price was given back already: give back the rest of it instead")]
    Credited,
    #[error("whoever asked cannot agree: it takes the courier or a second person")]
    Alone,
}

impl Reversal {
    /// Whether it waits for somebody to agree.
    pub const fn waits(&self) -> bool {
        self.courier_id.is_some() && self.agreed.is_none()
    }

    /// Somebody agrees; `None` when that is so already.
    pub fn agree(&self, by: UserId, at: Timestamp) -> Result<Option<Self>, ReversalError> {
        if !self.waits() {
            return Ok(None);
        }
        if by == self.asked_by {
            return Err(ReversalError::Alone);
        }
        Ok(Some(Self { agreed: Some((by, at.max(self.asked_at))), ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    #[test]
    fn nobody_takes_from_a_courier_alone() {
        let at = Timestamp::from_seconds(1_800_000_000);
        let user = |number| UserId::from_uuid(uuid_v7(at, [number; 10]));
        let asked = Reversal {
            entry_id: EntryId::from_uuid(uuid_v7(at, [1; 10])),
            courier_id: Some(CourierId::from_uuid(uuid_v7(at, [2; 10]))),
            reason: Note::new("booked for the wrong courier").unwrap(),
            asked_by: user(1),
            asked_at: at,
            agreed: None,
        };
        assert_eq!(asked.agree(user(1), at), Err(ReversalError::Alone));
        let agreed = asked.agree(user(2), at).unwrap().unwrap();
        assert!(asked.waits() && !agreed.waits());
        assert_eq!(agreed.agree(user(1), at), Ok(None), "already so");
        let nobodys = Reversal { courier_id: None, ..asked };
        assert!(!nobodys.waits());
    }
}
