//! What a simulated day is made of.

use crate::domain::geo::Spot;
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::StraightLine;

/// What happens in a city in one day. Times are seconds after midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct City {
    /// What is asked for.
    pub orders: Vec<Order>,
    /// Who rides.
    pub couriers: Vec<Courier>,
    /// The kinds of vehicle there are.
    pub vehicles: Vec<VehicleKind>,
    /// How far and how long.
    pub travel: StraightLine,
    /// From arriving at a counter to the pickup, and from the pickup to riding on.
    pub pickup_service_s: (i64, i64),
    /// From arriving at a door to the drop-off, and from the drop-off to riding on.
    pub dropoff_service_s: (i64, i64),
    /// Pay for one order, in minor units.
    pub pay: i64,
    /// What is guaranteed for an hour, in minor units; 0 for nothing.
    pub guarantee_hourly: i64,
    /// How often the engine is asked.
    pub step_s: i64,
}

/// Something to be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The number of the restaurant; orders of different restaurants do not ride together.
    pub restaurant: usize,
    /// Where the restaurant is.
    pub from: Spot,
    /// Where the customer is.
    pub to: Spot,
    /// When it becomes known.
    pub placed_s: i64,
    /// When it can be picked up; known once it is placed.
    pub ready_s: i64,
    /// When it is promised.
    pub due_s: i64,
}

/// Somebody who rides, for one block of hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Courier {
    /// Where the shift begins.
    pub spot: Spot,
    /// On what.
    pub vehicle: VehicleKind,
    /// When the shift begins; nothing is known of the courier before.
    pub on_s: i64,
    /// When it ends: no pickup later.
    pub off_s: i64,
}
