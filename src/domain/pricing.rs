//! What a merchant pays for a delivery.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::DeliveryState;
use super::geo::Metres;
use super::money::{Currency, Money, scale};

/// The price list of the co-op: a base and a rate per kilometre between the stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    pub version: String,
    /// Minor units for a delivery.
    pub base: i64,
    /// Minor units for a kilometre from the first pickup to the last drop-off.
    pub per_km: i64,
    /// The least a delivery costs, in minor units.
    pub minimum: i64,
    /// What a merchant pays who calls a delivery off, in minor units, never more than its price:
    /// before a courier has taken it ...
    pub cancelled_open: i64,
    /// ... and afterwards, until it is picked up.
    pub cancelled_assigned: i64,
    /// Value added tax on top of a price, in hundredths of a percent.
    #[serde(default)]
    pub vat_basis_points: i64,
    /// What the way back to the sender costs, in hundredths of the delivery's price, by whatever list or
    /// book that was made. A list that was voted before there were returns charges half.
    #[serde(default = "half")]
    #[schemars(range(max = 100))]
    pub return_price_percent: u8,
}

const fn half() -> u8 {
    50
}

/// Why a text is no price list.
#[derive(Debug, thiserror::Error)]
pub enum PriceListError {
    #[error("not a price list: {0}")]
    Text(#[from] toml::de::Error),
    #[error("return_price_percent lies between 0 and 100")]
    Percent,
}

/// By what a price was made; kept with the delivery, so that what is booked in the end names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PriceBasis")]
pub struct Basis {
    /// The price list's version, or `book-7`.
    pub version: String,
    /// Value added tax on top of the price, in hundredths of a percent.
    pub vat_basis_points: i64,
}

/// A part of a price, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PriceLine")]
pub struct Line {
    /// `base`, `distance`, `minimum`.
    pub code: String,
    pub amount: Money,
}

impl PriceList {
    /// Reads a voted text.
    ///
    /// # Errors
    /// [`PriceListError`]: not these settings and no others, or more than the whole price for a way back.
    pub fn parse(text: &str) -> Result<Self, PriceListError> {
        let list: Self = toml::from_str(text)?;
        if list.return_price_percent > 100 {
            return Err(PriceListError::Percent);
        }
        Ok(list)
    }

    pub fn basis(&self) -> Basis {
        Basis { version: self.version.clone(), vat_basis_points: self.vat_basis_points }
    }

    /// The price of a delivery whose stops lie `trip` apart along the way.
    pub fn price(&self, trip: Metres, currency: Currency) -> Money {
        let lines = self.lines(trip, currency);
        Money::new(lines.iter().map(|line| line.amount.amount).sum(), currency)
    }

    /// What the price is made of; its sum.
    pub fn lines(&self, trip: Metres, currency: Currency) -> Vec<Line> {
        let distance = scale(self.per_km, trip.0, 1000);
        let up_to_minimum = (self.minimum - self.base - distance).max(0);
        [("base", self.base), ("distance", distance), ("minimum", up_to_minimum)]
            .into_iter()
            .filter(|(_, amount)| *amount != 0)
            .map(|(code, amount)| Line {
                code: code.to_owned(),
                amount: Money::new(amount, currency),
            })
            .collect()
    }

    /// What a merchant pays who calls a delivery of this price off in this state.
    pub fn cancel_fee(&self, state: &DeliveryState, price: Money) -> Money {
        let fee = match state {
            // Nobody has said that it will be cooked.
            DeliveryState::Asked { .. } => 0,
            DeliveryState::Open => self.cancelled_open,
            DeliveryState::Assigned { .. } => self.cancelled_assigned,
            DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => price.amount,
        };
        Money::new(fee.clamp(0, price.amount.max(0)), price.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Holding;
    use crate::domain::ids::CourierId;
    use crate::domain::time::Timestamp;

    fn list() -> PriceList {
        PriceList {
            version: "t".into(),
            base: 350,
            per_km: 120,
            minimum: 500,
            cancelled_open: 0,
            cancelled_assigned: 300,
            vat_basis_points: 2000,
            return_price_percent: 50,
        }
    }

    #[test]
    fn a_way_back_costs_no_more_than_the_delivery_and_half_where_nothing_was_voted() {
        let founding = include_str!("../../config/policy/price.toml");
        let voted =
            |line: &str| PriceList::parse(&founding.replace("return_price_percent = 50", line));
        assert_eq!(voted("").unwrap().return_price_percent, 50);
        assert_eq!(voted("return_price_percent = 0").unwrap().return_price_percent, 0);
        assert!(matches!(voted("return_price_percent = 101"), Err(PriceListError::Percent)));
        assert!(matches!(voted("return_percent = 5"), Err(PriceListError::Text(_))));
    }

    #[test]
    fn calling_off_never_costs_more_than_the_delivery() {
        let fee = |state, price| list().cancel_fee(&state, Money::new(price, Currency::EUR)).amount;
        let holding = Holding {
            courier: CourierId::from_uuid(uuid::Uuid::nil()),
            since: Timestamp::EPOCH,
            by_hand: false,
        };
        assert_eq!(fee(DeliveryState::Open, 600), 0);
        assert_eq!(fee(DeliveryState::Assigned { holding }, 600), 300);
        assert_eq!(fee(DeliveryState::Assigned { holding }, 200), 200);
    }

    #[test]
    fn kilometres_are_charged_to_the_metre_and_a_minimum_holds() {
        let list = list();
        let price = |metres| list.price(Metres(metres), Currency::EUR).amount;
        assert_eq!([price(0), price(1000), price(2504), price(10_000)], [500, 500, 650, 1550]);
    }
}
