//! Deliveries are changed on their way: by the merchant, by the kitchen, by the customer.

use super::deliveries::{lock_own, route_changed, tell};
use super::{CommandError, legs};
use crate::coop::Coop;
use crate::db::{deliveries, tasks};
use crate::domain::delivery::{Amendment, Delivery, DeliveryError};
use crate::domain::event::DeliveryChange;
use crate::domain::ids::{DeliveryId, MerchantId, TaskId};
use crate::domain::time::Timestamp;

/// Changes what may still be changed.
pub async fn amend(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    change: &Amendment,
) -> Result<Delivery, CommandError> {
    step(coop, owner, id, |delivery, _| delivery.amend(change)).await
}

/// The goods are ready now, or at another time than was said.
pub async fn ready(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    ready_at: Option<Timestamp>,
) -> Result<Delivery, CommandError> {
    step(coop, owner, id, |delivery, now| delivery.ready(now, ready_at.unwrap_or(now))).await
}

/// The customer's words for the courier, by the door that they are about. What comes too late is
/// dropped.
pub async fn customer_note(coop: &Coop, door: TaskId, note: &str) -> Result<(), CommandError> {
    let found = tasks::delivery_of(&mut *coop.conn().await?, door).await?;
    let Some(id) = found else { return Ok(()) };
    match step(coop, None, id, |delivery, _| delivery.with_customer_note(note)).await {
        Ok(_) | Err(CommandError::Delivery(DeliveryError::Fixed { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lock, decide, write, tell: the courier too, whose route shows it.
async fn step(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    decide: impl Fn(&Delivery, Timestamp) -> Result<Option<Delivery>, DeliveryError>,
) -> Result<Delivery, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        deliveries::lock_first_leg(tx, id).await?;
        let before = lock_own(tx, owner, id).await?;
        let Some(after) = decide(&before, now)? else { return Ok(before) };
        deliveries::save(tx, &before, &after).await?;
        if let Some(courier) = after.holder() {
            route_changed(coop, tx, courier, now).await?;
        }
        tell(coop, tx, DeliveryChange::Updated, &after, now).await?;
        legs::ready(coop, tx, &after, now).await?;
        Ok(after)
    })
    .await
}
