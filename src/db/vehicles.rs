//! The co-op's own vehicles, who rides them now, and what way their riders have come.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::schema::{couriers, shifts, vehicles};
use super::{Conn, corrupt, from_word, word};
use crate::domain::fleet::{CoopVehicle, UpTo, VehicleName};
use crate::domain::geo::Position;
use crate::domain::ids::{CourierId, VehicleId};
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;

/// Most vehicles of a co-op, those that were retired among them.
pub const VEHICLES_MAX: i64 = 1_000;
/// Most stops of some couriers that are looked at together.
const STOPS_MAX: i64 = 50_000;

#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = vehicles, treat_none_as_null = true)]
struct Row {
    id: VehicleId,
    name: String,
    kind: String,
    volume_ml: i64,
    weight_g: i64,
    range_m: Option<i64>,
    note: Option<String>,
    retired_at: Option<Timestamp>,
}

impl Row {
    fn write(vehicle: &CoopVehicle) -> QueryResult<Self> {
        Ok(Self {
            id: vehicle.id,
            name: vehicle.name.to_string(),
            kind: word(&vehicle.kind)?,
            volume_ml: vehicle.volume_ml.get(),
            weight_g: vehicle.weight_g.get(),
            range_m: vehicle.range_m.map(UpTo::get),
            note: vehicle.note.as_ref().map(ToString::to_string),
            retired_at: vehicle.retired_at,
        })
    }

    fn read(self) -> QueryResult<CoopVehicle> {
        Ok(CoopVehicle {
            id: self.id,
            name: VehicleName::new(&self.name).map_err(corrupt)?,
            kind: from_word(self.kind)?,
            volume_ml: UpTo::new(self.volume_ml).map_err(corrupt)?,
            weight_g: UpTo::new(self.weight_g).map_err(corrupt)?,
            range_m: self.range_m.map(UpTo::new).transpose().map_err(corrupt)?,
            note: self.note.map(|note| Note::new(&note)).transpose().map_err(corrupt)?,
            retired_at: self.retired_at,
        })
    }
}

