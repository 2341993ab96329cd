//! Every row that says who a courier is or where they were, in one place: a table that comes to hold
//! such a thing gets its line here, and one in the export.

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Conn;
use super::schema::couriers;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;

/// What is done to a courier's ($1) rows.
const ERASURE: [&str; 27] = [
    "DELETE FROM refresh_tokens WHERE user_id IN (SELECT id FROM users WHERE courier_id = $1)",
    // No password has this hash; the address is nobody's (RFC 2606).
    "UPDATE users SET name = 'erased', email = 'erased-' || id || '@erased.invalid', \
     password_hash = '$argon2id$erased' WHERE courier_id = $1",
    "DELETE FROM traces WHERE courier_id = $1",
    "DELETE FROM shift_swaps WHERE to_courier = $1",
    "DELETE FROM availability WHERE courier_id = $1",
    "UPDATE days_off SET note = NULL, reason = CASE WHEN reason IS NOT NULL THEN 'erased' END \
     WHERE courier_id = $1",
    "DELETE FROM calendar_links WHERE courier_id = $1",
    "DELETE FROM shifts_gone WHERE courier_id = $1",
    "DELETE FROM opening_waits WHERE courier_id = $1",
    "UPDATE couriers SET skills = '{}' WHERE id = $1",
    "DELETE FROM phone_events WHERE phone_id IN (SELECT id FROM phones WHERE courier_id = $1)",
    "DELETE FROM phones WHERE courier_id = $1",
    "UPDATE reviews SET question = 'erased', reasons = CASE WHEN reasons IS NOT NULL THEN 'erased' END \
     WHERE courier_id = $1",
    "UPDATE incident_comments SET note = 'erased' \
     WHERE incident_id IN (SELECT id FROM incidents WHERE courier_id = $1)",
    "DELETE FROM incident_pictures \
     WHERE incident_id IN (SELECT id FROM incidents WHERE courier_id = $1)",
    "UPDATE incidents SET note = NULL, done = CASE WHEN done IS NOT NULL THEN 'erased' END, \
     shared = CASE WHEN shared IS NOT NULL THEN 'erased' END WHERE courier_id = $1",
    "UPDATE suspensions SET reason = 'erased' WHERE courier_id = $1",
    "UPDATE shift_corrections SET reason = 'erased' WHERE courier_id = $1",
    "UPDATE shift_correction_verdicts SET reason = 'erased' WHERE reason IS NOT NULL AND correction_id \
     IN (SELECT id FROM shift_corrections WHERE courier_id = $1)",
    "UPDATE ledger_reversals SET reason = 'erased' WHERE courier_id = $1",
    "DELETE FROM bank_accounts WHERE courier_id = $1",
    "DELETE FROM push_phones WHERE courier_id = $1",
    "DELETE FROM expenses WHERE courier_id = $1 AND answered_at IS NULL",
    "UPDATE expenses SET note = 'erased', reason = CASE WHEN reason IS NOT NULL THEN 'erased' END \
     WHERE courier_id = $1",
    "UPDATE pay_run_transfers SET name = 'erased', sealed_iban = NULL, \
     failed_reason = CASE WHEN failed_reason IS NOT NULL THEN 'erased' END WHERE courier_id = $1",
    "UPDATE outbox SET payload = jsonb_set(payload, '{courier_name}', '\"erased\"') \
     WHERE courier_id = $1 AND payload ? 'courier_name'",
    "UPDATE outbox SET payload = jsonb_set(payload, '{told,courier_name}', '\"erased\"') \
     WHERE courier_id = $1 AND payload #> '{told,courier_name}' IS NOT NULL",
];

/// Erases a courier's personal rows; pseudonymous ones stay.
pub async fn erase(conn: &mut Conn, courier: CourierId, at: Timestamp) -> QueryResult<()> {
    for statement in ERASURE {
        diesel::sql_query(statement).bind::<SqlUuid, _>(courier).execute(conn).await?;
    }
    diesel::update(couriers::table.find(courier))
        .set((couriers::name.eq("erased"), couriers::erased_at.eq(at)))
        .execute(conn)
        .await
        .map(drop)
}

