//! After a day: reads everything back over HTTP and reckons the report from it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::ids::{CourierId, MerchantId};
use crate::domain::time::{Seconds, Timestamp};

use super::cast::Member;
use super::client::{Call, CallError};
use super::metrics::{gini, mean, quantile, share};
use super::progress::Progress;
use super::replay::{Placed, Run};
use super::report::{Earnings, Faults, Http, Orders, PayMismatch, Report, Spread};
use super::seed::all_pages;
use super::wire::{
    Delivery, DeliveryState, EndReason, Page, PayPage, Shift, ShiftState, TrialBalance,
};

/// Reads deliveries, pay, shifts and books.
///
/// # Errors
/// The first call that failed for good.
pub(super) async fn read_back(
    run: &Run,
    placed: &Placed,
    progress: &Progress,
) -> Result<Report, CallError> {
    let merchants: BTreeSet<MerchantId> = run.cast.shops.iter().map(|shop| shop.id).collect();
    let mut deliveries: Vec<Delivery> = all_pages(&run.desk, "/v1/deliveries", "").await?;
    deliveries.retain(|delivery| merchants.contains(&delivery.merchant_id));
    let books: TrialBalance = run.desk.send(&Call::get("/v1/ledger/trial-balance", &[])).await?;

    let statements = stream::iter(&run.cast.couriers).map(async |member| {
        let statement = read_statement(run, member).await?;
        progress.step();
        Ok::<_, CallError>(statement)
    });
    let statements: Vec<Statement> = statements.buffered(4).try_collect().await?;

    let (fault_count, first_faults) = run.world.faults.all();
    Ok(Report {
        instance: run.day.name.clone(),
        speed: run.world.clock.speed(),
        started_at: run.start,
        ended_at: run.world.clock.now(),
        orders: count_orders(run, placed, &deliveries),
        click_to_door_minutes: Spread::of(&click_to_door(run, &deliveries)),
        earnings: reckon_pay(run, &deliveries, &statements),
        shifts_still_open: statements.iter().filter(|one| !one.all_ended).count(),
        ledger_sum: books.sum,
        assigned_twice: run.watch.doubles(),
        done_twice: run.world.diary.done_twice(),
        http: Http {
            errors: run.world.api.meter().errors(),
            routes: run.world.api.meter().routes(),
        },
        faults: Faults { count: fault_count, first: first_faults },
    })
}

/// What a courier's own account says.
struct Statement {
    cents: i64,
    /// Sum of the account as the server gives it, to be compared with the lines.
    total_cents: i64,
    by_kind: BTreeMap<String, i64>,
    paid_seconds: i64,
    all_ended: bool,
}

async fn read_statement(run: &Run, member: &Member) -> Result<Statement, CallError> {
    let hour = Seconds(3600);
    let span = format!("from={}&to={}", run.start - hour, run.world.clock.now() + hour);
    let (mut by_kind, mut cursor) = (BTreeMap::new(), String::new());
    let total_cents = loop {
        let query = format!("{span}&limit=200{cursor}");
        let page: PayPage =
            member.session.send(&Call::get("/v1/me/pay", &[]).query(&query)).await?;
        for line in page.lines {
            *by_kind.entry(line.kind).or_default() += line.amount.amount;
        }
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break page.total.amount,
        }
    };
    let shifts: Page<Shift> =
        member.session.send(&Call::get("/v1/me/shifts", &[]).query("limit=100")).await?;
    Ok(Statement {
        cents: by_kind.values().sum(),
        total_cents,
        by_kind,
        paid_seconds: shifts.items.iter().filter_map(|shift| shift.paid_seconds).sum(),
        all_ended: shifts.items.iter().all(|shift| shift.state == ShiftState::Ended),
    })
}

