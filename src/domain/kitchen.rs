//! A merchant's kitchen: when it is open, how long it cooks, and whether it wants to be asked before
//! a courier is looked for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::hours::{DAY_MINUTES, Hours};
use super::text::Text;
use super::time::{Seconds, TimeWindow, Timestamp};

/// Most spans of hours in a week.
const HOURS_MAX: usize = 50;
/// Most days that a kitchen is closed on by date.
const CLOSED_MAX: usize = 400;
/// How far ahead an opening is looked for: every day may be a closed one.
const LOOK_DAYS: usize = CLOSED_MAX + 8;
/// Minutes of a week, where the clocks are not changed.
const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;

/// Whole minutes between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Minutes<const MIN: u16, const MAX: u16>(u16);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("between {min} and {max} minutes")]
pub struct MinutesError {
    min: u16,
    max: u16,
}

impl<const MIN: u16, const MAX: u16> TryFrom<u16> for Minutes<MIN, MAX> {
    type Error = MinutesError;
    fn try_from(minutes: u16) -> Result<Self, MinutesError> {
        let fits = (MIN..=MAX).contains(&minutes);
        if fits { Ok(Self(minutes)) } else { Err(MinutesError { min: MIN, max: MAX }) }
    }
}

impl<const MIN: u16, const MAX: u16> From<Minutes<MIN, MAX>> for u16 {
    fn from(minutes: Minutes<MIN, MAX>) -> Self {
        minutes.0
    }
}

impl<const MIN: u16, const MAX: u16> JsonSchema for Minutes<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Minutes{MIN}To{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

impl<const MIN: u16, const MAX: u16> Minutes<MIN, MAX> {
    pub fn seconds(self) -> Seconds {
        Seconds::from_minutes(i64::from(self.0))
    }
}

/// The opening hours of a week: none of no length, and no two at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Hours>", into = "Vec<Hours>")]
#[schemars(with = "Vec<Hours>", inline, extend("minItems" = 1, "maxItems" = HOURS_MAX))]
pub struct Week {
    hours: Vec<Hours>,
}

/// What is wrong with opening hours. In the order in which it is found.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WeekError {
    #[error("a kitchen has between 1 and {HOURS_MAX} spans of hours")]
    Count,
    #[error("span {number} is on no day, or on one that is not from 1 to 7")]
    Days { number: usize },
    #[error("span {number} has no length; a whole day is from 00:00 to 24:00")]
    Empty { number: usize },
    #[error("spans {number} and {other} are open at one time")]
    Overlap { number: usize, other: usize },
}

impl TryFrom<Vec<Hours>> for Week {
    type Error = WeekError;

    /// The only way in.
    fn try_from(hours: Vec<Hours>) -> Result<Self, WeekError> {
        if !(1..=HOURS_MAX).contains(&hours.len()) {
            return Err(WeekError::Count);
        }
        let mut spans = BTreeSet::new();
        for (index, one) in hours.iter().enumerate() {
            let number = index + 1;
            if !one.has_days() {
                return Err(WeekError::Days { number });
            }
            if one.minutes() == 0 || one.from.minute() == DAY_MINUTES {
                return Err(WeekError::Empty { number });
            }
            for weekday in &one.weekdays {
                let from = u16::from(weekday - 1) * DAY_MINUTES + one.from.minute();
                // A day that is named twice is two spans at one time.
                if !spans.insert((from, from + one.minutes(), number)) {
                    return Err(WeekError::Overlap { number, other: number });
                }
            }
        }
        // Round the week: Sunday's night may reach into Monday.
        let again =
            spans.iter().take(1).map(|(from, to, n)| (from + WEEK_MINUTES, to + WEEK_MINUTES, *n));
        let in_order: Vec<_> = spans.iter().copied().chain(again).collect();
        for pair in in_order.windows(2) {
            if let [(_, to, number), (from, _, other)] = pair
                && from < to
            {
                return Err(WeekError::Overlap { number: *number, other: *other });
            }
        }
        Ok(Self { hours })
    }
}

impl From<Week> for Vec<Hours> {
    fn from(week: Week) -> Self {
        week.hours
    }
}

/// A day on which a kitchen is closed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosedDay {
    pub day: Day,
    pub reason: Text<200>,
}

/// Days on which nothing opens, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<ClosedDay>", into = "Vec<ClosedDay>")]
#[schemars(with = "Vec<ClosedDay>", inline, extend("maxItems" = CLOSED_MAX))]
pub struct ClosedDays(BTreeMap<Day, Text<200>>);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClosedDaysError {
    #[error("a kitchen is closed on {CLOSED_MAX} days at most")]
    Count,
    #[error("{day} is named twice")]
    Twice { day: Day },
}

impl TryFrom<Vec<ClosedDay>> for ClosedDays {
    type Error = ClosedDaysError;
    fn try_from(days: Vec<ClosedDay>) -> Result<Self, ClosedDaysError> {
        if days.len() > CLOSED_MAX {
            return Err(ClosedDaysError::Count);
        }
        let mut closed = BTreeMap::new();
        for ClosedDay { day, reason } in days {
            if closed.insert(day, reason).is_some() {
                return Err(ClosedDaysError::Twice { day });
            }
        }
        Ok(Self(closed))
    }
}

