//! Public holidays: those of France, and the co-op's own.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::day::Day;

/// Which days are holidays here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// The public ones of France (Code du travail, L3133-1).
    pub france: bool,
    /// The co-op's own.
    pub own: BTreeSet<Day>,
}

impl Holidays {
    pub fn has(&self, day: Day) -> bool {
        self.own.contains(&day) || (self.france && in_france(day.date()))
    }
}

/// Those with a date, as month and day.
const FIXED: [(i8, i8); 8] =
    [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
/// Easter Monday, Ascension and Whit Monday, in days after Easter.
const AFTER_EASTER: [i64; 3] = [1, 39, 50];

fn in_france(day: Date) -> bool {
    let easter = easter(day.year());
    FIXED.contains(&(day.month(), day.day()))
        || AFTER_EASTER.iter().any(|days| easter.saturating_add(days.days()) == day)
}

/// Easter Sunday of a year of the Gregorian calendar, by the method that was sent to Nature in 1876
/// (volume 13, page 487).
fn easter(year: i16) -> Date {
    let year_number = i32::from(year);
    let a = year_number.rem_euclid(19);
    let (b, c) = (year_number.div_euclid(100), year_number.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let number = h + l - 7 * m + 114;
    let (month, day) = (number / 31, number % 31 + 1);
    let first = date(year, 3, 1);
    // March or April, by construction.
    first
        .saturating_add((i64::from(month) - 3).months())
        .saturating_add((i64::from(day) - 1).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_when_the_calendars_say() {
        for expected in [
            date(1818, 3, 22),
            date(1943, 4, 25),
            date(1954, 4, 18),
            date(2000, 4, 23),
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2038, 4, 25),
        ] {
            assert_eq!(easter(expected.year()), expected);
        }
    }

    #[test]
    fn france_has_eleven_holidays_and_the_coop_its_own() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let holidays = Holidays { france: true, own: BTreeSet::from([day("2026-12-26")]) };
        let first = day("2026-01-01");
        let of_the_year: Vec<String> = (0..365)
            .map(|n| first.plus(n))
            .filter(|day| holidays.has(*day))
            .map(String::from)
            .collect();
        assert_eq!(
            of_the_year,
            [
                "2026-01-01",
                "2026-04-06",
                "2026-05-01",
                "2026-05-08",
                "2026-05-14",
                "2026-05-25",
                "2026-07-14",
                "2026-08-15",
                "2026-11-01",
                "2026-11-11",
                "2026-12-25",
                "2026-12-26",
            ]
        );
        assert!(!Holidays::default().has(first));
    }
}
