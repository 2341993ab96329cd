//! Lateness: time beyond a promise.

use crate::engine::route::Visit;
use crate::engine::snapshot::Stop;

/// Whole seconds by which the handover misses what was promised; zero without a promise.
pub fn of_visit(stop: &Stop, visit: &Visit) -> i64 {
    stop.due.map_or(0, |due| visit.handover.since(due).or_zero().0)
}
