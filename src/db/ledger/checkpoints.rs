//! Checkpoints, their leaves and keys, and the tariffs that lines name.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::db::schema::{ledger_checkpoints, ledger_keys, ledger_tariffs};
use crate::db::{Conn, corrupt};
use crate::domain::ledger::audit::Tariffs;
use crate::domain::ledger::chain::Hash;
use crate::domain::ledger::checkpoint::{Leaf, NotaryKey, Signed};
use crate::domain::pay::Tariff;
use crate::domain::time::Timestamp;

/// Most accounts in a tree.
pub const LEAVES_MAX: i64 = 1_000_000;
/// Most tariffs that a co-op has ever had.
const TARIFFS_MAX: i64 = 10_000;
/// Most keys that a co-op has ever signed with.
const KEYS_MAX: i64 = 1_000;

/// Any number will do as long as nothing else uses it.
const CHECKPOINT_LOCK: i64 = 4_242_004;

/// Holds off other signers until the end of the transaction.
pub async fn lock(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(CHECKPOINT_LOCK)
        .execute(conn)
        .await
        .map(drop)
}

/// The bytes of a column as a hash.
pub(super) fn hash(bytes: &[u8]) -> QueryResult<Hash> {
    <[u8; 32]>::try_from(bytes).map(Hash).map_err(corrupt)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_checkpoints)]
struct Row {
    number: i64,
    issued_at: Timestamp,
    size: i64,
    root: Vec<u8>,
    previous_root: Vec<u8>,
    public_key: Vec<u8>,
    signature: Vec<u8>,
}

impl Row {
    fn signed(self) -> QueryResult<Signed> {
        Ok(Signed {
            number: self.number,
            issued_us: self.issued_at.millis() * 1000,
            size: self.size,
            root: hash(&self.root)?,
            previous_root: hash(&self.previous_root)?,
            key: NotaryKey::from_bytes(&self.public_key).map_err(corrupt)?,
            signature: self.signature.as_slice().try_into().map_err(corrupt)?,
        })
    }
}

/// Keeps a checkpoint that was signed at `issued_at`.
pub async fn insert(conn: &mut Conn, signed: &Signed, issued_at: Timestamp) -> QueryResult<()> {
    let row = Row {
        number: signed.number,
        issued_at,
        size: signed.size,
        root: signed.root.0.to_vec(),
        previous_root: signed.previous_root.0.to_vec(),
        public_key: signed.key.bytes().to_vec(),
        signature: signed.signature.to_vec(),
    };
    diesel::insert_into(ledger_checkpoints::table).values(row).execute(conn).await.map(drop)
}

/// Checkpoints with smaller numbers than `before`, the newest first.
pub async fn newest(conn: &mut Conn, before: Option<i64>, limit: i64) -> QueryResult<Vec<Signed>> {
    let rows: Vec<Row> = ledger_checkpoints::table
        .filter(ledger_checkpoints::number.lt(before.unwrap_or(i64::MAX)))
        .order(ledger_checkpoints::number.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::signed).collect()
}

/// The checkpoint behind the one with this number.
pub async fn next(conn: &mut Conn, after: i64) -> QueryResult<Option<Signed>> {
    let row = ledger_checkpoints::table
        .filter(ledger_checkpoints::number.gt(after))
        .order(ledger_checkpoints::number.asc())
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::signed).transpose()
}

/// Keeps, for the checkpoint with this number, the heads that moved since the one before. Gives how
/// many.
pub async fn keep_moved_heads(conn: &mut Conn, number: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO ledger_leaves (account_id, checkpoint, seq, head)
         SELECT a.id, $1, a.seq, a.head FROM ledger_accounts a
         LEFT JOIN LATERAL (SELECT l.seq FROM ledger_leaves l WHERE l.account_id = a.id
                            ORDER BY l.checkpoint DESC LIMIT 1) last ON true
         WHERE a.seq > coalesce(last.seq, 0)",
    )
    .bind::<BigInt, _>(number)
    .execute(conn)
    .await
}

#[derive(QueryableByName)]
struct LeafRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    head: Vec<u8>,
}

impl LeafRow {
    fn leaf(self) -> QueryResult<Leaf> {
        Ok(Leaf { account: self.code, seq: self.seq, head: hash(&self.head)? })
    }
}

