//! Hubs, and what splitting a delivery at one would change.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::{hubs, legs};
use crate::db;
use crate::domain::geo::{Metres, Position};
use crate::domain::hub::{Hub, HubChange};
use crate::domain::ids::{DeliveryId, HubId};
use crate::domain::money::Money;
use crate::domain::text::{Address, Instructions, Name};
use crate::domain::time::Timestamp;
use crate::http::auth::{AsAdmin, AsDispatcher};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

/// `GET /v1/hubs`: closed ones, too.
pub async fn list_hubs(app: Data<App>, _by: AsDispatcher) -> Result<Json<Page<Hub>>, ApiError> {
    Ok(Json(Page::whole(db::hubs::list(&mut *app.coop.conn().await?).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HubIn {
    name: Name,
    place: Position,
    address: Address,
    /// How couriers get in, and where goods lie.
    instructions: Option<Instructions>,
}

/// `POST /v1/hubs`
pub async fn create_hub(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<HubIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_hub", &body);
    let HubIn { name, place, address, instructions } = body.value;
    let id = app.coop.clock.id(HubId::from_uuid);
    let hub = Hub { id, name, place, address, instructions, closed_at: None };
    let made = hubs::open(&app.coop, once.as_ref(), person(&by.0)?, hub).await?;
    Ok(created(made, |hub| hub))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HubChangeIn {
    name: Option<Name>,
    place: Option<Position>,
    address: Option<Address>,
    /// How couriers get in, and where goods lie.
    instructions: Option<Instructions>,
    /// Closed: no delivery is split there any more. What lies there goes on.
    closed: Option<bool>,
}

/// `PATCH /v1/hubs/{id}`: what is not named stays.
pub async fn change_hub(
    app: Data<App>,
    by: AsAdmin,
    id: PathId<HubId>,
    body: Body<HubChangeIn>,
) -> Result<Json<Hub>, ApiError> {
    let HubChangeIn { name, place, address, instructions, closed } = body.value;
    let change = HubChange { name, place, address, instructions, closed };
    Ok(Json(hubs::change(&app.coop, person(&by.0)?, id.0, &change).await?))
}

/// A way of a delivery.
#[derive(Serialize, JsonSchema)]
pub struct WayView {
    /// Metres from its first stop to its last.
    ride_m: Metres,
    /// What its courier is paid at least.
    pay: Money,
    ready_at: Timestamp,
    due_at: Timestamp,
}

impl From<legs::Way> for WayView {
    fn from(way: legs::Way) -> Self {
        let legs::Way { ride: ride_m, pay, ready_at, due_at } = way;
        Self { ride_m, pay, ready_at, due_at }
    }
}

/// What splitting a delivery at a hub would change.
#[derive(Serialize, JsonSchema)]
pub struct SplitView {
    hub_id: HubId,
    hub_name: Name,
    /// Metres that are ridden more than by one courier.
    extra_m: i64,
    /// As it is.
    whole: WayView,
    /// From the sender to the hub.
    first: WayView,
    /// From the hub to the customer.
    second: WayView,
}

impl From<legs::Effect> for SplitView {
    fn from(effect: legs::Effect) -> Self {
        let extra_m = effect.extra();
        let legs::Effect { hub: hub_id, hub_name, whole, first, second } = effect;
        let (whole, first, second) = (whole.into(), first.into(), second.into());
        Self { hub_id, hub_name, extra_m, whole, first, second }
    }
}

/// `GET /v1/deliveries/{id}/splits`: at each open hub, the shortest way first; nothing is written.
pub async fn list_splits(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<DeliveryId>,
) -> Result<Json<Page<SplitView>>, ApiError> {
    let effects = legs::effects(&app.coop, id.0).await?;
    Ok(Json(Page::whole(effects.into_iter().map(SplitView::from).collect())))
}
