//! Shifts.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::breaks::{self, Breaks};
use super::schema::shifts;
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, OpeningId, ShiftId, VehicleId};
use crate::domain::shift::timesheet::{Running, Timesheet};
use crate::domain::shift::{Shift, ShiftState};
use crate::domain::time::{Seconds, TimeWindow, Timestamp};
use crate::domain::trace::{Span, Worked};

/// Most shifts in one list.
pub const SHIFTS_MAX: i64 = 200;
/// Most couriers at work at one time.
pub const OPEN_MAX: i64 = 20_000;
/// Most shifts of some couriers that are looked at together.
const TOGETHER_MAX: i64 = 50_000;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shifts, treat_none_as_null = true)]
struct Row {
    id: ShiftId,
    courier_id: CourierId,
    planned_from: Option<Timestamp>,
    planned_to: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    paid_seconds: Option<i64>,
    state: String,
    opening_id: Option<OpeningId>,
    breaks: Breaks,
    vehicle_id: Option<VehicleId>,
}

impl Row {
    fn write(shift: &Shift) -> Self {
        let (state, started_at, ended_at, paid, own) = match &shift.state {
            ShiftState::Planned => ("planned", None, None, None, Breaks::new()),
            ShiftState::Open(running) => {
                let own = breaks::write(running.breaks(), running.paused_at());
                ("open", Some(running.started_at()), None, None, own)
            }
            ShiftState::Ended { hours, paid } => {
                let (from, to) = (hours.started_at(), hours.ended_at());
                ("ended", Some(from), Some(to), Some(paid.0), breaks::write(hours.breaks(), None))
            }
        };
        Self {
            id: shift.id,
            courier_id: shift.courier_id,
            planned_from: shift.planned.map(TimeWindow::after),
            planned_to: shift.planned.map(TimeWindow::before),
            started_at,
            ended_at,
            paid_seconds: paid,
            state: state.to_owned(),
            opening_id: shift.opening_id,
            breaks: own,
            vehicle_id: shift.vehicle_id,
        }
    }

    fn read(self) -> QueryResult<Shift> {
        let planned = match (self.planned_from, self.planned_to) {
            (Some(after), Some(before)) => Some(TimeWindow::new(after, before).map_err(corrupt)?),
            _ => None,
        };
        let (over, paused_at) = breaks::split(self.breaks)?;
        let state = match (self.started_at, self.ended_at, self.paid_seconds) {
            (None, ..) => ShiftState::Planned,
            (Some(from), Some(to), Some(paid)) => {
                let hours = Timesheet::new(from, to, over).map_err(corrupt)?;
                ShiftState::Ended { hours, paid: Seconds(paid) }
            }
            (Some(from), ..) => {
                ShiftState::Open(Running::new(from, over, paused_at).map_err(corrupt)?)
            }
        };
        let Self { id, courier_id, opening_id, vehicle_id, .. } = self;
        Ok(Shift { id, courier_id, planned, opening_id, vehicle_id, state })
    }
}

