//! Couriers apply for shifts that are offered, wait for a place, and give shifts back; the next in
//! turn then has it. Whoever takes or frees a place holds the opening first, then the couriers.

use serde_json::json;

use super::{CommandError, acts, suspensions};
use crate::coop::Coop;
use crate::db::{Conn, absences, calendars, couriers, openings, shifts};
use crate::domain::courier::Courier;
use crate::domain::event::{Event, RosterChange};
use crate::domain::ids::{CourierId, OpeningId, ShiftId, UserId};
use crate::domain::shift::absence::{self, Warning};
use crate::domain::shift::opening::{Opening, Wanted};
use crate::domain::shift::rest::hours_within;
use crate::domain::shift::roster::{Candidate, RosterError, Waiter, in_turn};
use crate::domain::shift::{Shift, ShiftState};
use crate::domain::text::Note;
use crate::domain::time::{Seconds, TimeWindow};
use crate::domain::week::Week;

const NONE: CommandError = CommandError::NotFound("opening");

/// What came of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    Placed(Shift),
    /// Every place is taken.
    Waiting(Turn),
}

/// Where somebody stands in a waitlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// 1 is next.
    pub place: usize,
    /// How much they are planned to work in that week.
    pub planned: Seconds,
}

/// Writes a planned shift, and tells the courier.
pub(super) async fn add(coop: &Coop, tx: &mut Conn, shift: &Shift) -> Result<(), CommandError> {
    shifts::insert(tx, shift).await?;
    let told = Event::Roster { change: RosterChange::Planned, shift: shift.clone(), reason: None };
    coop.tell(tx, &told, coop.clock.now()).await
}

/// By whom a planned shift ceases to be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// By the courier.
    GivenBack,
    /// By the desk, with the opening or the courier's erasure.
    TakenOff,
    /// To a colleague.
    Swapped,
}

/// Writes down that a planned shift is the courier's no longer, for their calendar.
pub(super) async fn part(
    coop: &Coop,
    tx: &mut Conn,
    shift: &Shift,
    how: Parting,
) -> Result<(), CommandError> {
    let Some(planned) = shift.planned else { return Ok(()) };
    let given_back = how == Parting::GivenBack;
    let whose = (shift.id, shift.courier_id);
    Ok(calendars::note_gone(tx, whose, planned, given_back, coop.clock.now()).await?)
}

/// Removes a planned shift, and tells the courier.
async fn remove(
    coop: &Coop,
    tx: &mut Conn,
    shift: Shift,
    how: Parting,
    reason: Option<&Note>,
) -> Result<(), CommandError> {
    part(coop, tx, &shift, how).await?;
    shifts::remove(tx, shift.id).await?;
    let reason = reason.cloned();
    let told = Event::Roster { change: RosterChange::Cancelled, shift, reason };
    coop.tell(tx, &told, coop.clock.now()).await
}

/// Whether a courier, who is held, may work then and brings along what is wanted.
pub(super) async fn check(
    coop: &Coop,
    tx: &mut Conn,
    courier: &Courier,
    window: TimeWindow,
    wanted: Option<&Wanted>,
) -> Result<(), CommandError> {
    suspensions::check(tx, courier.id, window.after()).await?;
    let rules = &coop.rules.shifts.rest;
    let around = shifts::around(tx, &[courier.id], rules.reach(window)).await?;
    let work = work_of(coop, &around, courier.id);
    let candidate = Candidate { vehicle: courier.vehicle, skills: &courier.skills, work: &work };
    Ok(candidate.check(window, wanted, rules, &coop.rules.zone)?)
}

/// What speaks against somebody's working then, without forbidding it.
pub async fn warnings(
    coop: &Coop,
    conn: &mut Conn,
    courier: CourierId,
    window: TimeWindow,
) -> Result<Vec<Warning>, CommandError> {
    let week = absences::availability(conn, courier).await?;
    let days_off = absences::of(conn, courier).await?;
    Ok(absence::warnings(window, &week, &days_off, &coop.rules.zone))
}

fn work_of(coop: &Coop, all: &[Shift], courier: CourierId) -> Vec<TimeWindow> {
    let now = coop.clock.now();
    let own = all.iter().filter(|shift| shift.courier_id == courier);
    own.filter_map(|shift| shift.work(now)).collect()
}

