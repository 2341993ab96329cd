//! Where a courier is, as the own phone says; and what of it is kept.

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::positions::Reported;
use crate::db;
use crate::domain::geo::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::trace::{BATCH_MAX, Dropped, Fix};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Body, Span, query};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::live;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixIn {
    at: Timestamp,
    latitude: f64,
    longitude: f64,
    accuracy_m: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixesIn {
    #[schemars(length(min = 1, max = BATCH_MAX))]
    fixes: Vec<FixIn>,
}

#[derive(Serialize, JsonSchema)]
pub struct DroppedView {
    index: usize,
    reason: Dropped,
}

#[derive(Serialize, JsonSchema)]
pub struct FixesOut {
    accepted: usize,
    dropped: Vec<DroppedView>,
}

impl FixIn {
    fn read(&self) -> Result<Fix, Dropped> {
        let position = Position::from_degrees(self.latitude, self.longitude);
        Ok(Fix {
            at: self.at,
            position: position.map_err(|_| Dropped::NotAPlace)?,
            accuracy_m: self.accuracy_m.map(whole_metres),
        })
    }
}

/// A radius in whole metres, rounded up; what is no number is as coarse as can be.
#[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
fn whole_metres(radius_m: f64) -> i32 {
    if radius_m.is_nan() { i32::MAX } else { radius_m.max(0.0).ceil() as i32 }
}

/// `POST /v1/me/positions`: kept in a shift only, and without what nobody can have ridden;
/// the answer says so.
pub async fn report_positions(
    app: Data<App>,
    by: AsCourier,
    body: Body<FixesIn>,
) -> Result<Json<FixesOut>, ApiError> {
    let fixes = body.value.fixes;
    if fixes.is_empty() || fixes.len() > BATCH_MAX {
        let detail = format!("a batch has 1 to {BATCH_MAX} fixes");
        return Err(ApiError::Invalid { detail, pointer: Some("/fixes".to_owned()) });
    }
    let batch = fixes.iter().map(FixIn::read).collect();
    let last = app.live.last(by.0).map(|live::Fix { position, at, .. }| Fix {
        at,
        position,
        accuracy_m: None,
    });
    let Reported { kept, dropped, live } = app.intake.report(by.0, last, batch).await?;
    if let Some(fix) = live {
        app.live.put(live::Fix { courier_id: by.0, position: fix.position, at: fix.at });
    }
    let view = |(index, reason)| DroppedView { index, reason };
    let dropped = dropped.into_iter().map(view).collect();
    Ok(Json(FixesOut { accepted: kept.len(), dropped }))
}

#[derive(Serialize, JsonSchema)]
pub struct FixView {
    at: Timestamp,
    place: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_m: Option<i32>,
}

/// `GET /v1/me/positions?from=&to=`: what is kept of the own way; the last day if nothing else is
/// asked for.
pub async fn list_my_positions(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<Json<Page<FixView>>, ApiError> {
    let now = app.coop.clock.now();
    let (from, to) = query::<Span>(&request)?.or_last(Seconds(86_400), now);
    let fixes = db::traces::list(&mut *app.coop.conn().await?, by.0, from, to).await?;
    let view = |fix: Fix| FixView { at: fix.at, place: fix.position, accuracy_m: fix.accuracy_m };
    Ok(Json(Page::whole(fixes.into_iter().map(view).collect())))
}
