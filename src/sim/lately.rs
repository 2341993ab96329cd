//! What was asked for in the last hour, and where: all that is known of what comes next.

use std::collections::{BTreeMap, VecDeque};

use super::city::Order;
use crate::engine::ahead::Demand;

/// The orders of the last hour.
#[derive(Debug, Default)]
pub struct Lately {
    /// When placed and at which restaurant, the oldest first.
    orders: VecDeque<(i64, usize)>,
    /// By restaurant.
    demands: BTreeMap<usize, Demand>,
}

impl Lately {
    /// An order has been placed.
    pub fn note(&mut self, order: &Order) {
        self.orders.push_back((order.placed_s, order.restaurant));
        let none_yet = Demand { spot: order.from, hourly: 0 };
        self.demands.entry(order.restaurant).or_insert(none_yet).hourly += 1;
    }

    /// Leaves out what was placed before an instant, in seconds.
    pub fn forget_before(&mut self, instant_s: i64) {
        while let Some(&(placed_s, restaurant)) = self.orders.front()
            && placed_s < instant_s
        {
            self.orders.pop_front();
            if let Some(demand) = self.demands.get_mut(&restaurant) {
                demand.hourly -= 1;
            }
        }
        self.demands.retain(|_, demand| demand.hourly > 0);
    }

    /// The restaurants that were asked, and how often.
    pub fn demands(&self) -> (Vec<usize>, Vec<Demand>) {
        self.demands.iter().map(|(&restaurant, &demand)| (restaurant, demand)).unzip()
    }
}
