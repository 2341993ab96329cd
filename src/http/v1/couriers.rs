//! Couriers, as those see them who take them in and plan with them.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::people::{self, NewLogin};
use crate::commands::shifts::{self, Planned};
use crate::db;
use crate::domain::identity::Email;
use crate::domain::ids::CourierId;
use crate::domain::shift::absence::Warning;
use crate::domain::text::Name;
use crate::domain::time::{TimeWindow, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::http::auth::{AsAdmin, AsDispatcher};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::views::{CourierView, ShiftView};
use crate::http::{App, created};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CourierIn {
    name: Name,
    email: Email,
    #[schemars(length(min = 10, max = 200))]
    password: String,
    #[serde(default)]
    vehicle: VehicleKind,
}

/// `POST /v1/couriers`: the courier and the login to ride with.
pub async fn create_courier(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<CourierIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_courier", &body);
    let CourierIn { name, email, password, vehicle } = body.value;
    let login = NewLogin { name, email, password };
    let made_by = person(&by.0)?;
    let answer = people::create_courier(&app.coop, once.as_ref(), made_by, login, vehicle).await?;
    Ok(created(answer, CourierView::from))
}

/// `GET /v1/couriers`
pub async fn list_couriers(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<CourierView>>, ApiError> {
    let couriers = db::couriers::list(&mut *app.coop.conn().await?).await?;
    Ok(Json(Page::whole(couriers.into_iter().map(CourierView::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftIn {
    from: Timestamp,
    to: Timestamp,
}

/// A shift that was agreed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlannedShift")]
pub struct PlannedView {
    #[serde(flatten)]
    shift: ShiftView,
    /// What speaks against it without forbidding it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// `POST /v1/couriers/{id}/shifts`: agrees a shift.
pub async fn plan_shift(
    app: Data<App>,
    by: AsDispatcher,
    courier: PathId<CourierId>,
    key: Key,
    body: Body<ShiftIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("plan_shift {}", courier.0), &body);
    let window = TimeWindow::new(body.value.from, body.value.to)
        .map_err(|error| ApiError::Command(error.into()))?;
    let answer = shifts::plan(&app.coop, once.as_ref(), courier.0, window).await?;
    Ok(created(answer, |Planned { shift, warnings }| PlannedView { shift: shift.into(), warnings }))
}
