//! People who ride.

use serde::{Deserialize, Serialize};

use super::ids::CourierId;
use super::shift::skill::Skills;
use super::text::Name;
use super::vehicle::VehicleKind;

/// A person who rides for the co-op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    pub id: CourierId,
    pub name: Name,
    pub vehicle: VehicleKind,
    #[serde(default)]
    pub skills: Skills,
}
