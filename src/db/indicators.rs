//! Sums over a year's work: what the law has published, and what a worker's representative sees.
//! Aggregates only; a cell of fewer people than [`PEOPLE_MIN`] is left out.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use schemars::JsonSchema;
use serde::Serialize;

use super::Conn;
use crate::domain::time::Timestamp;

/// Fewer people than this are recognised in a figure.
pub const PEOPLE_MIN: i64 = 5;

/// Indicators 1 to 3 of article R1326-2 of the Code des transports (decree 2021-501).
#[derive(QueryableByName, Serialize, JsonSchema)]
pub struct Averages {
    #[diesel(sql_type = BigInt)]
    pub couriers: i64,
    #[diesel(sql_type = BigInt)]
    pub deliveries: i64,
    #[diesel(sql_type = BigInt)]
    pub offers: i64,
    /// 1: from picking up to handing over, in seconds.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub delivery_seconds: Option<i64>,
    /// 2: pay and guarantee for each delivery, in minor units; tips are no part of it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub pay_per_delivery: Option<i64>,
    /// 3: time on shift without a job and without a break, for each offer, in seconds.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub wait_per_offer_seconds: Option<i64>,
}

/// Indicators 4 to 7: a week's or a month's work of one courier, by how many deliveries it had.
#[derive(QueryableByName, Serialize, JsonSchema)]
pub struct Volume {
    /// `week` or `month`.
    #[diesel(sql_type = Text)]
    pub span: String,
    /// The class of deliveries in the span: `1-10`, `11-30`, `31-100`, `over 100`.
    #[diesel(sql_type = Text)]
    pub deliveries: String,
    #[diesel(sql_type = BigInt)]
    pub couriers: i64,
    /// 4 and 6: all deliveries of the span together, on average, in seconds.
    #[diesel(sql_type = BigInt)]
    pub seconds: i64,
    /// 5 and 7: pay in the span, on average, in minor units.
    #[diesel(sql_type = BigInt)]
    pub pay: i64,
}

/// What every sum is made of, between $1 and $2 (that one excluded).
const FACTS: &str = "WITH done AS (
    SELECT courier_id, ended_at, extract(epoch FROM ended_at - picked_up_at)::bigint AS seconds
    FROM deliveries WHERE state = 'delivered' AND ended_at >= $1 AND ended_at < $2
), pay AS (
    SELECT a.owner_id AS courier_id, e.occurred_at, p.amount
    FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
    JOIN ledger_entries e ON e.id = p.entry_id
    WHERE a.kind = 'courier_pay' AND e.occurred_at >= $1 AND e.occurred_at < $2
        -- What was paid out, or came back, is not earned: see ledger::EARNED.
        AND e.kind <> 'payout' AND NOT EXISTS
            (SELECT FROM ledger_entries paid WHERE paid.id = e.reverses AND paid.kind = 'payout')
), asked AS (
    SELECT courier_id FROM offers WHERE made_at >= $1 AND made_at < $2
), present AS (
    SELECT courier_id, range_agg(part) AS spans
    FROM shifts, unnest(tstzmultirange(tstzrange(started_at, coalesce(ended_at, $2))) - breaks) AS part
    WHERE started_at >= $1 AND started_at < $2 GROUP BY courier_id
), busy AS (
    SELECT courier_id, range_agg(tstzrange(assigned_at, coalesce(ended_at, $2))) AS spans
    FROM assignments WHERE assigned_at >= $1 AND assigned_at < $2 GROUP BY courier_id
), idle AS (
    SELECT sum(upper(span) - lower(span)) AS time
    FROM present LEFT JOIN busy USING (courier_id),
         unnest(present.spans - coalesce(busy.spans, '{}')) AS span
)";

