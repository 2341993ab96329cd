//! Pictures of handing over: sent by the courier, seen by the merchant and the desk.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliveries::own;
use crate::commands::proofs::{self, Sent};
use crate::db;
use crate::domain::ids::{DeliveryId, ProofId, TaskId};
use crate::domain::proof::{Picture, ProofKind};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::{AsCourier, AsOrdering};
use crate::http::body::{self, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::pictures::{Size, Whose};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddQuery {
    proof_id: ProofId,
    kind: ProofKind,
    at: Option<Timestamp>,
}

#[derive(Serialize, JsonSchema)]
pub struct ProofView {
    id: ProofId,
    task_id: TaskId,
    kind: ProofKind,
    taken_at: Timestamp,
    received_at: Timestamp,
    width: i32,
    height: i32,
}

impl From<Picture> for ProofView {
    fn from(picture: Picture) -> Self {
        let Picture { id, task_id, kind, taken_at, received_at, width, height, .. } = picture;
        Self { id, task_id, kind, taken_at, received_at, width, height }
    }
}

/// `POST /v1/tasks/{id}/proofs?proof_id=&kind=&at=`: the bytes of a JPEG, PNG or WebP picture.
pub async fn add_proof(
    app: Data<App>,
    by: AsCourier,
    task: PathId<TaskId>,
    request: HttpRequest,
    body: body::Picture,
) -> Result<Json<ProofView>, ApiError> {
    let AddQuery { proof_id, kind, at } = query(&request)?;
    let sent = Sent { id: proof_id, kind, taken_at: at, bytes: body.0 };
    let picture = proofs::add(&app.coop, &app.pictures, by.0, task.0, sent).await?;
    Ok(Json(picture.into()))
}

/// `GET /v1/deliveries/{id}/proofs`
pub async fn list_proofs(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
) -> Result<Json<Page<ProofView>>, ApiError> {
    own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let pictures = db::proofs::of(&mut *app.coop.conn().await?, id.0).await?;
    Ok(Json(Page::whole(pictures.into_iter().map(ProofView::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeQuery {
    #[serde(default)]
    small: bool,
}

/// `GET /v1/proofs/{id}?small=true`: the picture, as JPEG.
pub async fn show_proof(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<ProofId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    const NONE: ApiError = ApiError::NotFound("picture");
    let SizeQuery { small } = query(&request)?;
    let mut conn = app.coop.conn().await?;
    let picture = db::proofs::find(&mut conn, id.0).await?.ok_or(NONE)?;
    let delivery = db::tasks::delivery_of(&mut conn, picture.task_id).await?.ok_or(NONE)?;
    drop(conn);
    own(&app, by.0, delivery).await?.ok_or(ApiError::NotFound("picture"))?;
    let size = if small { Size::Small } else { Size::Whole };
    let bytes = app.pictures.get(Whose::Proof(id.0), size).await;
    let bytes = bytes.map_err(crate::commands::CommandError::from)?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=86400"))
        .body(bytes.ok_or(NONE)?))
}
