//! Whether the server lives, whether it can work, and how it does.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use diesel_async::RunQueryDsl;
use schemars::JsonSchema;
use serde::Serialize;

use super::App;

#[derive(Serialize, JsonSchema)]
pub struct Alive {
    status: &'static str,
}

/// `GET /livez`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Alive { status: "ok" })
}

#[derive(Serialize, JsonSchema)]
pub struct Ready {
    /// `ok`, `degraded` without Redis, `down` without Postgres.
    status: &'static str,
    /// `ok` or `down`.
    postgres: &'static str,
    /// Likewise.
    redis: &'static str,
}

/// `GET /readyz`: 503 without Postgres; Redis away means degraded, and says so.
pub async fn ready(app: Data<App>) -> HttpResponse {
    let postgres = match app.coop.conn().await {
        Ok(mut conn) => diesel::sql_query("SELECT 1").execute(&mut *conn).await.is_ok(),
        Err(_) => false,
    };
    let redis = app.live.ping().await.is_ok();
    let word = |up| if up { "ok" } else { "down" };
    let status = match (postgres, redis) {
        (true, true) => "ok",
        (true, false) => "degraded",
        (false, _) => "down",
    };
    let mut answer = if postgres { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.json(Ready { status, postgres: word(postgres), redis: word(redis) })
}

/// `GET /metrics`, in the Prometheus text format.
pub async fn metrics(app: Data<App>) -> HttpResponse {
    let text = app.metrics.as_ref().map(|handle| handle.render()).unwrap_or_default();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(text)
}
