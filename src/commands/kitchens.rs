//! Kitchens are set up, and say yes or no to what they are asked.

use super::CommandError;
use super::deliveries::{lock_own, tell};
use crate::coop::Coop;
use crate::db::kitchens::{self, Kept};
use crate::db::{self, Conn, deliveries, merchants};
use crate::domain::delivery::{Delivery, DeliveryError, DeliveryState, RefusalCode, Request};
use crate::domain::event::DeliveryChange;
use crate::domain::ids::{DeliveryId, MerchantId};
use crate::domain::kitchen::{Kitchen, Rush};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Says how a merchant's kitchen works, from the next order on.
pub async fn put(
    coop: &Coop,
    merchant: MerchantId,
    kitchen: &Kitchen,
) -> Result<Kept, CommandError> {
    coop.transact(async |tx| {
        merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        kitchens::put(tx, merchant, kitchen).await?;
        kitchens::find(tx, merchant).await?.ok_or(CommandError::NotFound("kitchen"))
    })
    .await
}

/// Everything takes longer for a while, or does not any more.
pub async fn rush(
    coop: &Coop,
    merchant: MerchantId,
    rush: Option<Rush>,
) -> Result<Kept, CommandError> {
    let now = coop.clock.now();
    let rush = rush.map(|rush| rush.check(now)).transpose()?;
    coop.transact(async |tx| {
        if !kitchens::rush(tx, merchant, rush).await? {
            return Err(CommandError::NotFound("kitchen"));
        }
        kitchens::find(tx, merchant).await?.ok_or(CommandError::NotFound("kitchen"))
    })
    .await
}

/// The request with the time at which the merchant's kitchen has it ready, and the state that a
/// delivery of it begins in. Without a kitchen nothing changes.
pub(super) async fn in_kitchen(
    coop: &Coop,
    tx: &mut Conn,
    merchant: MerchantId,
    request: &Request,
    now: Timestamp,
) -> Result<(Request, DeliveryState), CommandError> {
    let mut request = request.clone();
    let Some(Kept { kitchen, rush }) = kitchens::find(tx, merchant).await? else {
        return Ok((request, DeliveryState::Open));
    };
    let zone = &coop.rules.zone;
    request.ready_at = Some(kitchen.ready_at(request.ready_at, now, rush, zone)?);
    request.check(now)?;
    let state = kitchen
        .asks(now, zone)
        .map_or(DeliveryState::Open, |(until, silence)| DeliveryState::Asked { until, silence });
    Ok((request, state))
}

/// The kitchen takes an order that it was asked about.
pub async fn accept(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    ready_at: Option<Timestamp>,
) -> Result<Delivery, CommandError> {
    answer(coop, owner, id, |delivery, now| delivery.accept(now, ready_at)).await
}

/// The kitchen does not take it: the delivery ends, at no cost.
pub async fn refuse(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    code: RefusalCode,
    note: Option<Note>,
) -> Result<Delivery, CommandError> {
    answer(coop, owner, id, |delivery, now| delivery.refuse(now, code, note.clone())).await
}

/// Takes silence for the answer that it means. Gives how many kitchens were silent.
pub async fn end_silence(coop: &Coop) -> Result<usize, CommandError> {
    let silent = deliveries::unanswered(&mut *coop.conn().await?, coop.clock.now()).await?;
    for &id in &silent {
        answer(coop, None, id, |delivery, now| Ok(delivery.unanswered(now))).await?;
    }
    Ok(silent.len())
}

/// Lock, decide, write, tell: what is refused gives its place in a slot back.
async fn answer(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    decide: impl Fn(&Delivery, Timestamp) -> Result<Option<Delivery>, DeliveryError>,
) -> Result<Delivery, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let before = lock_own(tx, owner, id).await?;
        let Some(after) = decide(&before, now)? else { return Ok(before) };
        deliveries::save(tx, &before, &after).await?;
        let change = if after.state.is_over() {
            db::slots::free(tx, id).await?;
            DeliveryChange::Refused
        } else {
            DeliveryChange::Accepted
        };
        tell(coop, tx, change, &after, now).await?;
        Ok(after)
    })
    .await
}
