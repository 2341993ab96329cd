//! Answers kept under the key of their request.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Conn;
use super::schema::idempotency_keys;
use crate::domain::time::Timestamp;

/// An answer given before.
#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
pub struct Answer {
    pub body_hash: Vec<u8>,
    pub answer: Value,
}

/// Takes the key for this transaction. `false` means that another one is busy with it right now.
pub async fn claim(conn: &mut Conn, lock: i64) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = Bool)]
        claimed: bool,
    }
    let row: Claimed = diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS claimed")
        .bind::<BigInt, _>(lock)
        .get_result(conn)
        .await?;
    Ok(row.claimed)
}

pub async fn find(conn: &mut Conn, scope: &str, key: &str) -> QueryResult<Option<Answer>> {
    idempotency_keys::table
        .find((scope, key))
        .select(Answer::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn insert(
    conn: &mut Conn,
    scope: &str,
    key: &str,
    body_hash: &[u8],
    answer: &Value,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::scope.eq(scope),
            idempotency_keys::key.eq(key),
            idempotency_keys::body_hash.eq(body_hash),
            idempotency_keys::answer.eq(answer),
            idempotency_keys::created_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets answers older than `before`, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(\
         SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2))",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}
