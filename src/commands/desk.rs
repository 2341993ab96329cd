//! What dispatchers do: one act on one delivery, and the order of a route.
//!
//! An act may name the version that the dispatcher saw. Has somebody else changed the delivery
//! since, nothing happens, unless what is asked for is so already.

use serde_json::json;

use super::deliveries::{Giver, call_off, give, release, route_changed, tell, withdraw_offers};
use super::routes::{self, RouteOrder};
use super::{Answer, CommandError, Once, legs, returns, slots};
use crate::coop::Coop;
use crate::db;
use crate::db::acts::{self, Cancelled, NewAct};
use crate::db::{Conn, couriers, deliveries, hubs, tasks};
use crate::domain::delivery::{Delivery, DeliveryError, Holding, SplitPlan};
use crate::domain::desk::Act;
use crate::domain::event::DeliveryChange;
use crate::domain::ids::{CourierId, DeliveryId, TaskId, UserId};
use crate::domain::money::Money;
use crate::domain::slot::Choice;
use crate::domain::time::Timestamp;

/// An act, on what, and from which version on.
#[derive(Clone, Debug)]
pub struct Order {
    pub delivery: DeliveryId,
    /// The version that was seen; without one, the act applies to whatever is there.
    pub version: Option<i64>,
    pub act: Act,
}

/// Does what a dispatcher asks for, and writes down who did it.
pub async fn perform(coop: &Coop, by: UserId, order: &Order) -> Result<Delivery, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| act(coop, tx, by, order, at).await).await
}

/// The same, as a part of a transaction.
pub(super) async fn act(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    order: &Order,
    at: Timestamp,
) -> Result<Delivery, CommandError> {
    match &order.act {
        Act::Assign { courier_id } => {
            couriers::lock(tx, *courier_id).await?.ok_or(CommandError::NotFound("courier"))?;
        }
        Act::Return { .. } => returns::lock_holder(tx, order.delivery).await?,
        Act::Unassign
        | Act::Cancel { .. }
        | Act::Split { .. }
        | Act::Join
        | Act::Restore
        | Act::Reschedule { .. }
        | Act::Note { .. }
        | Act::Tag { .. }
        | Act::Lock
        | Act::Unlock
        | Act::WaivePin { .. } => {}
    }
    let ends_split = matches!(order.act, Act::Cancel { .. } | Act::Join);
    let first_leg =
        if ends_split { deliveries::lock_first_leg(tx, order.delivery).await? } else { None };
    let before = deliveries::lock(tx, order.delivery).await?;
    let before = before.ok_or(CommandError::NotFound("delivery"))?;
    let outdated = order.version.is_some_and(|seen| seen != before.version);
    let undone = match &order.act {
        Act::Restore => acts::cancelled(tx, before.id).await?,
        Act::Assign { .. }
        | Act::Unassign
        | Act::Cancel { .. }
        | Act::Return { .. }
        | Act::Reschedule { .. }
        | Act::Note { .. }
        | Act::Tag { .. }
        | Act::Lock
        | Act::Unlock
        | Act::WaivePin { .. }
        | Act::Split { .. }
        | Act::Join => None,
    };
    let plan = if let Act::Split { hub_id } = &order.act {
        let hub = hubs::find(tx, *hub_id).await?.ok_or(CommandError::NotFound("hub"))?;
        Some(legs::plan(coop, &before, hub, at))
    } else {
        None
    };
    let known = Known { undone, plan: plan.as_ref(), first_leg: first_leg.as_ref() };
    let wanted = decide(coop, &before, &order.act, &known, at);
    if matches!(wanted, Ok(None)) {
        return Ok(before);
    }
    if outdated {
        return Err(CommandError::Outdated("delivery"));
    }
    let Some(after) = wanted? else { return Ok(before) };
    let paid = carry_out(coop, tx, by, order, (&before, &after), &known, at).await?;
    let slot = move_slot(tx, &order.act, after.id, undone).await?;
    let act = NewAct {
        id: coop.clock.id(|id| id),
        at,
        user_id: by,
        kind: order.act.name(),
        delivery_id: Some(after.id),
        courier_id: after.holder().or(before.holder()),
        version: after.version,
        detail: json!({
            "act": order.act, "price": before.price.amount, "slot": slot, "paid": paid,
        }),
    };
    acts::insert(tx, &act).await?;
    Ok(after)
}