pub async fn insert(conn: &mut Conn, shift: &Shift) -> QueryResult<()> {
    diesel::insert_into(shifts::table).values(Row::write(shift)).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, shift: &Shift) -> QueryResult<()> {
    diesel::update(shifts::table.find(shift.id))
        .set(Row::write(shift))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: ShiftId) -> QueryResult<Option<Shift>> {
    let row = shifts::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The same, held until the transaction ends.
pub async fn lock(conn: &mut Conn, id: ShiftId) -> QueryResult<Option<Shift>> {
    let row = shifts::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Some by their ids, in the order of their plan.
pub async fn list_by_id(conn: &mut Conn, ids: &[ShiftId]) -> QueryResult<Vec<Shift>> {
    let rows: Vec<Row> = shifts::table
        .filter(shifts::id.eq_any(ids))
        .order((shifts::planned_from.asc(), shifts::id.asc()))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Removes a planned shift: there is none any more.
pub async fn remove(conn: &mut Conn, id: ShiftId) -> QueryResult<()> {
    diesel::delete(shifts::table.find(id).filter(shifts::state.eq("planned")))
        .execute(conn)
        .await
        .map(drop)
}

/// The planned shifts of a courier.
pub async fn planned_of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<ShiftId>> {
    shifts::table
        .filter(shifts::courier_id.eq(courier))
        .filter(shifts::state.eq("planned"))
        .order(shifts::id.asc())
        .limit(SHIFTS_MAX)
        .select(shifts::id)
        .load(conn)
        .await
}

/// What some couriers work, worked or are planned to work between two instants, by courier and start.
pub async fn around(
    conn: &mut Conn,
    couriers: &[CourierId],
    (from, to): (Timestamp, Timestamp),
) -> QueryResult<Vec<Shift>> {
    let planned = shifts::state.eq("planned").and(shifts::planned_to.gt(from));
    let worked =
        shifts::state.ne("planned").and(shifts::ended_at.is_null().or(shifts::ended_at.gt(from)));
    let rows: Vec<Row> = shifts::table
        .filter(shifts::courier_id.eq_any(couriers))
        .filter(planned.or(worked))
        .filter(shifts::planned_from.lt(to).or(shifts::started_at.lt(to)))
        .order((shifts::courier_id.asc(), shifts::planned_from.asc(), shifts::id.asc()))
        .limit(TOGETHER_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The shifts that are places of these openings, by opening and courier.
pub async fn of_openings(conn: &mut Conn, openings: &[OpeningId]) -> QueryResult<Vec<Shift>> {
    let rows: Vec<Row> = shifts::table
        .filter(shifts::opening_id.eq_any(openings))
        .order((shifts::opening_id.asc(), shifts::courier_id.asc()))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The shift a courier is working now.
pub async fn find_open(conn: &mut Conn, courier: CourierId) -> QueryResult<Option<Shift>> {
    let row = shifts::table
        .filter(shifts::courier_id.eq(courier))
        .filter(shifts::state.eq("open"))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// The planned shift that covers `at`, with `grace` before its start; the earliest of several.
pub async fn find_planned(
    conn: &mut Conn,
    courier: CourierId,
    at: Timestamp,
    grace: Seconds,
) -> QueryResult<Option<Shift>> {
    let row = shifts::table
        .filter(shifts::courier_id.eq(courier))
        .filter(shifts::state.eq("planned"))
        .filter(shifts::planned_from.le(at + grace))
        .filter(shifts::planned_to.gt(at))
        .order((shifts::planned_from.asc(), shifts::id.asc()))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// The shift that ended last, if it ended at or after `since`.
pub async fn find_ended(conn: &mut Conn, courier: CourierId) -> QueryResult<Option<Shift>> {
    let row = shifts::table
        .filter(shifts::courier_id.eq(courier))
        .filter(shifts::state.eq("ended"))
        .order((shifts::ended_at.desc(), shifts::id.desc()))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Worked spans by courier.
pub type WorkedBy = BTreeMap<CourierId, Vec<Worked>>;

/// The shifts of some couriers that touch a span of time, in no order: one would have Postgres read
/// everybody's.
pub async fn worked(
    conn: &mut Conn,
    couriers: &[CourierId],
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<WorkedBy> {
    let rows: Vec<(CourierId, Option<Timestamp>, Option<Timestamp>, Breaks)> = shifts::table
        .filter(shifts::courier_id.eq_any(couriers))
        .filter(shifts::started_at.le(to))
        .filter(shifts::ended_at.is_null().or(shifts::ended_at.ge(from)))
        .limit(SHIFTS_MAX * i64::try_from(couriers.len()).unwrap_or(i64::MAX))
        .select((shifts::courier_id, shifts::started_at, shifts::ended_at, shifts::breaks))
        .load(conn)
        .await?;
    let mut worked = WorkedBy::new();
    for (courier, from, to, own) in rows {
        let Some(from) = from else { continue };
        let worked_then = Worked { span: Span { from, to }, breaks: breaks::read(own)? };
        worked.entry(courier).or_default().push(worked_then);
    }
    Ok(worked)
}

/// A courier's shifts, the newest first.
pub async fn list(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Shift>> {
    let rows: Vec<Row> = shifts::table
        .filter(shifts::courier_id.eq(courier))
        .order(shifts::id.desc())
        .limit(SHIFTS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Everybody at work, by courier.
pub async fn open(conn: &mut Conn) -> QueryResult<Vec<Shift>> {
    let rows: Vec<Row> = shifts::table
        .filter(shifts::state.eq("open"))
        .order(shifts::courier_id.asc())
        .limit(OPEN_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Time paid for shifts that ended since `since`, by courier, in seconds.
pub async fn paid_since(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<(CourierId, i64)>> {
    #[derive(QueryableByName)]
    struct Paid {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        courier_id: CourierId,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        paid: i64,
    }
    let rows: Vec<Paid> = diesel::sql_query(
        "SELECT courier_id, sum(paid_seconds)::bigint AS paid FROM shifts \
         WHERE state = 'ended' AND ended_at >= $1 GROUP BY courier_id ORDER BY courier_id",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(since)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.courier_id, row.paid)).collect())
}
