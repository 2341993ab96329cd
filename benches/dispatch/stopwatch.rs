//! How long something takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// For how long one thing is tried again and again.
const SPAN: Duration = Duration::from_millis(700);
const SAMPLES_MAX: usize = 20_000;

/// The outcome, and how long it took in microseconds.
pub fn time<R>(once: impl FnOnce() -> R) -> (R, f64) {
    let begun = Instant::now();
    let outcome = black_box(once());
    (outcome, begun.elapsed().as_secs_f64() * 1e6)
}

/// The median of many times, in microseconds; the first is left out.
pub fn median_us<R>(mut again: impl FnMut() -> R) -> f64 {
    black_box(again());
    let begun = Instant::now();
    let mut samples = Vec::new();
    while samples.is_empty() || (begun.elapsed() < SPAN && samples.len() < SAMPLES_MAX) {
        samples.push(time(&mut again).1);
    }
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