/// What a courier takes along: the name of the file, and the rows in it, the newest first.
pub const EXPORT: [(&str, &str); 22] = [
    (
        "profile",
        "SELECT u.name, u.email, u.roles, c.vehicle, c.skills, c.created_at FROM users u \
      JOIN couriers c ON c.id = u.courier_id WHERE c.id = $1",
    ),
    (
        "shifts",
        "SELECT s.id, s.opening_id, s.state, s.planned_from, s.planned_to, s.started_at, s.ended_at, \
      s.breaks, s.paid_seconds, v.name AS vehicle, v.kind AS vehicle_kind FROM shifts s \
      LEFT JOIN vehicles v ON v.id = s.vehicle_id WHERE s.courier_id = $1 ORDER BY s.id DESC",
    ),
    ("calendar", "SELECT made_at FROM calendar_links WHERE courier_id = $1 ORDER BY courier_id"),
    (
        "shifts_gone",
        "SELECT shift_id, planned_from, planned_to, gone_at, given_back FROM shifts_gone \
      WHERE courier_id = $1 ORDER BY planned_from DESC, shift_id",
    ),
    (
        "shift_corrections",
        "SELECT c.id, c.shift_id, c.by_courier, c.asked_at, c.reason, c.was_started_at, c.was_ended_at, \
      c.was_breaks, c.was_paid_seconds, c.started_at, c.ended_at, c.breaks, c.paid_seconds, v.agreed, \
      v.decided_at, v.reason AS answer FROM shift_corrections c \
      LEFT JOIN shift_correction_verdicts v ON v.correction_id = c.id \
      WHERE c.courier_id = $1 ORDER BY c.id DESC",
    ),
    (
        "waits",
        "SELECT opening_id, since FROM opening_waits WHERE courier_id = $1 \
      ORDER BY since DESC, opening_id",
    ),
    ("push", "SELECT language, since FROM push_phones WHERE courier_id = $1 ORDER BY since DESC"),
    ("availability", "SELECT rules FROM availability WHERE courier_id = $1 ORDER BY courier_id"),
    (
        "days_off",
        "SELECT id, first_day, last_day, note, asked_at, state, answered_at, reason FROM days_off \
      WHERE courier_id = $1 ORDER BY id DESC",
    ),
    (
        "offers",
        "SELECT id, state, made_at, expires_at, answered_at, shown::jsonb AS shown, \
      encode(shown_sha256, 'hex') AS shown_sha256, decision_id FROM offers WHERE courier_id = $1 \
      ORDER BY id DESC",
    ),
    (
        "assignments",
        "SELECT delivery_id, offer_id, assigned_at, ended_at, end_code FROM assignments \
      WHERE courier_id = $1 ORDER BY assigned_at DESC, id DESC",
    ),
    (
        "stops",
        "SELECT t.id, t.delivery_id, t.kind, t.state, t.lat_e6, t.lng_e6, t.started_at, t.ended_at, \
      t.failure_code, t.failure_note FROM tasks t JOIN deliveries d ON d.id = t.delivery_id \
      WHERE d.courier_id = $1 ORDER BY t.id DESC",
    ),
    (
        "pay",
        "SELECT p.seq, e.kind, e.occurred_at, e.recorded_at, p.amount, p.balance, p.currency, \
      e.detail FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id \
      JOIN ledger_accounts a ON a.id = p.account_id \
      WHERE a.kind = 'courier_pay' AND a.owner_id = $1 ORDER BY p.seq DESC",
    ),
    (
        "pay_runs",
        "SELECT r.id, r.made_at, r.execute_on, r.ended_at, t.name, t.pay, t.tips, t.expenses, \
      t.refund, t.state, t.failed_reason, t.failed_at FROM pay_run_transfers t \
      JOIN pay_runs r ON r.id = t.run_id WHERE t.courier_id = $1 ORDER BY r.id DESC",
    ),
    (
        "expenses",
        "SELECT id, day, category, amount, currency, note, encode(receipt_sha256, 'hex') AS \
      receipt_sha256, handed_in_at, answered_at, allowed, reason FROM expenses \
      WHERE courier_id = $1 ORDER BY id DESC",
    ),
    (
        "positions",
        "SELECT DISTINCT ON (at) from_at + after * interval '1 millisecond' AS at, lat AS lat_e6, \
      lng AS lng_e6, radius AS accuracy_m \
      FROM traces, unnest(after_ms, lat_e6, lng_e6, accuracy_m) AS fix (after, lat, lng, radius) \
      WHERE courier_id = $1 ORDER BY at DESC",
    ),
    (
        "phone_events",
        "SELECT e.id, e.seq, e.happened_at, e.heard_at, e.act, e.outcome, e.code, e.detail \
      FROM phone_events e JOIN phones p ON p.id = e.phone_id WHERE p.courier_id = $1 \
      ORDER BY e.phone_id, e.seq DESC",
    ),
    (
        "proofs",
        "SELECT id, task_id, kind, taken_at, received_at, width, height FROM proofs \
      WHERE courier_id = $1 ORDER BY id DESC",
    ),
    (
        "reviews",
        "SELECT id, about, question, opened_at, due_at, answered_at, outcome, reasons, \
      correction FROM reviews WHERE courier_id = $1 ORDER BY id DESC",
    ),
    (
        "incidents",
        "SELECT id, delivery_id, task_id, kind, note, happened_at, reported_at, priority, state, moved_at, \
      done FROM incidents WHERE courier_id = $1 ORDER BY id DESC",
    ),
    (
        "reversals",
        "SELECT entry_id, reason, asked_at, agreed_at FROM ledger_reversals WHERE courier_id = $1 \
      ORDER BY asked_at DESC, entry_id",
    ),
    (
        "suspensions",
        "SELECT id, decided_at, reason, safety, begins_at, ends_at, lifted_at \
      FROM suspensions WHERE courier_id = $1 ORDER BY id DESC",
    ),
];

/// Most rows of a file in an export: thirty days of positions are far below it.
pub const ROWS_MAX: i64 = 1_000_000;

/// The rows of one file of [`EXPORT`], each as an object.
pub async fn rows(conn: &mut Conn, query: &str, courier: CourierId) -> QueryResult<Vec<Value>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Jsonb)]
        found: Value,
    }
    let sql = format!("SELECT to_jsonb(rows) AS found FROM ({query} LIMIT {ROWS_MAX}) rows");
    let rows: Vec<Found> = diesel::sql_query(sql).bind::<SqlUuid, _>(courier).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.found).collect())
}
