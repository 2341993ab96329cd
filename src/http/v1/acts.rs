//! Who did what: the log of what people at the desk have done.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db;
use crate::db::acts::{Line, Search};
use crate::domain::ids::{CourierId, DeliveryId, UserId};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::body::query;
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};

#[derive(Deserialize, JsonSchema)]
pub struct SearchQuery {
    user_id: Option<UserId>,
    kind: Option<String>,
    delivery_id: Option<DeliveryId>,
    courier_id: Option<CourierId>,
}

#[derive(Serialize, JsonSchema)]
pub struct ActView {
    #[schemars(with = "String", extend("format" = "uuid"))]
    id: Uuid,
    seq: i64,
    at: Timestamp,
    user_id: UserId,
    by: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<DeliveryId>,
    /// Whose delivery it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_id: Option<CourierId>,
    /// What the courier is called now.
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_name: Option<String>,
    detail: Value,
}

impl ActView {
    fn new(line: Line, shops: &Shops, couriers: &BTreeMap<CourierId, String>) -> Self {
        let Line { id, seq, at, user_id, user_name, kind, delivery_id, courier_id, detail } = line;
        let merchant_name = delivery_id.and_then(|id| shops.get(&id).cloned());
        let courier_name = courier_id.and_then(|id| couriers.get(&id).cloned());
        let by = user_name;
        Self {
            id,
            seq,
            at,
            user_id,
            by,
            kind,
            delivery_id,
            merchant_name,
            courier_id,
            courier_name,
            detail,
        }
    }
}

type Shops = BTreeMap<DeliveryId, Name>;

/// `GET /v1/acts?user_id=&kind=&delivery_id=&courier_id=`: the newest first.
pub async fn list_acts(
    app: Data<App>,
    _by: AsDispatcher,
    request: HttpRequest,
) -> Result<Json<Page<ActView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let SearchQuery { user_id, kind, delivery_id, courier_id } = query(&request)?;
    let search = Search {
        by: user_id,
        kind,
        delivery: delivery_id,
        courier: courier_id,
        before: paging.cursor::<i64>()?,
    };
    let mut conn = app.coop.conn().await?;
    let found = db::acts::list(&mut conn, &search, limit).await?;
    let ids: Vec<DeliveryId> = found.iter().filter_map(|line| line.delivery_id).collect();
    let shops = db::deliveries::merchant_names(&mut conn, &ids).await?;
    let ids: Vec<CourierId> = found.iter().filter_map(|line| line.courier_id).collect();
    let couriers = db::couriers::names(&mut conn, &ids).await?;
    let views = found.into_iter().map(|line| ActView::new(line, &shops, &couriers));
    Ok(Json(Page::new(views.collect(), limit, |act| act.seq)))
}
