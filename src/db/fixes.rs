//! Raw positions, a partition a day.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{self, Array, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::fixes;
use super::{Conn, corrupt};
use crate::domain::geo::Position;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;
use crate::domain::trace::Fix;

/// Most fixes in one look.
pub const FIXES_MAX: i64 = 5_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = fixes)]
struct Row {
    at: Timestamp,
    lat_e6: i32,
    lng_e6: i32,
    accuracy_m: Option<i32>,
}

/// Keeps fixes; one that is known by its courier and time stays as it is. Not in a transaction: the
/// first fix of a day makes room for the others.
pub async fn insert(conn: &mut Conn, mut kept: Vec<(CourierId, Fix)>) -> QueryResult<()> {
    if kept.is_empty() {
        return Ok(());
    }
    // In the same order by everybody: then nobody waits for each other in a ring.
    kept.sort_unstable_by_key(|(courier, fix)| (*courier, fix.at));
    match try_insert(conn, &kept).await {
        // What Postgres calls it when no partition takes the row.
        Err(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _)) => {
            let days: BTreeSet<String> = kept.iter().map(|(_, fix)| day(fix.at)).collect();
            for day in days {
                make_day(conn, &day).await?;
            }
            try_insert(conn, &kept).await
        }
        outcome => outcome,
    }
}

/// A column is one parameter, so that the statement is the same however many rows there are.
async fn try_insert(conn: &mut Conn, kept: &[(CourierId, Fix)]) -> QueryResult<()> {
    let places: Vec<(i32, i32)> =
        kept.iter().map(|(_, fix)| fix.position.micro_degrees()).collect();
    diesel::sql_query(
        "INSERT INTO fixes (courier_id, at, lat_e6, lng_e6, accuracy_m)
         SELECT * FROM unnest($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind::<Array<sql_types::Uuid>, _>(
        kept.iter().map(|(courier, _)| courier.uuid()).collect::<Vec<_>>(),
    )
    .bind::<Array<Timestamptz>, _>(kept.iter().map(|(_, fix)| fix.at).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(places.iter().map(|place| place.0).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(places.iter().map(|place| place.1).collect::<Vec<_>>())
    .bind::<Array<Nullable<Integer>>, _>(
        kept.iter().map(|(_, fix)| fix.accuracy_m).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Where a courier was in a span, both ends included, the oldest first.
pub async fn list(
    conn: &mut Conn,
    courier: CourierId,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<Fix>> {
    let rows: Vec<Row> = fixes::table
        .filter(fixes::courier_id.eq(courier))
        .filter(fixes::at.between(from, to))
        .order(fixes::at.asc())
        .limit(FIXES_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let read = |row: Row| {
        let position = Position::from_micro_degrees(row.lat_e6, row.lng_e6).map_err(corrupt)?;
        Ok(Fix { at: row.at, position, accuracy_m: row.accuracy_m })
    };
    rows.into_iter().map(read).collect()
}

/// The day (UTC) of an instant, as Postgres reads a date.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// Makes room for a day's fixes.
async fn make_day(conn: &mut Conn, day: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT fixes_day($1::date)")
        .bind::<Text, _>(day)
        .execute(conn)
        .await
        .map(drop)
}

/// Drops the days that lie wholly before `before`. Gives how many.
pub async fn forget(conn: &mut Conn, before: Timestamp) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Forgotten {
        #[diesel(sql_type = BigInt)]
        days: i64,
    }
    let row: Forgotten =
        diesel::sql_query("SELECT fixes_forget(($1 AT TIME ZONE 'UTC')::date) AS days")
            .bind::<Timestamptz, _>(before)
            .get_result(conn)
            .await?;
    Ok(row.days)
}
