//! Users: all are listed, and those of every role but courier are made here.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::commands::people::{self, NewLogin};
use crate::db::identity;
use crate::domain::identity::{Email, Role, User};
use crate::domain::ids::MerchantId;
use crate::domain::text::Name;
use crate::http::auth::AsAdmin;
use crate::http::body::{Body, Key, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, created};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserIn {
    name: Name,
    email: Email,
    #[schemars(length(min = 10, max = 200))]
    password: String,
    #[schemars(length(min = 1))]
    roles: Vec<Role>,
    merchant_id: Option<MerchantId>,
}

/// `GET /v1/users`: everybody who can log in, with their roles, the newest first.
pub async fn list_users(
    app: Data<App>,
    _by: AsAdmin,
    request: HttpRequest,
) -> Result<Json<Page<User>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let before = paging.cursor()?;
    let found = identity::list_users(&mut *app.coop.conn().await?, before, limit).await?;
    Ok(Json(Page::new(found, limit, |user| user.id)))
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