/// The leaves that a checkpoint moved.
pub async fn moved(conn: &mut Conn, number: i64) -> QueryResult<Vec<Leaf>> {
    let rows: Vec<LeafRow> = diesel::sql_query(
        "SELECT coalesce(a.code, l.account_id::text) AS code, l.seq, l.head FROM ledger_leaves l
         LEFT JOIN ledger_accounts a ON a.id = l.account_id
         WHERE l.checkpoint = $1 ORDER BY code COLLATE \"C\" LIMIT $2",
    )
    .bind::<BigInt, _>(number)
    .bind::<BigInt, _>(LEAVES_MAX)
    .load(conn)
    .await?;
    rows.into_iter().map(LeafRow::leaf).collect()
}

/// The leaves of a checkpoint's tree, by the bytes of their codes.
pub async fn leaves(conn: &mut Conn, number: i64) -> QueryResult<Vec<Leaf>> {
    let rows: Vec<LeafRow> = diesel::sql_query(
        "SELECT a.code, l.seq, l.head FROM
             (SELECT DISTINCT ON (account_id) account_id, seq, head FROM ledger_leaves
              WHERE checkpoint <= $1 ORDER BY account_id, checkpoint DESC) l
         JOIN ledger_accounts a ON a.id = l.account_id ORDER BY a.code COLLATE \"C\" LIMIT $2",
    )
    .bind::<BigInt, _>(number)
    .bind::<BigInt, _>(LEAVES_MAX)
    .load(conn)
    .await?;
    rows.into_iter().map(LeafRow::leaf).collect()
}

/// A leaf whose line is gone or has another hash by now: what a rewritten chain cannot hide.
#[derive(QueryableByName)]
pub struct Denied {
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = BigInt)]
    pub checkpoint: i64,
    /// Whether there is such a line at all.
    #[diesel(sql_type = Nullable<Binary>)]
    pub hash: Option<Vec<u8>>,
}

/// The first leaf that the lines deny.
pub async fn denied(conn: &mut Conn) -> QueryResult<Option<Denied>> {
    diesel::sql_query(
        "SELECT coalesce(a.code, l.account_id::text) AS code, l.seq, l.checkpoint, p.hash
         FROM ledger_leaves l LEFT JOIN ledger_accounts a ON a.id = l.account_id
         LEFT JOIN ledger_postings p ON p.account_id = l.account_id AND p.seq = l.seq
         WHERE p.hash IS DISTINCT FROM l.head
         ORDER BY code COLLATE \"C\", l.seq LIMIT 1",
    )
    .get_result(conn)
    .await
    .optional()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_keys)]
pub struct KeyRow {
    pub public_key: Vec<u8>,
    pub sealed_key: Vec<u8>,
    pub created_at: Timestamp,
}

/// Every key that ever signed, the newest first: it signs now.
pub async fn keys(conn: &mut Conn) -> QueryResult<Vec<KeyRow>> {
    ledger_keys::table
        .order((ledger_keys::created_at.desc(), ledger_keys::public_key.asc()))
        .limit(KEYS_MAX)
        .select(KeyRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_key(conn: &mut Conn, key: &KeyRow) -> QueryResult<()> {
    diesel::insert_into(ledger_keys::table).values(key).execute(conn).await.map(drop)
}

/// Keeps a tariff's text, if it is new.
pub async fn keep_tariff(conn: &mut Conn, tariff: &Tariff, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(ledger_tariffs::table)
        .values((
            ledger_tariffs::hash.eq(tariff.hash().0.to_vec()),
            ledger_tariffs::name.eq(&tariff.name),
            ledger_tariffs::version.eq(&tariff.version),
            ledger_tariffs::text.eq(tariff.text()),
            ledger_tariffs::added_at.eq(at),
        ))
        .on_conflict(ledger_tariffs::hash)
        .do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// Every tariff that a line may name.
pub async fn tariffs(conn: &mut Conn) -> QueryResult<Tariffs> {
    let texts: Vec<String> = ledger_tariffs::table
        .order(ledger_tariffs::added_at.asc())
        .limit(TARIFFS_MAX)
        .select(ledger_tariffs::text)
        .load(conn)
        .await?;
    let mut tariffs = Tariffs::default();
    for text in texts {
        tariffs.add(Tariff::parse(&text).map_err(corrupt)?);
    }
    Ok(tariffs)
}
