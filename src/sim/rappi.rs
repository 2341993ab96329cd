//! A Colombian city-day published by Rappi: 13,076 orders, 4,905 couriers on foot, on bicycles,
//! motorcycles and in cars.
//!
//! Rules here: straight lines at a speed for each vehicle, two minutes of service at each end, no
//! pickup before the meal is ready, nothing known before placement, bundles from one counter.

use std::collections::BTreeMap;

use serde::Serialize;

use super::city::{City, Courier, Order};
use super::day::{self, Moment};
use super::solution::Solution;
use crate::domain::geo::{Plane, Position, Spot};
use crate::domain::policy::DispatchPolicy;
use crate::domain::time::Seconds;
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::{Speeds, StraightLine, TravelTimes};

/// Walking 5, bicycle 15, car 20, motorcycle and other 25 km/h.
const SPEEDS: Speeds = Speeds {
    foot: 5_000,
    bike: 15_000,
    cargo_bike: 15_000,
    trailer: 15_000,
    moped: 25_000,
    car: 20_000,
};
/// At a counter after the pickup, and at a door after the drop-off.
const SERVICE_S: i64 = 120;
/// What an order counts in the comparison of earnings; the data set has no pay.
const PAY: i64 = 500;

/// Where a file is not what the data set says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct RappiError {
    /// Which file.
    pub file: &'static str,
    /// Counted from 1; the header is line 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

/// How the day went.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RappiMeasures {
    /// Orders in the file.
    pub orders: usize,
    /// Share of them delivered at all.
    pub delivered: f64,
    /// Share of all orders delivered by the time they were expected.
    pub on_time: f64,
    /// Share that somebody on a motorcycle standing at the counter could deliver in time.
    pub possible: f64,
    /// The one over the other.
    pub on_time_of_possible: f64,
    /// Mean minutes from placing to the door, over delivered orders.
    pub click_to_door: f64,
}

/// Reads `orders.csv` and `couriers.csv`.
///
/// # Errors
/// The first line that is not as the data set's header says.
pub fn parse(orders: &str, couriers: &str) -> Result<City, RappiError> {
    let base = lines("couriers.csv", couriers, 6, |row| row.position(2))?;
    let Some(&base) = base.first() else {
        let problem = "there is no courier".into();
        return Err(RappiError { file: "couriers.csv", line: 2, problem });
    };
    let plane = Plane::around(base);
    let mut restaurants: BTreeMap<Spot, usize> = BTreeMap::new();
    let couriers = lines("couriers.csv", couriers, 6, |row| {
        Ok(Courier {
            spot: plane.spot(row.position(2)?),
            vehicle: vehicle(row.fields[1]),
            on_s: row.clock(4)?,
            off_s: row.clock(5)?,
        })
    })?;
    let rows = lines("orders.csv", orders, 9, |row| {
        let (from, to) = (plane.spot(row.position(1)?), plane.spot(row.position(3)?));
        let (placed_s, ready_s, due_s) = (row.clock(5)?, row.clock(7)?, row.clock(8)?);
        Ok(Order { restaurant: 0, from, to, placed_s, ready_s, due_s })
    })?;
    let orders = rows.into_iter().map(|order| {
        let next = restaurants.len();
        Order { restaurant: *restaurants.entry(order.from).or_insert(next), ..order }
    });
    Ok(City {
        orders: orders.collect(),
        couriers,
        vehicles: vec![VehicleKind::Foot, VehicleKind::Bike, VehicleKind::Moped, VehicleKind::Car],
        travel: StraightLine::new(1000, Seconds(1), SPEEDS),
        pickup_service_s: (0, SERVICE_S),
        dropoff_service_s: (0, SERVICE_S),
        pay: PAY,
        guarantee_hourly: 0,
        step_s: 60,
    })
}

/// Lives through the day, a decision every minute.
pub fn simulate(city: &City, policy: &DispatchPolicy, tell: &mut dyn FnMut(Moment)) -> Solution {
    day::live(city, policy, tell)
}

