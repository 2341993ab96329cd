//! The courier at the door: started, done, failed.

use super::deliveries::{release, route_changed, tell};
use super::{CommandError, happened, legs, pay, returns};
use crate::coop::Coop;
use crate::db::{Conn, assignments, couriers, deliveries, pins, proofs, shifts, tasks};
use crate::domain::delivery::{Delivery, DeliveryError, DeliveryState};
use crate::domain::event::DeliveryChange;
use crate::domain::handover::{Handover, HandoverError, Known};
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::pay::Outcome;
use crate::domain::task::{Failure, Task};
use crate::domain::time::Timestamp;

/// The courier stands at the stop.
pub async fn start(
    coop: &Coop,
    by: CourierId,
    id: TaskId,
    device_time: Option<Timestamp>,
) -> Result<Task, CommandError> {
    let at = happened(device_time, coop.clock.now());
    let decide = |delivery: &Delivery, at| delivery.start_task(by, id, at);
    coop.transact(async |tx| step(coop, tx, by, id, at, decide).await).await
}

/// The goods changed hands. The last drop-off ends the delivery and books its pay.
pub async fn complete(
    coop: &Coop,
    by: CourierId,
    id: TaskId,
    handover: &Handover,
    device_time: Option<Timestamp>,
) -> Result<Task, CommandError> {
    let at = happened(device_time, coop.clock.now());
    let done = coop.transact(async |tx| complete_in(coop, tx, by, id, at, handover).await).await?;
    Ok(done?)
}

/// The same, as a part of a transaction. A wrong PIN is an answer and no failure of it: that it was
/// tried is written down, and stays so.
pub(super) async fn complete_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    id: TaskId,
    at: Timestamp,
    handover: &Handover,
) -> Result<Result<Task, DeliveryError>, CommandError> {
    couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    let known = Known { pictures: proofs::kinds(tx, id).await?, guard: pins::lock(tx, id).await? };
    let back = coop.clock.id(TaskId::from_uuid);
    let decide =
        |delivery: &Delivery, at| delivery.complete_task(by, id, at, handover, &known, back);
    match step(coop, tx, by, id, at, decide).await {
        Ok(task) => Ok(Ok(task)),
        Err(CommandError::Delivery(
            wrong @ DeliveryError::Handover(HandoverError::PinWrong { .. }),
        )) => {
            pins::count_wrong(tx, id).await?;
            Ok(Err(wrong))
        }
        Err(error) => Err(error),
    }
}

/// The stop could not be served; the delivery ends with the courier's reason, or its goods go back.
pub async fn fail(
    coop: &Coop,
    by: CourierId,
    id: TaskId,
    failure: Failure,
    device_time: Option<Timestamp>,
) -> Result<Task, CommandError> {
    let at = happened(device_time, coop.clock.now());
    let back = coop.clock.id(TaskId::from_uuid);
    let decide = |delivery: &Delivery, at| delivery.fail_task(by, id, at, failure.clone(), back);
    coop.transact(async |tx| step(coop, tx, by, id, at, decide).await).await
}

/// One step of one task: lock, decide, write, book, tell.
pub(super) async fn step(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    id: TaskId,
    at: Timestamp,
    decide: impl Fn(&Delivery, Timestamp) -> Result<Option<Delivery>, DeliveryError>,
) -> Result<Task, CommandError> {
    couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    let delivery = tasks::delivery_of(tx, id).await?.ok_or(CommandError::NotFound("task"))?;
    let before = deliveries::lock(tx, delivery).await?.ok_or(CommandError::NotFound("task"))?;
    // A phone whose clock is slow cannot have been there before it was given the task.
    let at = before.state.holding().map_or(at, |holding| at.max(holding.since));
    let after = match decide(&before, at) {
        // A foreign task is not there at all.
        Err(DeliveryError::NotYours | DeliveryError::NoSuchTask) => {
            return Err(CommandError::NotFound("task"));
        }
        outcome => outcome?,
    };
    let Some(after) = after else { return task_of(&before, id) };
    deliveries::save(tx, &before, &after).await?;
    follow_up(coop, tx, by, &before, &after, at).await?;
    task_of(&after, id)
}

pub(super) fn task_of(delivery: &Delivery, id: TaskId) -> Result<Task, CommandError> {
    let task = delivery.tasks.iter().find(|task| task.id == id).cloned();
    task.ok_or(CommandError::NotFound("task"))
}

/// What a step brings with it, by the state it led to.
async fn follow_up(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    before: &Delivery,
    after: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let moved = before.state.name() != after.state.name();
    let change = match &after.state {
        DeliveryState::Delivered { .. } if moved => {
            assignments::end(tx, after.id, at, "delivered").await?;
            route_changed(coop, tx, by, at).await?;
            let shift = shifts::find_open(tx, by).await?.map(|shift| shift.id);
            pay::book_delivery(coop, tx, after, by, shift, at).await?;
            DeliveryChange::Delivered
        }
        DeliveryState::Returning { .. } if moved => {
            returns::turn_round(coop, tx, before, after, by, at).await?;
            DeliveryChange::Returning
        }
        DeliveryState::Returned { .. } if moved => {
            returns::end(coop, tx, after, by, at).await?;
            DeliveryChange::Returned
        }
        DeliveryState::Failed { .. } if moved => {
            if before.state.returning_since().is_some() {
                returns::end(coop, tx, after, by, at).await?;
            } else {
                let shift = shifts::find_open(tx, by).await?.map(|shift| shift.id);
                pay::book_piece(coop, tx, before, by, Outcome::Failed, shift, at).await?;
                release(coop, tx, before, "failed", at).await?;
            }
            DeliveryChange::Failed
        }
        DeliveryState::PickedUp { .. } if moved => {
            route_changed(coop, tx, by, at).await?;
            DeliveryChange::PickedUp
        }
        DeliveryState::Asked { .. }
        | DeliveryState::Open
        | DeliveryState::Assigned { .. }
        | DeliveryState::PickedUp { .. }
        | DeliveryState::Returning { .. }
        | DeliveryState::Delivered { .. }
        | DeliveryState::Returned { .. }
        | DeliveryState::Failed { .. }
        | DeliveryState::Cancelled { .. } => DeliveryChange::Updated,
    };
    tell(coop, tx, change, after, at).await?;
    legs::follow(coop, tx, after, at).await
}
