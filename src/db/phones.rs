//! Phones and what they said.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{phone_events, phones};
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, PhoneEventId, PhoneId};
use crate::domain::intake::{self, PhoneEvent};
use crate::domain::time::Timestamp;

/// Locks a phone; makes it known on its first word. Gives whose it is and the number of the event
/// to be done next.
pub async fn lock(
    conn: &mut Conn,
    phone: PhoneId,
    courier: CourierId,
    at: Timestamp,
) -> QueryResult<(CourierId, i64)> {
    diesel::insert_into(phones::table)
        .values((phones::id.eq(phone), phones::courier_id.eq(courier), phones::heard_at.eq(at)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    phones::table
        .find(phone)
        .for_update()
        .select((phones::courier_id, phones::next_seq))
        .first(conn)
        .await
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stands behind one that has not come yet.
    Waiting,
    Done,
    /// But for something, which is said.
    DoneBut {
        code: String,
        detail: String,
    },
    Refused {
        code: String,
        detail: String,
    },
}

/// An event as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub event: PhoneEvent,
    pub outcome: Outcome,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_events)]
struct Row {
    id: PhoneEventId,
    phone_id: PhoneId,
    seq: i64,
    happened_at: Timestamp,
    heard_at: Timestamp,
    act: Value,
    outcome: String,
    code: Option<String>,
    detail: Option<String>,
}

impl Row {
    fn read(self) -> QueryResult<Kept> {
        let outcome = match (self.outcome.as_str(), self.code, self.detail) {
            ("waiting", ..) => Outcome::Waiting,
            ("done", Some(code), Some(detail)) => Outcome::DoneBut { code, detail },
            (_, Some(code), Some(detail)) => Outcome::Refused { code, detail },
            _ => Outcome::Done,
        };
        let act = serde_json::from_value(self.act).map_err(corrupt)?;
        let event = PhoneEvent { id: self.id, seq: self.seq, at: self.happened_at, act };
        Ok(Kept { event, outcome })
    }
}

/// Keeps an event until its turn, unless its id or its number is known already.
pub async fn keep(
    conn: &mut Conn,
    phone: PhoneId,
    event: &PhoneEvent,
    at: Timestamp,
) -> QueryResult<()> {
    let row = Row {
        id: event.id,
        phone_id: phone,
        seq: event.seq,
        happened_at: event.at,
        heard_at: at,
        act: serde_json::to_value(&event.act).map_err(corrupt)?,
        outcome: "waiting".to_owned(),
        code: None,
        detail: None,
    };
    diesel::insert_into(phone_events::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// The events of a phone with these numbers, in order.
pub async fn with_numbers(
    conn: &mut Conn,
    phone: PhoneId,
    numbers: &[i64],
) -> QueryResult<Vec<Kept>> {
    let rows: Vec<Row> = phone_events::table
        .filter(phone_events::phone_id.eq(phone))
        .filter(phone_events::seq.eq_any(numbers))
        .order(phone_events::seq.asc())
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The numbers that are kept from `next` on, in order.
pub async fn waiting(conn: &mut Conn, phone: PhoneId, next: i64) -> QueryResult<Vec<i64>> {
    phone_events::table
        .filter(phone_events::phone_id.eq(phone))
        .filter(phone_events::seq.ge(next))
        .order(phone_events::seq.asc())
        .limit(intake::AHEAD_MAX)
        .select(phone_events::seq)
        .load(conn)
        .await
}

/// Writes what became of the event whose turn it was, and moves on to the next.
pub async fn settle(
    conn: &mut Conn,
    phone: PhoneId,
    event: &PhoneEvent,
    outcome: &Outcome,
    at: Timestamp,
) -> QueryResult<()> {
    let (word, code, detail) = match outcome {
        Outcome::Waiting => return Ok(()),
        Outcome::Done => ("done", None, None),
        Outcome::DoneBut { code, detail } => ("done", Some(code), Some(detail)),
        Outcome::Refused { code, detail } => ("refused", Some(code), Some(detail)),
    };
    diesel::update(phone_events::table.find(event.id))
        .set((
            phone_events::outcome.eq(word),
            phone_events::code.eq(code),
            phone_events::detail.eq(detail),
        ))
        .execute(conn)
        .await?;
    diesel::update(phones::table.find(phone))
        .set((phones::next_seq.eq(event.seq + 1), phones::heard_at.eq(at)))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets events heard before `before`, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM phone_events WHERE id = ANY (ARRAY(\
         SELECT id FROM phone_events WHERE heard_at < $1 ORDER BY heard_at LIMIT $2))",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(before)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .execute(conn)
    .await
}
