//! Users of every role but courier.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::commands::people::{self, NewLogin};
use crate::domain::identity::{Email, Role};
use crate::domain::ids::MerchantId;
use crate::domain::text::Name;
use crate::http::auth::AsAdmin;
use crate::http::body::{Body, Key};
use crate::http::error::ApiError;
use crate::http::{App, created};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserIn {
    name: Name,
    email: Email,
    password: String,
    roles: Vec<Role>,
    merchant_id: Option<MerchantId>,
}

/// `POST /v1/users`
pub async fn create_user(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<UserIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_user", &body);
    let UserIn { name, email, password, roles, merchant_id } = body.value;
    let login = NewLogin { name, email, password };
    let answer = people::create_user(&app.coop, once.as_ref(), login, roles, merchant_id).await?;
    Ok(created(answer, |user| user))
}
