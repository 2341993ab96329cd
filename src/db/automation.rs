//! Where people have taken over from the engine.

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::schema::{automation, users, zones};
use super::{Conn, corrupt};
use crate::domain::automation::Manual;
use crate::domain::ids::UserId;
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;
use crate::domain::zone::{ZONES_MAX, ZoneName};

/// Said of the whole co-op.
const EVERYWHERE: &str = "";

/// What was said last of the whole co-op, or of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// None: the whole co-op.
    pub zone: Option<ZoneName>,
    pub automatic: bool,
    pub reason: Option<Note>,
    pub changed_at: Timestamp,
    pub changed_by: Name,
}

/// A switch about to be thrown.
pub struct Throw<'a> {
    pub zone: Option<&'a ZoneName>,
    pub automatic: bool,
    pub reason: Option<&'a Note>,
    pub at: Timestamp,
    pub by: UserId,
}

/// Until the end of the transaction, nobody switches: what is read stays true.
pub async fn keep(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT pg_advisory_xact_lock_shared(hashtext('automation'))").await
}

/// Waits until no plan is being carried out; until the end of the transaction, none is.
pub async fn stop(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT pg_advisory_xact_lock(hashtext('automation'))").await
}

/// What is left to people. Cost: one small query, and the shapes of the zones that are.
pub async fn manual(conn: &mut Conn) -> QueryResult<Manual> {
    let off: Vec<String> = automation::table
        .filter(automation::automatic.eq(false))
        .order(automation::zone.asc())
        .limit(ZONES_MAX + 1)
        .select(automation::zone)
        .load(conn)
        .await?;
    if off.iter().any(|zone| zone == EVERYWHERE) {
        return Ok(Manual::Everything);
    }
    if off.is_empty() {
        return Ok(Manual::NOTHING);
    }
    let shapes: Vec<serde_json::Value> = zones::table
        .filter(zones::name.eq_any(off))
        .order(zones::name.asc())
        .limit(ZONES_MAX)
        .select(zones::shape)
        .load(conn)
        .await?;
    let shapes = shapes.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    shapes.map(Manual::Within).map_err(corrupt)
}

/// Everything that was ever switched, the whole co-op first.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Switch>> {
    let rows: Vec<(String, bool, Option<String>, Timestamp, String)> = automation::table
        .inner_join(users::table)
        .order(automation::zone.asc())
        .limit(ZONES_MAX + 1)
        .select((
            automation::zone,
            automation::automatic,
            automation::reason,
            automation::changed_at,
            users::name,
        ))
        .load(conn)
        .await?;
    let read =
        |(zone, automatic, reason, changed_at, by): (String, _, Option<String>, _, String)| {
            Ok(Switch {
                zone: if zone == EVERYWHERE {
                    None
                } else {
                    Some(ZoneName::new(&zone).map_err(corrupt)?)
                },
                automatic,
                reason: reason.as_deref().map(Note::new).transpose().map_err(corrupt)?,
                changed_at,
                changed_by: Name::new(&by).map_err(corrupt)?,
            })
        };
    rows.into_iter().map(read).collect()
}

/// Whether the engine acts there now, as far as was said of this very place.
pub async fn is_automatic(conn: &mut Conn, zone: Option<&ZoneName>) -> QueryResult<bool> {
    let key = zone.map_or(EVERYWHERE, |zone| zone.as_str());
    let said: Option<bool> =
        automation::table.find(key).select(automation::automatic).first(conn).await.optional()?;
    Ok(said.unwrap_or(true))
}

pub async fn put(conn: &mut Conn, thrown: &Throw<'_>) -> QueryResult<()> {
    let values = (
        automation::automatic.eq(thrown.automatic),
        automation::reason.eq(thrown.reason.map(|reason| reason.as_str())),
        automation::changed_at.eq(thrown.at),
        automation::changed_by.eq(thrown.by),
    );
    diesel::insert_into(automation::table)
        .values((automation::zone.eq(thrown.zone.map_or(EVERYWHERE, |zone| zone.as_str())), values))
        .on_conflict(automation::zone)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}
