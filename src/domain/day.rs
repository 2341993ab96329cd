//! Days of the calendar, as slots, books and banks count them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp as Moment, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// A day of the calendar: `2026-12-25`. Where, says the time zone it is used with. From 1971 to 9998, so
/// that its hours are instants that can be written wherever that is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("format" = "date", "pattern" = "^(197[1-9]|19[89][0-9]|[2-9][0-9]{3})-"))]
pub struct Day(Date);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-12-25, and lies between 1971 and 9998")]
pub struct DayError;

impl Day {
    /// The day that it is then, where the zone is.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let instant = Moment::from_millisecond(at.millis()).unwrap_or_default();
        Self(instant.to_zoned(zone.clone()).date())
    }

    /// When it begins there; `None` beyond the calendar.
    pub fn start(self, zone: &TimeZone) -> Option<Timestamp> {
        let start = self.0.to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    pub const fn date(self) -> Date {
        self.0
    }

    /// So many days later; the end of the calendar is the last one.
    pub fn plus(self, days: u16) -> Self {
        Self(self.0.saturating_add(Span::new().days(i64::from(days))))
    }

    /// The day before; the beginning of the calendar has none.
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.day()))
    }

    /// The first day of the twelve months that end with this one.
    pub fn year_before(self) -> Self {
        Self(self.plus(1).0.saturating_sub(1.year()))
    }

    /// The last day of its calendar year.
    pub fn year_end(self) -> Self {
        Self(self.0.last_of_year())
    }

    /// `20261225`.
    pub fn compact(self) -> String {
        self.0.strftime("%Y%m%d").to_string()
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// A day as it is written, and nothing else.
    fn from_str(text: &str) -> Result<Self, DayError> {
        let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        day.filter(|day| (1971..=9998).contains(&day.year())).map(Self).ok_or(DayError)
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_coop_is() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let day: Day = "2026-03-29".parse().unwrap();
        let start = day.start(&paris).unwrap();
        assert_eq!(start.to_string(), "2026-03-28T23:00:00.000Z");
        // An hour is missing in the night after which the clocks were put forward.
        let next = day.plus(1).start(&paris).unwrap();
        assert_eq!(next.to_string(), "2026-03-29T22:00:00.000Z");
        assert_eq!(Day::of(start, &paris), day);
        assert_eq!(Day::of(start, &TimeZone::UTC).plus(1), day);
        assert_eq!(day.compact(), "20260329");
    }

    #[test]
    fn a_year_begins_on_the_day_after_the_last_one_ended() {
        let year = |end: &str| end.parse::<Day>().unwrap().year_before().to_string();
        assert_eq!(year("2026-12-31"), "2026-01-01");
        assert_eq!(year("2027-06-30"), "2026-07-01");
        assert_eq!(year("2028-02-29"), "2027-03-01");
        assert_eq!("2028-02-29".parse::<Day>().unwrap().year_end().to_string(), "2028-12-31");
    }

    #[test]
    fn nothing_but_a_day_is_one() {
        for text in [
            "",
            "2026-3-2",
            "20260302",
            "2026-02-30",
            "2026-03-02T00:00",
            "1970-12-31",
            "9999-01-01",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
    }
}
