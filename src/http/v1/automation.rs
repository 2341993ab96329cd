//! Where the engine acts by itself, and the switch.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::automation;
use crate::db;
use crate::db::automation::Switch;
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;
use crate::domain::zone::ZoneName;
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::body::{Body, Key};
use crate::http::error::ApiError;
use crate::http::paging::Page;

/// What was said last of the whole co-op, or of a zone.
#[derive(Serialize, JsonSchema)]
pub struct SwitchView {
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<ZoneName>,
    automatic: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Note>,
    at: Timestamp,
    by: Name,
}

impl From<Switch> for SwitchView {
    fn from(switch: Switch) -> Self {
        let Switch { zone, automatic, reason, changed_at, changed_by } = switch;
        Self { zone, automatic, reason, at: changed_at, by: changed_by }
    }
}

/// `GET /v1/automation`: what was switched, and by whom. What is not in it is the engine's.
pub async fn list_switches(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<SwitchView>>, ApiError> {
    let switches = db::automation::list(&mut *app.coop.conn().await?).await?;
    Ok(Json(Page::whole(switches.into_iter().map(SwitchView::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchIn {
    /// None: the whole co-op.
    zone: Option<ZoneName>,
    automatic: bool,
    reason: Option<Note>,
}

/// `POST /v1/automation`: the kill switch. Off: nothing is offered or given by the engine from the
/// answer on, and its unanswered offers are withdrawn.
pub async fn switch_automation(
    app: Data<App>,
    by: AsDispatcher,
    key: Key,
    body: Body<SwitchIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "switch_automation", &body);
    let SwitchIn { zone, automatic, reason } = body.value;
    if !automatic && reason.is_none() {
        return Err(ApiError::Invalid {
            detail: "say why people take over: reason".to_owned(),
            pointer: Some("/reason".to_owned()),
        });
    }
    let done = automation::switch(&app.coop, once.as_ref(), by.0, zone, automatic, reason).await?;
    let switches = db::automation::list(&mut *app.coop.conn().await?).await?;
    let mut builder = HttpResponse::Ok();
    if done.replayed {
        builder.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(builder.json(Page::whole(switches.into_iter().map(SwitchView::from).collect())))
}
