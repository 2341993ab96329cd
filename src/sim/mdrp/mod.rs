//! The meal delivery routing problem (Reyes et al. 2018): its instances, a day under its rules, a
//! strict reader of the outcome, and its measures.

pub mod files;
pub mod instance;
pub mod measures;
pub mod validator;

pub use files::SolutionFiles;
pub use instance::Instance;
pub use measures::Measures;
pub use validator::validate;

use super::city::{City, Courier, Order};
use super::day::{self, Moment};
use super::solution::Solution;
use crate::domain::policy::DispatchPolicy;
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::StraightLine;

/// Everybody's vehicle: the problem knows no other.
const VEHICLE: VehicleKind = VehicleKind::Bike;

/// Lives through the day of an instance, a decision every minute. Times of the solution are minutes
/// after midnight.
pub fn simulate(
    instance: &Instance,
    policy: &DispatchPolicy,
    tell: &mut dyn FnMut(Moment),
) -> Solution {
    day::live(&city(instance), policy, tell).in_minutes()
}

fn city(instance: &Instance) -> City {
    let parameters = &instance.parameters;
    let order = |order: &instance::Order| Order {
        restaurant: order.restaurant,
        from: instance.restaurants[order.restaurant].spot,
        to: order.spot,
        placed_s: order.placed_at * 60,
        ready_s: order.ready_at * 60,
        due_s: (order.placed_at + parameters.click_to_door_target) * 60,
    };
    let courier = |courier: &instance::Courier| Courier {
        spot: courier.spot,
        vehicle: VEHICLE,
        on_s: courier.on_at * 60,
        off_s: courier.off_at * 60,
    };
    City {
        orders: instance.orders.iter().map(order).collect(),
        couriers: instance.couriers.iter().map(courier).collect(),
        vehicles: vec![VEHICLE],
        travel: StraightLine::mdrp(parameters.metres_per_minute),
        pickup_service_s: (parameters.pickup_service * 30, parameters.pickup_service * 30),
        dropoff_service_s: (parameters.dropoff_service * 30, parameters.dropoff_service * 30),
        pay: parameters.pay_per_order * 100,
        guarantee_hourly: parameters.pay_per_hour_min * 100,
        step_s: 60,
    }
}
