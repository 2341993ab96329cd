//! What a day was like, for those who waited and for those who rode.
//!
//! Shares are between 0 and 1, times in minutes, distances in kilometres, money in the instance's
//! units. Floats: these numbers are shown and compared, never paid.

use serde::Serialize;

use super::instance::{Instance, Order};
use crate::domain::geo::Spot;
use crate::sim::solution::{Place, Solution};

/// Measures of one day, or their unweighted means over several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// Share of orders never delivered.
    pub undelivered: f64,
    /// Mean of drop-off less placing, over delivered orders.
    pub click_to_door: f64,
    /// Its 90th percentile (linear).
    pub click_to_door_p90: f64,
    /// Mean of the time beyond the target.
    pub overage: f64,
    /// Share of delivered orders beyond the target.
    pub late: f64,
    /// Mean of pickup less ready.
    pub ready_to_pickup: f64,
    /// Mean over all orders of the time beyond what a courier at the counter would have needed; an
    /// undelivered order counts as 120 minutes.
    pub excess_120: f64,
    /// Distance of all rides per delivered order.
    pub km_per_order: f64,
    /// Total pay per delivered order.
    pub cost_per_order: f64,
    /// Gini coefficient of order earnings per scheduled hour, over all couriers.
    pub gini: f64,
    /// Jain's index of the same.
    pub jain: f64,
    /// 10th percentile of the same (linear).
    pub earnings_p10: f64,
    /// Share of couriers without a single order.
    pub zero_jobs: f64,
    /// Share of couriers whose guarantee is higher than what their orders brought.
    pub on_guarantee: f64,
}

