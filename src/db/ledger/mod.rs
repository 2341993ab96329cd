//! The ledger: one door in, and reads. Balance, order and append-only are the database's business.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::db::schema::{ledger_accounts, ledger_entries, ledger_postings};
use crate::db::{Conn, corrupt};
use crate::domain::ids::{CourierId, DeliveryId, EntryId, ShiftId};
use crate::domain::ledger::{Account, Detail, Entry};
use crate::domain::time::Timestamp;

pub mod audit;
pub mod checkpoints;
pub mod guarantee;
pub mod pendings;
pub mod posted;
pub mod reversals;
pub mod rounds;

/// Most accounts in a trial balance.
pub const ACCOUNTS_MAX: i64 = 50_000;

#[expect(clippy::too_many_arguments, reason = "the columns of an entry and of its lines")]
mod door {
    use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

    diesel::define_sql_function! {
        /// The one function that writes; a call of it is prepared once a connection.
        fn ledger_post(
            id: SqlUuid,
            key: Text,
            kind: Text,
            occurred_at: Timestamptz,
            recorded_at: Timestamptz,
            reverses: Nullable<SqlUuid>,
            detail: Text,
            currency: Text,
            codes: Array<Text>,
            kinds: Array<Text>,
            owners: Array<Nullable<SqlUuid>>,
            amounts: Array<BigInt>,
        ) -> Bool;
    }
}

/// Books an entry. `false` when its key is booked already: nothing is written twice.
pub async fn post(conn: &mut Conn, entry: &Entry, recorded_at: Timestamp) -> QueryResult<bool> {
    // In the order in which they are locked.
    let mut postings: Vec<(String, Account, i64)> = entry
        .postings()
        .iter()
        .map(|(account, amount)| (account.code(), *account, *amount))
        .collect();
    postings.sort();
    let kinds: Vec<String> = postings.iter().map(|(_, account, _)| account.kind()).collect();
    let owners: Vec<Option<uuid::Uuid>> =
        postings.iter().map(|(_, account, _)| account.owner()).collect();
    let amounts: Vec<i64> = postings.iter().map(|(_, _, amount)| *amount).collect();
    let codes: Vec<String> = postings.into_iter().map(|(code, ..)| code).collect();
    diesel::select(door::ledger_post(
        entry.id,
        entry.detail.key(),
        entry.detail.kind(),
        entry.occurred_at,
        recorded_at,
        entry.reverses,
        serde_json::to_string(&entry.detail).map_err(corrupt)?,
        entry.currency().to_string(),
        codes,
        kinds,
        owners,
        amounts,
    ))
    .get_result(conn)
    .await
}

/// An entry seen from one account.
#[derive(Clone, Debug, Queryable)]
pub struct Line {
    pub seq: i64,
    pub entry_id: EntryId,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub amount: i64,
    pub balance: i64,
    pub detail: Value,
}

/// Which lines of an account to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Only lines with a smaller number.
    pub before_seq: Option<i64>,
}

/// Lines of an account, the newest first.
pub async fn lines(
    conn: &mut Conn,
    account: Account,
    span: Span,
    limit: i64,
) -> QueryResult<Vec<Line>> {
    let mut query = ledger_postings::table
        .inner_join(ledger_entries::table)
        .inner_join(ledger_accounts::table.on(ledger_accounts::id.eq(ledger_postings::account_id)))
        .filter(ledger_accounts::code.eq(account.code()))
        .order(ledger_postings::seq.desc())
        .limit(limit)
        .select((
            ledger_postings::seq,
            ledger_entries::id,
            ledger_entries::kind,
            ledger_entries::occurred_at,
            ledger_entries::recorded_at,
            ledger_postings::amount,
            ledger_postings::balance,
            ledger_entries::detail,
        ))
        .into_boxed();
    if let Some(from) = span.from {
        query = query.filter(ledger_entries::occurred_at.ge(from));
    }
    if let Some(to) = span.to {
        query = query.filter(ledger_entries::occurred_at.lt(to));
    }
    if let Some(before) = span.before_seq {
        query = query.filter(ledger_postings::seq.lt(before));
    }
    query.load(conn).await
}

/// Sum of an account's lines from `from` to before `to`.
pub async fn total(conn: &mut Conn, account: Account, span: Span) -> QueryResult<i64> {
    sum(conn, account, span, "true").await
}

/// What a courier earned: lines that are no payout, nor one that came back.
pub const EARNED: &str = "e.kind <> 'payout' AND NOT EXISTS \
    (SELECT FROM ledger_entries paid WHERE paid.id = e.reverses AND paid.kind = 'payout')";

/// The same as [`total`], without what was paid out or came back.
pub async fn earned(conn: &mut Conn, account: Account, span: Span) -> QueryResult<i64> {
    sum(conn, account, span, EARNED).await
}

