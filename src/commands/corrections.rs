//! What was booked wrongly is taken back or booked anew, each by an entry of its own.

use serde_json::json;

use super::{CommandError, acts, pay_runs, receivables};
use crate::coop::Coop;
use crate::db::ledger::{checkpoints, reversals};
use crate::db::{Conn, identity, ledger, reviews};
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, EntryId, ReviewId, UserId};
use crate::domain::ledger::reversal::{Reversal, ReversalError};
use crate::domain::ledger::{Account, Booked, Detail, Entry};
use crate::domain::money::Money;
use crate::domain::pay::PieceInputs;
use crate::domain::review::{About, Outcome, Review, ReviewError, Verdict};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// A person asks to have an entry taken back. What takes nothing from a courier is booked at once;
/// the rest waits for somebody else to agree.
pub async fn reverse(
    coop: &Coop,
    by: UserId,
    id: EntryId,
    reason: Note,
) -> Result<Reversal, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let booked = reversals::booked(tx, id).await?.ok_or(CommandError::NotFound("entry"))?;
        match booked.detail {
            Detail::Reversal { .. } => return Err(ReversalError::OfReversal.into()),
            Detail::Payout { .. } => return Err(ReversalError::OfPayout.into()),
            _ => {}
        }
        if reversals::reversed_by(tx, id).await?.is_some() {
            return Err(ReversalError::Asked.into());
        }
        if !receivables::may_take_back(tx, &booked).await? {
            return Err(ReversalError::Credited.into());
        }
        let asked = Reversal {
            entry_id: id,
            courier_id: booked.courier(),
            reason: reason.clone(),
            asked_by: by,
            asked_at: at,
            agreed: None,
        };
        if !reversals::insert(tx, &asked).await? {
            return Err(ReversalError::Asked.into());
        }
        if !asked.waits() {
            take_back(coop, tx, &booked, at).await?;
        }
        let what = json!({ "entry_id": id, "booked": !asked.waits() });
        acts::note(coop, tx, by, "reverse_entry", asked.courier_id, what).await?;
        Ok(asked)
    })
    .await
}

/// Somebody else agrees: the courier whose account falls (`only`), or a second treasurer.
pub async fn agree(
    coop: &Coop,
    by: UserId,
    only: Option<CourierId>,
    id: EntryId,
) -> Result<Reversal, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let asked = reversals::lock(tx, id)
            .await?
            .filter(|asked| only.is_none() || asked.courier_id == only)
            .ok_or(CommandError::NotFound("reversal"))?;
        let Some(agreed) = asked.agree(by, at)? else { return Ok(asked) };
        let when = agreed.agreed.map_or(at, |(_, when)| when);
        reversals::agree(tx, id, by, when).await?;
        let booked = reversals::booked(tx, id).await?.ok_or(CommandError::NotFound("entry"))?;
        take_back(coop, tx, &booked, at).await?;
        // A courier's own agreement is no act of the co-op's.
        if only.is_none() {
            let what = json!({ "entry_id": id });
            acts::note(coop, tx, by, "agree_reversal", agreed.courier_id, what).await?;
        }
        Ok(agreed)
    })
    .await
}

/// Books the opposite of an entry, and tells the couriers whose accounts it changes.
pub(super) async fn take_back(
    coop: &Coop,
    tx: &mut Conn,
    booked: &Booked,
    at: Timestamp,
) -> Result<(), CommandError> {
    pay_runs::still_owed(tx, booked).await?;
    let entry = Entry::reversal(coop.clock.id(EntryId::from_uuid), at, booked);
    if !ledger::post(tx, &entry, coop.clock.now()).await? {
        return Ok(());
    }
    for (account, amount) in entry.postings() {
        if let Some(courier_id) = account.courier() {
            let amount = Money::new(*amount, booked.currency);
            coop.tell(tx, &Event::Pay { courier_id, amount }, at).await?;
        }
    }
    Ok(())
}

/// A courier was right: the piece is booked anew from the inputs as they should have been, and the
/// old one taken back behind it. It never gets less: for that, the entry is reversed.
pub async fn correct(
    coop: &Coop,
    by: UserId,
    id: ReviewId,
    reasons: Note,
    inputs: PieceInputs,
) -> Result<Review, CommandError> {
    if !inputs.sensible() {
        return Err(CommandError::Amount("these inputs are of no delivery that was ever ridden"));
    }
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        let review = reviews::lock(tx, id).await?.ok_or(CommandError::NotFound("review"))?;
        let About::Line { entry_id } = review.about else {
            return Err(ReviewError::NoPiece.into());
        };
        let answer = |correction: Note| {
            let (outcome, reasons) = (Outcome::Changed, reasons.clone());
            let verdict = Verdict { at, by, outcome, reasons, correction: Some(correction) };
            review.answer(verdict, user.courier_id)
        };
        let corrected = coop.clock.id(EntryId::from_uuid);
        let correction = Note::new(&format!("booked anew as {corrected}"));
        let answered = answer(correction.map_err(|error| CommandError::Internal(error.into()))?)?;
        let booked =
            reversals::booked(tx, entry_id).await?.ok_or(CommandError::NotFound("entry"))?;
        let entry = corrected_entry(tx, corrected, at, &booked, id, inputs).await?;
        if !ledger::post(tx, &entry, coop.clock.now()).await? {
            return Err(ReversalError::Asked.into());
        }
        let back = Entry::reversal(coop.clock.id(EntryId::from_uuid), at, &booked);
        if !ledger::post(tx, &back, coop.clock.now()).await? {
            return Err(ReversalError::Asked.into());
        }
        let more: i64 = [entry.postings(), back.postings()]
            .iter()
            .flat_map(|postings| postings.iter())
            .filter(|(account, _)| account.courier() == Some(review.courier_id))
            .map(|(_, amount)| amount)
            .sum();
        let amount = Money::new(more, booked.currency);
        coop.tell(tx, &Event::Pay { courier_id: review.courier_id, amount }, at).await?;
        reviews::save(tx, &answered).await?;
        let what = json!({ "review_id": id, "entry_id": corrected });
        acts::note(coop, tx, by, "correct_review", Some(review.courier_id), what).await?;
        Ok(answered)
    })
    .await
}

/// The piece of a booked entry, from other inputs and by the same tariff.
async fn corrected_entry(
    tx: &mut Conn,
    id: EntryId,
    at: Timestamp,
    booked: &Booked,
    review_id: ReviewId,
    inputs: PieceInputs,
) -> Result<Entry, CommandError> {
    let (Detail::Piece { delivery_id, shift_id, tariff, .. }
    | Detail::Return { delivery_id, shift_id, tariff, .. }
    | Detail::Correction { delivery_id, shift_id, tariff, .. }) = &booked.detail
    else {
        return Err(ReviewError::NoPiece.into());
    };
    let tariffs = checkpoints::tariffs(tx).await?;
    let rule = tariffs.get(tariff).ok_or(CommandError::NotFound("tariff"))?;
    let amount = rule.piece(&inputs);
    let (account, before) = booked.gained().ok_or(ReviewError::NoPiece)?;
    if amount.amount <= before {
        return Err(CommandError::Amount("by these inputs it is not more than was booked"));
    }
    let detail = Detail::Correction {
        of: booked.id,
        review_id,
        delivery_id: *delivery_id,
        shift_id: *shift_id,
        tariff: tariff.clone(),
        inputs,
    };
    let entry = Entry::transfer(id, at, detail, Account::CoopOperations, account, amount);
    entry.ok_or(CommandError::Amount("there is nothing to book"))
}
