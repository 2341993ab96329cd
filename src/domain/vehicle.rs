//! What a courier rides, and what fits on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of vehicle a tariff or a dispatch policy can tell apart.
#[derive(
    JsonSchema,
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum VehicleKind {
    /// On foot.
    Foot,
    /// A bicycle, assisted or not.
    #[default]
    Bike,
    /// A bicycle with a box.
    CargoBike,
    /// A bicycle with a trailer.
    Trailer,
    /// A motorcycle or a scooter.
    Moped,
    /// A car or a van.
    Car,
}

impl VehicleKind {
    /// What usually fits on such a vehicle, until the co-op says otherwise for one of its own.
    pub const fn usual_room(self) -> Load {
        match self {
            Self::Foot => Load { volume_ml: 40_000, weight_g: 12_000 },
            Self::Bike => Load { volume_ml: 80_000, weight_g: 25_000 },
            Self::CargoBike => Load { volume_ml: 400_000, weight_g: 120_000 },
            Self::Trailer => Load { volume_ml: 300_000, weight_g: 80_000 },
            Self::Moped => Load { volume_ml: 120_000, weight_g: 40_000 },
            Self::Car => Load { volume_ml: 1_500_000, weight_g: 400_000 },
        }
    }

    /// A vehicle of this kind, as it usually is.
    pub const fn usual(self) -> Vehicle {
        Vehicle { kind: self, room: self.usual_room() }
    }

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Foot, Self::Bike, Self::CargoBike, Self::Trailer, Self::Moped, Self::Car];
}

/// A load, or the room for one: whole millilitres and whole grams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Volume in millilitres.
    pub volume_ml: i64,
    /// Weight in grams.
    pub weight_g: i64,
}

impl Load {
    /// Whether this load fits into `room`, in volume and in weight.
    pub const fn fits(self, room: Self) -> bool {
        self.volume_ml <= room.volume_ml && self.weight_g <= room.weight_g
    }

    /// The larger volume of the two and the larger weight.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            volume_ml: self.volume_ml.max(other.volume_ml),
            weight_g: self.weight_g.max(other.weight_g),
        }
    }
}

impl std::ops::Add for Load {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            volume_ml: self.volume_ml + other.volume_ml,
            weight_g: self.weight_g + other.weight_g,
        }
    }
}

impl std::ops::Sub for Load {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            volume_ml: self.volume_ml - other.volume_ml,
            weight_g: self.weight_g - other.weight_g,
        }
    }
}

/// A vehicle: its kind and the room on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// What it is; speeds depend on it.
    pub kind: VehicleKind,
    /// What it can carry at one time.
    pub room: Load,
}
