//! A courier's own shifts and positions.

use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};

use crate::commands::shifts;
use crate::db;
use crate::domain::geo::Position;
use crate::domain::ids::ShiftId;
use crate::domain::time::{Seconds, Timestamp};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::ShiftView;
use crate::live::Fix;

/// `GET /v1/me/shifts`
pub async fn list_my_shifts(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<ShiftView>>, ApiError> {
    let shifts = db::shifts::list(&mut *app.coop.conn().await?, by.0).await?;
    Ok(Json(Page::whole(shifts.into_iter().map(ShiftView::from).collect())))
}

/// `GET /v1/me/shift`: the open one.
pub async fn show_my_shift(app: Data<App>, by: AsCourier) -> Result<Json<ShiftView>, ApiError> {
    let open = db::shifts::find_open(&mut *app.coop.conn().await?, by.0).await?;
    open.map(|shift| Json(shift.into())).ok_or(ApiError::NotFound("open shift"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartIn {
    shift_id: Option<ShiftId>,
    at: Option<Timestamp>,
}

/// `POST /v1/me/shift/start`
pub async fn start_my_shift(
    app: Data<App>,
    by: AsCourier,
    body: Body<StartIn>,
) -> Result<Json<ShiftView>, ApiError> {
    let StartIn { shift_id, at } = body.value;
    Ok(Json(shifts::start(&app.coop, by.0, shift_id, at).await?.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopIn {
    at: Option<Timestamp>,
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

/// Most fixes in a batch.
const FIXES_MAX: usize = 100;
/// How far a device's clock may run ahead.
const AHEAD_MAX: Seconds = Seconds(300);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixIn {
    at: Timestamp,
    latitude: f64,
    longitude: f64,
    #[expect(dead_code, reason = "accepted from phones; nothing weighs it yet")]
    accuracy_m: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixesIn {
    fixes: Vec<FixIn>,
}

#[derive(Serialize)]
pub struct Dropped {
    index: usize,
    reason: &'static str,
}

#[derive(Serialize)]
pub struct FixesOut {
    accepted: usize,
    dropped: Vec<Dropped>,
}

/// `POST /v1/me/positions`: kept in an open shift only, and the answer says so.
pub async fn report_positions(
    app: Data<App>,
    by: AsCourier,
    body: Body<FixesIn>,
) -> Result<Json<FixesOut>, ApiError> {
    let fixes = body.value.fixes;
    if fixes.is_empty() || fixes.len() > FIXES_MAX {
        let detail = format!("a batch has 1 to {FIXES_MAX} fixes");
        return Err(ApiError::Invalid { detail, pointer: Some("/fixes".to_owned()) });
    }
    let open = db::shifts::find_open(&mut *app.coop.conn().await?, by.0).await?;
    let now = app.coop.clock.now();
    let mut kept = Vec::with_capacity(fixes.len());
    let mut dropped = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        let position = Position::from_degrees(fix.latitude, fix.longitude);
        let reason = match (&open, &position) {
            (None, _) => "off-shift",
            (Some(_), Err(_)) => "not-a-place",
            (Some(_), Ok(_)) if fix.at.since(now) > AHEAD_MAX => "from-the-future",
            (Some(_), Ok(position)) => {
                kept.push(Fix { courier_id: by.0, position: *position, at: fix.at.min(now) });
                continue;
            }
        };
        dropped.push(Dropped { index, reason });
    }
    // Only the newest is live; the others are on the way to it.
    let accepted = kept.len();
    if let Some(last) = kept.into_iter().max_by_key(|fix| fix.at) {
        app.live.put(&[last]).await;
    }
    Ok(Json(FixesOut { accepted, dropped }))
}
