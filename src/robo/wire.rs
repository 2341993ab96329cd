//! The API's answers, as far as a robo reads them. Fields it has no use for are left out.

use serde::{Deserialize, Serialize};

use crate::domain::geo::Position;
use crate::domain::handover::Needs;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, OfferId, ShiftId, TaskId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// Anything that was created and has an id and a name.
#[derive(Debug, Deserialize)]
pub struct Named<Id> {
    pub id: Id,
    pub name: String,
}

/// A machine login, as shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientOut {
    pub client_id: String,
    pub client_secret: String,
}

/// A span of work, planned or under way. One that a person started on the spot has no plan.
#[derive(Clone, Debug, Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub state: ShiftState,
    pub paid_seconds: Option<i64>,
}

impl Shift {
    /// Whether it was agreed to last beyond `at`.
    pub fn lasts_beyond(&self, at: Timestamp) -> bool {
        self.to.is_some_and(|to| to > at)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftState {
    Planned,
    Open,
    Ended,
}

/// What a shop asked for, as the dispatcher and the shop see it.
#[derive(Clone, Debug, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub merchant_id: MerchantId,
    pub external_reference: Option<String>,
    pub state: DeliveryState,
    pub courier_id: Option<CourierId>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<EndReason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Asked,
    Open,
    Assigned,
    PickedUp,
    Returning,
    Delivered,
    Returned,
    Failed,
    Cancelled,
}

impl DeliveryState {
    /// Nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Delivered | Self::Returned | Self::Failed | Self::Cancelled => true,
            Self::Asked | Self::Open | Self::Assigned | Self::PickedUp | Self::Returning => false,
        }
    }
}

/// What a shop has written to whoever carries it.
#[derive(Debug, Deserialize)]
pub struct Instructed {
    pub instructions: Option<String>,
}

/// Why it failed or was called off; the note is in somebody's own words.
#[derive(Clone, Debug, Deserialize)]
pub struct EndReason {
    pub code: String,
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    Pickup,
    Dropoff,
    Return,
}

/// The courier's tasks now, in riding order.
#[derive(Clone, Debug, Deserialize)]
pub struct Route {
    pub version: i64,
    pub stops: Vec<Stop>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Stop {
    pub task_id: TaskId,
    pub delivery_id: DeliveryId,
    pub kind: TaskKind,
    pub place: Position,
    pub contact: Option<Contact>,
    pub instructions: Option<String>,
    pub ready_at: Option<Timestamp>,
    pub after: Option<Timestamp>,
    pub needs: Needs,
    pub parcels: Vec<Parcel>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Parcel {
    pub number: u16,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Contact {
    pub name: Option<String>,
}

/// A question: will you take this?
#[derive(Clone, Debug, Deserialize)]
pub struct Offer {
    pub id: OfferId,
    pub deliveries: Vec<Offered>,
}

/// A delivery of an offer.
#[derive(Clone, Debug, Deserialize)]
pub struct Offered {
    pub id: DeliveryId,
}

/// The payload of `offer.*` events.
#[derive(Debug, Deserialize)]
pub struct OfferEvent {
    pub offer: Offer,
}

/// The payload of `delivery.*` events.
#[derive(Debug, Deserialize)]
pub struct DeliveryEvent {
    pub delivery: Delivery,
    #[serde(default)]
    pub taken_from: Option<CourierId>,
}

/// The payload of `route.changed`.
#[derive(Debug, Deserialize)]
pub struct RouteEvent {
    pub version: i64,
}

/// `GET /v1/board`, as far as a robo reads it.
#[derive(Debug, Deserialize)]
pub struct Board {
    pub base: Position,
    pub last_event_id: String,
    pub deliveries: Vec<Delivery>,
}

/// `GET /v1/me/pay`.
#[derive(Debug, Deserialize)]
pub struct PayPage {
    pub total: Money,
    pub lines: Vec<PayLine>,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PayLine {
    pub kind: String,
    pub amount: Money,
}

/// `GET /v1/ledger/trial-balance`.
#[derive(Debug, Deserialize)]
pub struct TrialBalance {
    pub sum: std::collections::BTreeMap<String, i64>,
}
