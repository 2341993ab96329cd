//! What customers were told about a delivery.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use super::deliveries::own;
use crate::db;
use crate::db::notices::Notice;
use crate::domain::ids::{DeliveryId, NoticeId, TaskId};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsOrdering;
use crate::http::body::PathId;
use crate::http::error::ApiError;
use crate::http::paging::Page;

/// One notice, without the address that it went to.
#[derive(Serialize, JsonSchema)]
pub struct NoticeView {
    id: NoticeId,
    /// The drop-off whose contact was told.
    task_id: TaskId,
    /// `on_the_way`, `delivered` or `not_delivered`.
    occasion: String,
    /// `email` or `sms`.
    channel: String,
    /// `waiting`, `sent` or `dropped`.
    state: String,
    made_at: Timestamp,
    attempts: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// What went wrong the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        let Notice { id, task_id, occasion, channel, state, made_at, attempts, .. } = notice;
        let Notice { ended_at, error, .. } = notice;
        Self { id, task_id, occasion, channel, state, made_at, attempts, ended_at, error }
    }
}

/// `GET /v1/deliveries/{id}/notices`
pub async fn list_notices(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
) -> Result<Json<Page<NoticeView>>, ApiError> {
    own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let told = db::notices::of(&mut *app.coop.conn().await?, id.0).await?;
    Ok(Json(Page::whole(told.into_iter().map(NoticeView::from).collect())))
}
