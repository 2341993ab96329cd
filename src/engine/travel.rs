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
#[derive(Clone, Debug, PartialEq)]
pub struct StraightLine {
    /// What a straight line is multiplied by.
    detour: f64,
    round_up_to: Seconds,
    /// Metres ridden in one `round_up_to`, by kind of vehicle, and one over that.
    metres_per_step: [(f64, f64); VehicleKind::ALL.len()],
}

/// Metres in one hour, for each kind of vehicle. None is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Speeds {
    pub foot: u32,
    pub bike: u32,
    pub cargo_bike: u32,
    pub trailer: u32,
    pub moped: u32,
    pub car: u32,
}

impl Speeds {
    /// City speeds with stops at lights: 5, 15, 13, 12, 22 and 20 km/h.
    pub const CITY: Self = Self {
        foot: 5_000,
        bike: 15_000,
        cargo_bike: 13_000,
        trailer: 12_000,
        moped: 22_000,
        car: 20_000,
    };

    /// The same for all.
    pub const fn uniform(speed: u32) -> Self {
        Self {
            foot: speed,
            bike: speed,
            cargo_bike: speed,
            trailer: speed,
            moped: speed,
            car: speed,
        }
    }

    /// Of one kind of vehicle.
    pub const fn of(&self, kind: VehicleKind) -> u32 {
        match kind {
            VehicleKind::Foot => self.foot,
            VehicleKind::Bike => self.bike,
            VehicleKind::CargoBike => self.cargo_bike,
            VehicleKind::Trailer => self.trailer,
            VehicleKind::Moped => self.moped,
            VehicleKind::Car => self.car,
        }
    }
}

impl StraightLine {
    /// Straight lines made longer by `detour_permille` thousandths of themselves in all (1000 is
    /// none, 1300 is common in cities), at `speeds`, with riding times rounded up to whole
    /// multiples of `round_up_to`.
    #[expect(clippy::cast_precision_loss, reason = "a rounding step is a few minutes at most")]
    pub fn new(detour_permille: u32, round_up_to: Seconds, speeds: Speeds) -> Self {
        let metres_per_step = VehicleKind::ALL.map(|kind| {
            let metres = f64::from(speeds.of(kind)) * round_up_to.0 as f64 / 3600.0;
            (metres, 1.0 / metres)
        });
        Self { detour: f64::from(detour_permille) / 1000.0, round_up_to, metres_per_step }
    }

    /// For a city whose streets are not loaded: straight lines and a third more, whole seconds.
    pub fn city() -> Self {
        Self::new(1300, Seconds(1), Speeds::CITY)
    }

    /// The rule of the meal delivery routing problem (Reyes et al. 2018): straight lines, one
    /// speed, rounded up to whole minutes.
    pub fn mdrp(metres_per_minute: u32) -> Self {
        Self::new(1000, Seconds(60), Speeds::uniform(metres_per_minute * 60))
    }
}

impl TravelTimes for StraightLine {
    #[expect(clippy::cast_possible_truncation, reason = "a city is far smaller than an i64")]
    #[expect(clippy::cast_precision_loss, reason = "a ride has few steps")]
    #[inline]
    fn leg(&self, from: Spot, to: Spot, vehicle: VehicleKind) -> Leg {
        let metres = from.distance_to(to) * self.detour;
        let (per_step, steps_per_metre) = self.metres_per_step[vehicle as usize];
        // Half of all planning time is spent here. Multiplying is much quicker than dividing, and
        // may be off by one step at most: the least number that is enough is found by trying both.
        let near = (metres * steps_per_metre) as i64;
        let is_short = |steps: i64| steps as f64 * per_step < metres;
        let steps = near - i64::from(near > 0 && !is_short(near - 1)) + i64::from(is_short(near));
        Leg { metres: Metres((metres + 0.5) as i64), seconds: Seconds(steps * self.round_up_to.0) }
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

    proptest::proptest! {
        /// Without a detour: the number of whole minutes is exactly what dividing would give.
        #[test]
        fn a_ride_is_never_a_minute_off(
            x in -30_000i32..30_000,
            y in -30_000i32..30_000,
            v in 100u32..900,
        ) {
            let exact = Spot::default().distance_to(Spot { x_m: x, y_m: y }) / f64::from(v);
            #[expect(clippy::cast_possible_truncation, reason = "a few hundred minutes")]
            let expected = exact.ceil() as i64;
            proptest::prop_assert_eq!(minutes((0, 0), (x, y), v), expected);
        }
    }

    #[test]
    fn a_city_ride_takes_the_detour() {
        let leg = StraightLine::city().leg(
            Spot::default(),
            Spot { x_m: 1000, y_m: 0 },
            VehicleKind::Bike,
        );
        assert_eq!(leg, Leg { metres: Metres(1300), seconds: Seconds(312) });
    }
}