fn count_orders(run: &Run, placed: &Placed, deliveries: &[Delivery]) -> Orders {
    let mut orders = Orders { placed: run.day.orders.len(), ..Orders::default() };
    let mut references: BTreeMap<&str, usize> = BTreeMap::new();
    for delivery in deliveries {
        *references.entry(delivery.external_reference.as_deref().unwrap_or("-")).or_default() += 1;
        match delivery.state {
            DeliveryState::Delivered => orders.delivered += 1,
            DeliveryState::Failed | DeliveryState::Returned => {
                *orders.failed.entry(reason(delivery)).or_default() += 1;
            }
            DeliveryState::Cancelled => *orders.cancelled.entry(reason(delivery)).or_default() += 1,
            DeliveryState::Asked
            | DeliveryState::Open
            | DeliveryState::Assigned
            | DeliveryState::PickedUp
            | DeliveryState::Returning => {
                *orders.undelivered.entry(delivery.state).or_default() += 1;
            }
        }
    }
    orders.received = references.len();
    orders.doubled = references.values().filter(|&&count| count > 1).count();
    orders.lost = placed.keys().filter(|&name| !references.contains_key(name.as_str())).count();
    orders.delivered_share = share(orders.delivered, orders.placed);
    orders
}

/// `no_courier`, or `cancelled: kitchen on fire`.
fn reason(delivery: &Delivery) -> String {
    match &delivery.end_reason {
        None => "no reason given".into(),
        Some(EndReason { code, note: None }) => code.clone(),
        Some(EndReason { code, note: Some(note) }) => format!("{code}: {note}"),
    }
}

/// Minutes from the customer's click, as the instance has it, to the door. The click counts even
/// when the shop could not reach the server at once.
fn click_to_door(run: &Run, deliveries: &[Delivery]) -> Vec<f64> {
    let clicks: BTreeMap<&str, Timestamp> = run
        .day
        .orders
        .iter()
        .map(|order| (order.reference.as_str(), run.start + order.placed))
        .collect();
    let delivered = deliveries.iter().filter(|one| one.state == DeliveryState::Delivered);
    let minutes = delivered.filter_map(|delivery| {
        let click = clicks.get(delivery.external_reference.as_deref()?)?;
        #[expect(clippy::cast_precision_loss, reason = "hours in ms stay far below 2^52")]
        let waited_ms = (delivery.ended_at?.millis() - click.millis()) as f64;
        Some(waited_ms / 60_000.0)
    });
    minutes.collect()
}

fn reckon_pay(run: &Run, deliveries: &[Delivery], statements: &[Statement]) -> Earnings {
    let mut jobs: BTreeMap<CourierId, i64> = BTreeMap::new();
    for delivery in deliveries.iter().filter(|one| one.state == DeliveryState::Delivered) {
        if let Some(courier) = delivery.courier_id {
            *jobs.entry(courier).or_default() += 1;
        }
    }
    let rows: Vec<_> = run.day.couriers.iter().zip(&run.cast.couriers).zip(statements).collect();
    let (mut per_hour, mut mismatches) = (Vec::new(), Vec::new());
    for &((plan, member), statement) in &rows {
        let delivered = jobs.get(&member.id).copied().unwrap_or_default();
        let scheduled = plan.to - plan.from;
        #[expect(clippy::cast_precision_loss, reason = "a day's cents stay far below 2^52")]
        per_hour.push(
            (run.day.pay.per_order_cents * delivered) as f64
                / 100.0
                / (scheduled.0 as f64 / 3600.0),
        );
        let due_cents = run.day.pay.due_cents(delivered, scheduled);
        if statement.cents != due_cents || statement.total_cents != due_cents {
            mismatches.push(PayMismatch {
                courier: plan.reference.clone(),
                delivered,
                scheduled_seconds: scheduled.0,
                paid_seconds: statement.paid_seconds,
                due_cents,
                lines_cents: statement.cents,
                total_cents: statement.total_cents,
                lines_by_kind: statement.by_kind.clone(),
            });
        }
    }
    let idle = rows.iter().filter(|((_, member), _)| !jobs.contains_key(&member.id)).count();
    Earnings {
        couriers: rows.len(),
        gini_per_scheduled_hour: gini(&per_hour).unwrap_or_default(),
        mean_per_scheduled_hour: mean(&per_hour).unwrap_or_default(),
        zero_job_share: share(idle, rows.len()),
        total_pay_cents: statements.iter().map(|statement| statement.cents).sum(),
        statements_right: rows.len() - mismatches.len(),
        mismatches,
    }
}

impl Spread {
    /// `None` when nothing was delivered.
    fn of(minutes: &[f64]) -> Option<Self> {
        Some(Self { mean: mean(minutes)?, p90: quantile(minutes, 0.9)? })
    }
}
