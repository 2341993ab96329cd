//! How many deliveries are picked up together at one counter.

use super::Refusal;
use crate::engine::problem::{Problem, TaskIx};

/// Judges the pickups of one visit to a counter, if any of them is new. One delivery counts once.
///
/// # Errors
/// [`Refusal::BundleSize`].
#[inline]
pub fn check<T>(problem: &Problem<'_, T>, here: &[TaskIx]) -> Result<(), Refusal> {
    let size_max = problem.policy.bundling.size_max;
    if here.len() <= size_max {
        return Ok(());
    }
    let task = |place: usize| &problem.tasks[here[place] as usize];
    let is_first = |&place: &usize| (0..place).all(|one| task(one).parcel != task(place).parcel);
    let together = (0..here.len()).filter(is_first).count();
    let any_new = (0..here.len()).any(|place| !task(place).promised);
    if any_new && together > size_max { Err(Refusal::BundleSize) } else { Ok(()) }
}
