//! What merchants' programs are told: endpoints, the log of what was sent, and the events
//! themselves, for whoever has missed some.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::webhooks::{self, Change, Opened};
use crate::db;
use crate::db::outbox::Published;
use crate::db::webhooks::{Attempt, Message};
use crate::domain::event::Event;
use crate::domain::ids::{MerchantId, MessageId, WebhookId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Kind, Webhook, WebhookUrl};
use crate::http::auth::{AsOrdering, Ordering};
use crate::http::body::{Body, Key, Nothing, PathId, query};
use crate::http::error::ApiError;
use crate::http::events::EventData;
use crate::http::paging::{self, LIMIT_DEFAULT, LIMIT_MAX, Page, Paging};
use crate::http::{App, created, reach};

#[derive(Serialize, JsonSchema)]
pub struct WebhookView {
    id: WebhookId,
    merchant_id: MerchantId,
    url: WebhookUrl,
    kinds: Vec<Kind>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    failures: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    created_at: Timestamp,
    /// Only where it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for WebhookView {
    fn from(hook: Webhook) -> Self {
        Self {
            id: hook.id,
            merchant_id: hook.merchant_id,
            url: hook.url,
            kinds: hook.kinds,
            enabled: hook.disabled_reason.is_none(),
            disabled_reason: hook.disabled_reason,
            failures: hook.health.failures,
            failing_since: hook.health.failing_since,
            created_at: hook.created_at,
            secret: None,
        }
    }
}

