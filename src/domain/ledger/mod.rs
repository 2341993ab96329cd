//! Double entry, balanced by construction: an [`Entry`] that does not sum to zero cannot be made.
//!
//! Signs: an amount is what the account's owner gains. `courier:<id>:pay` grows when the co-op owes
//! the courier more; its counterpart in the co-op's books shrinks by the same.

use serde::{Deserialize, Serialize};

use super::ids::{DeliveryId, EntryId, ShiftId};
use super::money::{Currency, Money};
use super::pay::{GuaranteeInputs, PieceInputs, Tariff};
use super::time::Timestamp;
use chain::Hash;

pub mod account;
pub mod audit;
pub mod chain;
pub mod checkpoint;
pub mod line;
pub mod merkle;
pub mod statement;

pub use account::Account;

/// Why money moved, with everything needed to reckon the amount again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Detail {
    /// A courier's pay for a delivery.
    Piece {
        delivery_id: DeliveryId,
        shift_id: Option<ShiftId>,
        tariff: TariffRef,
        inputs: PieceInputs,
    },
    /// The top-up to the guarantee when a shift is closed.
    Guarantee { shift_id: ShiftId, tariff: TariffRef, inputs: GuaranteeInputs },
    /// What a customer gave for a delivery; it never counts towards a guarantee.
    Tip { delivery_id: DeliveryId },
    /// A merchant's price for a delivery.
    Price { delivery_id: DeliveryId, price_version: String },
}

/// Which tariff an amount was reckoned by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffRef {
    pub name: String,
    pub version: String,
    /// The hash of its text.
    pub text: Hash,
}

impl From<&Tariff> for TariffRef {
    fn from(tariff: &Tariff) -> Self {
        Self { name: tariff.name.clone(), version: tariff.version.clone(), text: tariff.hash() }
    }
}

impl Detail {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Piece { .. } => "piece",
            Self::Guarantee { .. } => "guarantee",
            Self::Tip { .. } => "tip",
            Self::Price { .. } => "price",
        }
    }

    /// The tariff that the amount is reckoned by, if it is reckoned by one.
    pub const fn tariff(&self) -> Option<&TariffRef> {
        match self {
            Self::Piece { tariff, .. } | Self::Guarantee { tariff, .. } => Some(tariff),
            Self::Tip { .. } | Self::Price { .. } => None,
        }
    }

    /// What the courier gets by these inputs and that tariff; `None` where no tariff says it.
    pub fn reckon(&self, tariff: &Tariff) -> Option<Money> {
        match self {
            Self::Piece { inputs, .. } => Some(tariff.piece(inputs)),
            Self::Guarantee { inputs, .. } => Some(tariff.top_up(inputs)),
            Self::Tip { .. } | Self::Price { .. } => None,
        }
    }

    /// The business key: the same event is booked once, for ever.
    pub fn key(&self) -> String {
        match self {
            Self::Piece { delivery_id, .. } => format!("delivery:{}:pay", delivery_id.uuid()),
            Self::Guarantee { shift_id, .. } => format!("shift:{}:guarantee", shift_id.uuid()),
            Self::Tip { delivery_id } => format!("delivery:{}:tip", delivery_id.uuid()),
            Self::Price { delivery_id, .. } => format!("delivery:{}:price", delivery_id.uuid()),
        }
    }
}

/// A journal entry about to be booked: postings in one currency that sum to zero, none of them zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub occurred_at: Timestamp,
    pub detail: Detail,
    /// The entry that this one takes back.
    pub reverses: Option<EntryId>,
    currency: Currency,
    postings: Vec<(Account, i64)>,
}

impl Entry {
    /// Moves `amount` from one account to another: the only way to make an entry, and the sum is
    /// zero whatever is moved. `None` when there is nothing to move.
    pub fn transfer(
        id: EntryId,
        occurred_at: Timestamp,
        detail: Detail,
        from: Account,
        to: Account,
        money: Money,
    ) -> Option<Self> {
        (money.amount != 0 && from != to).then(|| Self {
            id,
            occurred_at,
            detail,
            reverses: None,
            currency: money.currency,
            postings: vec![(from, -money.amount), (to, money.amount)],
        })
    }

    pub const fn currency(&self) -> Currency {
        self.currency
    }

    pub fn postings(&self) -> &[(Account, i64)] {
        &self.postings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CourierId, uuid_v7};

    #[test]
    fn an_entry_sums_to_zero_and_an_empty_one_does_not_exist() {
        let at = Timestamp::from_seconds(1);
        let courier = CourierId::from_uuid(uuid_v7(at, [1; 10]));
        let delivery_id = DeliveryId::from_uuid(uuid_v7(at, [2; 10]));
        let entry = |amount| {
            Entry::transfer(
                EntryId::from_uuid(uuid_v7(at, [3; 10])),
                at,
                Detail::Price { delivery_id, price_version: "1".to_owned() },
                Account::CoopOperations,
                Account::CourierPay(courier),
                Money::new(amount, Currency::EUR),
            )
        };
        let postings = entry(475).unwrap().postings().to_vec();
        assert_eq!(postings.iter().map(|(_, amount)| amount).sum::<i64>(), 0);
        assert_eq!(entry(0), None);
    }
}
