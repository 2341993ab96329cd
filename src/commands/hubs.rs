//! Hubs are opened, changed and closed.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::hubs;
use crate::domain::hub::{HUBS_MAX, Hub, HubChange};
use crate::domain::ids::{HubId, UserId};

/// Opens a hub. No two are called alike.
///
/// # Errors
/// [`CommandError::Exists`]; [`CommandError::TooMany`].
pub async fn open(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    hub: Hub,
) -> Result<Answer<Hub>, CommandError> {
    coop.once(once, async |tx| {
        if hubs::count(tx).await? >= HUBS_MAX {
            return Err(CommandError::TooMany("the co-op has as many hubs as it may have"));
        }
        if !hubs::insert(tx, &hub, coop.clock.now()).await? {
            return Err(TAKEN);
        }
        acts::note(coop, tx, by, "open_hub", None, json!({ "hub_id": hub.id })).await?;
        Ok(hub.clone())
    })
    .await
}

const TAKEN: CommandError = CommandError::Exists("another hub is called so");

/// Changes what is named of a hub; deliveries that are split there already keep it as it was.
///
/// # Errors
/// [`CommandError::NotFound`]; [`CommandError::Exists`].
pub async fn change(
    coop: &Coop,
    by: UserId,
    id: HubId,
    change: &HubChange,
) -> Result<Hub, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let before = hubs::lock(tx, id).await?.ok_or(CommandError::NotFound("hub"))?;
        let after = before.with(change, at);
        if after == before {
            return Ok(before);
        }
        if hubs::named(tx, &after.name).await?.is_some_and(|named| named != id) {
            return Err(TAKEN);
        }
        hubs::save(tx, &after).await?;
        let what = json!({ "hub_id": id, "closed": after.closed_at.is_some() });
        acts::note(coop, tx, by, "change_hub", None, what).await?;
        Ok(after)
    })
    .await
}
