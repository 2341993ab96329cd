//! Times of the week, as the clocks on the co-op's walls show them: what slots and kitchens are open
//! by.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::time::{TimeWindow, Timestamp};

/// Minutes of a day, where the clocks are not changed.
pub const DAY_MINUTES: u16 = 24 * 60;

/// A time of day on the co-op's walls: `11:30`. `24:00` is the end of the day.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"))]
pub struct Clock {
    minute: u16,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a time of day is written like 11:30")]
pub struct ClockError;

impl Clock {
    /// Minutes after midnight, up to [`DAY_MINUTES`].
    pub const fn minute(self) -> u16 {
        self.minute
    }
}

impl TryFrom<String> for Clock {
    type Error = ClockError;
    fn try_from(text: String) -> Result<Self, ClockError> {
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let parts = text.split_once(':');
        let parts = parts.filter(|(hour, minute)| two_digits(hour) && two_digits(minute));
        let parts =
            parts.and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
        match parts {
            Some((hour, minute)) if hour < 24_u16 && minute < 60_u16 => {
                Ok(Self { minute: hour * 60 + minute })
            }
            Some((24, 0)) => Ok(Self { minute: DAY_MINUTES }),
            Some(_) | None => Err(ClockError),
        }
    }
}

impl From<Clock> for String {
    fn from(clock: Clock) -> Self {
        format!("{:02}:{:02}", clock.minute / 60, clock.minute % 60)
    }
}

/// A span of opening hours on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpeningHours")]
pub struct Hours {
    /// 1 is Monday.
    #[schemars(length(min = 1, max = 7), inner(range(min = 1, max = 7)))]
    pub weekdays: Vec<u8>,
    pub from: Clock,
    pub to: Clock,
}

impl Hours {
    /// Whether it names days of the week at all, and nothing else.
    pub fn has_days(&self) -> bool {
        (1..=7).contains(&self.weekdays.len())
            && self.weekdays.iter().all(|day| (1..=7).contains(day))
    }

    /// Whether it begins on this day.
    pub fn are_on(&self, day: Day) -> bool {
        let weekday = day.date().weekday().to_monday_one_offset().unsigned_abs();
        self.weekdays.contains(&weekday)
    }

    /// How long it lasts on a day without a change of the clocks, in minutes: up to `to`, which is on
    /// the next day unless it lies behind `from`. Zero: both are the same.
    pub const fn minutes(&self) -> u16 {
        if self.to.minute > self.from.minute {
            self.to.minute - self.from.minute
        } else {
            (self.to.minute + DAY_MINUTES - self.from.minute) % DAY_MINUTES
        }
    }

    /// The span that begins on this day of the calendar, whatever its weekday. `None` where the
    /// change of the clocks leaves nothing of it.
    pub fn beginning(&self, day: Day, zone: &TimeZone) -> Option<TimeWindow> {
        let last = if self.to > self.from { day } else { day.plus(1) };
        let opens = instant(day, self.from.minute, zone)?;
        let closes = instant(last, self.to.minute, zone)?;
        TimeWindow::new(opens, closes).ok()
    }
}

/// The instant of so many minutes after midnight by the wall clock. A time that the change of the
/// clocks leaves out is moved behind it, one that comes twice is the first, as RFC 5545 has it.
pub fn instant(day: Day, minute: u16, zone: &TimeZone) -> Option<Timestamp> {
    let (day, minute) =
        if minute >= DAY_MINUTES { (day.plus(1), minute - DAY_MINUTES) } else { (day, minute) };
    let hour = i8::try_from(minute / 60).ok()?;
    let time = Time::new(hour, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
    let zoned = day.date().to_datetime(time).to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_time_of_day() {
        for text in ["", "9:30", "24:01", "12:60", "ab:cd", "+1:+2"] {
            assert!(Clock::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(String::from(Clock::try_from("24:00".to_owned()).unwrap()), "24:00");
    }

    #[test]
    fn a_span_may_end_after_midnight() {
        let hours = |from: &str, to: &str| Hours {
            weekdays: vec![5],
            from: Clock::try_from(from.to_owned()).unwrap(),
            to: Clock::try_from(to.to_owned()).unwrap(),
        };
        for (from, to, minutes) in [
            ("11:30", "14:00", 150),
            ("18:00", "02:00", 480),
            ("18:00", "00:00", 360),
            ("00:00", "24:00", 1440),
            ("12:00", "12:00", 0),
        ] {
            assert_eq!(hours(from, to).minutes(), minutes, "{from} to {to}");
        }
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let friday: Day = "2026-03-06".parse().unwrap();
        let night = hours("18:00", "02:00").beginning(friday, &paris).unwrap();
        assert_eq!(night.after().to_string(), "2026-03-06T17:00:00.000Z");
        assert_eq!(night.before().to_string(), "2026-03-07T01:00:00.000Z");
    }
}
