//! Tours. Which deliveries are in one is kept with the deliveries.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{deliveries, tasks, tours, users};
use super::{Conn, corrupt, from_word};
use crate::domain::day::Day;
use crate::domain::geo::Position;
use crate::domain::ids::{CourierId, DeliveryId, TaskId, TourId, UserId};
use crate::domain::task::TaskKind;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::domain::tour::{DELIVERIES_MAX, STOPS_MAX, Tour};

/// Most tours on a board, and in a list.
pub const TOURS_MAX: i64 = 200;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tours)]
struct Row {
    id: TourId,
    name: String,
    day: String,
    stops: Vec<TaskId>,
    version: i64,
    changed_at: Timestamp,
    changed_by: UserId,
}

impl Row {
    fn write(tour: &Tour) -> Self {
        Self {
            id: tour.id,
            name: tour.name.to_string(),
            day: tour.day.to_string(),
            stops: tour.stops.clone(),
            version: tour.version,
            changed_at: tour.changed_at,
            changed_by: tour.changed_by,
        }
    }

    fn read(self) -> QueryResult<Tour> {
        Ok(Tour {
            id: self.id,
            name: Name::new(&self.name).map_err(corrupt)?,
            day: self.day.parse().map_err(corrupt)?,
            stops: self.stops,
            version: self.version,
            changed_at: self.changed_at,
            changed_by: self.changed_by,
        })
    }
}

pub async fn insert(conn: &mut Conn, tour: &Tour) -> QueryResult<()> {
    diesel::insert_into(tours::table).values(Row::write(tour)).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, tour: &Tour) -> QueryResult<()> {
    diesel::update(tours::table.find(tour.id)).set(Row::write(tour)).execute(conn).await.map(drop)
}

pub async fn remove(conn: &mut Conn, id: TourId, at: Timestamp) -> QueryResult<()> {
    diesel::update(tours::table.find(id))
        .set(tours::removed_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}

/// The tour, locked to the end of the transaction; none where it was removed.
pub async fn lock(conn: &mut Conn, id: TourId) -> QueryResult<Option<Tour>> {
    let row: Option<Row> = tours::table
        .find(id)
        .filter(tours::removed_at.is_null())
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

pub async fn find(conn: &mut Conn, id: TourId) -> QueryResult<Option<Tour>> {
    let row: Option<Row> = tours::table
        .find(id)
        .filter(tours::removed_at.is_null())
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Tours of a day, by id.
pub async fn of_day(conn: &mut Conn, day: Day) -> QueryResult<Vec<Tour>> {
    let rows: Vec<Row> = tours::table
        .filter(tours::removed_at.is_null())
        .filter(tours::day.eq(day.to_string()))
        .order(tours::id.asc())
        .limit(TOURS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Tours from a day on, and older ones with a delivery that is not over; the soonest first.
pub async fn since(conn: &mut Conn, day: Day) -> QueryResult<Vec<Tour>> {
    let unfinished = deliveries::table
        .filter(deliveries::tour_id.eq(tours::id.nullable()))
        .filter(deliveries::ended_at.is_null());
    let rows: Vec<Row> = tours::table
        .filter(tours::removed_at.is_null())
        .filter(tours::day.ge(day.to_string()).or(diesel::dsl::exists(unfinished)))
        .order((tours::day.asc(), tours::id.asc()))
        .limit(TOURS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The deliveries of a tour, by id.
pub async fn members(conn: &mut Conn, id: TourId) -> QueryResult<Vec<DeliveryId>> {
    deliveries::table
        .filter(deliveries::tour_id.eq(id))
        .order(deliveries::id.asc())
        .limit(bound(DELIVERIES_MAX))
        .select(deliveries::id)
        .load(conn)
        .await
}

/// Who holds something of a tour that is not over, by id.
pub async fn holders(conn: &mut Conn, id: TourId) -> QueryResult<Vec<CourierId>> {
    let ids: Vec<Option<CourierId>> = deliveries::table
        .filter(deliveries::tour_id.eq(id))
        .filter(deliveries::courier_id.is_not_null())
        .filter(deliveries::ended_at.is_null())
        .distinct()
        .order(deliveries::courier_id.asc())
        .limit(bound(DELIVERIES_MAX))
        .select(deliveries::courier_id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().flatten().collect())
}

/// A task of a tour, as far as its length depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    pub delivery: DeliveryId,
    pub task: TaskId,
    pub kind: TaskKind,
    pub place: Position,
    /// Called off: nobody rides there.
    pub cancelled: bool,
}

/// All tasks of the deliveries of some tours, by id.
pub async fn stops(conn: &mut Conn, ids: &[TourId]) -> QueryResult<BTreeMap<TourId, Vec<Stop>>> {
    type Read = (Option<TourId>, DeliveryId, TaskId, String, i32, i32, String);
    // Each delivery may have a way back beside.
    let most = bound((STOPS_MAX + DELIVERIES_MAX).saturating_mul(ids.len()));
    let rows: Vec<Read> = tasks::table
        .inner_join(deliveries::table)
        .filter(deliveries::tour_id.eq_any(ids))
        .order((tasks::delivery_id.asc(), tasks::seq.asc()))
        .limit(most)
        .select((
            deliveries::tour_id,
            tasks::delivery_id,
            tasks::id,
            tasks::kind,
            tasks::lat_e6,
            tasks::lng_e6,
            tasks::state,
        ))
        .load(conn)
        .await?;
    let mut found: BTreeMap<TourId, Vec<Stop>> = BTreeMap::new();
    for (tour, delivery, task, kind, lat_e6, lng_e6, state) in rows {
        let Some(tour) = tour else { continue };
        let place = Position::from_micro_degrees(lat_e6, lng_e6).map_err(corrupt)?;
        let (kind, cancelled) = (from_word(kind)?, state == "cancelled");
        found.entry(tour).or_default().push(Stop { delivery, task, kind, place, cancelled });
    }
    Ok(found)
}

/// What those are called who changed these tours last.
pub async fn changers(conn: &mut Conn, ids: &[TourId]) -> QueryResult<BTreeMap<TourId, Name>> {
    let rows: Vec<(TourId, String)> = tours::table
        .inner_join(users::table)
        .filter(tours::id.eq_any(ids))
        .select((tours::id, users::name))
        .load(conn)
        .await?;
    rows.into_iter().map(|(id, name)| Ok((id, Name::new(&name).map_err(corrupt)?))).collect()
}

fn bound(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