async fn sum(conn: &mut Conn, account: Account, span: Span, which: &str) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let row: Total = diesel::sql_query(format!(
        "SELECT coalesce(sum(p.amount), 0)::bigint AS total FROM ledger_postings p \
         JOIN ledger_entries e ON e.id = p.entry_id JOIN ledger_accounts a ON a.id = p.account_id \
         WHERE a.code = $1 AND ($2 IS NULL OR e.occurred_at >= $2) \
         AND ($3 IS NULL OR e.occurred_at < $3) AND {which}",
    ))
    .bind::<Text, _>(account.code())
    .bind::<Nullable<Timestamptz>, _>(span.from)
    .bind::<Nullable<Timestamptz>, _>(span.to)
    .get_result(conn)
    .await?;
    Ok(row.total)
}

/// What the pieces booked for a shift amount to.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Pieces {
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// Time with a delivery accepted, in seconds.
    #[diesel(sql_type = BigInt)]
    pub engaged_s: i64,
}

/// Sums of the pieces booked for a shift.
pub async fn pieces_of(conn: &mut Conn, courier: CourierId, shift: ShiftId) -> QueryResult<Pieces> {
    diesel::sql_query(
        "SELECT coalesce(sum(p.amount), 0)::bigint AS amount, \
                coalesce(sum((e.detail -> 'inputs' ->> 'engaged_s')::bigint), 0)::bigint AS engaged_s \
         FROM ledger_postings p \
         JOIN ledger_entries e ON e.id = p.entry_id JOIN ledger_accounts a ON a.id = p.account_id \
         WHERE a.code = $1 AND e.kind IN ('piece', 'return', 'correction') AND e.detail ->> 'shift_id' = $2 \
             AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id)",
    )
    .bind::<Text, _>(Account::CourierPay(courier).code())
    .bind::<Text, _>(shift.to_string())
    .get_result(conn)
    .await
}

/// What was booked as the prices of deliveries; nothing of one that nothing was booked for.
pub async fn prices_of(conn: &mut Conn, deliveries: &[DeliveryId]) -> QueryResult<Vec<Detail>> {
    let keys: Vec<String> =
        deliveries.iter().map(|delivery| format!("delivery:{}:price", delivery.uuid())).collect();
    let limit = i64::try_from(keys.len()).unwrap_or(i64::MAX);
    let details: Vec<Value> = ledger_entries::table
        .filter(ledger_entries::key.eq_any(keys))
        .limit(limit)
        .select(ledger_entries::detail)
        .load(conn)
        .await?;
    let read = |detail| serde_json::from_value(detail).map_err(corrupt);
    details.into_iter().map(read).collect()
}

/// What a courier's account gained since `since`, for all who gained anything.
pub async fn earned_since(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<(CourierId, i64)>> {
    #[derive(QueryableByName)]
    struct Earned {
        #[diesel(sql_type = SqlUuid)]
        owner_id: uuid::Uuid,
        #[diesel(sql_type = BigInt)]
        earned: i64,
    }
    let rows: Vec<Earned> = diesel::sql_query(
        "SELECT a.owner_id, sum(p.amount)::bigint AS earned FROM ledger_accounts a \
         JOIN ledger_postings p ON p.account_id = a.id JOIN ledger_entries e ON e.id = p.entry_id \
         WHERE a.kind = 'courier_pay' AND e.kind IN ('piece', 'return', 'correction') \
             AND e.occurred_at >= $1 \
             AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id) \
         GROUP BY a.owner_id ORDER BY a.owner_id",
    )
    .bind::<Timestamptz, _>(since)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (CourierId::from_uuid(row.owner_id), row.earned)).collect())
}

/// An account with its head.
#[derive(Clone, Debug, Queryable, QueryableByName)]
pub struct Balance {
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = BigInt)]
    pub balance: i64,
}

/// Every account that had a line by then, as it stood at an instant: with what was recorded up to it.
pub async fn balances_at(conn: &mut Conn, at: Timestamp) -> QueryResult<Vec<Balance>> {
    diesel::sql_query(
        "SELECT a.code, a.kind, a.currency, sum(p.amount)::bigint AS balance \
         FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id \
         JOIN ledger_accounts a ON a.id = p.account_id WHERE e.recorded_at <= $1 \
         GROUP BY a.id ORDER BY a.code COLLATE \"C\" LIMIT $2",
    )
    .bind::<Timestamptz, _>(at)
    .bind::<BigInt, _>(ACCOUNTS_MAX)
    .load(conn)
    .await
}

/// Every account, by code.
pub async fn balances(conn: &mut Conn) -> QueryResult<Vec<Balance>> {
    ledger_accounts::table
        .order(ledger_accounts::code.asc())
        .limit(ACCOUNTS_MAX)
        .select((
            ledger_accounts::code,
            ledger_accounts::kind,
            ledger_accounts::currency,
            ledger_accounts::balance,
        ))
        .load(conn)
        .await
}
