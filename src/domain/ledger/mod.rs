//! Double entry, balanced by construction: an [`Entry`] that does not sum to zero cannot be made.
//!
//! Signs: an amount is what the account's owner gains. `courier:<id>:pay` grows when the co-op owes
//! the courier more; its counterpart in the co-op's books shrinks by the same.

use serde::{Deserialize, Serialize};

use super::ids::{CourierId, DeliveryId, EntryId, PayRunId, ReviewId, ShiftId};
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
pub mod reversal;
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
    /// What another entry booked, taken back.
    Reversal { of: EntryId },
    /// What the co-op owed, sent to the courier's bank: from which of the courier's accounts.
    Payout { run_id: PayRunId, account: Account },
    /// A piece that a courier contested, with the inputs as they should have been. The reversal of
    /// the piece as it was booked stands behind it.
    Correction {
        of: EntryId,
        review_id: ReviewId,
        delivery_id: DeliveryId,
        shift_id: Option<ShiftId>,
        tariff: TariffRef,
        inputs: PieceInputs,
    },
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
            Self::Reversal { .. } => "reversal",
            Self::Payout { .. } => "payout",
            Self::Correction { .. } => "correction",
        }
    }

    /// The tariff that the amount is reckoned by, if it is reckoned by one.
    pub const fn tariff(&self) -> Option<&TariffRef> {
        match self {
            Self::Piece { tariff, .. }
            | Self::Guarantee { tariff, .. }
            | Self::Correction { tariff, .. } => Some(tariff),
            Self::Tip { .. } | Self::Price { .. } | Self::Reversal { .. } | Self::Payout { .. } => {
                None
            }
        }
    }

    /// What the courier gets by these inputs and that tariff; `None` where no tariff says it.
    pub fn reckon(&self, tariff: &Tariff) -> Option<Money> {
        match self {
            Self::Piece { inputs, .. } | Self::Correction { inputs, .. } => {
                Some(tariff.piece(inputs))
            }
            Self::Guarantee { inputs, .. } => Some(tariff.top_up(inputs)),
            Self::Tip { .. } | Self::Price { .. } | Self::Reversal { .. } | Self::Payout { .. } => {
                None
            }
        }
    }

    /// The business key: the same event is booked once, for ever.
    pub fn key(&self) -> String {
        match self {
            Self::Piece { delivery_id, .. } => format!("delivery:{}:pay", delivery_id.uuid()),
            Self::Guarantee { shift_id, .. } => format!("shift:{}:guarantee", shift_id.uuid()),
            Self::Tip { delivery_id } => format!("delivery:{}:tip", delivery_id.uuid()),
            Self::Price { delivery_id, .. } => format!("delivery:{}:price", delivery_id.uuid()),
            Self::Reversal { of } => format!("entry:{}:reversal", of.uuid()),
            Self::Payout { run_id, account } => {
                format!("payrun:{}:{}", run_id.uuid(), account.code())
            }
            Self::Correction { of, .. } => format!("entry:{}:correction", of.uuid()),
        }
    }
}

/// An entry as it stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    pub id: EntryId,
    pub detail: Detail,
    pub currency: Currency,
    /// Each account once, with what its owner gained.
    pub postings: Vec<(Account, i64)>,
}

impl Booked {
    /// The account whose owner gained most, and how much.
    pub fn gained(&self) -> Option<(Account, i64)> {
        self.postings.iter().copied().max_by_key(|(_, amount)| *amount)
    }

    /// The courier whose account falls when this is taken back.
    pub fn courier(&self) -> Option<CourierId> {
        let mut gained = self.postings.iter().filter(|(_, amount)| *amount > 0);
        gained.find_map(|(account, _)| account.courier())
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

    /// Takes an entry back: every account is as if it had not been booked.
    pub fn reversal(id: EntryId, occurred_at: Timestamp, of: &Booked) -> Self {
        Self {
            id,
            occurred_at,
            detail: Detail::Reversal { of: of.id },
            reverses: Some(of.id),
            currency: of.currency,
            postings: of.postings.iter().map(|(account, amount)| (*account, -amount)).collect(),
        }
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
    use crate::domain::ids::uuid_v7;

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

    #[test]
    fn what_is_taken_back_leaves_nothing_behind() {
        let at = Timestamp::from_seconds(1);
        let id = |number| EntryId::from_uuid(uuid_v7(at, [number; 10]));
        let courier = CourierId::from_uuid(uuid_v7(at, [1; 10]));
        let booked = Booked {
            id: id(1),
            detail: Detail::Tip { delivery_id: DeliveryId::from_uuid(uuid_v7(at, [2; 10])) },
            currency: Currency::EUR,
            postings: vec![(Account::CoopRevenue, -150), (Account::CourierTips(courier), 150)],
        };
        assert_eq!(booked.courier(), Some(courier));
        let back = Entry::reversal(id(2), at, &booked);
        assert_eq!(back.reverses, Some(booked.id));
        let both = back.postings().iter().zip(&booked.postings);
        assert!(both.clone().all(|(new, old)| new.0 == old.0 && new.1 + old.1 == 0));
        // What the co-op loses by it, it may take back alone.
        let price = Booked { postings: back.postings().to_vec(), ..booked };
        assert_eq!(price.courier(), None);
    }
}
