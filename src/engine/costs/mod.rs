//! What a proposal costs, each term in its own named unit. The policy's weights turn them into one:
//! thousandths of a second of a customer's waiting.

pub mod approach;
pub mod delay;
pub mod fairness;
pub mod freshness;
pub mod lateness;
pub mod riding;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Task;
use super::route::Visit;
use crate::domain::policy::Weights;

/// Every cost of one proposal, or of one route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CostTerms")]
pub struct Terms {
    /// Seconds the deliveries arrive later than with a courier standing at the counter.
    pub delay_s: i64,
    /// Seconds beyond the promises.
    pub lateness_s: i64,
    /// Seconds that ready goods wait at the counter.
    pub freshness_s: i64,
    /// Metres of all rides.
    pub riding_m: i64,
    /// Metres of the rides to counters, which nobody pays for.
    pub approach_m: i64,
    /// Thousandths of a second of delay accepted (positive: this courier has earned more than the
    /// others) or asked for (negative) for the sake of equal earnings.
    pub fairness_ms: i64,
}

impl Terms {
    /// Adds the ride to a stop, whose first task is `first`.
    #[inline]
    pub fn ride(&mut self, first: &Task, visit: &Visit) {
        self.riding_m += riding::of_visit(visit);
        self.approach_m += approach::of_visit(first, visit);
    }

    /// Adds what one task of a stop costs the people who wait for it.
    #[inline]
    pub fn wait(&mut self, task: &Task, visit: &Visit) {
        self.delay_s += delay::of_visit(task, visit);
        self.lateness_s += lateness::of_visit(task, visit);
        self.freshness_s += freshness::of_visit(task, visit);
    }

    /// All terms in one unit: thousandths of a second of a customer's waiting.
    pub fn weighted(&self, weights: &Weights) -> i64 {
        self.delay_s * weights.delay
            + self.lateness_s * weights.lateness
            + self.freshness_s * weights.freshness
            + self.riding_m * weights.riding
            + self.approach_m * weights.approach
            + self.fairness_ms
    }

    /// The part of it that depends on the rides alone.
    pub fn rides_weighted(&self, weights: &Weights) -> i64 {
        self.riding_m * weights.riding + self.approach_m * weights.approach
    }
}

impl std::ops::Sub for Terms {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            delay_s: self.delay_s - other.delay_s,
            lateness_s: self.lateness_s - other.lateness_s,
            freshness_s: self.freshness_s - other.freshness_s,
            riding_m: self.riding_m - other.riding_m,
            approach_m: self.approach_m - other.approach_m,
            fairness_ms: self.fairness_ms - other.fairness_ms,
        }
    }
}
