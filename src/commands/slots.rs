//! Slots are planned, and booked with a delivery.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::slots::{self, Kept};
use crate::db::{Conn, merchants};
use crate::domain::delivery::Request;
use crate::domain::ids::{DeliveryId, MerchantId, SlotPlanId, UserId};
use crate::domain::slot::{Choice, Plan, SlotError};
use crate::domain::time::Timestamp;

/// A plan for one merchant, or for all.
pub async fn create_plan(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    merchant: Option<MerchantId>,
    plan: Plan,
) -> Result<Answer<SlotPlanId>, CommandError> {
    plan.check()?;
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        if let Some(merchant) = merchant {
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        }
        let id = coop.clock.id(SlotPlanId::from_uuid);
        let kept = Kept { id, merchant_id: merchant, plan: plan.clone() };
        slots::insert(tx, &kept, now).await?;
        let what = json!({ "slot_plan_id": id, "merchant_id": merchant });
        acts::note(coop, tx, by, "create_slot_plan", None, what).await?;
        Ok(id)
    })
    .await
}

/// The request with the window of its slot at every drop-off, if it has one that may be booked.
pub(super) async fn in_slot(
    coop: &Coop,
    tx: &mut Conn,
    merchant: MerchantId,
    request: &Request,
    now: Timestamp,
) -> Result<Request, CommandError> {
    let mut request = request.clone();
    let Some(choice) = request.slot else { return Ok(request) };
    let kept = slots::find(tx, choice.plan_id).await?;
    let kept = kept.filter(|kept| kept.merchant_id.is_none_or(|owner| owner == merchant));
    let plan = kept.ok_or(CommandError::NotFound("slot plan"))?.plan;
    let window = plan.slot(choice.starts_at, now, &coop.rules.zone)?;
    for stop in &mut request.dropoffs {
        if stop.window.replace(window).is_some() {
            return Err(SlotError::Window.into());
        }
    }
    request.check(now)?;
    Ok(request)
}

/// Takes the place of a delivery that has just been written, or come back to life.
pub(super) async fn book(
    tx: &mut Conn,
    choice: Option<Choice>,
    delivery: DeliveryId,
) -> Result<(), CommandError> {
    let Some(choice) = choice else { return Ok(()) };
    let kept = slots::find(tx, choice.plan_id).await?;
    let capacity = kept.ok_or(CommandError::NotFound("slot plan"))?.plan.capacity;
    if slots::book(tx, choice, capacity, delivery).await? {
        return Ok(());
    }
    Err(SlotError::Full { starts_at: choice.starts_at }.into())
}
