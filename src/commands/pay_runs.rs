//! Pay runs: made of what is owed, confirmed when the bank has carried them out, and only then booked.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, CommandError, Once, acts, bank_accounts};
use crate::coop::Coop;
use crate::db::ledger::reversals;
use crate::db::pay_runs::{self, Creditor};
use crate::db::{Conn, couriers, ledger};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, EntryId, PayRunId, UserId};
use crate::domain::ledger::reversal::ReversalError;
use crate::domain::ledger::{Account, Booked, Detail, Entry};
use crate::domain::money::{Currency, Money};
use crate::domain::pay_run::{
    DAYS_AHEAD_MAX, NotPaid, Owed, Party, PayRun, PayRunError, RunState, Transfer, TransferState,
    not_paid,
};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::secrets::Seal;

/// SEPA has no other.
const CURRENCY: Currency = Currency::EUR;

/// Somebody who is owed something and not in a run. Without a name: it is kept with the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeftOut {
    pub courier_id: CourierId,
    pub owed: Owed,
    pub reason: NotPaid,
}

/// A run that would be made, or is about to be.
pub struct Draft {
    pub transfers: Vec<Creditor>,
    pub left_out: Vec<LeftOut>,
}

/// A run that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    pub id: PayRunId,
    pub left_out: Vec<LeftOut>,
}

async fn draft(conn: &mut Conn) -> Result<Draft, CommandError> {
    let mut draft = Draft { transfers: Vec::new(), left_out: Vec::new() };
    for creditor in pay_runs::creditors(conn, CURRENCY).await? {
        let has_account = creditor.account.is_some();
        match not_paid(has_account, creditor.in_open_run, draft.transfers.len()) {
            None => draft.transfers.push(creditor),
            Some(reason) => {
                let Creditor { courier_id, owed, .. } = creditor;
                draft.left_out.push(LeftOut { courier_id, owed, reason });
            }
        }
    }
    Ok(draft)
}

/// The run that would be made now.
pub async fn preview(coop: &Coop) -> Result<Draft, CommandError> {
    draft(&mut *coop.conn().await?).await
}

fn payer(coop: &Coop) -> Result<&Party, PayRunError> {
    if coop.rules.tariff.currency != CURRENCY {
        return Err(PayRunError::NotEuros);
    }
    coop.rules.payer.as_ref().ok_or(PayRunError::NoPayer)
}

fn execution_day(coop: &Coop, asked: Option<Day>, at: Timestamp) -> Result<Day, PayRunError> {
    let today = Day::of(at, &coop.rules.zone);
    let day = asked.unwrap_or(today);
    let fits = (today..=today.plus(DAYS_AHEAD_MAX)).contains(&day);
    if fits { Ok(day) } else { Err(PayRunError::Day) }
}

/// Makes a run of all that is owed to couriers now and not on its way already. Nothing is booked.
pub async fn make(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    execute_on: Option<Day>,
) -> Result<Answer<Made>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        let from = payer(coop)?.clone();
        let execute_on = execution_day(coop, execute_on, at)?;
        pay_runs::lock_creditors(tx, CURRENCY).await?;
        let Draft { transfers, left_out } = draft(tx).await?;
        if transfers.is_empty() {
            return Err(PayRunError::Nobody.into());
        }
        let id = coop.clock.id(PayRunId::from_uuid);
        let run = PayRun { id, made_by: by, made_at: at, execute_on, from, state: RunState::Open };
        let transfer = |(creditor, number): (Creditor, i32)| {
            let Creditor { courier_id, name, owed, account, .. } = creditor;
            let state = TransferState::Open;
            let (sealed, _) = account?;
            Some((Transfer { courier_id, number, name, owed, state }, sealed))
        };
        let transfers = transfers.into_iter().zip(1..).filter_map(transfer).collect();
        pay_runs::insert(tx, &run, transfers).await?;
        acts::note(coop, tx, by, "make_pay_run", None, json!({ "pay_run_id": id })).await?;
        Ok(Made { id, left_out })
    })
    .await
}

/// The bank has carried a run out: what was not sent back is booked as paid, all of it in one
/// transaction. A run is bounded so that this takes seconds at most; half a run is never booked, and
/// whoever lost the answer asks again.
pub async fn confirm(coop: &Coop, by: UserId, id: PayRunId) -> Result<PayRun, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let run = pay_runs::lock(tx, id).await?.ok_or(CommandError::NotFound("pay run"))?;
        let Some(confirmed) = run.confirm(by, at)? else { return Ok(run) };
        for (transfer, _) in pay_runs::transfers(tx, id).await? {
            if transfer.state == TransferState::Open {
                pay_out(coop, tx, id, &transfer, at).await?;
            }
        }
        pay_runs::save_end(tx, &confirmed).await?;
        acts::note(coop, tx, by, "confirm_pay_run", None, json!({ "pay_run_id": id })).await?;
        Ok(confirmed)
    })
    .await
}

