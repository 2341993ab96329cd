//! Shifts that are offered to whoever may ride them: openings, and the weekly templates that they are
//! published from.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::skill::Skills;
use crate::domain::day::Day;
use crate::domain::holidays::Holidays;
use crate::domain::hours::Hours;
use crate::domain::ids::{OpeningId, ShiftTemplateId};
use crate::domain::text::{Name, Note};
use crate::domain::time::{Seconds, TimeWindow, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::domain::week::Week;
use crate::domain::zone::ZoneName;

/// Most couriers of one opening.
pub const PLACES_MAX: u16 = 200;
/// Shortest and longest opening, in minutes.
const MINUTES: std::ops::RangeInclusive<i64> = 15..=24 * 60;
/// How far ahead a shift may be offered, in days.
const AHEAD_MAX: i64 = 366;
/// Most spans of a template.
const SPANS_MAX: usize = 100;

/// How many are wanted, and who.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// For how many couriers there is work.
    #[schemars(range(min = 1, max = PLACES_MAX))]
    pub places: u16,
    /// What each of them must know.
    #[serde(default)]
    pub skills: Skills,
    /// What each of them must ride; empty: anything.
    #[serde(default)]
    #[schemars(with = "Vec<VehicleKind>")]
    pub vehicles: BTreeSet<VehicleKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Where most of the work will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneName>,
}

/// A shift that is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub id: OpeningId,
    pub window: TimeWindow,
    pub wanted: Wanted,
    /// Places that somebody has.
    pub taken: u16,
    pub withdrawn_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    #[error("a shift is offered to between 1 and {PLACES_MAX} couriers")]
    Places,
    #[error("a shift that is offered lasts between 15 minutes and 24 hours")]
    Length,
    #[error("a shift that is offered begins within the next {AHEAD_MAX} days")]
    Begin,
    #[error("{taken} places are taken; fewer there cannot be")]
    Fewer { taken: u16 },
    #[error("this shift is not offered any more: it was withdrawn, or has begun")]
    Over,
}

impl Wanted {
    /// # Errors
    /// [`OpeningError::Places`].
    pub fn check(&self) -> Result<(), OpeningError> {
        let sensible = (1..=PLACES_MAX).contains(&self.places);
        if sensible { Ok(()) } else { Err(OpeningError::Places) }
    }
}

impl Opening {
    /// One that nobody has a place of yet.
    pub const fn new(id: OpeningId, window: TimeWindow, wanted: Wanted) -> Self {
        Self { id, window, wanted, taken: 0, withdrawn_at: None }
    }

    /// Checks one that is about to be offered.
    ///
    /// # Errors
    /// [`OpeningError::Places`], [`OpeningError::Length`], [`OpeningError::Begin`].
    pub fn check(&self, now: Timestamp) -> Result<(), OpeningError> {
        self.wanted.check()?;
        let lasts = self.window.before().since(self.window.after());
        if !MINUTES.contains(&(lasts.0 / 60)) {
            return Err(OpeningError::Length);
        }
        let ahead = self.window.after().since(now);
        if ahead <= Seconds::ZERO || ahead > Seconds(AHEAD_MAX * 86_400) {
            return Err(OpeningError::Begin);
        }
        Ok(())
    }

    /// # Errors
    /// [`OpeningError::Over`] once nobody can get in any more.
    pub fn check_open(&self, now: Timestamp) -> Result<(), OpeningError> {
        let over = self.withdrawn_at.is_some() || self.window.after() <= now;
        if over { Err(OpeningError::Over) } else { Ok(()) }
    }

    /// Another number of places, or other words. Who has a place keeps it.
    ///
    /// # Errors
    /// [`OpeningError::Over`], [`OpeningError::Places`], [`OpeningError::Fewer`].
    pub fn change(&self, wanted: Wanted, now: Timestamp) -> Result<Self, OpeningError> {
        self.check_open(now)?;
        wanted.check()?;
        if wanted.places < self.taken {
            return Err(OpeningError::Fewer { taken: self.taken });
        }
        Ok(Self { wanted, ..self.clone() })
    }

    /// `None` when it was withdrawn before.
    ///
    /// # Errors
    /// [`OpeningError::Over`] when it has begun.
    pub fn withdraw(&self, at: Timestamp) -> Result<Option<Self>, OpeningError> {
        if self.withdrawn_at.is_some() {
            return Ok(None);
        }
        self.check_open(at)?;
        Ok(Some(Self { withdrawn_at: Some(at), taken: 0, ..self.clone() }))
    }

    pub const fn is_full(&self) -> bool {
        self.taken >= self.wanted.places
    }
}

/// A part of a week: on which days, from when to when, and who is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TemplateSpan")]
pub struct Span {
    pub hours: Hours,
    pub wanted: Wanted,
}

/// A week as it usually is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShiftTemplate")]
pub struct Template {
    pub name: Name,
    #[schemars(length(min = 1, max = SPANS_MAX))]
    pub spans: Vec<Span>,
    /// Whether nothing is offered on public holidays and the co-op's own.
    #[serde(default)]
    pub skips_holidays: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("a template has between 1 and {SPANS_MAX} spans, each on days from 1 to 7")]
    Spans,
    #[error("a span of a template lasts at least 15 minutes")]
    Length,
    #[error(transparent)]
    Wanted(#[from] OpeningError),
}

