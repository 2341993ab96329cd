//! What members may do here is changed, by an admin.

use serde_json::json;

use super::{CommandError, acts};
use crate::clock;
use crate::coop::Coop;
use crate::db::{couriers, identity};
use crate::domain::identity::{User, UserChange};
use crate::domain::ids::UserId;

/// Changes somebody's name and roles, closes the login or opens it again. One that is closed has no
/// session any more.
///
/// # Errors
/// [`CommandError::User`]: roles that do not fit, the last admin, or a courier shut out.
pub async fn change(
    coop: &Coop,
    by: UserId,
    id: UserId,
    change: &UserChange,
) -> Result<User, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let none = CommandError::NotFound("user");
        let courier = identity::find_user(tx, id).await?.ok_or(none)?.courier_id;
        if let Some(courier) = courier {
            couriers::lock(tx, courier).await?;
            if couriers::is_erased(tx, courier).await? {
                return Err(CommandError::NotFound("user"));
            }
        }
        let admins = identity::lock_admins(tx).await?;
        let before = identity::lock_user(tx, id).await?.ok_or(CommandError::NotFound("user"))?;
        let others = admins.iter().any(|admin| *admin != id);
        let Some(after) = before.change(change.clone(), others, at)? else { return Ok(before) };
        identity::save_user(tx, &after).await?;
        if let Some(courier) = courier {
            couriers::rename(tx, courier, &after.name).await?;
        }
        if after.deactivated_at.is_some() {
            identity::revoke_all(tx, id, clock::real_now()).await?;
        }
        let mut what = json!({ "user_id": id });
        if after.roles != before.roles {
            what["roles_before"] = json!(before.roles);
            what["roles"] = json!(after.roles);
        }
        if after.name != before.name {
            what["renamed"] = json!(true);
        }
        if after.deactivated_at != before.deactivated_at {
            what["active"] = json!(after.deactivated_at.is_none());
        }
        acts::note(coop, tx, by, "change_user", courier, what).await?;
        Ok(after)
    })
    .await
}
