//! Riding: the distance of every ride of a route.

use crate::engine::route::Visit;

/// Whole metres of the ride to a stop.
pub fn of_visit(visit: &Visit) -> i64 {
    visit.metres.0
}
