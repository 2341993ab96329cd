//! The open list: what a courier may take without being asked, and taking it.

use actix_web::web::{Data, Json};

use crate::commands::open_list;
use crate::db;
use crate::domain::ids::DeliveryId;
use crate::domain::offer::Terms;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::OfferView;
use crate::loops::snapshot;

/// `GET /v1/me/open-list`: each job as an offer would show it, the nearest pickups first.
pub async fn list_open_jobs(app: Data<App>, by: AsCourier) -> Result<Json<Page<Terms>>, ApiError> {
    open_list::enter(&app.coop, &mut *app.coop.conn().await?, by.0).await?;
    let snapshot = snapshot::of_courier(&app.coop, &app.live, by.0).await?;
    Ok(Json(Page::whole(open_list::list(&app.coop, by.0, snapshot).await?)))
}

/// `POST /v1/deliveries/{id}/take`: answers with the offer that this was, accepted.
pub async fn take_delivery(
    app: Data<App>,
    by: AsCourier,
    id: PathId<DeliveryId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<OfferView>, ApiError> {
    let found = db::deliveries::find(&mut *app.coop.conn().await?, id.0).await?;
    found.ok_or(ApiError::NotFound("delivery"))?;
    let snapshot = snapshot::of_courier(&app.coop, &app.live, by.0).await?;
    Ok(Json(open_list::take(&app.coop, by.0, id.0, snapshot).await?.into()))
}
