//! Double entry, balanced by construction: an [`Entry`] that does not sum to zero cannot be made.
//!
//! Signs: an amount is what the account's owner gains. `courier:<id>:pay` grows when the co-op owes
//! the courier more; its counterpart in the co-op's books shrinks by the same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::expense;
use super::ids::{
    CorrectionId, CourierId, DeliveryId, EntryId, ExpenseId, MerchantId, PayRunId, ReviewId,
    ShiftId,
};
use super::money::{Currency, Money};
use super::pay::{GuaranteeInputs, PieceInputs, Tariff};
use super::split::Split;
use super::surplus;
use super::time::Timestamp;
use chain::Hash;

pub mod account;
pub mod audit;
pub mod chain;
pub mod charge;
pub mod checkpoint;
pub mod line;
pub mod merkle;
pub mod reversal;
pub mod statement;

pub use account::Account;
pub use charge::{Charge, Round};

/// Why money moved, with everything needed to reckon the amount again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Detail {
    /// A courier's pay for a delivery.
    Piece {
        delivery_id: DeliveryId,
        #[serde(default, skip_serializing_if = "Round::is_first")]
        round: Round,
        shift_id: Option<ShiftId>,
        tariff: TariffRef,
        inputs: PieceInputs,
    },
    /// A courier's pay for the way back with what could not be handed over.
    Return {
        delivery_id: DeliveryId,
        #[serde(default, skip_serializing_if = "Round::is_first")]
        round: Round,
        shift_id: Option<ShiftId>,
        tariff: TariffRef,
        inputs: PieceInputs,
    },
    /// The top-up to the guarantee when a shift is closed, or when its hours are corrected; behind the
    /// second stands the reversal of the one before, if there was one.
    Guarantee {
        shift_id: ShiftId,
        tariff: TariffRef,
        inputs: GuaranteeInputs,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        correction_id: Option<CorrectionId>,
    },
    /// What a customer gave for a delivery; it never counts towards a guarantee.
    Tip {
        delivery_id: DeliveryId,
        #[serde(default, skip_serializing_if = "Round::is_first")]
        round: Round,
    },
    /// What a courier laid out for the co-op, as far as a treasurer allowed it.
    Expense {
        expense_id: ExpenseId,
        category: expense::Category,
        /// When it was paid.
        day: Day,
        /// The hash of the receipt's picture, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<Hash>,
    },
    /// A merchant's price for a delivery.
    Price {
        delivery_id: DeliveryId,
        #[serde(default, skip_serializing_if = "Round::is_first")]
        round: Round,
        /// The price list's version, or `book-7`.
        price_version: String,
        /// What its parts are reckoned from; none of what was booked before prices were split.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        split: Option<Split>,
    },
    /// What a merchant pays for the way back.
    ReturnPrice {
        delivery_id: DeliveryId,
        #[serde(default, skip_serializing_if = "Round::is_first")]
        round: Round,
        /// Of the delivery's price.
        price_version: String,
        /// How much of that price, in hundredths, as voted.
        percent: u8,
        /// What the parts of that price are reckoned from.
        price: Split,
    },
    /// A part of a price, given back: by the rate and the key of the price.
    Credit {
        /// The entry of the price.
        of: EntryId,
        /// The first, second, ... on the same price.
        number: u32,
        /// With a net amount below zero.
        split: Split,
    },
    /// What a merchant has paid: the bank's day, and the hash of the bank's words for it, which may
    /// name people.
    Payment { merchant_id: MerchantId, day: Day, reference: Hash },
    /// A part of a year's surplus, with the terms that it was shared by.
    Surplus { terms: surplus::Terms, part: surplus::Part },
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
            Self::Return { .. } => "return",
            Self::Guarantee { .. } => "guarantee",
            Self::Tip { .. } => "tip",
            Self::Expense { .. } => "expense",
            Self::Price { .. } => "price",
            Self::ReturnPrice { .. } => "return_price",
            Self::Credit { .. } => "credit",
            Self::Payment { .. } => "payment",
            Self::Surplus { .. } => "surplus",
            Self::Reversal { .. } => "reversal",
            Self::Payout { .. } => "payout",
            Self::Correction { .. } => "correction",
        }
    }

    /// The tariff that the amount is reckoned by, if it is reckoned by one.
    pub const fn tariff(&self) -> Option<&TariffRef> {
        match self {
            Self::Piece { tariff, .. }
            | Self::Return { tariff, .. }
            | Self::Guarantee { tariff, .. }
            | Self::Correction { tariff, .. } => Some(tariff),
            Self::Tip { .. }
            | Self::Expense { .. }
            | Self::Price { .. }
            | Self::ReturnPrice { .. }
            | Self::Credit { .. }
            | Self::Payment { .. }
            | Self::Surplus { .. }
            | Self::Reversal { .. }
            | Self::Payout { .. } => None,
        }
    }

    /// What the courier gets by these inputs and that tariff; `None` where no tariff says it.
    pub fn reckon(&self, tariff: &Tariff) -> Option<Money> {
        match self {
            Self::Piece { inputs, .. }
            | Self::Return { inputs, .. }
            | Self::Correction { inputs, .. } => Some(tariff.piece(inputs)),
            Self::Guarantee { inputs, .. } => Some(tariff.top_up(inputs)),
            Self::Tip { .. }
            | Self::Expense { .. }
            | Self::Price { .. }
            | Self::ReturnPrice { .. }
            | Self::Credit { .. }
            | Self::Payment { .. }
            | Self::Surplus { .. }
            | Self::Reversal { .. }
            | Self::Payout { .. } => None,
        }
    }

    /// What the parts of a price, or of what is given back of it, are reckoned from, if it is split.
    pub fn split(&self) -> Option<Split> {
        match self {
            Self::Price { split, .. } => split.clone(),
            Self::ReturnPrice { percent, price, .. } => Some(price.share(*percent)),
            Self::Credit { split, .. } => Some(split.clone()),
            Self::Piece { .. }
            | Self::Return { .. }
            | Self::Guarantee { .. }
            | Self::Tip { .. }
            | Self::Expense { .. }
            | Self::Payment { .. }
            | Self::Surplus { .. }
            | Self::Reversal { .. }
            | Self::Payout { .. }
            | Self::Correction { .. } => None,
        }
    }

    /// The delivery that it is booked for, if it names one.
    pub const fn delivery(&self) -> Option<DeliveryId> {
        match self {
            Self::Piece { delivery_id, .. }
            | Self::Return { delivery_id, .. }
            | Self::Tip { delivery_id, .. }
            | Self::Price { delivery_id, .. }
            | Self::ReturnPrice { delivery_id, .. }
            | Self::Correction { delivery_id, .. } => Some(*delivery_id),
            Self::Guarantee { .. }
            | Self::Expense { .. }
            | Self::Credit { .. }
            | Self::Payment { .. }
            | Self::Surplus { .. }
            | Self::Reversal { .. }
            | Self::Payout { .. } => None,
        }
    }

    /// The business key: the same event is booked once, for ever.
    pub fn key(&self) -> String {
        match self {
            Self::Piece { delivery_id, round, .. } => Charge::Piece.key(*delivery_id, *round),
            Self::Return { delivery_id, round, .. } => Charge::Return.key(*delivery_id, *round),
            Self::Guarantee { shift_id, correction_id: None, .. } => {
                format!("shift:{}:guarantee", shift_id.uuid())
            }
            Self::Guarantee { shift_id, correction_id: Some(correction), .. } => {
                format!("shift:{}:guarantee:{}", shift_id.uuid(), correction.uuid())
            }
            Self::Tip { delivery_id, round } => Charge::Tip.key(*delivery_id, *round),
            Self::Expense { expense_id, .. } => format!("expense:{}", expense_id.uuid()),
            Self::Price { delivery_id, round, .. } => Charge::Price.key(*delivery_id, *round),
            Self::ReturnPrice { delivery_id, round, .. } => {
                Charge::ReturnPrice.key(*delivery_id, *round)
            }
            Self::Credit { of, number, .. } => format!("entry:{}:credit:{number}", of.uuid()),
            Self::Payment { merchant_id, reference, .. } => {
                format!("payment:{}:{reference}", merchant_id.uuid())
            }
            Self::Surplus { terms, part } => match part {
                surplus::Part::Close => format!("surplus:{}:close", terms.year),
                surplus::Part::Reserve => format!("surplus:{}:reserve", terms.year),
                surplus::Part::Refund(share) => {
                    format!("surplus:{}:courier:{}", terms.year, share.courier_id.uuid())
                }
            },
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
    /// Moves `amount` from one account to another: the sum is zero whatever is moved. `None` when
    /// there is nothing to move.
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

    /// Moves the sum of `parts` from one account to several others, so that it is zero whatever they
    /// are. Parts of nothing are left out; `None` when nothing is left, or an account is named twice.
    pub fn shared(
        id: EntryId,
        occurred_at: Timestamp,
        detail: Detail,
        from: Account,
        parts: &[(Account, i64)],
        currency: Currency,
    ) -> Option<Self> {
        let total: i64 = parts.iter().map(|(_, amount)| amount).sum();
        let mut postings = vec![(from, -total)];
        postings.extend_from_slice(parts);
        postings.retain(|(_, amount)| *amount != 0);
        let accounts: BTreeSet<Account> = postings.iter().map(|(account, _)| *account).collect();
        (postings.len() >= 2 && accounts.len() == postings.len()).then_some(Self {
            id,
            occurred_at,
            detail,
            reverses: None,
            currency,
            postings,
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
                Detail::Price {
                    delivery_id,
                    round: Round::FIRST,
                    price_version: "1".to_owned(),
                    split: None,
                },
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
    fn what_is_shared_sums_to_zero_and_names_each_account_once() {
        let at = Timestamp::from_seconds(1);
        let merchant = MerchantId::from_uuid(uuid_v7(at, [1; 10]));
        let shared = |parts: &[(Account, i64)]| {
            let delivery_id = DeliveryId::from_uuid(uuid_v7(at, [2; 10]));
            let price = Detail::Price {
                delivery_id,
                round: Round::FIRST,
                price_version: "1".to_owned(),
                split: None,
            };
            let id = EntryId::from_uuid(uuid_v7(at, [3; 10]));
            let from = Account::MerchantReceivable(merchant);
            Entry::shared(id, at, price, from, parts, Currency::EUR)
        };
        let parts = [(Account::CoopVat, 20), (Account::CoopRevenue, 0), (Account::CoopBank, 80)];
        let postings = shared(&parts).unwrap().postings().to_vec();
        let expected = [
            (Account::MerchantReceivable(merchant), -100),
            (Account::CoopVat, 20),
            (Account::CoopBank, 80),
        ];
        assert_eq!(postings, expected);
        assert_eq!(shared(&[(Account::CoopVat, 0)]), None);
        assert_eq!(shared(&[(Account::CoopVat, 1), (Account::CoopVat, 2)]), None);
    }

    #[test]
    fn a_price_that_was_booked_before_prices_were_split_still_reads() {
        let id = "dlv_00000000000000000000000000";
        let old =
            format!(r#"{{"kind":"price","delivery_id":"{id}","price_version":"founding-1"}}"#);
        let detail: Detail = serde_json::from_str(&old).unwrap();
        assert_eq!(detail.split(), None);
        assert_eq!(serde_json::to_string(&detail).unwrap(), old);
    }

    #[test]
    fn what_is_taken_back_leaves_nothing_behind() {
        let at = Timestamp::from_seconds(1);
        let id = |number| EntryId::from_uuid(uuid_v7(at, [number; 10]));
        let courier = CourierId::from_uuid(uuid_v7(at, [1; 10]));
        let booked = Booked {
            id: id(1),
            detail: Detail::Tip {
                delivery_id: DeliveryId::from_uuid(uuid_v7(at, [2; 10])),
                round: Round::FIRST,
            },
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
