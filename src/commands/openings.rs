//! Shifts are offered one by one, or a week at a time from a template; dispatchers change and withdraw
//! them.

use serde_json::json;

use super::{Answer, CommandError, Once, acts, roster};
use crate::coop::Coop;
use crate::db::shift_templates::{self, Kept, TEMPLATES_MAX};
use crate::db::{couriers, openings};
use crate::domain::courier::Courier;
use crate::domain::ids::{CourierId, OpeningId, ShiftTemplateId, UserId};
use crate::domain::shift::opening::{Opening, Template, Wanted};
use crate::domain::shift::skill::Skills;
use crate::domain::text::Note;
use crate::domain::time::TimeWindow;
use crate::domain::week::Week;

const NO_TEMPLATE: CommandError = CommandError::NotFound("shift template");

/// Offers a shift.
pub async fn create(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    window: TimeWindow,
    wanted: &Wanted,
) -> Result<Answer<Opening>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let id = coop.clock.id(OpeningId::from_uuid);
        let opening = Opening::new(id, window, wanted.clone());
        opening.check(now)?;
        openings::insert(tx, &opening, now).await?;
        let what = json!({ "opening_id": opening.id });
        acts::note(coop, tx, by, "offer_shift", None, what).await?;
        Ok(opening)
    })
    .await
}

/// Changes how many are wanted, and who. New places go to those who wait.
pub async fn change(
    coop: &Coop,
    by: UserId,
    id: OpeningId,
    wanted: &Wanted,
) -> Result<Opening, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let known = openings::lock(tx, id).await?.ok_or(CommandError::NotFound("opening"))?;
        let mut changed = known.change(wanted.clone(), now)?;
        openings::save(tx, &changed).await?;
        let held = roster::hold(tx, Some(id), None).await?;
        roster::fill(coop, tx, &mut changed, &held).await?;
        let what = json!({ "opening_id": id, "places": changed.wanted.places });
        acts::note(coop, tx, by, "change_opening", None, what).await?;
        Ok(changed)
    })
    .await
}

/// Withdraws an offered shift: who has a place has it no longer, and is told why. Twice is once.
pub async fn withdraw(
    coop: &Coop,
    by: UserId,
    id: OpeningId,
    reason: &Note,
) -> Result<Opening, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let known = openings::lock(tx, id).await?.ok_or(CommandError::NotFound("opening"))?;
        let Some(gone) = known.withdraw(now)? else { return Ok(known) };
        roster::clear(coop, tx, id, reason).await?;
        openings::save(tx, &gone).await?;
        let what = json!({ "opening_id": id });
        acts::note(coop, tx, by, "withdraw_opening", None, what).await?;
        Ok(gone)
    })
    .await
}

/// Makes a template of a week.
pub async fn create_template(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    template: &Template,
) -> Result<Answer<ShiftTemplateId>, CommandError> {
    template.check()?;
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let known = shift_templates::list(tx).await?.len();
        if i64::try_from(known).is_ok_and(|known| known >= TEMPLATES_MAX) {
            return Err(CommandError::TooMany("there are a hundred shift templates"));
        }
        let id = coop.clock.id(ShiftTemplateId::from_uuid);
        shift_templates::insert(tx, &Kept { id, template: template.clone() }, now).await?;
        let what = json!({ "shift_template_id": id });
        acts::note(coop, tx, by, "make_shift_template", None, what).await?;
        Ok(id)
    })
    .await
}

/// Writes a template anew. What was published from it stays as it is.
pub async fn change_template(
    coop: &Coop,
    by: UserId,
    id: ShiftTemplateId,
    template: &Template,
) -> Result<(), CommandError> {
    template.check()?;
    coop.transact(async |tx| {
        shift_templates::lock(tx, id).await?.ok_or(NO_TEMPLATE)?;
        shift_templates::save(tx, &Kept { id, template: template.clone() }).await?;
        let what = json!({ "shift_template_id": id });
        acts::note(coop, tx, by, "change_shift_template", None, what).await
    })
    .await
}

/// Takes a template out of use. What was published from it stays.
pub async fn remove_template(
    coop: &Coop,
    by: UserId,
    id: ShiftTemplateId,
) -> Result<(), CommandError> {
    coop.transact(async |tx| {
        shift_templates::lock(tx, id).await?.ok_or(NO_TEMPLATE)?;
        shift_templates::remove(tx, id, coop.clock.now()).await?;
        let what = json!({ "shift_template_id": id });
        acts::note(coop, tx, by, "remove_shift_template", None, what).await
    })
    .await
}

/// What came of publishing a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    pub made: usize,
    /// Published before.
    pub known: usize,
    /// Begun already, or too far ahead.
    pub left_out: usize,
}

/// Offers what a template says for a week: each span on each of its days once, however often this is
/// asked for.
pub async fn publish(
    coop: &Coop,
    by: UserId,
    id: ShiftTemplateId,
    week: Week,
) -> Result<Published, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let template = shift_templates::lock(tx, id).await?.ok_or(NO_TEMPLATE)?.template;
        let drafts = template.drafts(id, week, &coop.rules.standing.holidays, &coop.rules.zone);
        let mut published = Published { made: 0, known: 0, left_out: 0 };
        for draft in &drafts {
            let new = coop.clock.id(OpeningId::from_uuid);
            let opening = Opening::new(new, draft.window, draft.wanted.clone());
            if opening.check(now).is_err() {
                published.left_out += 1;
            } else if openings::publish(tx, opening.id, draft, now).await? {
                published.made += 1;
            } else {
                published.known += 1;
            }
        }
        let what = json!({ "shift_template_id": id, "week": week, "made": published.made });
        acts::note(coop, tx, by, "publish_week", None, what).await?;
        Ok(published)
    })
    .await
}

/// Says what a courier knows how to do: all of it, in place of what was said before.
pub async fn set_skills(
    coop: &Coop,
    by: UserId,
    courier: CourierId,
    skills: &Skills,
) -> Result<Courier, CommandError> {
    coop.transact(async |tx| {
        let known = couriers::lock(tx, courier).await?.ok_or(CommandError::NotFound("courier"))?;
        couriers::set_skills(tx, courier, skills).await?;
        let what = json!({ "skills": skills });
        acts::note(coop, tx, by, "set_skills", Some(courier), what).await?;
        Ok(Courier { skills: skills.clone(), ..known })
    })
    .await
}
