//! What goes wrong on the way: told by couriers, looked after by dispatchers, shown to merchants where
//! a dispatcher wants that.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::deliveries::own;
use crate::commands::CommandError;
use crate::commands::incidents::{self, Told};
use crate::db;
use crate::db::incidents::{Filter, MARKED_MAX};
use crate::domain::ids::{CourierId, DeliveryId, IncidentId, IncidentPictureId, TaskId, UserId};
use crate::domain::incident::{Comment, Filing, Incident, Kind, Priority, State};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::{AsCourier, AsDispatcher, AsOrdering};
use crate::http::body::{self, Body, Key, Nothing, OptionalBody, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::pictures::{Size, Whose};

/// An incident as its courier sees it.
#[derive(Serialize, JsonSchema)]
pub struct IncidentView {
    pub id: IncidentId,
    pub courier_id: CourierId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Note>,
    pub happened_at: Timestamp,
    pub reported_at: Timestamp,
    pub priority: Priority,
    #[schemars(extend("enum" = State::NAMES))]
    pub state: &'static str,
    /// What was done about it, once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<Note>,
    /// When it was closed or opened again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<Timestamp>,
    pub version: i64,
}

impl From<Incident> for IncidentView {
    fn from(incident: Incident) -> Self {
        let state = incident.state.name();
        let (moved_at, done) = match incident.state {
            State::Open => (None, None),
            State::Closed { hand, done } => (Some(hand.at), Some(done)),
            State::Reopened { hand } => (Some(hand.at), None),
        };
        let (task_id, delivery_id) = incident.stop.unzip();
        Self {
            id: incident.id,
            courier_id: incident.courier_id,
            delivery_id,
            task_id,
            kind: incident.kind,
            text: incident.text,
            happened_at: incident.happened_at,
            reported_at: incident.reported_at,
            priority: incident.priority,
            state,
            done,
            moved_at,
            version: incident.version,
        }
    }
}

/// The same as dispatchers see it.
#[derive(Serialize, JsonSchema)]
pub struct FiledIncident {
    #[serde(flatten)]
    incident: IncidentView,
    courier_name: String,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<UserId>,
    /// What the merchant of the delivery is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<Note>,
}

impl FiledIncident {
    fn new(incident: Incident, courier_name: String) -> Self {
        let (assigned_to, shared) = (incident.assigned_to, incident.shared.clone());
        Self { incident: incident.into(), courier_name, assigned_to, shared }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IncidentComment")]
pub struct CommentView {
    at: Timestamp,
    by: String,
    text: Note,
}

impl From<Comment> for CommentView {
    fn from(Comment { at, by_name, text }: Comment) -> Self {
        Self { at, by: by_name.to_string(), text }
    }
}

/// One incident with all that belongs to it.
#[derive(Serialize, JsonSchema)]
pub struct IncidentFile {
    #[serde(flatten)]
    incident: FiledIncident,
    comments: Vec<CommentView>,
    pictures: Vec<IncidentPictureId>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentIn {
    /// Made on the phone, so that it is told once.
    incident_id: IncidentId,
    kind: Kind,
    text: Option<Note>,
    /// The stop that it has to do with, if any.
    task_id: Option<TaskId>,
    /// When it happened, by the phone's clock.
    at: Option<Timestamp>,
}

/// `POST /v1/me/incidents`
pub async fn report_incident(
    app: Data<App>,
    by: AsCourier,
    body: Body<IncidentIn>,
) -> Result<HttpResponse, ApiError> {
    let IncidentIn { incident_id, kind, text, task_id, at } = body.value;
    let told = Told { id: incident_id, kind, text, task: task_id, at };
    let incident = incidents::report(&app.coop, by.0, told).await?;
    Ok(HttpResponse::Created().json(IncidentView::from(incident)))
}

/// `GET /v1/me/incidents`
pub async fn list_my_incidents(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<Json<Page<IncidentView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let filter =
        Filter { courier: Some(by.0), before: paging.cursor::<IncidentId>()?, ..Filter::default() };
    let own = db::incidents::list(&mut *app.coop.conn().await?, filter, limit).await?;
    let items = own.into_iter().map(IncidentView::from).collect();
    Ok(Json(Page::new(items, limit, |incident: &IncidentView| incident.id)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IncidentPictureQuery")]
pub struct PictureQuery {
    picture_id: IncidentPictureId,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IncidentPicture")]
pub struct PictureView {
    id: IncidentPictureId,
    incident_id: IncidentId,
    received_at: Timestamp,
}

/// `POST /v1/me/incidents/{id}/pictures?picture_id=`: the bytes of a JPEG, PNG or WebP picture.
pub async fn add_incident_picture(
    app: Data<App>,
    by: AsCourier,
    id: PathId<IncidentId>,
    request: HttpRequest,
    body: body::Picture,
) -> Result<Json<PictureView>, ApiError> {
    let PictureQuery { picture_id } = query(&request)?;
    let kept = incidents::attach(&app.coop, &app.pictures, by.0, id.0, picture_id, body.0).await?;
    let (id, incident_id, received_at) = (kept.id, kept.incident_id, kept.received_at);
    Ok(Json(PictureView { id, incident_id, received_at }))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "IncidentQuery")]
pub struct ListQuery {
    /// Those that are closed, or those that are not.
    closed: Option<bool>,
    kind: Option<Kind>,
    priority: Option<Priority>,
    delivery_id: Option<DeliveryId>,
    courier_id: Option<CourierId>,
}

/// `GET /v1/incidents`: the newest first.
pub async fn list_incidents(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<Page<FiledIncident>>, ApiError> {
    let paging: Paging = query(&request)?;
    let ListQuery { closed, kind, priority, delivery_id, courier_id } = query(&request)?;
    let limit = paging.limit()?;
    let filter = Filter {
        courier: courier_id,
        delivery: delivery_id,
        closed,
        kind,
        priority,
        before: paging.cursor::<IncidentId>()?,
    };
    let mut conn = app.coop.conn().await?;
    let found = db::incidents::list(&mut conn, filter, limit).await?;
    let couriers: Vec<CourierId> = found.iter().map(|incident| incident.courier_id).collect();
    let names = db::couriers::names(&mut conn, &couriers).await?;
    let view = |incident: Incident| {
        let name = names.get(&incident.courier_id).cloned().unwrap_or_default();
        FiledIncident::new(incident, name)
    };
    let items = found.into_iter().map(view).collect();
    Ok(Json(Page::new(items, limit, |one: &FiledIncident| one.incident.id)))
}

/// The whole file of an incident.
async fn file_of(app: &App, incident: Incident) -> Result<Json<IncidentFile>, ApiError> {
    let (id, courier) = (incident.id, incident.courier_id);
    let mut conn = app.coop.conn().await?;
    let mut names = db::couriers::names(&mut conn, &[courier]).await?;
    let name = names.remove(&courier).unwrap_or_default();
    let comments = db::incidents::comments(&mut conn, id).await?;
    let pictures = db::incidents::pictures(&mut conn, id).await?;
    Ok(Json(IncidentFile {
        incident: FiledIncident::new(incident, name),
        comments: comments.into_iter().map(CommentView::from).collect(),
        pictures,
    }))
}

/// `GET /v1/incidents/{id}`
pub async fn show_incident(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<IncidentId>,
) -> Result<Json<IncidentFile>, ApiError> {
    let found = db::incidents::find(&mut *app.coop.conn().await?, id.0).await?;
    file_of(&app, found.ok_or(ApiError::NotFound("incident"))?).await
}

/// What is said, as opposed to left out: `null` says that there is none.
pub(super) fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IncidentFilingIn")]
pub struct FilingIn {
    priority: Option<Priority>,
    /// Who looks after it; null: nobody.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<UserId>")]
    assigned_to: Option<Option<UserId>>,
    /// What the merchant of the delivery is told; null: nothing.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<Note>")]
    shared: Option<Option<Note>>,
}

/// `PATCH /v1/incidents/{id}`: what is left out stays.
pub async fn file_incident(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<IncidentId>,
    body: Body<FilingIn>,
) -> Result<Json<IncidentFile>, ApiError> {
    let FilingIn { priority, assigned_to, shared } = body.value;
    let filing = Filing { priority, assigned_to, shared };
    file_of(&app, incidents::file(&app.coop, by.0, id.0, filing).await?).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IncidentCloseIn")]
pub struct CloseIn {
    /// What was done about it. The courier reads it.
    done: Note,
}

/// `POST /v1/incidents/{id}/close`
pub async fn close_incident(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<IncidentId>,
    body: Body<CloseIn>,
) -> Result<Json<IncidentFile>, ApiError> {
    let closed = incidents::close(&app.coop, by.0, id.0, body.value.done).await?;
    file_of(&app, closed).await
}

/// `POST /v1/incidents/{id}/reopen`
pub async fn reopen_incident(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<IncidentId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<IncidentFile>, ApiError> {
    file_of(&app, incidents::reopen(&app.coop, by.0, id.0).await?).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IncidentCommentIn")]
pub struct CommentIn {
    text: Note,
}

/// `POST /v1/incidents/{id}/comments`
pub async fn comment_incident(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<IncidentId>,
    key: Key,
    body: Body<CommentIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("comment_incident {}", id.0), &body);
    let text = body.value.text;
    let answer = incidents::comment(&app.coop, once.as_ref(), by.0, id.0, text).await?;
    let found = db::incidents::find(&mut *app.coop.conn().await?, id.0).await?;
    let Json(file) = file_of(&app, found.ok_or(ApiError::NotFound("incident"))?).await?;
    let mut builder = HttpResponse::Ok();
    if answer.replayed {
        builder.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(builder.json(file))
}

/// `GET /v1/incident-pictures/{id}`: the picture, as JPEG.
pub async fn show_incident_picture(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<IncidentPictureId>,
) -> Result<HttpResponse, ApiError> {
    const NONE: ApiError = ApiError::NotFound("picture");
    db::incidents::find_picture(&mut *app.coop.conn().await?, id.0).await?.ok_or(NONE)?;
    let bytes = app.pictures.get(Whose::Incident(id.0), Size::Whole).await;
    let bytes = bytes.map_err(CommandError::from)?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=86400"))
        .body(bytes.ok_or(NONE)?))
}

/// What a merchant is told of an incident.
#[derive(Serialize, JsonSchema)]
pub struct SharedIncident {
    id: IncidentId,
    kind: Kind,
    happened_at: Timestamp,
    text: Note,
    closed: bool,
}

/// `GET /v1/deliveries/{id}/incidents`: what dispatchers have shared with the merchant.
pub async fn list_shared_incidents(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
) -> Result<Json<Page<SharedIncident>>, ApiError> {
    own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let filter = Filter { delivery: Some(id.0), ..Filter::default() };
    let found = db::incidents::list(&mut *app.coop.conn().await?, filter, MARKED_MAX).await?;
    let shared = found.into_iter().filter_map(|incident| {
        let (id, kind, happened_at) = (incident.id, incident.kind, incident.happened_at);
        let closed = incident.state.is_closed();
        Some(SharedIncident { id, kind, happened_at, text: incident.shared?, closed })
    });
    Ok(Json(Page::whole(shared.collect())))
}
