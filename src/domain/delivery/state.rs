//! Where a delivery is in its life, with what is known of it there.

use serde::{Deserialize, Serialize};

use super::{Cancellation, Holding};
use crate::domain::kitchen::Silence;
use crate::domain::task::Failure;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// The kitchen has not said yet whether it takes the order; no courier is looked for.
    Asked {
        until: Timestamp,
        /// What it means when `until` passes without an answer.
        silence: Silence,
    },
    Open,
    Assigned {
        holding: Holding,
    },
    PickedUp {
        holding: Holding,
        picked_up_at: Timestamp,
    },
    /// On the way back to the sender.
    Returning {
        holding: Holding,
        picked_up_at: Timestamp,
        /// When the courier turned round.
        since: Timestamp,
        /// Why.
        failure: Failure,
    },
    Delivered {
        holding: Holding,
        picked_up_at: Timestamp,
        ended_at: Timestamp,
    },
    /// The sender has it back.
    Returned {
        holding: Holding,
        picked_up_at: Timestamp,
        since: Timestamp,
        ended_at: Timestamp,
        failure: Failure,
    },
    /// Could not be done: by the courier who held it, or for want of one.
    Failed {
        holding: Option<Holding>,
        picked_up_at: Option<Timestamp>,
        /// What it was on its way back for, where it failed there.
        turned: Option<Turned>,
        ended_at: Timestamp,
        failure: Failure,
    },
    /// Called off by the merchant or a dispatcher, or refused by the kitchen.
    Cancelled {
        holding: Option<Holding>,
        ended_at: Timestamp,
        cancellation: Cancellation,
    },
}

/// When goods turned round, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    pub since: Timestamp,
    pub failure: Failure,
}

impl DeliveryState {
    /// Every [`name`](Self::name).
    pub const NAMES: [&str; 9] = [
        "asked",
        "open",
        "assigned",
        "picked_up",
        "returning",
        "delivered",
        "returned",
        "failed",
        "cancelled",
    ];

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Open => "open",
            Self::Assigned { .. } => "assigned",
            Self::PickedUp { .. } => "picked_up",
            Self::Returning { .. } => "returning",
            Self::Delivered { .. } => "delivered",
            Self::Returned { .. } => "returned",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether nothing is picked up yet, and something still may be.
    pub const fn is_before_pickup(&self) -> bool {
        match self {
            Self::Asked { .. } | Self::Open | Self::Assigned { .. } => true,
            Self::PickedUp { .. }
            | Self::Returning { .. }
            | Self::Delivered { .. }
            | Self::Returned { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => false,
        }
    }

    /// Whether it still waits for its first courier.
    pub const fn is_unheld(&self) -> bool {
        match self {
            Self::Asked { .. } | Self::Open => true,
            Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Returning { .. }
            | Self::Delivered { .. }
            | Self::Returned { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => false,
        }
    }

    /// Whether a customer still waits for it: only then can its promise be broken.
    pub const fn is_awaited(&self) -> bool {
        match self {
            Self::Asked { .. } | Self::Open | Self::Assigned { .. } | Self::PickedUp { .. } => true,
            Self::Returning { .. }
            | Self::Delivered { .. }
            | Self::Returned { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => false,
        }
    }

    pub const fn is_over(&self) -> bool {
        match self {
            Self::Asked { .. }
            | Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Returning { .. } => false,
            Self::Delivered { .. }
            | Self::Returned { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => true,
        }
    }

    /// By when the kitchen has to answer.
    pub const fn asked_until(&self) -> Option<Timestamp> {
        match self {
            Self::Asked { until, .. } => Some(*until),
            Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Returning { .. }
            | Self::Delivered { .. }
            | Self::Returned { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Who holds it, or held it when it ended.
    pub const fn holding(&self) -> Option<Holding> {
        match self {
            Self::Asked { .. } | Self::Open => None,
            Self::Assigned { holding }
            | Self::PickedUp { holding, .. }
            | Self::Returning { holding, .. }
            | Self::Delivered { holding, .. }
            | Self::Returned { holding, .. } => Some(*holding),
            Self::Failed { holding, .. } | Self::Cancelled { holding, .. } => *holding,
        }
    }

    pub const fn picked_up_at(&self) -> Option<Timestamp> {
        match self {
            Self::Asked { .. } | Self::Open | Self::Assigned { .. } | Self::Cancelled { .. } => {
                None
            }
            Self::PickedUp { picked_up_at, .. }
            | Self::Returning { picked_up_at, .. }
            | Self::Delivered { picked_up_at, .. }
            | Self::Returned { picked_up_at, .. } => Some(*picked_up_at),
            Self::Failed { picked_up_at, .. } => *picked_up_at,
        }
    }

    /// Since when it is on its way back, or was until it came there.
    pub const fn returning_since(&self) -> Option<Timestamp> {
        match self {
            Self::Returning { since, .. } | Self::Returned { since, .. } => Some(*since),
            Self::Failed { turned: Some(turned), .. } => Some(turned.since),
            Self::Asked { .. }
            | Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Delivered { .. }
            | Self::Failed { turned: None, .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// What it is on its way back for.
    pub fn turned(&self) -> Option<Turned> {
        match self {
            Self::Returning { since, failure, .. } | Self::Returned { since, failure, .. } => {
                Some(Turned { since: *since, failure: failure.clone() })
            }
            Self::Failed { turned, .. } => turned.clone(),
            Self::Asked { .. }
            | Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Delivered { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Asked { .. }
            | Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Returning { .. } => None,
            Self::Delivered { ended_at, .. }
            | Self::Returned { ended_at, .. }
            | Self::Failed { ended_at, .. }
            | Self::Cancelled { ended_at, .. } => Some(*ended_at),
        }
    }

    /// What kept it from being handed over.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Returning { failure, .. }
            | Self::Returned { failure, .. }
            | Self::Failed { failure, .. } => Some(failure),
            Self::Asked { .. }
            | Self::Open
            | Self::Assigned { .. }
            | Self::PickedUp { .. }
            | Self::Delivered { .. }
            | Self::Cancelled { .. } => None,
        }
    }
}
