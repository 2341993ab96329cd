//! What a phone says happened is done in its order, once.

use super::{CommandError, happened, routes, shifts, tasks, undo};
use crate::coop::Coop;
use crate::db::phones::{self, Kept, Outcome};
use crate::db::{Conn, couriers};
use crate::domain::delivery::{DeliveryError, LegError, UndoError};
use crate::domain::fleet::VehicleError;
use crate::domain::handover::{Handover, HandoverError};
use crate::domain::ids::{CourierId, PhoneEventId, PhoneId, TaskId};
use crate::domain::intake::{self, Act, NotKept, PhoneEvent};
use crate::domain::ledger::reversal::ReversalError;
use crate::domain::shift::ShiftError;
use crate::domain::task::Failure;

/// What became of a batch.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The number that the server waits for.
    pub next_seq: i64,
    /// One for each event of the batch, in its order.
    pub results: Vec<(PhoneEventId, Outcome)>,
}

/// Keeps a batch, does what can be done now, and says what became of each event. The same batch
/// again gets the same answer. Each event is done in a transaction of its own with its outcome.
pub async fn take_in(
    coop: &Coop,
    by: CourierId,
    phone: PhoneId,
    batch: &[PhoneEvent],
) -> Result<Taken, CommandError> {
    let refused = keep(coop, by, phone, batch).await?;
    let now = coop.clock.now();
    let ready = coop
        .transact(async |tx| {
            let (_, next) = phones::lock(tx, phone, by, now).await?;
            Ok(intake::ready(next, &phones::waiting(tx, phone, next).await?))
        })
        .await?;
    for _ in 0..ready {
        do_next(coop, by, phone).await?;
    }
    coop.transact(async |tx| {
        let (_, next_seq) = phones::lock(tx, phone, by, now).await?;
        let numbers: Vec<i64> = batch.iter().map(|event| event.seq).collect();
        let kept = phones::with_numbers(tx, phone, &numbers).await?;
        let result = |(event, refused): (&PhoneEvent, &Option<NotKept>)| {
            let outcome = refused.map_or_else(|| outcome_of(event, &kept), not_kept);
            (event.id, outcome)
        };
        Ok(Taken { next_seq, results: batch.iter().zip(&refused).map(result).collect() })
    })
    .await
}

fn not_kept(why: NotKept) -> Outcome {
    Outcome::Refused { code: why.code().to_owned(), detail: why.to_string() }
}

/// What became of an event, if the one that is kept under its number is the same.
fn outcome_of(event: &PhoneEvent, kept: &[Kept]) -> Outcome {
    match kept.iter().find(|one| one.event.seq == event.seq) {
        Some(one) if one.event == *event => one.outcome.clone(),
        Some(_) | None => not_kept(NotKept::Reused),
    }
}

/// Keeps the events of a batch; says for each why not, if not.
async fn keep(
    coop: &Coop,
    by: CourierId,
    phone: PhoneId,
    batch: &[PhoneEvent],
) -> Result<Vec<Option<NotKept>>, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        couriers::find(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let (owner, next) = phones::lock(tx, phone, by, now).await?;
        if owner != by {
            return Err(CommandError::NotFound("phone"));
        }
        let mut refused = Vec::with_capacity(batch.len());
        for event in batch {
            let admitted = intake::admit(next, event.seq);
            if admitted.is_ok() && event.seq >= next {
                phones::keep(tx, phone, event, now).await?;
            }
            refused.push(admitted.err());
        }
        Ok(refused)
    })
    .await
}

/// Does the event whose turn it is, unless another request was faster.
async fn do_next(coop: &Coop, by: CourierId, phone: PhoneId) -> Result<(), CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let (_, next) = phones::lock(tx, phone, by, now).await?;
        let mut turn = phones::with_numbers(tx, phone, &[next]).await?;
        let Some(Kept { event, .. }) = turn.pop() else { return Ok(()) };
        let outcome = if intake::is_too_late(event.at, now) {
            let detail = "events are taken for seven days; tell your dispatcher".to_owned();
            Outcome::Refused { code: "too-late".to_owned(), detail }
        } else {
            let done = coop.within(tx, async |tx| act(coop, tx, by, &event).await).await;
            match done.and_then(|answer| answer.map_err(CommandError::Delivery)) {
                Ok(None) => Outcome::Done,
                Ok(Some(error)) => {
                    Outcome::DoneBut { code: error.code().to_owned(), detail: error.to_string() }
                }
                Err(error) => match refusal(&error) {
                    Some(code) => {
                        Outcome::Refused { code: code.to_owned(), detail: error.to_string() }
                    }
                    None => return Err(error),
                },
            }
        };
        Ok(phones::settle(tx, phone, &event, &outcome, now).await?)
    })
    .await
}

