//! What an auditor reads: everything, in the order of accounts and lines, in pieces.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::checkpoints::hash;
use crate::db::Conn;
use crate::db::schema::ledger_accounts;
use crate::domain::ids::EntryId;
use crate::domain::ledger::audit::Stored;
use crate::domain::ledger::chain::{Hash, Head};
use crate::domain::ledger::line::Line;
use crate::domain::time::Timestamp;

/// An account as its own row tells it.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: Uuid,
    pub code: String,
    pub kind: String,
    pub owner_id: Option<Uuid>,
    pub currency: String,
    pub head: Head,
}

type AccountColumns = (Uuid, String, String, Option<Uuid>, String, i64, i64, Vec<u8>);

fn account(
    (id, code, kind, owner_id, currency, seq, balance, head): AccountColumns,
) -> QueryResult<AccountRow> {
    let head = Head { seq, balance, hash: hash(&head)? };
    Ok(AccountRow { id, code, kind, owner_id, currency, head })
}

/// The columns of [`AccountRow`].
const ACCOUNT: (
    ledger_accounts::id,
    ledger_accounts::code,
    ledger_accounts::kind,
    ledger_accounts::owner_id,
    ledger_accounts::currency,
    ledger_accounts::seq,
    ledger_accounts::balance,
    ledger_accounts::head,
) = (
    ledger_accounts::id,
    ledger_accounts::code,
    ledger_accounts::kind,
    ledger_accounts::owner_id,
    ledger_accounts::currency,
    ledger_accounts::seq,
    ledger_accounts::balance,
    ledger_accounts::head,
);

/// Accounts behind `after`, by id.
pub async fn accounts(
    conn: &mut Conn,
    after: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<AccountRow>> {
    let rows: Vec<AccountColumns> = ledger_accounts::table
        .filter(ledger_accounts::id.gt(after.unwrap_or_default()))
        .order(ledger_accounts::id.asc())
        .limit(limit)
        .select(ACCOUNT)
        .load(conn)
        .await?;
    rows.into_iter().map(account).collect()
}

/// One account, by its code.
pub async fn find_account(conn: &mut Conn, code: &str) -> QueryResult<Option<AccountRow>> {
    let row = ledger_accounts::table
        .filter(ledger_accounts::code.eq(code))
        .select(ACCOUNT)
        .first::<AccountColumns>(conn)
        .await
        .optional()?;
    row.map(account).transpose()
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = SqlUuid)]
    entry_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = BigInt)]
    previous: i64,
    #[diesel(sql_type = BigInt)]
    balance: i64,
    #[diesel(sql_type = Binary)]
    canonical: Vec<u8>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    occurred_us: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    recorded_us: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    reverses: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    detail: Option<String>,
}

impl LineRow {
    /// The number that the row gives itself, and what is kept of the line.
    fn stored(self) -> QueryResult<(i64, Stored)> {
        let entry = (self.key, self.kind, self.occurred_us, self.recorded_us, self.detail);
        let columns = match entry {
            (Some(key), Some(kind), Some(occurred_us), Some(recorded_us), Some(detail)) => {
                Some(Line {
                    account: self.code,
                    seq: self.seq,
                    entry: EntryId::from_uuid(self.entry_id),
                    key,
                    kind,
                    occurred_us,
                    recorded_us,
                    reverses: self.reverses.map(EntryId::from_uuid),
                    currency: self.currency,
                    amount: self.amount,
                    previous: self.previous,
                    balance: self.balance,
                    detail,
                })
            }
            _ => None,
        };
        // A hash of another length is no hash at all: it will not fit.
        let hash = hash(&self.hash).unwrap_or(Hash::NONE);
        Ok((self.seq, Stored { columns, canonical: self.canonical, hash }))
    }
}

