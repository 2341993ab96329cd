//! What dispatchers do to many deliveries at once, and to a courier's route.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::CommandError;
use crate::commands::desk::{self, Order};
use crate::db::{self, Conn, acts};
use crate::domain::desk::Act;
use crate::domain::ids::{CourierId, DeliveryId, HubId, TaskId};
use crate::domain::intake::ROUTE_MAX;
use crate::domain::task::{Failure, FailureCode};
use crate::domain::text::{Name, Note, Tag};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::{AsDispatcher, Ordering};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::v1::deliveries::view;
use crate::http::views::DeliveryView;

/// Most acts in one request.
const ACTS_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ActKind")]
enum Kind {
    Assign,
    Unassign,
    Cancel,
    Return,
    Restore,
    Reschedule,
    Note,
    Tag,
    Lock,
    Unlock,
    WaivePin,
    Split,
    Join,
}

/// An act, with what belongs to its kind and nothing else.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActIn {
    delivery_id: DeliveryId,
    /// The version that was on the screen.
    version: Option<i64>,
    act: Kind,
    courier_id: Option<CourierId>,
    reason: Option<Note>,
    code: Option<FailureCode>,
    ready_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    note: Option<Note>,
    #[schemars(with = "Option<Vec<Tag>>")]
    add: Option<BTreeSet<Tag>>,
    #[schemars(with = "Option<Vec<Tag>>")]
    remove: Option<BTreeSet<Tag>>,
    task_id: Option<TaskId>,
    hub_id: Option<HubId>,
}

