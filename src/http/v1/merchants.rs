//! Merchants and their machine credentials.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::people::{self, NewMerchant};
use crate::db;
use crate::domain::geo::Position;
use crate::domain::ids::{ClientId, MerchantId};
use crate::domain::merchant::{Merchant, MerchantKind};
use crate::domain::text::{Address, Name};
use crate::http::auth::{AsAdmin, AsDispatcher};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantIn {
    name: Name,
    kind: MerchantKind,
    place: Position,
    address: Address,
}

/// `POST /v1/merchants`
pub async fn create_merchant(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<MerchantIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_merchant", &body);
    let MerchantIn { name, kind, place, address } = body.value;
    let new = NewMerchant { name, kind, place, address };
    let made = people::create_merchant(&app.coop, once.as_ref(), person(&by.0)?, new).await?;
    Ok(created(made, |merchant| merchant))
}

/// `GET /v1/merchants`
pub async fn list_merchants(
    app: Data<App>,
    _by: AsDispatcher,
) -> Result<Json<Page<Merchant>>, ApiError> {
    Ok(Json(Page::whole(db::merchants::list(&mut *app.coop.conn().await?).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientIn {
    name: Name,
}

/// What a program logs in with, at `/oauth2/token`.
#[derive(Serialize, JsonSchema)]
pub struct ClientView {
    client_id: ClientId,
    client_secret: String,
}

/// `POST /v1/merchants/{id}/clients`: the secret is in this answer and nowhere else.
pub async fn create_client(
    app: Data<App>,
    by: AsAdmin,
    merchant: PathId<MerchantId>,
    body: Body<ClientIn>,
) -> Result<HttpResponse, ApiError> {
    let made_by = person(&by.0)?;
    let client = people::create_client(&app.coop, made_by, merchant.0, body.value.name).await?;
    let (client_id, client_secret) = (client.id, client.secret);
    Ok(HttpResponse::Created().json(ClientView { client_id, client_secret }))
}
