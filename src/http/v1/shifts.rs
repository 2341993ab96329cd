//! A courier's own shifts.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::commands::shifts;
use crate::db;
use crate::domain::ids::{ShiftId, VehicleId};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::ShiftView;

/// `GET /v1/me/shifts`
pub async fn list_my_shifts(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<ShiftView>>, ApiError> {
    let shifts = db::shifts::list(&mut *app.coop.conn().await?, by.0).await?;
    let rest = &app.coop.rules.shifts.rest;
    let view = |shift| ShiftView::with_break(shift, rest);
    Ok(Json(Page::whole(shifts.into_iter().map(view).collect())))
}

/// `GET /v1/me/shift`: the open one.
pub async fn show_my_shift(app: Data<App>, by: AsCourier) -> Result<Json<ShiftView>, ApiError> {
    let open = db::shifts::find_open(&mut *app.coop.conn().await?, by.0).await?;
    let view = |shift| Json(ShiftView::with_break(shift, &app.coop.rules.shifts.rest));
    open.map(view).ok_or(ApiError::NotFound("open shift"))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftStartIn")]
pub struct StartIn {
    shift_id: Option<ShiftId>,
    /// One of the co-op's vehicles; left out: the own.
    vehicle_id: Option<VehicleId>,
    at: Option<Timestamp>,
}

/// `POST /v1/me/shift/start`
pub async fn start_my_shift(
    app: Data<App>,
    by: AsCourier,
    body: Body<StartIn>,
) -> Result<Json<ShiftView>, ApiError> {
    let StartIn { shift_id, vehicle_id, at } = body.value;
    let shift = shifts::start(&app.coop, by.0, shift_id, vehicle_id, at).await?;
    Ok(Json(ShiftView::with_break(shift, &app.coop.rules.shifts.rest)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftStopIn")]
pub struct StopIn {
    at: Option<Timestamp>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftBreakIn")]
pub struct BreakIn {
    at: Option<Timestamp>,
}

/// `POST /v1/me/shift/pause`
pub async fn pause_my_shift(
    app: Data<App>,
    by: AsCourier,
    body: Body<BreakIn>,
) -> Result<Json<ShiftView>, ApiError> {
    let shift = shifts::pause(&app.coop, by.0, body.value.at).await?;
    app.live.forget(by.0).await;
    Ok(Json(ShiftView::with_break(shift, &app.coop.rules.shifts.rest)))
}

/// `POST /v1/me/shift/resume`
pub async fn resume_my_shift(
    app: Data<App>,
    by: AsCourier,
    body: Body<BreakIn>,
) -> Result<Json<ShiftView>, ApiError> {
    let shift = shifts::resume(&app.coop, by.0, body.value.at).await?;
    Ok(Json(ShiftView::with_break(shift, &app.coop.rules.shifts.rest)))
}

/// `POST /v1/me/shift/stop`
pub async fn stop_my_shift(
    app: Data<App>,
    by: AsCourier,
    body: Body<StopIn>,
) -> Result<Json<ShiftView>, ApiError> {
    let shift = shifts::stop(&app.coop, by.0, body.value.at).await?;
    app.live.forget(by.0).await;
    Ok(Json(shift.into()))
}
