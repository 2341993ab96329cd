//! What merchants owe becomes less: they pay, or something is given back of a price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::ledger::reversals;
use crate::db::{Conn, invoices, ledger, merchants, receivables};
use crate::domain::day::Day;
use crate::domain::ids::{EntryId, MerchantId, UserId};
use crate::domain::ledger::account::shares;
use crate::domain::ledger::chain::Hash;
use crate::domain::ledger::{Account, Booked, Detail, Entry};
use crate::domain::money::{Currency, Money};
use crate::domain::split::{Parts, Split};
use crate::domain::text::{Note, Reference};
use crate::domain::time::Timestamp;

/// The largest payment, in minor units: a hundred million.
const PAYMENT_MAX: i64 = 10_000_000_000;

/// What was given back of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    pub entry_id: EntryId,
    /// The entry of the price.
    pub of: EntryId,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    /// Before VAT.
    pub net: i64,
    pub gross: i64,
    /// What each gives back.
    #[serde(flatten)]
    pub parts: Parts,
    pub reason: Note,
}

/// Gives a part of a price back, `net` before VAT, by the rate and the key of the price. It comes onto
/// the next credit note.
///
/// # Errors
/// [`CommandError::Amount`] for more than is left of the price, [`CommandError::Exists`] when the price
/// was taken back as a whole.
pub async fn credit(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    of: EntryId,
    net: i64,
    reason: Note,
) -> Result<Answer<Credit>, CommandError> {
    if net < 1 {
        return Err(CommandError::Amount("what is given back is 1 minor unit or more"));
    }
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let booked = reversals::booked(tx, of).await?;
        let (booked, merchant_id) =
            booked.and_then(priced).ok_or(CommandError::NotFound("price"))?;
        merchants::lock(tx, merchant_id).await?;
        if reversals::reversed_by(tx, of).await?.is_some() {
            return Err(CommandError::Exists("this price has been taken back as a whole"));
        }
        let known = receivables::credits(tx, of).await?;
        if i64::from(known.count) >= receivables::CREDITS_MAX {
            return Err(CommandError::TooMany("something was given back of this price 100 times"));
        }
        let price = split_of(&booked);
        if net > price.net.saturating_sub(known.net) {
            return Err(CommandError::Amount("this is more than is left of the price before VAT"));
        }
        let split = price.of(-net);
        let parts = split.parts();
        let entry_id = coop.clock.id(EntryId::from_uuid);
        let entry = Entry::shared(
            entry_id,
            now,
            Detail::Credit { of, number: known.count + 1, split },
            Account::MerchantReceivable(merchant_id),
            &shares(&parts),
            booked.currency,
        );
        let entry = entry.ok_or(CommandError::Amount("there is nothing to give back"))?;
        if !ledger::post(tx, &entry, now).await? {
            return Err(CommandError::Outdated("price"));
        }
        receivables::insert_credit(tx, entry_id, of, &reason, by, now).await?;
        let what = json!({ "merchant_id": merchant_id, "entry_id": entry_id, "of": of });
        acts::note(coop, tx, by, "credit_price", None, what).await?;
        let (currency, gross) = (booked.currency, -parts.gross());
        let reason = reason.clone();
        Ok(Credit { entry_id, of, merchant_id, currency, net, gross, parts, reason })
    })
    .await
}

/// The entry if it is a price, and who owes it.
fn priced(booked: Booked) -> Option<(Booked, MerchantId)> {
    let merchant = merchant_of(&booked)?;
    is_price(&booked.detail).then_some((booked, merchant))
}

const fn is_price(detail: &Detail) -> bool {
    matches!(detail, Detail::Price { .. } | Detail::ReturnPrice { .. })
}

fn merchant_of(booked: &Booked) -> Option<MerchantId> {
    booked.postings.iter().find_map(|(account, _)| match account {
        Account::MerchantReceivable(merchant) => Some(*merchant),
        _ => None,
    })
}

/// What a price's parts are reckoned from; of one that was booked before prices were split, the co-op
/// has all.
fn split_of(booked: &Booked) -> Split {
    let owed = booked.postings.iter().map(|(_, amount)| *amount).filter(|amount| *amount > 0);
    booked.detail.split().unwrap_or_else(|| Split::whole(owed.sum()))
}

