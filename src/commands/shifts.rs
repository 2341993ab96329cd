//! Shifts are planned, started and stopped.

use serde::{Deserialize, Serialize};

use super::{Answer, CommandError, Once, happened, pay, roster, suspensions, vehicles};
use crate::coop::Coop;
use crate::db::{Conn, absences, couriers, offers, shifts, tasks};
use crate::domain::courier::Courier;
use crate::domain::event::Event;
use crate::domain::fleet::CoopVehicle;
use crate::domain::ids::{CourierId, ShiftId, VehicleId};
use crate::domain::shift::absence::{self, Warning};
use crate::domain::shift::{PayRule, Shift, ShiftError, ShiftState};
use crate::domain::time::{Seconds, TimeWindow, Timestamp};

/// A shift that was agreed, and what speaks against it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Planned {
    #[serde(flatten)]
    pub shift: Shift,
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// Agrees a shift with a courier, where the rules of rest allow it and the courier has no days off.
pub async fn plan(
    coop: &Coop,
    once: Option<&Once>,
    courier: CourierId,
    window: TimeWindow,
) -> Result<Answer<Planned>, CommandError> {
    coop.once(once, async |tx| {
        let who = couriers::lock(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
        roster::check(coop, tx, &who, window, None).await?;
        let days_off = absences::of(tx, courier).await?;
        absence::check_planned(window, &days_off, &coop.rules.zone)?;
        let shift = Shift {
            id: coop.clock.id(ShiftId::from_uuid),
            courier_id: courier,
            planned: Some(window),
            opening_id: None,
            vehicle_id: None,
            state: ShiftState::Planned,
        };
        roster::add(coop, tx, &shift).await?;
        let warnings = roster::warnings(coop, tx, courier, window).await?;
        Ok(Planned { shift, warnings })
    })
    .await
}

/// Tells that a shift has begun or ended; `on` is what the courier rides from now on.
async fn tell(
    coop: &Coop,
    tx: &mut Conn,
    shift: Shift,
    courier: Courier,
    on: Option<CoopVehicle>,
    at: Timestamp,
) -> Result<(), CommandError> {
    let break_due_at = shift.break_due(&coop.rules.shifts.rest);
    let vehicle = Some(on.as_ref().map_or(courier.vehicle, |vehicle| vehicle.kind));
    let vehicle_name = on.map(|vehicle| vehicle.name);
    let courier_name = courier.name;
    let told = Event::Shift { shift, courier_name, break_due_at, vehicle, vehicle_name };
    coop.tell(tx, &told, at).await
}

/// The courier starts to work: the named shift, else the planned one that covers now, else one on
/// the spot; on the named vehicle of the co-op's, else on their own. Starting twice is starting once,
/// on what it was started on first.
///
/// # Errors
/// [`CommandError::Vehicle`]: it is not in service, or somebody rides it.
pub async fn start(
    coop: &Coop,
    by: CourierId,
    wanted: Option<ShiftId>,
    vehicle: Option<VehicleId>,
    device_time: Option<Timestamp>,
) -> Result<Shift, CommandError> {
    let at = happened(device_time, coop.clock.now());
    coop.transact(async |tx| start_in(coop, tx, by, wanted, vehicle, at).await).await
}

/// [`start`] as a part of something larger.
pub(super) async fn start_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    wanted: Option<ShiftId>,
    vehicle: Option<VehicleId>,
    at: Timestamp,
) -> Result<Shift, CommandError> {
    let courier = couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    if let Some(open) = shifts::find_open(tx, by).await? {
        return Ok(open);
    }
    suspensions::check(tx, by, at).await?;
    let planned = match wanted {
        Some(id) => {
            let shift = shifts::find(tx, id).await?.filter(|shift| shift.courier_id == by);
            Some(shift.ok_or(CommandError::NotFound("shift"))?)
        }
        None => {
            let early = Seconds(coop.rules.service.early_start_s);
            shifts::find_planned(tx, by, at, early).await?
        }
    };
    let fresh = Shift {
        id: coop.clock.id(ShiftId::from_uuid),
        courier_id: by,
        planned: None,
        opening_id: None,
        vehicle_id: None,
        state: ShiftState::Planned,
    };
    let is_planned = planned.is_some();
    let known = planned.unwrap_or(fresh);
    let Some(shift) = known.start(at)? else { return Ok(known) };
    let on = match vehicle {
        Some(id) => Some(vehicles::take(tx, id).await?),
        None => None,
    };
    let shift = Shift { vehicle_id: vehicle, ..shift };
    if is_planned {
        shifts::save(tx, &shift).await?;
    } else {
        shifts::insert(tx, &shift).await?;
    }
    tell(coop, tx, shift.clone(), courier, on, at).await?;
    Ok(shift)
}

