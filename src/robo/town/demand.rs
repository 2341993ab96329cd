//! When people in the town are hungry. Pure, but for the dice it is handed.

use rand::{Rng, RngExt};

use crate::domain::time::{Seconds, Timestamp};

/// What a shop sells decides when its customers click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    Bakery,
    /// Lunch and dinner.
    Kitchen,
    /// Open when the others are asleep.
    Late,
    /// Shops and farms with opening hours.
    Counter,
}

/// Clicks per hour and shop, by the hour of the town's day, midnight first.
type Curve = [f64; 24];

const BAKERY: Curve = [
    0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.0, 2.0, 2.2, 1.6, 1.0, 0.8, 1.0, 0.8, 0.5, 0.6, 0.9, 0.8, 0.4,
    0.2, 0.1, 0.1, 0.1, 0.1,
];
const KITCHEN: Curve = [
    0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.5, 1.2, 2.4, 2.0, 0.9, 0.4, 0.4, 0.6, 1.4,
    2.4, 2.2, 1.3, 0.6, 0.2,
];
const LATE: Curve = [
    2.0, 1.8, 1.5, 1.2, 1.0, 0.7, 0.5, 0.3, 0.2, 0.2, 0.2, 0.5, 1.0, 0.8, 0.4, 0.3, 0.3, 0.5, 1.0,
    1.5, 1.8, 2.0, 2.2, 2.2,
];
const COUNTER: Curve = [
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.3, 0.8, 1.2, 1.3, 1.1, 0.7, 0.8, 1.0, 1.1, 1.2, 1.0, 0.5,
    0.1, 0.0, 0.0, 0.0, 0.0,
];
/// No curve goes higher.
const CLICKS_PER_HOUR_MAX: f64 = 2.5;
/// One who finds no click within this time looks again from there: bounds the search.
const LOOK_AHEAD: Seconds = Seconds(24 * 3600);

impl Trade {
    const fn curve(self) -> &'static Curve {
        match self {
            Self::Bakery => &BAKERY,
            Self::Kitchen => &KITCHEN,
            Self::Late => &LATE,
            Self::Counter => &COUNTER,
        }
    }

    /// Clicks per hour `second` seconds after midnight, straight lines between the full hours.
    #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 23")]
    fn clicks_per_hour(self, second: i64) -> f64 {
        let hours = second.rem_euclid(24 * 3600) as f64 / 3600.0;
        let hour = hours.floor() as usize % 24;
        let (now, next) = (self.curve()[hour], self.curve()[(hour + 1) % 24]);
        now + (next - now) * hours.fract()
    }

    /// When the next customer clicks: a Poisson process of varying rate, by thinning.
    /// `second_of_day` tells the town's time of an instant.
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
    pub fn next_click(
        self,
        after: Timestamp,
        second_of_day: impl Fn(Timestamp) -> i64,
        dice: &mut impl Rng,
    ) -> Timestamp {
        let mut at = after;
        while at < after + LOOK_AHEAD {
            let hours = -(1.0 - dice.random::<f64>()).ln() / CLICKS_PER_HOUR_MAX;
            at = Timestamp::from_millis(at.millis() + (hours * 3.6e6).ceil() as i64);
            let rate = self.clicks_per_hour(second_of_day(at));
            if dice.random::<f64>() * CLICKS_PER_HOUR_MAX < rate {
                break;
            }
        }
        at
    }

    /// Minutes from the click until the goods are ready: from, to.
    pub const fn preparation_minutes(self) -> (i64, i64) {
        match self {
            Self::Bakery | Self::Counter => (4, 10),
            Self::Kitchen | Self::Late => (9, 22),
        }
    }

    /// What the API calls this kind of merchant, and what is in the bag.
    pub const fn kind_and_goods(self) -> (&'static str, &'static str) {
        match self {
            Self::Bakery => ("shop", "bread and cakes"),
            Self::Kitchen | Self::Late => ("restaurant", "meal"),
            Self::Counter => ("producer", "crate"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn clicks_in_a_day(trade: Trade, seed: u64) -> Vec<i64> {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut at = Timestamp::EPOCH;
        let mut clicks = Vec::new();
        loop {
            at = trade.next_click(at, Timestamp::seconds, &mut dice);
            if at.seconds() >= 24 * 3600 {
                return clicks;
            }
            clicks.push(at.seconds());
        }
    }

    #[test]
    fn the_same_seed_is_the_same_day() {
        let day = clicks_in_a_day(Trade::Kitchen, 7);
        assert_eq!(day, clicks_in_a_day(Trade::Kitchen, 7));
        assert_ne!(day, clicks_in_a_day(Trade::Kitchen, 8));
    }

    #[test]
    fn kitchens_are_busy_at_noon_and_not_at_four_in_the_morning() {
        let days: Vec<i64> =
            (0..50).flat_map(|seed| clicks_in_a_day(Trade::Kitchen, seed)).collect();
        let in_hour = |hour| days.iter().filter(|&&second| second / 3600 == hour).count();
        // 50 days of about 2.2 and 0.1 clicks in these hours.
        assert!((80..140).contains(&in_hour(12)), "{}", in_hour(12));
        assert!(in_hour(4) < 15, "{}", in_hour(4));
    }

    #[test]
    fn no_curve_exceeds_the_bound_of_the_thinning() {
        for trade in [Trade::Bakery, Trade::Kitchen, Trade::Late, Trade::Counter] {
            assert!(trade.curve().iter().all(|&rate| rate <= CLICKS_PER_HOUR_MAX), "{trade:?}");
        }
    }
}
