//! How far and how long from one spot to another. The engine knows no more of a city than this.

use crate::domain::geo::{Metres, Spot};
use crate::domain::time::Seconds;
use crate::domain::vehicle::VehicleKind;

/// A ride between two spots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// Along the way that is taken.
    pub metres: Metres,
    /// Riding time, without any service.
    pub seconds: Seconds,
}

/// Travel times of a city. Same arguments, same answer; never negative; zero between equal spots.
pub trait TravelTimes {
    /// The ride from one spot to another with a vehicle.
    fn leg(&self, from: Spot, to: Spot, vehicle: VehicleKind) -> Leg;
}

/// Straight lines, lengthened by a detour factor, at a speed for each kind of vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StraightLine {
    /// Thousandths by which streets are longer than straight lines; 1300 is common in cities.
    pub detour_permille: u32,
    /// Riding times are rounded up to whole multiples of this.
    pub round_up_to: Seconds,
    /// Metres in one minute, for each kind of vehicle.
    pub speeds: Speeds,
}

/// Metres in one minute, for each kind of vehicle. None is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Speeds {
    pub foot: u32,
    pub bike: u32,
    pub cargo_bike: u32,
    pub moped: u32,
    pub car: u32,
}

impl Speeds {
    /// City speeds with stops at lights: 5, 15, 13, 22 and 20 km/h.
    pub const CITY: Self = Self { foot: 83, bike: 250, cargo_bike: 217, moped: 367, car: 333 };

    /// The same for all.
    pub const fn uniform(metres_per_minute: u32) -> Self {
        Self {
            foot: metres_per_minute,
            bike: metres_per_minute,
            cargo_bike: metres_per_minute,
            moped: metres_per_minute,
            car: metres_per_minute,
        }
    }

    /// Of one kind of vehicle.
    pub const fn of(&self, kind: VehicleKind) -> u32 {
        match kind {
            VehicleKind::Foot => self.foot,
            VehicleKind::Bike => self.bike,
            VehicleKind::CargoBike => self.cargo_bike,
            VehicleKind::Moped => self.moped,
            VehicleKind::Car => self.car,
        }
    }
}

impl StraightLine {
    /// For a city whose streets are not loaded: straight lines and a third more, whole seconds.
    pub const CITY: Self =
        Self { detour_permille: 1300, round_up_to: Seconds(1), speeds: Speeds::CITY };

    /// The rule of the meal delivery routing problem (Reyes et al. 2018): straight lines, one
    /// speed, rounded up to whole minutes.
    pub const fn mdrp(metres_per_minute: u32) -> Self {
        Self {
            detour_permille: 1000,
            round_up_to: Seconds(60),
            speeds: Speeds::uniform(metres_per_minute),
        }
    }
}

impl TravelTimes for StraightLine {
    #[expect(clippy::cast_possible_truncation, reason = "a city is far smaller than an i64")]
    #[expect(clippy::cast_precision_loss, reason = "a rounding step is a few minutes at most")]
    fn leg(&self, from: Spot, to: Spot, vehicle: VehicleKind) -> Leg {
        let metres = from.distance_to(to) * f64::from(self.detour_permille) / 1000.0;
        let metres_per_step = f64::from(self.speeds.of(vehicle)) * self.round_up_to.0 as f64 / 60.0;
        let steps = (metres / metres_per_step).ceil() as i64;
        Leg { metres: Metres(metres.round() as i64), seconds: Seconds(steps * self.round_up_to.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(from: (i32, i32), to: (i32, i32), metres_per_minute: u32) -> i64 {
        let spot = |(x_m, y_m)| Spot { x_m, y_m };
        let travel = StraightLine::mdrp(metres_per_minute);
        travel.leg(spot(from), spot(to), VehicleKind::Bike).seconds.0 / 60
    }

    #[test]
    fn the_mdrp_rule_rounds_up_to_whole_minutes() {
        assert_eq!(minutes((0, 0), (0, 0), 320), 0);
        assert_eq!(minutes((0, 0), (0, 1), 320), 1);
        assert_eq!(minutes((0, 0), (0, 320), 320), 1);
        assert_eq!(minutes((0, 0), (0, 321), 320), 2);
        assert_eq!(minutes((0, 0), (192, 256), 320), 1); // 3-4-5: exactly one minute.
        assert_eq!(minutes((9131, 7497), (8708, 5633), 427), 5); // 1911.4 m.
    }

    #[test]
    fn a_city_ride_takes_the_detour() {
        let leg =
            StraightLine::CITY.leg(Spot::default(), Spot { x_m: 1000, y_m: 0 }, VehicleKind::Bike);
        assert_eq!(leg, Leg { metres: Metres(1300), seconds: Seconds(312) });
    }
}