pub async fn insert(conn: &mut Conn, vehicle: &CoopVehicle, at: Timestamp) -> QueryResult<()> {
    let row = Row::write(vehicle)?;
    diesel::insert_into(vehicles::table)
        .values((
            vehicles::id.eq(row.id),
            vehicles::name.eq(row.name),
            vehicles::kind.eq(row.kind),
            vehicles::volume_ml.eq(row.volume_ml),
            vehicles::weight_g.eq(row.weight_g),
            vehicles::range_m.eq(row.range_m),
            vehicles::note.eq(row.note),
            vehicles::retired_at.eq(row.retired_at),
            vehicles::made_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn save(conn: &mut Conn, vehicle: &CoopVehicle) -> QueryResult<()> {
    diesel::update(vehicles::table.find(vehicle.id))
        .set(Row::write(vehicle)?)
        .execute(conn)
        .await
        .map(drop)
}

/// Held until the transaction ends: who is about to ride it waits for whoever else is.
pub async fn lock(conn: &mut Conn, id: VehicleId) -> QueryResult<Option<CoopVehicle>> {
    let row = vehicles::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// All of them: those in service by name, then those that were retired.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<CoopVehicle>> {
    let rows: Vec<Row> = vehicles::table
        .order((vehicles::retired_at.is_not_null(), vehicles::name.asc(), vehicles::id.asc()))
        .limit(VEHICLES_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn are_full(conn: &mut Conn) -> QueryResult<bool> {
    let count: i64 = vehicles::table.count().get_result(conn).await?;
    Ok(count >= VEHICLES_MAX)
}

/// Whether another vehicle in service is called the same, in whatever letters.
pub async fn is_name_taken(
    conn: &mut Conn,
    name: &VehicleName,
    by_other_than: VehicleId,
) -> QueryResult<bool> {
    diesel::define_sql_function! { fn lower(text: Text) -> Text; }
    let others = vehicles::table
        .filter(lower(vehicles::name).eq(lower(name.as_str())))
        .filter(vehicles::retired_at.is_null())
        .filter(vehicles::id.ne(by_other_than));
    diesel::select(diesel::dsl::exists(others)).get_result(conn).await
}

/// Who rides what now.
pub async fn riders(conn: &mut Conn) -> QueryResult<BTreeMap<VehicleId, (CourierId, Name)>> {
    let rows: Vec<(Option<VehicleId>, CourierId, String)> = shifts::table
        .inner_join(couriers::table.on(couriers::id.eq(shifts::courier_id)))
        .filter(shifts::state.eq("open"))
        .filter(shifts::vehicle_id.is_not_null())
        .order(shifts::vehicle_id.asc())
        .limit(VEHICLES_MAX)
        .select((shifts::vehicle_id, shifts::courier_id, couriers::name))
        .load(conn)
        .await?;
    let mut riders = BTreeMap::new();
    for (vehicle, courier, name) in rows {
        let Some(vehicle) = vehicle else { continue };
        riders.insert(vehicle, (courier, Name::new(&name).map_err(corrupt)?));
    }
    Ok(riders)
}

/// Whether somebody rides it now.
pub async fn is_ridden(conn: &mut Conn, id: VehicleId) -> QueryResult<bool> {
    let open = shifts::table.filter(shifts::vehicle_id.eq(id)).filter(shifts::state.eq("open"));
    diesel::select(diesel::dsl::exists(open)).get_result(conn).await
}

/// Some by their ids.
pub async fn by_id(
    conn: &mut Conn,
    ids: &[VehicleId],
) -> QueryResult<BTreeMap<VehicleId, CoopVehicle>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Row> = vehicles::table
        .filter(vehicles::id.eq_any(ids))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(|row| row.read().map(|vehicle| (vehicle.id, vehicle))).collect()
}

#[derive(QueryableByName)]
struct Passed {
    #[diesel(sql_type = SqlUuid)]
    courier_id: CourierId,
    #[diesel(sql_type = Integer)]
    lat_e6: i32,
    #[diesel(sql_type = Integer)]
    lng_e6: i32,
}

/// The way some couriers have come, each since an instant of their own: where they were first seen, then
/// the stops they made, in the order in which they made them. A stop of a delivery that has changed hands
/// counts for who has or had it last. At most fifty thousand stops.
pub async fn ways(
    conn: &mut Conn,
    since: &[(CourierId, Timestamp)],
) -> QueryResult<BTreeMap<CourierId, Vec<Position>>> {
    if since.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Passed> = diesel::sql_query(
        "WITH asked AS (SELECT * FROM unnest($1, $2) AS asked (courier_id, since)) \
         SELECT courier_id, lat_e6, lng_e6 FROM (\
           SELECT asked.courier_id, seen.from_at AS at, 0 AS rank, seen.lat_e6[1] AS lat_e6, \
           seen.lng_e6[1] AS lng_e6, NULL::uuid AS id \
           FROM asked CROSS JOIN LATERAL (SELECT from_at, lat_e6, lng_e6 FROM traces \
             WHERE courier_id = asked.courier_id AND from_at >= asked.since \
             ORDER BY from_at LIMIT 1) AS seen \
           UNION ALL \
           SELECT d.courier_id, t.ended_at, t.rank, t.lat_e6, t.lng_e6, t.id \
           FROM asked JOIN deliveries d ON d.courier_id = asked.courier_id \
           AND (d.state IN ('assigned', 'picked_up', 'returning') OR d.ended_at >= asked.since) \
           JOIN tasks t ON t.delivery_id = d.id AND t.ended_at >= asked.since \
           AND t.state IN ('done', 'failed')) AS way \
         ORDER BY courier_id, at, rank, id LIMIT $3",
    )
    .bind::<Array<SqlUuid>, _>(since.iter().map(|(courier, _)| *courier).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(since.iter().map(|(_, since)| *since).collect::<Vec<_>>())
    .bind::<BigInt, _>(STOPS_MAX)
    .load(conn)
    .await?;
    let mut ways: BTreeMap<CourierId, Vec<Position>> = BTreeMap::new();
    for Passed { courier_id, lat_e6, lng_e6 } in rows {
        let place = Position::from_micro_degrees(lat_e6, lng_e6).map_err(corrupt)?;
        ways.entry(courier_id).or_default().push(place);
    }
    Ok(ways)
}
