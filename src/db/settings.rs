//! What must outlive a process and fits one JSON value.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::schema::settings;
use super::{Conn, corrupt};

/// The stored value, if there is one.
pub async fn get<T: DeserializeOwned>(conn: &mut Conn, key: &str) -> QueryResult<Option<T>> {
    let stored: Option<serde_json::Value> =
        settings::table.find(key).select(settings::value).first(conn).await.optional()?;
    stored.map(|value| serde_json::from_value(value).map_err(corrupt)).transpose()
}

/// The stored value, or `value` if there was none: whoever comes first decides for everybody.
pub async fn get_or_set<T: Serialize + DeserializeOwned>(
    conn: &mut Conn,
    key: &str,
    value: &T,
) -> QueryResult<T> {
    let json = serde_json::to_value(value).map_err(corrupt)?;
    diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(&json)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let stored = settings::table.find(key).select(settings::value).first(conn).await?;
    serde_json::from_value(stored).map_err(corrupt)
}
