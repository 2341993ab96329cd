//! Logging in and staying in, for people and machines.

use actix_web::http::header;
use actix_web::web::{Data, Form, Json};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::commands::identity::{self, Session};
use crate::db;
use crate::domain::access::{Caller, Subject};
use crate::domain::identity::{Role, User};
use crate::domain::ids::{ClientId, MerchantId};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::{AsAnyone, KeySet};
use crate::http::body::Body;
use crate::http::error::ApiError;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginIn {
    email: String,
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshIn {
    refresh_token: String,
}

#[derive(Serialize, JsonSchema)]
pub struct SessionView {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
    user: User,
}

fn session_view(app: &App, session: Session) -> Result<Json<SessionView>, ApiError> {
    let expires_in = app.config.auth.access_s;
    Ok(Json(SessionView {
        access_token: app.keys.token_for_user(&session.user, expires_in)?,
        token_type: "Bearer",
        expires_in,
        refresh_token: session.refresh_token,
        user: session.user,
    }))
}

/// `POST /v1/auth/login`
pub async fn log_in(app: Data<App>, body: Body<LoginIn>) -> Result<Json<SessionView>, ApiError> {
    let LoginIn { email, password } = body.value;
    let days = app.config.auth.refresh_days;
    let session = identity::log_in(&app.coop, &email, password, days).await?;
    session_view(&app, session)
}

/// `POST /v1/auth/refresh`
pub async fn refresh(app: Data<App>, body: Body<RefreshIn>) -> Result<Json<SessionView>, ApiError> {
    let days = app.config.auth.refresh_days;
    let session = identity::refresh(&app.coop, &body.value.refresh_token, days).await?;
    session_view(&app, session)
}

/// `POST /v1/auth/logout`
pub async fn log_out(app: Data<App>, body: Body<RefreshIn>) -> Result<HttpResponse, ApiError> {
    identity::log_out(&app.coop, &body.value.refresh_token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who is asking.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Me {
    User(User),
    /// A merchant's program.
    Client {
        id: ClientId,
        roles: Vec<Role>,
        merchant_id: Option<MerchantId>,
    },
}

/// `GET /v1/me`
pub async fn show_me(app: Data<App>, by: AsAnyone) -> Result<Json<Me>, ApiError> {
    match by.0.subject {
        Subject::User(id) => {
            let user = db::identity::find_user(&mut *app.coop.conn().await?, id).await?;
            Ok(Json(Me::User(user.ok_or(ApiError::NotFound("user"))?)))
        }
        Subject::Client(id) => {
            let Caller { roles, merchant_id, .. } = by.0;
            Ok(Json(Me::Client { id, roles, merchant_id }))
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub struct TokenIn {
    /// `client_credentials`
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct TokenView {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: &'static str,
}

/// What this form of errors is made of (RFC 6749, 5.2).
#[derive(Serialize, JsonSchema)]
pub struct TokenRefused<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// Client id and secret from HTTP Basic (RFC 6749, 2.3.1).
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// `POST /oauth2/token`: the client credentials grant (RFC 6749, 4.4), with its own form of errors.
pub async fn issue_token(
    app: Data<App>,
    request: HttpRequest,
    form: Result<Form<TokenIn>, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    use actix_web::http::StatusCode as S;
    let refuse = |status: S, error: &str, error_description: &str| {
        let mut answer = HttpResponse::build(status);
        if status == S::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"paceline\""));
        }
        answer
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(TokenRefused { error, error_description })
    };
    let form = match form {
        Ok(form) => form,
        Err(error) => {
            let too_large = error.as_response_error().status_code() == S::PAYLOAD_TOO_LARGE;
            let status = if too_large { S::PAYLOAD_TOO_LARGE } else { S::BAD_REQUEST };
            return Ok(refuse(status, "invalid_request", &format!("the form: {error}")));
        }
    };
    if form.grant_type != "client_credentials" {
        let text = "only client_credentials is known here";
        return Ok(refuse(S::BAD_REQUEST, "unsupported_grant_type", text));
    }
    let given = basic(&request).or_else(|| form.client_id.clone().zip(form.client_secret.clone()));
    let wrong = || refuse(S::UNAUTHORIZED, "invalid_client", "client id or secret is wrong");
    let Some((id, secret)) = given else { return Ok(wrong()) };
    let Ok(id) = id.parse::<ClientId>() else { return Ok(wrong()) };
    let merchant = match identity::check_client(&app.coop, id, &secret).await {
        Err(crate::commands::CommandError::Credentials) => return Ok(wrong()),
        outcome => outcome?,
    };
    let expires_in = app.config.auth.access_s;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(TokenView {
        access_token: app.keys.token_for_client(id, merchant, expires_in)?,
        token_type: "Bearer",
        expires_in,
        scope: "deliveries",
    }))
}

/// `GET /.well-known/jwks.json`
pub async fn show_keys(app: Data<App>) -> Json<KeySet> {
    Json(app.keys.jwks())
}

#[derive(Serialize, JsonSchema)]
pub struct ClockView {
    now: Timestamp,
    /// Seconds of the co-op's for one true one.
    speed: i64,
    real_now: Timestamp,
    /// Whether this instance is for trying out.
    sandbox: bool,
}

/// `GET /v1/clock`: the co-op's time, how fast it runs, the true time, and whether this is a sandbox.
pub async fn show_clock(app: Data<App>) -> Json<ClockView> {
    let (clock, sandbox) = (&app.coop.clock, app.coop.rules.sandbox);
    let (now, speed) = (clock.now(), clock.speed());
    Json(ClockView { now, speed, real_now: clock::real_now(), sandbox })
}
