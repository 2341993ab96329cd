//! What is told: every change leaves the house as one of these, through the outbox.

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::delivery::Delivery;
use super::fleet::VehicleName;
use super::ids::{
    CourierId, DaysOffId, DeliveryId, IncidentId, MerchantId, ShiftId, StandingOrderId, TaskId,
    WebhookId,
};
use super::incident;
use super::money::Money;
use super::offer::{Offer, OfferState};
use super::shift::Shift;
use super::shift::absence::Verdict;
use super::standing::SkipCode;
use super::text::{Name, Note};
use super::time::Timestamp;
use super::tour::TourTold;
use super::vehicle::VehicleKind;
use super::zone::ZoneName;

/// A delivery as it is told: without the people at its stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTold {
    pub delivery: Delivery,
    pub merchant_name: Name,
    pub courier_name: Option<Name>,
    /// Who had it until this change, where it goes from one courier to another in one step.
    #[serde(default)]
    pub taken_from: Option<CourierId>,
}

impl DeliveryTold {
    /// Contacts and instructions stay in the house.
    pub fn new(mut delivery: Delivery, merchant_name: Name, courier_name: Option<Name>) -> Self {
        delivery.instructions = None;
        delivery.leg = delivery.leg.told();
        for task in &mut delivery.tasks {
            task.stop.contact = None;
        }
        Self { delivery, merchant_name, courier_name, taken_from: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChange {
    /// Made, and the kitchen is asked.
    Asked,
    /// Made, and there to be had.
    Created,
    Accepted,
    Refused,
    Assigned,
    Unassigned,
    Updated,
    PickedUp,
    Returning,
    Delivered,
    Returned,
    Failed,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterChange {
    Planned,
    /// It is no shift of theirs any more.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentChange {
    Reported,
    Updated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TourChange {
    /// It is as it is told, new or not.
    Changed,
    Removed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Event {
    Delivery {
        change: DeliveryChange,
        told: Box<DeliveryTold>,
    },
    Shift {
        shift: Shift,
        courier_name: Name,
        /// When the law asks for a break.
        #[serde(default)]
        break_due_at: Option<Timestamp>,
        /// What the courier rides from now on.
        #[serde(default)]
        vehicle: Option<VehicleKind>,
        /// What it is called, where it is one of the co-op's.
        #[serde(default)]
        vehicle_name: Option<VehicleName>,
    },
    /// A break in a shift has begun, or is over.
    Break {
        shift: Shift,
        courier_name: Name,
        break_due_at: Option<Timestamp>,
    },
    /// The hours of a shift that has ended are corrected, or are to be.
    Hours {
        courier_id: CourierId,
        shift_id: ShiftId,
    },
    /// Somebody has a shift to come, or has it no longer.
    Roster {
        change: RosterChange,
        shift: Shift,
        reason: Option<Note>,
    },
    /// A courier offers a planned shift to a colleague, or to all.
    SwapOffered {
        shift: Shift,
        to: Option<CourierId>,
    },
    DaysOffAnswered {
        days_off_id: DaysOffId,
        courier_id: CourierId,
        verdict: Verdict,
    },
    Offer {
        offer: Box<Offer>,
    },
    Route {
        courier_id: CourierId,
        version: i64,
        /// What is left of it, in riding order.
        #[serde(default)]
        tasks: Vec<TaskId>,
    },
    Pay {
        courier_id: CourierId,
        amount: Money,
    },
    /// People have taken over from the engine, or given back to it.
    Automation {
        /// None: the whole co-op.
        zone: Option<ZoneName>,
        automatic: bool,
        reason: Option<Note>,
        by: Name,
    },
    /// Something went wrong on the way, or is looked after. In no words: they may name people.
    Incident {
        change: IncidentChange,
        incident_id: IncidentId,
        courier_id: CourierId,
        delivery_id: Option<DeliveryId>,
        kind: incident::Kind,
        priority: incident::Priority,
        closed: bool,
        version: i64,
    },
    /// A tour was made, or is another one now.
    Tour {
        change: TourChange,
        told: Box<TourTold>,
    },
    /// A day of a standing order has no delivery.
    StandingOrderSkipped {
        standing_order_id: StandingOrderId,
        merchant_id: MerchantId,
        version: i64,
        day: Day,
        code: SkipCode,
        note: Note,
    },
    /// Nothing is told there any more, until somebody switches it on again.
    WebhookDisabled {
        webhook_id: WebhookId,
        merchant_id: MerchantId,
        reason: String,
    },
}

impl Event {
    /// `delivery.assigned`, the name on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Delivery { change, .. } => match change {
                DeliveryChange::Asked => "delivery.asked",
                DeliveryChange::Accepted => "delivery.accepted",
                DeliveryChange::Refused => "delivery.refused",
                DeliveryChange::Created => "delivery.created",
                DeliveryChange::Assigned => "delivery.assigned",
                DeliveryChange::Unassigned => "delivery.unassigned",
                DeliveryChange::Updated => "delivery.updated",
                DeliveryChange::PickedUp => "delivery.picked_up",
                DeliveryChange::Returning => "delivery.returning",
                DeliveryChange::Delivered => "delivery.delivered",
                DeliveryChange::Returned => "delivery.returned",
                DeliveryChange::Failed => "delivery.failed",
                DeliveryChange::Cancelled => "delivery.cancelled",
            },
            Self::Shift { shift, .. } => {
                if shift.is_open() {
                    "shift.started"
                } else {
                    "shift.ended"
                }
            }
            Self::Break { shift, .. } => {
                if shift.is_working() {
                    "shift.resumed"
                } else {
                    "shift.paused"
                }
            }
            Self::Hours { .. } => "shift.corrected",
            Self::Roster { change, .. } => match change {
                RosterChange::Planned => "shift.planned",
                RosterChange::Cancelled => "shift.cancelled",
            },
            Self::SwapOffered { .. } => "swap.offered",
            Self::DaysOffAnswered { verdict, .. } => match verdict {
                Verdict::Granted => "days_off.granted",
                Verdict::Refused => "days_off.refused",
            },
            Self::Offer { offer } => match offer.state {
                OfferState::Live => "offer.made",
                OfferState::Accepted => "offer.accepted",
                OfferState::Declined => "offer.declined",
                OfferState::Expired => "offer.expired",
                OfferState::Withdrawn => "offer.withdrawn",
            },
            Self::Route { .. } => "route.changed",
            Self::Pay { .. } => "pay.posted",
            Self::Automation { .. } => "automation.switched",
            Self::Incident { change, .. } => match change {
                IncidentChange::Reported => "incident.reported",
                IncidentChange::Updated => "incident.updated",
            },
            Self::Tour { change, .. } => match change {
                TourChange::Changed => "tour.changed",
                TourChange::Removed => "tour.removed",
            },
            Self::StandingOrderSkipped { .. } => "standing_order.skipped",
            Self::WebhookDisabled { .. } => "webhook.disabled",
        }
    }

    /// The merchant who may hear it.
    pub fn merchant(&self) -> Option<MerchantId> {
        match self {
            // What brings goods to a hub is the co-op's own.
            Self::Delivery { told, .. } => {
                (!told.delivery.leg.is_internal()).then_some(told.delivery.merchant_id)
            }
            Self::StandingOrderSkipped { merchant_id, .. }
            | Self::WebhookDisabled { merchant_id, .. } => Some(*merchant_id),
            Self::Shift { .. }
            | Self::Break { .. }
            | Self::Hours { .. }
            | Self::Roster { .. }
            | Self::SwapOffered { .. }
            | Self::DaysOffAnswered { .. }
            | Self::Offer { .. }
            | Self::Route { .. }
            | Self::Pay { .. }
            | Self::Incident { .. }
            | Self::Automation { .. }
            | Self::Tour { .. } => None,
        }
    }

    /// The courier who may hear it.
    pub fn courier(&self) -> Option<CourierId> {
        match self {
            Self::Delivery { told, .. } => told.delivery.state.holding().map(|h| h.courier),
            Self::Shift { shift, .. } | Self::Break { shift, .. } | Self::Roster { shift, .. } => {
                Some(shift.courier_id)
            }
            Self::Offer { offer } => Some(offer.courier_id),
            // Whoever it is offered to; what is offered to all is found in the list.
            Self::SwapOffered { to, .. } => *to,
            Self::Route { courier_id, .. }
            | Self::Pay { courier_id, .. }
            | Self::Incident { courier_id, .. }
            | Self::Hours { courier_id, .. }
            | Self::DaysOffAnswered { courier_id, .. } => Some(*courier_id),
            Self::Automation { .. }
            | Self::Tour { .. }
            | Self::StandingOrderSkipped { .. }
            | Self::WebhookDisabled { .. } => None,
        }
    }
}
