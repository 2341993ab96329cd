//! Approach: the ride to the first new pickup, which nobody pays for.

use crate::domain::ids::DeliveryId;
use crate::engine::route::Visit;
use crate::engine::snapshot::Stop;

/// Whole metres of the ride to the first stop of `delivery`.
pub fn to_first_stop(delivery: DeliveryId, stops: &[Stop], visits: &[Visit]) -> i64 {
    stops
        .iter()
        .zip(visits)
        .find(|(stop, _)| stop.delivery == delivery)
        .map_or(0, |(_, visit)| visit.metres.0)
}
