//! What a year's surplus is reckoned from.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::surpluses;
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, UserId};
use crate::domain::ledger::Detail;
use crate::domain::surplus::{Measure, Part, Terms};
use crate::domain::time::Timestamp;

/// Most couriers who share a surplus.
pub const COURIERS_MAX: i64 = 10_000;
/// Most entries of surpluses that an auditor reads: a century of them.
const ENTRIES_MAX: i64 = 1_000_000;

/// What the co-op's two accounts of prices and work gained in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Gained {
    #[diesel(sql_type = BigInt)]
    pub revenue: i64,
    #[diesel(sql_type = BigInt)]
    pub operations: i64,
}

/// What they gained by all that was recorded in a span, without what surpluses moved. By when it was
/// recorded: nothing comes into a year afterwards.
pub async fn result(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Gained> {
    diesel::sql_query(
        "SELECT coalesce(sum(p.amount) FILTER (WHERE a.kind = 'coop_revenue'), 0)::bigint AS revenue,
                coalesce(sum(p.amount) FILTER (WHERE a.kind = 'coop_operations'), 0)::bigint
                    AS operations
         FROM ledger_accounts a JOIN ledger_postings p ON p.account_id = a.id
         JOIN ledger_entries e ON e.id = p.entry_id
         LEFT JOIN ledger_entries taken ON taken.id = e.reverses
         WHERE a.kind IN ('coop_revenue', 'coop_operations')
             AND coalesce(taken.kind, e.kind) <> 'surplus'
             AND e.recorded_at >= $1 AND e.recorded_at < $2",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .get_result(conn)
    .await
}

#[derive(QueryableByName)]
struct Worked {
    #[diesel(sql_type = SqlUuid)]
    courier_id: CourierId,
    #[diesel(sql_type = BigInt)]
    units: i64,
}

/// What each courier has worked in a span: seconds of paid time of shifts that ended in it, or what was
/// recorded as pay, without payouts.
pub async fn worked(
    conn: &mut Conn,
    measure: Measure,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<BTreeMap<CourierId, i64>> {
    let query = match measure {
        Measure::Hours => {
            "SELECT s.courier_id, sum(s.paid_seconds)::bigint AS units FROM shifts s
             WHERE s.paid_seconds IS NOT NULL AND s.ended_at >= $1 AND s.ended_at < $2
             GROUP BY s.courier_id ORDER BY s.courier_id LIMIT $3"
        }
        Measure::Pay => {
            "SELECT a.owner_id AS courier_id, sum(p.amount)::bigint AS units
             FROM ledger_accounts a JOIN ledger_postings p ON p.account_id = a.id
             JOIN ledger_entries e ON e.id = p.entry_id
             LEFT JOIN ledger_entries taken ON taken.id = e.reverses
             WHERE a.kind = 'courier_pay' AND coalesce(taken.kind, e.kind) <> 'payout'
                 AND e.recorded_at >= $1 AND e.recorded_at < $2
             GROUP BY a.owner_id ORDER BY a.owner_id LIMIT $3"
        }
    };
    let rows: Vec<Worked> = diesel::sql_query(query)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<BigInt, _>(COURIERS_MAX)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.courier_id, row.units)).collect())
}

/// Keeps who books the surplus of a year. `false`: it is booked.
pub async fn claim(conn: &mut Conn, year: i16, by: UserId, at: Timestamp) -> QueryResult<bool> {
    let claimed = diesel::insert_into(surpluses::table)
        .values((
            surpluses::year.eq(year),
            surpluses::booked_by.eq(by),
            surpluses::booked_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(claimed == 1)
}

/// A surplus that was booked, and by whom.
pub struct Kept {
    pub year: i16,
    pub booked_by: UserId,
    pub booked_by_name: String,
    pub booked_at: Timestamp,
    /// What it was shared by.
    pub terms: Terms,
}

/// The surpluses that were booked, the newest year first; only those before `before`. The terms stand
/// with each entry of a year: with the one for the reserve, or with the one that closed the year's work.
pub async fn list(conn: &mut Conn, before: Option<i16>, limit: i64) -> QueryResult<Vec<Kept>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SmallInt)]
        year: i16,
        #[diesel(sql_type = SqlUuid)]
        booked_by: UserId,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Timestamptz)]
        booked_at: Timestamp,
        #[diesel(sql_type = Jsonb)]
        detail: Value,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT s.year, s.booked_by, u.name, s.booked_at, e.detail
         FROM surpluses s JOIN users u ON u.id = s.booked_by
         JOIN LATERAL (SELECT e.detail FROM ledger_entries e
                       WHERE e.key IN ('surplus:' || s.year || ':reserve', 'surplus:' || s.year || ':close')
                       ORDER BY e.key DESC LIMIT 1) e ON true
         WHERE $1::smallint IS NULL OR s.year < $1 ORDER BY s.year DESC LIMIT $2",
    )
    .bind::<Nullable<SmallInt>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let mut years = Vec::with_capacity(rows.len());
    for Row { year, booked_by, name, booked_at, detail } in rows {
        let Detail::Surplus { terms, .. } = serde_json::from_value(detail).map_err(corrupt)? else {
            continue; // Found as a fault of its line.
        };
        years.push(Kept { year, booked_by, booked_by_name: name, booked_at, terms });
    }
    Ok(years)
}

/// What was booked of surpluses, by year: the terms, what for, and what the account gained that the
/// entry is for. Entries that were taken back are not among them, nor their opposites.
pub async fn booked(conn: &mut Conn) -> QueryResult<BTreeMap<i16, Vec<(Terms, Part, i64)>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        detail: Value,
        #[diesel(sql_type = Nullable<BigInt>)]
        left: Option<i64>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT e.detail, (SELECT p.amount FROM ledger_postings p
                 JOIN ledger_accounts a ON a.id = p.account_id
                 WHERE p.entry_id = e.id AND a.kind = 'coop_revenue') AS left
         FROM ledger_entries e
         WHERE e.kind = 'surplus' AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id)
         ORDER BY e.id LIMIT $1",
    )
    .bind::<BigInt, _>(ENTRIES_MAX)
    .load(conn)
    .await?;
    let mut years: BTreeMap<i16, Vec<(Terms, Part, i64)>> = BTreeMap::new();
    for Row { detail, left } in rows {
        let Detail::Surplus { terms, part } = serde_json::from_value(detail).map_err(corrupt)?
        else {
            continue; // Its kind says otherwise, which is found as a fault of its line.
        };
        let left = left.unwrap_or(0);
        // What is closed comes to the account; what is shared leaves it.
        let booked = if part == Part::Close { left } else { left.saturating_neg() };
        years.entry(terms.year).or_default().push((terms, part, booked));
    }
    Ok(years)
}
