//! What couriers have laid out, handed in to be paid back.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::expenses;
use super::{Conn, corrupt, from_word, word};
use crate::domain::expense::{Expense, Verdict};
use crate::domain::ids::{CourierId, ExpenseId, UserId};
use crate::domain::ledger::chain::Hash;
use crate::domain::money::Money;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most expenses in the list of those that wait.
pub const LISTED_MAX: i64 = 200;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = expenses, treat_none_as_null = true)]
struct Row {
    id: ExpenseId,
    courier_id: CourierId,
    day: String,
    category: String,
    amount: i64,
    currency: String,
    note: String,
    receipt_sha256: Option<Vec<u8>>,
    handed_in_at: Timestamp,
    answered_at: Option<Timestamp>,
    answered_by: Option<UserId>,
    allowed: Option<i64>,
    reason: Option<String>,
}

impl Row {
    fn write(expense: &Expense) -> QueryResult<Self> {
        let verdict = expense.verdict.as_ref();
        Ok(Self {
            id: expense.id,
            courier_id: expense.courier_id,
            day: expense.day.to_string(),
            category: word(&expense.category)?,
            amount: expense.amount.amount,
            currency: expense.amount.currency.to_string(),
            note: expense.note.to_string(),
            receipt_sha256: expense.receipt.map(|Hash(bytes)| bytes.to_vec()),
            handed_in_at: expense.handed_in_at,
            answered_at: verdict.map(|verdict| verdict.at),
            answered_by: verdict.map(|verdict| verdict.by),
            allowed: verdict.map(|verdict| verdict.allowed),
            reason: verdict.and_then(|verdict| verdict.reason.as_ref().map(Note::to_string)),
        })
    }

    fn read(self) -> QueryResult<Expense> {
        let note = |text: &str| Note::new(text).map_err(corrupt);
        let verdict = match (self.answered_at, self.answered_by, self.allowed) {
            (Some(at), Some(by), Some(allowed)) => {
                let reason = self.reason.as_deref().map(note).transpose()?;
                Some(Verdict { at, by, allowed, reason })
            }
            _ => None,
        };
        let receipt = self.receipt_sha256.map(<[u8; 32]>::try_from).transpose();
        let receipt = receipt.map_err(|_| corrupt(std::io::Error::other("not 32 bytes")))?;
        Ok(Expense {
            id: self.id,
            courier_id: self.courier_id,
            day: self.day.parse().map_err(corrupt)?,
            category: from_word(self.category)?,
            amount: Money::new(self.amount, self.currency.parse().map_err(corrupt)?),
            note: note(&self.note)?,
            receipt: receipt.map(Hash),
            handed_in_at: self.handed_in_at,
            verdict,
        })
    }
}

pub async fn insert(conn: &mut Conn, expense: &Expense) -> QueryResult<()> {
    diesel::insert_into(expenses::table).values(Row::write(expense)?).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, expense: &Expense) -> QueryResult<()> {
    diesel::update(expenses::table.find(expense.id))
        .set(Row::write(expense)?)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn remove(conn: &mut Conn, id: ExpenseId) -> QueryResult<()> {
    diesel::delete(expenses::table.find(id)).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: ExpenseId) -> QueryResult<Option<Expense>> {
    let row = expenses::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

pub async fn lock(conn: &mut Conn, id: ExpenseId) -> QueryResult<Option<Expense>> {
    let row = expenses::table
        .find(id)
        .for_update()
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// A courier's that wait for an answer, the oldest first.
pub async fn waiting_of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Expense>> {
    let rows: Vec<Row> = expenses::table
        .filter(expenses::courier_id.eq(courier).and(expenses::answered_at.is_null()))
        .order(expenses::id.asc())
        .limit(LISTED_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Whose expenses, and from which one on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub courier: Option<CourierId>,
    pub before: Option<ExpenseId>,
}

/// The newest first.
pub async fn list(conn: &mut Conn, filter: Filter, limit: i64) -> QueryResult<Vec<Expense>> {
    let mut query = expenses::table.into_boxed();
    if let Some(courier) = filter.courier {
        query = query.filter(expenses::courier_id.eq(courier));
    }
    if let Some(before) = filter.before {
        query = query.filter(expenses::id.lt(before));
    }
    let rows: Vec<Row> =
        query.order(expenses::id.desc()).limit(limit).select(Row::as_select()).load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// What waits for an answer, whoever's: what was handed in first comes first.
pub async fn waiting(conn: &mut Conn) -> QueryResult<Vec<Expense>> {
    let rows: Vec<Row> = expenses::table
        .filter(expenses::answered_at.is_null())
        .order((expenses::handed_in_at.asc(), expenses::id.asc()))
        .limit(LISTED_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}
