//! Who at the desk did what. Written with the act, never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{acts, users};
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, DeliveryId, UserId};
use crate::domain::slot::Choice;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;

/// An act to be written down. `version` is what it led to: the delivery's, or the route's.
#[derive(Insertable)]
#[diesel(table_name = acts)]
pub struct NewAct<'a> {
    pub id: Uuid,
    pub at: Timestamp,
    pub user_id: UserId,
    pub kind: &'a str,
    pub delivery_id: Option<DeliveryId>,
    pub courier_id: Option<CourierId>,
    pub version: i64,
    pub detail: Value,
}

pub async fn insert(conn: &mut Conn, act: &NewAct<'_>) -> QueryResult<()> {
    diesel::insert_into(acts::table).values(act).execute(conn).await.map(drop)
}

/// What the log of acts is searched by; all of it must fit.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub by: Option<UserId>,
    pub kind: Option<String>,
    pub delivery: Option<DeliveryId>,
    pub courier: Option<CourierId>,
    /// Only those before this one.
    pub before: Option<i64>,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub struct Line {
    pub id: Uuid,
    pub seq: i64,
    pub at: Timestamp,
    pub user_id: UserId,
    pub user_name: String,
    pub kind: String,
    pub delivery_id: Option<DeliveryId>,
    pub courier_id: Option<CourierId>,
    pub detail: Value,
}

/// The acts that fit, the newest first.
pub async fn list(conn: &mut Conn, search: &Search, limit: i64) -> QueryResult<Vec<Line>> {
    let mut query = acts::table.inner_join(users::table).into_boxed();
    if let Some(by) = search.by {
        query = query.filter(acts::user_id.eq(by));
    }
    if let Some(kind) = &search.kind {
        query = query.filter(acts::kind.eq(kind.clone()));
    }
    if let Some(delivery) = search.delivery {
        query = query.filter(acts::delivery_id.eq(delivery));
    }
    if let Some(courier) = search.courier {
        query = query.filter(acts::courier_id.eq(courier));
    }
    if let Some(before) = search.before {
        query = query.filter(acts::seq.lt(before));
    }
    query
        .order(acts::seq.desc())
        .limit(limit)
        .select((
            acts::id,
            acts::seq,
            acts::at,
            acts::user_id,
            users::name,
            acts::kind,
            acts::delivery_id,
            acts::courier_id,
            acts::detail,
        ))
        .load(conn)
        .await
}

/// An act as it is told to another dispatcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub by: Name,
    pub at: Timestamp,
    pub kind: String,
    pub version: i64,
}

/// The last act on a delivery.
pub async fn last(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Option<Told>> {
    let row: Option<(String, Timestamp, String, i64)> = acts::table
        .inner_join(users::table)
        .filter(acts::delivery_id.eq(delivery))
        .order(acts::seq.desc())
        .select((users::name, acts::at, acts::kind, acts::version))
        .first(conn)
        .await
        .optional()?;
    row.map(|(by, at, kind, version)| {
        Ok(Told { by: Name::new(&by).map_err(corrupt)?, at, kind, version })
    })
    .transpose()
}

/// What a dispatcher's cancellation took from a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Cancelled {
    /// What it cost before, in minor units.
    pub price: i64,
    /// Where it had a place.
    pub slot: Option<Choice>,
    /// Whether a courier was paid for it.
    pub paid: bool,
}

/// The cancellation that a dispatcher could take back; none where a merchant called it off, or where
/// it was taken back already.
pub async fn cancelled(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Option<Cancelled>> {
    let last: Option<(String, Value)> = acts::table
        .filter(acts::delivery_id.eq(delivery))
        .filter(acts::kind.eq_any(["cancel", "restore"]))
        .order(acts::seq.desc())
        .select((acts::kind, acts::detail))
        .first(conn)
        .await
        .optional()?;
    let detail = last.filter(|(kind, _)| kind == "cancel").map(|(_, detail)| detail);
    detail.map(|detail| serde_json::from_value(detail).map_err(corrupt)).transpose()
}