/// Those who wait for a place, in turn.
pub async fn queue(
    coop: &Coop,
    conn: &mut Conn,
    opening: &Opening,
) -> Result<Vec<Waiter>, CommandError> {
    let waits = openings::waits(conn, &[opening.id]).await?;
    let zone = &coop.rules.zone;
    let week = Week::of(opening.window.after(), zone).span(1, zone);
    let ids: Vec<CourierId> = waits.iter().map(|(_, courier, _)| *courier).collect();
    let around = match week {
        Some(week) if !ids.is_empty() => {
            shifts::around(conn, &ids, (week.after(), week.before())).await?
        }
        _ => Vec::new(),
    };
    let waiter = |(_, courier_id, since)| {
        let work = work_of(coop, &around, courier_id);
        let planned = week.map_or(Seconds::ZERO, |week| hours_within(&work, week));
        Waiter { courier_id, since, planned }
    };
    Ok(in_turn(waits.into_iter().map(waiter).collect()))
}

/// Gives a place to somebody who is held, with the opening.
async fn place(
    coop: &Coop,
    tx: &mut Conn,
    opening: &mut Opening,
    courier: CourierId,
) -> Result<Shift, CommandError> {
    let shift = Shift {
        id: coop.clock.id(ShiftId::from_uuid),
        courier_id: courier,
        planned: Some(opening.window),
        opening_id: Some(opening.id),
        vehicle_id: None,
        state: ShiftState::Planned,
    };
    add(coop, tx, &shift).await?;
    opening.taken += 1;
    openings::save(tx, opening).await?;
    openings::leave(tx, opening.id, courier).await?;
    Ok(shift)
}

/// Gives the places that are free to those who wait, in turn. Who may not work then by now keeps
/// waiting. The opening is held, and so are those who wait.
pub(super) async fn fill(
    coop: &Coop,
    tx: &mut Conn,
    opening: &mut Opening,
    held: &[Courier],
) -> Result<(), CommandError> {
    if opening.check_open(coop.clock.now()).is_err() || opening.is_full() {
        return Ok(());
    }
    for waiter in queue(coop, tx, opening).await? {
        let Some(courier) = held.iter().find(|one| one.id == waiter.courier_id) else { continue };
        let wanted = opening.wanted.clone();
        match check(coop, tx, courier, opening.window, Some(&wanted)).await {
            Ok(()) => {
                place(coop, tx, opening, courier.id).await?;
            }
            Err(CommandError::Roster(_) | CommandError::Shift(_)) => {}
            Err(error) => return Err(error),
        }
        if opening.is_full() {
            break;
        }
    }
    Ok(())
}

/// Holds somebody, if anybody, and all who wait for an opening, in the order of their ids.
pub(super) async fn hold(
    tx: &mut Conn,
    opening: Option<OpeningId>,
    besides: Option<CourierId>,
) -> Result<Vec<Courier>, CommandError> {
    let mut ids: Vec<CourierId> = besides.into_iter().collect();
    if let Some(opening) = opening {
        let waits = openings::waits(tx, &[opening]).await?;
        ids.extend(waits.into_iter().map(|(_, courier, _)| courier));
    }
    Ok(couriers::lock_all(tx, &ids).await?)
}

/// The courier asks for a place: it is theirs, or they wait for one. Twice is once.
pub async fn apply(
    coop: &Coop,
    by: CourierId,
    id: OpeningId,
) -> Result<(Applied, Vec<Warning>), CommandError> {
    coop.transact(async |tx| {
        let mut opening = openings::lock(tx, id).await?.ok_or(NONE)?;
        let courier = couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let placed = shifts::of_openings(tx, &[id]).await?;
        let warnings = warnings(coop, tx, by, opening.window).await?;
        if let Some(own) = placed.into_iter().find(|shift| shift.courier_id == by) {
            return Ok((Applied::Placed(own), warnings));
        }
        opening.check_open(coop.clock.now())?;
        let wanted = opening.wanted.clone();
        check(coop, tx, &courier, opening.window, Some(&wanted)).await?;
        if !opening.is_full() {
            return Ok((Applied::Placed(place(coop, tx, &mut opening, by).await?), warnings));
        }
        if openings::count_waits(tx, id).await? >= openings::WAITS_MAX {
            return Err(CommandError::TooMany("five hundred wait for this shift already"));
        }
        openings::wait(tx, id, by, coop.clock.now()).await?;
        let turns = queue(coop, tx, &opening).await?;
        let found = turns.iter().zip(1..).find(|(waiter, _)| waiter.courier_id == by);
        let (waiter, place) = found.ok_or(NONE)?;
        Ok((Applied::Waiting(Turn { place, planned: waiter.planned }), warnings))
    })
    .await
}

