//! What a courier has to do, in riding order.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::check_length;
use crate::commands::routes::{self, RouteOrder};
use crate::db;
use crate::domain::delivery::{Delivery, Goods, Parcel, WaitTerms, parcels};
use crate::domain::geo::Position;
use crate::domain::handover::{Need, Needs};
use crate::domain::hub::HubSeen;
use crate::domain::ids::{DeliveryId, TaskId};
use crate::domain::intake::ROUTE_MAX;
use crate::domain::pin::{Guard, PIN_TRIES_MAX};
use crate::domain::task::{Contact, Task, TaskKind, TaskState};
use crate::domain::text::{Address, Instructions, Name};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;

/// A stop of a courier's route.
#[derive(Serialize, JsonSchema)]
pub struct RouteStop {
    pub task_id: TaskId,
    pub delivery_id: DeliveryId,
    pub kind: TaskKind,
    #[schemars(extend("enum" = TaskState::NAMES))]
    pub state: &'static str,
    pub place: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    pub merchant_name: Name,
    pub ready_at: Timestamp,
    pub due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// When the courier arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// At a counter: from when on waiting is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitTerms>,
    /// What has to be shown there.
    pub needs: Needs,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = PIN_TRIES_MAX))]
    pub pin_tries_left: Option<u8>,
    /// The parcels that change hands there, as far as they are told apart.
    pub parcels: Vec<ParcelView>,
    /// The hub, where the stop is one: goods are left or taken on there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub: Option<HubSeen>,
    /// Whether the goods are there, where they are taken on at a hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods: Option<Goods>,
}

/// A parcel by its number; its code is `{delivery_id}#{number}`.
#[derive(Serialize, JsonSchema)]
pub struct ParcelView {
    pub number: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
}

impl RouteStop {
    /// A stop as its courier sees it.
    pub fn new(
        delivery: &Delivery,
        task: &Task,
        merchant_name: Name,
        guard: Option<&Guard>,
        wait: Option<WaitTerms>,
    ) -> Self {
        let needs = task.needs();
        let guard = guard.filter(|_| needs.has(Need::Pin));
        let expected = delivery.expected_at(task).parcels;
        let parcels = parcels(&delivery.packages).unwrap_or_default();
        let parcels = parcels.into_iter().filter(|parcel| expected.contains(&parcel.number));
        let parcels = parcels.map(|Parcel { number, package }| ParcelView {
            number,
            name: package.map(|package| package.name.clone()),
        });
        Self {
            task_id: task.id,
            delivery_id: delivery.id,
            kind: task.kind,
            state: task.state.name(),
            place: task.stop.place,
            address: task.stop.address.clone(),
            contact: task.stop.contact.clone(),
            instructions: delivery.instructions.clone(),
            merchant_name,
            ready_at: delivery.ready_at,
            due_at: delivery.due_at,
            after: task.stop.window.map(|window| window.after()),
            before: task.stop.window.map(|window| window.before()),
            started_at: task.state.stepped_at(),
            wait,
            needs,
            pin_tries_left: guard.map(Guard::left),
            parcels: parcels.collect(),
            hub: delivery.hub_at(task.kind).cloned(),
            goods: delivery.leg.goods().filter(|_| task.kind == TaskKind::Pickup),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct RouteView {
    version: i64,
    /// Within so many seconds a step may be taken back.
    undo_s: i64,
    stops: Vec<RouteStop>,
}

/// `GET /v1/me/route`: what is left to do, in riding order.
pub async fn show_my_route(app: Data<App>, by: AsCourier) -> Result<Json<RouteView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let version = db::couriers::route_version(&mut conn, by.0).await?;
    let route = db::tasks::route(&mut conn, by.0).await?;
    let mut deliveries = BTreeMap::new();
    for (id, ..) in &route {
        if !deliveries.contains_key(id)
            && let Some(found) = db::deliveries::find(&mut conn, *id).await?
        {
            let (name, _) = db::deliveries::names(&mut conn, found.merchant_id, None).await?;
            let promise = db::ledger::pendings::promise(&mut conn, *id, by.0).await?;
            deliveries.insert(*id, (found, name, promise.map(|promise| promise.tariff)));
        }
    }
    let tasks: Vec<TaskId> = route.iter().map(|(_, task, _)| *task).collect();
    let guards = db::pins::of(&mut conn, &tasks).await?;
    let stops = route.iter().filter_map(|(delivery, task, _)| {
        let (delivery, merchant_name, tariff) = deliveries.get(delivery)?;
        let task = delivery.tasks.iter().find(|one| one.id == *task)?;
        let wait = delivery.wait_terms(task.id, tariff.as_ref().unwrap_or(&app.coop.rules.tariff));
        Some(RouteStop::new(delivery, task, merchant_name.clone(), guards.get(&task.id), wait))
    });
    let undo_s = app.coop.rules.service.undo_s;
    Ok(Json(RouteView { version, undo_s, stops: stops.collect() }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MyRouteIn")]
pub struct RouteIn {
    /// The version that was on the screen.
    version: i64,
    #[schemars(length(max = ROUTE_MAX))]
    tasks: Vec<TaskId>,
}

/// `POST /v1/me/route`: the courier rides in another order.
pub async fn reorder_my_route(
    app: Data<App>,
    by: AsCourier,
    body: Body<RouteIn>,
) -> Result<Json<RouteOrder>, ApiError> {
    let RouteIn { version, tasks } = body.value;
    check_length(&tasks)?;
    Ok(Json(routes::reorder_own(&app.coop, by.0, version, &tasks).await?))
}
