//! A strict reader of solutions: every rule of the problem, with a clockwork of its own.
//!
//! The public checker lets through couriers who wait with meals on board, service that is cut short
//! and bundles of several restaurants; this one does not.

use std::collections::VecDeque;

use super::instance::Instance;
use super::measures::spot_of;
use crate::sim::solution::{Assignment, Place, Ride, Solution};

/// A rule that a solution breaks. Names are those of the instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{who}: {rule}")]
pub struct Violation {
    /// The courier or the order.
    pub who: String,
    /// What is wrong.
    pub rule: &'static str,
}

/// Reads a solution against its instance.
///
/// # Errors
/// Every violation found: first by order, then by courier.
pub fn validate(instance: &Instance, solution: &Solution) -> Result<(), Vec<Violation>> {
    let mut violations = Vec::new();
    let shapes = [
        (solution.deliveries.len() == instance.orders.len(), "one entry for each order"),
        (solution.rides.len() == instance.couriers.len(), "one entry for each courier"),
    ];
    for (fits, rule) in shapes {
        if !fits {
            return Err(vec![Violation { who: "the solution".into(), rule }]);
        }
    }
    each_order_once(instance, solution, &mut violations);
    for courier in 0..instance.couriers.len() {
        let mut walk = Walk::of(instance, solution, courier);
        if let Err(rule) = walk.whole_shift() {
            violations.push(Violation { who: instance.couriers[courier].name.clone(), rule });
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

fn each_order_once(instance: &Instance, solution: &Solution, violations: &mut Vec<Violation>) {
    let mut times_assigned = vec![0; instance.orders.len()];
    for assignment in &solution.assignments {
        for &order in &assignment.orders {
            times_assigned[order] += 1;
        }
    }
    for (order, times) in times_assigned.into_iter().enumerate() {
        let rule = match (times, solution.deliveries[order]) {
            (0, None) | (1, Some(_)) => continue,
            (0, Some(_)) => "delivered without an assignment",
            (1, None) => "assigned and not delivered",
            _ => "in more than one assignment",
        };
        violations.push(Violation { who: instance.orders[order].name.clone(), rule });
    }
}

/// One courier's shift, followed ride by ride.
struct Walk<'a> {
    instance: &'a Instance,
    solution: &'a Solution,
    courier: usize,
    assignments: VecDeque<&'a Assignment>,
    rides: VecDeque<&'a Ride>,
    place: Place,
    /// When the courier came to `place`.
    here_since: i64,
    /// When the courier can leave it.
    free_at: i64,
}

impl<'a> Walk<'a> {
    fn of(instance: &'a Instance, solution: &'a Solution, courier: usize) -> Self {
        let own = solution.assignments.iter().filter(|one| one.courier == courier);
        let mut assignments: Vec<&Assignment> = own.collect();
        assignments.sort_by_key(|assignment| assignment.picked_up_at);
        let on_at = instance.couriers[courier].on_at;
        Self {
            instance,
            solution,
            courier,
            assignments: assignments.into(),
            rides: solution.rides[courier].iter().collect(),
            place: Place::Start,
            here_since: on_at,
            free_at: on_at,
        }
    }

    fn whole_shift(&mut self) -> Result<(), &'static str> {
        while let Some(&assignment) = self.assignments.front() {
            let counter = self.counter_of(assignment)?;
            let leaves_before_pickup =
                self.rides.front().is_some_and(|ride| ride.departs_at < assignment.picked_up_at);
            if leaves_before_pickup {
                let to = self.ride()?;
                if !matches!(to, Place::Restaurant(_)) {
                    return Err("rides to a customer without their meal");
                }
            } else if self.place == Place::Restaurant(counter) {
                self.assignments.pop_front();
                self.bring_out(assignment)?;
            } else {
                return Err("picks up where the courier is not");
            }
        }
        while !self.rides.is_empty() {
            if !matches!(self.ride()?, Place::Restaurant(_)) {
                return Err("rides to a customer without their meal");
            }
        }
        Ok(())
    }

    /// The one restaurant of a bundle; also judges what can be said of the bundle by itself.
    fn counter_of(&self, assignment: &Assignment) -> Result<usize, &'static str> {
        let orders = assignment.orders.iter().map(|&order| &self.instance.orders[order]);
        let first = orders.clone().next().ok_or("an empty bundle")?;
        let shift = &self.instance.couriers[self.courier];
        let picked_up_at = assignment.picked_up_at;
        let rules = [
            (orders.clone().all(|o| o.restaurant == first.restaurant), "several restaurants"),
            (orders.clone().all(|o| o.placed_at <= assignment.assigned_at), "assigned unplaced"),
            (orders.clone().all(|o| o.ready_at <= picked_up_at), "picked up before ready"),
            (assignment.assigned_at <= picked_up_at, "assigned after the pickup"),
            (shift.on_at <= assignment.assigned_at, "assigned before the shift"),
            (picked_up_at <= shift.off_at, "picked up after the shift"),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some(&(_, rule)) => Err(rule),
            None => Ok(first.restaurant),
        }
    }

    /// Rides where the next line says, at the instant it says.
    fn ride(&mut self) -> Result<Place, &'static str> {
        let ride = self.rides.pop_front().ok_or("a ride is missing")?;
        if ride.from != self.place {
            return Err("leaves from where the courier is not");
        }
        if ride.departs_at < self.free_at {
            return Err("leaves before the courier is free");
        }
        self.here_since = ride.departs_at + self.minutes(ride.from, ride.to);
        self.free_at = self.here_since;
        self.place = ride.to;
        Ok(ride.to)
    }

    fn minutes(&self, from: Place, to: Place) -> i64 {
        let spot = |place| spot_of(self.instance, self.courier, place);
        let (a, b) = (spot(from), spot(to));
        let (dx, dy) = (i64::from(a.x_m - b.x_m), i64::from(a.y_m - b.y_m));
        let speed = i64::from(self.instance.parameters.metres_per_minute);
        // The least number of minutes whose squared distance reaches the squared distance: exact.
        let square = dx * dx + dy * dy;
        let mut minutes = square.isqrt() / speed;
        while (minutes * speed).pow(2) < square {
            minutes += 1;
        }
        minutes
    }

    /// The pickup and all its drop-offs, without a pause.
    fn bring_out(&mut self, assignment: &Assignment) -> Result<(), &'static str> {
        let parameters = &self.instance.parameters;
        let half_pickup = parameters.pickup_service / 2;
        let half_dropoff = parameters.dropoff_service / 2;
        if assignment.picked_up_at < self.here_since + half_pickup {
            return Err("picks up before the service at the counter");
        }
        if assignment.picked_up_at < self.free_at {
            return Err("picks up before the courier is free");
        }
        self.free_at = assignment.picked_up_at + half_pickup;
        for &order in &assignment.orders {
            let must_leave_at = self.free_at;
            let departs_at = self.rides.front().map(|ride| ride.departs_at);
            if departs_at != Some(must_leave_at) {
                return Err("waits, or rides elsewhere, with meals on board");
            }
            if self.ride()? != Place::Customer(order) {
                return Err("does not ride to the customers in the order of the bundle");
            }
            let dropped_off_at = self.here_since + half_dropoff;
            let told = self.solution.deliveries[order];
            let is_as_told = told.is_some_and(|delivery| {
                delivery.courier == self.courier
                    && delivery.picked_up_at == assignment.picked_up_at
                    && delivery.dropped_off_at == dropped_off_at
            });
            if !is_as_told {
                return Err("a delivery is not when or by whom the solution says");
            }
            self.free_at = dropped_off_at + half_dropoff;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::instance::tests::small;
    use super::super::simulate;
    use super::*;
    use crate::domain::policy::DispatchPolicy;

    fn solved() -> (Instance, Solution) {
        let instance = small();
        let solution = simulate(&instance, &DispatchPolicy::founding(), &mut |_| {});
        (instance, solution)
    }

    fn first_rule(instance: &Instance, solution: &Solution) -> &'static str {
        validate(instance, solution).unwrap_err()[0].rule
    }

    #[test]
    fn what_the_engine_does_is_allowed() {
        let (instance, solution) = solved();
        assert_eq!(validate(&instance, &solution), Ok(()));
        assert!(solution.deliveries.iter().all(Option::is_some), "{solution:?}");
    }

    #[test]
    fn each_way_of_cheating_is_seen() {
        type Cheat = fn(&mut Instance, &mut Solution);
        let cheats: [(Cheat, &str); 8] = [
            (|i, _| i.orders[0].placed_at += 1000, "assigned unplaced"),
            (
                |i, s| i.orders[0].ready_at = s.assignments[0].picked_up_at + 1,
                "picked up before ready",
            ),
            (|i, _| i.couriers[0].off_at = 10, "picked up after the shift"),
            (|_, s| s.deliveries[0] = None, "assigned and not delivered"),
            (|_, s| s.assignments.clear(), "delivered without an assignment"),
            (|_, s| s.rides[0][0].departs_at -= 100, "leaves before the courier is free"),
            (
                |_, s| {
                    let last = s.rides[0].len() - 1;
                    s.rides[0][last].departs_at += 1;
                },
                "waits, or rides elsewhere, with meals on board",
            ),
            (
                |i, _| i.parameters.metres_per_minute -= 100,
                "picks up before the service at the counter",
            ),
        ];
        for (cheat, rule) in cheats {
            let (mut instance, mut solution) = solved();
            cheat(&mut instance, &mut solution);
            assert_eq!(first_rule(&instance, &solution), rule);
        }
    }
}
