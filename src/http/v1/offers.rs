//! Offers and their answers.

use actix_web::web::{Data, Json};
use serde::Deserialize;

use crate::commands::offers;
use crate::db;
use crate::domain::ids::OfferId;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::OfferView;

/// `GET /v1/me/offers`: the live ones.
pub async fn list_my_offers(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<OfferView>>, ApiError> {
    let live = db::offers::live_of(&mut *app.coop.conn().await?, by.0).await?;
    Ok(Json(Page::whole(live.into_iter().map(OfferView::from).collect())))
}

/// An answer says all by its address.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerIn {}

/// `POST /v1/offers/{id}/accept`
pub async fn accept_offer(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OfferId>,
    _body: OptionalBody<AnswerIn>,
) -> Result<Json<OfferView>, ApiError> {
    Ok(Json(offers::accept(&app.coop, by.0, id.0).await?.into()))
}

/// `POST /v1/offers/{id}/decline`: free, and without a reason.
pub async fn decline_offer(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OfferId>,
    _body: OptionalBody<AnswerIn>,
) -> Result<Json<OfferView>, ApiError> {
    Ok(Json(offers::decline(&app.coop, by.0, id.0).await?.into()))
}
