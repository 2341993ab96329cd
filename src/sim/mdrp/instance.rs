//! Instances of the meal delivery routing problem (Reyes et al. 2018), as Grubhub published them:
//! tab-separated text, whole minutes of a day, whole metres on a plane.

use std::cmp::Ordering;

use crate::domain::geo::Spot;

/// One day of a city. Times are minutes after midnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// By name, in whatever order the lines of the file are.
    pub orders: Vec<Order>,
    /// By name.
    pub restaurants: Vec<Restaurant>,
    /// By name.
    pub couriers: Vec<Courier>,
    /// What holds for all of them.
    pub parameters: Parameters,
}

/// A meal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// As in the file: `o17`.
    pub name: String,
    /// Where the customer is.
    pub spot: Spot,
    /// When it becomes known, in minutes.
    pub placed_at: i64,
    /// Its restaurant's place in [`Instance::restaurants`].
    pub restaurant: usize,
    /// When it can be picked up, in minutes; known once it is placed.
    pub ready_at: i64,
}

/// Where meals come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restaurant {
    /// As in the file: `r3`.
    pub name: String,
    /// Where it is.
    pub spot: Spot,
}

/// Somebody who rides, for one block of hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Courier {
    /// As in the file: `c5`.
    pub name: String,
    /// Where the shift begins.
    pub spot: Spot,
    /// When it begins, in minutes; nothing is known of the courier before.
    pub on_at: i64,
    /// When it ends, in minutes: no pickup later.
    pub off_at: i64,
}

/// What holds for a whole instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Everybody's speed.
    pub metres_per_minute: u32,
    /// Minutes at a counter; half of them before the pickup.
    pub pickup_service: i64,
    /// Minutes at a door; half of them before the drop-off.
    pub dropoff_service: i64,
    /// The promise, in minutes from placing to the door.
    pub click_to_door_target: i64,
    /// The longest a customer may wait, in minutes.
    pub click_to_door_max: i64,
    /// Pay for one order.
    pub pay_per_order: i64,
    /// What an hour on duty pays at least.
    pub pay_per_hour_min: i64,
}

/// The four files of an instance, as text.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `orders.txt`.
    pub orders: &'a str,
    /// `restaurants.txt`.
    pub restaurants: &'a str,
    /// `couriers.txt`.
    pub couriers: &'a str,
    /// `instance_parameters.txt`.
    pub parameters: &'a str,
}

/// Where a file is not an instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct InstanceError {
    /// Which of the files.
    pub file: &'static str,
    /// Counted from 1; the header is line 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl Instance {
    /// Reads the four files of an instance.
    ///
    /// # Errors
    /// The first line that is not what the format says, or that names an unknown restaurant.
    pub fn parse(files: Files<'_>) -> Result<Self, InstanceError> {
        let mut restaurants = lines("restaurants.txt", files.restaurants, 3, |row| {
            Ok(Restaurant { name: row.text(0), spot: row.spot(1)? })
        })?;
        restaurants.sort_by(|a, b| by_name(&a.name, &b.name));
        let mut couriers = lines("couriers.txt", files.couriers, 5, |row| {
            let courier = Courier {
                name: row.text(0),
                spot: row.spot(1)?,
                on_at: row.number(3)?,
                off_at: row.number(4)?,
            };
            if courier.off_at <= courier.on_at {
                return Err("the shift ends before it begins".into());
            }
            Ok(courier)
        })?;
        couriers.sort_by(|a, b| by_name(&a.name, &b.name));
        let mut orders = lines("orders.txt", files.orders, 6, |row| {
            let named = |one: &Restaurant| one.name == row.fields[4];
            let restaurant = restaurants.iter().position(named);
            let order = Order {
                name: row.text(0),
                spot: row.spot(1)?,
                placed_at: row.number(3)?,
                restaurant: restaurant.ok_or_else(|| format!("no {}", row.fields[4]))?,
                ready_at: row.number(5)?,
            };
            if order.ready_at < order.placed_at {
                return Err("ready before it is placed".into());
            }
            Ok(order)
        })?;
        orders.sort_by(|a, b| by_name(&a.name, &b.name));
        let parameters = lines("instance_parameters.txt", files.parameters, 7, |row| {
            Ok(Parameters {
                metres_per_minute: row.number(0)?,
                pickup_service: row.number(1)?,
                dropoff_service: row.number(2)?,
                click_to_door_target: row.number(3)?,
                click_to_door_max: row.number(4)?,
                pay_per_order: row.number(5)?,
                pay_per_hour_min: row.number(6)?,
            })
        })?;
        let parameters = *parameters.first().ok_or(InstanceError {
            file: "instance_parameters.txt",
            line: 2,
            problem: "there is no line of numbers".into(),
        })?;
        Ok(Self { orders, restaurants, couriers, parameters })
    }
}