impl From<Opened> for WebhookView {
    fn from(opened: Opened) -> Self {
        Self { secret: Some(opened.secret.text()), ..opened.hook.into() }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookIn {
    /// Whose; only a dispatcher has to say.
    merchant_id: Option<MerchantId>,
    url: WebhookUrl,
    /// Which events; none for all.
    #[serde(default)]
    kinds: Vec<Kind>,
}

/// `POST /v1/webhooks`: the secret is in this answer alone.
pub async fn create_webhook(
    app: Data<App>,
    by: AsOrdering,
    key: Key,
    body: Body<WebhookIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_webhook", &body);
    let merchant = by.0.merchant(body.value.merchant_id)?;
    let WebhookIn { url, kinds, .. } = body.value;
    let (seal, reach) = (app.keys.seal(), reach(&app.config));
    let opened =
        webhooks::create(&app.coop, seal, reach, once.as_ref(), merchant, url, kinds).await?;
    Ok(created(opened, WebhookView::from))
}

/// `GET /v1/webhooks`
pub async fn list_webhooks(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<Json<Page<WebhookView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let mut conn = app.coop.conn().await?;
    let found = db::webhooks::list(&mut conn, by.0.only(), paging.cursor()?, limit).await?;
    let items = found.into_iter().map(WebhookView::from).collect();
    Ok(Json(Page::new(items, limit, |hook: &WebhookView| hook.id)))
}

async fn own(app: &App, by: Ordering, id: WebhookId) -> Result<Webhook, ApiError> {
    let found = db::webhooks::find(&mut *app.coop.conn().await?, id).await?;
    let own = found.filter(|hook| by.only().is_none_or(|own| hook.merchant_id == own));
    own.ok_or(ApiError::NotFound("webhook"))
}

/// `GET /v1/webhooks/{id}`
pub async fn show_webhook(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
) -> Result<Json<WebhookView>, ApiError> {
    Ok(Json(own(&app, by.0, id.0).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookChangeIn")]
pub struct ChangeIn {
    url: Option<WebhookUrl>,
    kinds: Option<Vec<Kind>>,
    enabled: Option<bool>,
}

/// `PATCH /v1/webhooks/{id}`: what is not named stays.
pub async fn change_webhook(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
    body: Body<ChangeIn>,
) -> Result<Json<WebhookView>, ApiError> {
    let ChangeIn { url, kinds, enabled } = body.value;
    let change = Change { url, kinds, enabled };
    let (owner, reach) = (by.0.only(), reach(&app.config));
    Ok(Json(webhooks::change(&app.coop, reach, owner, id.0, change).await?.into()))
}

/// `DELETE /v1/webhooks/{id}`
pub async fn remove_webhook(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
) -> Result<HttpResponse, ApiError> {
    webhooks::remove(&app.coop, by.0.only(), id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/webhooks/{id}/secret`: a new one; the old one signs along for a day.
pub async fn rotate_secret(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
    _body: Body<Nothing>,
) -> Result<Json<WebhookView>, ApiError> {
    let opened = webhooks::rotate(&app.coop, app.keys.seal(), by.0.only(), id.0).await?;
    Ok(Json(opened.into()))
}

#[derive(Serialize, JsonSchema)]
pub struct TestView {
    message_id: MessageId,
}

/// `POST /v1/webhooks/{id}/test`: sends `webhook.test`.
pub async fn test_webhook(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let message_id = webhooks::test(&app.coop, by.0.only(), id.0).await?;
    Ok(HttpResponse::Accepted().json(TestView { message_id }))
}

/// What becomes of a message.
const STATES: [&str; 3] = ["waiting", "delivered", "failed"];

#[derive(Serialize, JsonSchema)]
pub struct MessageView {
    id: MessageId,
    webhook_id: WebhookId,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    #[schemars(extend("enum" = STATES))]
    state: String,
    tries: i32,
    made_at: Timestamp,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        let due_at = message.ended_at.is_none().then_some(message.due_at);
        Self {
            id: message.id,
            webhook_id: message.webhook_id,
            kind: message.kind,
            seq: message.event_seq,
            state: message.state,
            tries: message.attempts,
            made_at: message.made_at,
            due_at,
            ended_at: message.ended_at,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub struct StateQuery {
    #[schemars(extend("enum" = STATES))]
    state: Option<String>,
}

/// `GET /v1/webhooks/{id}/messages`: what was and will be told, the newest first.
pub async fn list_messages(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<WebhookId>,
    request: HttpRequest,
) -> Result<Json<Page<MessageView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let state = query::<StateQuery>(&request)?.state;
    if state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        let detail = format!("state is one of {}", STATES.join(", "));
        return Err(ApiError::Invalid { detail, pointer: None });
    }
    let hook = own(&app, by.0, id.0).await?;
    let mut conn = app.coop.conn().await?;
    let before = paging.cursor()?;
    let found = db::webhooks::messages(&mut conn, hook.id, state.as_deref(), before, limit).await?;
    let items = found.into_iter().map(MessageView::from).collect();
    Ok(Json(Page::new(items, limit, |message: &MessageView| message.id)))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttemptView")]
pub struct TryView {
    number: i32,
    at: Timestamp,
    took_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Attempt> for TryView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { number, at, took_ms, status, error, .. } = attempt;
        Self { number, at, took_ms, status, error }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct MessageDetail {
    #[serde(flatten)]
    message: MessageView,
    /// As it is sent: `type`, `timestamp` and `data` of the event.
    #[schemars(with = "BTreeMap<String, Value>")]
    body: Value,
    log: Vec<TryView>,
}

/// `GET /v1/webhook-messages/{id}`: a message with each of its tries.
pub async fn show_message(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<MessageId>,
) -> Result<Json<MessageDetail>, ApiError> {
    let none = || ApiError::NotFound("message");
    let found = db::webhooks::find_message(&mut *app.coop.conn().await?, id.0).await?;
    let message = found.ok_or_else(none)?;
    own(&app, by.0, message.webhook_id).await.map_err(|_| none())?;
    let log = db::webhooks::attempts(&mut *app.coop.conn().await?, id.0).await?;
    Ok(Json(MessageDetail {
        body: serde_json::from_str(&message.body).unwrap_or_default(),
        message: message.into(),
        log: log.into_iter().map(TryView::from).collect(),
    }))
}

/// `POST /v1/webhook-messages/{id}/replay`: once more, with the same id.
pub async fn replay_message(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<MessageId>,
    _body: Body<Nothing>,
) -> Result<Json<MessageView>, ApiError> {
    Ok(Json(webhooks::replay(&app.coop, by.0.only(), id.0).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
pub struct AfterQuery {
    /// The number of the last event that is known already.
    after: Option<i64>,
    /// Most events at once.
    #[schemars(range(min = 1, max = LIMIT_MAX), extend("default" = LIMIT_DEFAULT))]
    limit: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
pub struct EventView {
    seq: i64,
    r#type: String,
    timestamp: Timestamp,
    data: EventData,
}

fn told(event: Published) -> Option<EventView> {
    let Published { seq, kind, occurred_at, payload, .. } = event;
    let told: Event = serde_json::from_value(payload).ok()?;
    Some(EventView { seq, r#type: kind, timestamp: occurred_at, data: told.into() })
}

#[derive(Serialize, JsonSchema)]
pub struct EventPage {
    items: Vec<EventView>,
    /// What to ask after next; the same as before when there is nothing new.
    next_after: i64,
}

/// `GET /v1/events?after=`: everything that happened after an event's number, in order.
pub async fn list_events(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<Json<EventPage>, ApiError> {
    let AfterQuery { after, limit } = query(&request)?;
    let (after, limit) = (after.unwrap_or(0), paging::limit(limit)?);
    let mut conn = app.coop.conn().await?;
    let found = db::outbox::for_merchants(&mut conn, by.0.only(), after, limit).await?;
    let next_after = found.last().map_or(after, |event| event.seq);
    Ok(Json(EventPage { items: found.into_iter().filter_map(told).collect(), next_after }))
}
