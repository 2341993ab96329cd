//! What admins, treasurers and those who answer couriers have done comes into the log of acts, beside
//! what dispatchers do to deliveries.

use serde_json::Value;

use super::CommandError;
use crate::coop::Coop;
use crate::db::Conn;
use crate::db::acts::{self, NewAct};
use crate::domain::ids::{CourierId, UserId};

/// Writes down who did what, in the transaction of its effect. `what` has ids and amounts, and never a
/// secret or what somebody is called: the log is for ever, and a person may ask to be forgotten.
pub(super) async fn note(
    coop: &Coop,
    tx: &mut Conn,
    by: UserId,
    kind: &str,
    courier: Option<CourierId>,
    what: Value,
) -> Result<(), CommandError> {
    let act = NewAct {
        id: coop.clock.id(|id| id),
        at: coop.clock.now(),
        user_id: by,
        kind,
        delivery_id: None,
        courier_id: courier,
        version: 0,
        detail: what,
    };
    Ok(acts::insert(tx, &act).await?)
}
