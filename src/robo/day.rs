//! A day to be played: who orders what and when, who rides from when to when.

use crate::domain::geo::Spot;
use crate::domain::time::Seconds;
use crate::sim::mdrp::Instance;

use super::ride::{Pace, Rounding};

/// A whole day, in seconds since its start and metres around the co-op's base.
#[derive(Clone, Debug)]
pub struct Day {
    pub name: String,
    pub pace: Pace,
    pub pickup_service: Seconds,
    pub dropoff_service: Seconds,
    pub pay: PayRule,
    pub shops: Vec<DayShop>,
    pub couriers: Vec<DayCourier>,
    /// In any order; each placed no later than it is ready.
    pub orders: Vec<DayOrder>,
}

/// What couriers must have earned in the end: `max(per_order x n, per_hour x hours)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayRule {
    pub per_order_cents: i64,
    pub per_hour_cents: i64,
}

impl PayRule {
    /// Pay in cents for `orders` within a shift of `length`; parts of a cent are dropped.
    pub fn due_cents(&self, orders: i64, length: Seconds) -> i64 {
        (self.per_order_cents * orders).max(self.per_hour_cents * length.0 / 3600)
    }
}

#[derive(Clone, Debug)]
pub struct DayShop {
    pub reference: String,
    pub spot: Spot,
}

#[derive(Clone, Debug)]
pub struct DayCourier {
    pub reference: String,
    pub spot: Spot,
    pub from: Seconds,
    pub to: Seconds,
}

#[derive(Clone, Debug)]
pub struct DayOrder {
    pub reference: String,
    /// Index into [`Day::shops`].
    pub shop: usize,
    pub spot: Spot,
    pub placed: Seconds,
    pub ready: Seconds,
}

impl Day {
    /// The day of a published instance, by its own rules.
    pub fn of_instance(name: &str, instance: &Instance) -> Self {
        let (minutes, all) = (Seconds::from_minutes, &instance.parameters);
        let shops = instance.restaurants.iter().map(|restaurant| DayShop {
            reference: restaurant.name.clone(),
            spot: restaurant.spot,
        });
        let couriers = instance.couriers.iter().map(|courier| DayCourier {
            reference: courier.name.clone(),
            spot: courier.spot,
            from: minutes(courier.on_at),
            to: minutes(courier.off_at),
        });
        let orders = instance.orders.iter().map(|order| DayOrder {
            reference: order.name.clone(),
            shop: order.restaurant,
            spot: order.spot,
            placed: minutes(order.placed_at),
            ready: minutes(order.ready_at),
        });
        Self {
            name: name.to_owned(),
            pace: Pace {
                metres_per_minute: all.metres_per_minute,
                rounding: Rounding::WholeMinutes,
            },
            pickup_service: minutes(all.pickup_service),
            dropoff_service: minutes(all.dropoff_service),
            pay: PayRule {
                per_order_cents: 100 * all.pay_per_order,
                per_hour_cents: 100 * all.pay_per_hour_min,
            },
            shops: shops.collect(),
            couriers: couriers.collect(),
            orders: orders.collect(),
        }
    }

    /// When the last order is placed and the last shift ends, whichever is later.
    pub fn end(&self) -> Seconds {
        let orders = self.orders.iter().map(|order| order.ready.max(order.placed));
        let shifts = self.couriers.iter().map(|courier| courier.to);
        orders.chain(shifts).max().unwrap_or_default()
    }

    /// Moves the map so that the middle of the shops lies on the base.
    pub fn centre(&mut self) {
        let Ok(count) = i64::try_from(self.shops.len()) else { return };
        if count == 0 {
            return;
        }
        let sum = |axis: fn(&Spot) -> i32| {
            self.shops.iter().map(|shop| i64::from(axis(&shop.spot))).sum::<i64>()
        };
        let middle = |sum: i64| i32::try_from(sum / count).unwrap_or_default();
        let (x_m, y_m) = (middle(sum(|spot| spot.x_m)), middle(sum(|spot| spot.y_m)));
        let shops = self.shops.iter_mut().map(|shop| &mut shop.spot);
        let couriers = self.couriers.iter_mut().map(|courier| &mut courier.spot);
        let orders = self.orders.iter_mut().map(|order| &mut order.spot);
        for spot in shops.chain(couriers).chain(orders) {
            *spot = Spot { x_m: spot.x_m - x_m, y_m: spot.y_m - y_m };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pay_is_the_better_of_piece_and_guarantee() {
        let rule = PayRule { per_order_cents: 1000, per_hour_cents: 1500 };
        assert_eq!(rule.due_cents(0, Seconds::from_minutes(90)), 2250);
        assert_eq!(rule.due_cents(3, Seconds::from_minutes(90)), 3000);
        assert_eq!(rule.due_cents(2, Seconds::from_minutes(61)), 2000);
    }
}
