//! Who did what: the log of what people at the desk have done.

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db;
use crate::db::acts::{Line, Search};
use crate::domain::ids::{CourierId, DeliveryId, UserId};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    courier_id: Option<CourierId>,
    detail: Value,
}

impl From<Line> for ActView {
    fn from(line: Line) -> Self {
        let Line { id, seq, at, user_id, user_name, kind, delivery_id, courier_id, detail } = line;
        Self { id, seq, at, user_id, by: user_name, kind, delivery_id, courier_id, detail }
    }
}

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
    let found = db::acts::list(&mut *app.coop.conn().await?, &search, limit).await?;
    Ok(Json(Page::new(found.into_iter().map(ActView::from).collect(), limit, |act| act.seq)))
}
