//! What became of an instance, in the terms of its published solution files.

use super::instance::Instance;

/// A whole day: what was assigned to whom and when, and every ride. Minutes after midnight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// By time of pickup.
    pub assignments: Vec<Assignment>,
    /// By courier's place in the instance, in the order they were ridden.
    pub rides: Vec<Vec<Ride>>,
    /// By order's place in the instance; `None` for one that was never delivered.
    pub deliveries: Vec<Option<Delivery>>,
}

/// Meals picked up together at one counter, in the order of their drop-offs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// When it became final.
    pub assigned_at: i64,
    /// When the meals were handed to the courier.
    pub picked_up_at: i64,
    /// The courier's place in the instance.
    pub courier: usize,
    /// The orders' places in the instance.
    pub orders: Vec<usize>,
}

/// A ride without a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ride {
    /// When it began.
    pub departs_at: i64,
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
}

/// The places that have a name in an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where the courier's shift begins.
    Start,
    /// A restaurant, by its place in the instance.
    Restaurant(usize),
    /// A customer, by the order's place in the instance.
    Customer(usize),
}

/// How an order was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The courier's place in the instance.
    pub courier: usize,
    /// When the meal left the counter.
    pub picked_up_at: i64,
    /// When it was handed over.
    pub dropped_off_at: i64,
}

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

impl Solution {
    /// Writes the solution as the public checker reads it.
    pub fn files(&self, instance: &Instance) -> SolutionFiles {
        SolutionFiles {
            assignments: self.assignments_file(instance),
            orders: self.orders_file(instance),
            couriers: self.couriers_file(instance),
        }
    }

    fn assignments_file(&self, instance: &Instance) -> String {
        let mut text = String::from("assignment_time pickup_time courier orders\n");
        for one in &self.assignments {
            let courier = &instance.couriers[one.courier].name;
            let orders: Vec<&str> =
                one.orders.iter().map(|&order| instance.orders[order].name.as_str()).collect();
            let (assigned, picked_up) = (one.assigned_at, one.picked_up_at);
            text.push_str(&format!("{assigned} {picked_up} {courier} {}\n", orders.join(" ")));
        }
        text
    }

    fn orders_file(&self, instance: &Instance) -> String {
        let header = "order placement_time ready_time pickup_time dropoff_time courier\n";
        let mut text = String::from(header);
        for (order, delivery) in instance.orders.iter().zip(&self.deliveries) {
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

    fn couriers_file(&self, instance: &Instance) -> String {
        let mut text = String::from("courier departure_time origin destination\n");
        let name = |place| match place {
            Place::Start => "0",
            Place::Restaurant(restaurant) => &instance.restaurants[restaurant].name,
            Place::Customer(order) => &instance.orders[order].name,
        };
        for (courier, rides) in instance.couriers.iter().zip(&self.rides) {
            for ride in rides {
                let (from, to) = (name(ride.from), name(ride.to));
                text.push_str(&format!("{} {} {from} {to}\n", courier.name, ride.departs_at));
            }
        }
        text
    }
}
