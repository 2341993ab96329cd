//! A quote: what a delivery will cost and when it can be there, binding for a while, for one use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::Request;
use super::geo::Metres;
use super::ids::{DeliveryId, MerchantId, QuoteId};
use super::money::Money;
use super::pricing::{Basis, Line};
use super::time::{Seconds, Timestamp};

/// From when to when something will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "QuoteSpan")]
pub struct Span {
    /// If everything goes as well as it can now.
    pub earliest: Timestamp,
    /// The promise.
    pub latest: Timestamp,
}

/// What is offered for the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "QuoteTerms")]
pub struct Terms {
    pub price: Money,
    /// On top of the price.
    pub vat: Money,
    /// Sums up to the price.
    pub lines: Vec<Line>,
    /// By what it was priced; quotes that were made before this was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The least that the courier will be paid for it.
    pub courier_pay_min: Money,
    /// From the first pickup to the last drop-off.
    pub trip_m: Metres,
    pub ride_s: Seconds,
    pub pickup: Span,
    pub dropoff: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub id: QuoteId,
    pub merchant_id: MerchantId,
    pub request: Request,
    pub terms: Terms,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    /// The delivery that was made of it.
    pub delivery_id: Option<DeliveryId>,
}

/// Why a quote cannot be taken up. In the order in which they are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    #[error("this quote has been taken up already, for delivery {delivery}")]
    Used { delivery: DeliveryId },
    #[error("this quote expired at {expired_at}; ask for another one")]
    Expired { expired_at: Timestamp },
}

impl Quote {
    /// Whether a delivery may be made of it now.
    ///
    /// # Errors
    /// [`QuoteError`]: used, or expired.
    pub fn check(&self, now: Timestamp) -> Result<(), QuoteError> {
        if let Some(delivery) = self.delivery_id {
            return Err(QuoteError::Used { delivery });
        }
        if now >= self.expires_at {
            return Err(QuoteError::Expired { expired_at: self.expires_at });
        }
        Ok(())
    }
}

/// What the times of a quote are reckoned from.
#[derive(Clone, Copy, Debug)]
pub struct Outlook {
    pub now: Timestamp,
    pub ready_at: Timestamp,
    pub due_at: Timestamp,
    /// The ride of the nearest courier on shift to the first pickup; zero if nobody is known.
    pub approach: Seconds,
    pub ride: Seconds,
    /// From arrival at the counter until the goods are in hand, and then until leaving.
    pub pickup_service: (Seconds, Seconds),
    /// From arrival at the door until the goods change hands.
    pub dropoff_before: Seconds,
}

impl Outlook {
    /// When the goods will be picked up, and when they will change hands: from the best case to what
    /// is promised. A promise that cannot be kept any more is moved to the best case.
    pub fn spans(&self) -> (Span, Span) {
        let (before, after) = self.pickup_service;
        let from_pickup = after + self.ride + self.dropoff_before;
        let at_counter = (self.now + self.approach + before).max(self.ready_at);
        let at_door = at_counter + from_pickup;
        let promised = self.due_at.max(at_door);
        let pickup = Span { earliest: at_counter, latest: promised - from_pickup };
        (pickup, Span { earliest: at_door, latest: promised })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlook() -> Outlook {
        let now = Timestamp::from_seconds(1_000_000);
        Outlook {
            now,
            ready_at: now,
            due_at: now + Seconds(2400),
            approach: Seconds(300),
            ride: Seconds(600),
            pickup_service: (Seconds(60), Seconds(60)),
            dropoff_before: Seconds(60),
        }
    }

    #[test]
    fn times_lead_from_the_best_case_to_the_promise() {
        let one = outlook();
        let (pickup, dropoff) = one.spans();
        let after = |at: Timestamp| at.since(one.now).0;
        assert_eq!((after(pickup.earliest), after(pickup.latest)), (360, 1680));
        assert_eq!((after(dropoff.earliest), after(dropoff.latest)), (1080, 2400));
        let late = Outlook { ready_at: one.now + Seconds(3000), ..one };
        let (pickup, dropoff) = late.spans();
        assert_eq!((after(pickup.earliest), after(pickup.latest)), (3000, 3000));
        assert_eq!(dropoff.earliest, dropoff.latest);
    }
}
