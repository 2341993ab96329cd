//! A courier offers a planned shift to colleagues, and one of them takes it, in one step.

use super::{CommandError, roster};
use crate::coop::Coop;
use crate::db::{Conn, couriers, openings, shift_swaps, shifts};
use crate::domain::event::{Event, RosterChange};
use crate::domain::ids::{CourierId, ShiftId};
use crate::domain::shift::roster::RosterError;
use crate::domain::shift::{Shift, ShiftState};
use crate::domain::time::TimeWindow;

const NONE: CommandError = CommandError::NotFound("shift");

/// The hours of a shift that is still to come.
fn ahead(coop: &Coop, shift: &Shift) -> Result<TimeWindow, CommandError> {
    let window = shift.planned.filter(|window| window.after() > coop.clock.now());
    match (&shift.state, window) {
        (ShiftState::Planned, Some(window)) => Ok(window),
        (ShiftState::Planned | ShiftState::Open { .. } | ShiftState::Ended { .. }, _) => {
            Err(RosterError::Begun.into())
        }
    }
}

/// The courier's own planned shift, held.
async fn own(
    coop: &Coop,
    tx: &mut Conn,
    by: CourierId,
    id: ShiftId,
) -> Result<Shift, CommandError> {
    let shift = shifts::lock(tx, id).await?.filter(|shift| shift.courier_id == by).ok_or(NONE)?;
    ahead(coop, &shift)?;
    Ok(shift)
}

/// Offers an own shift to all colleagues, or to one. It stays the courier's until somebody takes it.
pub async fn offer(
    coop: &Coop,
    by: CourierId,
    id: ShiftId,
    to: Option<CourierId>,
) -> Result<Shift, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        if let Some(to) = to {
            let known = couriers::find(tx, to).await?.filter(|one| one.id != by);
            known.ok_or(CommandError::NotFound("colleague"))?;
        }
        let shift = own(coop, tx, by, id).await?;
        shift_swaps::put(tx, id, to, now).await?;
        coop.tell(tx, &Event::SwapOffered { shift: shift.clone(), to }, now).await?;
        Ok(shift)
    })
    .await
}

/// Offers an own shift no longer. What was not offered has nothing to withdraw.
pub async fn withdraw(coop: &Coop, by: CourierId, id: ShiftId) -> Result<(), CommandError> {
    coop.transact(async |tx| {
        own(coop, tx, by, id).await?;
        Ok(shift_swaps::remove(tx, id).await?)
    })
    .await
}

/// A colleague takes a shift that is offered: from one to the other in one step. Twice is once.
pub async fn take(coop: &Coop, by: CourierId, id: ShiftId) -> Result<Shift, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let known = shifts::find(tx, id).await?.ok_or(NONE)?;
        let opening = match known.opening_id {
            Some(opening) => openings::lock(tx, opening).await?,
            None => None,
        };
        let held = couriers::lock_all(tx, &[by, known.courier_id]).await?;
        let taker =
            held.iter().find(|one| one.id == by).ok_or(CommandError::NotFound("courier"))?;
        let shift = shifts::lock(tx, id).await?.ok_or(NONE)?;
        if shift.courier_id == by {
            return Ok(shift);
        }
        match shift_swaps::find(tx, id).await? {
            Some(None) => {}
            Some(Some(to)) if to == by => {}
            Some(Some(_)) => return Err(NONE),
            None => return Err(RosterError::NotOffered.into()),
        }
        // The owner was held as they were known; whoever has it by now offers it anew.
        if shift.courier_id != known.courier_id {
            return Err(RosterError::NotOffered.into());
        }
        let window = ahead(coop, &shift)?;
        let wanted = opening.as_ref().map(|opening| &opening.wanted);
        roster::check(coop, tx, taker, window, wanted).await?;
        roster::part(coop, tx, &shift, roster::Parting::Swapped).await?;
        let taken = Shift { courier_id: by, ..shift.clone() };
        shifts::save(tx, &taken).await?;
        shift_swaps::remove(tx, id).await?;
        if let Some(opening) = opening {
            openings::leave(tx, opening.id, by).await?;
        }
        let told = taken.clone();
        for (change, shift) in [(RosterChange::Cancelled, shift), (RosterChange::Planned, told)] {
            coop.tell(tx, &Event::Roster { change, shift, reason: None }, now).await?;
        }
        Ok(taken)
    })
    .await
}
