//! The co-op's own vehicles come and go, and are taken for a shift.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::{Conn, vehicles};
use crate::domain::fleet::{CoopVehicle, NewVehicle, VehicleChange};
use crate::domain::ids::{UserId, VehicleId};

/// The co-op has one more vehicle.
///
/// # Errors
/// [`CommandError::Exists`]: one in service is called the same. [`CommandError::TooMany`].
pub async fn create(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    new: NewVehicle,
) -> Result<Answer<CoopVehicle>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        if vehicles::are_full(tx).await? {
            return Err(CommandError::TooMany("a co-op has 1000 vehicles at most"));
        }
        let vehicle = CoopVehicle::new(coop.clock.id(VehicleId::from_uuid), new.clone());
        check_name(tx, &vehicle).await?;
        vehicles::insert(tx, &vehicle, now).await?;
        let what = json!({ "vehicle_id": vehicle.id, "kind": vehicle.kind });
        acts::note(coop, tx, by, "create_vehicle", None, what).await?;
        Ok(vehicle)
    })
    .await
}

/// Changes a vehicle, retires it or brings it back. A shift that goes on keeps it.
///
/// # Errors
/// [`CommandError::NotFound`]; [`CommandError::Exists`]: another one in service is called the same.
pub async fn change(
    coop: &Coop,
    by: UserId,
    id: VehicleId,
    change: &VehicleChange,
) -> Result<CoopVehicle, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let before = vehicles::lock(tx, id).await?.ok_or(CommandError::NotFound("vehicle"))?;
        let Some(after) = before.change(change.clone(), now) else { return Ok(before) };
        check_name(tx, &after).await?;
        vehicles::save(tx, &after).await?;
        let mut what = json!({ "vehicle_id": id });
        if after.retired_at != before.retired_at {
            what["in_service"] = json!(after.retired_at.is_none());
        }
        acts::note(coop, tx, by, "change_vehicle", None, what).await?;
        Ok(after)
    })
    .await
}

async fn check_name(tx: &mut Conn, vehicle: &CoopVehicle) -> Result<(), CommandError> {
    let counts = vehicle.retired_at.is_none();
    if counts && vehicles::is_name_taken(tx, &vehicle.name, vehicle.id).await? {
        return Err(CommandError::Exists("another vehicle in service has this name"));
    }
    Ok(())
}

/// The vehicle that a shift is about to begin on, held until it has.
///
/// # Errors
/// [`CommandError::Vehicle`]: it is not in service, or somebody rides it.
pub(super) async fn take(tx: &mut Conn, id: VehicleId) -> Result<CoopVehicle, CommandError> {
    let vehicle = vehicles::lock(tx, id).await?.ok_or(CommandError::NotFound("vehicle"))?;
    vehicle.check_free(vehicles::is_ridden(tx, id).await?)?;
    Ok(vehicle)
}
