//! Quotes: what a delivery would cost and when it could be there.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliveries::{DeliveryIn, created_delivery};
use crate::commands::quotes::{self, Taking};
use crate::db;
use crate::domain::geo::Position;
use crate::domain::ids::{DeliveryId, MerchantId, QuoteId};
use crate::domain::quote::{Quote, Terms};
use crate::domain::text::{Instructions, Reference};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::TravelTimes;
use crate::http::auth::AsOrdering;
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::{App, created};

#[derive(Serialize, JsonSchema)]
pub struct QuoteView {
    id: QuoteId,
    merchant_id: MerchantId,
    #[serde(flatten)]
    terms: Terms,
    made_at: Timestamp,
    expires_at: Timestamp,
    /// What was made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<DeliveryId>,
}

impl From<Quote> for QuoteView {
    fn from(quote: Quote) -> Self {
        let Quote { id, merchant_id, terms, made_at, expires_at, delivery_id, .. } = quote;
        Self { id, merchant_id, terms, made_at, expires_at, delivery_id }
    }
}

/// How long the nearest courier whose position is known rides to a place.
fn approach(app: &App, to: Position) -> Option<Seconds> {
    let rules = &app.coop.rules;
    let oldest = app.coop.clock.now() - Seconds(rules.dispatch.limits.position_age_max_s);
    let fixes = app.live.positions();
    let fresh = fixes.values().filter(|fix| fix.at >= oldest);
    let rides = fresh.map(|fix| {
        let (from, to) = (rules.spot(fix.position), rules.spot(to));
        rules.travel.leg(from, to, VehicleKind::Bike).seconds
    });
    rides.min()
}

/// `POST /v1/quotes`: takes what `POST /v1/deliveries` takes.
pub async fn create_quote(
    app: Data<App>,
    by: AsOrdering,
    key: Key,
    body: Body<DeliveryIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_quote", &body);
    let merchant = by.0.merchant(body.value.merchant_id)?;
    let request = body.value.into();
    let near = |to| approach(&app, to);
    let quote = quotes::quote(&app.coop, once.as_ref(), merchant, request, near).await?;
    Ok(created(quote, QuoteView::from))
}

/// `GET /v1/quotes/{id}`
pub async fn show_quote(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<QuoteId>,
) -> Result<Json<QuoteView>, ApiError> {
    let found = db::quotes::find(&mut *app.coop.conn().await?, id.0).await?;
    let own = found.filter(|quote| by.0.only().is_none_or(|own| quote.merchant_id == own));
    Ok(Json(own.ok_or(ApiError::NotFound("quote"))?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "QuoteTakeIn")]
pub struct TakeIn {
    external_reference: Option<Reference>,
    instructions: Option<Instructions>,
}

/// `POST /v1/quotes/{id}/take`: makes a delivery of it, at its price, once.
pub async fn take_quote(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<QuoteId>,
    key: Key,
    body: Body<TakeIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("take_quote {}", id.0), &body);
    let TakeIn { external_reference, instructions } = body.value;
    let taking = Taking { external_reference, instructions };
    let answer = quotes::take(&app.coop, once.as_ref(), by.0.only(), id.0, taking).await?;
    created_delivery(&app, answer, by.0).await
}