impl From<ClosedDays> for Vec<ClosedDay> {
    fn from(days: ClosedDays) -> Self {
        days.0.into_iter().map(|(day, reason)| ClosedDay { day, reason }).collect()
    }
}

/// What it means that a kitchen does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    Accepted,
    Refused,
}

/// A kitchen that says yes or no to each order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirms {
    /// How long it has to answer while it is open.
    pub answer_minutes: Minutes<1, 120>,
    pub silence: Silence,
}

/// The kitchen is full: everything takes longer for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rush {
    pub extra_minutes: Minutes<1, 240>,
    pub until: Timestamp,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a rush ends within a day")]
pub struct RushError;

impl Rush {
    /// Who forgets to end it has the usual times back on the next day.
    ///
    /// # Errors
    /// [`RushError`] when it would last longer.
    pub fn check(self, now: Timestamp) -> Result<Self, RushError> {
        if self.until.since(now) > Seconds(86_400) { Err(RushError) } else { Ok(self) }
    }
}

/// How a merchant's kitchen works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kitchen {
    pub hours: Week,
    /// What opens on the day before may last into one of them.
    #[serde(default)]
    pub closed: ClosedDays,
    /// From the order to the counter.
    pub preparation_minutes: Minutes<0, 240>,
    /// Left out: what is asked for is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirms: Option<Confirms>,
}

/// Nothing can leave the kitchen at this time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kitchen is closed at {at}{}; {}", because(reason.as_ref()), then(*.next_opening))]
pub struct Closed {
    pub at: Timestamp,
    /// Why, where the whole day is a closed one.
    pub reason: Option<Text<200>>,
    /// The next time that it opens; `None` where it does not within a year.
    pub next_opening: Option<Timestamp>,
}

fn because(reason: Option<&Text<200>>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

fn then(next_opening: Option<Timestamp>) -> String {
    next_opening.map_or_else(
        || "it does not open within a year".to_owned(),
        |at| format!("it opens next at {at}: give a `ready_at` from then on"),
    )
}

impl Kitchen {
    /// The spans that begin on a day.
    fn spans_on(&self, day: Day, zone: &TimeZone) -> impl Iterator<Item = TimeWindow> {
        let open = !self.closed.0.contains_key(&day);
        let hours = self.hours.hours.iter().filter(move |hours| open && hours.are_on(day));
        hours.filter_map(move |hours| hours.beginning(day, zone))
    }

    /// Whether it is open; at the very end of a span it is not.
    pub fn open_at(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let today = Day::of(at, zone);
        let spans = [today.before(), today].into_iter().flat_map(|day| self.spans_on(day, zone));
        spans.into_iter().any(|span| span.after() <= at && at < span.before())
    }

    /// When it opens next after `at`, whether it is open then or not. `None` where it does not within
    /// a year.
    pub fn next_opening(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let days = std::iter::successors(Some(Day::of(at, zone)), |day| Some(day.plus(1)));
        days.take(LOOK_DAYS).find_map(|day| {
            self.spans_on(day, zone).map(TimeWindow::after).filter(|opens| *opens > at).min()
        })
    }

    fn closed(&self, at: Timestamp, zone: &TimeZone) -> Closed {
        let reason = self.closed.0.get(&Day::of(at, zone)).cloned();
        Closed { at, reason, next_opening: self.next_opening(at, zone) }
    }

    /// How long an order takes that comes in now.
    pub fn preparation(&self, now: Timestamp, rush: Option<Rush>) -> Seconds {
        let rush = rush.filter(|rush| now < rush.until);
        let extra = rush.map_or(Seconds::ZERO, |rush| rush.extra_minutes.seconds());
        self.preparation_minutes.seconds() + extra
    }

    /// When the goods of an order that comes in now can leave: at the time that was asked for, else
    /// as soon as they are cooked.
    ///
    /// # Errors
    /// [`Closed`]: then, or now where no time was asked for.
    pub fn ready_at(
        &self,
        asked: Option<Timestamp>,
        now: Timestamp,
        rush: Option<Rush>,
        zone: &TimeZone,
    ) -> Result<Timestamp, Closed> {
        if asked.is_none() && !self.open_at(now, zone) {
            return Err(self.closed(now, zone));
        }
        let ready_at = asked.map_or_else(|| now + self.preparation(now, rush), |at| at.max(now));
        if self.open_at(ready_at, zone) { Ok(ready_at) } else { Err(self.closed(ready_at, zone)) }
    }

    /// By when it has to answer an order that comes in now, and what its silence means; `None` where
    /// it does not want to be asked. Who sleeps has time from the next opening on.
    pub fn asks(&self, now: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Silence)> {
        let Confirms { answer_minutes, silence } = self.confirms?;
        let opens = if self.open_at(now, zone) { None } else { self.next_opening(now, zone) };
        Some((opens.unwrap_or(now) + answer_minutes.seconds(), silence))
    }
}

#[cfg(test)]
#[path = "kitchen_tests.rs"]
mod tests;
