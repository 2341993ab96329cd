//! Days that come again, by a rule of RFC 5545 (`FREQ=WEEKLY;BYDAY=MO,TH`).
//!
//! Only days come out: which instant a time on such a day is, the zone says. So a rule knows nothing
//! of the change of the clocks, and the same rule with the same first day has the same days for ever.

use jiff::tz::TimeZone;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::time::Timestamp;

/// Longest text of a rule.
const TEXT_MAX: usize = 200;
/// Most days that a rule may count to.
const COUNT_MAX: u32 = 1_000;
/// Most periods from one time to the next.
const INTERVAL_MAX: u16 = 400;
/// Most days that are looked at from the first one on: more than a hundred years of every day.
const DAYS_MAX: usize = 40_000;

/// A rule as it was given: the value of an `RRULE`, without the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^[A-Z0-9=;,+-]*FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)"))]
pub struct Rule(String);

/// What is wrong with a rule. In the order in which it is found.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    #[error("a rule is written like FREQ=WEEKLY;BYDAY=MO,TH, in at most {TEXT_MAX} characters")]
    Form,
    #[error("this is no rule of RFC 5545: {0}")]
    Invalid(String),
    #[error("a rule is DAILY, WEEKLY, MONTHLY or YEARLY: one delivery a day")]
    Frequency,
    #[error("the time of day is not part of the rule: leave out BYHOUR, BYMINUTE and BYSECOND")]
    TimeOfDay,
    #[error("the last day is not part of the rule: leave out UNTIL and name it as `last_day`")]
    Until,
    #[error("COUNT is between 1 and {COUNT_MAX}")]
    Count,
    #[error("INTERVAL is between 1 and {INTERVAL_MAX}")]
    Interval,
}

impl TryFrom<String> for Rule {
    type Error = RuleError;

    /// The only way in.
    fn try_from(text: String) -> Result<Self, RuleError> {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "=;,+-".contains(c);
        if text.is_empty() || text.len() > TEXT_MAX || !text.chars().all(plain) {
            return Err(RuleError::Form);
        }
        if text.split(';').any(|part| part.starts_with("UNTIL=")) {
            return Err(RuleError::Until);
        }
        let invalid = |error: &dyn std::fmt::Display| {
            RuleError::Invalid(error.to_string().chars().take(200).collect())
        };
        let rule: RRule<Unvalidated> = text.parse().map_err(|error| invalid(&error))?;
        match rule.get_freq() {
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {}
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                return Err(RuleError::Frequency);
            }
        }
        let times = [rule.get_by_hour(), rule.get_by_minute(), rule.get_by_second()];
        if times.iter().any(|times| !times.is_empty()) {
            return Err(RuleError::TimeOfDay);
        }
        if rule.get_count().is_some_and(|count| !(1..=COUNT_MAX).contains(&count)) {
            return Err(RuleError::Count);
        }
        if !(1..=INTERVAL_MAX).contains(&rule.get_interval()) {
            return Err(RuleError::Interval);
        }
        let any_day = Day::of(Timestamp::EPOCH, &TimeZone::UTC);
        set(&text, any_day).map_err(|error| invalid(&error))?;
        Ok(Self(text))
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.0
    }
}

fn set(text: &str, first: Day) -> Result<RRuleSet, rrule::RRuleError> {
    let whole = format!("DTSTART:{}T000000Z\nRRULE:{text}", first.compact());
    whole.parse::<RRuleSet>().map(RRuleSet::limit)
}

