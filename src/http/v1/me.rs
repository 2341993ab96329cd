//! What a courier sees: the route, the earnings.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::books;
use crate::db;
use crate::db::ledger::pendings::Pending;
use crate::domain::ids::{CourierId, DeliveryId};
use crate::domain::ledger::Account;
use crate::domain::ledger::statement::Statement;
use crate::domain::money::{Currency, Money};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::query;
use crate::http::error::ApiError;
use crate::http::paging::Paging;
use crate::http::views::{PayLine, PriceView, RouteStop};

#[derive(Serialize, JsonSchema)]
pub struct RouteView {
    version: i64,
    /// Within so many seconds a step may be taken back.
    undo_s: i64,
    stops: Vec<RouteStop>,
}

/// `GET /v1/me/route`: what is left to do, in riding order.
pub async fn show_my_route(app: Data<App>, by: AsCourier) -> Result<Json<RouteView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let version = db::couriers::route_version(&mut conn, by.0).await?;
    let route = db::tasks::route(&mut conn, by.0).await?;
    let mut deliveries = BTreeMap::new();
    for (id, ..) in &route {
        if !deliveries.contains_key(id)
            && let Some(found) = db::deliveries::find(&mut conn, *id).await?
        {
            let (name, _) = db::deliveries::names(&mut conn, found.merchant_id, None).await?;
            let promise = db::ledger::pendings::promise(&mut conn, *id, by.0).await?;
            deliveries.insert(*id, (found, name, promise.map(|promise| promise.tariff)));
        }
    }
    let stops = route.iter().filter_map(|(delivery, task, kind)| {
        let (delivery, merchant_name, tariff) = deliveries.get(delivery)?;
        let task = delivery.tasks.iter().find(|one| one.id == *task)?;
        Some(RouteStop {
            task_id: task.id,
            delivery_id: delivery.id,
            kind: *kind,
            state: task.state.name(),
            place: task.stop.place,
            address: task.stop.address.clone(),
            contact: task.stop.contact.clone(),
            instructions: delivery.instructions.clone(),
            merchant_name: merchant_name.clone(),
            ready_at: delivery.ready_at,
            due_at: delivery.due_at,
            after: task.stop.window.map(|window| window.after()),
            before: task.stop.window.map(|window| window.before()),
            started_at: task.state.stepped_at(),
            wait: delivery.wait_terms(task.id, tariff.as_ref().unwrap_or(&app.coop.rules.tariff)),
        })
    });
    let undo_s = app.coop.rules.service.undo_s;
    Ok(Json(RouteView { version, undo_s, stops: stops.collect() }))
}

/// Which of a courier's accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    #[default]
    Pay,
    Tips,
    Expenses,
    Refund,
}

impl Purse {
    pub const fn account(self, of: CourierId) -> Account {
        match self {
            Self::Pay => Account::CourierPay(of),
            Self::Tips => Account::CourierTips(of),
            Self::Expenses => Account::CourierExpenses(of),
            Self::Refund => Account::CourierRefund(of),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementQuery {
    from: Option<Timestamp>,
    #[serde(default)]
    account: Purse,
}

/// `GET /v1/me/statement`: the lines with the proof that the co-op has signed for them, to be kept
/// and verified elsewhere. See docs/ledger-format.md.
pub async fn show_my_statement(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<Json<Statement>, ApiError> {
    let StatementQuery { from, account } = query(&request)?;
    Ok(Json(books::statement(&app.coop, account.account(by.0), from).await?))
}

#[derive(Deserialize, JsonSchema)]
pub struct SpanQuery {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

#[derive(Serialize, JsonSchema)]
pub struct PendingView {
    delivery_id: DeliveryId,
    amount: Money,
    since: Timestamp,
    /// When it lapses if nothing comes of it.
    until: Timestamp,
}

impl PendingView {
    fn new(pending: Pending) -> Result<Self, ApiError> {
        let corrupt = |error| diesel::result::Error::DeserializationError(Box::new(error));
        let currency = pending.currency.parse::<Currency>().map_err(corrupt)?;
        Ok(Self {
            delivery_id: pending.delivery_id,
            amount: Money::new(pending.amount, currency),
            since: pending.reserved_at,
            until: pending.expires_at,
        })
    }
}

#[derive(Serialize, JsonSchema)]
pub struct PayView {
    currency: Currency,
    /// Sum of all lines of the span, whatever the page shows.
    total: Money,
    /// The same without what was paid out.
    earned: Money,
    lines: Vec<PayLine>,
    /// Accepted and not earned yet: what each will pay at least.
    pending: Vec<PendingView>,
    next_cursor: Option<String>,
}

/// `GET /v1/me/pay`: the own lines, the newest first, each with what it is reckoned from.
pub async fn show_my_pay(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<Json<PayView>, ApiError> {
    let paging: Paging = query(&request)?;
    let SpanQuery { from, to } = query(&request)?;
    let limit = paging.limit()?;
    let span = db::ledger::Span { from, to, before_seq: paging.cursor::<i64>()? };
    let account = Account::CourierPay(by.0);
    let currency = app.coop.rules.tariff.currency;
    let mut conn = app.coop.conn().await?;
    let total = db::ledger::total(&mut conn, account, span).await?;
    let earned = db::ledger::earned(&mut conn, account, span).await?;
    let lines = db::ledger::lines(&mut conn, account, span, limit).await?;
    let pending = db::ledger::pendings::open(&mut conn, by.0).await?;
    let mut deliveries: Vec<DeliveryId> = lines.iter().filter_map(PayLine::delivery).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    let prices = db::ledger::prices_of(&mut conn, &deliveries).await?;
    let prices: BTreeMap<DeliveryId, PriceView> =
        prices.iter().filter_map(PriceView::new).collect();
    let view = |line| {
        // The way back has a price of its own, which is not the delivery's.
        let priced = PayLine::delivery(&line).filter(|_| line.kind != "return");
        let price = priced.and_then(|delivery| prices.get(&delivery).cloned());
        PayLine::new(line, currency, price)
    };
    let full = i64::try_from(lines.len()).is_ok_and(|count| count == limit);
    let next_cursor = lines.last().filter(|_| full).map(|line| line.seq.to_string());
    Ok(Json(PayView {
        currency,
        total: Money::new(total, currency),
        earned: Money::new(earned, currency),
        lines: lines.into_iter().map(view).collect(),
        pending: pending.into_iter().map(PendingView::new).collect::<Result<_, _>>()?,
        next_cursor,
    }))
}
