//! The order of a courier's stops is changed: by the desk, or by the courier who rides it.

use super::CommandError;
use super::deliveries::route_changed;
use super::offers::order_route;
use crate::coop::Coop;
use crate::db::{Conn, couriers, tasks};
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::task::TaskKind;
use crate::domain::time::Timestamp;

/// A courier's stops in riding order, and the count of their changes.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct RouteOrder {
    pub version: i64,
    pub tasks: Vec<TaskId>,
}

impl RouteOrder {
    /// Whether it is in this order already, with what is not named behind.
    fn is_in(&self, planned: &[TaskId]) -> bool {
        let kept = planned.iter().filter(|task| self.tasks.contains(task));
        let others = self.tasks.iter().filter(|task| !planned.contains(task));
        kept.chain(others).eq(&self.tasks)
    }
}

pub(super) async fn ahead(tx: &mut Conn, courier: CourierId) -> Result<Vec<TaskId>, CommandError> {
    Ok(tasks::route(tx, courier).await?.into_iter().map(|(_, task, _)| task).collect())
}

/// The order as it is.
pub(super) async fn now(tx: &mut Conn, courier: CourierId) -> Result<RouteOrder, CommandError> {
    let version = couriers::route_version(tx, courier).await?;
    Ok(RouteOrder { version, tasks: ahead(tx, courier).await? })
}

/// Puts a courier's stops into another order; `None` when it is so already. Stops that are not named
/// come behind, as they were; stops that the courier does not have (any more) are left out.
///
/// # Errors
/// [`CommandError::RouteMoved`] when the route is not the one that was seen any more;
/// [`CommandError::PickupFirst`] when goods would be handed over before they are picked up.
pub(super) async fn put(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    seen: Option<i64>,
    planned: &[TaskId],
    at: Timestamp,
) -> Result<Option<RouteOrder>, CommandError> {
    couriers::lock(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
    let before = now(tx, courier).await?;
    if seen.is_some_and(|seen| seen != before.version) {
        return Err(CommandError::RouteMoved(before));
    }
    if before.is_in(planned) {
        return Ok(None);
    }
    order_route(tx, courier, planned).await?;
    let stops = tasks::route(tx, courier).await?;
    let handed_over_first = stops.iter().enumerate().any(|(index, (delivery, _, kind))| {
        *kind == TaskKind::Dropoff
            && stops[index..]
                .iter()
                .any(|(other, _, kind)| other == delivery && *kind == TaskKind::Pickup)
    });
    if handed_over_first {
        return Err(CommandError::PickupFirst);
    }
    let tasks = stops.into_iter().map(|(_, task, _)| task).collect();
    let version = route_changed(coop, tx, courier, at).await?;
    Ok(Some(RouteOrder { version, tasks }))
}

/// A courier rides in another order than the plan's. `seen` is the version that was on the screen; a
/// phone that lost the answer asks again, and has what it wants already.
///
/// # Errors
/// [`CommandError::RouteMoved`] when the route is not the one that was seen any more;
/// [`CommandError::PickupFirst`] when goods would be handed over before they are picked up.
pub async fn reorder_own(
    coop: &Coop,
    courier: CourierId,
    seen: i64,
    planned: &[TaskId],
) -> Result<RouteOrder, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        couriers::lock(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
        let before = now(tx, courier).await?;
        if before.is_in(planned) {
            return Ok(before);
        }
        Ok(put(coop, tx, courier, Some(seen), planned, at).await?.unwrap_or(before))
    })
    .await
}
