//! The journal: every posting with what its entry says, in the order in which entries were recorded.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Conn, corrupt};
use crate::domain::ids::EntryId;
use crate::domain::ledger::Account;
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;

/// A posting with its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub entry: EntryId,
    /// The business key.
    pub key: String,
    pub kind: String,
    /// The kind of what it takes back; its own where it takes nothing back.
    pub about: String,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub account: Account,
    /// What the account's owner gains, in minor units: positive is a credit, negative a debit.
    pub amount: i64,
    pub currency: Currency,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    entry: Uuid,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    about: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: Timestamp,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = Text)]
    currency: String,
}

/// A code that no account has.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no account")]
struct NoAccount(String);

impl Row {
    fn read(self) -> QueryResult<Posted> {
        let account = Account::parse(&self.code);
        Ok(Posted {
            entry: EntryId::from_uuid(self.entry),
            key: self.key,
            kind: self.kind,
            about: self.about,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            account: account.ok_or_else(|| corrupt(NoAccount(self.code)))?,
            amount: self.amount,
            currency: self.currency.parse().map_err(corrupt)?,
        })
    }
}

/// The postings of up to `entries` entries that were recorded from `from` to before `to` and come
/// behind the entry `after`; whole entries, in an order that never changes. Served by
/// `ledger_entries_by_recording`.
pub async fn page(
    conn: &mut Conn,
    (from, to): (Timestamp, Timestamp),
    after: Option<EntryId>,
    entries: i64,
) -> QueryResult<Vec<Posted>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT e.id AS entry, e.key, e.kind, coalesce(taken.kind, e.kind) AS about, e.occurred_at, e.recorded_at, a.code, p.amount, \
             p.currency \
         FROM (SELECT * FROM ledger_entries WHERE recorded_at >= $1 AND recorded_at < $2 \
                   AND ($3 IS NULL OR (recorded_at, id) > \
                       (SELECT last.recorded_at, last.id FROM ledger_entries last WHERE last.id = $3)) \
               ORDER BY recorded_at, id LIMIT $4) e \
         JOIN ledger_postings p ON p.entry_id = e.id JOIN ledger_accounts a ON a.id = p.account_id \
         LEFT JOIN ledger_entries taken ON taken.id = e.reverses \
         ORDER BY e.recorded_at, e.id, a.code COLLATE \"C\"",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(entries)
    .load(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether anything of that time is in another currency.
pub async fn has_other_than(
    conn: &mut Conn,
    currency: Currency,
    (from, to): (Timestamp, Timestamp),
) -> QueryResult<bool> {
    use crate::db::schema::{ledger_entries, ledger_postings};
    let other = ledger_postings::table
        .inner_join(ledger_entries::table)
        .filter(ledger_postings::currency.ne(currency.code()))
        .filter(ledger_entries::recorded_at.ge(from))
        .filter(ledger_entries::recorded_at.lt(to));
    diesel::select(diesel::dsl::exists(other)).get_result(conn).await
}
