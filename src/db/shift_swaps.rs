//! Planned shifts that their couriers offer to colleagues.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::schema::{shift_swaps, shifts};
use crate::domain::ids::{CourierId, ShiftId};
use crate::domain::time::Timestamp;

/// Most offered shifts in one list.
pub const SWAPS_MAX: i64 = 500;

/// Offers a shift to all, or to one; in place of what was said before.
pub async fn put(
    conn: &mut Conn,
    shift: ShiftId,
    to: Option<CourierId>,
    at: Timestamp,
) -> QueryResult<()> {
    let values = (shift_swaps::to_courier.eq(to), shift_swaps::offered_at.eq(at));
    diesel::insert_into(shift_swaps::table)
        .values((shift_swaps::shift_id.eq(shift), values))
        .on_conflict(shift_swaps::shift_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

/// To whom a shift is offered: `None` when it is not, `Some(None)` to all.
pub async fn find(conn: &mut Conn, shift: ShiftId) -> QueryResult<Option<Option<CourierId>>> {
    shift_swaps::table.find(shift).select(shift_swaps::to_courier).first(conn).await.optional()
}

pub async fn remove(conn: &mut Conn, shift: ShiftId) -> QueryResult<()> {
    diesel::delete(shift_swaps::table.find(shift)).execute(conn).await.map(drop)
}

/// The shifts to come that a courier offers, or is offered, by start.
pub async fn of(conn: &mut Conn, courier: CourierId, now: Timestamp) -> QueryResult<Vec<ShiftId>> {
    let offered = shift_swaps::to_courier.eq(courier).or(shift_swaps::to_courier.is_null());
    shift_swaps::table
        .inner_join(shifts::table)
        .filter(shifts::state.eq("planned"))
        .filter(shifts::planned_from.gt(now))
        .filter(offered.or(shifts::courier_id.eq(courier)))
        .order((shifts::planned_from.asc(), shifts::id.asc()))
        .limit(SWAPS_MAX)
        .select(shifts::id)
        .load(conn)
        .await
}
