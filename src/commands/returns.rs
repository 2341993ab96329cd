//! Goods that nobody takes go back to the sender, with the courier who has them.

use super::deliveries::{lock_own, route_changed, tell};
use super::desk::{self, Order, to_the_end};
use super::{Answer, CommandError, Once, pay};
use crate::coop::Coop;
use crate::db::assignments::{self, NewAssignment};
use crate::db::ledger::pendings::{self, NewPending};
use crate::db::{Conn, couriers, deliveries, shifts};
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::desk::Act;
use crate::domain::event::DeliveryChange;
use crate::domain::geo::Metres;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId, UserId};
use crate::domain::ledger::{Charge, Detail};
use crate::domain::pay::{Outcome, PieceInputs};
use crate::domain::task::Failure;
use crate::domain::time::Timestamp;

/// Whose word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The merchant whose delivery it is; those of others are not found.
    Merchant(MerchantId),
    /// A dispatcher, whose act is written down.
    Desk(UserId),
}

/// Calls a delivery back that has been picked up: its courier turns round, and the drop-offs that are
/// left are cancelled. Doing it twice is doing it once.
pub async fn call_back(
    coop: &Coop,
    once: Option<&Once>,
    caller: Caller,
    id: DeliveryId,
    reason: Failure,
) -> Result<Answer<Delivery>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| match caller {
        Caller::Merchant(owner) => {
            lock_holder(tx, id).await?;
            let before = lock_own(tx, Some(owner), id).await?;
            let back = coop.clock.id(TaskId::from_uuid);
            let Some(after) = before.call_back(at, reason.clone(), back)? else {
                return Ok(before);
            };
            let courier = before.holder().ok_or(CommandError::NotFound("courier"))?;
            deliveries::save(tx, &before, &after).await?;
            turn_round(coop, tx, &before, &after, courier, at).await?;
            tell(coop, tx, DeliveryChange::Returning, &after, at).await?;
            Ok(after)
        }
        Caller::Desk(user) => {
            let act = Act::Return { reason: reason.clone() };
            let order = Order { delivery: id, version: None, act };
            desk::act(coop, tx, user, &order, at).await
        }
    })
    .await
}

/// Locks the courier who has a delivery, if anybody has it: couriers come before deliveries in the
/// order of locks. Who has picked something up keeps it.
pub(super) async fn lock_holder(tx: &mut Conn, id: DeliveryId) -> Result<(), CommandError> {
    let held = deliveries::find(tx, id).await?;
    if let Some(courier) = held.and_then(|delivery| delivery.holder()) {
        couriers::lock(tx, courier).await?;
    }
    Ok(())
}

/// The courier turns round: the ride so far is paid, and the way back is an assignment of its own, with
/// its own promise by the same tariff. It comes behind what is promised to customers. `before` is the
/// delivery with its stops not yet cancelled.
pub(super) async fn turn_round(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    after: &Delivery,
    courier: CourierId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let tariff = pay::promised(coop, tx, before, courier, at).await?.tariff;
    let code = if after.is_served() { "delivered" } else { "failed" };
    assignments::end(tx, before.id, at, code).await?;
    let id = coop.clock.id(|id| id);
    let assignment = NewAssignment {
        id,
        delivery_id: after.id,
        courier_id: courier,
        offer_id: None,
        user_id: None,
        assigned_at: at,
    };
    assignments::insert(tx, &assignment).await?;
    to_the_end(coop, tx, courier, after, at).await?;
    let shift = shifts::find_open(tx, courier).await?.map(|shift| shift.id);
    if after.is_served() {
        // Something is left over, and the rest was brought.
        pay::book_delivery(coop, tx, before, courier, shift, at).await?;
    } else {
        pay::book_piece(coop, tx, before, courier, Outcome::Failed, shift, at).await?;
    }
    // Last: the piece has ended what was promised before.
    let promise = NewPending {
        id,
        delivery: after.id,
        courier,
        amount: tariff.piece(&inputs(coop, after)),
        tariff: tariff.hash(),
        approach: Metres(0),
        reserved_at: at,
        expires_at: at.max(after.due_at) + pay::LAPSES_AFTER,
    };
    Ok(pendings::reserve(tx, &promise).await?)
}

/// What the pay for the way back is reckoned from before anybody rides it: one handing over, and the
/// way from the drop-off that was not served to the sender.
fn inputs(coop: &Coop, delivery: &Delivery) -> PieceInputs {
    let way = delivery.way_back().into_iter().flatten();
    PieceInputs::ahead(0, 1, pay::ride_along(coop, way).metres, Metres(0))
}

/// The way back is over, whether anybody took the goods or not: the courier is paid for it, and the
/// merchant pays where it owes that. The prices come first: they lock all of the co-op's accounts.
pub(super) async fn end(
    coop: &Coop,
    tx: &mut Conn,
    after: &Delivery,
    courier: CourierId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let came_there = matches!(after.state, DeliveryState::Returned { .. });
    let (outcome, code) =
        if came_there { (Outcome::Delivered, "returned") } else { (Outcome::Failed, "failed") };
    assignments::end(tx, after.id, at, code).await?;
    route_changed(coop, tx, courier, at).await?;
    if after.owes_return() {
        pay::charge_merchant(coop, tx, after, at).await?;
        pay::charge_return(coop, tx, after, at).await?;
    }
    let shift_id = shifts::find_open(tx, courier).await?.map(|shift| shift.id);
    let promised = pay::promised(coop, tx, after, courier, at).await?;
    let engaged_s = pay::engaged(tx, after.id, courier, promised.since, at).await?;
    let inputs = PieceInputs { outcome, engaged_s, ..inputs(coop, after) };
    let tariff = &promised.tariff;
    let round = pay::round(tx, after, Charge::Return).await?;
    let (delivery_id, tariff_ref) = (after.id, tariff.into());
    let detail = Detail::Return { delivery_id, round, shift_id, tariff: tariff_ref, inputs };
    pay::book_promised(coop, tx, after.id, courier, at, detail, tariff.piece(&inputs)).await?;
    Ok(())
}
