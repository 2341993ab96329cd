//! How the day goes: what the desk watches, and reads again the day after. A few sums over a span of
//! days; each row of an answer is bounded by the span.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use schemars::JsonSchema;
use serde::Serialize;

use super::Conn;
use super::ledger::EARNED;
use crate::domain::time::Timestamp;

/// Hours of the longest span that can be asked for, and both its ends.
const HOURS_MAX: i64 = 8 * 24 + 2;
/// Who was on shift for less than this is left out of what is earned an hour, in seconds.
const PRESENT_MIN_S: i64 = 900;

/// One hour's work. Hours in which nothing happened are left out.
#[derive(QueryableByName, Serialize, JsonSchema)]
#[schemars(rename = "PulseHour")]
pub struct Hour {
    /// Its beginning, in UTC.
    #[diesel(sql_type = Timestamptz)]
    pub at: Timestamp,
    #[diesel(sql_type = BigInt)]
    pub placed: i64,
    #[diesel(sql_type = BigInt)]
    pub delivered: i64,
    /// Of the delivered ones.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    /// Failed, or brought back.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    #[diesel(sql_type = BigInt)]
    pub cancelled: i64,
}

/// What was placed and what ended, hour by hour.
pub async fn hours(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Vec<Hour>> {
    let sql = format!(
        "WITH placed AS (
            SELECT date_trunc('hour', placed_at, 'UTC') AS at, count(*) AS placed
            FROM deliveries WHERE placed_at >= $1 AND placed_at < $2 AND feeds IS NULL
            GROUP BY 1
        ), ended AS (
            SELECT date_trunc('hour', ended_at, 'UTC') AS at,
                count(*) FILTER (WHERE state = 'delivered') AS delivered,
                count(*) FILTER (WHERE state = 'delivered' AND ended_at > due_at) AS late,
                count(*) FILTER (WHERE state IN ('failed', 'returned')) AS failed,
                count(*) FILTER (WHERE state = 'cancelled') AS cancelled
            FROM deliveries WHERE ended_at >= $1 AND ended_at < $2 AND feeds IS NULL GROUP BY 1
        )
        SELECT at, coalesce(placed, 0) AS placed, coalesce(delivered, 0) AS delivered,
            coalesce(late, 0) AS late, coalesce(failed, 0) AS failed,
            coalesce(cancelled, 0) AS cancelled
        FROM placed FULL JOIN ended USING (at) ORDER BY at LIMIT {HOURS_MAX}"
    );
    diesel::sql_query(sql).bind::<Timestamptz, _>(from).bind::<Timestamptz, _>(to).load(conn).await
}

/// How late drop-offs were; negative is early. Absent where nothing was delivered.
#[derive(QueryableByName, Serialize, JsonSchema)]
pub struct Lateness {
    #[diesel(sql_type = BigInt)]
    pub delivered: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub median_s: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub p90_s: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub worst_s: Option<i64>,
}