/// A break begins: nobody asks the courier for anything, and nobody sees where they are. Refused while
/// goods or promises are held. Twice is once.
pub async fn pause(
    coop: &Coop,
    by: CourierId,
    device_time: Option<Timestamp>,
) -> Result<Shift, CommandError> {
    let at = happened(device_time, coop.clock.now());
    coop.transact(async |tx| pause_in(coop, tx, by, at).await).await
}

/// [`pause`] as a part of something larger.
pub(super) async fn pause_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    at: Timestamp,
) -> Result<Shift, CommandError> {
    let (courier, open) = at_work(tx, by).await?;
    let held = tasks::route(tx, by).await?.len();
    let Some(paused) = open.pause(at, held)? else { return Ok(open) };
    withdraw_offers(coop, tx, by).await?;
    save_break(coop, tx, paused, courier, at).await
}

/// The break ends. Twice is once.
pub async fn resume(
    coop: &Coop,
    by: CourierId,
    device_time: Option<Timestamp>,
) -> Result<Shift, CommandError> {
    let at = happened(device_time, coop.clock.now());
    coop.transact(async |tx| resume_in(coop, tx, by, at).await).await
}

/// [`resume`] as a part of something larger.
pub(super) async fn resume_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    at: Timestamp,
) -> Result<Shift, CommandError> {
    let (courier, open) = at_work(tx, by).await?;
    let Some(resumed) = open.resume(at)? else { return Ok(open) };
    save_break(coop, tx, resumed, courier, at).await
}

/// The courier, held, and their open shift.
async fn at_work(tx: &mut Conn, by: CourierId) -> Result<(Courier, Shift), CommandError> {
    let courier = couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    Ok((courier, shifts::find_open(tx, by).await?.ok_or(ShiftError::NotOpen)?))
}

async fn save_break(
    coop: &Coop,
    tx: &mut Conn,
    shift: Shift,
    courier: Courier,
    at: Timestamp,
) -> Result<Shift, CommandError> {
    shifts::save(tx, &shift).await?;
    let break_due_at = shift.break_due(&coop.rules.shifts.rest);
    let told = Event::Break { shift: shift.clone(), courier_name: courier.name, break_due_at };
    coop.tell(tx, &told, at).await?;
    Ok(shift)
}

/// What the courier is asked for is asked no longer.
async fn withdraw_offers(coop: &Coop, tx: &mut Conn, by: CourierId) -> Result<(), CommandError> {
    let now = coop.clock.now();
    for offer in offers::live_of(tx, by).await? {
        if let Some(withdrawn) = offer.withdraw(now) {
            offers::save(tx, &withdrawn).await?;
            coop.tell(tx, &Event::Offer { offer: Box::new(withdrawn) }, now).await?;
        }
    }
    Ok(())
}

/// What of a shift's time is paid, by the tariff and the shift policy in force.
pub fn pay_rule(coop: &Coop) -> PayRule {
    let break_time = Seconds::from_minutes(coop.rules.shifts.paid_break_minutes);
    PayRule { time: coop.rules.tariff.paid_time, break_time }
}

/// The courier stops: the time to pay is fixed and the guarantee topped up. Refused while goods or
/// promises are held. Stopping twice is stopping once.
pub async fn stop(
    coop: &Coop,
    by: CourierId,
    device_time: Option<Timestamp>,
) -> Result<Shift, CommandError> {
    let at = happened(device_time, coop.clock.now());
    coop.transact(async |tx| stop_in(coop, tx, by, at).await).await
}

/// [`stop`] as a part of something larger.
pub(super) async fn stop_in(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    at: Timestamp,
) -> Result<Shift, CommandError> {
    let courier = couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
    let Some(open) = shifts::find_open(tx, by).await? else {
        // A retry: the last one has ended already.
        return shifts::find_ended(tx, by).await?.ok_or(ShiftError::NotOpen.into());
    };
    let held = tasks::route(tx, by).await?.len();
    let Some(ended) = open.stop(at, held, pay_rule(coop))? else { return Ok(open) };
    shifts::save(tx, &ended).await?;
    withdraw_offers(coop, tx, by).await?;
    if let ShiftState::Ended { paid, .. } = ended.state {
        pay::book_guarantee(coop, tx, by, ended.id, paid, at).await?;
    }
    tell(coop, tx, ended.clone(), courier, None, at).await?;
    Ok(ended)
}
