//! Imports and their rows.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{import_rows, imports};
use super::{Conn, corrupt};
use crate::domain::delivery::Request;
use crate::domain::ids::{DeliveryId, ImportId, MerchantId};
use crate::domain::import::CellFault;
use crate::domain::time::Timestamp;

/// Most rows worked on in one transaction.
const BATCH_MAX: i64 = 100;

/// A table that was handed in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: ImportId,
    pub merchant_id: MerchantId,
    pub header: Vec<String>,
    pub dry_run: bool,
    pub made_at: Timestamp,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    Waiting,
    /// Would be created, were this not a dry run.
    Valid,
    Created,
    /// Was there already.
    Known,
    Failed,
}

impl RowState {
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Valid, Self::Created, Self::Known, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Valid => "valid",
            Self::Created => "created",
            Self::Known => "known",
            Self::Failed => "failed",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One row of it.
#[derive(Clone, Debug)]
pub struct Row {
    pub import_id: ImportId,
    /// The header is line 1.
    pub line: i32,
    pub cells: Vec<String>,
    pub request: Option<Request>,
    pub state: RowState,
    pub faults: Vec<CellFault>,
    pub delivery_id: Option<DeliveryId>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = import_rows)]
struct Stored {
    import_id: ImportId,
    line: i32,
    cells: Vec<String>,
    request: Option<Value>,
    state: String,
    faults: Value,
    delivery_id: Option<DeliveryId>,
}

impl Stored {
    fn write(row: &Row) -> QueryResult<Self> {
        let request = row.request.as_ref().map(serde_json::to_value).transpose();
        Ok(Self {
            import_id: row.import_id,
            line: row.line,
            cells: row.cells.clone(),
            request: request.map_err(corrupt)?,
            state: row.state.name().to_owned(),
            faults: serde_json::to_value(&row.faults).map_err(corrupt)?,
            delivery_id: row.delivery_id,
        })
    }

    fn read(self) -> QueryResult<Row> {
        let unknown = || corrupt(std::io::Error::other(format!("a row is {}", self.state)));
        let state = RowState::named(&self.state).ok_or_else(unknown)?;
        let request = self.request.map(serde_json::from_value).transpose();
        Ok(Row {
            import_id: self.import_id,
            line: self.line,
            cells: self.cells,
            request: request.map_err(corrupt)?,
            state,
            faults: serde_json::from_value(self.faults).map_err(corrupt)?,
            delivery_id: self.delivery_id,
        })
    }
}

pub async fn insert(conn: &mut Conn, import: &Import, rows: &[Row]) -> QueryResult<()> {
    diesel::insert_into(imports::table).values(import).execute(conn).await?;
    // A statement takes at most 65,535 values.
    for some in rows.chunks(1_000) {
        let some: QueryResult<Vec<Stored>> = some.iter().map(Stored::write).collect();
        diesel::insert_into(import_rows::table).values(some?).execute(conn).await?;
    }
    Ok(())
}

pub async fn find(conn: &mut Conn, id: ImportId) -> QueryResult<Option<Import>> {
    imports::table.find(id).select(Import::as_select()).first(conn).await.optional()
}

/// How many rows there are in each state.
pub async fn counts(conn: &mut Conn, id: ImportId) -> QueryResult<BTreeMap<String, i64>> {
    let counted: Vec<(String, i64)> = import_rows::table
        .filter(import_rows::import_id.eq(id))
        .group_by(import_rows::state)
        .select((import_rows::state, diesel::dsl::count_star()))
        .limit(BATCH_MAX)
        .load(conn)
        .await?;
    Ok(counted.into_iter().collect())
}

/// Rows after a line, in order.
pub async fn rows(
    conn: &mut Conn,
    id: ImportId,
    state: Option<RowState>,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    let mut query = import_rows::table.into_boxed();
    query = query.filter(import_rows::import_id.eq(id)).filter(import_rows::line.gt(after));
    if let Some(state) = state {
        query = query.filter(import_rows::state.eq(state.name()));
    }
    let rows: Vec<Stored> = query
        .order(import_rows::line.asc())
        .limit(limit)
        .select(Stored::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// The next rows that wait, locked to the end of the transaction; what another process works on is
/// left to it.
pub async fn take(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    let rows: Vec<Stored> = import_rows::table
        .filter(import_rows::state.eq(RowState::Waiting.name()))
        .order((import_rows::import_id.asc(), import_rows::line.asc()))
        .limit(BATCH_MAX)
        .for_update()
        .skip_locked()
        .select(Stored::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// Writes what became of a row.
pub async fn settle(conn: &mut Conn, row: &Row) -> QueryResult<()> {
    diesel::update(import_rows::table.find((row.import_id, row.line)))
        .set((
            import_rows::state.eq(row.state.name()),
            import_rows::faults.eq(serde_json::to_value(&row.faults).map_err(corrupt)?),
            import_rows::delivery_id.eq(row.delivery_id),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets imports older than `before`, with their rows, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM imports WHERE id = ANY (ARRAY(\
         SELECT id FROM imports WHERE made_at < $1 ORDER BY id LIMIT $2))",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(before)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .execute(conn)
    .await
}