/// A delivery that is called off gives its place in a slot back; one that is restored takes it
/// again, as long as there is one.
async fn move_slot(
    tx: &mut Conn,
    act: &Act,
    delivery: DeliveryId,
    undone: Option<Cancelled>,
) -> Result<Option<Choice>, CommandError> {
    match act {
        Act::Cancel { .. } => Ok(db::slots::free(tx, delivery).await?),
        Act::Restore => {
            let slot = undone.and_then(|undone| undone.slot);
            slots::book(tx, slot, delivery).await?;
            Ok(slot)
        }
        Act::Assign { .. }
        | Act::Unassign
        | Act::Return { .. }
        | Act::Reschedule { .. }
        | Act::Note { .. }
        | Act::Tag { .. }
        | Act::Lock
        | Act::Unlock
        | Act::WaivePin { .. }
        | Act::Split { .. }
        | Act::Join => Ok(None),
    }
}

/// What some acts need to know beside the delivery.
struct Known<'a> {
    undone: Option<Cancelled>,
    plan: Option<&'a SplitPlan>,
    /// What is to bring the goods to a hub.
    first_leg: Option<&'a Delivery>,
}

/// What the delivery becomes, by the domain's rules. `None`: it is so already.
fn decide(
    coop: &Coop,
    delivery: &Delivery,
    act: &Act,
    known: &Known<'_>,
    at: Timestamp,
) -> Result<Option<Delivery>, DeliveryError> {
    let first_leg_locked = known.first_leg.is_some_and(|first| first.desk.locked);
    match act {
        Act::Assign { courier_id } => {
            delivery.assign(Holding { courier: *courier_id, since: at, by_hand: true })
        }
        Act::Unassign => delivery.unassign(),
        Act::Cancel { .. } | Act::Return { .. } if delivery.desk.locked => {
            Err(DeliveryError::Locked)
        }
        Act::Cancel { .. } | Act::Join if first_leg_locked => Err(DeliveryError::Locked),
        Act::Return { reason } => {
            delivery.call_back(at, reason.clone(), coop.clock.id(TaskId::from_uuid))
        }
        // The co-op's own doing costs the merchant nothing.
        Act::Cancel { reason } => {
            let nothing = Money { amount: 0, ..delivery.price };
            let free = |cancelled| Delivery { price: nothing, ..cancelled };
            Ok(delivery.cancel(at, reason.clone())?.map(free))
        }
        Act::Restore => {
            // What a courier was paid for is in the books, and a delivery is paid for once.
            let undone = known.undone.filter(|undone| !undone.paid);
            delivery.restore(undone.map(|undone| Money { amount: undone.price, ..delivery.price }))
        }
        Act::Reschedule { ready_at, due_at } => delivery.reschedule(*ready_at, *due_at, at),
        Act::Note { note } => Ok(delivery.annotate(note.clone())),
        Act::Tag { add, remove } => delivery.tag(add, remove),
        Act::Lock => delivery.lock(),
        Act::Unlock => Ok(delivery.unlock()),
        Act::WaivePin { task_id, .. } => delivery.waive_pin(*task_id),
        Act::Split { .. } => match known.plan {
            Some(plan) => delivery.split(plan),
            None => Ok(None),
        },
        Act::Join => delivery.rejoin(at),
    }
}

