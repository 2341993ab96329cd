//! Shops, restaurants and producers: those who ask for deliveries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::Position;
use super::ids::MerchantId;
use super::text::{Address, Name};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MerchantKind {
    Restaurant,
    Shop,
    Producer,
}

impl MerchantKind {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restaurant => "restaurant",
            Self::Shop => "shop",
            Self::Producer => "producer",
        }
    }
}

/// Somebody who asks for deliveries; goods are picked up at `place` unless a delivery says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Merchant {
    pub id: MerchantId,
    pub name: Name,
    pub kind: MerchantKind,
    pub place: Position,
    pub address: Address,
}
