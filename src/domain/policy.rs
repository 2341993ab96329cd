//! The dispatch policy: what the co-op voted that the engine may do and shall strive for.
//!
//! The text is TOML; `config/policy/dispatch.toml` is the founding one and explains every line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::vehicle::VehicleKind;

/// A whole dispatch policy. Unknown or missing settings are refused: a typo in a voted text must
/// not pass for a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchPolicy {
    /// How work reaches a courier.
    pub assignment: Assignment,
    /// How far the engine looks.
    pub search: Search,
    /// Hard limits.
    pub limits: Limits,
    /// What each cost weighs.
    pub weights: Weights,
    /// What equality of earnings is worth.
    pub fairness: Fairness,
    /// What may be carried together.
    pub bundling: Bundling,
    /// When to decide.
    pub commitment: Commitment,
    /// Where to wait.
    pub ahead: Ahead,
    /// When to take back. A policy voted before there was this section takes nothing back.
    #[serde(default)]
    pub replanning: Replanning,
}

/// How work reaches a courier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AssignmentMode")]
pub enum Mode {
    /// The courier is told.
    Direct,
    /// One courier is asked; the next one after a refusal or the expiry.
    Offer,
    /// Some are asked at once; the first to accept has it.
    OfferSeveral,
    /// Nobody is asked: couriers take from the open list.
    OpenList,
}

/// `[assignment]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchAssignment")]
pub struct Assignment {
    /// How work reaches a courier.
    pub mode: Mode,
    /// How long an offer stands, in seconds.
    pub offer_expiry_s: i64,
    /// How many are asked at once in [`Mode::OfferSeveral`].
    pub offer_several_max: usize,
}

/// `[search]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchSearch")]
pub struct Search {
    /// How many of the nearest couriers are looked at for one job.
    pub candidates_max: usize,
    /// The farthest pickup a courier is asked to ride to, in metres as the crow flies.
    pub reach_m: i64,
    /// A job is planned when it will be ready within this many seconds.
    pub horizon_s: i64,
    /// Among how many of the most promising couriers the plan of one is dealt out again.
    pub deal_max: usize,
    /// How many parcels are tried elsewhere in one tick, over all rounds of mending. The first
    /// round is always made.
    pub relocations_max: usize,
}

/// `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchLimits")]
pub struct Limits {
    /// An older position is not trusted for an assignment, in seconds.
    pub position_age_max_s: i64,
    /// The longest ride from a pickup to its drop-off in metres; 0 is no limit.
    pub ride_max_m: i64,
    /// The vehicles that may be used at all.
    pub vehicles: Vec<VehicleKind>,
    /// How many deliveries a courier may have ahead at one time.
    pub deliveries_ahead_max: usize,
}

/// `[weights]`: thousandths of a second of a customer's waiting, for one unit of each cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchWeights")]
pub struct Weights {
    /// For one second of delay.
    pub delay: i64,
    /// For one second beyond the promise, on top of the delay.
    pub lateness: i64,
    /// For one second that ready goods wait.
    pub freshness: i64,
    /// For one metre of riding added.
    pub riding: i64,
    /// For one unpaid metre to a counter, on top of riding.
    pub approach: i64,
}

/// `[fairness]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchFairness")]
pub struct Fairness {
    /// The most that equality may cost one delivery, in seconds of delay.
    pub delay_max_s: i64,
    /// Seconds of delay for each hundredth of an hour's guaranteed pay by which a courier's hourly
    /// earnings lie below those of the others on duty. Where nothing is guaranteed, hundredths of
    /// what everyone on duty earns in an hour.
    pub delay_per_percent_s: i64,
    /// How much of the time to come counts as if it had been paid already, in seconds: a job that
    /// is given now is earned only later.
    pub ahead_s: i64,
}

/// `[bundling]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchBundling")]
pub struct Bundling {
    /// The most deliveries picked up together at one counter.
    pub size_max: usize,
    /// Whether a pickup may be put between the stops of a route under way.
    pub along_the_way: bool,
}

/// `[commitment]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchCommitment")]
pub struct Commitment {
    /// How long before the courier has to leave the decision falls, in seconds.
    pub slack_s: i64,
}

/// `[ahead]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchAhead")]
pub struct Ahead {
    /// The farthest that a courier with nothing to do is asked to ride to wait elsewhere, in metres;
    /// 0 turns it off.
    pub move_max_m: i64,
    /// For how long a courier is expected to wait, in seconds.
    pub span_s: i64,
    /// What later approaches must save for each hundred metres ridden ahead, in metres.
    pub worth_percent: i64,
}

/// `[replanning]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchReplanning")]
pub struct Replanning {
    /// How many deliveries change hands in one tick at most; 0 turns it off.
    pub moves_max: usize,
    /// What a promise to a courier counts that is broken: seconds of one customer's waiting.
    pub broken_promise_s: i64,
}

