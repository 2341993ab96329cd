//! The shift policy: what the co-op voted on how shifts are shared out.
//!
//! The text is TOML; `config/policy/shifts.toml` is the founding one and explains every line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rest::{RestRules, RulesError};
use crate::domain::time::{Seconds, Timestamp};

/// Longest notice, in hours: four weeks.
const NOTICE_MAX: i64 = 28 * 24;
/// Most minutes of breaks that are paid in one shift: two hours.
const PAID_BREAK_MAX: i64 = 120;

/// A whole shift policy. Unknown or missing settings are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftPolicy {
    pub version: String,
    /// Hours before its beginning until which a courier may give a shift back.
    pub give_back_notice_h: i64,
    /// Minutes of a shift's breaks that are paid like work.
    pub paid_break_minutes: i64,
    pub rest: RestRules,
}

/// Why a text is no shift policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("not a shift policy: {0}")]
    Text(#[from] toml::de::Error),
    #[error("the version is 1 to 100 characters long")]
    Version,
    #[error("give_back_notice_h must be between 0 and {NOTICE_MAX}")]
    Notice,
    #[error("paid_break_minutes must be between 0 and {PAID_BREAK_MAX}")]
    PaidBreak,
    #[error(transparent)]
    Rest(#[from] RulesError),
}

impl ShiftPolicy {
    /// Reads a voted text.
    ///
    /// # Errors
    /// [`PolicyError`]: not these settings and no others, or laxer than the law.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let policy: Self = toml::from_str(text)?;
        if !(1..=100).contains(&policy.version.chars().count()) {
            return Err(PolicyError::Version);
        }
        if !(0..=NOTICE_MAX).contains(&policy.give_back_notice_h) {
            return Err(PolicyError::Notice);
        }
        if !(0..=PAID_BREAK_MAX).contains(&policy.paid_break_minutes) {
            return Err(PolicyError::PaidBreak);
        }
        policy.rest.check()?;
        Ok(policy)
    }

    /// Until when a courier may give back a shift that begins then.
    pub fn give_back_until(&self, begins: Timestamp) -> Timestamp {
        begins - Seconds(self.give_back_notice_h * 3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUNDING: &str = include_str!("../../../config/policy/shifts.toml");

    #[test]
    fn the_founding_policy_is_one_and_a_laxer_one_is_not() {
        let policy = ShiftPolicy::parse(FOUNDING).unwrap();
        let begins = Timestamp::from_seconds(100_000);
        assert_eq!(policy.give_back_until(begins), Timestamp::from_seconds(13_600));
        let with = |was: &str, now: &str| {
            assert!(FOUNDING.contains(was), "{was}");
            ShiftPolicy::parse(&FOUNDING.replace(was, now)).map(drop).unwrap_err().to_string()
        };
        let lax = with("daily_rest_h = 11", "daily_rest_h = 10");
        assert_eq!(lax, "rest.daily_rest_h must be between 11 and 23");
        assert!(with("give_back_notice_h = 24", "give_back_notice_h = -1").contains("between 0"));
        assert!(with("paid_break_minutes = 0", "paid_break_minutes = 121").contains("0 and 120"));
        assert!(with("week_max_h", "week_most_h").contains("week_most_h"));
    }
}
