//! Offers and their answers.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::offers;
use crate::db;
use crate::domain::ids::OfferId;
use crate::domain::offer::OfferState;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Nothing, OptionalBody, PathId};
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

#[derive(Serialize, JsonSchema)]
pub struct ShownView {
    id: OfferId,
    state: OfferState,
    made_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
    /// The text as it was shown, and the SHA-256 of its bytes in hexadecimal.
    shown: String,
    sha256: String,
}

/// `GET /v1/offers/{id}`: what was shown before the answer, for ever the same.
pub async fn show_offer(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OfferId>,
) -> Result<Json<ShownView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let offer = db::offers::find(&mut conn, id.0).await?.filter(|one| one.courier_id == by.0);
    let offer = offer.ok_or(ApiError::NotFound("offer"))?;
    let shown = db::offers::shown(&mut conn, id.0).await?.ok_or(ApiError::NotFound("offer"))?;
    Ok(Json(ShownView {
        id: offer.id,
        state: offer.state,
        made_at: offer.made_at,
        answered_at: offer.answered_at,
        shown: shown.shown,
        sha256: shown.shown_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
    }))
}

/// `POST /v1/offers/{id}/accept`
pub async fn accept_offer(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OfferId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<OfferView>, ApiError> {
    Ok(Json(offers::accept(&app.coop, by.0, id.0).await?.into()))
}

/// `POST /v1/offers/{id}/decline`: free, and without a reason.
pub async fn decline_offer(
    app: Data<App>,
    by: AsCourier,
    id: PathId<OfferId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<OfferView>, ApiError> {
    Ok(Json(offers::decline(&app.coop, by.0, id.0).await?.into()))
}