/// Why a text is not a dispatch policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, an unknown or missing setting, or a wrong type; the message names the line.
    #[error("not a dispatch policy: {0}")]
    Text(#[from] toml::de::Error),
    /// A number outside what makes sense.
    #[error("{setting} must be {must}")]
    Range {
        /// The setting's full name.
        setting: &'static str,
        /// What it must be.
        must: &'static str,
    },
}

impl DispatchPolicy {
    /// The founding policy's text, comments included.
    pub const FOUNDING_TEXT: &'static str = include_str!("../../config/policy/dispatch.toml");

    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError::Text`] on anything that is not exactly the settings; [`PolicyError::Range`]
    /// on a number that makes no sense.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let policy: Self = toml::from_str(text)?;
        policy.checked()
    }

    /// The policy a new co-op starts with.
    ///
    /// # Panics
    /// Never: the text is part of the program and a test reads it.
    pub fn founding() -> Self {
        Self::parse(Self::FOUNDING_TEXT).expect("the founding policy is part of the program")
    }

    fn checked(self) -> Result<Self, PolicyError> {
        let at_least_one = [
            ("assignment.offer_expiry_s", self.assignment.offer_expiry_s),
            ("assignment.offer_several_max", count(self.assignment.offer_several_max)),
            ("search.candidates_max", count(self.search.candidates_max)),
            ("search.deal_max", count(self.search.deal_max)),
            ("search.reach_m", self.search.reach_m),
            ("limits.deliveries_ahead_max", count(self.limits.deliveries_ahead_max)),
            ("bundling.size_max", count(self.bundling.size_max)),
        ];
        let not_negative = [
            ("search.horizon_s", self.search.horizon_s),
            ("limits.position_age_max_s", self.limits.position_age_max_s),
            ("limits.ride_max_m", self.limits.ride_max_m),
            ("weights.delay", self.weights.delay),
            ("weights.lateness", self.weights.lateness),
            ("weights.freshness", self.weights.freshness),
            ("weights.riding", self.weights.riding),
            ("weights.approach", self.weights.approach),
            ("fairness.delay_max_s", self.fairness.delay_max_s),
            ("fairness.delay_per_percent_s", self.fairness.delay_per_percent_s),
            ("fairness.ahead_s", self.fairness.ahead_s),
            ("commitment.slack_s", self.commitment.slack_s),
            ("ahead.move_max_m", self.ahead.move_max_m),
            ("ahead.span_s", self.ahead.span_s),
            ("ahead.worth_percent", self.ahead.worth_percent),
            ("replanning.moves_max", count(self.replanning.moves_max)),
            ("replanning.broken_promise_s", self.replanning.broken_promise_s),
        ];
        for (setting, value) in at_least_one {
            if !(1..=SETTING_MAX).contains(&value) {
                return Err(PolicyError::Range { setting, must: "between 1 and 10000000" });
            }
        }
        for (setting, value) in not_negative {
            if !(0..=SETTING_MAX).contains(&value) {
                return Err(PolicyError::Range { setting, must: "between 0 and 10000000" });
            }
        }
        Ok(self)
    }
}

/// Large enough for every sensible setting, and small enough that no sum of costs overflows.
const SETTING_MAX: i64 = 10_000_000;

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_founding_policy_reads_back() {
        let policy = DispatchPolicy::founding();
        let text = toml::to_string(&policy).unwrap();
        assert_eq!(DispatchPolicy::parse(&text).unwrap(), policy);
    }

    #[test]
    fn a_typo_is_not_a_default() {
        let text = DispatchPolicy::FOUNDING_TEXT.replace("reach_m ", "raech_m ");
        let error = DispatchPolicy::parse(&text).unwrap_err().to_string();
        assert!(error.contains("raech_m"), "{error}");
    }

    #[test]
    fn a_policy_older_than_the_kind_of_a_trailer_does_not_admit_it() {
        let text = DispatchPolicy::FOUNDING_TEXT.replace(" \"trailer\",", "");
        let older = DispatchPolicy::parse(&text).unwrap().limits.vehicles;
        assert_eq!(older.len(), VehicleKind::ALL.len() - 1);
        assert!(!older.contains(&VehicleKind::Trailer));
        assert_eq!(DispatchPolicy::founding().limits.vehicles, VehicleKind::ALL);
    }

    #[test]
    fn a_bundle_of_none_is_refused() {
        let text = DispatchPolicy::FOUNDING_TEXT.replace("size_max = 3", "size_max = 0");
        let error = DispatchPolicy::parse(&text).unwrap_err().to_string();
        assert_eq!(error, "bundling.size_max must be between 1 and 10000000");
    }
}
