//! Weeks of shifts as they usually are.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::shift_templates;
use super::{Conn, corrupt};
use crate::domain::ids::ShiftTemplateId;
use crate::domain::shift::opening::Template;
use crate::domain::time::Timestamp;

/// Most templates that a co-op has at one time.
pub const TEMPLATES_MAX: i64 = 100;

/// A template and its id.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: ShiftTemplateId,
    pub template: Template,
}

fn read((id, template): (ShiftTemplateId, Value)) -> QueryResult<Kept> {
    Ok(Kept { id, template: serde_json::from_value(template).map_err(corrupt)? })
}

pub async fn insert(conn: &mut Conn, kept: &Kept, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(shift_templates::table)
        .values((
            shift_templates::id.eq(kept.id),
            shift_templates::template.eq(serde_json::to_value(&kept.template).map_err(corrupt)?),
            shift_templates::made_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Those that are in use, the oldest first.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Kept>> {
    let rows: Vec<(ShiftTemplateId, Value)> = shift_templates::table
        .filter(shift_templates::removed_at.is_null())
        .order(shift_templates::id.asc())
        .limit(TEMPLATES_MAX)
        .select((shift_templates::id, shift_templates::template))
        .load(conn)
        .await?;
    rows.into_iter().map(read).collect()
}

/// One that is in use, held until the transaction ends.
pub async fn lock(conn: &mut Conn, id: ShiftTemplateId) -> QueryResult<Option<Kept>> {
    let row = shift_templates::table
        .find(id)
        .filter(shift_templates::removed_at.is_null())
        .select((shift_templates::id, shift_templates::template))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(read).transpose()
}

pub async fn save(conn: &mut Conn, kept: &Kept) -> QueryResult<()> {
    let template = serde_json::to_value(&kept.template).map_err(corrupt)?;
    diesel::update(shift_templates::table.find(kept.id))
        .set(shift_templates::template.eq(template))
        .execute(conn)
        .await
        .map(drop)
}

/// Takes one out of use; what was published from it stays.
pub async fn remove(conn: &mut Conn, id: ShiftTemplateId, at: Timestamp) -> QueryResult<()> {
    diesel::update(shift_templates::table.find(id))
        .set(shift_templates::removed_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}
