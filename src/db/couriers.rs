//! Couriers, and the counter of their route's changes.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::couriers;
use super::{Conn, corrupt, from_word, word};
use crate::domain::courier::Courier;
use crate::domain::ids::CourierId;
use crate::domain::shift::skill::{Skill, Skills};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;

/// Most couriers of a co-op that a list shows.
pub const COURIERS_MAX: i64 = 20_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = couriers)]
struct Row {
    id: CourierId,
    name: String,
    vehicle: String,
    skills: Vec<String>,
}

impl Row {
    fn read(self) -> QueryResult<Courier> {
        let name = Name::new(&self.name).map_err(corrupt)?;
        let vehicle = from_word(self.vehicle)?;
        Ok(Courier { id: self.id, name, vehicle, skills: read_skills(self.skills)? })
    }
}

fn read_skills(words: Vec<String>) -> QueryResult<Skills> {
    let skills: Result<Vec<_>, _> = words.into_iter().map(Skill::try_from).collect();
    Skills::try_from(skills.map_err(corrupt)?).map_err(corrupt)
}

pub async fn insert(conn: &mut Conn, courier: &Courier, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(couriers::table)
        .values((
            couriers::id.eq(courier.id),
            couriers::name.eq(courier.name.as_str()),
            couriers::vehicle.eq(word(&courier.vehicle)?),
            couriers::skills.eq(courier.skills.words()),
            couriers::created_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: CourierId) -> QueryResult<Option<Courier>> {
    let row = couriers::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// All of them, by name.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Courier>> {
    let rows: Vec<Row> = couriers::table
        .order((couriers::name.asc(), couriers::id.asc()))
        .limit(COURIERS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// What those are called who have one of these ids.
pub async fn names(conn: &mut Conn, ids: &[CourierId]) -> QueryResult<BTreeMap<CourierId, String>> {
    let rows: Vec<(CourierId, String)> = couriers::table
        .filter(couriers::id.eq_any(ids))
        .select((couriers::id, couriers::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Everybody else who rides, by name.
pub async fn colleagues(conn: &mut Conn, of: CourierId) -> QueryResult<Vec<(CourierId, String)>> {
    couriers::table
        .filter(couriers::id.ne(of))
        .filter(couriers::erased_at.is_null())
        .order((couriers::name.asc(), couriers::id.asc()))
        .limit(COURIERS_MAX)
        .select((couriers::id, couriers::name))
        .load(conn)
        .await
}

/// Locks the courier's row: whoever changes what a courier holds goes through here first, so that
/// two changes of one route cannot cross.
pub async fn lock(conn: &mut Conn, id: CourierId) -> QueryResult<Option<Courier>> {
    let row = couriers::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Locks some couriers' rows, in the order of their ids: whoever locks several does it in that order.
pub async fn lock_all(conn: &mut Conn, ids: &[CourierId]) -> QueryResult<Vec<Courier>> {
    let rows: Vec<Row> = couriers::table
        .filter(couriers::id.eq_any(ids))
        .order(couriers::id.asc())
        .select(Row::as_select())
        .for_no_key_update()
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether the courier's personal rows are gone.
pub async fn is_erased(conn: &mut Conn, id: CourierId) -> QueryResult<bool> {
    couriers::table.find(id).select(couriers::erased_at.is_not_null()).first(conn).await
}

pub async fn rename(conn: &mut Conn, id: CourierId, name: &Name) -> QueryResult<()> {
    diesel::update(couriers::table.find(id))
        .set(couriers::name.eq(name.as_str()))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_skills(conn: &mut Conn, id: CourierId, skills: &Skills) -> QueryResult<()> {
    diesel::update(couriers::table.find(id))
        .set(couriers::skills.eq(skills.words()))
        .execute(conn)
        .await
        .map(drop)
}

/// Counts a change of the courier's route and gives the new version.
pub async fn route_changed(conn: &mut Conn, id: CourierId) -> QueryResult<i64> {
    diesel::update(couriers::table.find(id))
        .set(couriers::route_version.eq(couriers::route_version + 1))
        .returning(couriers::route_version)
        .get_result(conn)
        .await
}

/// The counters of all routes.
pub async fn route_versions(conn: &mut Conn) -> QueryResult<BTreeMap<CourierId, i64>> {
    let rows: Vec<(CourierId, i64)> = couriers::table
        .order(couriers::id.asc())
        .limit(COURIERS_MAX)
        .select((couriers::id, couriers::route_version))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn route_version(conn: &mut Conn, id: CourierId) -> QueryResult<i64> {
    couriers::table.find(id).select(couriers::route_version).first(conn).await
}
