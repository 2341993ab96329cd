//! A courier takes the last step of a stop back: the delivery goes on as it was, and everything that was
//! booked with the step is taken back by entries of its own.

use super::deliveries::{route_changed, tell};
use super::tasks::task_of;
use super::{CommandError, corrections, legs, pay, receivables};
use crate::coop::Coop;
use crate::db::ledger::pendings;
use crate::db::ledger::{reversals, rounds};
use crate::db::{Conn, assignments, couriers, deliveries, invoices, proofs, shifts, tasks};
use crate::domain::delivery::{Delivery, DeliveryError, DeliveryState, UndoError};
use crate::domain::event::DeliveryChange;
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::ledger::{Booked, Charge};
use crate::domain::shift::ShiftState;
use crate::domain::task::{Step, Task};
use crate::domain::time::{Seconds, Timestamp};

/// A courier takes a step back that was taken a moment ago.
///
/// # Errors
/// [`UndoError`] when it is too late, or something has come of the step.
pub async fn step(
    coop: &Coop,
    by: CourierId,
    id: TaskId,
    step: Step,
) -> Result<Task, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| step_in(coop, tx, by, id, step, at).await).await
}

/// [`step`] as a part of something larger, at a time that a phone says.
pub(super) async fn step_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    id: TaskId,
    step: Step,
    at: Timestamp,
) -> Result<Task, CommandError> {
    couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    let delivery = tasks::delivery_of(tx, id).await?.ok_or(CommandError::NotFound("task"))?;
    let before = deliveries::lock(tx, delivery).await?.ok_or(CommandError::NotFound("task"))?;
    let within = Seconds(coop.rules.service.undo_s);
    let after = match before.undo_task(by, id, step, at, within) {
        // A foreign task is not there at all.
        Err(DeliveryError::NotYours | DeliveryError::NoSuchTask) => {
            return Err(CommandError::NotFound("task"));
        }
        outcome => outcome?,
    };
    let Some(after) = after else { return task_of(&before, id) };
    let stepped_at = task_of(&before, id)?.state.stepped_at().unwrap_or(at);
    // A phone whose clock is slow has not undone it before it was done.
    let at = at.max(stepped_at);
    let charges = before.charges_until(&after.state);
    if !charges.is_empty() {
        unsettled(tx, &before, by, stepped_at).await?;
        reopen(coop, tx, &before, by, at).await?;
        for charge in charges {
            take_back(coop, tx, &before, by, *charge, at).await?;
        }
    }
    for gone in before.tasks.iter().skip(after.tasks.len()) {
        if proofs::count(tx, gone.id).await? > 0 {
            return Err(refused(UndoError::Followed));
        }
    }
    deliveries::save(tx, &before, &after).await?;
    if step != Step::Started {
        to_the_front(coop, tx, by, id, at).await?;
    }
    tell(coop, tx, DeliveryChange::Updated, &after, at).await?;
    legs::follow(coop, tx, &after, at).await?;
    task_of(&after, id)
}

/// The shift in which a delivery ended is not paid out yet, and no other delivery's time is reckoned
/// from its end.
async fn unsettled(
    tx: &mut Conn,
    before: &Delivery,
    courier: CourierId,
    stepped_at: Timestamp,
) -> Result<(), CommandError> {
    if let Some(shift) = shifts::find_ended(tx, courier).await?
        && let ShiftState::Ended { hours, .. } = &shift.state
        && hours.ended_at() >= stepped_at
    {
        return Err(refused(UndoError::ShiftEnded));
    }
    if assignments::last_end(tx, courier, before.id, stepped_at).await?.is_some() {
        return Err(refused(UndoError::OtherEnded));
    }
    Ok(())
}

const fn refused(why: UndoError) -> CommandError {
    CommandError::Delivery(DeliveryError::Undo(why))
}

/// The courier holds the delivery again as before, under the same promise. Where it had turned round,
/// the way back was never promised.
async fn reopen(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    courier: CourierId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let promise = pendings::last_ended(tx, before.id, courier).await?;
    if matches!(before.state, DeliveryState::Returning { .. }) {
        pay::void(tx, before.id, at).await?;
        assignments::end(tx, before.id, at, "undone").await?;
    }
    assignments::reopen(tx, before.id, courier).await?;
    if let Some(promise) = promise {
        let expires_at = at.max(before.due_at) + pay::LAPSES_AFTER;
        pendings::renew(tx, promise, coop.clock.id(|id| id), expires_at).await?;
    }
    Ok(())
}

/// Takes back what was booked with the step, if it was.
async fn take_back(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    courier: CourierId,
    charge: Charge,
    at: Timestamp,
) -> Result<(), CommandError> {
    // Nothing is put onto an invoice meanwhile.
    invoices::lock(tx).await?;
    let Some(last) = rounds::last(tx, charge, before.id).await?.0.filter(|last| !last.undone)
    else {
        return Ok(());
    };
    let booked = reversals::booked(tx, last.entry).await?;
    let booked: Booked = booked.ok_or(CommandError::NotFound("entry"))?;
    if last.invoiced {
        return Err(refused(UndoError::Invoiced));
    }
    if last.reversed || last.contested || !receivables::may_take_back(tx, &booked).await? {
        return Err(refused(UndoError::Corrected));
    }
    rounds::undo(tx, last.entry, courier, at).await?;
    corrections::take_back(coop, tx, &booked, at).await
}

/// The stop is to be served again, and comes first: there is where the courier stands.
async fn to_the_front(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    id: TaskId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let mut order: Vec<TaskId> =
        tasks::route(tx, courier).await?.into_iter().map(|(_, task, _)| task).collect();
    order.retain(|task| *task != id);
    order.insert(0, id);
    tasks::rank(tx, &order).await?;
    route_changed(coop, tx, courier, at).await.map(drop)
}
