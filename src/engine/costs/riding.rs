//! Riding: what a proposal adds to the courier's legs.

use crate::engine::route::Visit;

/// Whole seconds of the ride to a stop.
pub fn of_visit(visit: &Visit) -> i64 {
    visit.ride.0
}