/// The measures and their values, in the order in which they are shown.
pub type Fields = [(&'static str, fn(&mut Measures) -> &mut f64); 14];

/// Every measure by name.
pub const FIELDS: Fields = [
    ("undelivered", |m| &mut m.undelivered),
    ("click_to_door", |m| &mut m.click_to_door),
    ("click_to_door_p90", |m| &mut m.click_to_door_p90),
    ("overage", |m| &mut m.overage),
    ("late", |m| &mut m.late),
    ("ready_to_pickup", |m| &mut m.ready_to_pickup),
    ("excess_120", |m| &mut m.excess_120),
    ("km_per_order", |m| &mut m.km_per_order),
    ("cost_per_order", |m| &mut m.cost_per_order),
    ("gini", |m| &mut m.gini),
    ("jain", |m| &mut m.jain),
    ("earnings_p10", |m| &mut m.earnings_p10),
    ("zero_jobs", |m| &mut m.zero_jobs),
    ("on_guarantee", |m| &mut m.on_guarantee),
];

impl Measures {
    /// Of one day.
    #[expect(clippy::cast_precision_loss, reason = "minutes and counts of one day")]
    pub fn of(instance: &Instance, solution: &Solution) -> Self {
        let target = instance.parameters.click_to_door_target as f64;
        let mut waits = Vec::new();
        let (mut ready_to_pickup, mut excess) = (0.0, 0.0);
        for (order, delivery) in instance.orders.iter().zip(&solution.deliveries) {
            let Some(delivery) = delivery else {
                excess += 120.0;
                continue;
            };
            let wait = (delivery.dropped_off_at - order.placed_at) as f64;
            waits.push(wait);
            ready_to_pickup += (delivery.picked_up_at - order.ready_at) as f64;
            excess += wait - least_click_to_door(instance, order);
        }
        waits.sort_by(f64::total_cmp);
        let delivered = (waits.len() as f64).max(1.0);
        let over: Vec<f64> = waits.iter().map(|wait| (wait - target).max(0.0)).collect();
        let couriers = Earnings::of(instance, solution);
        Self {
            undelivered: share(instance.orders.len() - waits.len(), instance.orders.len()),
            click_to_door: waits.iter().sum::<f64>() / delivered,
            click_to_door_p90: quantile(&waits, 0.9),
            overage: over.iter().sum::<f64>() / delivered,
            late: over.iter().filter(|&&over| over > 0.0).count() as f64 / delivered,
            ready_to_pickup: ready_to_pickup / delivered,
            excess_120: excess / (instance.orders.len() as f64).max(1.0),
            km_per_order: ridden_metres(instance, solution) / 1000.0 / delivered,
            cost_per_order: couriers.pay / delivered,
            gini: couriers.gini(),
            jain: couriers.jain(),
            earnings_p10: quantile(&couriers.hourly, 0.1),
            zero_jobs: share(couriers.without_jobs, couriers.hourly.len()),
            on_guarantee: share(couriers.on_guarantee, couriers.hourly.len()),
        }
    }

    /// The unweighted mean of several days.
    #[expect(clippy::cast_precision_loss, reason = "a count of days")]
    pub fn mean(days: &[Self]) -> Self {
        let mut mean = Self::default();
        for (_, field) in FIELDS {
            let sum: f64 = days.iter().map(|&day| *field(&mut { day })).sum();
            *field(&mut mean) = sum / (days.len() as f64).max(1.0);
        }
        mean
    }
}

/// Click to door with a courier standing at the counter when the meal is ready.
#[expect(clippy::cast_precision_loss, reason = "minutes of one day")]
fn least_click_to_door(instance: &Instance, order: &Order) -> f64 {
    let parameters = &instance.parameters;
    let counter = instance.restaurants[order.restaurant].spot;
    let ride = (counter.distance_to(order.spot) / f64::from(parameters.metres_per_minute)).ceil();
    let service = (parameters.pickup_service + parameters.dropoff_service) as f64 / 2.0;
    (order.ready_at - order.placed_at) as f64 + service + ride
}

fn ridden_metres(instance: &Instance, solution: &Solution) -> f64 {
    let couriers = solution.rides.iter().enumerate();
    couriers
        .flat_map(|(courier, rides)| rides.iter().map(move |ride| (courier, ride)))
        .map(|(courier, ride)| {
            let spot = |place| spot_of(instance, courier, place);
            spot(ride.from).distance_to(spot(ride.to))
        })
        .sum()
}

/// Where a named place is, for a courier.
pub fn spot_of(instance: &Instance, courier: usize, place: Place) -> Spot {
    match place {
        Place::Start => instance.couriers[courier].spot,
        Place::Restaurant(restaurant) => instance.restaurants[restaurant].spot,
        Place::Customer(order) => instance.orders[order].spot,
    }
}

/// What the couriers earned.
struct Earnings {
    /// Order earnings per scheduled hour, ascending.
    hourly: Vec<f64>,
    /// Everybody's pay, the guarantee included.
    pay: f64,
    without_jobs: usize,
    on_guarantee: usize,
}

impl Earnings {
    #[expect(clippy::cast_precision_loss, reason = "minutes and counts of one day")]
    fn of(instance: &Instance, solution: &Solution) -> Self {
        let parameters = &instance.parameters;
        let mut orders = vec![0u32; instance.couriers.len()];
        for delivery in solution.deliveries.iter().flatten() {
            orders[delivery.courier] += 1;
        }
        let mut earnings = Self { hourly: Vec::new(), pay: 0.0, without_jobs: 0, on_guarantee: 0 };
        for (courier, &orders) in instance.couriers.iter().zip(&orders) {
            let hours = (courier.off_at - courier.on_at) as f64 / 60.0;
            let pieces = f64::from(orders) * parameters.pay_per_order as f64;
            let guarantee = hours * parameters.pay_per_hour_min as f64;
            earnings.hourly.push(pieces / hours);
            earnings.pay += pieces.max(guarantee);
            earnings.without_jobs += usize::from(orders == 0);
            earnings.on_guarantee += usize::from(pieces < guarantee);
        }
        earnings.hourly.sort_by(f64::total_cmp);
        earnings
    }

    /// Half of the mean absolute difference over the mean; 0 when all are equal.
    #[expect(clippy::cast_precision_loss, reason = "a count of couriers")]
    fn gini(&self) -> f64 {
        let count = self.hourly.len() as f64;
        let sum: f64 = self.hourly.iter().sum();
        if sum == 0.0 {
            return 0.0;
        }
        let ranked = self.hourly.iter().enumerate();
        ranked.map(|(rank, hourly)| (2.0 * rank as f64 + 1.0 - count) * hourly).sum::<f64>()
            / (count * sum)
    }

    /// The square of the sum over the count times the sum of squares; 1 when all are equal.
    #[expect(clippy::cast_precision_loss, reason = "a count of couriers")]
    fn jain(&self) -> f64 {
        let sum: f64 = self.hourly.iter().sum();
        let squares: f64 = self.hourly.iter().map(|hourly| hourly * hourly).sum();
        if squares == 0.0 { 1.0 } else { sum * sum / (self.hourly.len() as f64 * squares) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one day")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / (whole as f64).max(1.0)
}

/// Linear between the two nearest ranks; zero for an empty list. `sorted` must be ascending.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank in the list")]
#[expect(clippy::cast_precision_loss, reason = "a rank in the list")]
pub fn quantile(sorted: &[f64], at: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let rank = at * last as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (rank - rank.floor()) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earnings(hourly: &[f64]) -> Earnings {
        Earnings { hourly: hourly.to_vec(), pay: 0.0, without_jobs: 0, on_guarantee: 0 }
    }

    #[test]
    fn gini_and_jain_at_their_ends() {
        let equal = earnings(&[3.0, 3.0, 3.0]);
        assert!(equal.gini().abs() < 1e-12 && (equal.jain() - 1.0).abs() < 1e-12);
        let one_has_all = earnings(&[0.0, 0.0, 0.0, 8.0]);
        assert!((one_has_all.gini() - 0.75).abs() < 1e-12);
        assert!((one_has_all.jain() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn quantiles_are_linear_between_ranks() {
        assert!((quantile(&[1.0, 2.0, 3.0, 4.0], 0.9) - 3.7).abs() < 1e-12);
        assert!(quantile(&[], 0.9).abs() < 1e-12);
    }
}
