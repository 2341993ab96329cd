//! Entries as they stand in the books, and who asked to have them taken back.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::db::schema::{ledger_accounts, ledger_entries, ledger_postings, ledger_reversals};
use crate::db::{Conn, corrupt};
use crate::domain::ids::{CourierId, EntryId, UserId};
use crate::domain::ledger::reversal::Reversal;
use crate::domain::ledger::{Account, Booked};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most reversals in one list.
pub const REVERSALS_MAX: i64 = 200;
/// No entry has as many postings.
const POSTINGS_MAX: i64 = 1_000;

/// A column says what no account or currency is called.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not what an entry is made of")]
struct Unreadable(String);

/// An entry with its postings.
pub async fn booked(conn: &mut Conn, id: EntryId) -> QueryResult<Option<Booked>> {
    let detail: Option<Value> = ledger_entries::table
        .find(id)
        .select(ledger_entries::detail)
        .first(conn)
        .await
        .optional()?;
    let Some(detail) = detail else { return Ok(None) };
    let rows: Vec<(String, String, i64)> = ledger_postings::table
        .inner_join(ledger_accounts::table)
        .filter(ledger_postings::entry_id.eq(id))
        .order(ledger_accounts::code.asc())
        .limit(POSTINGS_MAX)
        .select((ledger_accounts::code, ledger_postings::currency, ledger_postings::amount))
        .load(conn)
        .await?;
    let currency = <[_]>::first(&rows).map(|(_, currency, _)| currency.as_str());
    let currency = currency.unwrap_or_default().parse().map_err(corrupt)?;
    let posting = |(code, _, amount): (String, String, i64)| match Account::parse(&code) {
        Some(account) => Ok((account, amount)),
        None => Err(corrupt(Unreadable(code))),
    };
    Ok(Some(Booked {
        id,
        detail: serde_json::from_value(detail).map_err(corrupt)?,
        currency,
        postings: rows.into_iter().map(posting).collect::<QueryResult<_>>()?,
    }))
}

/// The entry that is booked under a business key, with its postings.
pub async fn booked_as(conn: &mut Conn, key: &str) -> QueryResult<Option<Booked>> {
    let id: Option<EntryId> = ledger_entries::table
        .filter(ledger_entries::key.eq(key))
        .select(ledger_entries::id)
        .first(conn)
        .await
        .optional()?;
    match id {
        Some(id) => booked(conn, id).await,
        None => Ok(None),
    }
}

/// Which entry takes this one back, if any does.
pub async fn reversed_by(conn: &mut Conn, id: EntryId) -> QueryResult<Option<EntryId>> {
    ledger_entries::table
        .filter(ledger_entries::reverses.eq(id))
        .select(ledger_entries::id)
        .first(conn)
        .await
        .optional()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_reversals)]
struct Row {
    entry_id: EntryId,
    courier_id: Option<CourierId>,
    reason: String,
    asked_by: UserId,
    asked_at: Timestamp,
    agreed_by: Option<UserId>,
    agreed_at: Option<Timestamp>,
}

impl Row {
    fn read(self) -> QueryResult<Reversal> {
        Ok(Reversal {
            entry_id: self.entry_id,
            courier_id: self.courier_id,
            reason: Note::new(&self.reason).map_err(corrupt)?,
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            agreed: self.agreed_by.zip(self.agreed_at),
        })
    }
}

/// Keeps what is asked for. `false` when somebody has asked already.
pub async fn insert(conn: &mut Conn, reversal: &Reversal) -> QueryResult<bool> {
    let row = Row {
        entry_id: reversal.entry_id,
        courier_id: reversal.courier_id,
        reason: reversal.reason.to_string(),
        asked_by: reversal.asked_by,
        asked_at: reversal.asked_at,
        agreed_by: reversal.agreed.map(|(by, _)| by),
        agreed_at: reversal.agreed.map(|(_, at)| at),
    };
    let insert = diesel::insert_into(ledger_reversals::table).values(row);
    Ok(insert.on_conflict_do_nothing().execute(conn).await? == 1)
}

pub async fn lock(conn: &mut Conn, entry: EntryId) -> QueryResult<Option<Reversal>> {
    let row: Option<Row> = ledger_reversals::table
        .find(entry)
        .for_update()
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Writes down who agreed.
pub async fn agree(conn: &mut Conn, entry: EntryId, by: UserId, at: Timestamp) -> QueryResult<()> {
    diesel::update(ledger_reversals::table.find(entry))
        .set((ledger_reversals::agreed_by.eq(by), ledger_reversals::agreed_at.eq(at)))
        .execute(conn)
        .await
        .map(drop)
}

/// What waits for somebody to agree, the oldest first: of one courier, or of all.
pub async fn waiting(conn: &mut Conn, courier: Option<CourierId>) -> QueryResult<Vec<Reversal>> {
    let mut query = ledger_reversals::table
        .filter(ledger_reversals::courier_id.is_not_null())
        .filter(ledger_reversals::agreed_at.is_null())
        .order((ledger_reversals::asked_at.asc(), ledger_reversals::entry_id.asc()))
        .limit(REVERSALS_MAX)
        .select(Row::as_select())
        .into_boxed();
    if let Some(courier) = courier {
        query = query.filter(ledger_reversals::courier_id.eq(courier));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}
