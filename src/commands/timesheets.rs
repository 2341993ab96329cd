//! Hours that were written down wrongly are corrected, with a trace: by a dispatcher, or by the courier
//! with one. Who would be paid for less time is asked first.

use serde_json::json;

use super::{Answer, CommandError, Once, acts, pay, pay_runs, shifts};
use crate::coop::Coop;
use crate::db::ledger::checkpoints;
use crate::db::{self, Conn, couriers, identity, ledger, shift_corrections};
use crate::domain::event::Event;
use crate::domain::ids::{CorrectionId, CourierId, EntryId, ShiftId, UserId};
use crate::domain::ledger::reversal::ReversalError;
use crate::domain::ledger::{Account, Booked, Detail, Entry};
use crate::domain::money::Money;
use crate::domain::shift::Shift;
use crate::domain::shift::correction::{
    Asker, Correction, CorrectionError, Verdict, WaitsFor, Wish,
};
use crate::domain::shift::rest::RestError;
use crate::domain::shift::roster::RosterError;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

const NO_SHIFT: CommandError = CommandError::NotFound("shift");
const NO_CORRECTION: CommandError = CommandError::NotFound("correction");

/// Somebody says what the hours of a shift should have been: a dispatcher of anybody's but their own, a
/// courier (`of`) of theirs.
pub async fn correct(
    coop: &Coop,
    once: Option<&Once>,
    of: Option<CourierId>,
    id: ShiftId,
    wish: Wish,
) -> Result<Answer<Correction>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        let shift = lock(tx, id, of).await?;
        if of.is_none() {
            let user = identity::find_user(tx, wish.asked.user()).await?;
            let user = user.ok_or(CommandError::NotFound("user"))?;
            if user.courier_id == Some(shift.courier_id) {
                return Err(CorrectionError::OwnCase.into());
            }
        }
        let known = shift_corrections::of_shift(tx, id).await?;
        if known.iter().any(|one| one.waits_for().is_some()) {
            return Err(CommandError::Exists("a correction of this shift waits for its answer"));
        }
        if i64::try_from(known.len()).is_ok_and(|known| known >= shift_corrections::CORRECTIONS_MAX)
        {
            return Err(CommandError::TooMany("these hours have been corrected often enough"));
        }
        let new = coop.clock.id(CorrectionId::from_uuid);
        let correction = Correction::new(new, &shift, wish.clone(), shifts::pay_rule(coop), at)?;
        free_then(tx, &shift, &correction, at).await?;
        shift_corrections::insert(tx, &correction).await?;
        if correction.took_effect() {
            apply(coop, tx, &shift, &correction, at).await?;
        }
        if let Asker::Dispatcher(by) = correction.asked {
            let what = json!({ "shift_id": id, "correction_id": new });
            acts::note(coop, tx, by, "correct_hours", Some(shift.courier_id), what).await?;
        }
        tell(coop, tx, &correction, at).await?;
        Ok(correction)
    })
    .await
}

/// What somebody says to a correction that waits for them.
#[derive(Clone, Debug)]
pub struct Said {
    pub by: UserId,
    pub agreed: bool,
    pub reason: Option<Note>,
}

/// Whoever it waits for answers: the courier (`only`), or a dispatcher who is somebody else. Answered
/// alike twice is answered once.
pub async fn answer(
    coop: &Coop,
    only: Option<CourierId>,
    id: CorrectionId,
    said: Said,
) -> Result<Correction, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let known = shift_corrections::find(tx, id).await?.ok_or(NO_CORRECTION)?;
        let shift = lock(tx, known.shift_id, only).await.map_err(|error| match error {
            CommandError::NotFound(_) => NO_CORRECTION,
            other => other,
        })?;
        // Again, now that the shift is held: somebody else may have answered.
        let known = shift_corrections::find(tx, id).await?.ok_or(NO_CORRECTION)?;
        let Said { by, agreed, reason } = said.clone();
        if known.verdict.as_ref().is_some_and(|one| one.by == by && one.agreed == agreed) {
            return Ok(known);
        }
        let theirs = match known.waits_for() {
            Some(WaitsFor::Courier) => only.is_some(),
            Some(WaitsFor::Dispatcher) => only.is_none(),
            None => true,
        };
        if !theirs {
            return Err(NO_CORRECTION);
        }
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        let verdict = Verdict { by, at, agreed, reason };
        let answered = known.answer(verdict.clone(), user.courier_id)?;
        shift_corrections::settle(tx, id, &verdict).await?;
        if answered.took_effect() {
            free_then(tx, &shift, &answered, at).await?;
            apply(coop, tx, &shift, &answered, at).await?;
        }
        if only.is_none() {
            let what = json!({ "correction_id": id, "agreed": agreed });
            acts::note(coop, tx, by, "answer_correction", Some(shift.courier_id), what).await?;
        }
        tell(coop, tx, &answered, at).await?;
        Ok(answered)
    })
    .await
}

