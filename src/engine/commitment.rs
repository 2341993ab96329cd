//! When to decide. A job whose goods are still being prepared is left open as long as waiting costs
//! nothing: a better courier may come free, or a second delivery from the same counter.

use super::problem::Task;
use super::route::Visit;

/// The last instant at which a courier can set out for a task without delaying its handover, in
/// seconds.
pub fn leave_by_s(task: &Task, visit: &Visit) -> i64 {
    let idle_s = (visit.handover_s - visit.arrival_s - task.before_s).max(0);
    visit.arrival_s - visit.ride_s + idle_s
}
