//! What the clients saw of the server: latency per route, errors by code.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// Buckets grow by 2 %, so a quantile is off by at most that; 1 050 of them reach past 15 minutes.
const GROWTH: f64 = 1.02;
const BUCKETS: usize = 1050;

/// Counts for one route. Bounded however long the run.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u32>,
    count: u64,
    longest: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0, longest: Duration::ZERO }
    }
}

impl Histogram {
    /// Adds one latency.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    pub fn add(&mut self, latency: Duration) {
        let micros = (latency.as_secs_f64() * 1e6).max(1.0);
        let bucket = (micros.ln() / GROWTH.ln()) as usize;
        self.buckets[bucket.min(BUCKETS - 1)] += 1;
        self.count += 1;
        self.longest = self.longest.max(latency);
    }

    /// The latency in milliseconds that a `share` of the calls did not exceed (nearest rank);
    /// 0 when there were none.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let rank = (share * self.count as f64).ceil().max(1.0);
        let mut seen = 0.0;
        for (bucket, &count) in self.buckets.iter().enumerate() {
            seen += f64::from(count);
            if seen >= rank {
                let middle_us = GROWTH.powf(bucket as f64 + 0.5);
                return (middle_us / 1e3).min(self.longest.as_secs_f64() * 1e3);
            }
        }
        0.0
    }
}

/// One row of the latency table.
#[derive(Clone, Debug, Serialize)]
pub struct RouteLatency {
    pub route: String,
    pub calls: u64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub longest_ms: f64,
}

/// Everything measured so far. Shared by all sessions.
#[derive(Debug, Default)]
pub struct Meter {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    routes: BTreeMap<String, Histogram>,
    errors: BTreeMap<String, u64>,
}

impl Meter {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer to `route` came back after `latency`, whatever it said.
    pub(super) fn answered(&self, route: String, latency: Duration) {
        self.inner().routes.entry(route).or_default().add(latency);
    }

    /// Counts an error under a name such as `409 not-ready` or `no answer`.
    pub(super) fn failed(&self, error: String) {
        *self.inner().errors.entry(error).or_default() += 1;
    }

    /// How often each error came, retried ones included.
    pub fn errors(&self) -> BTreeMap<String, u64> {
        self.inner().errors.clone()
    }

    /// The latency table, by route.
    pub fn routes(&self) -> Vec<RouteLatency> {
        let inner = self.inner();
        let row = |(route, histogram): (&String, &Histogram)| RouteLatency {
            route: route.clone(),
            calls: histogram.count,
            p50_ms: histogram.quantile_ms(0.5),
            p99_ms: histogram.quantile_ms(0.99),
            longest_ms: histogram.longest.as_secs_f64() * 1e3,
        };
        inner.routes.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_two_per_cent() {
        let mut histogram = Histogram::default();
        for ms in 1..=100 {
            histogram.add(Duration::from_millis(ms));
        }
        for (share, ms) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            let seen = histogram.quantile_ms(share);
            assert!((seen / ms - 1.0).abs() < 0.02, "{share}: {seen} for {ms}");
        }
        assert_eq!(Histogram::default().quantile_ms(0.5).to_bits(), 0);
    }
}
