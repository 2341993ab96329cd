//! A courier's shifts in a calendar elsewhere, behind a secret link.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::calendars::{self, Made};
use crate::db;
use crate::domain::ids::ShiftId;
use crate::domain::time::Timestamp;
use crate::exchange::calendar::{self, Entry};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::{Nothing, OptionalBody};
use crate::http::error::ApiError;
use crate::http::tracking::language;
use crate::http::words::Language;
use crate::secrets;

/// Whether there is a link; nobody sees it again.
#[derive(Serialize, JsonSchema)]
pub struct CalendarView {
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<Timestamp>,
}

/// `GET /v1/me/calendar`
pub async fn show_my_calendar(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<CalendarView>, ApiError> {
    let made_at = db::calendars::made_at(&mut *app.coop.conn().await?, by.0).await?;
    Ok(Json(CalendarView { made_at }))
}

#[derive(Serialize, JsonSchema)]
pub struct CalendarLink {
    /// On this server; a secret, and shown this once.
    path: String,
    made_at: Timestamp,
}

/// `POST /v1/me/calendar`: makes a link, in place of the one before.
pub async fn make_my_calendar(
    app: Data<App>,
    by: AsCourier,
    _body: OptionalBody<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let Made { token, at } = calendars::make(&app.coop, by.0).await?;
    let link = CalendarLink { path: format!("/calendar/{token}.ics"), made_at: at };
    Ok(HttpResponse::Created().json(link))
}

/// `DELETE /v1/me/calendar`: the link works no longer.
pub async fn withdraw_my_calendar(app: Data<App>, by: AsCourier) -> Result<HttpResponse, ApiError> {
    calendars::withdraw(&app.coop, by.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /calendar/{id}.ics`: the shifts of whoever made the link.
pub async fn show_calendar(
    app: Data<App>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    const NONE: ApiError = ApiError::NotFound("calendar");
    let mut conn = app.coop.conn().await?;
    let hash = secrets::hash_token(&id);
    let courier = db::calendars::courier_of(&mut conn, &hash).await?.ok_or(NONE)?;
    let shifts = db::shifts::list(&mut conn, courier).await?;
    let gone = db::calendars::gone(&mut conn, courier).await?;
    let openings: Vec<_> = shifts.iter().filter_map(|shift| shift.opening_id).collect();
    let zones: BTreeMap<_, _> = db::openings::list_by_id(&mut conn, &openings)
        .await?
        .into_iter()
        .filter_map(|one| Some((one.id, one.wanted.zone?.to_string())))
        .collect();
    let french = language(&request) == Language::French;
    let summary = if french { "Service" } else { "Shift" };
    let times: BTreeMap<ShiftId, i32> = gone.iter().map(|one| (one.shift_id, one.times)).collect();
    let mut own = BTreeSet::new();
    let mut entries = Vec::new();
    for shift in shifts {
        let Some(planned) = shift.planned else { continue };
        own.insert(shift.id);
        entries.push(Entry {
            uid: uid(shift.id),
            from: planned.after(),
            to: planned.before(),
            sequence: 2 * times.get(&shift.id).copied().unwrap_or(0),
            cancelled: false,
            summary: summary.to_owned(),
            place: shift.opening_id.and_then(|opening| zones.get(&opening).cloned()),
        });
    }
    let gone = gone.iter().filter(|one| !own.contains(&one.shift_id));
    entries.extend(gone.map(|one| Entry {
        uid: uid(one.shift_id),
        from: one.planned.after(),
        to: one.planned.before(),
        sequence: 2 * one.times - 1,
        cancelled: true,
        summary: summary.to_owned(),
        place: None,
    }));
    let name = format!("{summary}s · {}", app.config.coop.name);
    let text = calendar::write(&name, &app.coop.rules.zone, app.coop.clock.now(), &entries);
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("Cache-Control", "private, no-store"))
        .body(text))
}

/// For ever the same for the same shift.
fn uid(shift: ShiftId) -> String {
    format!("{shift}@paceline.coop")
}
