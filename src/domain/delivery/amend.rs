//! What a merchant may still change of a delivery, by its state; `docs/reference/deliveries.md` has
//! it as a table, and a test holds the table against this file.

use super::{
    Delivery, DeliveryError, DeliveryState, FromHub, Goods, HORIZON_DAYS, IfUndeliverable, Leg,
    PACKAGES_MAX, Package,
};
use crate::domain::handover::Need;
use crate::domain::task::{Contact, TaskKind};
use crate::domain::text::Instructions;
use crate::domain::time::{Seconds, Timestamp};

/// What parts the merchant's instructions from the customer's words.
const CUSTOMER: &str = "\u{2014} Customer: ";

/// New values; `None` leaves the old one.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    pub instructions: Option<Instructions>,
    /// Whom to ask for at the last drop-off.
    pub contact: Option<Contact>,
    pub packages: Option<Vec<Package>>,
    pub if_undeliverable: Option<IfUndeliverable>,
}

impl Delivery {
    /// Changes what may still be changed, all of it or nothing. `None` when it is so already.
    ///
    /// # Errors
    /// [`DeliveryError::Fixed`] names the first thing that is settled in this state.
    pub fn amend(&self, change: &Amendment) -> Result<Option<Self>, DeliveryError> {
        let mut next = self.clone();
        if let Some(instructions) = &change.instructions {
            self.fixed_once_over("instructions")?;
            next.instructions = Some(instructions.clone());
        }
        if let Some(contact) = &change.contact {
            self.fixed_once_settled("contact")?;
            let doors = next.tasks.iter_mut().filter(|task| task.kind == TaskKind::Dropoff);
            if let Some(door) = doors.last() {
                door.stop.contact = Some(contact.clone());
            }
        }
        if let Some(packages) = &change.packages {
            self.fixed_once_taken("packages")?;
            if packages.len() > PACKAGES_MAX || packages.iter().any(|one| one.quantity == 0) {
                return Err(DeliveryError::Packages);
            }
            let scans = self.tasks.iter().any(|task| task.needs().has(Need::Scan));
            if scans && super::parcels(packages).is_none() {
                return Err(DeliveryError::TooManyToScan);
            }
            next.packages.clone_from(packages);
        }
        if let Some(wish) = change.if_undeliverable {
            self.fixed_once_settled("if_undeliverable")?;
            next.if_undeliverable = wish;
        }
        if next == *self {
            return Ok(None);
        }
        next.version += 1;
        Ok(Some(next))
    }

    /// The kitchen says when the goods can leave: sooner, later, or now. Without a window a promise
    /// moves with what is later, for the courier cannot make up for it. `None` when it is so already.
    ///
    /// # Errors
    /// [`DeliveryError::Fixed`] once everything is picked up, [`DeliveryError::TooFarAhead`].
    pub fn ready(
        &self,
        now: Timestamp,
        ready_at: Timestamp,
    ) -> Result<Option<Self>, DeliveryError> {
        let left = self.leg.goods().is_some_and(|goods| goods != Goods::AtSender);
        if left || !self.state.is_before_pickup() {
            return Err(self.fixed("ready_at"));
        }
        if let Leg::FromHub(leg) = &self.leg {
            return Ok(self.ready_at_sender(leg, ready_at.max(now)));
        }
        let ready_at = ready_at.max(now);
        if ready_at.since(now) > Seconds(HORIZON_DAYS * 86_400) {
            return Err(DeliveryError::TooFarAhead);
        }
        if ready_at == self.ready_at || (ready_at == now && self.ready_at < now) {
            return Ok(None);
        }
        Ok(Some(Self { version: self.version + 1, ..self.moved_to(ready_at) }))
    }

    /// The same where a first leg brings the goods to a hub: they are there so much sooner or later.
    fn ready_at_sender(&self, leg: &FromHub, ready_at: Timestamp) -> Option<Self> {
        let by = ready_at.since(leg.sender_ready_at);
        let moved = self.moved_to(self.ready_at + by);
        let leg = FromHub { sender_ready_at: ready_at, ..leg.clone() };
        let leg = Leg::FromHub(Box::new(leg));
        (by != Seconds::ZERO).then(|| Self { leg, version: self.version + 1, ..moved })
    }

    /// With goods that are ready at another time; what is later moves a promise without a window.
    pub(super) fn moved_to(&self, ready_at: Timestamp) -> Self {
        let has_window = self.tasks.iter().any(|task| task.stop.window.is_some());
        let later = ready_at.since(self.ready_at).or_zero();
        let due_at = if has_window { self.due_at } else { self.due_at + later };
        Self { ready_at, due_at, ..self.clone() }
    }

    /// The instructions without the customer's words.
    pub(super) fn merchant_instructions(&self) -> Option<Instructions> {
        let whole = self.instructions.as_ref()?.as_str();
        let own = whole.rsplit_once(CUSTOMER).map_or(whole, |(own, _)| own);
        Instructions::new(own).ok()
    }

    /// What the customer has asked for at the door.
    pub fn customer_note(&self) -> Option<&str> {
        let instructions = self.instructions.as_ref()?.as_str();
        instructions.rsplit_once(CUSTOMER).map(|(_, note)| note)
    }

    /// Puts the customer's words behind the merchant's instructions, in place of earlier ones; an
    /// empty note takes them away. `None` when it is so already, or when both would be too long.
    ///
    /// # Errors
    /// [`DeliveryError::Fixed`] once the customer waits for nothing any more.
    pub fn with_customer_note(&self, note: &str) -> Result<Option<Self>, DeliveryError> {
        self.fixed_once_settled("instructions")?;
        let whole = self.instructions.as_ref().map_or("", Instructions::as_str);
        let own = whole.rsplit_once(CUSTOMER).map_or(whole, |(own, _)| own);
        let next = match note.trim() {
            "" => own.to_owned(),
            note => format!("{own}{CUSTOMER}{}", note.replace(CUSTOMER, " ")),
        };
        let instructions = if next.is_empty() { None } else { Instructions::new(&next).ok() };
        let too_long = instructions.is_none() && !next.is_empty();
        if too_long || instructions == self.instructions {
            return Ok(None);
        }
        Ok(Some(Self { instructions, version: self.version + 1, ..self.clone() }))
    }

    fn fixed(&self, what: &'static str) -> DeliveryError {
        DeliveryError::Fixed { what, state: self.state.name() }
    }

    fn fixed_once_over(&self, what: &'static str) -> Result<(), DeliveryError> {
        if self.state.is_over() { Err(self.fixed(what)) } else { Ok(()) }
    }

    /// The doors have been served, or given up.
    fn fixed_once_settled(&self, what: &'static str) -> Result<(), DeliveryError> {
        if self.state.is_awaited() { Ok(()) } else { Err(self.fixed(what)) }
    }

    /// The courier has taken it as it was shown, or the one of its first leg may have.
    fn fixed_once_taken(&self, what: &'static str) -> Result<(), DeliveryError> {
        if self.leg != Leg::Whole {
            return Err(self.fixed(what));
        }
        match self.state {
            DeliveryState::Asked { .. } | DeliveryState::Open => Ok(()),
            DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => Err(self.fixed(what)),
        }
    }
}