/// The courier waits no longer. Who did not wait has nothing to leave.
pub async fn leave(coop: &Coop, by: CourierId, id: OpeningId) -> Result<(), CommandError> {
    coop.transact(async |tx| {
        openings::lock(tx, id).await?.ok_or(NONE)?;
        Ok(openings::leave(tx, id, by).await?)
    })
    .await
}

/// Frees the place of a planned shift for the next in turn.
pub(super) async fn free(
    coop: &Coop,
    tx: &mut Conn,
    id: ShiftId,
    may: impl Fn(&Shift) -> Result<(), CommandError>,
    how: Parting,
    reason: Option<&Note>,
) -> Result<Shift, CommandError> {
    const GONE: CommandError = CommandError::NotFound("shift");
    let known = shifts::find(tx, id).await?.ok_or(GONE)?;
    may(&known)?;
    let opening = match known.opening_id {
        Some(opening) => openings::lock(tx, opening).await?,
        None => None,
    };
    let held = hold(tx, known.opening_id, Some(known.courier_id)).await?;
    let shift = shifts::lock(tx, id).await?.ok_or(GONE)?;
    may(&shift)?;
    if shift.state != ShiftState::Planned {
        return Err(RosterError::Begun.into());
    }
    remove(coop, tx, shift.clone(), how, reason).await?;
    if let Some(mut opening) = opening {
        opening.taken = opening.taken.saturating_sub(1);
        openings::save(tx, &opening).await?;
        fill(coop, tx, &mut opening, &held).await?;
    }
    Ok(shift)
}

/// The courier gives a shift back, early enough; the next in turn has it. Twice is once.
pub async fn give_back(coop: &Coop, by: CourierId, id: ShiftId) -> Result<(), CommandError> {
    let now = coop.clock.now();
    let may = |shift: &Shift| {
        if shift.courier_id != by {
            return Err(CommandError::NotFound("shift"));
        }
        let begins = shift.planned.map(TimeWindow::after);
        let until = begins.map(|begins| coop.rules.shifts.give_back_until(begins));
        match until {
            Some(until) if shift.state == ShiftState::Planned && now > until => {
                Err(RosterError::TooLate { until }.into())
            }
            Some(_) | None => Ok(()),
        }
    };
    coop.transact(async |tx| match free(coop, tx, id, may, Parting::GivenBack, None).await {
        Err(CommandError::NotFound(_)) if calendars::was_given_back(tx, id, by).await? => Ok(()),
        outcome => outcome.map(drop),
    })
    .await
}

/// A dispatcher takes a planned shift off somebody, at any time before it begins.
pub async fn cancel(
    coop: &Coop,
    by: UserId,
    id: ShiftId,
    reason: &Note,
) -> Result<(), CommandError> {
    coop.transact(async |tx| {
        let shift = free(coop, tx, id, |_| Ok(()), Parting::TakenOff, Some(reason)).await?;
        let what = json!({ "shift_id": id });
        acts::note(coop, tx, by, "cancel_shift", Some(shift.courier_id), what).await
    })
    .await
}

/// Takes everybody off an opening that is withdrawn.
pub(super) async fn clear(
    coop: &Coop,
    tx: &mut Conn,
    id: OpeningId,
    reason: &Note,
) -> Result<(), CommandError> {
    let placed = shifts::of_openings(tx, &[id]).await?;
    if placed.iter().any(|shift| shift.state != ShiftState::Planned) {
        return Err(RosterError::Begun.into());
    }
    let ids: Vec<CourierId> = placed.iter().map(|shift| shift.courier_id).collect();
    couriers::lock_all(tx, &ids).await?;
    for shift in placed {
        remove(coop, tx, shift, Parting::TakenOff, Some(reason)).await?;
    }
    Ok(openings::clear_waits(tx, id).await?)
}
