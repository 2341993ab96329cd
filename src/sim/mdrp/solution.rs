//! What became of an instance, in the terms of its published solution files.

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
