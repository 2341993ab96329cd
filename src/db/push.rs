//! Phones that want to be knocked at. Where they are is sealed; this does not look into it.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{push_cursor, push_phones};
use super::{Conn, from_word, word};
use crate::domain::ids::CourierId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;

/// Most phones of a courier; the one that was there first makes room.
pub const PHONES_MAX: i64 = 5;
/// Most events looked at in one go.
const EVENTS_MAX: i64 = 500;

/// Keeps a phone as this courier's, whosever it was.
pub async fn put(
    conn: &mut Conn,
    courier: CourierId,
    hash: &[u8],
    sealed: &[u8],
    language: Language,
    at: Timestamp,
) -> QueryResult<()> {
    let values = (
        push_phones::courier_id.eq(courier),
        push_phones::sealed.eq(sealed),
        push_phones::language.eq(word(&language)?),
        push_phones::since.eq(at),
    );
    diesel::insert_into(push_phones::table)
        .values((push_phones::address_sha256.eq(hash), values.clone()))
        .on_conflict(push_phones::address_sha256)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    diesel::sql_query(
        "DELETE FROM push_phones WHERE address_sha256 IN (SELECT address_sha256 FROM push_phones \
         WHERE courier_id = $1 ORDER BY since DESC, address_sha256 OFFSET $2)",
    )
    .bind::<SqlUuid, _>(courier)
    .bind::<BigInt, _>(PHONES_MAX)
    .execute(conn)
    .await
    .map(drop)
}

/// How many phones of a courier are knocked at.
pub async fn count(conn: &mut Conn, courier: CourierId) -> QueryResult<i64> {
    push_phones::table.filter(push_phones::courier_id.eq(courier)).count().get_result(conn).await
}

pub async fn remove_all(conn: &mut Conn, courier: CourierId) -> QueryResult<()> {
    diesel::delete(push_phones::table.filter(push_phones::courier_id.eq(courier)))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn forget(conn: &mut Conn, hash: &[u8]) -> QueryResult<()> {
    diesel::delete(push_phones::table.find(hash)).execute(conn).await.map(drop)
}

/// Something that may be worth saying to a phone.
pub struct News {
    pub courier: CourierId,
    pub sealed: Vec<u8>,
    pub language: Language,
    pub at: Timestamp,
    pub payload: Value,
}

/// What happened since the last look to couriers with phones, of these kinds, in order, and whether
/// there may be more. Looked at once: the cursor moves on in this transaction.
pub async fn next(conn: &mut Conn, kinds: &[&str]) -> QueryResult<(Vec<News>, bool)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        courier_id: CourierId,
        #[diesel(sql_type = Bytea)]
        sealed: Vec<u8>,
        #[diesel(sql_type = Text)]
        language: String,
        #[diesel(sql_type = Timestamptz)]
        occurred_at: Timestamp,
        #[diesel(sql_type = Jsonb)]
        payload: Value,
    }
    let seen: i64 = push_cursor::table.select(push_cursor::seq).for_update().first(conn).await?;
    let last = super::outbox::last_seq(conn).await?;
    let until = last.min(seen + EVENTS_MAX);
    if until <= seen {
        return Ok((Vec::new(), false));
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT p.courier_id, p.sealed, p.language, o.occurred_at, o.payload FROM outbox o \
         JOIN push_phones p ON p.courier_id = o.courier_id AND p.since <= o.occurred_at \
         WHERE o.seq > $1 AND o.seq <= $2 AND o.kind = ANY ($3) ORDER BY o.seq, p.address_sha256 LIMIT $4",
    )
    .bind::<BigInt, _>(seen)
    .bind::<BigInt, _>(until)
    .bind::<Array<Text>, _>(kinds)
    .bind::<BigInt, _>(EVENTS_MAX * PHONES_MAX)
    .load(conn)
    .await?;
    diesel::update(push_cursor::table).set(push_cursor::seq.eq(until)).execute(conn).await?;
    let news = |row: Row| {
        let language = from_word(row.language)?;
        let Row { courier_id: courier, sealed, occurred_at: at, payload, .. } = row;
        Ok(News { courier, sealed, language, at, payload })
    };
    Ok((rows.into_iter().map(news).collect::<QueryResult<_>>()?, until < last))
}
