//! Slot plans, and the places that are taken.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{slot_bookings, slot_plans, slots};
use super::{Conn, corrupt};
use crate::domain::ids::{DeliveryId, MerchantId, SlotPlanId};
use crate::domain::slot::{Choice, Plan};
use crate::domain::time::{TimeWindow, Timestamp};

/// Most slots of a plan that are counted at once.
const COUNTED_MAX: i64 = 2_000;

/// A plan and whose it is.
pub struct Kept {
    pub id: SlotPlanId,
    /// None: the co-op's, for all.
    pub merchant_id: Option<MerchantId>,
    pub plan: Plan,
}

fn read((id, merchant_id, plan): (SlotPlanId, Option<MerchantId>, Value)) -> QueryResult<Kept> {
    Ok(Kept { id, merchant_id, plan: serde_json::from_value(plan).map_err(corrupt)? })
}

pub async fn insert(conn: &mut Conn, kept: &Kept, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(slot_plans::table)
        .values((
            slot_plans::id.eq(kept.id),
            slot_plans::merchant_id.eq(kept.merchant_id),
            slot_plans::plan.eq(serde_json::to_value(&kept.plan).map_err(corrupt)?),
            slot_plans::created_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: SlotPlanId) -> QueryResult<Option<Kept>> {
    let columns = (slot_plans::id, slot_plans::merchant_id, slot_plans::plan);
    let row = slot_plans::table.find(id).select(columns).first(conn).await.optional()?;
    row.map(read).transpose()
}

/// The plans that a merchant may book, or all, the oldest first.
pub async fn list(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    after: Option<SlotPlanId>,
    limit: i64,
) -> QueryResult<Vec<Kept>> {
    let mut query = slot_plans::table.into_boxed();
    if let Some(merchant) = merchant {
        let own = slot_plans::merchant_id.eq(merchant);
        query = query.filter(own.or(slot_plans::merchant_id.is_null()));
    }
    if let Some(after) = after {
        query = query.filter(slot_plans::id.gt(after));
    }
    let columns = (slot_plans::id, slot_plans::merchant_id, slot_plans::plan);
    let rows: Vec<(SlotPlanId, Option<MerchantId>, Value)> =
        query.order(slot_plans::id.asc()).limit(limit).select(columns).load(conn).await?;
    rows.into_iter().map(read).collect()
}

/// Takes a place for a delivery. `false` when there is none left. A slot has as many places as its
/// plan had when the first one was taken.
pub async fn book(
    conn: &mut Conn,
    choice: Choice,
    capacity: i32,
    delivery: DeliveryId,
) -> QueryResult<bool> {
    let taken = diesel::sql_query(
        "INSERT INTO slots AS s (plan_id, starts_at, capacity, booked) VALUES ($1, $2, $3, 1)
         ON CONFLICT (plan_id, starts_at) DO UPDATE SET booked = s.booked + 1
         WHERE s.booked < s.capacity",
    )
    .bind::<Uuid, _>(choice.plan_id)
    .bind::<Timestamptz, _>(choice.starts_at)
    .bind::<Integer, _>(capacity)
    .execute(conn)
    .await?;
    if taken == 0 {
        return Ok(false);
    }
    diesel::insert_into(slot_bookings::table)
        .values((
            slot_bookings::delivery_id.eq(delivery),
            slot_bookings::plan_id.eq(choice.plan_id),
            slot_bookings::starts_at.eq(choice.starts_at),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// Gives back the place of a delivery that is called off, and says which, if it had one.
pub async fn free(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Option<Choice>> {
    let place: Option<(SlotPlanId, Timestamp)> =
        diesel::delete(slot_bookings::table.find(delivery))
            .returning((slot_bookings::plan_id, slot_bookings::starts_at))
            .get_result(conn)
            .await
            .optional()?;
    let Some((plan_id, starts_at)) = place else { return Ok(None) };
    diesel::update(slots::table.find((plan_id, starts_at)))
        .set(slots::booked.eq(slots::booked - 1))
        .execute(conn)
        .await?;
    Ok(Some(Choice { plan_id, starts_at }))
}

/// Places and how many are taken, of the slots of a plan that were ever booked within a span.
pub async fn counted(
    conn: &mut Conn,
    plan: SlotPlanId,
    within: TimeWindow,
) -> QueryResult<Vec<(Timestamp, i32, i32)>> {
    slots::table
        .filter(slots::plan_id.eq(plan))
        .filter(slots::starts_at.ge(within.after()))
        .filter(slots::starts_at.lt(within.before()))
        .order(slots::starts_at.asc())
        .limit(COUNTED_MAX)
        .select((slots::starts_at, slots::capacity, slots::booked))
        .load(conn)
        .await
}
