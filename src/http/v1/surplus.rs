//! A year's surplus: previewed, voted on, booked.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::surplus::{self, Sharing, Vote};
use crate::db;
use crate::db::surplus::Kept;
use crate::domain::ids::{CourierId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::surplus::{Law, Measure, Share, Terms};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsTreasurer;
use crate::http::body::{Body, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SurplusPreviewIn")]
pub struct PreviewIn {
    #[schemars(range(min = 1971, max = 9998))]
    year: i16,
    /// Minor units that the co-op spent and that are not in these books.
    other_costs: i64,
    /// Hundredths of a percent.
    reserve_basis_points: i64,
    measure: Measure,
}

impl PreviewIn {
    const fn vote(&self) -> Vote {
        Vote {
            year: self.year,
            other_costs: self.other_costs,
            reserve_basis_points: self.reserve_basis_points,
            measure: self.measure,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct ShareView {
    courier_id: CourierId,
    name: String,
    /// Seconds or minor units, as the measure says.
    units: u32,
    amount: Money,
}

/// What a surplus is made of, and how it is parted.
#[derive(Serialize, JsonSchema)]
pub struct SurplusTerms {
    year: i16,
    law: Law,
    /// What the co-op kept of prices.
    revenue: Money,
    /// What was left of the couriers' share of prices, or lacked.
    operations: Money,
    other_costs: Money,
    surplus: Money,
    reserve_basis_points: i64,
    reserve: Money,
    measure: Measure,
    refund: Money,
}

impl SurplusTerms {
    fn new(terms: Terms, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self {
            year: terms.year,
            revenue: money(terms.revenue),
            operations: money(terms.operations),
            other_costs: money(terms.other_costs),
            surplus: money(terms.surplus()),
            reserve_basis_points: terms.reserve_basis_points,
            reserve: money(terms.reserve()),
            measure: terms.measure,
            refund: money(terms.refund()),
            law: terms.law,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct SharingView {
    #[serde(flatten)]
    terms: SurplusTerms,
    shares: Vec<ShareView>,
}

/// A sharing with what couriers are called now.
async fn view(app: &App, sharing: Sharing) -> Result<SharingView, ApiError> {
    let couriers: Vec<CourierId> = sharing.shares.iter().map(|one| one.courier_id).collect();
    let names = db::couriers::names(&mut *app.coop.conn().await?, &couriers).await?;
    Ok(SharingView::new(sharing, app.coop.rules.tariff.currency, &names))
}

impl SharingView {
    fn new(sharing: Sharing, currency: Currency, names: &BTreeMap<CourierId, String>) -> Self {
        let share = |share: Share| ShareView {
            courier_id: share.courier_id,
            name: names.get(&share.courier_id).cloned().unwrap_or_default(),
            units: share.units,
            amount: Money::new(share.amount, currency),
        };
        let shares = sharing.shares.into_iter().map(share).collect();
        Self { terms: SurplusTerms::new(sharing.terms, currency), shares }
    }
}

/// `POST /v1/surpluses/preview`: what would be booked; nothing is.
pub async fn preview_surplus(
    app: Data<App>,
    _by: AsTreasurer,
    body: Body<PreviewIn>,
) -> Result<Json<SharingView>, ApiError> {
    let sharing = surplus::preview(&app.coop, body.value.vote()).await?;
    Ok(Json(view(&app, sharing).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SurplusBookIn")]
pub struct BookIn {
    #[schemars(range(min = 1971, max = 9998))]
    year: i16,
    other_costs: i64,
    reserve_basis_points: i64,
    measure: Measure,
    /// What the preview said, in minor units: the members have voted on it.
    surplus: i64,
}

/// `POST /v1/surpluses`: books it as voted, once.
pub async fn book_surplus(
    app: Data<App>,
    by: AsTreasurer,
    body: Body<BookIn>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&by.0)?;
    let BookIn { year, other_costs, reserve_basis_points, measure, surplus: voted } = body.value;
    let vote = Vote { year, other_costs, reserve_basis_points, measure };
    let sharing = surplus::book(&app.coop, user, vote, voted).await?;
    Ok(HttpResponse::Created().json(view(&app, sharing).await?))
}

/// A surplus that was booked, without who got what of it: that stands on each courier's statement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BookedSurplus")]
pub struct BookedView {
    booked_by: UserId,
    booked_by_name: String,
    booked_at: Timestamp,
    #[serde(flatten)]
    terms: SurplusTerms,
}

impl BookedView {
    fn new(kept: Kept, currency: Currency) -> Self {
        let Kept { booked_by, booked_by_name, booked_at, terms, .. } = kept;
        Self { booked_by, booked_by_name, booked_at, terms: SurplusTerms::new(terms, currency) }
    }
}

/// `GET /v1/surpluses`: what was booked, the newest year first.
pub async fn list_surpluses(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<Json<Page<BookedView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let found = db::surplus::list(&mut *app.coop.conn().await?, paging.cursor()?, limit).await?;
    let currency = app.coop.rules.tariff.currency;
    let items = found.into_iter().map(|kept| BookedView::new(kept, currency)).collect();
    Ok(Json(Page::new(items, limit, |one: &BookedView| one.terms.year)))
}
