//! Hard rules: each refuses with a code that the explanation shows. None of them can be outweighed.
//!
//! Rules on a courier and a job are asked once, by [`of_pair`]; rules on a route are asked as it is
//! ridden, by [`route::evaluate`](super::route::evaluate).

pub mod blocked;
pub mod bundle_size;
pub mod capacity;
pub mod deliveries_ahead;
pub mod pending_offer;
pub mod position;
pub mod range;
pub mod reach;
pub mod refused;
pub mod rest;
pub mod ride;
pub mod shift_end;
pub mod skills;
pub mod vehicle;
pub mod window;
pub mod zone;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::snapshot::{CourierState, Job};
use crate::domain::policy::DispatchPolicy;

/// Why a courier cannot have a job. The code is part of the API.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The merchant and the courier are kept apart.
    Blocked,
    /// The courier refused this very job, or let its offer lapse.
    RefusedAlready,
    /// The courier has been asked about another job and has not answered yet.
    PendingOffer,
    /// The courier works in other zones.
    Zone,
    /// The policy does not admit this kind of vehicle.
    Vehicle,
    /// The courier lacks a skill or a piece of equipment.
    Skills,
    /// The load does not fit on the vehicle, even empty.
    TooLarge,
    /// The last known position is too old.
    PositionAge,
    /// The courier must rest.
    Rest,
    /// The pickup is too far away.
    Reach,
    /// The courier has as many deliveries ahead as the policy allows.
    DeliveriesAhead,
    /// More would be picked up together at one counter than the policy bundles.
    BundleSize,
    /// The vehicle would be too full on the way.
    Capacity,
    /// A stop would be made after it has become useless.
    Window,
    /// A pickup would be after the end of the shift.
    ShiftEnd,
    /// The goods would ride farther than the policy allows.
    Ride,
    /// The vehicle does not go that far any more in this shift.
    Range,
}

impl Refusal {
    /// The code, as it is written in explanations.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::RefusedAlready => "refused-already",
            Self::PendingOffer => "pending-offer",
            Self::Zone => "zone",
            Self::Vehicle => "vehicle",
            Self::Skills => "skills",
            Self::TooLarge => "too-large",
            Self::PositionAge => "position-age",
            Self::Rest => "rest",
            Self::Reach => "reach",
            Self::DeliveriesAhead => "deliveries-ahead",
            Self::BundleSize => "bundle-size",
            Self::Capacity => "capacity",
            Self::Window => "window",
            Self::ShiftEnd => "shift-end",
            Self::Ride => "ride",
            Self::Range => "range",
        }
    }
}

/// The rules on a courier and a job, before any route is tried. The first that refuses answers.
///
/// # Errors
/// The refusal.
pub fn of_pair(
    courier: &CourierState,
    job: &Job,
    has_pending_offer: bool,
    policy: &DispatchPolicy,
) -> Result<(), Refusal> {
    blocked::check(courier, job)?;
    refused::check(courier, job)?;
    pending_offer::check(has_pending_offer)?;
    zone::check(courier, job)?;
    vehicle::check(courier, policy)?;
    skills::check(courier, job)?;
    capacity::check_empty(courier, job)?;
    position::check(courier, policy)?;
    reach::check(courier, job, policy)
}
