//! Tours: what dispatchers put together for one courier.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::commands::tours::{self, Change, NewTour, Seen};
use crate::db;
use crate::domain::day::Day;
use crate::domain::ids::{CourierId, DeliveryId, TaskId, TourId};
use crate::domain::text::Name;
use crate::domain::tour::{DELIVERIES_MAX, STOPS_MAX, TourTold};
use crate::http::auth::AsDispatcher;
use crate::http::body::{Body, Key, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

/// # Errors
/// 422 where a list is longer than it may be.
fn bounded<T>(list: &[T], most: usize, field: &str) -> Result<(), ApiError> {
    if list.len() <= most {
        return Ok(());
    }
    let detail = format!("at most {most} are possible");
    Err(ApiError::Invalid { detail, pointer: Some(format!("/{field}")) })
}

#[derive(Deserialize, JsonSchema)]
pub struct DayQuery {
    /// Tours of this day; left out: from today on, and older ones that are not finished.
    day: Option<Day>,
}

/// `GET /v1/tours`: two hundred at most.
pub async fn list_tours(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<Page<TourTold>>, ApiError> {
    let DayQuery { day } = query(&request)?;
    let mut conn = app.coop.conn().await?;
    let found = match day {
        Some(day) => db::tours::of_day(&mut conn, day).await?,
        None => {
            let today = Day::of(app.coop.clock.now(), &app.coop.rules.zone);
            db::tours::since(&mut conn, today).await?
        }
    };
    Ok(Json(Page::whole(tours::describe(&app.coop, &mut conn, found).await?)))
}

/// `GET /v1/tours/{id}`
pub async fn show_tour(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<TourId>,
) -> Result<Json<TourTold>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let tour = db::tours::find(&mut conn, id.0).await?.ok_or(ApiError::NotFound("tour"))?;
    let told = tours::describe(&app.coop, &mut conn, vec![tour]).await?.pop();
    Ok(Json(told.ok_or(ApiError::NotFound("tour"))?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TourIn {
    name: Name,
    day: Day,
    #[schemars(length(max = DELIVERIES_MAX))]
    delivery_ids: Vec<DeliveryId>,
    /// Their tasks in riding order; left out: delivery by delivery.
    #[serde(default)]
    #[schemars(length(max = STOPS_MAX))]
    stops: Vec<TaskId>,
}

/// `POST /v1/tours`
pub async fn create_tour(
    app: Data<App>,
    by: AsDispatcher,
    key: Key,
    body: Body<TourIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_tour", &body);
    let TourIn { name, day, delivery_ids: deliveries, stops } = body.value;
    bounded(&deliveries, DELIVERIES_MAX, "delivery_ids")?;
    bounded(&stops, STOPS_MAX, "stops")?;
    let new = NewTour { name, day, deliveries, stops };
    Ok(created(tours::make(&app.coop, once.as_ref(), by.0, &new).await?, |made| made))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TourChangeIn {
    /// The version that was on the screen.
    version: Option<i64>,
    name: Option<Name>,
    /// Deliveries to take in.
    #[serde(default)]
    #[schemars(length(max = DELIVERIES_MAX))]
    add: Vec<DeliveryId>,
    /// Deliveries to take out; who holds them goes on holding them.
    #[serde(default)]
    #[schemars(length(max = DELIVERIES_MAX))]
    remove: Vec<DeliveryId>,
    /// Its tasks in riding order; those that are not named come behind, as they were.
    #[schemars(length(max = STOPS_MAX))]
    stops: Option<Vec<TaskId>>,
}

/// `PATCH /v1/tours/{id}`: another name, other deliveries, another order.
pub async fn change_tour(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<TourId>,
    body: Body<TourChangeIn>,
) -> Result<Json<TourTold>, ApiError> {
    let TourChangeIn { version, name, add, remove, stops } = body.value;
    bounded(&add, DELIVERIES_MAX, "add")?;
    bounded(&remove, DELIVERIES_MAX, "remove")?;
    bounded(stops.as_deref().unwrap_or_default(), STOPS_MAX, "stops")?;
    let seen = Seen { by: by.0, tour: id.0, version };
    let change = Change { name, add, remove, stops };
    Ok(Json(tours::change(&app.coop, seen, &change).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveIn {
    /// The version that was on the screen.
    version: Option<i64>,
    courier_id: CourierId,
}

/// `POST /v1/tours/{id}/give`: all that is not on a bike, to one courier.
pub async fn give_tour(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<TourId>,
    body: Body<GiveIn>,
) -> Result<Json<TourTold>, ApiError> {
    let GiveIn { version, courier_id } = body.value;
    let seen = Seen { by: by.0, tour: id.0, version };
    Ok(Json(tours::give(&app.coop, seen, courier_id).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenIn {
    /// The version that was on the screen.
    version: Option<i64>,
}

/// `POST /v1/tours/{id}/take-back`: all that is not picked up.
pub async fn take_back_tour(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<TourId>,
    body: Body<SeenIn>,
) -> Result<Json<TourTold>, ApiError> {
    let seen = Seen { by: by.0, tour: id.0, version: body.value.version };
    Ok(Json(tours::take_back(&app.coop, seen).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CarryIn {
    /// The version that was on the screen.
    version: Option<i64>,
    day: Day,
}

/// `POST /v1/tours/{id}/carry`: what nobody has yet, to another day. Answers the tour of that day.
pub async fn carry_tour(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<TourId>,
    key: Key,
    body: Body<CarryIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("carry_tour {}", id.0), &body);
    let CarryIn { version, day } = body.value;
    let seen = Seen { by: by.0, tour: id.0, version };
    Ok(created(tours::carry(&app.coop, once.as_ref(), seen, day).await?, |made| made))
}

/// `POST /v1/tours/{id}/remove`
pub async fn remove_tour(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<TourId>,
    body: Body<SeenIn>,
) -> Result<HttpResponse, ApiError> {
    let seen = Seen { by: by.0, tour: id.0, version: body.value.version };
    tours::remove(&app.coop, seen).await?;
    Ok(HttpResponse::NoContent().finish())
}
