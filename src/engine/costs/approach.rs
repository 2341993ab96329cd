//! Approach: the ride to a counter, which nobody pays for.

use crate::engine::problem::Task;
use crate::engine::route::Visit;
use crate::engine::snapshot::StopKind;

/// Whole metres of the ride to a pickup; nothing for a drop-off.
pub fn of_visit(first: &Task, visit: &Visit) -> i64 {
    match first.kind {
        StopKind::Pickup => visit.metres.0,
        StopKind::Dropoff => 0,
    }
}
