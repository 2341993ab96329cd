//! Freshness: ready goods that wait at the counter.

use crate::engine::route::Visit;
use crate::engine::snapshot::{Stop, StopKind};

/// Whole seconds between ready and picked up; nothing for a drop-off.
pub fn of_visit(stop: &Stop, visit: &Visit) -> i64 {
    match stop.kind {
        StopKind::Pickup => visit.handover.since(stop.ready_at).or_zero().0,
        StopKind::Dropoff => 0,
    }
}