/// The code of a refusal that stays one however often it is tried; `None` for faults, which keep
/// the event in its place.
const fn refusal(error: &CommandError) -> Option<&'static str> {
    use CommandError as C;
    match error {
        C::NotFound(_) | C::Delivery(DeliveryError::NoSuchTask | DeliveryError::NotYours) => {
            Some("not-found")
        }
        C::Delivery(DeliveryError::NotReady { .. }) => Some("not-ready"),
        C::Delivery(DeliveryError::PickupFirst) => Some("pickup-first"),
        C::Delivery(DeliveryError::Leg(LegError::NotAtHub)) => Some("not-at-hub"),
        C::Delivery(DeliveryError::Handover(error)) => Some(handover_refusal(error)),
        C::Delivery(DeliveryError::Illegal { .. } | DeliveryError::Task(_))
        | C::Shift(ShiftError::Ended | ShiftError::NotOpen) => Some("illegal-transition"),
        C::PickupFirst => Some("pickup-first"),
        C::Delivery(DeliveryError::Undo(error)) => Some(undone(*error)),
        C::Reversal(ReversalError::PaidOut) => Some("paid-out"),
        C::Shift(ShiftError::RouteNotEmpty { .. }) => Some("route-not-empty"),
        C::Shift(ShiftError::Suspended) => Some("suspended"),
        C::Shift(ShiftError::Hours(_)) => Some("too-many"),
        _ => None,
    }
}

/// The code of what keeps a step from being taken back.
const fn undone(error: UndoError) -> &'static str {
    match error {
        UndoError::Late(_) => "undo-late",
        UndoError::Followed | UndoError::TooOften => "undo-followed",
        UndoError::ShiftEnded
        | UndoError::OtherEnded
        | UndoError::Invoiced
        | UndoError::Corrected => "undo-settled",
    }
}

const fn handover_refusal(error: &HandoverError) -> &'static str {
    match error {
        HandoverError::Parcel(_)
        | HandoverError::Foreign(_)
        | HandoverError::Twice(_)
        | HandoverError::NothingLeft => "parcels",
        HandoverError::Pictures => "too-many",
        HandoverError::ProofMissing { .. } => "proof-missing",
        HandoverError::PinLocked => "pin-locked",
        HandoverError::PinMissing => "pin-missing",
        HandoverError::PinWrong { .. } => "pin-wrong",
    }
}

/// Does it. What is refused and has left a trace all the same is the inner error; a vehicle that a
/// shift had to begin without comes with what was done.
async fn act(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    event: &PhoneEvent,
) -> Result<Result<Option<VehicleError>, DeliveryError>, CommandError> {
    let at = happened(Some(event.at), coop.clock.now());
    match &event.act {
        Act::ShiftStarted { shift_id, vehicle_id } => {
            match shifts::start_in(coop, tx, by, *shift_id, *vehicle_id, at).await {
                // The courier works already, whoever rides the vehicle by now.
                Err(CommandError::Vehicle(error)) => {
                    shifts::start_in(coop, tx, by, *shift_id, None, at).await?;
                    return Ok(Ok(Some(error)));
                }
                outcome => drop(outcome?),
            }
        }
        Act::ShiftEnded {} => {
            shifts::stop_in(coop, tx, by, at).await?;
        }
        Act::ShiftPaused {} => {
            shifts::pause_in(coop, tx, by, at).await?;
        }
        Act::ShiftResumed {} => {
            shifts::resume_in(coop, tx, by, at).await?;
        }
        Act::TaskStarted { task_id } => {
            tasks::step(coop, tx, by, *task_id, at, |delivery, at| {
                delivery.start_task(by, *task_id, at)
            })
            .await?;
        }
        Act::TaskDone { task_id, proof, missing } => {
            let shown = proof.clone().unwrap_or_default();
            let handover = Handover { shown, missing: missing.clone() };
            let done = tasks::complete_in(coop, tx, by, *task_id, at, &handover).await?;
            return Ok(done.map(|_| None));
        }
        // The phone cannot know what has been added since: that comes behind.
        Act::RouteOrdered { tasks } => {
            routes::put(coop, tx, by, None, tasks, at).await?;
        }
        Act::TaskFailed { task_id, code, note } => {
            let failure = Failure { code: *code, note: note.clone() };
            let back = coop.clock.id(TaskId::from_uuid);
            tasks::step(coop, tx, by, *task_id, at, |delivery, at| {
                delivery.fail_task(by, *task_id, at, failure.clone(), back)
            })
            .await?;
        }
        Act::TaskUndone { task_id, step } => {
            undo::step_in(coop, tx, by, *task_id, *step, at).await?;
        }
    }
    Ok(Ok(None))
}
