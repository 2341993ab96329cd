//! When to decide. A job whose goods are still being prepared is left open as long as waiting costs
//! nothing: a better courier may come free, or a second delivery from the same counter.

use super::problem::Task;
use super::route::Visit;
use crate::domain::policy::{DispatchPolicy, Mode};

/// The last instant at which a courier can set out for a task without delaying its handover, in
/// seconds.
pub fn leave_by_s(task: &Task, visit: &Visit) -> i64 {
    let idle_s = (visit.handover_s - visit.arrival_s - task.before_s).max(0);
    visit.arrival_s - visit.ride_s + idle_s
}

/// How long before that the decision falls, in seconds: what was voted, and the time an offer may
/// stand where couriers are asked.
pub fn slack_s(policy: &DispatchPolicy) -> i64 {
    let answer_s = match policy.assignment.mode {
        Mode::Offer | Mode::OfferSeveral => policy.assignment.offer_expiry_s,
        Mode::Direct | Mode::OpenList => 0,
    };
    policy.commitment.slack_s + answer_s
}