/// `o9` before `o10`.
fn by_name(one: &str, other: &str) -> Ordering {
    (one.len(), one).cmp(&(other.len(), other))
}

struct Row<'a> {
    fields: Vec<&'a str>,
}

impl Row<'_> {
    fn text(&self, place: usize) -> String {
        self.fields[place].to_owned()
    }

    fn number<N: std::str::FromStr>(&self, place: usize) -> Result<N, String> {
        let field = self.fields[place];
        field.parse().map_err(|_| format!("`{field}` is not a whole number in range"))
    }

    fn spot(&self, place: usize) -> Result<Spot, String> {
        Ok(Spot { x_m: self.number(place)?, y_m: self.number(place + 1)? })
    }
}

/// Reads each line after the header.
fn lines<R>(
    file: &'static str,
    text: &str,
    width: usize,
    read: impl Fn(&Row<'_>) -> Result<R, String>,
) -> Result<Vec<R>, InstanceError> {
    let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(number, line)| {
        let row = Row { fields: line.split('\t').map(str::trim).collect() };
        let read = if row.fields.len() == width {
            read(&row)
        } else {
            Err(format!("{} columns instead of {width}", row.fields.len()))
        };
        read.map_err(|problem| InstanceError { file, line: number + 1, problem })
    })
    .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const FILES: Files<'static> = Files {
        orders: "order\tx\ty\tplacement_time\trestaurant\tready_time\no1\t9\t7\t743\tr2\t753\n",
        restaurants: "restaurant\tx\ty\nr1\t8\t5\nr2\t9\t6\n",
        couriers: "courier\tx\ty\ton_time\toff_time\nc1\t1\t2\t0\t90\n",
        parameters: "a\tb\tc\td\te\tf\tg\n320\t4\t4\t40\t90\t10\t15\n",
    };

    /// Two restaurants, two couriers, three orders, two of them from one counter.
    pub fn small() -> Instance {
        Instance::parse(Files {
            orders: "order\tx\ty\tplacement_time\trestaurant\tready_time\n\
                     o1\t2000\t0\t60\tr1\t70\no2\t2200\t0\t61\tr1\t70\n\
                     o3\t0\t3000\t62\tr2\t75\n",
            restaurants: "restaurant\tx\ty\nr1\t1000\t0\nr2\t0\t1000\n",
            couriers: "courier\tx\ty\ton_time\toff_time\nc1\t0\t0\t50\t200\n",
            ..FILES
        })
        .unwrap()
    }

    #[test]
    fn an_instance_is_read() {
        let instance = Instance::parse(FILES).unwrap();
        assert_eq!(instance.orders[0].restaurant, 1);
        assert_eq!(instance.couriers[0].off_at, 90);
        assert_eq!(instance.parameters.metres_per_minute, 320);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let orders = FILES.orders.replace("r2", "r9");
        let error = Instance::parse(Files { orders: &orders, ..FILES }).unwrap_err();
        assert_eq!(error.to_string(), "orders.txt, line 2: no r9");
        let couriers = FILES.couriers.replace("90", "noon");
        let error = Instance::parse(Files { couriers: &couriers, ..FILES }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "couriers.txt, line 2: `noon` is not a whole number in range"
        );
        let error = Instance::parse(Files { parameters: "a", ..FILES }).unwrap_err();
        assert!(error.to_string().ends_with("there is no line of numbers"));
    }
}
