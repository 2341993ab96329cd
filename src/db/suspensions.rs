//! Suspensions that people decided.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::suspensions;
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, SuspensionId, UserId};
use crate::domain::suspension::{Lifted, Suspension};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most suspensions of one courier in one look.
pub const SUSPENSIONS_MAX: i64 = 100;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = suspensions, treat_none_as_null = true)]
struct Row {
    id: SuspensionId,
    courier_id: CourierId,
    decided_by: UserId,
    decided_at: Timestamp,
    reason: String,
    safety: bool,
    begins_at: Timestamp,
    ends_at: Option<Timestamp>,
    lifted_at: Option<Timestamp>,
    lifted_by: Option<UserId>,
}

impl Row {
    fn write(one: &Suspension) -> Self {
        Self {
            id: one.id,
            courier_id: one.courier_id,
            decided_by: one.decided_by,
            decided_at: one.decided_at,
            reason: one.reason.to_string(),
            safety: one.safety,
            begins_at: one.begins_at,
            ends_at: one.ends_at,
            lifted_at: one.lifted.map(|lifted| lifted.at),
            lifted_by: one.lifted.map(|lifted| lifted.by),
        }
    }

    fn read(self) -> QueryResult<Suspension> {
        Ok(Suspension {
            id: self.id,
            courier_id: self.courier_id,
            decided_by: self.decided_by,
            decided_at: self.decided_at,
            reason: Note::new(&self.reason).map_err(corrupt)?,
            safety: self.safety,
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            lifted: self.lifted_at.zip(self.lifted_by).map(|(at, by)| Lifted { at, by }),
        })
    }
}

pub async fn insert(conn: &mut Conn, one: &Suspension) -> QueryResult<()> {
    diesel::insert_into(suspensions::table).values(Row::write(one)).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, one: &Suspension) -> QueryResult<()> {
    diesel::update(suspensions::table.find(one.id))
        .set(Row::write(one))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn lock(conn: &mut Conn, id: SuspensionId) -> QueryResult<Option<Suspension>> {
    let row = suspensions::table
        .find(id)
        .for_update()
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// A courier's, the newest first.
pub async fn of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Suspension>> {
    let rows: Vec<Row> = suspensions::table
        .filter(suspensions::courier_id.eq(courier))
        .order(suspensions::id.desc())
        .limit(SUSPENSIONS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}
