//! What is booked for one delivery: each once, and once more each time that it was taken back because
//! its courier had taken the step back.

use serde::{Deserialize, Serialize};

use crate::domain::ids::DeliveryId;

/// The first time that something is booked, the second, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Round(pub u16);

impl Round {
    pub const FIRST: Self = Self(1);

    /// Whether it goes without saying.
    pub const fn is_first(&self) -> bool {
        self.0 == Self::FIRST.0
    }
}

impl Default for Round {
    fn default() -> Self {
        Self::FIRST
    }
}

/// What is booked for a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    Piece,
    Return,
    Tip,
    Price,
    ReturnPrice,
}

impl Charge {
    /// The business key: `delivery:<uuid>:pay`, and `delivery:<uuid>:pay:2` the second time.
    pub fn key(self, delivery: DeliveryId, round: Round) -> String {
        let what = match self {
            Self::Piece => "pay",
            Self::Return => "return",
            Self::Tip => "tip",
            Self::Price => "price",
            Self::ReturnPrice => "return_price",
        };
        let key = format!("delivery:{}:{what}", delivery.uuid());
        if round.is_first() { key } else { format!("{key}:{}", round.0) }
    }

    /// Its keys of the first `rounds` rounds, in their order.
    pub fn keys(self, delivery: DeliveryId, rounds: u16) -> Vec<String> {
        (1..=rounds).map(|round| self.key(delivery, Round(round))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::time::Timestamp;

    #[test]
    fn each_round_has_a_key_of_its_own_and_the_first_the_one_it_always_had() {
        let delivery = DeliveryId::from_uuid(uuid_v7(Timestamp::from_seconds(1), [1; 10]));
        let keys = Charge::Piece.keys(delivery, 3);
        let first = format!("delivery:{}:pay", delivery.uuid());
        assert_eq!(keys, [first.clone(), format!("{first}:2"), format!("{first}:3")]);
        assert_ne!(
            Charge::Price.key(delivery, Round(2)),
            Charge::ReturnPrice.key(delivery, Round(2))
        );
    }
}