/// Indicators 1 to 3 between two instants. Without any courier the averages are absent.
pub async fn averages(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Averages> {
    let sql = format!(
        "{FACTS} SELECT
            (SELECT count(DISTINCT courier_id) FROM done) AS couriers,
            (SELECT count(*) FROM done) AS deliveries,
            (SELECT count(*) FROM asked) AS offers,
            (SELECT avg(seconds)::bigint FROM done) AS delivery_seconds,
            (SELECT sum(amount) FROM pay)::bigint / nullif((SELECT count(*) FROM done), 0)
                AS pay_per_delivery,
            extract(epoch FROM (SELECT time FROM idle))::bigint
                / nullif((SELECT count(*) FROM asked), 0) AS wait_per_offer_seconds"
    );
    diesel::sql_query(sql)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .get_result(conn)
        .await
}

/// Indicators 4 to 7 between two instants, by span and class; weeks and months in UTC.
pub async fn volumes(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Vec<Volume>> {
    let sql = format!(
        "{FACTS}, work AS (
            SELECT span, courier_id, date_trunc(span, ended_at, 'UTC') AS begins,
                   count(*) AS deliveries, sum(seconds)::bigint AS seconds
            FROM done, unnest(ARRAY['week', 'month']) AS span GROUP BY 1, 2, 3
        ), earned AS (
            SELECT span, courier_id, date_trunc(span, occurred_at, 'UTC') AS begins,
                   sum(amount)::bigint AS pay
            FROM pay, unnest(ARRAY['week', 'month']) AS span GROUP BY 1, 2, 3
        ), classes AS (
            SELECT *, CASE WHEN deliveries <= 10 THEN '1-10' WHEN deliveries <= 30 THEN '11-30'
                           WHEN deliveries <= 100 THEN '31-100' ELSE 'over 100' END AS class
            FROM work LEFT JOIN earned USING (span, courier_id, begins)
        )
        SELECT span, class AS deliveries, count(DISTINCT courier_id) AS couriers,
               avg(seconds)::bigint AS seconds, avg(coalesce(pay, 0))::bigint AS pay
        FROM classes GROUP BY span, class HAVING count(DISTINCT courier_id) >= {PEOPLE_MIN}
        ORDER BY span, min(deliveries)"
    );
    diesel::sql_query(sql).bind::<Timestamptz, _>(from).bind::<Timestamptz, _>(to).load(conn).await
}

/// What a worker's representative sees of a span: sums over all couriers, never a person.
#[derive(QueryableByName, Serialize, JsonSchema)]
pub struct Summary {
    #[diesel(sql_type = BigInt)]
    pub couriers: i64,
    #[diesel(sql_type = BigInt)]
    pub shifts: i64,
    #[diesel(sql_type = BigInt)]
    pub paid_seconds: i64,
    #[diesel(sql_type = BigInt)]
    pub offers: i64,
    #[diesel(sql_type = BigInt)]
    pub pay: i64,
    /// The middle courier's pay for a paid hour, in minor units.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub pay_per_hour_median: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub reviews_opened: i64,
    #[diesel(sql_type = BigInt)]
    pub reviews_changed: i64,
    #[diesel(sql_type = BigInt)]
    pub reviews_overdue: i64,
    #[diesel(sql_type = BigInt)]
    pub suspensions: i64,
}

/// Sums between two instants; `now` says what is overdue.
pub async fn summary(
    conn: &mut Conn,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> QueryResult<Summary> {
    let sql = format!(
        "{FACTS}, worked AS (
            SELECT courier_id, count(*) AS shifts, sum(paid_seconds)::bigint AS seconds FROM shifts
            WHERE state = 'ended' AND ended_at >= $1 AND ended_at < $2 GROUP BY courier_id
        ), hourly AS (
            SELECT worked.courier_id, sum(pay.amount)::bigint * 3600 / nullif(worked.seconds, 0) AS pay
            FROM worked JOIN pay USING (courier_id) GROUP BY worked.courier_id, worked.seconds
        )
        SELECT (SELECT count(*) FROM worked) AS couriers,
            (SELECT coalesce(sum(shifts), 0)::bigint FROM worked) AS shifts,
            (SELECT coalesce(sum(seconds), 0)::bigint FROM worked) AS paid_seconds,
            (SELECT count(*) FROM asked) AS offers,
            (SELECT coalesce(sum(amount), 0)::bigint FROM pay) AS pay,
            (SELECT percentile_disc(.5) WITHIN GROUP (ORDER BY pay) FROM hourly) AS pay_per_hour_median,
            (SELECT count(*) FROM reviews WHERE opened_at >= $1 AND opened_at < $2) AS reviews_opened,
            (SELECT count(*) FROM reviews WHERE opened_at >= $1 AND opened_at < $2
                AND outcome = 'changed') AS reviews_changed,
            (SELECT count(*) FROM reviews WHERE answered_at IS NULL AND due_at < $3) AS reviews_overdue,
            (SELECT count(*) FROM suspensions WHERE decided_at >= $1 AND decided_at < $2) AS suspensions"
    );
    diesel::sql_query(sql)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await
}
