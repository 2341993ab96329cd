//! The server's scaled clock as a client sees it: read over HTTP, reckoned on between readings.

use std::convert::Infallible;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::domain::time::Timestamp;

use super::client::{Api, Call, CallError};

/// A server that comes back may have a new clock: sleepers look again at least this often.
const NAP_MAX: Duration = Duration::from_secs(1);
/// Between readings when nothing happens.
const READ_EVERY: Duration = Duration::from_secs(20);
/// A reading that is behind by less than this was only slow to arrive.
const SLOW_ANSWER_MAX: Duration = Duration::from_secs(2);

/// Simulated time. It never runs ahead of the server's: a reading counts from when its answer
/// arrived, and of several readings the one that travelled fastest is kept.
#[derive(Debug)]
pub struct Clock {
    api: Api,
    reading: RwLock<Reading>,
}

/// `now` held at the real instant `at`; since then `speed` simulated seconds pass in a real one.
#[derive(Clone, Copy, Debug)]
struct Reading {
    now: Timestamp,
    speed: f64,
    at: Instant,
}

#[derive(Deserialize)]
struct ClockOut {
    now: Timestamp,
    speed: f64,
}

impl Reading {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, in 292 million years")]
    fn reckon(&self, at: Instant) -> Timestamp {
        let passed = at.saturating_duration_since(self.at).as_secs_f64() * 1e3 * self.speed;
        Timestamp::from_millis(self.now.millis() + passed.floor() as i64)
    }

    /// The better of two readings, `new` being the later one.
    fn or_newer(self, new: Self) -> Self {
        let behind_ms = self.reckon(new.at).millis() - new.now.millis();
        let slow_ms = SLOW_ANSWER_MAX.as_secs_f64() * 1e3 * self.speed;
        let same_clock = self.speed.to_bits() == new.speed.to_bits();
        #[expect(clippy::cast_precision_loss, reason = "a difference of clocks is small")]
        let only_slow = behind_ms > 0 && (behind_ms as f64) < slow_ms;
        if same_clock && only_slow { self } else { new }
    }
}

impl Clock {
    /// Reads the clock a few times; the quickest answer sets it.
    ///
    /// # Errors
    /// If the server does not answer, or says that time stands still.
    pub async fn read(api: &Api) -> Result<Self, CallError> {
        let mut reading = fetch(api).await?;
        for _ in 0..3 {
            reading = reading.or_newer(fetch(api).await?);
        }
        Ok(Self { api: api.clone(), reading: RwLock::new(reading) })
    }

    fn reading(&self) -> Reading {
        *self.reading.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Simulated time now.
    pub fn now(&self) -> Timestamp {
        self.reading().reckon(Instant::now())
    }

    /// Simulated seconds in a real one; above 0.
    pub fn speed(&self) -> f64 {
        self.reading().speed
    }

    /// How long `span_ms` simulated milliseconds last in reality; zero for a negative span.
    #[expect(clippy::cast_precision_loss, reason = "spans stay far below 2^52 ms")]
    pub fn real(&self, span_ms: i64) -> Duration {
        Duration::from_secs_f64(span_ms.max(0) as f64 / 1e3 / self.speed())
    }

    /// Sleeps until it is `at`, or not at all when that is past.
    pub async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left_ms = at.millis() - self.now().millis();
            if left_ms <= 0 {
                return;
            }
            tokio::time::sleep(self.real(left_ms).min(NAP_MAX)).await;
        }
    }

    /// Reads the clock again, as after a reconnect. What fails is left for the next time.
    pub async fn refresh(&self) {
        if let Ok(new) = fetch(&self.api).await {
            let mut reading = self.reading.write().unwrap_or_else(PoisonError::into_inner);
            *reading = reading.or_newer(new);
        }
    }

    /// Reads the clock now and then, for ever.
    pub async fn keep(&self) -> Infallible {
        loop {
            tokio::time::sleep(READ_EVERY).await;
            self.refresh().await;
        }
    }
}

async fn fetch(api: &Api) -> Result<Reading, CallError> {
    let call = Call::get("/v1/clock", &[]);
    let out: ClockOut = api.public(&call).await?;
    if out.speed > 0.0 && out.speed.is_finite() {
        Ok(Reading { now: out.now, speed: out.speed, at: Instant::now() })
    } else {
        let cause = format!("a clock at speed {}", out.speed);
        Err(CallError::Unreadable { call: call.name(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_ignored_and_a_new_clock_is_believed() {
        let at = Instant::now();
        let later = at + Duration::from_secs(10);
        let noon = Timestamp::from_seconds(1_700_000_000);
        let first = Reading { now: noon, speed: 60.0, at };
        assert_eq!(first.reckon(later), Timestamp::from_seconds(1_700_000_600));

        let read =
            |seconds| Reading { now: Timestamp::from_seconds(seconds), speed: 60.0, at: later };
        let now_after = |new: Reading| first.or_newer(new).reckon(later).seconds();
        assert_eq!(now_after(read(1_700_000_598)), 1_700_000_600, "30 ms late on the way");
        assert_eq!(now_after(read(1_700_000_601)), 1_700_000_601, "quicker than the first");
        assert_eq!(now_after(read(1_700_000_300)), 1_700_000_300, "the server's clock stood still");
    }
}
