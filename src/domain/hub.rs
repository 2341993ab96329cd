//! Places where one courier leaves goods and another one takes them on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::Position;
use super::ids::HubId;
use super::text::{Address, Instructions, Name};
use super::time::Timestamp;

/// Most hubs of a co-op, closed ones among them.
pub const HUBS_MAX: i64 = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hub {
    pub id: HubId,
    pub name: Name,
    pub place: Position,
    pub address: Address,
    /// How couriers get in, and where goods lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    /// Since when no delivery is split there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// New values; `None` leaves the old one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubChange {
    pub name: Option<Name>,
    pub place: Option<Position>,
    pub address: Option<Address>,
    pub instructions: Option<Instructions>,
    pub closed: Option<bool>,
}

impl Hub {
    /// What its couriers are told of it.
    pub fn seen(&self) -> HubSeen {
        let Self { id, name, instructions, .. } = self.clone();
        HubSeen { id, name, instructions }
    }

    /// The same with what is said anew. A hub that is closed twice stays closed since the first time.
    pub fn with(&self, change: &HubChange, at: Timestamp) -> Self {
        let new = change.clone();
        Self {
            id: self.id,
            name: new.name.unwrap_or_else(|| self.name.clone()),
            place: new.place.unwrap_or(self.place),
            address: new.address.unwrap_or_else(|| self.address.clone()),
            instructions: new.instructions.or_else(|| self.instructions.clone()),
            closed_at: match new.closed {
                Some(true) => self.closed_at.or(Some(at)),
                Some(false) => None,
                None => self.closed_at,
            },
        }
    }
}

/// A hub as it was when a delivery was split there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HubSeen {
    pub id: HubId,
    pub name: Name,
    /// How to get in, and where goods lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    #[test]
    fn a_hub_is_closed_and_opened_and_keeps_what_is_not_named() {
        let at = Timestamp::from_seconds(60);
        let hub = Hub {
            id: HubId::from_uuid(uuid_v7(at, [1; 10])),
            name: Name::new("Depot").unwrap(),
            place: Position::from_micro_degrees(1, 2).unwrap(),
            address: Address::new("Quay 1").unwrap(),
            instructions: Instructions::new("Key in the box").ok(),
            closed_at: None,
        };
        let set = |closed| HubChange { closed: Some(closed), ..HubChange::default() };
        let closed = hub.with(&set(true), at);
        assert_eq!(closed, Hub { closed_at: Some(at), ..hub.clone() });
        assert_eq!(closed.with(&set(true), Timestamp::from_seconds(90)), closed);
        assert_eq!(closed.with(&HubChange::default(), at), closed);
        assert_eq!(closed.with(&set(false), at), hub);
    }
}
