//! The own data, taken along or erased; and the sums that the law has published.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::commands::{CommandError, bank_accounts, erasure};
use crate::db;
use crate::db::indicators::{Averages, PEOPLE_MIN, Summary, Volume};
use crate::domain::access::Subject;
use crate::domain::time::{Seconds, Timestamp};
use crate::http::App;
use crate::http::auth::{AsAnyone, AsCourier, AsRepresentative};
use crate::http::body::{Body, Span, query};
use crate::http::error::ApiError;

const README: &str = "Everything that is kept about you, as it is kept (GDPR, articles 15 and 20).\n\
    Each table is there as JSON and as CSV; positions also as GeoJSON. Amounts are in minor units,\n\
    times in UTC, places in millionths of a degree. `offers` holds what you were shown, with its\n\
    SHA-256. Decisions of the dispatch engine are at /v1/me/decisions.\n";

/// `GET /v1/me/export`: one zip.
pub async fn export_me(app: Data<App>, by: AsCourier) -> Result<HttpResponse, ApiError> {
    let mut conn = app.coop.conn().await?;
    let mut tables = Vec::with_capacity(db::erasure::EXPORT.len() + 1);
    for (name, query) in db::erasure::EXPORT {
        tables.push((name, db::erasure::rows(&mut conn, query, by.0).await?));
    }
    drop(conn);
    let account = bank_accounts::find(&app.coop, app.keys.seal(), by.0).await?;
    let account = account.map(|(iban, since)| json!({ "iban": iban.as_str(), "since": since }));
    tables.push(("bank_account", account.into_iter().collect()));
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| {
        ApiError::Command(CommandError::Internal(error))
    };
    let bundle = tokio::task::spawn_blocking(move || bundle(&tables)).await;
    let bytes =
        bundle.map_err(|error| broken(error.into()))?.map_err(|error| broken(error.into()))?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"paceline.zip\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

fn bundle(tables: &[(&str, Vec<Value>)]) -> std::io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut file = |name: &str, content: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(content)
    };
    file("README.txt", README.as_bytes())?;
    for (name, rows) in tables {
        file(&format!("{name}.json"), &serde_json::to_vec_pretty(rows)?)?;
        file(&format!("{name}.csv"), csv(rows).as_bytes())?;
        if *name == "positions" {
            file("positions.geojson", geojson(rows).to_string().as_bytes())?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// Rows as RFC 4180, with the columns in the order of their names; what is not flat stays JSON.
fn csv(rows: &[Value]) -> String {
    let objects = || rows.iter().filter_map(Value::as_object);
    let columns: BTreeSet<&String> = objects().flat_map(|row| row.keys()).collect();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => quoted(text),
        Some(other) => quoted(&other.to_string()),
    };
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let head = line(columns.iter().map(|name| quoted(name)).collect());
    let body = objects().map(|row| line(columns.iter().map(|name| cell(row.get(*name))).collect()));
    std::iter::once(head).chain(body).collect()
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Positions as RFC 7946: longitude first.
fn geojson(rows: &[Value]) -> Value {
    let degrees = |row: &Value, name: &str| row[name].as_i64().map(millionths);
    let feature = |row: &Value| {
        json!({
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [degrees(row, "lng_e6"), degrees(row, "lat_e6")],
            },
            "properties": { "at": row["at"], "accuracy_m": row["accuracy_m"] },
        })
    };
    json!({ "type": "FeatureCollection", "features": rows.iter().map(feature).collect::<Vec<_>>() })
}

#[expect(clippy::cast_precision_loss, reason = "millionths of a degree fit")]
fn millionths(value: i64) -> f64 {
    value as f64 / 1e6
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseIn {
    password: String,
}

/// `POST /v1/me/erase`: there is no way back, so the password is asked for.
pub async fn erase_me(
    app: Data<App>,
    caller: AsAnyone,
    by: AsCourier,
    body: Body<EraseIn>,
) -> Result<HttpResponse, ApiError> {
    let Subject::User(user) = caller.0.subject else {
        return Err(ApiError::Forbidden("only a person is erased"));
    };
    erasure::erase(&app.coop, &app.pictures, by.0, user, body.value.password).await?;
    app.live.forget(by.0).await;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearQuery {
    #[schemars(range(min = 1970, max = 9998))]
    year: Option<i16>,
}

#[derive(Serialize, JsonSchema)]
pub struct Indicators {
    year: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    averages: Option<Averages>,
    volumes: Vec<Volume>,
    /// Figures of fewer people are left out.
    people_min: i64,
}

/// The first instant of a year, UTC.
fn new_year(year: i16) -> Result<Timestamp, ApiError> {
    format!("{year:04}-01-01T00:00:00Z").parse().map_err(|_| ApiError::Invalid {
        detail: "year has four digits, from 1970 on".to_owned(),
        pointer: None,
    })
}

/// `GET /v1/indicators?year=`: the seven indicators of a year's work (Code des transports, L1326-3);
/// of the last whole year, if none is named.
pub async fn show_indicators(
    app: Data<App>,
    request: HttpRequest,
) -> Result<Json<Indicators>, ApiError> {
    let YearQuery { year } = query(&request)?;
    let last = || app.coop.clock.now().to_string()[..4].parse::<i16>().map_or(1970, |now| now - 1);
    let year = year.unwrap_or_else(last);
    let (from, to) = (new_year(year)?, new_year(year.saturating_add(1))?);
    let mut conn = app.coop.conn().await?;
    let averages = db::indicators::averages(&mut conn, from, to).await?;
    Ok(Json(Indicators {
        year,
        averages: (averages.couriers >= PEOPLE_MIN).then_some(averages),
        volumes: db::indicators::volumes(&mut conn, from, to).await?,
        people_min: PEOPLE_MIN,
    }))
}

#[derive(Serialize, JsonSchema)]
pub struct SummaryView {
    from: Timestamp,
    to: Timestamp,
    people_min: i64,
    /// Absent where fewer people worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// `GET /v1/representative/summary?from=&to=`: sums over all couriers, never a person; the last four
/// weeks, if nothing else is asked for.
pub async fn show_summary(
    app: Data<App>,
    _by: AsRepresentative,
    request: HttpRequest,
) -> Result<Json<SummaryView>, ApiError> {
    let now = app.coop.clock.now();
    let (from, to) = query::<Span>(&request)?.or_last(Seconds(28 * 86_400), now);
    let summary = db::indicators::summary(&mut *app.coop.conn().await?, from, to, now).await?;
    let summary = (summary.couriers >= PEOPLE_MIN).then_some(summary);
    Ok(Json(SummaryView { from, to, people_min: PEOPLE_MIN, summary }))
}