/// A shift, its courier held; for a courier, only their own.
async fn lock(tx: &mut Conn, id: ShiftId, of: Option<CourierId>) -> Result<Shift, CommandError> {
    let known = db::shifts::find(tx, id).await?.ok_or(NO_SHIFT)?;
    if of.is_some_and(|of| of != known.courier_id) {
        return Err(NO_SHIFT);
    }
    couriers::lock(tx, known.courier_id).await?.ok_or(NO_SHIFT)?;
    db::shifts::lock(tx, id).await?.ok_or(NO_SHIFT)
}

/// Nobody worked two shifts at one time.
async fn free_then(
    tx: &mut Conn,
    shift: &Shift,
    correction: &Correction,
    at: Timestamp,
) -> Result<(), CommandError> {
    let (from, to) = (correction.now.sheet.started_at(), correction.now.sheet.ended_at());
    let around = db::shifts::around(tx, &[shift.courier_id], (from, to)).await?;
    let others = around.iter().filter(|other| other.id != shift.id);
    let mut work = others.filter_map(|other| other.work(at));
    match work.find(|other| other.after() < to && from < other.before()) {
        Some(other) => {
            let (from, to) = (other.after(), other.before());
            Err(RosterError::Rest(RestError::Overlap { from, to }).into())
        }
        None => Ok(()),
    }
}

/// The hours become what they should have been, and the guarantee is booked anew.
async fn apply(
    coop: &Coop,
    tx: &mut Conn,
    shift: &Shift,
    correction: &Correction,
    at: Timestamp,
) -> Result<(), CommandError> {
    db::shifts::save(tx, &correction.apply(shift)).await?;
    book_guarantee_anew(coop, tx, correction, at).await
}

/// The top-up of a shift whose hours were corrected: booked anew by the same tariff, and what was booked
/// before taken back behind it. What takes from the courier has to be owed still.
async fn book_guarantee_anew(
    coop: &Coop,
    tx: &mut Conn,
    correction: &Correction,
    at: Timestamp,
) -> Result<(), CommandError> {
    let (courier, shift_id) = (correction.courier_id, correction.shift_id);
    let before = ledger::guarantee::of_shift(tx, shift_id).await?;
    let tariff = match before.as_ref().and_then(|booked| booked.detail.tariff()) {
        Some(named) => {
            let tariffs = checkpoints::tariffs(tx).await?;
            tariffs.get(named).ok_or(CommandError::NotFound("tariff"))?.clone()
        }
        None => coop.rules.tariff.clone(),
    };
    let paid = correction.now.paid;
    let inputs = pay::guarantee_inputs(tx, &tariff, courier, shift_id, paid).await?;
    let amount = tariff.top_up(&inputs);
    let booked = before.as_ref().and_then(Booked::gained).map_or(0, |(_, amount)| amount);
    if amount.amount == booked {
        return Ok(());
    }
    if let Some(before) = before.as_ref().filter(|_| amount.amount < booked) {
        pay_runs::still_owed(tx, before).await?;
    }
    let detail = Detail::Guarantee {
        shift_id,
        tariff: (&tariff).into(),
        inputs,
        correction_id: Some(correction.id),
    };
    let id = coop.clock.id(EntryId::from_uuid);
    let accounts = (Account::CoopOperations, Account::CourierPay(courier));
    let anew = Entry::transfer(id, at, detail, accounts.0, accounts.1, amount);
    let back = before.map(|booked| Entry::reversal(coop.clock.id(EntryId::from_uuid), at, &booked));
    for entry in anew.iter().chain(&back) {
        if !ledger::post(tx, entry, coop.clock.now()).await? {
            return Err(ReversalError::Asked.into());
        }
    }
    let amount = Money::new(amount.amount - booked, amount.currency);
    coop.tell(tx, &Event::Pay { courier_id: courier, amount }, at).await
}

async fn tell(
    coop: &Coop,
    tx: &mut Conn,
    correction: &Correction,
    at: Timestamp,
) -> Result<(), CommandError> {
    let (courier_id, shift_id) = (correction.courier_id, correction.shift_id);
    coop.tell(tx, &Event::Hours { courier_id, shift_id }, at).await
}
