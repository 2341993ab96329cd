//! What a courier's phone says happened.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::intake;
use crate::db;
use crate::db::phones::Outcome;
use crate::domain::ids::{PhoneEventId, PhoneId};
use crate::domain::intake::{BATCH_MAX, PhoneEvent};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PhoneEventsIn")]
pub struct EventsIn {
    phone_id: PhoneId,
    #[schemars(length(min = 1, max = BATCH_MAX))]
    events: Vec<PhoneEvent>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PhoneEventResult")]
pub struct ResultView {
    id: PhoneEventId,
    #[schemars(extend("enum" = ["waiting", "done", "refused"]))]
    outcome: &'static str,
    /// Why it was refused, or what of it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl ResultView {
    fn new(id: PhoneEventId, outcome: Outcome) -> Self {
        let (outcome, code, detail) = match outcome {
            Outcome::Waiting => ("waiting", None, None),
            Outcome::Done => ("done", None, None),
            Outcome::DoneBut { code, detail } => ("done", Some(code), Some(detail)),
            Outcome::Refused { code, detail } => ("refused", Some(code), Some(detail)),
        };
        Self { id, outcome, code, detail }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PhoneEventsOut")]
pub struct EventsOut {
    next_seq: i64,
    results: Vec<ResultView>,
}

/// `POST /v1/me/events`: late, twice, in any order; the answer says what became of each.
pub async fn report_events(
    app: Data<App>,
    by: AsCourier,
    body: Body<EventsIn>,
) -> Result<Json<EventsOut>, ApiError> {
    let EventsIn { phone_id, events } = body.value;
    if events.is_empty() || events.len() > BATCH_MAX {
        let detail = format!("a batch has 1 to {BATCH_MAX} events");
        return Err(ApiError::Invalid { detail, pointer: Some("/events".to_owned()) });
    }
    let taken = intake::take_in(&app.coop, by.0, phone_id, &events).await?;
    let open = db::shifts::find_open(&mut *app.coop.conn().await?, by.0).await?;
    if open.is_none_or(|shift| !shift.is_working()) {
        app.live.forget(by.0).await;
    }
    let view = |(id, outcome)| ResultView::new(id, outcome);
    let results = taken.results.into_iter().map(view).collect();
    Ok(Json(EventsOut { next_seq: taken.next_seq, results }))
}
