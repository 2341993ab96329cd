//! Deliveries are asked for, given, taken back and called off.

use super::{Answer, CommandError, Once, kitchens, legs, pay, prices, slots};
use crate::clock;
use crate::coop::Coop;
use crate::db;
use crate::db::assignments::{self, NewAssignment};
use crate::db::{Conn, couriers, deliveries, merchants, offers, shifts, tasks};
use crate::domain::delivery::{Delivery, DeliveryState, Holding, Leg, Request};
use crate::domain::desk::Desk;
use crate::domain::event::{DeliveryChange, DeliveryTold, Event};
use crate::domain::handover::Need;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, OfferId, TaskId, UserId};
use crate::domain::merchant::Merchant;
use crate::domain::money::Money;
use crate::domain::pay::Outcome;
use crate::domain::pin::Pin;
use crate::domain::pricing::Basis;
use crate::domain::task::{Stop, Task, TaskKind, TaskState};
use crate::domain::text::Note;
use crate::domain::time::{Seconds, Timestamp};

/// A merchant asks for a delivery.
pub async fn create(
    coop: &Coop,
    once: Option<&Once>,
    merchant: MerchantId,
    request: Request,
) -> Result<Answer<Delivery>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let shop =
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        make(coop, tx, &shop, &request, now).await
    })
    .await
}

/// The delivery of a request: in its slot, out of its kitchen, at its price.
pub(super) async fn make(
    coop: &Coop,
    tx: &mut Conn,
    shop: &Merchant,
    request: &Request,
    now: Timestamp,
) -> Result<Delivery, CommandError> {
    let (request, mut delivery) = fit(coop, tx, shop, request, now).await?;
    let (priced, basis) = prices::price(coop, tx, shop, &delivery).await?;
    delivery.price = priced.price;
    place(coop, tx, &delivery, &basis, &request, now).await?;
    Ok(delivery)
}

/// The request with the times of its slot and of its kitchen, and the delivery that it would make
/// now, still without its price; nothing is written.
pub(super) async fn fit(
    coop: &Coop,
    tx: &mut Conn,
    shop: &Merchant,
    request: &Request,
    now: Timestamp,
) -> Result<(Request, Delivery), CommandError> {
    request.check(now)?;
    let request = slots::in_slot(coop, tx, shop.id, request, now).await?;
    let (request, state) = kitchens::in_kitchen(coop, tx, shop.id, &request, now).await?;
    let delivery = Delivery { state, ..draft(coop, shop, &request, now) };
    Ok((request, delivery))
}

