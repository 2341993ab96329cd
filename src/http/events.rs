//! What happened, as the stream, the webhooks and `/v1/events` tell it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::views::{DeliveryView, OfferView, ShiftView};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::fleet::VehicleName;
use crate::domain::ids::{
    CourierId, DaysOffId, DeliveryId, IncidentId, MerchantId, ShiftId, StandingOrderId, TaskId,
    WebhookId,
};
use crate::domain::incident;
use crate::domain::money::Money;
use crate::domain::shift::Shift;
use crate::domain::standing::SkipCode;
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;
use crate::domain::tour::TourTold;
use crate::domain::vehicle::VehicleKind;
use crate::domain::zone::ZoneName;

/// What an event says; its kind tells which of these it is.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum EventData {
    /// `delivery.*`: the delivery as it is after it.
    Delivery {
        delivery: Box<DeliveryView>,
        /// Who had it before, where it was taken from somebody.
        #[serde(skip_serializing_if = "Option::is_none")]
        taken_from: Option<CourierId>,
    },
    /// `shift.started`, `shift.paused`, `shift.resumed` and `shift.ended`
    Shift { courier: OnShift, shift: ShiftView },
    /// `shift.corrected`: written, asked for or answered; the hours are to be asked for anew.
    Hours { courier_id: CourierId, shift_id: ShiftId },
    /// `shift.planned` and `shift.cancelled`: a shift to come.
    Roster {
        shift: ShiftView,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Note>,
    },
    /// `swap.offered`: to this courier, or to all.
    SwapOffered {
        shift: ShiftView,
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<CourierId>,
    },
    /// `days_off.*`: what a dispatcher answered.
    DaysOffAnswered { days_off_id: DaysOffId, courier_id: CourierId },
    /// `offer.*`
    Offer { offer: Box<OfferView> },
    /// `route.changed`: what is left of it, in riding order.
    Route { courier_id: CourierId, version: i64, tasks: Vec<TaskId> },
    /// `pay.posted`
    Pay { courier_id: CourierId, amount: Money },
    /// `automation.switched`: of a zone, or of the whole co-op.
    Automation { zone: Option<ZoneName>, automatic: bool, reason: Option<Note>, by: Name },
    /// `incident.*`: something went wrong on the way, or is looked after.
    Incident {
        incident_id: IncidentId,
        courier_id: CourierId,
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery_id: Option<DeliveryId>,
        incident_kind: incident::Kind,
        priority: incident::Priority,
        closed: bool,
        version: i64,
    },
    /// `tour.changed` and `tour.removed`
    Tour { tour: Box<TourTold> },
    /// `standing_order.skipped`: a day that got no delivery.
    StandingOrderSkipped {
        standing_order_id: StandingOrderId,
        merchant_id: MerchantId,
        day: Day,
        code: SkipCode,
        note: Note,
    },
    /// `webhook.disabled`
    WebhookDisabled { webhook_id: WebhookId, reason: String },
}

/// A courier whose shift, or a break in it, has begun or ended.
#[derive(Serialize, JsonSchema)]
pub struct OnShift {
    id: CourierId,
    name: Name,
    on_shift: bool,
    shift_to: Option<Timestamp>,
    /// Since when there is a break.
    paused_at: Option<Timestamp>,
    /// When the law asks for one.
    break_due_at: Option<Timestamp>,
    /// What the courier rides from now on, where a shift has begun or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle: Option<VehicleKind>,
    /// What it is called, where it is one of the co-op's.
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_name: Option<VehicleName>,
}

impl OnShift {
    fn new(shift: &Shift, name: Name, break_due_at: Option<Timestamp>) -> Self {
        Self {
            id: shift.courier_id,
            name,
            on_shift: shift.is_open(),
            shift_to: shift.planned.map(|window| window.before()),
            paused_at: shift.paused_at(),
            break_due_at,
            vehicle: None,
            vehicle_name: None,
        }
    }
}

impl From<Event> for EventData {
    fn from(event: Event) -> Self {
        match event {
            Event::Delivery { told, .. } => {
                let taken_from = told.taken_from;
                Self::Delivery { delivery: Box::new((*told).into()), taken_from }
            }
            Event::Shift { shift, courier_name, break_due_at, vehicle, vehicle_name } => {
                let courier = OnShift::new(&shift, courier_name, break_due_at);
                let courier = OnShift { vehicle, vehicle_name, ..courier };
                Self::Shift { courier, shift: shift.into() }
            }
            Event::Break { shift, courier_name, break_due_at } => {
                let courier = OnShift::new(&shift, courier_name, break_due_at);
                Self::Shift { courier, shift: shift.into() }
            }
            Event::Hours { courier_id, shift_id } => Self::Hours { courier_id, shift_id },
            Event::Roster { shift, reason, .. } => Self::Roster { shift: shift.into(), reason },
            Event::SwapOffered { shift, to } => Self::SwapOffered { shift: shift.into(), to },
            Event::DaysOffAnswered { days_off_id, courier_id, .. } => {
                Self::DaysOffAnswered { days_off_id, courier_id }
            }
            Event::Offer { offer } => Self::Offer { offer: Box::new((*offer).into()) },
            Event::Route { courier_id, version, tasks } => {
                Self::Route { courier_id, version, tasks }
            }
            Event::Pay { courier_id, amount } => Self::Pay { courier_id, amount },
            Event::Automation { zone, automatic, reason, by } => {
                Self::Automation { zone, automatic, reason, by }
            }
            Event::Incident {
                incident_id,
                courier_id,
                delivery_id,
                kind,
                priority,
                closed,
                version,
                ..
            } => Self::Incident {
                incident_id,
                courier_id,
                delivery_id,
                incident_kind: kind,
                priority,
                closed,
                version,
            },
            Event::Tour { told, .. } => Self::Tour { tour: told },
            Event::StandingOrderSkipped {
                standing_order_id, merchant_id, day, code, note, ..
            } => Self::StandingOrderSkipped { standing_order_id, merchant_id, day, code, note },
            Event::WebhookDisabled { webhook_id, reason, .. } => {
                Self::WebhookDisabled { webhook_id, reason }
            }
        }
    }
}

/// An event as a document.
pub fn render(event: Event) -> Value {
    json!(EventData::from(event))
}
