//! Couriers say when they can work and ask for days off; dispatchers answer.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::{absences, couriers, identity};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, DaysOffId, UserId};
use crate::domain::shift::absence::{ASKED_MAX, Availability, DaysOff, State, Verdict};
use crate::domain::text::Note;

const NONE: CommandError = CommandError::NotFound("days off");

/// Keeps when a courier can work, in place of what was said before.
pub async fn set_availability(
    coop: &Coop,
    by: CourierId,
    week: &Availability,
) -> Result<(), CommandError> {
    week.check()?;
    coop.transact(async |tx| Ok(absences::put_availability(tx, by, week).await?)).await
}

/// The courier asks for days off, from the first to the last.
pub async fn ask(
    coop: &Coop,
    once: Option<&Once>,
    by: CourierId,
    (first, last): (Day, Day),
    note: Option<&Note>,
) -> Result<Answer<DaysOff>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let days = DaysOff {
            id: coop.clock.id(DaysOffId::from_uuid),
            courier_id: by,
            first,
            last,
            note: note.cloned(),
            asked_at: at,
            state: State::Asked,
            answer: None,
        };
        days.check(Day::of(at, &coop.rules.zone))?;
        let asked = absences::of(tx, by).await?;
        if asked.iter().filter(|days| days.state == State::Asked).count() >= ASKED_MAX {
            return Err(CommandError::TooMany("fifty of your days off wait for an answer"));
        }
        absences::insert(tx, &days).await?;
        Ok(days)
    })
    .await
}

/// The courier takes a question back, or gives granted days back. Twice is once.
pub async fn withdraw(coop: &Coop, by: CourierId, id: DaysOffId) -> Result<DaysOff, CommandError> {
    coop.transact(async |tx| {
        let known = absences::lock(tx, id).await?.filter(|days| days.courier_id == by);
        let known = known.ok_or(NONE)?;
        let Some(gone) = known.withdraw()? else { return Ok(known) };
        absences::save(tx, &gone).await?;
        Ok(gone)
    })
    .await
}

/// A dispatcher answers, once and not for themselves; the courier is told.
pub async fn answer(
    coop: &Coop,
    by: UserId,
    id: DaysOffId,
    verdict: Verdict,
    reason: Option<&Note>,
) -> Result<DaysOff, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        let asked = absences::lock(tx, id).await?.ok_or(NONE)?;
        let answered = asked.answer((by, user.courier_id), verdict, reason.cloned(), at)?;
        absences::save(tx, &answered).await?;
        let courier_id = answered.courier_id;
        let told = Event::DaysOffAnswered { days_off_id: id, courier_id, verdict };
        coop.tell(tx, &told, at).await?;
        let what = json!({ "days_off_id": id });
        acts::note(coop, tx, by, "answer_days_off", Some(courier_id), what).await?;
        Ok(answered)
    })
    .await
}
