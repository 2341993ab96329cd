//! Delay: the customer's wait beyond what no courier could have spared.

use crate::domain::vehicle::VehicleKind;
use crate::engine::problem::Task;
use crate::engine::route::Visit;
use crate::engine::snapshot::StopKind;
use crate::engine::travel::TravelTimes;

/// Whole seconds a drop-off happens after its earliest instant; nothing for a pickup.
pub fn of_visit(task: &Task, visit: &Visit) -> i64 {
    match task.kind {
        StopKind::Pickup => 0,
        StopKind::Dropoff => visit.handover_s - task.earliest_s,
    }
}

/// Fills in the earliest handover of each drop-off of a parcel: a courier with the fastest of
/// `vehicles` stands at the counter when the goods are ready and rides straight through `tasks`.
pub fn fill_earliest(tasks: &mut [Task], vehicles: &[VehicleKind], travel: &impl TravelTimes) {
    let mut before: Option<Task> = None;
    let mut leave_s = 0;
    for task in tasks {
        let ride_s = before.map_or(0, |from| {
            let rides =
                vehicles.iter().map(|&kind| travel.leg(from.spot, task.spot, kind).seconds.0);
            rides.min().unwrap_or(0)
        });
        let handover_s = match before {
            None => task.ready_s,
            Some(_) => task.ready_s.max(leave_s + ride_s + task.before_s),
        };
        if task.kind == StopKind::Dropoff {
            task.earliest_s = handover_s;
        }
        leave_s = handover_s + task.after_s;
        before = Some(*task);
    }
}
