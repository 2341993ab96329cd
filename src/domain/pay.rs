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

/// For what a part of the pay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    Base,
    Pickups,
    Dropoffs,
    Distance,
}

/// A part of the pay, as a courier is shown it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayPart {
    pub kind: PartKind,
    /// Deliveries, stops or metres.
    pub quantity: i64,
    pub amount: Money,
}

impl PayPart {
    /// The parts of several deliveries, added up by what they are for.
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sums: Vec<Self> = Vec::new();
        for part in parts {
            match sums.iter_mut().find(|sum| sum.kind == part.kind) {
                Some(sum) => {
                    sum.quantity += part.quantity;
                    sum.amount.amount += part.amount.amount;
                }
                None => sums.push(part),
            }
        }
        sums
    }
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
        let amount = self.parts(inputs).iter().map(|part| part.amount.amount).sum();
        Money::new(amount, self.currency)
    }

    /// What the pay for one delivery is made up of; parts that pay nothing are left out.
    pub fn parts(&self, inputs: &PieceInputs) -> Vec<PayPart> {
        let (pickups, dropoffs) = (i64::from(inputs.pickups), i64::from(inputs.dropoffs));
        let part = |kind, quantity, amount| PayPart {
            kind,
            quantity,
            amount: Money::new(amount, self.currency),
        };
        let mut parts = vec![
            part(PartKind::Base, 1, self.base),
            part(PartKind::Pickups, pickups, self.per_pickup * pickups),
            part(PartKind::Dropoffs, dropoffs, self.per_dropoff * dropoffs),
            part(PartKind::Distance, inputs.trip_m.0, scale(self.per_km, inputs.trip_m.0, 1000)),
        ];
        parts.retain(|part| part.amount.amount != 0);
        parts
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
    fn the_parts_of_the_pay_add_up_to_it() {
        let tariff = Tariff { base: 150, per_pickup: 20, per_dropoff: 0, per_km: 75, ..mdrp() };
        let inputs = |pickups, trip_m| PieceInputs { pickups, dropoffs: 1, trip_m: Metres(trip_m) };
        for inputs in [inputs(1, 0), inputs(2, 1_333), inputs(3, 7)] {
            let parts = tariff.parts(&inputs);
            let sum: i64 = parts.iter().map(|part| part.amount.amount).sum();
            assert_eq!(sum, tariff.piece(&inputs).amount);
            assert!(parts.iter().all(|part| part.amount.amount > 0), "{parts:?}");
        }
        let both = [inputs(1, 1_000), inputs(1, 3_000)];
        let summed = PayPart::sum(both.iter().flat_map(|one| tariff.parts(one)));
        let told: Vec<_> = summed.iter().map(|p| (p.kind, p.quantity, p.amount.amount)).collect();
        let expected = [
            (PartKind::Base, 2, 300),
            (PartKind::Pickups, 2, 40),
            (PartKind::Distance, 4_000, 300),
        ];
        assert_eq!(told, expected);
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
