//! Shifts between colleagues: offered, and taken.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::swaps;
use crate::db;
use crate::domain::ids::{CourierId, ShiftId};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::ShiftView;

/// A planned shift that somebody offers to colleagues.
#[derive(Serialize, JsonSchema)]
pub struct SwapView {
    #[serde(flatten)]
    shift: ShiftView,
    /// Whose it is.
    name: String,
}

/// `GET /v1/me/swaps`: what colleagues offer, and what the courier offers.
pub async fn list_my_swaps(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<SwapView>>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let ids = db::shift_swaps::of(&mut conn, by.0, app.coop.clock.now()).await?;
    let found = db::shifts::list_by_id(&mut conn, &ids).await?;
    let owners: Vec<CourierId> = found.iter().map(|shift| shift.courier_id).collect();
    let names = db::couriers::names(&mut conn, &owners).await?;
    let view = |shift: crate::domain::shift::Shift| SwapView {
        name: names.get(&shift.courier_id).cloned().unwrap_or_default(),
        shift: shift.into(),
    };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapIn {
    /// To this colleague alone; left out: to all.
    to: Option<CourierId>,
}

/// `POST /v1/me/shifts/{id}/swap`
pub async fn offer_shift(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ShiftId>,
    body: OptionalBody<SwapIn>,
) -> Result<Json<ShiftView>, ApiError> {
    Ok(Json(swaps::offer(&app.coop, by.0, id.0, body.0.to).await?.into()))
}

/// `DELETE /v1/me/shifts/{id}/swap`
pub async fn withdraw_swap(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ShiftId>,
) -> Result<HttpResponse, ApiError> {
    swaps::withdraw(&app.coop, by.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/shifts/{id}/take`
pub async fn take_shift(
    app: Data<App>,
    by: AsCourier,
    id: PathId<ShiftId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<ShiftView>, ApiError> {
    Ok(Json(swaps::take(&app.coop, by.0, id.0).await?.into()))
}

/// Somebody else who rides.
#[derive(Serialize, JsonSchema)]
pub struct Colleague {
    id: CourierId,
    name: String,
}

/// `GET /v1/me/colleagues`: to whom a shift can be offered.
pub async fn list_colleagues(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<Colleague>>, ApiError> {
    let found = db::couriers::colleagues(&mut *app.coop.conn().await?, by.0).await?;
    let items = found.into_iter().map(|(id, name)| Colleague { id, name }).collect();
    Ok(Json(Page::whole(items)))
}
