//! A courier may not work for a while. Only a person decides that, with reasons and notice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{CourierId, SuspensionId, UserId};
use super::text::Note;
use super::time::{Seconds, Timestamp};

/// Between the decision and its effect, unless safety is named.
pub const NOTICE: Seconds = Seconds(14 * 86_400);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspension {
    pub id: SuspensionId,
    pub courier_id: CourierId,
    /// The person who decided it. There is no other kind.
    pub decided_by: UserId,
    pub decided_at: Timestamp,
    pub reason: Note,
    /// Somebody is in danger: it may take effect at once.
    pub safety: bool,
    pub begins_at: Timestamp,
    /// `None`: until it is lifted.
    pub ends_at: Option<Timestamp>,
    pub lifted: Option<Lifted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lifted {
    pub at: Timestamp,
    pub by: UserId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspensionError {
    #[error(
        "a suspension takes 14 days' notice, so {earliest} at the earliest, unless safety is named"
    )]
    NoNotice { earliest: Timestamp },
    #[error("a suspension ends after it begins")]
    Span,
    #[error("nobody suspends themselves")]
    OwnCase,
}

impl Suspension {
    /// Checks a suspension that somebody who rides as `decider`, if they ride, wants to decide.
    pub fn checked(self, decider: Option<CourierId>) -> Result<Self, SuspensionError> {
        let notice = if self.safety { Seconds::ZERO } else { NOTICE };
        let earliest = self.decided_at + notice;
        if self.begins_at < earliest {
            return Err(SuspensionError::NoNotice { earliest });
        }
        if self.ends_at.is_some_and(|end| end <= self.begins_at) {
            return Err(SuspensionError::Span);
        }
        if decider == Some(self.courier_id) {
            return Err(SuspensionError::OwnCase);
        }
        Ok(self)
    }

    /// Whether the courier may not work at `at`.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.lifted.is_none() && self.begins_at <= at && self.ends_at.is_none_or(|end| at < end)
    }

    /// Taken back. `None` when it was already.
    pub fn lift(&self, at: Timestamp, by: UserId) -> Option<Self> {
        self.lifted.is_none().then(|| Self { lifted: Some(Lifted { at, by }), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds(n * 86_400)
    }

    fn suspension(begins_at: Timestamp, safety: bool) -> Suspension {
        Suspension {
            id: SuspensionId::from_uuid(uuid_v7(day(0), [1; 10])),
            courier_id: CourierId::from_uuid(uuid_v7(day(0), [2; 10])),
            decided_by: UserId::from_uuid(uuid_v7(day(0), [3; 10])),
            decided_at: day(0),
            reason: Note::new("no brakes").unwrap(),
            safety,
            begins_at,
            ends_at: Some(day(30)),
            lifted: None,
        }
    }

    #[test]
    fn a_fortnight_passes_before_it_acts_unless_somebody_is_in_danger() {
        let early = suspension(day(13), false).checked(None);
        assert_eq!(early, Err(SuspensionError::NoNotice { earliest: day(14) }));
        assert!(suspension(day(14), false).checked(None).is_ok());
        assert!(suspension(day(0), true).checked(None).is_ok());
        assert_eq!(suspension(day(30), false).checked(None), Err(SuspensionError::Span));
        let own = suspension(day(14), false);
        let self_made = own.clone().checked(Some(own.courier_id));
        assert_eq!(self_made, Err(SuspensionError::OwnCase));
    }

    #[test]
    fn it_holds_in_its_span_until_it_is_lifted() {
        let one = suspension(day(14), false);
        assert_eq!([13, 14, 29, 30].map(|n| one.holds(day(n))), [false, true, true, false]);
        let lifted = one.lift(day(15), one.decided_by).unwrap();
        assert!(!lifted.holds(day(16)));
        assert_eq!(lifted.lift(day(17), one.decided_by), None);
    }
}
