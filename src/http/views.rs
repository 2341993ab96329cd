//! What goes out: the domain as clients see it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::db::ledger::Line;
use crate::domain::courier::Courier;
use crate::domain::delivery::{Delivery, DeliveryState, Goods, IfUndeliverable, Leg, Package};
use crate::domain::desk::Desk;
use crate::domain::event::DeliveryTold;
use crate::domain::geo::{Metres, Position};
use crate::domain::handover::{Missing, Needs, Proof};
use crate::domain::ids::{
    CourierId, DeliveryId, EntryId, HubId, MerchantId, OfferId, OpeningId, ShiftId, TaskId,
    VehicleId,
};
use crate::domain::ledger::Detail;
use crate::domain::money::{Currency, Money};
use crate::domain::offer::{Offer, OfferState, OfferedDelivery};
use crate::domain::pay::PayPart;
use crate::domain::pin::{PIN_TRIES_MAX, Pin};
use crate::domain::shift::rest::RestRules;
use crate::domain::shift::skill::Skills;
use crate::domain::shift::{Shift, ShiftState};
use crate::domain::split::{Parts, SplitKey};
use crate::domain::task::{Contact, Failure, Task, TaskKind, TaskState};
use crate::domain::text::{Address, Instructions, Name, Reference};
use crate::domain::time::{TimeWindow, Timestamp};
use crate::domain::vehicle::VehicleKind;

#[derive(Serialize, JsonSchema)]
pub struct TaskView {
    pub id: TaskId,
    pub kind: TaskKind,
    #[schemars(extend("enum" = TaskState::NAMES))]
    pub state: &'static str,
    pub place: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What the courier has to show there.
    pub needs: Needs,
    /// What the customer says at the door. For the merchant only, until the stop is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = PIN_TRIES_MAX))]
    pub pin_tries_left: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Parcels that did not change hands there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let state = task.state.name();
        let needs = task.needs();
        let missing = task.state.missing().to_vec();
        let (started_at, ended_at, proof, failure) = match task.state {
            TaskState::Todo => (None, None, None, None),
            TaskState::Doing { started_at } => (Some(started_at), None, None, None),
            TaskState::Done { started_at, ended_at, proof, .. } => {
                (started_at, Some(ended_at), proof, None)
            }
            TaskState::Failed { started_at, ended_at, failure } => {
                (started_at, Some(ended_at), None, Some(failure))
            }
            TaskState::Cancelled { started_at, ended_at } => {
                (started_at, Some(ended_at), None, None)
            }
        };
        Self {
            id: task.id,
            kind: task.kind,
            state,
            place: task.stop.place,
            address: task.stop.address,
            contact: task.stop.contact,
            after: task.stop.window.map(|window| window.after()),
            before: task.stop.window.map(|window| window.before()),
            started_at,
            ended_at,
            needs,
            pin: None,
            pin_tries_left: None,
            proof,
            missing,
            failure,
        }
    }
}

/// A unit-like enum as the word it is in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Why a delivery ended without being delivered, or goes back.
#[derive(Serialize, JsonSchema)]
pub struct EndReason {
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub merchant_id: MerchantId,
    pub merchant_name: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_reference: Option<Reference>,
    #[schemars(extend("enum" = DeliveryState::NAMES))]
    pub state: &'static str,
    pub placed_at: Timestamp,
    pub ready_at: Timestamp,
    pub due_at: Timestamp,
    /// By when the kitchen answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_id: Option<CourierId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picked_up_at: Option<Timestamp>,
    /// Since when it is on its way back to the sender, or was until it came there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returning_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    pub price: Money,
    pub packages: Vec<Package>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    pub if_undeliverable: IfUndeliverable,
    pub tasks: Vec<TaskView>,
    pub version: i64,
    /// Which part of the way it is, where it is split at a hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegView>,
    /// For dispatchers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<Desk>,
}

