//! What became of a simulated day: every pickup, every ride, every drop-off.

/// A whole day: what was assigned to whom and when, and every ride. Times are whole numbers after
/// midnight: seconds as the simulator lives them, minutes once [`Solution::in_minutes`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// By time of pickup.
    pub assignments: Vec<Assignment>,
    /// By courier's place in the city, in the order they were ridden.
    pub rides: Vec<Vec<Ride>>,
    /// By order's place in the city; `None` for one that was never delivered.
    pub deliveries: Vec<Option<Delivery>>,
}

/// Meals picked up together at one counter, in the order of their drop-offs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// When it became final.
    pub assigned_at: i64,
    /// When the meals were handed to the courier.
    pub picked_up_at: i64,
    /// The courier's place in the city.
    pub courier: usize,
    /// The orders' places in the city.
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

/// The places that have a name in a city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where the courier's shift begins.
    Start,
    /// A restaurant, by its number.
    Restaurant(usize),
    /// A customer, by the order's place in the city.
    Customer(usize),
}

/// How an order was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The courier's place in the city.
    pub courier: usize,
    /// When the meal left the counter.
    pub picked_up_at: i64,
    /// When it was handed over.
    pub dropped_off_at: i64,
}

impl Solution {
    /// The same day with whole minutes for seconds; a started minute is cut off.
    pub fn in_minutes(mut self) -> Self {
        for one in &mut self.assignments {
            one.assigned_at /= 60;
            one.picked_up_at /= 60;
        }
        for ride in self.rides.iter_mut().flatten() {
            ride.departs_at /= 60;
        }
        for delivery in self.deliveries.iter_mut().flatten() {
            delivery.picked_up_at /= 60;
            delivery.dropped_off_at /= 60;
        }
        self
    }
}
