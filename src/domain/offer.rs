//! A question to a courier: will you take this? Shown in full before any answer; refusing is free.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::{Metres, Position};
use super::ids::{CourierId, DecisionId, DeliveryId, OfferId, TaskId};
use super::money::Money;
use super::pay::PayPart;
use super::text::{Address, Name};
use super::time::Timestamp;

/// A stop as an offer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfferedStop {
    pub place: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A delivery as an offer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfferedDelivery {
    pub id: DeliveryId,
    pub merchant_name: Name,
    pub pickup: OfferedStop,
    pub dropoff: OfferedStop,
    pub ready_at: Timestamp,
    pub due_at: Timestamp,
}

/// What is known before the answer: distances, places, pay (Code des transports, L1326-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OfferTerms")]
pub struct Terms {
    /// From where the courier is free to the first pickup.
    pub approach_m: Metres,
    /// From the first pickup to the last drop-off.
    pub trip_m: Metres,
    /// The least the courier will get for it.
    pub pay: Money,
    /// What the pay is made up of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_of: Vec<PayPart>,
    pub deliveries: Vec<OfferedDelivery>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    Live,
    Accepted,
    Declined,
    Expired,
    /// The delivery was cancelled or went to somebody else.
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub id: OfferId,
    pub courier_id: CourierId,
    pub decision_id: Option<DecisionId>,
    pub state: OfferState,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    /// The task order of the courier's route once accepted.
    pub route: Vec<TaskId>,
    pub terms: Terms,
}

/// Everything that a courier is shown before the answer, in the order in which it is kept.
#[derive(Serialize)]
pub struct Shown<'a> {
    id: OfferId,
    courier_id: CourierId,
    made_at: Timestamp,
    expires_at: Timestamp,
    #[serde(flatten)]
    terms: &'a Terms,
}

/// The offer cannot be taken any more. Says nothing about who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this offer is not open any more")]
pub struct OfferGone;

impl Offer {
    pub const fn shown(&self) -> Shown<'_> {
        let Self { id, courier_id, made_at, expires_at, ref terms, .. } = *self;
        Shown { id, courier_id, made_at, expires_at, terms }
    }

    fn answered(&self, state: OfferState, at: Timestamp) -> Self {
        Self { state, answered_at: Some(at), ..self.clone() }
    }

    /// Live and in time -> Accepted. `None` when it was accepted already: phones retry.
    pub fn accept(&self, at: Timestamp) -> Result<Option<Self>, OfferGone> {
        match self.state {
            OfferState::Live if at <= self.expires_at => {
                Ok(Some(self.answered(OfferState::Accepted, at)))
            }
            OfferState::Accepted => Ok(None),
            OfferState::Live
            | OfferState::Declined
            | OfferState::Expired
            | OfferState::Withdrawn => Err(OfferGone),
        }
    }

    /// Live -> Declined; no reason is asked for. `None` when there is nothing left to decline.
    pub fn decline(&self, at: Timestamp) -> Result<Option<Self>, OfferGone> {
        match self.state {
            OfferState::Live => Ok(Some(self.answered(OfferState::Declined, at))),
            OfferState::Declined | OfferState::Expired | OfferState::Withdrawn => Ok(None),
            OfferState::Accepted => Err(OfferGone),
        }
    }

    /// Live -> Expired, once its time is over.
    pub fn expire(&self, at: Timestamp) -> Option<Self> {
        (self.state == OfferState::Live && at > self.expires_at)
            .then(|| self.answered(OfferState::Expired, at))
    }

    /// Live -> Withdrawn, because what it asks for is gone.
    pub fn withdraw(&self, at: Timestamp) -> Option<Self> {
        (self.state == OfferState::Live).then(|| self.answered(OfferState::Withdrawn, at))
    }
}
