//! The courier at the door.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::commands::{tasks, undo};
use crate::domain::handover::{Handover, Missing, PARCELS_MAX, Shown};
use crate::domain::ids::TaskId;
use crate::domain::task::{Failure, FailureCode, Step};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Body, PathId};
use crate::http::error::ApiError;
use crate::http::views::TaskView;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskStartIn")]
pub struct StartIn {
    /// When it happened, by the phone's clock.
    at: Option<Timestamp>,
}

/// `POST /v1/tasks/{id}/start`
pub async fn start_task(
    app: Data<App>,
    by: AsCourier,
    id: PathId<TaskId>,
    body: Body<StartIn>,
) -> Result<Json<TaskView>, ApiError> {
    Ok(Json(tasks::start(&app.coop, by.0, id.0, body.value.at).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskDoneIn")]
pub struct DoneIn {
    at: Option<Timestamp>,
    proof: Option<Shown>,
    /// Parcels that did not change hands; the rest did.
    #[serde(default)]
    #[schemars(length(max = PARCELS_MAX))]
    missing: Vec<Missing>,
}

/// `POST /v1/tasks/{id}/done`
pub async fn complete_task(
    app: Data<App>,
    by: AsCourier,
    id: PathId<TaskId>,
    body: Body<DoneIn>,
) -> Result<Json<TaskView>, ApiError> {
    let DoneIn { at, proof, missing } = body.value;
    let handover = Handover { shown: proof.unwrap_or_default(), missing };
    Ok(Json(tasks::complete(&app.coop, by.0, id.0, &handover, at).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskFailedIn")]
pub struct FailedIn {
    code: FailureCode,
    note: Option<Note>,
    at: Option<Timestamp>,
}

/// `POST /v1/tasks/{id}/failed`
pub async fn fail_task(
    app: Data<App>,
    by: AsCourier,
    id: PathId<TaskId>,
    body: Body<FailedIn>,
) -> Result<Json<TaskView>, ApiError> {
    let FailedIn { code, note, at } = body.value;
    let failure = Failure { code, note };
    Ok(Json(tasks::fail(&app.coop, by.0, id.0, failure, at).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskUndoIn")]
pub struct UndoIn {
    /// What is to be taken back: where it is not there (any more), nothing happens.
    step: Step,
}

/// `POST /v1/tasks/{id}/undo`
pub async fn undo_task(
    app: Data<App>,
    by: AsCourier,
    id: PathId<TaskId>,
    body: Body<UndoIn>,
) -> Result<Json<TaskView>, ApiError> {
    Ok(Json(undo::step(&app.coop, by.0, id.0, body.value.step).await?.into()))
}
