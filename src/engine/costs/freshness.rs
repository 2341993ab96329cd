//! Freshness: ready goods that wait at the counter.

use crate::engine::problem::Task;
use crate::engine::route::Visit;
use crate::engine::snapshot::StopKind;

/// Whole seconds between ready and picked up; nothing for a drop-off.
pub fn of_visit(task: &Task, visit: &Visit) -> i64 {
    match task.kind {
        StopKind::Pickup => visit.handover_s - task.ready_s,
        StopKind::Dropoff => 0,
    }
}
