//! Price books and zones: what merchants pay, as the co-op edits it.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use super::deliveries::DeliveryIn;
use crate::commands::prices;
use crate::db;
use crate::db::prices::Version;
use crate::domain::ids::{MerchantId, UserId};
use crate::domain::money::Money;
use crate::domain::pricebook::{Book, Verdict};
use crate::domain::pricing::Line;
use crate::domain::time::Timestamp;
use crate::domain::zone::{Shape, Zone, ZoneName};
use crate::http::auth::{AsAdmin, AsDispatcher, Ordering};
use crate::http::body::{Body, Key, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, created};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PriceBookView")]
pub struct BookView {
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_id: Option<MerchantId>,
    book: Book,
    made_by: UserId,
    made_at: Timestamp,
}

impl From<Version> for BookView {
    fn from(found: Version) -> Self {
        let Version { version, merchant_id, book, made_by, made_at } = found;
        Self { version, merchant_id, book, made_by, made_at }
    }
}

/// `GET /v1/price-books`: every version, the newest first.
pub async fn list_books(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<Page<BookView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let found = db::prices::list(&mut *app.coop.conn().await?, paging.cursor()?, limit).await?;
    let items = found.into_iter().map(BookView::from).collect();
    Ok(Json(Page::new(items, limit, |book: &BookView| book.version)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceBookIn")]
pub struct BookIn {
    /// For this merchant alone; left out: for all that have none of their own.
    merchant_id: Option<MerchantId>,
    book: Book,
}

/// `POST /v1/price-books`: in force from now on.
pub async fn create_book(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<BookIn>,
) -> Result<HttpResponse, ApiError> {
    let made_by = person(&by.0)?;
    let once = key.once(&by.0, "create_book", &body);
    let BookIn { merchant_id, book } = body.value;
    let made =
        prices::put_book(&app.coop, once.as_ref(), made_by, merchant_id, book.clone()).await?;
    Ok(created(made, |(version, made_at)| BookView {
        version,
        merchant_id,
        book,
        made_by,
        made_at,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceTryIn")]
pub struct TryIn {
    /// Left out: the one in force.
    book: Option<Book>,
    /// As for `POST /v1/deliveries`.
    delivery: DeliveryIn,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PriceTryView")]
pub struct TryView {
    /// None where no rule fits.
    price: Option<Money>,
    vat: Option<Money>,
    lines: Vec<Line>,
    /// What each rule said, and what it looked at.
    verdicts: Vec<Verdict>,
}

/// `POST /v1/price-books/try`: what a delivery would cost, and why; nothing is kept.
pub async fn try_book(
    app: Data<App>,
    _by: AsDispatcher,
    body: Body<TryIn>,
) -> Result<Json<TryView>, ApiError> {
    let TryIn { book, delivery } = body.value;
    let merchant = Ordering::Everybody.merchant(delivery.merchant_id)?;
    let tried = prices::try_book(&app.coop, merchant, book, &delivery.into()).await?;
    Ok(Json(match tried {
        Ok(priced) => TryView {
            price: Some(priced.price),
            vat: Some(priced.vat),
            lines: priced.lines,
            verdicts: priced.verdicts,
        },
        Err(none) => TryView { price: None, vat: None, lines: Vec::new(), verdicts: none.verdicts },
    }))
}

/// `GET /v1/zones`
pub async fn list_zones(app: Data<App>, _by: AsDispatcher) -> Result<Json<Page<Zone>>, ApiError> {
    Ok(Json(Page::whole(db::prices::zones(&mut *app.coop.conn().await?).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneIn {
    name: ZoneName,
    /// GeoJSON.
    shape: Shape,
}

/// `POST /v1/zones`: drawn, or drawn anew under the same name.
pub async fn create_zone(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<ZoneIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_zone", &body);
    let ZoneIn { name, shape } = body.value;
    let zone = Zone { name, shape };
    let put = prices::put_zone(&app.coop, once.as_ref(), person(&by.0)?, zone).await?;
    Ok(created(put, |zone| zone))
}
