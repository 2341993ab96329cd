//! What a merchant pays for a delivery.

use serde::{Deserialize, Serialize};

use super::geo::Metres;
use super::money::{Currency, Money, scale};

/// The price list of the co-op: a base and a rate per kilometre between the stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    pub version: String,
    /// Minor units for a delivery.
    pub base: i64,
    /// Minor units for a kilometre from the first pickup to the last drop-off.
    pub per_km: i64,
    /// The least a delivery costs, in minor units.
    pub minimum: i64,
}

impl PriceList {
    /// The price of a delivery whose stops lie `trip` apart along the way.
    pub fn price(&self, trip: Metres, currency: Currency) -> Money {
        let amount = self.base + scale(self.per_km, trip.0, 1000);
        Money::new(amount.max(self.minimum), currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilometres_are_charged_to_the_metre_and_a_minimum_holds() {
        let list = PriceList { version: "t".into(), base: 350, per_km: 120, minimum: 500 };
        let price = |metres| list.price(Metres(metres), Currency::EUR).amount;
        assert_eq!([price(0), price(1000), price(2504), price(10_000)], [500, 500, 650, 1550]);
    }
}
