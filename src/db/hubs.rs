//! Hubs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::hubs;
use super::{Conn, corrupt};
use crate::domain::geo::Position;
use crate::domain::hub::{HUBS_MAX, Hub};
use crate::domain::ids::HubId;
use crate::domain::text::{Address, Instructions, Name};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = hubs, treat_none_as_null = true)]
struct Row {
    id: HubId,
    name: String,
    lat_e6: i32,
    lng_e6: i32,
    address: String,
    instructions: Option<String>,
    closed_at: Option<Timestamp>,
}

impl Row {
    fn write(hub: &Hub) -> Self {
        let (lat_e6, lng_e6) = hub.place.micro_degrees();
        Self {
            id: hub.id,
            name: hub.name.to_string(),
            lat_e6,
            lng_e6,
            address: hub.address.to_string(),
            instructions: hub.instructions.as_ref().map(Instructions::to_string),
            closed_at: hub.closed_at,
        }
    }

    fn read(self) -> QueryResult<Hub> {
        let instructions = self.instructions.as_deref().map(Instructions::new).transpose();
        Ok(Hub {
            id: self.id,
            name: Name::new(&self.name).map_err(corrupt)?,
            place: Position::from_micro_degrees(self.lat_e6, self.lng_e6).map_err(corrupt)?,
            address: Address::new(&self.address).map_err(corrupt)?,
            instructions: instructions.map_err(corrupt)?,
            closed_at: self.closed_at,
        })
    }
}

/// Whether it is new: false where another hub is called so.
pub async fn insert(conn: &mut Conn, hub: &Hub, at: Timestamp) -> QueryResult<bool> {
    let inserted = diesel::insert_into(hubs::table)
        .values((Row::write(hub), hubs::created_at.eq(at)))
        .on_conflict(hubs::name)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

pub async fn save(conn: &mut Conn, hub: &Hub) -> QueryResult<()> {
    diesel::update(hubs::table.find(hub.id)).set(Row::write(hub)).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: HubId) -> QueryResult<Option<Hub>> {
    let row = hubs::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The hub, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: HubId) -> QueryResult<Option<Hub>> {
    let row = hubs::table.find(id).select(Row::as_select()).for_no_key_update();
    row.first(conn).await.optional()?.map(Row::read).transpose()
}

/// Which hub is called so.
pub async fn named(conn: &mut Conn, name: &Name) -> QueryResult<Option<HubId>> {
    let found = hubs::table.filter(hubs::name.eq(name.as_str())).select(hubs::id);
    found.first(conn).await.optional()
}

pub async fn count(conn: &mut Conn) -> QueryResult<i64> {
    hubs::table.count().get_result(conn).await
}

/// All of them, by name.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Hub>> {
    let rows: Vec<Row> = hubs::table
        .order((hubs::name.asc(), hubs::id.asc()))
        .limit(HUBS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}
