//! Weeks of the calendar, from Monday to Sunday, by their numbers of ISO 8601: `2026-W10`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::time::{TimeWindow, Timestamp};

/// A week. Where it begins, says the time zone it is used with.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^(197[2-9]|19[89][0-9]|[2-9][0-9]{3})-W[0-5][0-9]$"))]
pub struct Week {
    monday: Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a week is written like 2026-W10, and lies between 1972 and 9997")]
pub struct WeekError;

impl Week {
    /// The week that it is then, where the zone is.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let day = Day::of(at, zone);
        let back = day.date().weekday().to_monday_zero_offset();
        Self { monday: (0..back).fold(day, |day, _| day.before()) }
    }

    pub fn days(self) -> impl Iterator<Item = Day> {
        (0..7).map(move |day| self.monday.plus(day))
    }

    /// So many weeks later.
    #[must_use]
    pub fn plus(self, weeks: u16) -> Self {
        Self { monday: self.monday.plus(weeks.saturating_mul(7)) }
    }

    /// So many weeks earlier.
    #[must_use]
    pub fn minus(self, weeks: u16) -> Self {
        let days = weeks.saturating_mul(7);
        Self { monday: (0..days).fold(self.monday, |day, _| day.before()) }
    }

    /// From its first instant to the first one after so many weeks; `None` beyond the calendar.
    pub fn span(self, weeks: u16, zone: &TimeZone) -> Option<TimeWindow> {
        let end = self.plus(weeks).monday.start(zone)?;
        TimeWindow::new(self.monday.start(zone)?, end).ok()
    }
}

impl FromStr for Week {
    type Err = WeekError;

    /// A week as it is written, and nothing else.
    fn from_str(text: &str) -> Result<Self, WeekError> {
        let (year, week) = text.split_once("-W").ok_or(WeekError)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || week.len() != 2 || !digits(year) || !digits(week) {
            return Err(WeekError);
        }
        let (year, week) = (year.parse().map_err(|_| WeekError)?, week.parse());
        let week = week.map_err(|_| WeekError)?;
        if !(1972..=9997).contains(&year) {
            return Err(WeekError);
        }
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).map_err(|_| WeekError)?;
        Ok(Self { monday: monday.date().into() })
    }
}

impl TryFrom<String> for Week {
    type Error = WeekError;
    fn try_from(text: String) -> Result<Self, WeekError> {
        text.parse()
    }
}

impl From<Week> for String {
    fn from(week: Week) -> Self {
        week.to_string()
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.monday.date().iso_week_date();
        write!(f, "{:04}-W{:02}", week.year(), week.week())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_the_one_of_the_calendars_on_the_wall() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (at, week, monday) in [
            ("2026-03-01T22:59:59Z", "2026-W09", "2026-02-23"),
            ("2026-03-01T23:00:00Z", "2026-W10", "2026-03-02"),
            ("2027-01-01T12:00:00Z", "2026-W53", "2026-12-28"),
        ] {
            let found = Week::of(at.parse().unwrap(), &paris);
            assert_eq!(found.to_string(), week);
            assert_eq!(week.parse(), Ok(found));
            assert_eq!(found.days().next().unwrap().to_string(), monday);
            assert_eq!(found.plus(3).minus(3), found);
        }
        // The clocks are put forward in its last night: an hour less.
        let spring: Week = "2026-W13".parse().unwrap();
        let span = spring.span(1, &paris).unwrap();
        assert_eq!(span.before().since(span.after()).0, (7 * 24 - 1) * 3600);
    }

    #[test]
    fn nothing_but_a_week_is_one() {
        for text in ["", "2026-10", "2026-W1", "2026-W00", "2026-W54", "2025-W53", "1971-W10"] {
            assert_eq!(text.parse::<Week>(), Err(WeekError), "{text}");
        }
    }
}
