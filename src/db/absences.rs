//! When couriers would rather work, and their days off.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{availability, days_off};
use super::{Conn, corrupt, from_word, word};
use crate::domain::day::Day;
use crate::domain::ids::{CourierId, DaysOffId, UserId};
use crate::domain::shift::absence::{Answer, Availability, DaysOff};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most days off in one list.
pub const DAYS_OFF_MAX: i64 = 500;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = days_off, treat_none_as_null = true)]
struct Row {
    id: DaysOffId,
    courier_id: CourierId,
    first_day: String,
    last_day: String,
    note: Option<String>,
    asked_at: Timestamp,
    state: String,
    answered_at: Option<Timestamp>,
    answered_by: Option<UserId>,
    reason: Option<String>,
}

fn note(text: Option<String>) -> QueryResult<Option<Note>> {
    text.map(|text| Note::new(&text).map_err(corrupt)).transpose()
}

impl Row {
    fn write(days: &DaysOff) -> QueryResult<Self> {
        let answer = days.answer.as_ref();
        Ok(Self {
            id: days.id,
            courier_id: days.courier_id,
            first_day: days.first.to_string(),
            last_day: days.last.to_string(),
            note: days.note.as_ref().map(ToString::to_string),
            asked_at: days.asked_at,
            state: word(&days.state)?,
            answered_at: answer.map(|answer| answer.at),
            answered_by: answer.map(|answer| answer.by),
            reason: answer.and_then(|answer| answer.reason.as_ref()).map(ToString::to_string),
        })
    }

    fn read(self) -> QueryResult<DaysOff> {
        let reason = note(self.reason)?;
        let answer = match (self.answered_at, self.answered_by) {
            (Some(at), Some(by)) => Some(Answer { at, by, reason }),
            _ => None,
        };
        Ok(DaysOff {
            id: self.id,
            courier_id: self.courier_id,
            first: self.first_day.parse::<Day>().map_err(corrupt)?,
            last: self.last_day.parse::<Day>().map_err(corrupt)?,
            note: note(self.note)?,
            asked_at: self.asked_at,
            state: from_word(self.state)?,
            answer,
        })
    }
}

pub async fn insert(conn: &mut Conn, days: &DaysOff) -> QueryResult<()> {
    diesel::insert_into(days_off::table).values(Row::write(days)?).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, days: &DaysOff) -> QueryResult<()> {
    diesel::update(days_off::table.find(days.id))
        .set(Row::write(days)?)
        .execute(conn)
        .await
        .map(drop)
}

/// One, held until the transaction ends.
pub async fn lock(conn: &mut Conn, id: DaysOffId) -> QueryResult<Option<DaysOff>> {
    let row = days_off::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// A courier's, the newest first.
pub async fn of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<DaysOff>> {
    let rows: Vec<Row> = days_off::table
        .filter(days_off::courier_id.eq(courier))
        .order(days_off::id.desc())
        .limit(DAYS_OFF_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Those that a person has to answer, the oldest first, and those granted that are not over.
pub async fn current(conn: &mut Conn, today: Day) -> QueryResult<Vec<DaysOff>> {
    let granted = days_off::state.eq("granted").and(days_off::last_day.ge(today.to_string()));
    let rows: Vec<Row> = days_off::table
        .filter(days_off::state.eq("asked").or(granted))
        .order(days_off::id.asc())
        .limit(DAYS_OFF_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// A courier's week; nothing said is nothing ruled out.
pub async fn availability(conn: &mut Conn, courier: CourierId) -> QueryResult<Availability> {
    let rules: Option<Value> = availability::table
        .find(courier)
        .select(availability::rules)
        .first(conn)
        .await
        .optional()?;
    rules.map_or_else(
        || Ok(Availability::default()),
        |rules| serde_json::from_value(rules).map_err(corrupt),
    )
}

pub async fn put_availability(
    conn: &mut Conn,
    courier: CourierId,
    week: &Availability,
) -> QueryResult<()> {
    let rules = serde_json::to_value(week).map_err(corrupt)?;
    diesel::insert_into(availability::table)
        .values((availability::courier_id.eq(courier), availability::rules.eq(&rules)))
        .on_conflict(availability::courier_id)
        .do_update()
        .set(availability::rules.eq(&rules))
        .execute(conn)
        .await
        .map(drop)
}
