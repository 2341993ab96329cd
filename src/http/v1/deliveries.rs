//! Deliveries: asked for, read, called off, given by hand.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::desk::{self, Order};
use crate::commands::returns::{self, Caller};
use crate::commands::{Answer, amendments, deliveries, pay};
use crate::db;
use crate::db::Conn;
use crate::domain::access::Subject;
use crate::domain::delivery::{
    Amendment, Delivery, DeliveryState, IfUndeliverable, PACKAGES_MAX, Package, Request, STOPS_MAX,
};
use crate::domain::desk::Act;
use crate::domain::handover::Need;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use crate::domain::money::Money;
use crate::domain::slot::Choice;
use crate::domain::task::{Contact, Failure, Stop, Task, TaskKind};
use crate::domain::text::{Instructions, Note, Reference};
use crate::domain::time::{Seconds, Timestamp};
use crate::http::auth::{AsDispatcher, AsOrdering, Ordering};
use crate::http::body::{Body, Key, Nothing, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::views::DeliveryView;
use crate::http::{App, answered};

/// The delivery with the names it is shown with, the desk's marks for the desk, and PINs for its
/// merchant.
pub async fn view(
    conn: &mut Conn,
    delivery: Delivery,
    to: Ordering,
) -> Result<DeliveryView, ApiError> {
    let courier = delivery.state.holding().map(|holding| holding.courier);
    let (merchant, courier) = db::deliveries::names(conn, delivery.merchant_id, courier).await?;
    let waiting = |task: &&Task| task.needs().has(Need::Pin) && !task.state.is_over();
    let asked: Vec<TaskId> = delivery.tasks.iter().filter(waiting).map(|task| task.id).collect();
    let mut shown = match to {
        Ordering::Everybody => DeliveryView::for_desk(delivery, merchant, courier),
        Ordering::Own(_) => DeliveryView::new(delivery, merchant, courier),
    };
    if !asked.is_empty() {
        let mut guards = db::pins::of(conn, &asked).await?;
        for task in &mut shown.tasks {
            let Some(guard) = guards.remove(&task.id) else { continue };
            task.pin_tries_left = Some(guard.left());
            // Somebody at the desk may be a courier, too.
            task.pin = matches!(to, Ordering::Own(_)).then_some(guard.pin);
        }
    }
    Ok(shown)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryIn {
    /// Whose delivery; only a dispatcher has to say.
    pub(super) merchant_id: Option<MerchantId>,
    external_reference: Option<Reference>,
    ready_at: Option<Timestamp>,
    #[serde(default)]
    #[schemars(length(max = STOPS_MAX))]
    pickups: Vec<Stop>,
    #[schemars(length(min = 1, max = STOPS_MAX))]
    dropoffs: Vec<Stop>,
    #[serde(default)]
    #[schemars(length(max = PACKAGES_MAX))]
    packages: Vec<Package>,
    instructions: Option<Instructions>,
    /// What becomes of goods that nobody takes.
    #[serde(default)]
    if_undeliverable: IfUndeliverable,
    /// Books a place, and gives every drop-off the slot's window.
    slot: Option<Choice>,
}

impl From<DeliveryIn> for Request {
    fn from(given: DeliveryIn) -> Self {
        Self {
            external_reference: given.external_reference,
            ready_at: given.ready_at,
            pickups: given.pickups,
            dropoffs: given.dropoffs,
            packages: given.packages,
            instructions: given.instructions,
            if_undeliverable: given.if_undeliverable,
            slot: given.slot,
        }
    }
}

/// 201 with the delivery and where it is.
pub(super) async fn created_delivery(
    app: &App,
    answer: Answer<Delivery>,
    to: Ordering,
) -> Result<HttpResponse, ApiError> {
    let location = format!("/v1/deliveries/{}", answer.value.id);
    let shown = view(&mut *app.coop.conn().await?, answer.value, to).await?;
    let mut builder = answered(answer.replayed);
    Ok(builder.insert_header(("Location", location)).json(shown))
}

/// `POST /v1/deliveries`
pub async fn create_delivery(
    app: Data<App>,
    by: AsOrdering,
    key: Key,
    body: Body<DeliveryIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_delivery", &body);
    let given = body.value;
    let merchant = by.0.merchant(given.merchant_id)?;
    let answer = deliveries::create(&app.coop, once.as_ref(), merchant, given.into()).await?;
    created_delivery(&app, answer, by.0).await
}

#[derive(Deserialize, JsonSchema)]
pub struct StateQuery {
    #[schemars(extend("enum" = DeliveryState::NAMES))]
    state: Option<String>,
}

/// `GET /v1/deliveries`: the newest first; a merchant's own, a dispatcher's all.
pub async fn list_deliveries(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<Json<Page<DeliveryView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let state = match query::<StateQuery>(&request)?.state {
        None => None,
        Some(wanted) => {
            let known = DeliveryState::NAMES.into_iter().find(|state| *state == wanted);
            Some(known.ok_or_else(|| ApiError::Invalid {
                detail: format!("state is one of {}", DeliveryState::NAMES.join(", ")),
                pointer: None,
            })?)
        }
    };
    let filter = db::deliveries::Filter {
        merchant: by.0.only(),
        courier: None,
        state,
        before: paging.cursor::<DeliveryId>()?,
    };
    let mut conn = app.coop.conn().await?;
    let found = db::deliveries::list(&mut conn, filter, limit).await?;
    let mut items = Vec::with_capacity(found.len());
    for delivery in found {
        items.push(view(&mut conn, delivery, by.0).await?);
    }
    Ok(Json(Page::new(items, limit, |delivery| delivery.id)))
}

/// `GET /v1/deliveries/{id}`
pub async fn show_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
) -> Result<Json<DeliveryView>, ApiError> {
    let delivery = own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    Ok(Json(view(&mut *app.coop.conn().await?, delivery, by.0).await?))
}

/// A delivery that the caller may see.
pub(super) async fn own(
    app: &App,
    by: Ordering,
    id: DeliveryId,
) -> Result<Option<Delivery>, ApiError> {
    let found = db::deliveries::find(&mut *app.coop.conn().await?, id).await?;
    let may_see = |found: &Delivery| {
        by.only().is_none_or(|own| found.merchant_id == own && !found.leg.is_internal())
    };
    Ok(found.filter(may_see))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendIn {
    instructions: Option<Instructions>,
    /// Whom to ask for at the last drop-off.
    contact: Option<Contact>,
    #[schemars(length(max = PACKAGES_MAX))]
    packages: Option<Vec<Package>>,
    if_undeliverable: Option<IfUndeliverable>,
}

/// `PATCH /v1/deliveries/{id}`: what is not named stays; `docs/reference/deliveries.md` says what
/// may still be changed when.
pub async fn amend_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<AmendIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let AmendIn { instructions, contact, packages, if_undeliverable } = body.value;
    let change = Amendment { instructions, contact, packages, if_undeliverable };
    let amended = amendments::amend(&app.coop, by.0.only(), id.0, &change).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, amended, by.0).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadyIn {
    /// Left out: now.
    ready_at: Option<Timestamp>,
}

/// `POST /v1/deliveries/{id}/ready`: ready now, or running late.
pub async fn ready_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<ReadyIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let ready = amendments::ready(&app.coop, by.0.only(), id.0, body.value.ready_at).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, ready, by.0).await?))
}

