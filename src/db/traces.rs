//! Where couriers were: a row for what a phone said at one time, a partition a day.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::schema::traces;
use super::{Conn, corrupt};
use crate::domain::geo::Position;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;
use crate::domain::trace::Fix;

/// Most fixes in one look.
pub const FIXES_MAX: usize = 5_000;
/// Most rows in one look: as many as if each had one fix.
const ROWS_MAX: i64 = 5_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = traces)]
struct Row {
    courier_id: CourierId,
    from_at: Timestamp,
    to_at: Timestamp,
    after_ms: Vec<i32>,
    lat_e6: Vec<i32>,
    lng_e6: Vec<i32>,
    accuracy_m: Vec<Option<i32>>,
}

impl Row {
    /// Some fixes of one day, in order.
    fn of(courier_id: CourierId, fixes: &[Fix]) -> Option<Self> {
        let (first, last) = (fixes.first()?, fixes.last()?);
        let places: Vec<_> = fixes.iter().map(|fix| fix.position.micro_degrees()).collect();
        // Within a day: there is room for it.
        let after = |fix: &Fix| i32::try_from(fix.at.millis() - first.at.millis()).ok();
        Some(Self {
            courier_id,
            from_at: first.at,
            to_at: last.at,
            after_ms: fixes.iter().map(after).collect::<Option<_>>()?,
            lat_e6: places.iter().map(|place| place.0).collect(),
            lng_e6: places.iter().map(|place| place.1).collect(),
            accuracy_m: fixes.iter().map(|fix| fix.accuracy_m).collect(),
        })
    }

    fn read(self) -> QueryResult<Vec<Fix>> {
        let places = self.lat_e6.into_iter().zip(self.lng_e6);
        let fixes = self.after_ms.into_iter().zip(places).zip(self.accuracy_m);
        let fix = |((after, (lat, lng)), accuracy_m)| {
            let at = Timestamp::from_millis(self.from_at.millis() + i64::from(after));
            let position = Position::from_micro_degrees(lat, lng).map_err(corrupt)?;
            Ok(Fix { at, position, accuracy_m })
        };
        fixes.map(fix).collect()
    }
}

/// Keeps batches of fixes, each with its courier. Not in a transaction: the first fix of a day makes
/// room for the others.
pub async fn insert(
    conn: &mut Conn,
    batches: impl Iterator<Item = (CourierId, Vec<Fix>)>,
) -> QueryResult<()> {
    let mut rows = Vec::new();
    for (courier, mut fixes) in batches {
        fixes.sort_unstable_by_key(|fix| fix.at);
        let days = fixes.chunk_by(|one, next| day(one.at) == day(next.at));
        rows.extend(days.filter_map(|fixes| Row::of(courier, fixes)));
    }
    if rows.is_empty() {
        return Ok(());
    }
    match try_insert(conn, &rows).await {
        // What Postgres calls it when no partition takes the row.
        Err(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _)) => {
            let days: BTreeSet<i64> = rows.iter().map(|row| day(row.from_at)).collect();
            for day in days {
                make_day(conn, Timestamp::from_seconds(day * DAY_S)).await?;
            }
            try_insert(conn, &rows).await
        }
        outcome => outcome,
    }
}

/// One statement whatever the number of rows, so that Postgres reads and plans it once: a column is an
/// array, and an array within it its text.
async fn try_insert(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    fn column<T>(rows: &[Row], of: impl Fn(&Row) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let whole = |values: &[i32]| text(values.iter().copied().map(Some));
    diesel::sql_query(
        "INSERT INTO traces (courier_id, from_at, to_at, after_ms, lat_e6, lng_e6, accuracy_m) \
         SELECT courier, from_at, to_at, after::integer[], lat::integer[], lng::integer[], \
         accuracy::integer[] FROM unnest($1, $2, $3, $4, $5, $6, $7) \
         AS row (courier, from_at, to_at, after, lat, lng, accuracy)",
    )
    .bind::<Array<SqlUuid>, _>(column(rows, |row| row.courier_id))
    .bind::<Array<Timestamptz>, _>(column(rows, |row| row.from_at))
    .bind::<Array<Timestamptz>, _>(column(rows, |row| row.to_at))
    .bind::<Array<Text>, _>(column(rows, |row| whole(&row.after_ms)))
    .bind::<Array<Text>, _>(column(rows, |row| whole(&row.lat_e6)))
    .bind::<Array<Text>, _>(column(rows, |row| whole(&row.lng_e6)))
    .bind::<Array<Text>, _>(column(rows, |row| text(row.accuracy_m.iter().copied())))
    .execute(conn)
    .await
    .map(drop)
}

/// An array as Postgres writes it: `{1,NULL,3}`.
fn text(values: impl Iterator<Item = Option<i32>>) -> String {
    let mut text = String::from("{");
    for value in values {
        if text.len() > 1 {
            text.push(',');
        }
        match value {
            Some(value) => text += &value.to_string(),
            None => text += "NULL",
        }
    }
    text.push('}');
    text
}

/// Where a courier was in a span, both ends included, the oldest first; each instant once.
pub async fn list(
    conn: &mut Conn,
    courier: CourierId,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<Fix>> {
    let rows: Vec<Row> = traces::table
        .filter(traces::courier_id.eq(courier))
        .filter(traces::from_at.le(to))
        .filter(traces::to_at.ge(from))
        .order(traces::from_at.asc())
        .limit(ROWS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let mut known = BTreeMap::new();
    for row in rows {
        for fix in row.read()? {
            known.entry(fix.at).or_insert(fix);
        }
    }
    Ok(known.into_values().filter(|fix| from <= fix.at && fix.at <= to).take(FIXES_MAX).collect())
}

const DAY_S: i64 = 86_400;

/// The number of the day (UTC) of an instant.
const fn day(at: Timestamp) -> i64 {
    at.seconds().div_euclid(DAY_S)
}

/// Makes room for the fixes of a day that begins then.
async fn make_day(conn: &mut Conn, begins: Timestamp) -> QueryResult<()> {
    diesel::sql_query("SELECT traces_day(($1 AT TIME ZONE 'UTC')::date)")
        .bind::<Timestamptz, _>(begins)
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
        diesel::sql_query("SELECT traces_forget(($1 AT TIME ZONE 'UTC')::date) AS days")
            .bind::<Timestamptz, _>(before)
            .get_result(conn)
            .await?;
    Ok(row.days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let courier = CourierId::from_uuid(uuid_v7(Timestamp::from_seconds(0), [1; 10]));
        let fix = |seconds: i64, accuracy_m| Fix {
            at: Timestamp::from_millis(1_800_000_000_123 + 1_000 * seconds),
            position: Position::from_micro_degrees(48_850_000, -2_350_000).unwrap(),
            accuracy_m,
        };
        let fixes = [fix(0, Some(8)), fix(1, None), fix(86_399, Some(0))];
        let row = Row::of(courier, &fixes).unwrap();
        assert_eq!((row.from_at, row.to_at), (fixes[0].at, fixes[2].at));
        assert_eq!(row.read().unwrap(), fixes);
        assert!(Row::of(courier, &[]).is_none());
    }
}