/// Lines of an account behind `after`, in their order, with the numbers that their rows bear.
pub async fn stored_lines(
    conn: &mut Conn,
    account: Uuid,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<(i64, Stored)>> {
    let rows: Vec<LineRow> = diesel::sql_query(
        "SELECT a.code, p.seq, p.entry_id, p.currency, p.amount, p.previous, p.balance, p.canonical,
                p.hash, e.key, e.kind, ledger_micros(e.occurred_at) AS occurred_us,
                ledger_micros(e.recorded_at) AS recorded_us, e.reverses, e.detail::text AS detail
         FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
         LEFT JOIN ledger_entries e ON e.id = p.entry_id
         WHERE p.account_id = $1 AND p.seq > $2 ORDER BY p.seq LIMIT $3",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    rows.into_iter().map(LineRow::stored).collect()
}

/// Bytes and hashes alone: what a statement is made of.
pub async fn canonical_lines(
    conn: &mut Conn,
    account: Uuid,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<(Vec<u8>, Vec<u8>)>> {
    use crate::db::schema::ledger_postings::dsl;
    dsl::ledger_postings
        .filter(dsl::account_id.eq(account))
        .filter(dsl::seq.gt(after))
        .order(dsl::seq.asc())
        .limit(limit)
        .select((dsl::canonical, dsl::hash))
        .load(conn)
        .await
}

/// The number of the last line before the first that happened at `from` or later: 0 without a
/// `from`, the last line's if none happened so late.
pub async fn seq_before(
    conn: &mut Conn,
    account: Uuid,
    from: Option<Timestamp>,
) -> QueryResult<i64> {
    use crate::db::schema::{ledger_entries, ledger_postings};
    use diesel::dsl::{max, min};
    let Some(from) = from else { return Ok(0) };
    let lines = ledger_postings::table.filter(ledger_postings::account_id.eq(account));
    let first: Option<i64> = lines
        .inner_join(ledger_entries::table)
        .filter(ledger_entries::occurred_at.ge(from))
        .select(min(ledger_postings::seq))
        .first(conn)
        .await?;
    if let Some(first) = first {
        return Ok(first - 1);
    }
    let last: Option<i64> = lines.select(max(ledger_postings::seq)).first(conn).await?;
    Ok(last.unwrap_or(0))
}

/// Where an account stood after its line `seq`.
pub async fn head_at(conn: &mut Conn, account: Uuid, seq: i64) -> QueryResult<Head> {
    use crate::db::schema::ledger_postings::dsl;
    let (balance, bytes): (i64, Vec<u8>) = dsl::ledger_postings
        .find((account, seq))
        .select((dsl::balance, dsl::hash))
        .first(conn)
        .await?;
    Ok(Head { seq, balance, hash: hash(&bytes)? })
}

/// What breaks a rule, and how.
#[derive(Clone, Debug, QueryableByName)]
pub struct Broken {
    /// An entry, an account or a line.
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub fault: String,
}

/// Rules that speak of more than one line, each with the query that finds the first place where it
/// does not hold.
const RULES: [(&str, &str); 12] = [
    (
        "I1",
        "SELECT 'entry ' || e.id AS place,
                CASE WHEN count(p.*) < 2 THEN 'it has fewer than two lines'
                     ELSE 'it does not sum to zero' END AS fault
         FROM ledger_entries e LEFT JOIN ledger_postings p ON p.entry_id = e.id
         GROUP BY e.id, p.currency HAVING count(p.*) < 2 OR sum(p.amount) <> 0
         ORDER BY e.id LIMIT 1",
    ),
    (
        "I1",
        "SELECT 'the book' AS place, 'it sums to ' || sum(amount) || ' ' || currency AS fault
         FROM ledger_postings GROUP BY currency HAVING sum(amount) <> 0 ORDER BY currency LIMIT 1",
    ),
    (
        "I3",
        "SELECT 'account ' || p.account_id || ', line ' || p.seq AS place,
                'there is no such account' AS fault
         FROM ledger_postings p WHERE NOT EXISTS
             (SELECT FROM ledger_accounts a WHERE a.id = p.account_id)
         ORDER BY p.account_id, p.seq LIMIT 1",
    ),
    (
        "I4",
        "SELECT 'key ' || key AS place, 'it is booked ' || count(*) || ' times' AS fault
         FROM ledger_entries GROUP BY key HAVING count(*) > 1 ORDER BY key LIMIT 1",
    ),
    (
        "I6",
        "SELECT 'account ' || code || ', line ' || p.seq AS place,
                'it brings the account to ' || p.balance AS fault
         FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
         WHERE a.kind LIKE 'courier\\_%' AND p.balance < 0 ORDER BY code COLLATE \"C\", p.seq LIMIT 1",
    ),
    (
        "I6",
        "SELECT 'account ' || code || ', line ' || p.seq AS place,
                'it takes from a courier, and nobody else has agreed' AS fault
         FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
         JOIN ledger_entries e ON e.id = p.entry_id
         WHERE a.kind LIKE 'courier\\_%' AND p.amount < 0 AND e.kind <> 'payout'
             AND NOT ledger_may_take(e.reverses, a.id, -p.amount)
         ORDER BY code COLLATE \"C\", p.seq LIMIT 1",
    ),
    (
        "I2",
        "SELECT 'entry ' || e.id AS place, 'it is not the opposite of what it takes back' AS fault
         FROM ledger_entries e WHERE e.reverses IS NOT NULL AND EXISTS
             (SELECT FROM ledger_postings p WHERE p.entry_id IN (e.id, e.reverses)
              GROUP BY p.account_id HAVING sum(p.amount) <> 0)
         ORDER BY e.id LIMIT 1",
    ),
    (
        "I5",
        "SELECT 'promise ' || p.id AS place, 'it was posted as ' || coalesce(e.key, 'nothing') AS fault
         FROM ledger_resolutions r JOIN ledger_pendings p ON p.id = r.pending_id
         LEFT JOIN ledger_entries e ON e.id = r.entry_id
         WHERE r.outcome = 'posted'
             AND (e.kind IN ('piece', 'return')
                  AND split_part(e.key, ':', 2) = p.delivery_id::text) IS NOT TRUE
         ORDER BY p.id LIMIT 1",
    ),
    (
        "I7",
        "SELECT 'account ' || code || ', line ' || p.seq AS place,
                'a ' || e.kind || ' is not what a tip account is for' AS fault
         FROM ledger_accounts a JOIN ledger_postings p ON p.account_id = a.id
         JOIN ledger_entries e ON e.id = p.entry_id
         WHERE (a.kind = 'courier_tips') <> (e.kind = 'tip') AND e.kind NOT IN ('payout', 'reversal')
             AND (a.kind = 'courier_tips' OR e.kind = 'tip' AND a.kind <> 'merchant_receivable')
         ORDER BY code COLLATE \"C\", p.seq LIMIT 1",
    ),
    (
        "I7",
        "SELECT 'delivery ' || t.delivery_id AS place,
                'its tip is ' || t.amount || ', and ' || p.amount || ' went to the courier' AS fault
         FROM tips t JOIN ledger_entries e
             ON e.kind = 'tip' AND split_part(e.key, ':', 2) = t.delivery_id::text
         JOIN ledger_postings p ON p.entry_id = e.id
         JOIN ledger_accounts a ON a.id = p.account_id AND a.kind = 'courier_tips'
         WHERE p.amount <> t.amount ORDER BY t.delivery_id LIMIT 1",
    ),
    (
        "I13",
        "SELECT 'account ' || code || ', line ' || p.seq AS place,
                'it takes from the reserve, which is indivisible' AS fault
         FROM ledger_accounts a JOIN ledger_postings p ON p.account_id = a.id
         WHERE a.kind = 'coop_reserve' AND p.amount < 0
             AND NOT ledger_leaves_reserve_alone(p.entry_id)
         ORDER BY code COLLATE \"C\", p.seq LIMIT 1",
    ),
    (
        "I12",
        "SELECT 'account ' || code || ', line ' || p.seq AS place,
                'it is in ' || p.currency || ' on an account in ' || a.currency AS fault
         FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
         WHERE a.currency <> p.currency ORDER BY code COLLATE \"C\", p.seq LIMIT 1",
    ),
];

/// The first place where each rule over many lines is broken; nothing where it holds.
pub async fn broken_rules(conn: &mut Conn) -> QueryResult<Vec<(&'static str, Broken)>> {
    let mut found = Vec::new();
    for (rule, query) in RULES {
        let broken: Option<Broken> = diesel::sql_query(query).get_result(conn).await.optional()?;
        found.extend(broken.map(|broken| (rule, broken)));
    }
    Ok(found)
}

/// The first account with a line that was recorded before `before` and that no checkpoint covers.
pub async fn uncovered(conn: &mut Conn, before: Timestamp) -> QueryResult<Option<Broken>> {
    diesel::sql_query(
        "SELECT 'account ' || a.code || ', line ' || p.seq AS place,
                'no checkpoint covers it' AS fault
         FROM ledger_accounts a
         LEFT JOIN LATERAL (SELECT l.seq FROM ledger_leaves l WHERE l.account_id = a.id
                            ORDER BY l.checkpoint DESC LIMIT 1) last ON true
         JOIN ledger_postings p ON p.account_id = a.id AND p.seq = coalesce(last.seq, 0) + 1
         JOIN ledger_entries e ON e.id = p.entry_id
         WHERE e.recorded_at < $1 ORDER BY a.code COLLATE \"C\" LIMIT 1",
    )
    .bind::<Timestamptz, _>(before)
    .get_result(conn)
    .await
    .optional()
}