#[derive(Serialize, JsonSchema)]
pub struct LinkView {
    task_id: TaskId,
    url: String,
    expires_at: Timestamp,
}

/// `GET /v1/deliveries/{id}/links`: a tracking page for the customer at each drop-off.
pub async fn show_links(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
) -> Result<Json<Page<LinkView>>, ApiError> {
    let delivery = own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let expires_at = delivery.due_at + Seconds(app.config.service.link_hours * 3600);
    let doors = delivery.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
    let base = &app.config.server.public_url;
    let link = |door: &Task| LinkView {
        task_id: door.id,
        url: app.keys.links().address(base, door.id, expires_at),
        expires_at,
    };
    Ok(Json(Page::whole(doors.map(link).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelIn {
    reason: Note,
}

/// `POST /v1/deliveries/{id}/cancel`: until it is picked up.
pub async fn cancel_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<CancelIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let reason = body.value.reason;
    let cancelled = match (by.0, by.1.subject) {
        (Ordering::Own(owner), _) => deliveries::cancel(&app.coop, owner, id.0, reason).await?,
        (Ordering::Everybody, Subject::User(user)) => {
            let order = Order { delivery: id.0, version: None, act: Act::Cancel { reason } };
            desk::perform(&app.coop, user, &order).await?
        }
        (Ordering::Everybody, Subject::Client(_)) => {
            return Err(ApiError::Forbidden("this needs a person"));
        }
    };
    Ok(Json(view(&mut *app.coop.conn().await?, cancelled, by.0).await?))
}

/// `POST /v1/deliveries/{id}/return`: brought back to the sender, once it is picked up.
pub async fn return_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    key: Key,
    body: Body<Failure>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("return_delivery {}", id.0), &body);
    let caller = match (by.0, by.1.subject) {
        (Ordering::Own(owner), _) => Caller::Merchant(owner),
        (Ordering::Everybody, Subject::User(user)) => Caller::Desk(user),
        (Ordering::Everybody, Subject::Client(_)) => {
            return Err(ApiError::Forbidden("this needs a person"));
        }
    };
    let answer = returns::call_back(&app.coop, once.as_ref(), caller, id.0, body.value).await?;
    let shown = view(&mut *app.coop.conn().await?, answer.value, by.0).await?;
    let mut builder = HttpResponse::Ok();
    if answer.replayed {
        builder.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(builder.json(shown))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignIn {
    courier_id: CourierId,
}

/// `POST /v1/deliveries/{id}/assign`: by hand; the engine leaves it so.
pub async fn assign_delivery(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<DeliveryId>,
    body: Body<AssignIn>,
) -> Result<Json<DeliveryView>, ApiError> {
    let act = Act::Assign { courier_id: body.value.courier_id };
    let order = Order { delivery: id.0, version: None, act };
    let given = desk::perform(&app.coop, by.0, &order).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, given, Ordering::Everybody).await?))
}

/// `POST /v1/deliveries/{id}/unassign`: until it is picked up.
pub async fn unassign_delivery(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<DeliveryId>,
    _body: Body<Nothing>,
) -> Result<Json<DeliveryView>, ApiError> {
    let order = Order { delivery: id.0, version: None, act: Act::Unassign };
    let open = desk::perform(&app.coop, by.0, &order).await?;
    Ok(Json(view(&mut *app.coop.conn().await?, open, Ordering::Everybody).await?))
}

/// `POST /v1/deliveries/{id}/tip`: what a customer gives the courier, known before the delivery or
/// after it. Saying the same twice is saying it once.
pub async fn tip_delivery(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    body: Body<Money>,
) -> Result<Json<Money>, ApiError> {
    Ok(Json(pay::tip(&app.coop, by.0.only(), id.0, body.value).await?))
}