/// The delivery that a request would make now whatever slot and kitchen say, without its price.
pub(super) fn draft(coop: &Coop, shop: &Merchant, request: &Request, now: Timestamp) -> Delivery {
    let own_place = Stop {
        place: shop.place,
        address: Some(shop.address.clone()),
        contact: None,
        window: None,
        needs: None,
    };
    let pickups = match request.pickups.as_slice() {
        [] => vec![own_place],
        given => given.to_vec(),
    };
    let task = |kind| {
        move |stop: Stop| Task {
            id: coop.clock.id(TaskId::from_uuid),
            kind,
            stop,
            state: TaskState::Todo,
            rank: 0,
        }
    };
    let dropoffs = request.dropoffs.iter().cloned().map(task(TaskKind::Dropoff));
    Delivery {
        id: coop.clock.id(DeliveryId::from_uuid),
        merchant_id: shop.id,
        external_reference: request.external_reference.clone(),
        placed_at: now,
        ready_at: request.ready_at.unwrap_or(now).max(now),
        due_at: request.due_at(now, Seconds(coop.rules.service.promise_s)),
        price: Money::new(0, coop.rules.tariff.currency),
        packages: request.packages.clone(),
        instructions: request.instructions.clone(),
        if_undeliverable: request.if_undeliverable,
        tasks: pickups.into_iter().map(task(TaskKind::Pickup)).chain(dropoffs).collect(),
        state: DeliveryState::Open,
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

/// Writes a new delivery with what it was priced by, and tells it. A merchant uses a reference once.
pub(super) async fn place(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    basis: &Basis,
    request: &Request,
    now: Timestamp,
) -> Result<(), CommandError> {
    if let Some(reference) = &delivery.external_reference
        && deliveries::find_reference(tx, delivery.merchant_id, reference).await?.is_some()
    {
        return Err(CommandError::Exists(
            "this merchant has a delivery with this external_reference already",
        ));
    }
    deliveries::insert(tx, delivery).await?;
    for door in delivery.tasks.iter().filter(|task| task.needs().has(Need::Pin)) {
        db::pins::insert(tx, door.id, &Pin::of_chance(clock::chance())).await?;
    }
    db::prices::pin(tx, delivery.id, basis).await?;
    slots::book(tx, request.slot, delivery.id).await?;
    let change = match delivery.state.asked_until() {
        Some(_) => DeliveryChange::Asked,
        None => DeliveryChange::Created,
    };
    tell(coop, tx, change, delivery, now).await
}

/// Puts a change of a delivery into the outbox.
pub(super) async fn tell(
    coop: &Coop,
    tx: &mut Conn,
    change: DeliveryChange,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let told = Box::new(told(tx, delivery).await?);
    coop.tell(tx, &Event::Delivery { change, told }, at).await
}

async fn told(tx: &mut Conn, delivery: &Delivery) -> Result<DeliveryTold, CommandError> {
    let courier = delivery.state.holding().map(|holding| holding.courier);
    let (merchant, courier) = deliveries::names(tx, delivery.merchant_id, courier).await?;
    Ok(DeliveryTold::new(delivery.clone(), merchant, courier))
}

/// Counts a change of a courier's route, tells of it, and gives the new count.
pub(super) async fn route_changed(
    coop: &Coop,
    tx: &mut Conn,
    courier_id: CourierId,
    at: Timestamp,
) -> Result<i64, CommandError> {
    let version = couriers::route_changed(tx, courier_id).await?;
    let tasks = tasks::route(tx, courier_id).await?.into_iter().map(|(_, task, _)| task).collect();
    coop.tell(tx, &Event::Route { courier_id, version, tasks }, at).await?;
    Ok(version)
}

/// Withdraws every live offer for a delivery that is not to be had any more.
pub(super) async fn withdraw_offers(
    coop: &Coop,
    tx: &mut Conn,
    delivery: DeliveryId,
    except: Option<OfferId>,
    at: Timestamp,
) -> Result<(), CommandError> {
    for offer in offers::live_for(tx, delivery, except).await? {
        if let Some(withdrawn) = offer.withdraw(at) {
            offers::save(tx, &withdrawn).await?;
            coop.tell(tx, &Event::Offer { offer: Box::new(withdrawn) }, at).await?;
        }
    }
    Ok(())
}

/// Who gives a delivery to a courier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Giver {
    /// The engine, in a co-op that tells instead of asking.
    Engine,
    /// The courier took the offer.
    Offer(OfferId),
    /// A dispatcher.
    Hand(UserId),
}

/// Gives a locked delivery to a courier: state, assignment, offers of others, event.
pub(super) async fn give(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    courier: CourierId,
    giver: Giver,
    at: Timestamp,
) -> Result<Option<Delivery>, CommandError> {
    let by_hand = matches!(giver, Giver::Hand(_));
    let Some(given) = delivery.assign(Holding { courier, since: at, by_hand })? else {
        return Ok(None);
    };
    deliveries::save(tx, delivery, &given).await?;
    if let Some(before) = delivery.holder() {
        pay::void(tx, delivery.id, at).await?;
        assignments::end(tx, delivery.id, at, "reassigned").await?;
        route_changed(coop, tx, before, at).await?;
    }
    let (offer_id, user_id) = match giver {
        Giver::Engine => (None, None),
        Giver::Offer(offer) => (Some(offer), None),
        Giver::Hand(user) => (None, Some(user)),
    };
    let id = coop.clock.id(|id| id);
    let delivery_id = given.id;
    let row =
        NewAssignment { id, delivery_id, courier_id: courier, offer_id, user_id, assigned_at: at };
    assignments::insert(tx, &row).await?;
    pay::reserve(coop, tx, id, &given, courier, offer_id, at).await?;
    withdraw_offers(coop, tx, given.id, offer_id, at).await?;
    let told = Box::new(DeliveryTold { taken_from: delivery.holder(), ..told(tx, &given).await? });
    coop.tell(tx, &Event::Delivery { change: DeliveryChange::Assigned, told }, at).await?;
    Ok(Some(given))
}

/// The owner's delivery, or anybody's where no owner is named, locked to the end of the transaction.
pub(super) async fn lock_own(
    tx: &mut Conn,
    owner: Option<MerchantId>,
    id: DeliveryId,
) -> Result<Delivery, CommandError> {
    let found = deliveries::lock(tx, id).await?;
    // What brings goods to a hub is nobody's order.
    let found = found.filter(|delivery| !delivery.leg.is_internal());
    let own = found.filter(|delivery| owner.is_none_or(|owner| delivery.merchant_id == owner));
    own.ok_or(CommandError::NotFound("delivery"))
}

/// Who has a locked delivery that may still go to somebody else without anybody's hand: its courier is
/// not on the way to it.
pub(super) async fn movable_from(
    tx: &mut Conn,
    delivery: &Delivery,
) -> Result<Option<CourierId>, CommandError> {
    let Some(courier) = delivery.movable_from() else { return Ok(None) };
    let route = tasks::route(tx, courier).await?;
    let goes_there = route.first().is_some_and(|(next, _, _)| *next == delivery.id);
    Ok((!goes_there).then_some(courier))
}

/// Ends the assignment of a delivery, if it has one, and tells its holder.
pub(super) async fn release(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    code: &str,
    at: Timestamp,
) -> Result<(), CommandError> {
    if let Some(courier) = before.holder() {
        pay::void(tx, before.id, at).await?;
        assignments::end(tx, before.id, at, code).await?;
        route_changed(coop, tx, courier, at).await?;
    }
    Ok(())
}

/// A delivery that is called off leaves its courier, who is paid the voted part of the ride, and
/// nobody is asked about it any more. Gives whether a courier was paid.
pub(super) async fn call_off(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    at: Timestamp,
) -> Result<bool, CommandError> {
    let mut paid = false;
    if let Some(courier) = before.holder() {
        let shift = shifts::find_open(tx, courier).await?.map(|shift| shift.id);
        paid = pay::book_piece(coop, tx, before, courier, Outcome::Cancelled, shift, at).await?;
    }
    release(coop, tx, before, "cancelled", at).await?;
    withdraw_offers(coop, tx, before.id, None, at).await?;
    Ok(paid)
}

/// A merchant calls its own delivery off, for a fee once a courier has it.
pub async fn cancel(
    coop: &Coop,
    owner: MerchantId,
    id: DeliveryId,
    reason: Note,
) -> Result<Delivery, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        deliveries::lock_first_leg(tx, id).await?;
        let delivery = lock_own(tx, Some(owner), id).await?;
        let Some(mut cancelled) = delivery.cancel(at, reason.clone())? else {
            return Ok(delivery);
        };
        let state = legs::fee_state(tx, &delivery).await?;
        cancelled.price = coop.rules.prices.cancel_fee(&state, delivery.price);
        deliveries::save(tx, &delivery, &cancelled).await?;
        db::slots::free(tx, id).await?;
        pay::charge_merchant(coop, tx, &cancelled, at).await?;
        call_off(coop, tx, &delivery, at).await?;
        legs::end_first(coop, tx, &delivery, at).await?;
        tell(coop, tx, DeliveryChange::Cancelled, &cancelled, at).await?;
        Ok(cancelled)
    })
    .await
}

/// Ends open deliveries that nobody could take in time. Gives how many.
pub async fn give_up_overdue(coop: &Coop) -> Result<usize, CommandError> {
    let at = coop.clock.now();
    let due_before = at - Seconds(coop.rules.service.give_up_s);
    let overdue = deliveries::overdue(&mut *coop.conn().await?, due_before).await?;
    for &id in &overdue {
        coop.transact(async |tx| {
            let Some(delivery) = deliveries::lock(tx, id).await? else { return Ok(()) };
            let Some(failed) = delivery.give_up(at) else { return Ok(()) };
            deliveries::save(tx, &delivery, &failed).await?;
            withdraw_offers(coop, tx, id, None, at).await?;
            legs::follow(coop, tx, &failed, at).await?;
            tell(coop, tx, DeliveryChange::Failed, &failed, at).await
        })
        .await?;
    }
    Ok(overdue.len())
}
