//! No courier has more deliveries ahead than the co-op voted.

use super::Refusal;
use std::ops::Range;

use crate::engine::problem::{Problem, TaskIx};
use crate::engine::snapshot::StopKind;

/// # Errors
/// [`Refusal::DeliveriesAhead`].
pub fn check<T>(problem: &Problem<'_, T>, route: &[TaskIx]) -> Result<(), Refusal> {
    judge(problem, dropoffs(problem, route.iter().copied()))
}

/// With `more` tasks in the route.
///
/// # Errors
/// [`Refusal::DeliveriesAhead`].
pub fn check_more<T>(
    problem: &Problem<'_, T>,
    route: &[TaskIx],
    more: Range<TaskIx>,
) -> Result<(), Refusal> {
    judge(problem, dropoffs(problem, route.iter().copied()) + dropoffs(problem, more))
}

fn dropoffs<T>(problem: &Problem<'_, T>, tasks: impl Iterator<Item = TaskIx>) -> usize {
    tasks.filter(|&task| problem.tasks[task as usize].kind == StopKind::Dropoff).count()
}

fn judge<T>(problem: &Problem<'_, T>, ahead: usize) -> Result<(), Refusal> {
    if ahead <= problem.policy.limits.deliveries_ahead_max {
        Ok(())
    } else {
        Err(Refusal::DeliveriesAhead)
    }
}
