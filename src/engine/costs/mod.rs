//! What a proposal costs, each term in its own named unit. The policy's weights turn them into one:
//! thousandths of a second of a customer's waiting.

pub mod approach;
pub mod delay;
pub mod fairness;
pub mod freshness;
pub mod lateness;
pub mod riding;

use serde::{Deserialize, Serialize};

use super::route::Visit;
use super::snapshot::Stop;
use crate::domain::policy::DispatchPolicy;

/// Every cost of one proposal, or of one route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Seconds the deliveries arrive later than with a courier standing at the counter.
    pub delay_s: i64,
    /// Seconds beyond the promises.
    pub lateness_s: i64,
    /// Seconds that ready goods wait at the counter.
    pub freshness_s: i64,
    /// Seconds of riding.
    pub riding_s: i64,
    /// Metres ridden without pay to the first new pickup.
    pub approach_m: i64,
    /// Seconds of delay accepted (positive: this courier has earned more than the others) or
    /// asked for (negative) for the sake of equal earnings.
    pub fairness_s: i64,
}

impl Terms {
    /// The terms that depend on the stops alone. Drop-off times are counted from the epoch: only
    /// differences between two routes mean something.
    pub fn of_route(stops: &[Stop], visits: &[Visit]) -> Self {
        let mut terms = Self::default();
        for (stop, visit) in stops.iter().zip(visits) {
            terms.delay_s += delay::of_visit(stop, visit);
            terms.lateness_s += lateness::of_visit(stop, visit);
            terms.freshness_s += freshness::of_visit(stop, visit);
            terms.riding_s += riding::of_visit(visit);
        }
        terms
    }

    /// All terms in one unit: thousandths of a second of a customer's waiting.
    pub fn weighted(&self, policy: &DispatchPolicy) -> i64 {
        let weights = &policy.weights;
        self.delay_s * weights.delay
            + self.lateness_s * weights.lateness
            + self.freshness_s * weights.freshness
            + self.riding_s * weights.riding
            + self.approach_m * weights.approach
            + self.fairness_s * 1000
    }
}

impl std::ops::Sub for Terms {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            delay_s: self.delay_s - other.delay_s,
            lateness_s: self.lateness_s - other.lateness_s,
            freshness_s: self.freshness_s - other.freshness_s,
            riding_s: self.riding_s - other.riding_s,
            approach_m: self.approach_m - other.approach_m,
            fairness_s: self.fairness_s - other.fairness_s,
        }
    }
}

impl std::ops::Add for Terms {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self - (Self::default() - other)
    }
}
