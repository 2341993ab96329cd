//! Days of the calendar, as books and banks count them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::time::Timestamp;

/// A day, from the year 1970 to 9998; where, says the time zone it is used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day such as 2026-03-02")]
pub struct DayError(String);

impl Day {
    /// The day that it is at an instant in a zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        Self(instant.to_zoned(zone.clone()).date())
    }

    /// Its first instant in a zone.
    pub fn start(self, zone: &TimeZone) -> Timestamp {
        // Days within the years that there are have one in every zone.
        let start = self.0.to_zoned(zone.clone());
        start.map_or(Timestamp::EPOCH, |start| {
            Timestamp::from_millis(start.timestamp().as_millisecond())
        })
    }

    fn moved(self, span: Span) -> Self {
        Self(self.0.saturating_add(span))
    }

    pub fn next(self) -> Self {
        self.moved(1.day())
    }

    /// So many days later.
    pub fn plus_days(self, days: i32) -> Self {
        self.moved(days.days())
    }

    /// The first day of the twelve months that end with this one.
    pub fn year_before(self) -> Self {
        self.next().moved(-1.year())
    }

    /// The last day of its calendar year.
    pub fn year_end(self) -> Self {
        Self(self.0.last_of_year())
    }

    /// `20260302`.
    pub fn compact(self) -> String {
        self.0.strftime("%Y%m%d").to_string()
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// `2026-03-02`, and nothing else.
    fn from_str(text: &str) -> Result<Self, DayError> {
        let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        day.filter(|day| (1970..=9998).contains(&day.year()))
            .map(Self)
            .ok_or_else(|| DayError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_coop_is() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let day: Day = "2026-03-29".parse().unwrap();
        assert_eq!(day.start(&paris).to_string(), "2026-03-28T23:00:00.000Z");
        // An hour is missing in the night after which the clocks were put forward.
        assert_eq!(day.next().start(&paris).to_string(), "2026-03-29T22:00:00.000Z");
        assert_eq!(Day::of(day.start(&paris), &paris), day);
        assert_eq!(Day::of(day.start(&paris), &TimeZone::UTC).next(), day);
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
        for text in ["", "2026-3-2", "20260302", "2026-02-30", "2026-03-02T00:00", "1969-12-31"] {
            assert_eq!(text.parse::<Day>(), Err(DayError(text.to_owned())));
        }
    }
}
