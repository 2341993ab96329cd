//! Quotes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::quotes;
use super::{Conn, corrupt};
use crate::domain::ids::{DeliveryId, MerchantId, QuoteId};
use crate::domain::quote::Quote;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = quotes)]
struct Row {
    id: QuoteId,
    merchant_id: MerchantId,
    request: Value,
    terms: Value,
    made_at: Timestamp,
    expires_at: Timestamp,
    delivery_id: Option<DeliveryId>,
}

impl Row {
    fn read(self) -> QueryResult<Quote> {
        Ok(Quote {
            id: self.id,
            merchant_id: self.merchant_id,
            request: serde_json::from_value(self.request).map_err(corrupt)?,
            terms: serde_json::from_value(self.terms).map_err(corrupt)?,
            made_at: self.made_at,
            expires_at: self.expires_at,
            delivery_id: self.delivery_id,
        })
    }
}

pub async fn insert(conn: &mut Conn, quote: &Quote) -> QueryResult<()> {
    let row = Row {
        id: quote.id,
        merchant_id: quote.merchant_id,
        request: serde_json::to_value(&quote.request).map_err(corrupt)?,
        terms: serde_json::to_value(&quote.terms).map_err(corrupt)?,
        made_at: quote.made_at,
        expires_at: quote.expires_at,
        delivery_id: quote.delivery_id,
    };
    diesel::insert_into(quotes::table).values(row).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: QuoteId) -> QueryResult<Option<Quote>> {
    let row = quotes::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The quote, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: QuoteId) -> QueryResult<Option<Quote>> {
    let query = quotes::table.find(id).select(Row::as_select()).for_update();
    let row: Option<Row> = query.first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// Marks a locked quote as used up by this delivery.
pub async fn use_up(conn: &mut Conn, id: QuoteId, delivery: DeliveryId) -> QueryResult<()> {
    diesel::update(quotes::table.find(id))
        .set(quotes::delivery_id.eq(delivery))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets quotes that nobody took up and that expired before `before`, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM quotes WHERE id = ANY (ARRAY(\
         SELECT id FROM quotes WHERE delivery_id IS NULL AND expires_at < $1 \
         ORDER BY expires_at LIMIT $2))",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}
