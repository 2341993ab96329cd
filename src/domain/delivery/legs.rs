//! A delivery in two legs: one courier brings the goods to a hub, another one takes them on from there.
//!
//! What the merchant asked for stays one delivery and begins at the hub. What brings its goods there is a
//! delivery of the co-op's own, without a price. At no time can both be picked up: the second leg begins
//! where the first one has ended, and follows whatever becomes of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CancelCode, Delivery, DeliveryError, DeliveryState, IfUndeliverable, UndoError};
use crate::domain::desk::Desk;
use crate::domain::handover::{Need, Needs};
use crate::domain::hub::{Hub, HubSeen};
use crate::domain::ids::{DeliveryId, TaskId};
use crate::domain::money::Money;
use crate::domain::task::{Contact, Stop, Task, TaskKind, TaskState};
use crate::domain::time::{Seconds, Timestamp};

/// Which part of the way a delivery is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "leg", rename_all = "snake_case")]
pub enum Leg {
    /// From the sender to the customer.
    #[default]
    Whole,
    /// From the sender to a hub, for another delivery.
    ToHub { hub: HubSeen, feeds: DeliveryId },
    /// From a hub to the customer.
    FromHub(Box<FromHub>),
}

/// What is known at the second leg of the first one, and of the way back to a whole delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromHub {
    pub hub: HubSeen,
    pub fed_by: DeliveryId,
    pub goods: Goods,
    /// Where the goods were, or are, to be picked up first.
    pub sender: Stop,
    pub sender_ready_at: Timestamp,
    /// How long the first leg takes, handing over at both ends included.
    pub first_s: Seconds,
}

/// Where the goods of a split delivery are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    AtSender,
    /// On the way to the hub.
    OnTheWay,
    AtHub,
    /// The first leg has turned round.
    GoingBack,
    /// The first leg failed with them: a person has to find out.
    Astray,
}

/// Why something cannot be done to a delivery in two legs. In the order in which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegError {
    #[error("the goods are not at the hub yet")]
    NotAtHub,
    #[error("a courier has the goods between the sender and the hub; have them brought back first")]
    UnderWay,
    #[error("the goods are at the hub; they go on from there")]
    AtHub,
    #[error("it is one leg of a split delivery; join it first")]
    Split,
    #[error("only a delivery with a single pickup can be split")]
    Pickups,
    #[error("this hub is closed")]
    Closed,
}

/// Where and how a delivery is to be split, with the ids of what that makes.
#[derive(Clone, Debug)]
pub struct SplitPlan {
    pub hub: Hub,
    pub feeder: DeliveryId,
    pub pickup: TaskId,
    pub dropoff: TaskId,
    /// From the sender to the hub, handing over at both ends included.
    pub first_s: Seconds,
    /// The same from the hub to the last drop-off.
    pub onward_s: Seconds,
    pub now: Timestamp,
}

impl SplitPlan {
    /// When goods that are ready at an instant can be at the hub.
    fn arrival(&self, ready_at: Timestamp) -> Timestamp {
        ready_at.max(self.now) + self.first_s
    }

    fn stop(&self, needs: Needs) -> Stop {
        let name = Some(self.hub.name.clone());
        Stop {
            place: self.hub.place,
            address: Some(self.hub.address.clone()),
            contact: Some(Contact { name, ..Contact::default() }),
            window: None,
            needs: Some(needs),
        }
    }
}

impl Leg {
    /// The delivery whose goods this one brings to a hub.
    pub const fn feeds(&self) -> Option<DeliveryId> {
        match self {
            Self::ToHub { feeds, .. } => Some(*feeds),
            Self::Whole | Self::FromHub(_) => None,
        }
    }

    /// Where the goods are, of a second leg.
    pub fn goods(&self) -> Option<Goods> {
        match self {
            Self::FromHub(leg) => Some(leg.goods),
            Self::Whole | Self::ToHub { .. } => None,
        }
    }

    pub fn hub(&self) -> Option<&HubSeen> {
        match self {
            Self::Whole => None,
            Self::ToHub { hub, .. } => Some(hub),
            Self::FromHub(leg) => Some(&leg.hub),
        }
    }

    /// Whether it is the co-op's own: no merchant sees it, nor pays for it.
    pub const fn is_internal(&self) -> bool {
        self.feeds().is_some()
    }

    /// Whether the goods are where this leg begins, as far as anybody knows.
    pub fn may_begin(&self) -> bool {
        self.goods().is_none_or(|goods| goods == Goods::AtHub)
    }

    /// The same without what is said to couriers alone.
    #[must_use]
    pub fn told(mut self) -> Self {
        match &mut self {
            Self::Whole => {}
            Self::ToHub { hub, .. } => hub.instructions = None,
            Self::FromHub(leg) => {
                leg.hub.instructions = None;
                leg.sender.contact = None;
            }
        }
        self
    }
}

