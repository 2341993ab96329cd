//! Events, written with their cause and numbered when published.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::outbox;
use super::{Conn, corrupt};
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, EventId, MerchantId};
use crate::domain::time::Timestamp;

/// Most events numbered or read in one go.
pub const BATCH_MAX: i64 = 500;

/// A numbered event.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Published {
    #[diesel(select_expression = outbox::seq.assume_not_null())]
    pub seq: i64,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub merchant_id: Option<MerchantId>,
    pub courier_id: Option<CourierId>,
    pub payload: Value,
}

pub async fn push(conn: &mut Conn, id: EventId, event: &Event, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::kind.eq(event.kind()),
            outbox::occurred_at.eq(at),
            outbox::merchant_id.eq(event.merchant()),
            outbox::courier_id.eq(event.courier()),
            outbox::payload.eq(serde_json::to_value(event).map_err(corrupt)?),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Numbers committed events in the order of writing. One publisher at a time: the lock is held to
/// the end of the transaction, so numbers become visible in their own order, without gaps behind a
/// reader. Gives the count.
pub async fn publish(conn: &mut Conn) -> QueryResult<usize> {
    diesel::sql_query(
        "WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock(4242003)),
              next AS MATERIALIZED (SELECT o.id, o.position FROM outbox o, gate WHERE o.seq IS NULL ORDER BY o.position LIMIT $1),
              numbered AS (SELECT id, nextval('outbox_published') AS seq FROM (SELECT id FROM next ORDER BY position) n)
         UPDATE outbox SET seq = numbered.seq FROM numbered WHERE outbox.id = numbered.id",
    )
    .bind::<BigInt, _>(BATCH_MAX)
    .execute(conn)
    .await
}

/// Published events after number `after`, in order.
pub async fn after(conn: &mut Conn, after: i64) -> QueryResult<Vec<Published>> {
    outbox::table
        .filter(outbox::seq.gt(after))
        .order(outbox::seq.asc())
        .limit(BATCH_MAX)
        .select(Published::as_select())
        .load(conn)
        .await
}

/// Published events after number `after` that this merchant may hear, or that any may, in order.
pub async fn for_merchants(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<Published>> {
    let mut query = outbox::table.filter(outbox::seq.gt(after)).into_boxed();
    query = match merchant {
        Some(merchant) => query.filter(outbox::merchant_id.eq(merchant)),
        None => query.filter(outbox::merchant_id.is_not_null()),
    };
    query.order(outbox::seq.asc()).limit(limit).select(Published::as_select()).load(conn).await
}

/// The number of the last published event; 0 before the first.
pub async fn last_seq(conn: &mut Conn) -> QueryResult<i64> {
    let last: Option<i64> = outbox::table.select(diesel::dsl::max(outbox::seq)).first(conn).await?;
    Ok(last.unwrap_or(0))
}

/// Forgets published events older than `before`, at most [`BATCH_MAX`] at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM outbox WHERE id = ANY (ARRAY(\
         SELECT id FROM outbox WHERE seq IS NOT NULL AND occurred_at < $1 ORDER BY seq LIMIT $2))",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(before)
    .bind::<BigInt, _>(BATCH_MAX)
    .execute(conn)
    .await
}