/// One of the two legs of a delivery that is split at a hub.
#[derive(Serialize, JsonSchema)]
pub struct LegView {
    pub hub_id: HubId,
    pub hub_name: Name,
    /// Of the leg to the hub: the delivery whose goods it brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feeds: Option<DeliveryId>,
    /// Of the leg from the hub: where the goods are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods: Option<Goods>,
}

impl LegView {
    /// `None` of a whole delivery.
    fn new(leg: &Leg) -> Option<Self> {
        let hub = leg.hub()?;
        let (feeds, goods) = (leg.feeds(), leg.goods());
        Some(Self { hub_id: hub.id, hub_name: hub.name.clone(), feeds, goods })
    }
}

impl DeliveryView {
    /// As a dispatcher sees it: with what the desk has written on it.
    pub fn for_desk(delivery: Delivery, merchant: Name, courier: Option<Name>) -> Self {
        let desk = Some(delivery.desk.clone());
        Self { desk, ..Self::new(delivery, merchant, courier) }
    }

    pub fn new(delivery: Delivery, merchant_name: Name, courier_name: Option<Name>) -> Self {
        let end_reason = match &delivery.state {
            DeliveryState::Returning { failure, .. }
            | DeliveryState::Returned { failure, .. }
            | DeliveryState::Failed { failure, .. } => Some(EndReason {
                code: word(&failure.code),
                note: failure.note.as_ref().map(ToString::to_string),
            }),
            DeliveryState::Cancelled { cancellation, .. } => Some(EndReason {
                code: word(&cancellation.code),
                note: cancellation.note.as_ref().map(ToString::to_string),
            }),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Delivered { .. } => None,
        };
        let holding = delivery.state.holding();
        let leg = LegView::new(&delivery.leg);
        Self {
            leg,
            id: delivery.id,
            merchant_id: delivery.merchant_id,
            merchant_name,
            external_reference: delivery.external_reference,
            state: delivery.state.name(),
            placed_at: delivery.placed_at,
            ready_at: delivery.ready_at,
            due_at: delivery.due_at,
            asked_until: delivery.state.asked_until(),
            courier_id: holding.map(|holding| holding.courier),
            courier_name,
            assigned_at: holding.map(|holding| holding.since),
            picked_up_at: delivery.state.picked_up_at(),
            returning_since: delivery.state.returning_since(),
            ended_at: delivery.state.ended_at(),
            end_reason,
            price: delivery.price,
            packages: delivery.packages,
            instructions: delivery.instructions,
            if_undeliverable: delivery.if_undeliverable,
            tasks: delivery.tasks.into_iter().map(TaskView::from).collect(),
            version: delivery.version,
            desk: None,
        }
    }
}

impl From<DeliveryTold> for DeliveryView {
    fn from(told: DeliveryTold) -> Self {
        Self::new(told.delivery, told.merchant_name, told.courier_name)
    }
}

#[derive(Serialize, JsonSchema)]
pub struct ShiftView {
    pub id: ShiftId,
    pub courier_id: CourierId,
    /// The opening whose place it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening_id: Option<OpeningId>,
    /// The co-op's vehicle it is or was ridden on; the courier's own without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vehicle_id: Option<VehicleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    #[schemars(extend("enum" = ["planned", "open", "ended"]))]
    pub state: &'static str,
    /// When a break is due in an open shift (Directive 2003/88/EC, article 4); told to the courier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub break_due_at: Option<Timestamp>,
    /// Since when there is a break.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// The breaks that are over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<TimeWindow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_seconds: Option<i64>,
}

impl From<Shift> for ShiftView {
    fn from(shift: Shift) -> Self {
        let paused_at = shift.paused_at();
        let (state, started_at, ended_at, paid, breaks) = match shift.state {
            ShiftState::Planned => ("planned", None, None, None, Vec::new()),
            ShiftState::Open(hours) => {
                ("open", Some(hours.started_at()), None, None, hours.breaks().to_vec())
            }
            ShiftState::Ended { hours, paid } => {
                let (from, to) = (hours.started_at(), hours.ended_at());
                ("ended", Some(from), Some(to), Some(paid.0), hours.breaks().to_vec())
            }
        };
        Self {
            id: shift.id,
            courier_id: shift.courier_id,
            opening_id: shift.opening_id,
            vehicle_id: shift.vehicle_id,
            break_due_at: None,
            paused_at,
            breaks,
            from: shift.planned.map(|window| window.after()),
            to: shift.planned.map(|window| window.before()),
            state,
            started_at,
            ended_at,
            paid_seconds: paid,
        }
    }
}

