//! Couriers hand in what they have laid out; a treasurer answers, and what is allowed is booked.

use sha2::{Digest, Sha256};

use super::{Answer, CommandError, Once, pay};
use crate::coop::Coop;
use crate::db::{Conn, couriers, expenses, identity};
use crate::domain::day::Day;
use crate::domain::expense::{Category, Expense, ExpenseError, WAITING_MAX};
use crate::domain::ids::{CourierId, ExpenseId, UserId};
use crate::domain::ledger::Account;
use crate::domain::ledger::chain::Hash;
use crate::domain::money::Money;
use crate::domain::text::Note;
use crate::pictures::{Pictures, Whose};

const NONE: CommandError = CommandError::NotFound("expense");

/// What a courier asks to have paid back.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Left out: today.
    pub day: Option<Day>,
    pub category: Category,
    pub amount: Money,
    pub note: Note,
}

/// Hands in an expense; the picture of the receipt may follow.
pub async fn hand_in(
    coop: &Coop,
    once: Option<&Once>,
    by: CourierId,
    asked: &Asked,
) -> Result<Answer<Expense>, CommandError> {
    if asked.amount.currency != coop.rules.tariff.currency {
        return Err(ExpenseError::Amount.into());
    }
    let at = coop.clock.now();
    let today = Day::of(at, &coop.rules.zone);
    coop.once(once, async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let expense = Expense {
            id: coop.clock.id(ExpenseId::from_uuid),
            courier_id: by,
            day: asked.day.unwrap_or(today),
            category: asked.category,
            amount: asked.amount,
            note: asked.note.clone(),
            receipt: None,
            handed_in_at: at,
            verdict: None,
        };
        expense.check(today)?;
        if expenses::waiting_of(tx, by).await?.len() >= WAITING_MAX {
            return Err(CommandError::TooMany("a hundred of your expenses wait for an answer"));
        }
        expenses::insert(tx, &expense).await?;
        Ok(expense)
    })
    .await
}

/// The courier's own, held until the transaction ends, and not answered yet.
async fn own_waiting(tx: &mut Conn, by: CourierId, id: ExpenseId) -> Result<Expense, CommandError> {
    let expense = expenses::lock(tx, id).await?.filter(|one| one.courier_id == by).ok_or(NONE)?;
    if expense.verdict.is_some() {
        return Err(ExpenseError::Answered.into());
    }
    Ok(expense)
}

/// Keeps the picture of a receipt in place of any other, until the expense is answered.
pub async fn attach_receipt(
    coop: &Coop,
    pictures: &Pictures,
    by: CourierId,
    id: ExpenseId,
    sent: Vec<u8>,
) -> Result<Expense, CommandError> {
    let hash = Hash(Sha256::digest(&sent).into());
    coop.transact(async |tx| own_waiting(tx, by, id).await.map(drop)).await?;
    // Each picture has a place of its own: one that comes too late is beside what was answered.
    let made = pictures.make(sent).await?;
    pictures.keep(Whose::Receipt(id, hash), made).await?;
    let (before, kept) = coop
        .transact(async |tx| {
            let before = own_waiting(tx, by, id).await?;
            let kept = Expense { receipt: Some(hash), ..before.clone() };
            expenses::save(tx, &kept).await?;
            Ok((before, kept))
        })
        .await?;
    if before.receipt != kept.receipt {
        forget_receipt(pictures, &before).await;
    }
    Ok(kept)
}

/// Removes the picture of an expense that is not there any more. One that cannot be reached stays
/// behind, where nothing names it.
pub(super) async fn forget_receipt(pictures: &Pictures, gone: &Expense) {
    let Some(hash) = gone.receipt else { return };
    if let Err(error) = pictures.forget(Whose::Receipt(gone.id, hash)).await {
        tracing::warn!(expense = %gone.id, %error, "a receipt was not removed");
    }
}

/// The courier takes it back before anybody has answered.
pub async fn withdraw(
    coop: &Coop,
    pictures: &Pictures,
    by: CourierId,
    id: ExpenseId,
) -> Result<(), CommandError> {
    let gone = coop.transact(async |tx| {
        let expense = own_waiting(tx, by, id).await?;
        expenses::remove(tx, expense.id).await?;
        Ok(expense)
    });
    forget_receipt(pictures, &gone.await?).await;
    Ok(())
}

/// A treasurer answers, once, and not in their own case: what is allowed is owed from now on.
pub async fn answer(
    coop: &Coop,
    by: UserId,
    id: ExpenseId,
    allowed: Option<Money>,
    reason: Option<Note>,
) -> Result<Expense, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        let asked = expenses::lock(tx, id).await?.ok_or(NONE)?;
        let answered = asked.answer((by, user.courier_id), allowed, reason.clone(), at)?;
        expenses::save(tx, &answered).await?;
        if let Some(verdict) = &answered.verdict {
            let owed = Money::new(verdict.allowed, answered.amount.currency);
            let courier = answered.courier_id;
            let accounts = (Account::CoopRevenue, Account::CourierExpenses(courier));
            pay::book_for_courier(coop, tx, accounts, courier, at, answered.detail(), owed).await?;
        }
        Ok(answered)
    })
    .await
}