async fn pay_out(
    coop: &Coop,
    tx: &mut Conn,
    run_id: PayRunId,
    transfer: &Transfer,
    at: Timestamp,
) -> Result<(), CommandError> {
    let courier_id = transfer.courier_id;
    for (account, amount) in transfer.owed.accounts(courier_id) {
        let id = coop.clock.id(EntryId::from_uuid);
        let (detail, money) = (Detail::Payout { run_id, account }, Money::new(amount, CURRENCY));
        let entry = Entry::transfer(id, at, detail, account, Account::CoopBank, money);
        if let Some(entry) = entry {
            ledger::post(tx, &entry, coop.clock.now()).await?;
        }
    }
    let amount = Money::new(-transfer.owed.total(), CURRENCY);
    coop.tell(tx, &Event::Pay { courier_id, amount }, at).await
}

/// A run does not go to the bank: what it held is free for the next one.
pub async fn cancel(coop: &Coop, by: UserId, id: PayRunId) -> Result<PayRun, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let run = pay_runs::lock(tx, id).await?.ok_or(CommandError::NotFound("pay run"))?;
        let Some(cancelled) = run.cancel(by, at)? else { return Ok(run) };
        pay_runs::save_end(tx, &cancelled).await?;
        acts::note(coop, tx, by, "cancel_pay_run", None, json!({ "pay_run_id": id })).await?;
        Ok(cancelled)
    })
    .await
}

/// The bank has sent one transfer back. The courier is owed it as before: what was booked as paid is
/// taken back.
pub async fn fail(
    coop: &Coop,
    by: UserId,
    id: PayRunId,
    courier_id: CourierId,
    reason: Note,
) -> Result<PayRun, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let run = pay_runs::lock(tx, id).await?.ok_or(CommandError::NotFound("pay run"))?;
        let transfer = pay_runs::find_transfer(tx, id, courier_id).await?;
        let transfer = transfer.ok_or(CommandError::NotFound("transfer"))?;
        if transfer.fail(reason.clone(), by, at)?.is_none() {
            return Ok(run);
        }
        if transfer.state == TransferState::Paid {
            give_back(coop, tx, id, &transfer, at).await?;
        }
        pay_runs::save_failed(tx, id, courier_id, (&reason, by, at)).await?;
        let what = json!({ "pay_run_id": id });
        acts::note(coop, tx, by, "fail_transfer", Some(courier_id), what).await?;
        Ok(run)
    })
    .await
}

async fn give_back(
    coop: &Coop,
    tx: &mut Conn,
    run_id: PayRunId,
    transfer: &Transfer,
    at: Timestamp,
) -> Result<(), CommandError> {
    let courier_id = transfer.courier_id;
    for (account, _) in transfer.owed.accounts(courier_id) {
        let key = Detail::Payout { run_id, account }.key();
        let booked =
            reversals::booked_as(tx, &key).await?.ok_or(CommandError::NotFound("entry"))?;
        let back = Entry::reversal(coop.clock.id(EntryId::from_uuid), at, &booked);
        ledger::post(tx, &back, coop.clock.now()).await?;
    }
    let amount = Money::new(transfer.owed.total(), CURRENCY);
    coop.tell(tx, &Event::Pay { courier_id, amount }, at).await
}

/// An entry is about to be taken back: nothing may be taken from a courier that was paid out, or is on
/// its way to the bank. Locks the couriers whose accounts fall.
pub(super) async fn still_owed(tx: &mut Conn, booked: &Booked) -> Result<(), CommandError> {
    for (account, amount) in &booked.postings {
        let Some(courier) = account.courier().filter(|_| *amount > 0) else { continue };
        couriers::lock(tx, courier).await?;
        if pay_runs::free(tx, *account).await? < *amount {
            return Err(ReversalError::PaidOut.into());
        }
    }
    Ok(())
}

/// A run with its transfers, each with the account it goes to; `None` for that where the courier
/// was erased.
pub type Opened = (PayRun, Vec<(Transfer, Option<Party>)>);

pub async fn open(coop: &Coop, seal: &Seal, id: PayRunId) -> Result<Opened, CommandError> {
    let mut conn = coop.conn().await?;
    let run = pay_runs::find(&mut conn, id).await?.ok_or(CommandError::NotFound("pay run"))?;
    let transfers = pay_runs::transfers(&mut conn, id).await?.into_iter();
    let opened = transfers.map(|(transfer, sealed)| {
        let (courier, name) = (transfer.courier_id, transfer.name.clone());
        let iban = sealed.map(|sealed| bank_accounts::open(seal, courier, &sealed)).transpose()?;
        Ok((transfer, iban.map(|iban| Party { name, iban })))
    });
    Ok((run, opened.collect::<Result<_, CommandError>>()?))
}
