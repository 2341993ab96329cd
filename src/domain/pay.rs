//! What a courier earns. A tariff is voted, versioned data; this is the arithmetic.
//!
//! `pay = max(sum of pieces, guarantee x paid time)` per shift: the pieces are booked as they are
//! done, the top-up to the guarantee when the shift is closed. All in whole minor units.

use serde::{Deserialize, Serialize};

use super::geo::Metres;
use super::ledger::chain::Hash;
use super::money::{Currency, Money, scale};
use super::shift::PaidTime;
use super::time::Seconds;

/// A voted tariff. Amounts in minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    pub name: String,
    pub version: String,
    /// Where its figures come from.
    pub source: String,
    pub currency: Currency,
    /// For a delivery that was done.
    pub base: i64,
    pub per_pickup: i64,
    pub per_dropoff: i64,
    /// For a kilometre from the first pickup to the last drop-off.
    pub per_km: i64,
    /// Guaranteed for an hour of paid time.
    pub guarantee_per_hour: i64,
    pub paid_time: PaidTime,
    /// The whole text that this was read from, which lines keep the hash of.
    #[serde(skip)]
    text: String,
}

/// The text is not a tariff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tariff: {0}")]
pub struct TariffError(String);

/// What the pay for one delivery is reckoned from; kept with the line, so that anyone can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceInputs {
    pub pickups: u32,
    pub dropoffs: u32,
    pub trip_m: Metres,
}

/// What the top-up of a shift is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuaranteeInputs {
    pub paid_seconds: Seconds,
    /// Sum of the pieces booked for the shift, in minor units.
    pub pieces: i64,
}

impl Tariff {
    /// The only way in: a TOML text with every field and no other.
    pub fn parse(text: &str) -> Result<Self, TariffError> {
        let tariff: Self = toml::from_str(text).map_err(|error| TariffError(error.to_string()))?;
        Ok(Self { text: text.to_owned(), ..tariff })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a line pins the tariff by.
    pub fn hash(&self) -> Hash {
        Hash::of(self.text.as_bytes())
    }

    /// Pay for one delivery.
    pub fn piece(&self, inputs: &PieceInputs) -> Money {
        let amount = self.base
            + self.per_pickup * i64::from(inputs.pickups)
            + self.per_dropoff * i64::from(inputs.dropoffs)
            + scale(self.per_km, inputs.trip_m.0, 1000);
        Money::new(amount, self.currency)
    }

    /// What is guaranteed for `paid` time.
    pub fn guarantee(&self, paid: Seconds) -> Money {
        Money::new(scale(self.guarantee_per_hour, paid.0, 3600), self.currency)
    }

    /// What is missing to the guarantee when a shift is closed; never negative.
    pub fn top_up(&self, inputs: &GuaranteeInputs) -> Money {
        let missing = self.guarantee(inputs.paid_seconds).amount - inputs.pieces;
        Money::new(missing.max(0), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mdrp() -> Tariff {
        Tariff::parse(include_str!("../../config/policy/tariff-mdrp.toml")).unwrap()
    }

    #[test]
    fn the_mdrp_tariff_is_the_larger_of_ten_a_piece_and_fifteen_an_hour() {
        let tariff = mdrp();
        let one = PieceInputs { pickups: 1, dropoffs: 1, trip_m: Metres(4_321) };
        assert_eq!(tariff.piece(&one).amount, 1000);
        let top_up = |minutes, pieces| {
            let paid_seconds = Seconds::from_minutes(minutes);
            tariff.top_up(&GuaranteeInputs { paid_seconds, pieces }).amount
        };
        assert_eq!([top_up(120, 0), top_up(120, 1000), top_up(120, 4000)], [3000, 2000, 0]);
        assert_eq!(top_up(61, 0), 1525);
    }
}