/// Writes the step and tells of it. Gives whether a courier was paid for what is called off.
async fn carry_out(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    order: &Order,
    (before, after): (&Delivery, &Delivery),
    known: &Known<'_>,
    at: Timestamp,
) -> Result<bool, CommandError> {
    if let Act::Assign { courier_id } = &order.act {
        give(coop, tx, before, *courier_id, Giver::Hand(by), at).await?;
        to_the_end(coop, tx, *courier_id, after, at).await?;
        return Ok(false);
    }
    deliveries::save(tx, before, after).await?;
    let mut paid = false;
    let change = match &order.act {
        Act::Assign { .. } => DeliveryChange::Assigned,
        Act::Unassign => {
            release(coop, tx, before, "unassigned", at).await?;
            DeliveryChange::Unassigned
        }
        Act::Cancel { .. } => {
            paid = call_off(coop, tx, before, at).await?;
            legs::end_first(coop, tx, before, at).await?;
            DeliveryChange::Cancelled
        }
        Act::Return { .. } => {
            let courier = before.holder().ok_or(CommandError::NotFound("courier"))?;
            returns::turn_round(coop, tx, before, after, courier, at).await?;
            DeliveryChange::Returning
        }
        // What was offered is not what it was, or not to be had any more.
        Act::Lock | Act::Reschedule { .. } => {
            withdraw_offers(coop, tx, after.id, None, at).await?;
            if let Some(courier) = after.holder() {
                route_changed(coop, tx, courier, at).await?;
            }
            DeliveryChange::Updated
        }
        // The courier's route shows what a stop needs.
        Act::WaivePin { .. } => {
            if let Some(courier) = after.holder() {
                route_changed(coop, tx, courier, at).await?;
            }
            DeliveryChange::Updated
        }
        Act::Split { .. } => match known.plan {
            Some(plan) => legs::begin(coop, tx, before, plan, at).await?,
            None => DeliveryChange::Updated,
        },
        Act::Join => {
            legs::end_first(coop, tx, before, at).await?;
            withdraw_offers(coop, tx, after.id, None, at).await?;
            if let Some(courier) = after.holder() {
                route_changed(coop, tx, courier, at).await?;
            }
            DeliveryChange::Updated
        }
        Act::Restore | Act::Note { .. } | Act::Tag { .. } | Act::Unlock => DeliveryChange::Updated,
    };
    tell(coop, tx, change, after, at).await?;
    legs::follow(coop, tx, after, at).await?;
    Ok(paid)
}

/// Puts the stops of a delivery that was just given, or has turned round, behind everything that is
/// promised already.
pub(super) async fn to_the_end(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    given: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let mut order = routes::ahead(tx, courier).await?;
    order.retain(|task| given.tasks.iter().all(|own| own.id != *task));
    order.extend(given.tasks.iter().map(|task| task.id));
    tasks::rank(tx, &order).await?;
    route_changed(coop, tx, courier, at).await.map(drop)
}

/// Puts what is ahead of a courier into the order that `order` makes of it.
pub(super) async fn put_in_order(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    order: impl FnOnce(&[TaskId]) -> Vec<TaskId>,
    at: Timestamp,
) -> Result<(), CommandError> {
    let route = routes::ahead(tx, courier).await?;
    tasks::rank(tx, &order(&route)).await?;
    route_changed(coop, tx, courier, at).await.map(drop)
}

/// Puts a courier's stops into another order, by a dispatcher's hand.
///
/// # Errors
/// [`CommandError::RouteMoved`] when the route is not the one that was seen any more;
/// [`CommandError::PickupFirst`] when goods would be handed over before they are picked up.
pub async fn reorder(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    courier: CourierId,
    seen: Option<i64>,
    planned: &[TaskId],
) -> Result<Answer<RouteOrder>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        couriers::lock(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
        let before = routes::ahead(tx, courier).await?;
        let Some(order) = routes::put(coop, tx, courier, seen, planned, at).await? else {
            return routes::now(tx, courier).await;
        };
        let act = NewAct {
            id: coop.clock.id(|id| id),
            at,
            user_id: by,
            kind: "reorder",
            delivery_id: None,
            courier_id: Some(courier),
            version: order.version,
            detail: json!({ "before": before, "after": order.tasks }),
        };
        acts::insert(tx, &act).await?;
        Ok(order)
    })
    .await
}
