//! What a customer may know of a delivery: how far it is, and nothing of the courier until the
//! customer is next.

use super::delivery::{Delivery, DeliveryState, Goods};
use super::ids::TaskId;
use super::task::{Task, TaskState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The merchant has not said yet that it takes the order.
    Waiting,
    /// At the merchant's, whether a courier is known or not.
    Preparing,
    /// On the way to a hub, from where another courier takes it on.
    ToHub,
    AtHub,
    /// Did not get to the hub: people are seeing to it.
    Delayed,
    /// Picked up; the courier serves others first.
    OnTheRoad,
    /// This door is the courier's next stop.
    Coming,
    /// The courier stands at the door.
    Arrived,
    Delivered,
    NotDelivered,
    /// Not handed over, and on its way back to the merchant.
    GoingBack,
    /// The merchant has it again.
    Returned,
    Cancelled,
}

impl Step {
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting
            | Self::Preparing
            | Self::ToHub
            | Self::AtHub
            | Self::Delayed
            | Self::OnTheRoad
            | Self::Coming
            | Self::Arrived => false,
            Self::Delivered
            | Self::NotDelivered
            | Self::GoingBack
            | Self::Returned
            | Self::Cancelled => true,
        }
    }
}

/// How far a door's delivery is. `next` is the courier's next stop.
pub fn step(delivery: &Delivery, door: &Task, next: Option<TaskId>) -> Step {
    match (&door.state, &delivery.state) {
        (TaskState::Done { .. }, _) => Step::Delivered,
        (_, DeliveryState::Returning { .. }) => Step::GoingBack,
        (_, DeliveryState::Returned { .. }) => Step::Returned,
        (TaskState::Failed { .. }, _) => Step::NotDelivered,
        (TaskState::Cancelled { .. }, DeliveryState::Failed { .. }) => Step::NotDelivered,
        (TaskState::Cancelled { .. }, _) => Step::Cancelled,
        (TaskState::Doing { .. }, _) => Step::Arrived,
        (TaskState::Todo, DeliveryState::PickedUp { .. }) if next == Some(door.id) => Step::Coming,
        (TaskState::Todo, DeliveryState::PickedUp { .. }) => Step::OnTheRoad,
        (TaskState::Todo, DeliveryState::Asked { .. }) => Step::Waiting,
        (TaskState::Todo, _) => match delivery.leg.goods() {
            None | Some(Goods::AtSender) => Step::Preparing,
            Some(Goods::OnTheWay) => Step::ToHub,
            Some(Goods::AtHub) => Step::AtHub,
            Some(Goods::GoingBack | Goods::Astray) => Step::Delayed,
        },
    }
}
