//! How the co-op does: now, and over a span of days.

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::db::pulse::{self, Health, Hour, Lateness, Work};
use crate::domain::money::Currency;
use crate::domain::time::{Seconds, Timestamp};
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::body::{Span, query};
use crate::http::error::ApiError;

/// The longest span that is summed up at once.
const SPAN_MAX: Seconds = Seconds(8 * 86_400);
/// What is shown if nothing else is asked for.
const USUAL: Seconds = Seconds(86_400);

#[derive(Serialize, JsonSchema)]
pub struct PulseView {
    from: Timestamp,
    /// Not later than now.
    to: Timestamp,
    now: Timestamp,
    /// Of the rates in `work`.
    currency: Currency,
    hours: Vec<Hour>,
    lateness: Lateness,
    work: Work,
    health: Health,
}

/// `GET /v1/pulse?from=&to=`: the last day, if nothing else is asked for; a week and a day at most.
pub async fn show_pulse(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<PulseView>, ApiError> {
    let Span { from, to } = query(&request)?;
    let now = app.coop.clock.now();
    let (from, to) = Span { from, to: to.map(|to| to.min(now)) }.or_last(USUAL, now);
    if from >= to || to.since(from) > SPAN_MAX {
        let detail = "from lies before to, and eight days before it at most".to_owned();
        return Err(ApiError::Invalid { detail, pointer: None });
    }
    let mut conn = app.coop.conn().await?;
    Ok(Json(PulseView {
        from,
        to,
        now,
        currency: app.coop.rules.tariff.currency,
        hours: pulse::hours(&mut conn, from, to).await?,
        lateness: pulse::lateness(&mut conn, from, to).await?,
        work: pulse::work(&mut conn, from, to).await?,
        health: pulse::health(&mut conn, now).await?,
    }))
}
