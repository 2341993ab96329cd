//! A person decides that a courier may not work for a while, and a person takes it back. No loop and
//! no program calls this.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::{Conn, couriers, identity, suspensions};
use crate::domain::ids::{CourierId, SuspensionId, UserId};
use crate::domain::shift::ShiftError;
use crate::domain::suspension::Suspension;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// A suspension to be.
#[derive(Clone, Debug)]
pub struct NewSuspension {
    pub reason: Note,
    /// Somebody is in danger: no notice is needed.
    pub safety: bool,
    /// `None`: as early as may be.
    pub begins_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

pub async fn suspend(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    courier: CourierId,
    new: &NewSuspension,
) -> Result<Answer<Suspension>, CommandError> {
    coop.once(once, async |tx| {
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        couriers::find(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
        let now = coop.clock.now();
        let earliest = if new.safety { now } else { now + crate::domain::suspension::NOTICE };
        let suspension = Suspension {
            id: coop.clock.id(SuspensionId::from_uuid),
            courier_id: courier,
            decided_by: by,
            decided_at: now,
            reason: new.reason.clone(),
            safety: new.safety,
            begins_at: new.begins_at.unwrap_or(earliest),
            ends_at: new.ends_at,
            lifted: None,
        };
        let suspension = suspension.checked(user.courier_id)?;
        suspensions::insert(tx, &suspension).await?;
        let what = json!({ "suspension_id": suspension.id, "safety": suspension.safety });
        acts::note(coop, tx, by, "suspend", Some(courier), what).await?;
        Ok(suspension)
    })
    .await
}

/// Lifting twice is lifting once.
pub async fn lift(coop: &Coop, by: UserId, id: SuspensionId) -> Result<Suspension, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let known = suspensions::lock(tx, id).await?.ok_or(CommandError::NotFound("suspension"))?;
        let Some(lifted) = known.lift(at, by) else { return Ok(known) };
        suspensions::save(tx, &lifted).await?;
        let what = json!({ "suspension_id": id });
        acts::note(coop, tx, by, "lift", Some(lifted.courier_id), what).await?;
        Ok(lifted)
    })
    .await
}

/// Refuses work to somebody whom a person has suspended.
pub(super) async fn check(
    tx: &mut Conn,
    courier: CourierId,
    at: Timestamp,
) -> Result<(), CommandError> {
    let held = suspensions::of(tx, courier).await?;
    let holds = held.iter().any(|one| one.holds(at));
    if holds { Err(ShiftError::Suspended.into()) } else { Ok(()) }
}