/// Whether a price may be taken back as a whole: not when a part of it was given back before. Keeps
/// others from giving back meanwhile.
pub(super) async fn may_take_back(tx: &mut Conn, booked: &Booked) -> Result<bool, CommandError> {
    if !is_price(&booked.detail) {
        return Ok(true);
    }
    if let Some(merchant) = merchant_of(booked) {
        merchants::lock(tx, merchant).await?;
    }
    Ok(receivables::credits(tx, booked.id).await?.net == 0)
}

/// What came in at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    pub entry_id: EntryId,
    pub merchant_id: MerchantId,
    pub amount: Money,
    /// The bank's.
    pub day: Day,
    pub bank_reference: Reference,
}

/// Records that a merchant has paid. The bank's reference stands for the payment: the same one again is
/// an answer from before.
///
/// # Errors
/// [`CommandError::Exists`] when the reference is known for another merchant, amount or day, or was
/// taken back; [`CommandError::Amount`] for a sum or a day that makes no sense.
pub async fn pay(
    coop: &Coop,
    by: UserId,
    merchant_id: MerchantId,
    amount: Money,
    day: Day,
    bank_reference: Reference,
) -> Result<Answer<Payment>, CommandError> {
    if amount.currency != coop.rules.tariff.currency {
        return Err(CommandError::Amount("a payment is in the co-op's currency"));
    }
    if !(1..=PAYMENT_MAX).contains(&amount.amount) {
        return Err(CommandError::Amount("a payment is between 1 and 10000000000 minor units"));
    }
    let now = coop.clock.now();
    let began = day.start(&coop.rules.zone).filter(|began| *began <= now);
    let began = began.ok_or(CommandError::Amount("the day of a payment is not in the future"))?;
    coop.transact(async |tx| {
        invoices::lock(tx).await?;
        merchants::find(tx, merchant_id).await?.ok_or(CommandError::NotFound("merchant"))?;
        let reference = Hash::of(bank_reference.as_str().as_bytes());
        let detail = Detail::Payment { merchant_id, day, reference };
        for (entry_id, payer) in receivables::payments_called(tx, &bank_reference).await? {
            let taken_back = reversals::reversed_by(tx, entry_id).await?.is_some();
            if payer != merchant_id && taken_back {
                continue; // It was somebody else's by mistake.
            }
            let known = reversals::booked(tx, entry_id).await?.is_some_and(|booked| {
                booked.detail == detail && booked.gained().is_some_and(|(_, of)| of == amount.amount)
            });
            if taken_back {
                return Err(CommandError::Exists(
                    "a payment of this reference was taken back: put something behind it, such as -2",
                ));
            }
            if !known || payer != merchant_id {
                return Err(CommandError::Exists(
                    "this bank reference is known for another merchant, amount or day",
                ));
            }
            let bank_reference = bank_reference.clone();
            let value = Payment { entry_id, merchant_id, amount, day, bank_reference };
            return Ok(Answer { value, replayed: true });
        }
        let entry_id = coop.clock.id(EntryId::from_uuid);
        book(tx, entry_id, began, detail, merchant_id, amount, now).await?;
        receivables::insert_payment(tx, entry_id, merchant_id, &bank_reference, by, now).await?;
        let what = json!({ "merchant_id": merchant_id, "entry_id": entry_id });
        acts::note(coop, tx, by, "record_payment", None, what).await?;
        let bank_reference = bank_reference.clone();
        let value = Payment { entry_id, merchant_id, amount, day, bank_reference };
        Ok(Answer { value, replayed: false })
    })
    .await
}

/// The bank owes the co-op more, and the merchant less.
async fn book(
    tx: &mut Conn,
    id: EntryId,
    began: Timestamp,
    detail: Detail,
    merchant: MerchantId,
    amount: Money,
    now: Timestamp,
) -> Result<(), CommandError> {
    let accounts = (Account::CoopBank, Account::MerchantReceivable(merchant));
    let entry = Entry::transfer(id, began, detail, accounts.0, accounts.1, amount);
    let entry = entry.ok_or(CommandError::Amount("nothing was paid"))?;
    if !ledger::post(tx, &entry, now).await? {
        return Err(CommandError::Exists("this payment is booked already"));
    }
    Ok(())
}