impl Rule {
    /// The days from `first` on, in order; `first` is one of them where the rule says so. Every walk
    /// begins there: COUNT and INTERVAL count from it.
    pub fn days(&self, first: Day) -> impl Iterator<Item = Day> {
        let set = set(&self.0, first).ok();
        let at = |seconds| Day::of(Timestamp::from_seconds(seconds), &TimeZone::UTC);
        let days = set.into_iter().flat_map(|set| (&set).into_iter());
        days.map(move |day| at(day.timestamp())).take(DAYS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn rule(text: &str) -> Result<Rule, RuleError> {
        Rule::try_from(text.to_owned())
    }

    #[test]
    fn days_come_as_the_rfc_has_them() {
        // Examples of RFC 5545, 3.8.5.3, with their dates.
        for (text, first, expected) in [
            ("FREQ=DAILY;COUNT=3", "1997-09-02", vec!["1997-09-02", "1997-09-03", "1997-09-04"]),
            (
                "FREQ=DAILY;INTERVAL=10;COUNT=3",
                "1997-09-02",
                vec!["1997-09-02", "1997-09-12", "1997-09-22"],
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH",
                "1997-09-02",
                vec!["1997-09-02", "1997-09-04", "1997-09-16", "1997-09-18"],
            ),
            (
                "FREQ=MONTHLY;COUNT=3;BYDAY=1FR",
                "1997-09-05",
                vec!["1997-09-05", "1997-10-03", "1997-11-07"],
            ),
            (
                "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3",
                "1997-09-28",
                vec!["1997-09-28", "1997-10-29", "1997-11-28"],
            ),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3",
                "1997-09-29",
                vec!["1997-09-29", "1997-10-30", "1997-11-27"],
            ),
            (
                "FREQ=YEARLY;COUNT=3;BYMONTH=6",
                "1997-06-10",
                vec!["1997-06-10", "1998-06-10", "1999-06-10"],
            ),
            // A first day that the rule leaves out is not one of them.
            ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-03-03", vec!["2026-03-09", "2026-03-16"]),
        ] {
            let days: Vec<String> =
                rule(text).unwrap().days(day(first)).map(|day| day.to_string()).collect();
            assert_eq!(days, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_for_days_is_refused_with_the_reason() {
        for (text, error) in [
            ("", RuleError::Form),
            ("freq=daily", RuleError::Form),
            ("FREQ=DAILY\nEXDATE:20260302", RuleError::Form),
            ("FREQ=DAILY;UNTIL=20261231", RuleError::Until),
            ("FREQ=HOURLY", RuleError::Frequency),
            ("FREQ=MINUTELY;INTERVAL=5", RuleError::Frequency),
            ("FREQ=SECONDLY", RuleError::Frequency),
            ("FREQ=DAILY;BYHOUR=8,20", RuleError::TimeOfDay),
            ("FREQ=DAILY;COUNT=1001", RuleError::Count),
            ("FREQ=DAILY;INTERVAL=0", RuleError::Interval),
            ("FREQ=DAILY;INTERVAL=401", RuleError::Interval),
        ] {
            assert_eq!(rule(text), Err(error), "{text}");
        }
        for text in ["FREQ=OFTEN", "BYDAY=MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32"]
        {
            assert!(matches!(rule(text), Err(RuleError::Invalid(_))), "{text}: {:?}", rule(text));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is asked for: refused, or days in order from the first one on, the same each time.
        #[test]
        fn every_rule_is_refused_or_gives_days_in_order(
            frequency in prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
            interval in 1_u16..500,
            parts in prop::collection::btree_map(
                prop::sample::select(vec!["BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYMONTH", "COUNT"]),
                -40_i32..60,
                0..3,
            ),
            days in prop::option::of("-?[0-5]?(MO|WE|SU),[1-5]?(TU|SA)"),
            start in prop::option::of("MO|WE|SU"),
            first in 0_u16..800,
        ) {
            let parts = parts.into_iter().map(|(name, value)| format!(";{name}={value}"));
            let days = days.map(|days| format!(";BYDAY={days}"));
            let start = start.map(|start| format!(";WKST={start}"));
            let more: String = parts.chain(days).chain(start).collect();
            let first = day("2026-01-01").plus(first);
            if let Ok(rule) = rule(&format!("FREQ={frequency};INTERVAL={interval}{more}")) {
                let some: Vec<Day> = rule.days(first).take(5).collect();
                prop_assert!(some.iter().all(|day| *day >= first));
                prop_assert!(some.windows(2).all(|pair| pair[0] < pair[1]), "{some:?}");
                prop_assert_eq!(rule.days(first).take(5).collect::<Vec<_>>(), some);
            }
        }
    }

    #[test]
    fn a_rule_that_never_comes_true_ends() {
        for text in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] {
            assert_eq!(rule(text).unwrap().days(day("2026-03-02")).next(), None, "{text}");
        }
    }
}
