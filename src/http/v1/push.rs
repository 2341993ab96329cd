//! Whether a courier's phones say something while the app is closed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::push;
use crate::domain::ids::CourierId;
use crate::domain::language::Language;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;
use crate::http::{App, reach};
use crate::outbound::push::{Phone, PhoneError};

#[derive(Serialize, JsonSchema)]
pub struct PushView {
    /// For `applicationServerKey`: a point of P-256 in base64url.
    key: String,
    /// How many of the own phones are knocked at.
    phones: i64,
}

async fn view(app: &App, by: CourierId) -> Result<Json<PushView>, ApiError> {
    let phones = push::count(&app.coop, by).await?;
    Ok(Json(PushView { key: app.pusher.key().to_owned(), phones }))
}

/// `GET /v1/me/push`
pub async fn show_push(app: Data<App>, by: AsCourier) -> Result<Json<PushView>, ApiError> {
    view(&app, by.0).await
}

/// The keys of a `PushSubscription`, in base64url.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    #[schemars(length(max = 200))]
    p256dh: String,
    #[schemars(length(max = 100))]
    auth: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushIn {
    #[schemars(length(max = 1_000))]
    endpoint: String,
    keys: PushKeys,
    /// `fr` or `en`
    #[schemars(with = "String", extend("enum" = ["fr", "en"]))]
    language: Language,
}

/// `PUT /v1/me/push`: this phone, as its browser describes it. The same again is the same.
pub async fn knock_at(
    app: Data<App>,
    by: AsCourier,
    body: Body<PushIn>,
) -> Result<Json<PushView>, ApiError> {
    let PushIn { endpoint, keys: PushKeys { p256dh, auth }, language } = body.value;
    let phone = Phone::new(endpoint, p256dh, auth, reach(&app.config)).map_err(|error| {
        let pointer = match error {
            PhoneError::Address(_) | PhoneError::Long => "/endpoint",
            PhoneError::Key => "/keys/p256dh",
            PhoneError::Auth => "/keys/auth",
        };
        ApiError::Invalid { detail: error.to_string(), pointer: Some(pointer.to_owned()) }
    })?;
    push::subscribe(&app.coop, app.keys.seal(), by.0, &phone, language).await?;
    view(&app, by.0).await
}

/// `DELETE /v1/me/push`: none of the own phones is knocked at any more.
pub async fn stop_push(app: Data<App>, by: AsCourier) -> Result<HttpResponse, ApiError> {
    push::stop(&app.coop, by.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
