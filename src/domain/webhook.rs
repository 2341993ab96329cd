//! Webhooks: events told to a merchant's own program, by Standard Webhooks 1.0
//! (<https://www.standardwebhooks.com>). Here is when a message is tried again, when an endpoint is
//! left alone, and when it is given up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{MerchantId, WebhookId};
use super::text::Text;
use super::time::{Seconds, Timestamp};

/// An endpoint's address as it was given.
pub type WebhookUrl = Text<2000>;

/// Most endpoints of one merchant.
pub const WEBHOOKS_MAX: i64 = 20;
/// Most messages that may wait for one endpoint before it is given up.
pub const WAITING_MAX: i64 = 50_000;
/// Most messages on their way to one endpoint at once.
pub const IN_FLIGHT_MAX: i64 = 8;
/// How long a replaced secret goes on signing beside the new one.
pub const SECRET_OVERLAP: Seconds = Seconds(86_400);

/// Failures in a row after which an endpoint is left alone for a while.
const REST_AFTER: i32 = 5;
/// The first rest, doubled by each further failure ...
const REST_FIRST_S: i64 = 5;
/// ... up to this: how long a revived endpoint waits at most to be noticed.
const REST_LONGEST_S: i64 = 300;

/// The events a merchant's program can ask for.
const KINDS: [&str; 14] = [
    "delivery.asked",
    "delivery.accepted",
    "delivery.refused",
    "delivery.created",
    "delivery.assigned",
    "delivery.unassigned",
    "delivery.updated",
    "delivery.picked_up",
    "delivery.returning",
    "delivery.delivered",
    "delivery.returned",
    "delivery.failed",
    "delivery.cancelled",
    "standing_order.skipped",
];

/// The name of an event that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", rename = "EventKind", extend("enum" = KINDS))]
pub struct Kind(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no event `{0}`; there are {all}", all = KINDS.join(", "))]
pub struct KindError(String);

impl TryFrom<String> for Kind {
    type Error = KindError;
    fn try_from(text: String) -> Result<Self, KindError> {
        if KINDS.contains(&text.as_str()) {
            Ok(Self(text))
        } else {
            Err(KindError(text.chars().take(40).collect()))
        }
    }
}

impl Kind {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A merchant's program that wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub merchant_id: MerchantId,
    pub url: WebhookUrl,
    /// Which events; empty for all.
    pub kinds: Vec<Kind>,
    /// Why nothing is sent there any more. `None` while it is.
    pub disabled_reason: Option<String>,
    pub health: Health,
    pub created_at: Timestamp,
}

impl Webhook {
    /// Whether it wants to hear of an event of this kind.
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted.as_str() == kind)
    }
}

/// How an endpoint has been doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Failed tries since the last success.
    pub failures: i32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// Nothing is tried before.
    pub rests_until: Timestamp,
}

impl Health {
    pub const fn fresh(now: Timestamp) -> Self {
        Self { failures: 0, failing_since: None, rests_until: now }
    }

    /// After a failure: from the fifth in a row on it is left alone, longer each time, so that what
    /// is dead costs one try in five minutes.
    pub fn failed(self, at: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let beyond = failures - REST_AFTER;
        let rest = match u32::try_from(beyond) {
            Err(_) => 0,
            Ok(beyond) => (REST_FIRST_S << beyond.min(10)).min(REST_LONGEST_S),
        };
        Self {
            failures,
            failing_since: self.failing_since.or(Some(at)),
            rests_until: (at + Seconds(rest)).max(self.rests_until),
        }
    }
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Any 2xx.
    Accepted { status: u16 },
    /// 410: the receiver asks not to be told again.
    Gone,
    /// Any other status, redirects among them.
    Refused { status: u16 },
    /// No whole answer in time, or nobody to ask.
    NoAnswer { error: String },
}

/// What becomes of a message after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    /// To be tried again then.
    Again {
        due_at: Timestamp,
    },
    /// Given up; with a reason, the endpoint too.
    Failed {
        disable: Option<String>,
    },
}