impl ActIn {
    /// # Errors
    /// What is missing or too much, by its place; this is number `index` of the acts.
    fn read(self, index: usize) -> Result<Order, ApiError> {
        let wrong = |field: &str, detail: &str| ApiError::Invalid {
            detail: format!("{detail}: {field}"),
            pointer: Some(format!("/acts/{index}/{field}")),
        };
        let takes: &[&str] = match self.act {
            Kind::Assign => &["courier_id"],
            Kind::Cancel => &["reason"],
            Kind::Return => &["code", "note"],
            Kind::Reschedule => &["ready_at", "due_at"],
            Kind::Note => &["note"],
            Kind::Tag => &["add", "remove"],
            Kind::WaivePin => &["task_id", "reason"],
            Kind::Split => &["hub_id"],
            Kind::Unassign | Kind::Restore | Kind::Lock | Kind::Unlock | Kind::Join => &[],
        };
        let given = [
            ("courier_id", self.courier_id.is_some()),
            ("reason", self.reason.is_some()),
            ("code", self.code.is_some()),
            ("ready_at", self.ready_at.is_some()),
            ("due_at", self.due_at.is_some()),
            ("note", self.note.is_some()),
            ("add", self.add.is_some()),
            ("remove", self.remove.is_some()),
            ("task_id", self.task_id.is_some()),
            ("hub_id", self.hub_id.is_some()),
        ];
        if let Some((field, _)) = given.iter().find(|(field, is)| *is && !takes.contains(field)) {
            return Err(wrong(field, "this act does not take"));
        }
        let needed = |field| move || wrong(field, "this act needs");
        let act = match self.act {
            Kind::Assign => {
                Act::Assign { courier_id: self.courier_id.ok_or_else(needed("courier_id"))? }
            }
            Kind::Cancel => Act::Cancel { reason: self.reason.ok_or_else(needed("reason"))? },
            Kind::Return => Act::Return {
                reason: Failure { code: self.code.ok_or_else(needed("code"))?, note: self.note },
            },
            Kind::Reschedule => Act::Reschedule {
                ready_at: self.ready_at.ok_or_else(needed("ready_at"))?,
                due_at: self.due_at.ok_or_else(needed("due_at"))?,
            },
            Kind::Note => Act::Note { note: self.note },
            Kind::Tag => Act::Tag {
                add: self.add.unwrap_or_default(),
                remove: self.remove.unwrap_or_default(),
            },
            Kind::Unassign => Act::Unassign,
            Kind::Restore => Act::Restore,
            Kind::Lock => Act::Lock,
            Kind::Unlock => Act::Unlock,
            Kind::WaivePin => Act::WaivePin {
                task_id: self.task_id.ok_or_else(needed("task_id"))?,
                reason: self.reason.ok_or_else(needed("reason"))?,
            },
            Kind::Split => Act::Split { hub_id: self.hub_id.ok_or_else(needed("hub_id"))? },
            Kind::Join => Act::Join,
        };
        Ok(Order { delivery: self.delivery_id, version: self.version, act })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActsIn {
    #[schemars(length(min = 1, max = ACTS_MAX))]
    acts: Vec<ActIn>,
}

/// Who changed it last, where that was a dispatcher.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ActChanged")]
pub struct Changed {
    by: Name,
    at: Timestamp,
    act: String,
}

/// What came of one act. The delivery is as it is now, whether it was done or not.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ActOutcome")]
pub struct Outcome {
    delivery_id: DeliveryId,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryView>,
}

#[derive(Serialize, JsonSchema)]
pub struct ActsOut {
    results: Vec<Outcome>,
}

/// `POST /v1/board/acts`: each in a transaction of its own, in the order given. One that is refused
/// does not keep the others back.
pub async fn perform_acts(
    app: Data<App>,
    by: AsDispatcher,
    body: Body<ActsIn>,
) -> Result<Json<ActsOut>, ApiError> {
    let given = body.value.acts;
    if given.is_empty() || given.len() > ACTS_MAX {
        let detail = format!("between 1 and {ACTS_MAX} acts are possible");
        return Err(ApiError::Invalid { detail, pointer: Some("/acts".to_owned()) });
    }
    let orders = given.into_iter().enumerate().map(|(index, act)| act.read(index));
    let orders: Vec<Order> = orders.collect::<Result<_, _>>()?;
    let mut results = Vec::with_capacity(orders.len());
    for order in orders {
        let delivery_id = order.delivery;
        results.push(match desk::perform(&app.coop, by.0, &order).await {
            Ok(delivery) => {
                let mut conn = app.coop.conn().await?;
                let delivery = Some(view(&mut conn, delivery, Ordering::Everybody).await?);
                let (status, code, detail, changed) = (200, None, None, None);
                Outcome { delivery_id, status, code, detail, changed, delivery }
            }
            Err(error) => refused(&app, delivery_id, error).await?,
        });
    }
    Ok(Json(ActsOut { results }))
}

/// Why an act was not done, and how the delivery stands. What no other act would survive either
/// (the database is away) ends the request.
async fn refused(app: &App, id: DeliveryId, error: CommandError) -> Result<Outcome, ApiError> {
    let error = ApiError::from(error);
    let (status, code) = error.problem();
    if status.is_server_error() {
        return Err(error);
    }
    let mut conn = app.coop.conn().await?;
    let delivery = match db::deliveries::find(&mut conn, id).await? {
        Some(found) => Some(view(&mut conn, found, Ordering::Everybody).await?),
        None => None,
    };
    let version = delivery.as_ref().map(|delivery| delivery.version);
    Ok(Outcome {
        delivery_id: id,
        status: status.as_u16(),
        code: Some(code),
        detail: Some(error.to_string()),
        changed: changed(&mut conn, id, version).await?,
        delivery,
    })
}

/// The dispatcher's act that led to this version; none where a courier, a shop or the engine did.
async fn changed(
    conn: &mut Conn,
    id: DeliveryId,
    version: Option<i64>,
) -> Result<Option<Changed>, ApiError> {
    let last = acts::last(conn, id).await?.filter(|last| Some(last.version) == version);
    Ok(last.map(|last| Changed { by: last.by, at: last.at, act: last.kind }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteIn {
    /// The version that was on the screen.
    version: Option<i64>,
    #[schemars(length(max = ROUTE_MAX))]
    tasks: Vec<TaskId>,
}

/// `POST /v1/couriers/{id}/route`: another order of the stops ahead.
pub async fn reorder_route(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<CourierId>,
    key: Key,
    body: Body<RouteIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("reorder_route {}", id.0), &body);
    let RouteIn { version, tasks } = body.value;
    check_length(&tasks)?;
    let answer = desk::reorder(&app.coop, once.as_ref(), by.0, id.0, version, &tasks).await?;
    let mut builder = HttpResponse::Ok();
    if answer.replayed {
        builder.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(builder.json(answer.value))
}

/// An order names no more stops than a route has.
pub(super) fn check_length(tasks: &[TaskId]) -> Result<(), ApiError> {
    if tasks.len() <= ROUTE_MAX {
        return Ok(());
    }
    let detail = format!("at most {ROUTE_MAX} stops are possible");
    Err(ApiError::Invalid { detail, pointer: Some("/tasks".to_owned()) })
}
