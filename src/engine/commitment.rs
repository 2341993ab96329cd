//! When to decide. A job whose goods are still being prepared is left open as long as waiting costs
//! nothing: a better courier may come free, or a second delivery from the same counter.

use super::route::Visit;
use super::snapshot::{Stop, StopKind};
use crate::domain::ids::DeliveryId;
use crate::domain::policy::Commitment;
use crate::domain::time::{Seconds, Timestamp};

/// The last instant to decide about `deliveries` without delaying any of their pickups: when the
/// courier has to turn to the first of them, less the policy's slack.
pub fn decide_by(
    deliveries: &[DeliveryId],
    stops: &[Stop],
    visits: &[Visit],
    policy: &Commitment,
) -> Option<Timestamp> {
    stops
        .iter()
        .zip(visits)
        .filter(|(stop, _)| stop.kind == StopKind::Pickup && deliveries.contains(&stop.delivery))
        .map(|(stop, visit)| {
            let idle = visit.handover.since(visit.arrival + stop.service_before).or_zero();
            visit.arrival - visit.ride + idle - Seconds(policy.slack_s)
        })
        .min()
}
