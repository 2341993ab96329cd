//! Lateness: time beyond a promise.

use crate::engine::problem::Task;
use crate::engine::route::Visit;

/// Whole seconds by which the handover misses what was promised; zero without a promise.
pub fn of_visit(task: &Task, visit: &Visit) -> i64 {
    visit.handover_s.saturating_sub(task.due_s).max(0)
}