/// What becomes of a message after its try number `attempts`. `retry_s` holds the pauses after the
/// first try, the second and so on, in seconds; `jitter` lengthens a pause by up to an eighth, so
/// that what failed together is not tried together.
///
/// An endpoint that has failed from before the message's first try until its last is disabled.
pub fn fate(
    outcome: &Outcome,
    attempts: usize,
    retry_s: &[i64],
    jitter: u8,
    at: Timestamp,
    made_at: Timestamp,
    health: Health,
) -> Fate {
    match outcome {
        Outcome::Accepted { .. } => return Fate::Delivered,
        Outcome::Gone => {
            let reason = "the endpoint answered 410 Gone".to_owned();
            return Fate::Failed { disable: Some(reason) };
        }
        Outcome::Refused { .. } | Outcome::NoAnswer { .. } => {}
    }
    if let Some(pause_s) = attempts.checked_sub(1).and_then(|last| retry_s.get(last)) {
        let longer_ms = pause_s * 1000 * i64::from(jitter) / (8 * 255);
        return Fate::Again {
            due_at: Timestamp::from_millis(at.millis() + pause_s * 1000 + longer_ms),
        };
    }
    let never_worked = health.failing_since.is_some_and(|since| since <= made_at)
        || health.failures >= i32::try_from(retry_s.len()).unwrap_or(i32::MAX);
    let disable = never_worked.then(|| format!("every one of {attempts} tries failed"));
    Fate::Failed { disable }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_000_000);
    const SCHEDULE: [i64; 2] = [5, 300];

    fn after(attempts: usize, outcome: &Outcome, health: Health) -> Fate {
        fate(outcome, attempts, &SCHEDULE, 0, AT, AT - Seconds(305), health)
    }

    #[test]
    fn a_message_is_tried_by_the_schedule_and_then_given_up() {
        let refused = Outcome::Refused { status: 302 };
        let fine = Health::fresh(AT);
        assert_eq!(after(1, &refused, fine), Fate::Again { due_at: AT + Seconds(5) });
        assert_eq!(after(2, &refused, fine), Fate::Again { due_at: AT + Seconds(300) });
        assert_eq!(after(3, &refused, fine), Fate::Failed { disable: None });
        let dead = Health { failures: 9, failing_since: Some(AT - Seconds(400)), ..fine };
        assert!(matches!(after(3, &refused, dead), Fate::Failed { disable: Some(_) }));
        assert_eq!(after(3, &Outcome::Accepted { status: 204 }, dead), Fate::Delivered);
        assert!(matches!(after(1, &Outcome::Gone, fine), Fate::Failed { disable: Some(_) }));
    }

    #[test]
    fn jitter_lengthens_a_pause_by_an_eighth_at_most() {
        let lost = Outcome::NoAnswer { error: "timeout".to_owned() };
        let again = fate(&lost, 2, &SCHEDULE, 255, AT, AT, Health::fresh(AT));
        assert_eq!(again, Fate::Again { due_at: Timestamp::from_millis(AT.millis() + 337_500) });
    }

    #[test]
    fn what_keeps_failing_rests_longer_each_time_up_to_five_minutes() {
        let mut health = Health::fresh(AT);
        let mut rests = Vec::new();
        for _ in 0..14 {
            health = Health { rests_until: AT, ..health }.failed(AT);
            rests.push(health.rests_until.since(AT).0);
        }
        assert_eq!(rests, [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300]);
        assert_eq!(health.failing_since, Some(AT));
    }

    #[test]
    fn only_events_that_exist_can_be_asked_for() {
        assert!(serde_json::from_str::<Kind>("\"delivery.delivered\"").is_ok());
        let error = serde_json::from_str::<Kind>("\"delivery.eaten\"").unwrap_err();
        assert!(error.to_string().contains("delivery.eaten"), "{error}");
    }
}
