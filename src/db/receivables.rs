//! What was given back of prices and why, and what came in at the bank.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{ledger_credits, payments};
use super::{Conn, corrupt};
use crate::domain::ids::{EntryId, MerchantId, UserId};
use crate::domain::ledger::Detail;
use crate::domain::text::{Note, Reference};
use crate::domain::time::Timestamp;

/// Most credits on one price, and most payments of one name.
pub const CREDITS_MAX: i64 = 100;

/// What was given back of one price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credits {
    /// How many times, also where that was taken back.
    pub count: u32,
    /// Before VAT, in minor units, without what was taken back.
    pub net: i64,
}

/// What was given back of a price.
pub async fn credits(conn: &mut Conn, price: EntryId) -> QueryResult<Credits> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        detail: Value,
        #[diesel(sql_type = Bool)]
        reversed: bool,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT e.detail, EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id) AS reversed
         FROM ledger_credits c JOIN ledger_entries e ON e.id = c.entry_id
         WHERE c.of = $1 ORDER BY c.entry_id LIMIT $2",
    )
    .bind::<SqlUuid, _>(price)
    .bind::<BigInt, _>(CREDITS_MAX)
    .load(conn)
    .await?;
    let mut credits = Credits::default();
    for Row { detail, reversed } in rows {
        let detail: Detail = serde_json::from_value(detail).map_err(corrupt)?;
        credits.count += 1;
        if !reversed {
            credits.net -= detail.split().map_or(0, |split| split.net);
        }
    }
    Ok(credits)
}

/// Keeps why something was given back.
pub async fn insert_credit(
    conn: &mut Conn,
    entry: EntryId,
    of: EntryId,
    reason: &Note,
    by: UserId,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(ledger_credits::table)
        .values((
            ledger_credits::entry_id.eq(entry),
            ledger_credits::of.eq(of),
            ledger_credits::reason.eq(reason.as_str()),
            ledger_credits::booked_by.eq(by),
            ledger_credits::booked_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Keeps what the bank called a payment.
pub async fn insert_payment(
    conn: &mut Conn,
    entry: EntryId,
    merchant: MerchantId,
    reference: &Reference,
    by: UserId,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(payments::table)
        .values((
            payments::entry_id.eq(entry),
            payments::merchant_id.eq(merchant),
            payments::bank_reference.eq(reference.as_str()),
            payments::recorded_by.eq(by),
            payments::recorded_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The payments that the bank called so, one a merchant at most.
pub async fn payments_called(
    conn: &mut Conn,
    reference: &Reference,
) -> QueryResult<Vec<(EntryId, MerchantId)>> {
    payments::table
        .filter(payments::bank_reference.eq(reference.as_str()))
        .order(payments::entry_id.asc())
        .limit(CREDITS_MAX)
        .select((payments::entry_id, payments::merchant_id))
        .load(conn)
        .await
}
