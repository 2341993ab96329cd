//! Where a kitchen confirms its orders: it is asked, and takes the order, refuses it or is silent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryError, DeliveryState, HORIZON_DAYS};
use crate::domain::kitchen::Silence;
use crate::domain::money::Money;
use crate::domain::text::Note;
use crate::domain::time::{Seconds, Timestamp};

/// Why a kitchen says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    Closed,
    SoldOut,
    TooBusy,
    Other,
}

/// Why a delivery was called off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCode {
    /// By the merchant or a dispatcher, in their own words.
    #[default]
    Cancelled,
    Closed,
    SoldOut,
    TooBusy,
    Other,
    /// The kitchen did not answer in time.
    NoAnswer,
}

impl CancelCode {
    /// Whether the kitchen did not take the order in the first place.
    pub const fn is_refusal(self) -> bool {
        match self {
            Self::Cancelled => false,
            Self::Closed | Self::SoldOut | Self::TooBusy | Self::Other | Self::NoAnswer => true,
        }
    }
}

impl From<RefusalCode> for CancelCode {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Closed => Self::Closed,
            RefusalCode::SoldOut => Self::SoldOut,
            RefusalCode::TooBusy => Self::TooBusy,
            RefusalCode::Other => Self::Other,
        }
    }
}

impl Delivery {
    /// Asked -> Open: the kitchen cooks it, for the time that was asked for or for `ready_at`. What is
    /// later moves a promise without a window. `None` when it has been taken, or never was a question.
    ///
    /// # Errors
    /// [`DeliveryError::Refused`], [`DeliveryError::TooFarAhead`]; illegal for what is over otherwise.
    pub fn accept(
        &self,
        at: Timestamp,
        ready_at: Option<Timestamp>,
    ) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::Asked { .. } => {
                let ready_at = ready_at.unwrap_or(self.ready_at).max(at);
                if ready_at.since(at) > Seconds(HORIZON_DAYS * 86_400) {
                    return Err(DeliveryError::TooFarAhead);
                }
                Ok(Some(self.moved_to(ready_at).with(DeliveryState::Open)))
            }
            DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. } => Ok(None),
            DeliveryState::Cancelled { cancellation, .. } if cancellation.code.is_refusal() => {
                Err(DeliveryError::Refused)
            }
            DeliveryState::Failed { .. } | DeliveryState::Cancelled { .. } => {
                Err(self.illegal("open"))
            }
        }
    }

    /// Asked -> Cancelled, at no cost. `None` when it is refused already.
    ///
    /// # Errors
    /// Illegal once it has been taken: from then on it is called off.
    pub fn refuse(
        &self,
        at: Timestamp,
        code: RefusalCode,
        note: Option<Note>,
    ) -> Result<Option<Self>, DeliveryError> {
        match &self.state {
            DeliveryState::Asked { .. } => Ok(Some(self.turned_down(at, code.into(), note))),
            DeliveryState::Cancelled { cancellation, .. } if cancellation.code.is_refusal() => {
                Ok(None)
            }
            DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => Err(self.illegal("refused")),
        }
    }

    /// What becomes of it when the kitchen has not answered in time; `None` while there is time, or
    /// nothing to answer.
    pub fn unanswered(&self, at: Timestamp) -> Option<Self> {
        match self.state {
            DeliveryState::Asked { until, silence } if until <= at => Some(match silence {
                Silence::Accepted => self.moved_to(self.ready_at.max(at)).with(DeliveryState::Open),
                Silence::Refused => self.turned_down(at, CancelCode::NoAnswer, None),
            }),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => None,
        }
    }

    fn turned_down(&self, at: Timestamp, code: CancelCode, note: Option<Note>) -> Self {
        let price = Money { amount: 0, ..self.price };
        Self { price, ..self.called_off(at, code, note) }
    }
}
