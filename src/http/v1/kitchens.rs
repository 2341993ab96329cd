//! Kitchens: when they are open, how full they are, and what they say to an order.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::commands::kitchens;
use crate::db;
use crate::db::kitchens::Kept;
use crate::domain::delivery::RefusalCode;
use crate::domain::ids::{DeliveryId, MerchantId};
use crate::domain::kitchen::{Kitchen, Rush};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsOrdering;
use crate::http::body::{Body, PathId};
use crate::http::error::ApiError;
use crate::http::v1::deliveries::view;
use crate::http::views::DeliveryView;

#[derive(Serialize, JsonSchema)]
pub struct KitchenView {
    merchant_id: MerchantId,
    #[serde(flatten)]
    kitchen: Kitchen,
    /// Only while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    rush: Option<Rush>,
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_opening: Option<Timestamp>,
    /// When goods could leave that are asked for now; absent where they could not today.
    #[serde(skip_serializing_if = "Option::is_none")]
    ready_at: Option<Timestamp>,
}

impl KitchenView {
    fn new(app: &App, merchant_id: MerchantId, Kept { kitchen, rush }: Kept) -> Self {
        let (now, zone) = (app.coop.clock.now(), &app.coop.rules.zone);
        Self {
            merchant_id,
            rush: rush.filter(|rush| now < rush.until),
            open: kitchen.open_at(now, zone),
            next_opening: kitchen.next_opening(now, zone),
            ready_at: kitchen.ready_at(None, now, rush, zone).ok(),
            kitchen,
        }
    }
}

/// `GET /v1/merchants/{id}/kitchen`
pub async fn show_kitchen(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<MerchantId>,
) -> Result<Json<KitchenView>, ApiError> {
    let merchant = by.0.merchant(Some(id.0))?;
    let found = db::kitchens::find(&mut *app.coop.conn().await?, merchant).await?;
    let kept = found.ok_or(ApiError::NotFound("kitchen"))?;
    Ok(Json(KitchenView::new(&app, merchant, kept)))
}

/// `PUT /v1/merchants/{id}/kitchen`: from the next order on.
pub async fn set_kitchen(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<MerchantId>,
    body: Body<Kitchen>,
) -> Result<Json<KitchenView>, ApiError> {
    let merchant = by.0.merchant(Some(id.0))?;
    let kept = kitchens::put(&app.coop, merchant, &body.value).await?;
    Ok(Json(KitchenView::new(&app, merchant, kept)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RushIn {
    /// Null: it is over.
    #[serde(deserialize_with = "given")]
    rush: Option<Rush>,
}

/// Null has to be written: a field that is left out is a mistake.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Rush>, D::Error> {
    Option::deserialize(from)
}

/// `POST /v1/merchants/{id}/kitchen/rush`: everything takes longer until then, or no more.
pub async fn rush_kitchen(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<MerchantId>,
    body: Body<RushIn>,
) -> Result<Json<KitchenView>, ApiError> {
    let merchant = by.0.merchant(Some(id.0))?;
    let kept = kitchens::rush(&app.coop, merchant, body.value.rush).await?;
    Ok(Json(KitchenView::new(&app, merchant, kept)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptIn {
    /// Left out: as it was asked for.
    ready_at: Option<Timestamp>,
}

/// `POST /v1/deliveries/{id}/accept`: the kitchen cooks it.
pub async fn accept_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<AcceptIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let taken = kitchens::accept(&app.coop, by.0.only(), id.0, body.value.ready_at).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, taken, by.0).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseIn {
    code: RefusalCode,
    note: Option<Note>,
}

/// `POST /v1/deliveries/{id}/refuse`: the kitchen does not, and says why.
pub async fn refuse_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<RefuseIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let RefuseIn { code, note } = body.value;
    let refused = kitchens::refuse(&app.coop, by.0.only(), id.0, code, note).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, refused, by.0).await?))
}
