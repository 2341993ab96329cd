//! Something went wrong on the way: told by a courier, looked after by dispatchers.
//!
//! `open -> closed -> reopened -> closed ...`. Every step is a pure function of the incident; `None`
//! means "already so".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{CourierId, DeliveryId, IncidentId, IncidentPictureId, TaskId, UserId};
use super::text::{Name, Note};
use super::time::Timestamp;

/// Most pictures of one incident.
pub const PICTURES_MAX: i64 = 10;
/// Most comments on one incident.
pub const COMMENTS_MAX: i64 = 200;
/// Most incidents of one courier that are open at a time.
pub const OPEN_MAX: i64 = 1_000;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "IncidentKind")]
pub enum Kind {
    /// The courier fell, or was hit.
    Fall,
    /// Goods are damaged or lost.
    Goods,
    /// Somebody threatened or attacked the courier.
    Aggression,
    Vehicle,
    /// The address is wrong, or nobody can get there.
    Address,
    /// Trouble with a customer.
    Customer,
    Other,
}

/// How soon somebody has to look at it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "IncidentPriority")]
pub enum Priority {
    Urgent,
    Normal,
    Low,
}

impl Kind {
    /// Where somebody may be hurt, it is urgent.
    pub const fn priority(self) -> Priority {
        match self {
            Self::Fall | Self::Aggression => Priority::Urgent,
            Self::Goods | Self::Vehicle | Self::Address | Self::Customer | Self::Other => {
                Priority::Normal
            }
        }
    }
}

/// Who did something when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    pub by: UserId,
    pub at: Timestamp,
}

/// Where an incident is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Closed {
        hand: Hand,
        /// What was done about it.
        done: Note,
    },
    /// It was not over after all.
    Reopened {
        hand: Hand,
    },
}

impl State {
    /// Every [`name`](Self::name).
    pub const NAMES: [&str; 3] = ["open", "closed", "reopened"];

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
        }
    }

    /// Whether nobody has to look at it any more.
    pub const fn is_closed(&self) -> bool {
        match self {
            Self::Open | Self::Reopened { .. } => false,
            Self::Closed { .. } => true,
        }
    }
}

/// An incident, with how dispatchers have filed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Made on the phone: told twice, it is one.
    pub id: IncidentId,
    pub courier_id: CourierId,
    /// The stop at which it happened, if it has to do with one, and its delivery.
    pub stop: Option<(TaskId, DeliveryId)>,
    pub kind: Kind,
    /// In the courier's words.
    pub text: Option<Note>,
    /// By the phone's clock.
    pub happened_at: Timestamp,
    pub reported_at: Timestamp,
    pub priority: Priority,
    /// The dispatcher who looks after it.
    pub assigned_to: Option<UserId>,
    /// What the merchant of the delivery is told; nothing: it hears of nothing.
    pub shared: Option<Note>,
    pub state: State,
    /// Counts every change.
    pub version: i64,
}

/// How dispatchers file an incident; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    pub priority: Option<Priority>,
    /// `Some(None)`: nobody looks after it.
    pub assigned_to: Option<Option<UserId>>,
    /// `Some(None)`: the merchant is told nothing any more.
    pub shared: Option<Option<Note>>,
}

impl Incident {
    fn with(&self, state: State) -> Self {
        Self { state, version: self.version + 1, ..self.clone() }
    }

    /// It is over, and this was done. `None` when it is over already: what was done is not rewritten.
    pub fn close(&self, hand: Hand, done: Note) -> Option<Self> {
        match &self.state {
            State::Open | State::Reopened { .. } => Some(self.with(State::Closed { hand, done })),
            State::Closed { .. } => None,
        }
    }

    /// It is not over after all. `None` when nobody has said that it were.
    pub fn reopen(&self, hand: Hand) -> Option<Self> {
        match &self.state {
            State::Closed { .. } => Some(self.with(State::Reopened { hand })),
            State::Open | State::Reopened { .. } => None,
        }
    }

    /// Filed so. `None` when it is filed so already.
    pub fn file(&self, filing: Filing) -> Option<Self> {
        let Filing { priority, assigned_to, shared } = filing;
        let filed = Self {
            priority: priority.unwrap_or(self.priority),
            assigned_to: assigned_to.unwrap_or(self.assigned_to),
            shared: shared.unwrap_or_else(|| self.shared.clone()),
            ..self.clone()
        };
        (filed != *self).then(|| Self { version: self.version + 1, ..filed })
    }
}

/// A remark of a dispatcher's, for dispatchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub at: Timestamp,
    pub by_name: Name,
    pub text: Note,
}

/// A picture of an incident; the picture itself is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Made on the phone.
    pub id: IncidentPictureId,
    pub incident_id: IncidentId,
    pub received_at: Timestamp,
    /// Of the bytes as they were sent.
    pub sha256: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn told(kind: Kind) -> Incident {
        Incident {
            id: IncidentId::from_uuid(uuid_v7(T0, [1; 10])),
            courier_id: CourierId::from_uuid(uuid_v7(T0, [2; 10])),
            stop: None,
            kind,
            text: None,
            happened_at: T0,
            reported_at: T0,
            priority: kind.priority(),
            assigned_to: None,
            shared: None,
            state: State::Open,
            version: 1,
        }
    }

    fn hand(n: u8) -> Hand {
        Hand { by: UserId::from_uuid(uuid_v7(T0, [n; 10])), at: T0 }
    }

    fn note(text: &str) -> Note {
        Note::new(text).unwrap()
    }

    #[test]
    fn an_incident_is_closed_and_opened_again_and_each_of_it_once() {
        let open = told(Kind::Vehicle);
        assert_eq!(open.reopen(hand(1)), None);
        let closed = open.close(hand(1), note("a new tyre")).unwrap();
        assert!(closed.state.is_closed() && closed.version == 2);
        assert_eq!(closed.close(hand(2), note("another story")), None);
        let again = closed.reopen(hand(2)).unwrap();
        assert_eq!((again.state.name(), again.reopen(hand(1))), ("reopened", None));
        assert!(again.close(hand(1), note("a new wheel")).unwrap().state.is_closed());
    }

    #[test]
    fn where_somebody_may_be_hurt_it_is_urgent_until_a_person_says_otherwise() {
        let urgent = |kind| told(kind).priority == Priority::Urgent;
        assert!(urgent(Kind::Fall) && urgent(Kind::Aggression));
        for kind in [Kind::Goods, Kind::Vehicle, Kind::Address, Kind::Customer, Kind::Other] {
            assert!(!urgent(kind), "{kind:?}");
        }
        let low = Filing { priority: Some(Priority::Low), ..Filing::default() };
        let filed = told(Kind::Fall).file(low.clone()).unwrap();
        assert_eq!((filed.priority, filed.file(low)), (Priority::Low, None));
    }

    #[test]
    fn what_is_left_out_of_a_filing_stays_and_nothing_is_said_with_nothing() {
        let by = hand(1).by;
        let filing = Filing {
            assigned_to: Some(Some(by)),
            shared: Some(Some(note("Two cakes were squashed."))),
            ..Filing::default()
        };
        let filed = told(Kind::Goods).file(filing).unwrap();
        assert_eq!((filed.assigned_to, filed.priority), (Some(by), Priority::Normal));
        let quiet = filed.file(Filing { shared: Some(None), ..Filing::default() }).unwrap();
        assert_eq!((quiet.assigned_to, quiet.shared), (Some(by), None));
    }
}
