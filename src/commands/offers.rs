//! Offers are answered, or lapse.

use super::CommandError;
use super::deliveries::{Giver, give, movable_from, route_changed};
use crate::coop::Coop;
use crate::db::{Conn, couriers, deliveries, offers, tasks};
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, OfferId, TaskId};
use crate::domain::offer::{Offer, OfferGone};
use crate::domain::time::Timestamp;

async fn answered(
    coop: &Coop,
    tx: &mut Conn,
    offer: &Offer,
    at: Timestamp,
) -> Result<(), CommandError> {
    offers::save(tx, offer).await?;
    coop.tell(tx, &Event::Offer { offer: Box::new(offer.clone()) }, at).await
}

/// The courier takes it: all of its deliveries, or none. Taking it twice is taking it once. Whoever
/// comes after it was taken from them is told so by one statement, and waits for nobody.
pub async fn accept(coop: &Coop, by: CourierId, id: OfferId) -> Result<Offer, CommandError> {
    let at = coop.clock.now();
    let asked = offers::find(&mut *coop.conn().await?, id).await?;
    let asked = asked.filter(|offer| offer.courier_id == by);
    let asked = asked.ok_or(CommandError::NotFound("offer"))?;
    asked.accept(at)?;
    let mut wanted: Vec<_> = asked.terms.deliveries.iter().map(|one| one.id).collect();
    wanted.sort_unstable();
    let outcome = coop
        .transact(async |tx| {
            couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
            let mut locked = Vec::with_capacity(wanted.len());
            for &delivery in &wanted {
                let delivery = deliveries::lock(tx, delivery).await?;
                // An offer for what somebody has is one to take it over: it lives until that changes.
                if let Some(one) = delivery
                    && (one.is_to_be_had() || movable_from(tx, &one).await?.is_some())
                {
                    locked.push(one);
                }
            }
            // Only now: whoever takes a delivery withdraws the other offers for it.
            let offer = offers::lock(tx, id).await?.ok_or(CommandError::NotFound("offer"))?;
            let Some(accepted) = offer.accept(at)? else { return Ok(Some(offer)) };
            if locked.len() < wanted.len() {
                // Somebody else has a part of it. That this offer is over must be kept.
                if let Some(withdrawn) = offer.withdraw(at) {
                    answered(coop, tx, &withdrawn, at).await?;
                }
                return Ok(None);
            }
            answered(coop, tx, &accepted, at).await?;
            for delivery in &locked {
                give(coop, tx, delivery, by, Giver::Offer(id), at).await?;
            }
            order_route(tx, by, &offer.route).await?;
            route_changed(coop, tx, by, at).await?;
            Ok(Some(accepted))
        })
        .await?;
    outcome.ok_or(OfferGone.into())
}

/// Puts a courier's route into the planned order. What was not planned for (given by hand since)
/// comes behind.
pub(super) async fn order_route(
    tx: &mut Conn,
    courier: CourierId,
    planned: &[TaskId],
) -> Result<(), CommandError> {
    let current: Vec<TaskId> =
        tasks::route(tx, courier).await?.into_iter().map(|(_, task, _)| task).collect();
    let kept = planned.iter().filter(|task| current.contains(task));
    let others = current.iter().filter(|task| !planned.contains(task));
    let order: Vec<TaskId> = kept.chain(others).copied().collect();
    Ok(tasks::rank(tx, &order).await?)
}

/// The courier says no. No reason is asked for, and nothing follows from it.
pub async fn decline(coop: &Coop, by: CourierId, id: OfferId) -> Result<Offer, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let offer = offers::lock(tx, id).await?.filter(|offer| offer.courier_id == by);
        let offer = offer.ok_or(CommandError::NotFound("offer"))?;
        let Some(declined) = offer.decline(at)? else { return Ok(offer) };
        answered(coop, tx, &declined, at).await?;
        Ok(declined)
    })
    .await
}

/// Ends offers whose time is over. Gives how many.
pub async fn expire_lapsed(coop: &Coop) -> Result<usize, CommandError> {
    let now = coop.clock.now();
    let lapsed = offers::lapsed(&mut *coop.conn().await?, now).await?;
    for &id in &lapsed {
        coop.transact(async |tx| {
            let Some(offer) = offers::lock(tx, id).await? else { return Ok(()) };
            let Some(expired) = offer.expire(now) else { return Ok(()) };
            answered(coop, tx, &expired, now).await
        })
        .await?;
    }
    Ok(lapsed.len())
}
