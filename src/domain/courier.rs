//! People who ride.

use serde::{Deserialize, Serialize};

use super::ids::CourierId;
use super::text::Name;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vehicle {
    Bike,
    CargoBike,
}

/// A person who rides for the co-op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    pub id: CourierId,
    pub name: Name,
    pub vehicle: Vehicle,
}
