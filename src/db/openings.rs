//! Shifts that are offered, and who waits for a place.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{opening_waits, openings};
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, OpeningId};
use crate::domain::shift::opening::{Draft, Opening};
use crate::domain::time::{TimeWindow, Timestamp};

/// Most openings in one list.
pub const OPENINGS_MAX: i64 = 2_000;
/// Most couriers who wait for one opening, and most openings that one courier waits for.
pub const WAITS_MAX: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = openings)]
struct Row {
    id: OpeningId,
    starts_at: Timestamp,
    ends_at: Timestamp,
    wanted: Value,
    taken: i32,
    withdrawn_at: Option<Timestamp>,
}

impl Row {
    fn read(self) -> QueryResult<Opening> {
        Ok(Opening {
            id: self.id,
            window: TimeWindow::new(self.starts_at, self.ends_at).map_err(corrupt)?,
            wanted: serde_json::from_value(self.wanted).map_err(corrupt)?,
            taken: u16::try_from(self.taken).map_err(corrupt)?,
            withdrawn_at: self.withdrawn_at,
        })
    }
}

pub async fn insert(conn: &mut Conn, opening: &Opening, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(openings::table)
        .values((
            openings::id.eq(opening.id),
            openings::starts_at.eq(opening.window.after()),
            openings::ends_at.eq(opening.window.before()),
            openings::wanted.eq(serde_json::to_value(&opening.wanted).map_err(corrupt)?),
            openings::places.eq(i32::from(opening.wanted.places)),
            openings::taken.eq(i32::from(opening.taken)),
            openings::made_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Offers what a template says for a day, once. `false` when it was before.
pub async fn publish(
    conn: &mut Conn,
    id: OpeningId,
    draft: &Draft,
    at: Timestamp,
) -> QueryResult<bool> {
    let made = diesel::insert_into(openings::table)
        .values((
            openings::id.eq(id),
            openings::template_id.eq(draft.template_id),
            openings::day.eq(draft.day.to_string()),
            openings::number.eq(draft.number),
            openings::starts_at.eq(draft.window.after()),
            openings::ends_at.eq(draft.window.before()),
            openings::wanted.eq(serde_json::to_value(&draft.wanted).map_err(corrupt)?),
            openings::places.eq(i32::from(draft.wanted.places)),
            openings::taken.eq(0),
            openings::made_at.eq(at),
        ))
        .on_conflict((openings::template_id, openings::day, openings::number))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(made == 1)
}

/// One, held until the transaction ends: whoever takes or gives back a place goes through here.
pub async fn lock(conn: &mut Conn, id: OpeningId) -> QueryResult<Option<Opening>> {
    let row = openings::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Keeps what may change: who is wanted, how many have a place, and whether it is withdrawn.
pub async fn save(conn: &mut Conn, opening: &Opening) -> QueryResult<()> {
    diesel::update(openings::table.find(opening.id))
        .set((
            openings::wanted.eq(serde_json::to_value(&opening.wanted).map_err(corrupt)?),
            openings::places.eq(i32::from(opening.wanted.places)),
            openings::taken.eq(i32::from(opening.taken)),
            openings::withdrawn_at.eq(opening.withdrawn_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Some by their ids.
pub async fn list_by_id(conn: &mut Conn, ids: &[OpeningId]) -> QueryResult<Vec<Opening>> {
    let rows: Vec<Row> = openings::table
        .filter(openings::id.eq_any(ids))
        .order(openings::id.asc())
        .limit(OPENINGS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// What begins within a span, in order, withdrawn ones left out.
pub async fn list(conn: &mut Conn, within: TimeWindow) -> QueryResult<Vec<Opening>> {
    let rows: Vec<Row> = openings::table
        .filter(openings::starts_at.ge(within.after()))
        .filter(openings::starts_at.lt(within.before()))
        .filter(openings::withdrawn_at.is_null())
        .order((openings::starts_at.asc(), openings::id.asc()))
        .limit(OPENINGS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Waits for a place; who waits already keeps the turn.
pub async fn wait(
    conn: &mut Conn,
    opening: OpeningId,
    courier: CourierId,
    since: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(opening_waits::table)
        .values((
            opening_waits::opening_id.eq(opening),
            opening_waits::courier_id.eq(courier),
            opening_waits::since.eq(since),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// Waits no longer.
pub async fn leave(conn: &mut Conn, opening: OpeningId, courier: CourierId) -> QueryResult<()> {
    diesel::delete(opening_waits::table.find((opening, courier))).execute(conn).await.map(drop)
}

/// Nobody waits any longer.
pub async fn clear_waits(conn: &mut Conn, opening: OpeningId) -> QueryResult<()> {
    diesel::delete(opening_waits::table.filter(opening_waits::opening_id.eq(opening)))
        .execute(conn)
        .await
        .map(drop)
}

/// Who waits for a place of one of these, and since when.
pub async fn waits(
    conn: &mut Conn,
    openings: &[OpeningId],
) -> QueryResult<Vec<(OpeningId, CourierId, Timestamp)>> {
    opening_waits::table
        .filter(opening_waits::opening_id.eq_any(openings))
        .order((opening_waits::opening_id.asc(), opening_waits::courier_id.asc()))
        .load(conn)
        .await
}

/// How many wait for a place of this one.
pub async fn count_waits(conn: &mut Conn, opening: OpeningId) -> QueryResult<i64> {
    opening_waits::table
        .filter(opening_waits::opening_id.eq(opening))
        .count()
        .get_result(conn)
        .await
}
