//! The published form of a solution.

use super::instance::Instance;
use crate::sim::solution::{Place, Solution};

/// The three solution files of the public checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolutionFiles {
    /// `solution_info_assignments.txt`: assignment time, pickup time, courier, orders.
    pub assignments: String,
    /// `solution_info_orders.txt`, with `None` for what never happened.
    pub orders: String,
    /// `solution_info_couriers.txt`: courier, departure, origin (0 where the shift begins),
    /// destination.
    pub couriers: String,
}

impl SolutionFiles {
    /// Writes a solution, in minutes, as the public checker reads it.
    pub fn write(instance: &Instance, solution: &Solution) -> Self {
        Self {
            assignments: assignments_file(instance, solution),
            orders: orders_file(instance, solution),
            couriers: couriers_file(instance, solution),
        }
    }
}

fn assignments_file(instance: &Instance, solution: &Solution) -> String {
    let mut text = String::from("assignment_time pickup_time courier orders\n");
    for one in &solution.assignments {
        let courier = &instance.couriers[one.courier].name;
        let orders: Vec<&str> =
            one.orders.iter().map(|&order| instance.orders[order].name.as_str()).collect();
        let (assigned, picked_up) = (one.assigned_at, one.picked_up_at);
        text.push_str(&format!("{assigned} {picked_up} {courier} {}\n", orders.join(" ")));
    }
    text
}

fn orders_file(instance: &Instance, solution: &Solution) -> String {
    let header = "order placement_time ready_time pickup_time dropoff_time courier\n";
    let mut text = String::from(header);
    for (order, delivery) in instance.orders.iter().zip(&solution.deliveries) {
        let (placed, ready) = (order.placed_at, order.ready_at);
        text.push_str(&format!("{} {placed} {ready} ", order.name));
        text.push_str(&delivery.map_or_else(
            || "None None None\n".to_owned(),
            |done| {
                let courier = &instance.couriers[done.courier].name;
                format!("{} {} {courier}\n", done.picked_up_at, done.dropped_off_at)
            },
        ));
    }
    text
}

fn couriers_file(instance: &Instance, solution: &Solution) -> String {
    let mut text = String::from("courier departure_time origin destination\n");
    let name = |place| match place {
        Place::Start => "0",
        Place::Restaurant(restaurant) => &instance.restaurants[restaurant].name,
        Place::Customer(order) => &instance.orders[order].name,
    };
    for (courier, rides) in instance.couriers.iter().zip(&solution.rides) {
        for ride in rides {
            let (from, to) = (name(ride.from), name(ride.to));
            text.push_str(&format!("{} {} {from} {to}\n", courier.name, ride.departs_at));
        }
    }
    text
}
