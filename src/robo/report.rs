//! What a day came to: a table for people, JSON for machines.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::domain::ids::{DeliveryId, TaskId};
use crate::domain::time::Timestamp;

use super::client::RouteLatency;
use super::wire::DeliveryState;

/// The result of a replayed day. Times are simulated unless a field says milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub instance: String,
    pub speed: f64,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub orders: Orders,
    /// From the customer's click to the door, over delivered orders.
    pub click_to_door_minutes: Option<Spread>,
    pub earnings: Earnings,
    pub shifts_still_open: usize,
    /// Per currency, in minor units; anything but 0 is a broken book.
    pub ledger_sum: BTreeMap<String, i64>,
    /// Deliveries that two couriers held at once, by the dispatcher's event stream.
    pub assigned_twice: Vec<DeliveryId>,
    /// Tasks whose `done` was taken from two couriers.
    pub done_twice: Vec<TaskId>,
    pub http: Http,
    pub faults: Faults,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Orders {
    /// In the instance.
    pub placed: usize,
    /// On the server, counted once per external reference.
    pub received: usize,
    pub delivered: usize,
    pub delivered_share: f64,
    /// By reason: code and note.
    pub failed: BTreeMap<String, usize>,
    /// By reason: code and note.
    pub cancelled: BTreeMap<String, usize>,
    /// Not over when the day was: by state.
    pub undelivered: BTreeMap<DeliveryState, usize>,
    /// Confirmed to the shop, yet not on the server.
    pub lost: usize,
    /// External references with more than one delivery.
    pub doubled: usize,
}

/// Linear quantiles.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    pub mean: f64,
    pub p90: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Earnings {
    pub couriers: usize,
    /// Of piece earnings before the guarantee, over all couriers, those without a job included.
    pub gini_per_scheduled_hour: f64,
    pub mean_per_scheduled_hour: f64,
    pub zero_job_share: f64,
    pub total_pay_cents: i64,
    /// Couriers whose statement is the day's pay rule to the cent.
    pub statements_right: usize,
    pub mismatches: Vec<PayMismatch>,
}

/// A statement that is not `max(piece, guarantee)`.
#[derive(Clone, Debug, Serialize)]
pub struct PayMismatch {
    pub courier: String,
    pub delivered: i64,
    pub scheduled_seconds: i64,
    pub paid_seconds: i64,
    pub due_cents: i64,
    pub lines_cents: i64,
    pub total_cents: i64,
    pub lines_by_kind: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Http {
    /// Every answer that was not a success, retried ones included, by status and code.
    pub errors: BTreeMap<String, u64>,
    pub routes: Vec<RouteLatency>,
}

/// What robos met and did not expect.
#[derive(Clone, Debug, Serialize)]
pub struct Faults {
    pub count: u64,
    pub first: Vec<String>,
}

/// Lines of each list shown in the table; the JSON has them all.
const SHOWN_MAX: usize = 10;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (orders, pay) = (&self.orders, &self.earnings);
        writeln!(f, "{} at speed {}", self.instance, self.speed)?;
        row(f, "orders received", format!("{} of {}", orders.received, orders.placed))?;
        let share = 100.0 * orders.delivered_share;
        row(f, "delivered", format!("{} ({share:.2} %)", orders.delivered))?;
        row(f, "failed", by_reason(&orders.failed))?;
        row(f, "cancelled", by_reason(&orders.cancelled))?;
        row(f, "undelivered", orders.undelivered.values().sum::<usize>())?;
        row(f, "lost / doubled", format!("{} / {}", orders.lost, orders.doubled))?;
        if let Some(spread) = self.click_to_door_minutes {
            let text = format!("mean {:.2}, p90 {:.2} min", spread.mean, spread.p90);
            row(f, "click to door", text)?;
        }
        row(f, "Gini per hour", format!("{:.3}", pay.gini_per_scheduled_hour))?;
        row(f, "without a job", format!("{:.1} %", 100.0 * pay.zero_job_share))?;
        row(
            f,
            "total pay",
            format!("{}.{:02}", pay.total_pay_cents / 100, pay.total_pay_cents % 100),
        )?;
        row(f, "statements right", format!("{} of {}", pay.statements_right, pay.couriers))?;
        row(f, "shifts still open", self.shifts_still_open)?;
        let sums = self.ledger_sum.iter().map(|(currency, sum)| format!("{sum} {currency}"));
        row(f, "ledger sum", sums.collect::<Vec<_>>().join(", "))?;
        let twice =
            format!("{} assigned, {} done", self.assigned_twice.len(), self.done_twice.len());
        row(f, "twice", twice)?;
        row(f, "surprises", self.faults.count)?;
        for fault in self.faults.first.iter().take(SHOWN_MAX) {
            writeln!(f, "    {fault}")?;
        }
        for wrong in pay.mismatches.iter().take(SHOWN_MAX) {
            let PayMismatch { courier, delivered, due_cents, lines_cents, .. } = wrong;
            writeln!(f, "    {courier}: {delivered} jobs, {lines_cents} instead of {due_cents}")?;
        }
        writeln!(f, "\n{:<44} {:>8} {:>8} {:>8}", "route", "calls", "p50 ms", "p99 ms")?;
        for RouteLatency { route, calls, p50_ms, p99_ms, .. } in &self.http.routes {
            writeln!(f, "{route:<44} {calls:>8} {p50_ms:>8.1} {p99_ms:>8.1}")?;
        }
        writeln!(f, "\n{:<44} {:>8}", "HTTP error", "times")?;
        for (error, times) in &self.http.errors {
            writeln!(f, "{error:<44} {times:>8}")?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(f, "  {name:<20} {value}")
}

fn by_reason(reasons: &BTreeMap<String, usize>) -> String {
    let parts = reasons.iter().map(|(code, count)| format!(", {code} {count}"));
    format!("{}{}", reasons.values().sum::<usize>(), parts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_follow_their_sum() {
        let reasons = BTreeMap::from([("no-answer".to_owned(), 2), ("refused".to_owned(), 1)]);
        assert_eq!(by_reason(&reasons), "3, no-answer 2, refused 1");
        assert_eq!(by_reason(&BTreeMap::new()), "0");
    }
}
