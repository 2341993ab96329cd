//! What customers are told, and how it went.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::schema::{notice_cursor, notices, tasks};
use super::{Conn, from_word, word};
use crate::domain::ids::{DeliveryId, NoticeId, TaskId};
use crate::domain::notice::{Channel, Occasion};
use crate::domain::time::Timestamp;

/// Most notices taken up in one go.
const CLAIMS_MAX: i64 = 20;
/// Most notices of one delivery that are shown.
const SHOWN_MAX: i64 = 200;

/// A notice to be.
#[derive(Clone, Copy, Debug)]
pub struct New {
    pub id: NoticeId,
    pub task: TaskId,
    pub occasion: Occasion,
    pub channel: Channel,
    pub made_at: Timestamp,
}

/// Keeps notices; what somebody was or will be told already is left out.
pub async fn insert(conn: &mut Conn, new: &[New]) -> QueryResult<()> {
    for one in new {
        diesel::insert_into(notices::table)
            .values((
                notices::id.eq(one.id),
                notices::task_id.eq(one.task),
                notices::occasion.eq(word(&one.occasion)?),
                notices::channel.eq(word(&one.channel)?),
                notices::state.eq("waiting"),
                notices::made_at.eq(one.made_at),
                notices::due_at.eq(one.made_at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Up to which event notices have been made; locked, so that one process at a time makes them.
pub async fn lock_cursor(conn: &mut Conn) -> QueryResult<i64> {
    notice_cursor::table.select(notice_cursor::seq).for_update().first(conn).await
}

pub async fn move_cursor(conn: &mut Conn, seq: i64) -> QueryResult<()> {
    diesel::update(notice_cursor::table)
        .set(notice_cursor::seq.eq(seq))
        .execute(conn)
        .await
        .map(drop)
}

/// Leaves out every event that is there by now.
pub async fn skip(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE notice_cursor SET seq = greatest(seq, (SELECT coalesce(max(seq), 0) FROM outbox))",
    )
    .execute(conn)
    .await
    .map(drop)
}

/// One that was taken up.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: NoticeId,
    pub task: TaskId,
    pub occasion: Occasion,
    pub channel: Channel,
}

/// Takes up what is due. A claim that is not settled by `until` falls back.
pub async fn claim(conn: &mut Conn, now: Timestamp, until: Timestamp) -> QueryResult<Vec<Claimed>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: NoticeId,
        #[diesel(sql_type = SqlUuid)]
        task_id: TaskId,
        #[diesel(sql_type = Text)]
        occasion: String,
        #[diesel(sql_type = Text)]
        channel: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "UPDATE notices SET claimed_until = $2 WHERE id IN (
             SELECT id FROM notices WHERE state = 'waiting' AND due_at <= $1
                 AND (claimed_until IS NULL OR claimed_until <= $1)
             ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, task_id, occasion, channel",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(until)
    .bind::<BigInt, _>(CLAIMS_MAX)
    .load(conn)
    .await?;
    let read = |row: Row| {
        let (occasion, channel) = (from_word(row.occasion)?, from_word(row.channel)?);
        Ok(Claimed { id: row.id, task: row.task_id, occasion, channel })
    };
    rows.into_iter().map(read).collect()
}

/// A notice with how it went so far.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = notices)]
pub struct Notice {
    pub id: NoticeId,
    pub task_id: TaskId,
    pub occasion: String,
    pub channel: String,
    pub state: String,
    pub made_at: Timestamp,
    pub due_at: Timestamp,
    pub attempts: i32,
    pub ended_at: Option<Timestamp>,
    pub error: Option<String>,
}

/// One that waits, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: NoticeId) -> QueryResult<Option<Notice>> {
    notices::table
        .find(id)
        .filter(notices::state.eq("waiting"))
        .select(Notice::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Writes down how a try went.
pub async fn settle(conn: &mut Conn, notice: &Notice) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE notices SET state = $2, due_at = $3, claimed_until = NULL, attempts = $4,
             ended_at = $5, error = $6 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(notice.id)
    .bind::<Text, _>(&notice.state)
    .bind::<Timestamptz, _>(notice.due_at)
    .bind::<Integer, _>(notice.attempts)
    .bind::<Nullable<Timestamptz>, _>(notice.ended_at)
    .bind::<Nullable<Text>, _>(&notice.error)
    .execute(conn)
    .await
    .map(drop)
}

/// What was told at a delivery's doors, the oldest first.
pub async fn of(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Vec<Notice>> {
    notices::table
        .filter(
            notices::task_id
                .eq_any(tasks::table.filter(tasks::delivery_id.eq(delivery)).select(tasks::id)),
        )
        .order((notices::made_at.asc(), notices::id.asc()))
        .limit(SHOWN_MAX)
        .select(Notice::as_select())
        .load(conn)
        .await
}

/// Forgets what ended before `before`.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM notices WHERE id IN (SELECT id FROM notices
             WHERE state <> 'waiting' AND ended_at < $1 ORDER BY ended_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}