impl ShiftView {
    /// The same, as its courier sees it.
    pub fn with_break(shift: Shift, rules: &RestRules) -> Self {
        Self { break_due_at: shift.break_due(rules), ..shift.into() }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct OfferView {
    pub id: OfferId,
    pub courier_id: CourierId,
    pub state: OfferState,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub approach_m: Metres,
    pub trip_m: Metres,
    pub pay: Money,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made_of: Vec<PayPart>,
    pub deliveries: Vec<OfferedDelivery>,
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self {
            id: offer.id,
            courier_id: offer.courier_id,
            state: offer.state,
            made_at: offer.made_at,
            expires_at: offer.expires_at,
            approach_m: offer.terms.approach_m,
            trip_m: offer.terms.trip_m,
            pay: offer.terms.pay,
            made_of: offer.terms.made_of,
            deliveries: offer.terms.deliveries,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct CourierView {
    pub id: CourierId,
    pub name: Name,
    pub vehicle: VehicleKind,
    pub skills: Skills,
}

impl From<Courier> for CourierView {
    fn from(courier: Courier) -> Self {
        let Courier { id, name, vehicle, skills } = courier;
        Self { id, name, vehicle, skills }
    }
}

/// A line of a courier's account, with everything needed to reckon it again.
#[derive(Serialize, JsonSchema)]
pub struct PayLine {
    pub id: EntryId,
    pub seq: i64,
    pub kind: String,
    pub at: Timestamp,
    pub recorded_at: Timestamp,
    pub amount: Money,
    pub balance: Money,
    /// What the shop pays for the same delivery, and who has which part of it: the same cents as on the
    /// shop's invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceView>,
    #[serde(flatten)]
    pub detail: serde_json::Map<String, serde_json::Value>,
}

/// A price in its voted parts, in minor units of the line's currency.
#[derive(Clone, Serialize, JsonSchema)]
pub struct PriceView {
    /// Of the price list or the price book.
    pub version: String,
    pub key: SplitKey,
    pub vat_basis_points: i64,
    pub net: i64,
    pub gross: i64,
    #[serde(flatten)]
    pub parts: Parts,
}

impl PriceView {
    /// `None` of what is no price, or was booked before prices were split.
    pub fn new(detail: &Detail) -> Option<(DeliveryId, Self)> {
        let Detail::Price { delivery_id, price_version, split: Some(split), .. } = detail else {
            return None;
        };
        let parts = split.parts();
        let view = Self {
            version: price_version.clone(),
            key: split.key.clone(),
            vat_basis_points: split.vat_basis_points,
            net: parts.net(),
            gross: parts.gross(),
            parts,
        };
        Some((*delivery_id, view))
    }
}

impl PayLine {
    /// The delivery that the line is about, if it is about one.
    pub fn delivery(line: &Line) -> Option<DeliveryId> {
        line.detail.get("delivery_id")?.as_str()?.parse().ok()
    }

    pub fn new(line: Line, currency: Currency, price: Option<PriceView>) -> Self {
        let mut detail = match line.detail {
            serde_json::Value::Object(detail) => detail,
            _ => serde_json::Map::new(),
        };
        detail.remove("kind");
        Self {
            id: line.entry_id,
            seq: line.seq,
            kind: line.kind,
            at: line.occurred_at,
            recorded_at: line.recorded_at,
            amount: Money::new(line.amount, currency),
            balance: Money::new(line.balance, currency),
            price,
            detail,
        }
    }
}