/// What a template makes of one of its days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub template_id: ShiftTemplateId,
    pub day: Day,
    /// Which span of the template.
    pub number: i16,
    pub window: TimeWindow,
    pub wanted: Wanted,
}

impl Template {
    /// # Errors
    /// The first fault, in the order of [`TemplateError`].
    pub fn check(&self) -> Result<(), TemplateError> {
        let few = (1..=SPANS_MAX).contains(&self.spans.len());
        if !few || !self.spans.iter().all(|span| span.hours.has_days()) {
            return Err(TemplateError::Spans);
        }
        if !self.spans.iter().all(|span| MINUTES.contains(&i64::from(span.hours.minutes()))) {
            return Err(TemplateError::Length);
        }
        self.spans.iter().try_for_each(|span| span.wanted.check())?;
        Ok(())
    }

    /// What is to be offered in a week: each span on each of its days, by the clocks on the wall. What
    /// the change of the clocks leaves nothing of is left out.
    pub fn drafts(
        &self,
        id: ShiftTemplateId,
        week: Week,
        holidays: &Holidays,
        zone: &TimeZone,
    ) -> Vec<Draft> {
        let days = week.days().filter(|day| !(self.skips_holidays && holidays.has(*day)));
        let mut drafts = Vec::new();
        for day in days {
            for (number, span) in (0_i16..).zip(&self.spans) {
                let window = span.hours.beginning(day, zone).filter(|_| span.hours.are_on(day));
                let draft = window.map(|window| Draft {
                    template_id: id,
                    day,
                    number,
                    window,
                    wanted: span.wanted.clone(),
                });
                drafts.extend(draft);
            }
        }
        drafts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn template() -> Template {
        serde_json::from_value(serde_json::json!({
            "name": "usual", "skips_holidays": true, "spans": [
                { "hours": { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
                  "wanted": { "places": 3, "skills": ["keys"], "vehicles": ["cargo_bike"] } },
                { "hours": { "weekdays": [6], "from": "18:00", "to": "01:00" },
                  "wanted": { "places": 2 } },
            ],
        }))
        .unwrap()
    }

    fn starts(week: &str) -> Vec<String> {
        let id = ShiftTemplateId::from_uuid(uuid_v7(Timestamp::EPOCH, [1; 10]));
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let holidays = Holidays { france: true, own: BTreeSet::new() };
        let drafts = template().drafts(id, week.parse().unwrap(), &holidays, &paris);
        drafts.iter().map(|draft| draft.window.after().to_string()[..16].to_owned()).collect()
    }

    #[test]
    fn a_week_is_published_by_the_clock_on_the_wall_and_without_holidays() {
        assert_eq!(template().check(), Ok(()));
        // From Saturday to Sunday night the clocks go forward.
        let before = ["2026-03-23T10:30", "2026-03-24T10:30", "2026-03-25T10:30"];
        assert_eq!(starts("2026-W13")[..3], before);
        assert_eq!(starts("2026-W13")[5], "2026-03-28T17:00");
        // Easter Monday is left out, and it is summer.
        let after = ["2026-04-07T09:30", "2026-04-08T09:30", "2026-04-09T09:30"];
        assert_eq!(starts("2026-W15")[..3], after);
        assert_eq!(starts("2026-W15").len(), 5);
    }

    #[test]
    fn a_template_that_says_nothing_is_none() {
        let with = |change: fn(&mut Template)| {
            let mut template = template();
            change(&mut template);
            template.check()
        };
        assert_eq!(with(|one| one.spans.clear()), Err(TemplateError::Spans));
        let no_day = with(|one| one.spans[0].hours.weekdays.clear());
        assert_eq!(no_day, Err(TemplateError::Spans));
        let nothing = with(|one| one.spans[0].hours.to = one.spans[0].hours.from);
        assert_eq!(nothing, Err(TemplateError::Length));
        let nobody = with(|one| one.spans[0].wanted.places = 0);
        assert_eq!(nobody, Err(TemplateError::Wanted(OpeningError::Places)));
    }

    #[test]
    fn who_has_a_place_keeps_it_until_the_shift_is_withdrawn() {
        let at = Timestamp::from_seconds;
        let opening = Opening {
            id: OpeningId::from_uuid(uuid_v7(at(0), [1; 10])),
            window: TimeWindow::new(at(7_200), at(14_400)).unwrap(),
            wanted: Wanted { places: 3, ..template().spans[1].wanted.clone() },
            taken: 2,
            withdrawn_at: None,
        };
        assert_eq!(opening.check(at(0)), Ok(()));
        assert_eq!(opening.check(at(7_200)), Err(OpeningError::Begin));
        let places = |places| Wanted { places, ..opening.wanted.clone() };
        assert!(!opening.is_full() && opening.change(places(2), at(0)).unwrap().is_full());
        assert_eq!(opening.change(places(1), at(0)), Err(OpeningError::Fewer { taken: 2 }));
        assert_eq!(opening.change(places(4), at(7_200)), Err(OpeningError::Over));
        let gone = opening.withdraw(at(1)).unwrap().unwrap();
        assert_eq!(gone.withdraw(at(2)), Ok(None));
        assert_eq!(gone.check_open(at(2)), Err(OpeningError::Over));
        assert_eq!(opening.withdraw(at(7_200)), Err(OpeningError::Over));
    }
}