impl Delivery {
    /// Open, or Assigned and not picked up -> Open from the hub on. `None` when it is split there already.
    ///
    /// # Errors
    /// [`LegError`]; [`DeliveryError::InTour`] and [`DeliveryError::Locked`]; illegal in every other state.
    pub fn split(&self, plan: &SplitPlan) -> Result<Option<Self>, DeliveryError> {
        match &self.leg {
            Leg::FromHub(leg) if leg.hub.id == plan.hub.id && self.state.is_before_pickup() => {
                return Ok(None);
            }
            Leg::FromHub(_) | Leg::ToHub { .. } => return Err(LegError::Split.into()),
            Leg::Whole => {}
        }
        let open = match &self.state {
            DeliveryState::Open if self.desk.locked => return Err(DeliveryError::Locked),
            DeliveryState::Open => self.with(DeliveryState::Open),
            DeliveryState::Assigned { .. } => {
                self.unassign()?.ok_or_else(|| self.illegal("split"))?
            }
            DeliveryState::Asked { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => return Err(self.illegal("split")),
        };
        if self.desk.tour.is_some() {
            return Err(DeliveryError::InTour);
        }
        let sender = self.only_pickup()?;
        if plan.hub.closed_at.is_some() {
            return Err(LegError::Closed.into());
        }
        let scan = sender.needs().has(Need::Scan).then_some(Need::Scan);
        let leg = Leg::FromHub(Box::new(FromHub {
            hub: plan.hub.seen(),
            fed_by: plan.feeder,
            goods: Goods::AtSender,
            sender: sender.stop.clone(),
            sender_ready_at: self.ready_at,
            first_s: plan.first_s,
        }));
        let open = open.picking_up_at(&plan.stop(scan.into_iter().collect()));
        Ok(Some(Self { leg, ready_at: plan.arrival(self.ready_at), ..open }))
    }

    /// What brings the goods of this delivery, which is whole, to the hub: in time for the rest of the
    /// way, or as soon as it can.
    ///
    /// # Errors
    /// [`LegError::Pickups`].
    pub fn feeder(&self, plan: &SplitPlan) -> Result<Self, DeliveryError> {
        let task = |id, kind, stop| Task { id, kind, stop, state: TaskState::Todo, rank: 0 };
        let from = self.only_pickup()?.stop.clone();
        // Whose shelf it is says nothing: the courier's step, with its time, is the proof.
        let to = plan.stop(Needs::default());
        let latest = self.due_at - plan.onward_s;
        Ok(Self {
            id: plan.feeder,
            merchant_id: self.merchant_id,
            external_reference: None,
            placed_at: plan.now,
            ready_at: self.ready_at,
            due_at: latest.max(plan.arrival(self.ready_at)),
            price: Money { amount: 0, ..self.price },
            packages: self.packages.clone(),
            instructions: self.merchant_instructions(),
            if_undeliverable: IfUndeliverable::Return,
            tasks: vec![
                task(plan.pickup, TaskKind::Pickup, from),
                task(plan.dropoff, TaskKind::Dropoff, to),
            ],
            state: DeliveryState::Open,
            version: 1,
            reopened: 0,
            desk: Desk::default(),
            leg: Leg::ToHub { hub: plan.hub.seen(), feeds: self.id },
        })
    }

    /// One delivery again, picked up at the sender: while the first leg has not begun, or where it lost
    /// the goods. `None` when it is whole.
    ///
    /// # Errors
    /// [`LegError::UnderWay`] while a courier of the first leg has the goods, [`LegError::AtHub`] once
    /// they are there; [`DeliveryError::Locked`]; illegal once it is over.
    pub fn rejoin(&self, at: Timestamp) -> Result<Option<Self>, DeliveryError> {
        let Leg::FromHub(leg) = &self.leg else {
            return if self.leg.is_internal() { Err(LegError::Split.into()) } else { Ok(None) };
        };
        if !self.state.is_before_pickup() {
            return Err(self.illegal("joined"));
        }
        match leg.goods {
            Goods::OnTheWay | Goods::GoingBack => Err(LegError::UnderWay.into()),
            Goods::AtHub => Err(LegError::AtHub.into()),
            Goods::AtSender | Goods::Astray if self.desk.locked => Err(DeliveryError::Locked),
            Goods::AtSender | Goods::Astray => Ok(Some(self.whole(leg, at))),
        }
    }

    /// What becomes of this delivery by what has become of its first leg. `None`: nothing, or it is none
    /// of this delivery.
    ///
    /// # Errors
    /// [`UndoError::Followed`] when a step of the first leg is taken back after the goods were taken on.
    pub fn follow(&self, first: &Self, at: Timestamp) -> Result<Option<Self>, DeliveryError> {
        let Leg::FromHub(leg) = &self.leg else { return Ok(None) };
        if leg.fed_by != first.id {
            return Ok(None);
        }
        let (goods, ready_at) = match &first.state {
            DeliveryState::Asked { .. } | DeliveryState::Open | DeliveryState::Assigned { .. } => {
                (Goods::AtSender, leg.sender_ready_at.max(at) + leg.first_s)
            }
            DeliveryState::PickedUp { picked_up_at, .. } => {
                (Goods::OnTheWay, *picked_up_at + leg.first_s)
            }
            DeliveryState::Returning { .. } => (Goods::GoingBack, self.ready_at),
            DeliveryState::Delivered { ended_at, .. } => (Goods::AtHub, *ended_at),
            DeliveryState::Failed { picked_up_at: Some(_), .. } => (Goods::Astray, self.ready_at),
            DeliveryState::Returned { .. }
            | DeliveryState::Failed { picked_up_at: None, .. }
            | DeliveryState::Cancelled { .. } => {
                return Ok(self.state.is_before_pickup().then(|| self.whole(leg, at)));
            }
        };
        if goods == leg.goods {
            return Ok(None);
        }
        if !self.state.is_before_pickup() {
            return Err(UndoError::Followed.into());
        }
        let leg = Leg::FromHub(Box::new(FromHub { goods, ..(**leg).clone() }));
        Ok(Some(Self { leg, ready_at, version: self.version + 1, ..self.clone() }))
    }

    /// The delivery that is left when this one is called off before pickup: whole, where nothing has left
    /// the sender.
    ///
    /// # Errors
    /// [`LegError::UnderWay`] while a courier of the first leg has the goods.
    pub(super) fn without_first_leg(&self, at: Timestamp) -> Result<Self, DeliveryError> {
        let Leg::FromHub(leg) = &self.leg else { return Ok(self.clone()) };
        match leg.goods {
            Goods::OnTheWay | Goods::GoingBack => Err(LegError::UnderWay.into()),
            Goods::AtSender => Ok(self.whole(leg, at)),
            Goods::AtHub | Goods::Astray => Ok(self.clone()),
        }
    }

    /// This first leg called off, in no words: what it was to feed needs it no longer. `None` once the
    /// goods have left the sender.
    pub fn not_needed(&self, at: Timestamp) -> Option<Self> {
        let may = self.leg.is_internal() && self.state.is_before_pickup();
        may.then(|| self.called_off(at, CancelCode::Cancelled, None))
    }

    /// Whether its goods are where it begins.
    pub(super) fn is_there(&self) -> Result<(), DeliveryError> {
        if self.leg.may_begin() { Ok(()) } else { Err(LegError::NotAtHub.into()) }
    }

    /// The hub, where a stop of this kind is at one.
    pub fn hub_at(&self, kind: TaskKind) -> Option<&HubSeen> {
        match (&self.leg, kind) {
            (Leg::ToHub { hub, .. }, TaskKind::Dropoff) => Some(hub),
            (Leg::FromHub(leg), TaskKind::Pickup) => Some(&leg.hub),
            (Leg::Whole | Leg::ToHub { .. } | Leg::FromHub(_), _) => None,
        }
    }

    /// Where goods that are not handed over go back to: the sender, whichever leg this is.
    pub(super) fn sender(&self) -> Option<Stop> {
        match &self.leg {
            Leg::FromHub(leg) => Some(leg.sender.clone()),
            Leg::Whole | Leg::ToHub { .. } => {
                let mut pickups = self.tasks.iter().rev();
                pickups.find(|task| task.kind == TaskKind::Pickup).map(|task| task.stop.clone())
            }
        }
    }

    /// Whole again. Goods that had left the sender are there from now on.
    fn whole(&self, leg: &FromHub, at: Timestamp) -> Self {
        let ready_at = match leg.goods {
            Goods::AtSender => leg.sender_ready_at,
            Goods::OnTheWay | Goods::AtHub | Goods::GoingBack | Goods::Astray => {
                leg.sender_ready_at.max(at)
            }
        };
        let back = self.picking_up_at(&leg.sender);
        Self { leg: Leg::Whole, ready_at, version: self.version + 1, ..back }
    }

    /// With another counter, where nobody stands yet.
    fn picking_up_at(&self, stop: &Stop) -> Self {
        let tasks = self.tasks.iter().map(|task| match task.kind {
            TaskKind::Pickup => Task { stop: stop.clone(), state: TaskState::Todo, ..task.clone() },
            TaskKind::Dropoff | TaskKind::Return => task.clone(),
        });
        Self { tasks: tasks.collect(), ..self.clone() }
    }

    fn only_pickup(&self) -> Result<&Task, DeliveryError> {
        let mut pickups = self.tasks.iter().filter(|task| task.kind == TaskKind::Pickup);
        let only = pickups.next().filter(|_| pickups.next().is_none());
        only.ok_or_else(|| LegError::Pickups.into())
    }
}

#[cfg(test)]
#[path = "legs_tests.rs"]
mod tests;
