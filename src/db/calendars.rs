//! Couriers' secret links to their shifts, and the shifts that they have no longer.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::schema::{calendar_links, shifts_gone};
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, ShiftId};
use crate::domain::time::{TimeWindow, Timestamp};

/// Most shifts that are gone in one calendar.
const GONE_MAX: i64 = 200;

/// A courier's link; one that was there before does not work any more.
pub async fn put(
    conn: &mut Conn,
    courier: CourierId,
    token_sha256: &[u8],
    at: Timestamp,
) -> QueryResult<()> {
    let link = (
        calendar_links::courier_id.eq(courier),
        calendar_links::token_sha256.eq(token_sha256),
        calendar_links::made_at.eq(at),
    );
    diesel::insert_into(calendar_links::table)
        .values(link)
        .on_conflict(calendar_links::courier_id)
        .do_update()
        .set((
            calendar_links::token_sha256.eq(excluded(calendar_links::token_sha256)),
            calendar_links::made_at.eq(excluded(calendar_links::made_at)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Since when a courier has a link.
pub async fn made_at(conn: &mut Conn, courier: CourierId) -> QueryResult<Option<Timestamp>> {
    calendar_links::table.find(courier).select(calendar_links::made_at).first(conn).await.optional()
}

pub async fn remove(conn: &mut Conn, courier: CourierId) -> QueryResult<()> {
    diesel::delete(calendar_links::table.find(courier)).execute(conn).await.map(drop)
}

/// Whose link this is.
pub async fn courier_of(conn: &mut Conn, token_sha256: &[u8]) -> QueryResult<Option<CourierId>> {
    calendar_links::table
        .filter(calendar_links::token_sha256.eq(token_sha256))
        .select(calendar_links::courier_id)
        .first(conn)
        .await
        .optional()
}

/// A shift that a courier has no longer.
#[derive(Clone, Debug)]
pub struct Gone {
    pub shift_id: ShiftId,
    pub planned: TimeWindow,
    /// How often it has gone.
    pub times: i32,
}

/// Writes down that a planned shift is a courier's no longer.
pub async fn note_gone(
    conn: &mut Conn,
    (shift, courier): (ShiftId, CourierId),
    planned: TimeWindow,
    given_back: bool,
    at: Timestamp,
) -> QueryResult<()> {
    let row = (
        shifts_gone::shift_id.eq(shift),
        shifts_gone::courier_id.eq(courier),
        shifts_gone::planned_from.eq(planned.after()),
        shifts_gone::planned_to.eq(planned.before()),
        shifts_gone::gone_at.eq(at),
        shifts_gone::given_back.eq(given_back),
        shifts_gone::times.eq(1),
    );
    diesel::insert_into(shifts_gone::table)
        .values(row)
        .on_conflict((shifts_gone::shift_id, shifts_gone::courier_id))
        .do_update()
        .set((
            shifts_gone::gone_at.eq(excluded(shifts_gone::gone_at)),
            shifts_gone::given_back.eq(excluded(shifts_gone::given_back)),
            shifts_gone::times.eq(shifts_gone::times + 1),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// A courier's shifts that are gone, the latest first.
pub async fn gone(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Gone>> {
    let rows: Vec<(ShiftId, Timestamp, Timestamp, i32)> = shifts_gone::table
        .filter(shifts_gone::courier_id.eq(courier))
        .order((shifts_gone::planned_from.desc(), shifts_gone::shift_id.asc()))
        .limit(GONE_MAX)
        .select((
            shifts_gone::shift_id,
            shifts_gone::planned_from,
            shifts_gone::planned_to,
            shifts_gone::times,
        ))
        .load(conn)
        .await?;
    let read = |(shift_id, from, to, times)| {
        let planned = TimeWindow::new(from, to).map_err(corrupt)?;
        Ok(Gone { shift_id, planned, times })
    };
    rows.into_iter().map(read).collect()
}

/// Whether a courier has given this shift back.
pub async fn was_given_back(
    conn: &mut Conn,
    shift: ShiftId,
    courier: CourierId,
) -> QueryResult<bool> {
    let found: Option<bool> = shifts_gone::table
        .find((shift, courier))
        .select(shifts_gone::given_back)
        .first(conn)
        .await
        .optional()?;
    Ok(found == Some(true))
}