/// What the day was like.
#[expect(clippy::cast_precision_loss, reason = "counts and seconds of one day")]
pub fn measure(city: &City, solution: &Solution) -> RappiMeasures {
    let (mut delivered, mut on_time, mut possible, mut waited_s) = (0, 0, 0, 0);
    for (order, delivery) in city.orders.iter().zip(&solution.deliveries) {
        let ride_s = city.travel.leg(order.from, order.to, VehicleKind::Moped).seconds.0;
        possible += usize::from(order.ready_s + SERVICE_S + ride_s <= order.due_s);
        if let Some(done) = delivery {
            delivered += 1;
            on_time += usize::from(done.dropped_off_at <= order.due_s);
            waited_s += done.dropped_off_at - order.placed_s;
        }
    }
    let orders = city.orders.len();
    let share = |part: usize| part as f64 / (orders as f64).max(1.0);
    RappiMeasures {
        orders,
        delivered: share(delivered),
        on_time: share(on_time),
        possible: share(possible),
        on_time_of_possible: on_time as f64 / (possible as f64).max(1.0),
        click_to_door: waited_s as f64 / 60.0 / (delivered as f64).max(1.0),
    }
}

fn vehicle(name: &str) -> VehicleKind {
    match name {
        "walking" => VehicleKind::Foot,
        "bicycle" => VehicleKind::Bike,
        "car" => VehicleKind::Car,
        _ => VehicleKind::Moped,
    }
}

struct Row<'a> {
    fields: Vec<&'a str>,
}

impl Row<'_> {
    fn position(&self, place: usize) -> Result<Position, String> {
        let degrees = |place: usize| {
            let field = self.fields[place];
            field.parse::<f64>().map_err(|_| format!("`{field}` is not a number of degrees"))
        };
        Position::from_degrees(degrees(place)?, degrees(place + 1)?)
            .map_err(|error| error.to_string())
    }

    /// `HH:MM:SS` as seconds after midnight.
    fn clock(&self, place: usize) -> Result<i64, String> {
        let field = self.fields[place];
        let parts: Option<Vec<i64>> = field.split(':').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[hours, minutes, seconds]) => Ok(hours * 3600 + minutes * 60 + seconds),
            _ => Err(format!("`{field}` is not a time of day")),
        }
    }
}

/// Reads each line after the header.
fn lines<R>(
    file: &'static str,
    text: &str,
    width: usize,
    read: impl Fn(&Row<'_>) -> Result<R, String>,
) -> Result<Vec<R>, RappiError> {
    let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(number, line)| {
        let row = Row { fields: line.split(',').map(str::trim).collect() };
        let read = if row.fields.len() == width {
            read(&row)
        } else {
            Err(format!("{} columns instead of {width}", row.fields.len()))
        };
        read.map_err(|problem| RappiError { file, line: number + 1, problem })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = "order_id,a,b,c,d,placement_time,preparation_time,ready_time,expected\n\
        1,6.259,-75.592,6.255,-75.594,00:01:51,00:03:00,00:11:00,00:41:51\n";
    const COURIERS: &str = "courier_id,vehicle,on_lat,on_lng,on_time,off_time\n\
        1,bicycle,6.264,-75.565,00:00:00,03:51:00\n";

    #[test]
    fn a_city_is_read_and_its_order_delivered() {
        let city = parse(ORDERS, COURIERS).unwrap();
        assert_eq!(city.orders[0].ready_s, 660);
        assert_eq!(city.couriers[0].vehicle, VehicleKind::Bike);
        let measures = measure(&city, &simulate(&city, &DispatchPolicy::founding(), &mut |_| {}));
        assert!((measures.on_time_of_possible - 1.0).abs() < 1e-12, "{measures:?}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let error = parse(&ORDERS.replace("00:11:00", "soon"), COURIERS).unwrap_err();
        assert_eq!(error.to_string(), "orders.csv, line 2: `soon` is not a time of day");
        let error = parse(ORDERS, &COURIERS.replace("6.264", "96.264")).unwrap_err();
        assert!(error.to_string().starts_with("couriers.csv, line 2: latitude 96.264"), "{error}");
    }
}
