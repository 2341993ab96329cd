//! How far goods may ride from their pickup to their drop-off.

use super::Refusal;
use crate::domain::vehicle::VehicleKind;
use crate::engine::problem::{Problem, TaskIx};
use crate::engine::snapshot::StopKind;
use crate::engine::travel::TravelTimes;

/// Judges every parcel picked up on this route. A limit of zero is no limit.
///
/// # Errors
/// [`Refusal::Ride`].
pub fn check<T: TravelTimes>(
    problem: &Problem<'_, T>,
    vehicle: VehicleKind,
    route: &[TaskIx],
) -> Result<(), Refusal> {
    let limit_m = problem.policy.limits.ride_max_m;
    if limit_m == 0 {
        return Ok(());
    }
    let tasks = || route.iter().map(|&task| problem.task(task));
    for (place, pickup) in tasks().enumerate().filter(|(_, task)| task.kind == StopKind::Pickup) {
        let mut ridden_m = 0;
        let mut spot = pickup.spot;
        for task in tasks().skip(place + 1) {
            ridden_m += problem.travel.leg(spot, task.spot, vehicle).metres.0;
            spot = task.spot;
            if task.parcel == pickup.parcel && task.kind == StopKind::Dropoff {
                if ridden_m > limit_m {
                    return Err(Refusal::Ride);
                }
                break;
            }
        }
    }
    Ok(())
}