pub async fn lateness(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Lateness> {
    diesel::sql_query(
        "SELECT count(*) AS delivered,
            percentile_disc(.5) WITHIN GROUP (ORDER BY late) AS median_s,
            percentile_disc(.9) WITHIN GROUP (ORDER BY late) AS p90_s,
            max(late) AS worst_s
        FROM (SELECT extract(epoch FROM ended_at - due_at)::bigint AS late FROM deliveries
            WHERE state = 'delivered' AND ended_at >= $1 AND ended_at < $2
                AND feeds IS NULL) AS done",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .get_result(conn)
    .await
}

/// Time on shift, how much of it with a job, and what was earned an hour: the box and its whiskers,
/// in minor units. Absent where nobody was on shift for a quarter of an hour.
#[derive(QueryableByName, Serialize, JsonSchema)]
#[schemars(rename = "PulseWork")]
pub struct Work {
    #[diesel(sql_type = BigInt)]
    pub couriers: i64,
    #[diesel(sql_type = BigInt)]
    pub present_s: i64,
    #[diesel(sql_type = BigInt)]
    pub busy_s: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hourly_lowest: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hourly_q1: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hourly_median: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hourly_q3: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hourly_highest: Option<i64>,
}

/// Shifts, without their breaks, and jobs that reach into the span count with what lies inside it; `to` is not later than now.
pub async fn work(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Work> {
    let sql = format!(
        "WITH span AS (SELECT tstzrange($1, $2) AS span), present AS (
            SELECT courier_id, range_agg(part) AS spans
            FROM shifts, span, unnest(tstzmultirange(span * tstzrange(started_at, coalesce(ended_at, $2)))
                - breaks) AS part
            WHERE started_at < $2 AND coalesce(ended_at, $2) > $1 GROUP BY courier_id
        ), busy AS (
            SELECT courier_id, range_agg(span * tstzrange(assigned_at, coalesce(ended_at, $2))) AS spans
            FROM assignments, span
            WHERE assigned_at < $2 AND coalesce(ended_at, $2) > $1 GROUP BY courier_id
        ), earned AS (
            SELECT a.owner_id AS courier_id, sum(p.amount)::bigint AS amount
            FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
            JOIN ledger_entries e ON e.id = p.entry_id
            WHERE a.kind = 'courier_pay' AND {EARNED}
                AND e.occurred_at >= $1 AND e.occurred_at < $2
            GROUP BY a.owner_id
        ), times AS (
            SELECT courier_id, coalesce(amount, 0) AS amount,
                (SELECT coalesce(extract(epoch FROM sum(upper(one) - lower(one))), 0)::bigint
                    FROM unnest(present.spans) AS one) AS present_s,
                (SELECT coalesce(extract(epoch FROM sum(upper(one) - lower(one))), 0)::bigint
                    FROM unnest(present.spans * coalesce(busy.spans, '{{}}')) AS one) AS busy_s
            FROM present LEFT JOIN busy USING (courier_id) LEFT JOIN earned USING (courier_id)
        ), hourly AS (
            SELECT amount * 3600 / present_s AS rate FROM times WHERE present_s >= {PRESENT_MIN_S}
        )
        SELECT (SELECT count(*) FROM times) AS couriers,
            (SELECT coalesce(sum(present_s), 0)::bigint FROM times) AS present_s,
            (SELECT coalesce(sum(busy_s), 0)::bigint FROM times) AS busy_s,
            min(rate) AS hourly_lowest,
            percentile_disc(.25) WITHIN GROUP (ORDER BY rate) AS hourly_q1,
            percentile_disc(.5) WITHIN GROUP (ORDER BY rate) AS hourly_median,
            percentile_disc(.75) WITHIN GROUP (ORDER BY rate) AS hourly_q3,
            max(rate) AS hourly_highest
        FROM hourly"
    );
    diesel::sql_query(sql)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .get_result(conn)
        .await
}

/// How things stand now: what waits, the books, what is told to merchants, the engine.
#[derive(QueryableByName, Serialize, JsonSchema)]
#[schemars(rename = "PulseHealth")]
pub struct Health {
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// How long the oldest open delivery has been open, in seconds.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub open_oldest_s: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub open_median_s: Option<i64>,
    /// Whether all accounts of each currency sum to zero.
    #[diesel(sql_type = Bool)]
    pub books_balance: bool,
    /// When the books were signed last.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub books_signed_at: Option<Timestamp>,
    #[diesel(sql_type = BigInt)]
    pub webhooks: i64,
    #[diesel(sql_type = BigInt)]
    pub webhooks_failing: i64,
    #[diesel(sql_type = BigInt)]
    pub webhooks_disabled: i64,
    #[diesel(sql_type = BigInt)]
    pub messages_waiting: i64,
    /// When the engine decided last.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<Timestamp>,
    /// Reviews that nobody has answered in time.
    #[diesel(sql_type = BigInt)]
    pub reviews_overdue: i64,
}

pub async fn health(conn: &mut Conn, now: Timestamp) -> QueryResult<Health> {
    diesel::sql_query(
        "WITH open AS (
            SELECT extract(epoch FROM $1 - placed_at)::bigint AS age FROM deliveries
            WHERE state = 'open' AND feeds IS NULL
        ), sums AS (
            SELECT sum(balance) AS sum FROM ledger_accounts GROUP BY currency
        )
        SELECT (SELECT count(*) FROM open) AS open,
            (SELECT max(age) FROM open) AS open_oldest_s,
            (SELECT percentile_disc(.5) WITHIN GROUP (ORDER BY age) FROM open) AS open_median_s,
            (SELECT coalesce(bool_and(sum = 0), true) FROM sums) AS books_balance,
            (SELECT max(issued_at) FROM ledger_checkpoints) AS books_signed_at,
            (SELECT count(*) FROM webhooks) AS webhooks,
            (SELECT count(*) FROM webhooks
                WHERE failing_since IS NOT NULL AND disabled_reason IS NULL) AS webhooks_failing,
            (SELECT count(*) FROM webhooks WHERE disabled_reason IS NOT NULL) AS webhooks_disabled,
            (SELECT count(*) FROM webhook_messages WHERE state = 'waiting') AS messages_waiting,
            (SELECT decided_at FROM decisions ORDER BY id DESC LIMIT 1) AS decided_at,
            (SELECT count(*) FROM reviews WHERE answered_at IS NULL AND due_at < $1)
                AS reviews_overdue",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await
}
