//! Rest and hours: what the law asks for, and the co-op at least.
//!
//! The floor is Directive 2003/88/EC: eleven hours of rest in a row in each 24 (article 3), a break
//! where a day is longer than six hours (article 4), 48 hours a week on average (article 6). A policy
//! may be stricter and not laxer.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::timesheet::Running;
use crate::domain::time::{Seconds, TimeWindow, Timestamp};
use crate::domain::week::Week;

/// Most weeks that the hours of a week may be averaged over: four months (article 16).
const AVERAGE_WEEKS_MAX: u16 = 17;
const HOUR: i64 = 3600;

/// `[rest]` of the shift policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RestRules")]
pub struct RestRules {
    /// Hours of rest in a row in each 24.
    pub daily_rest_h: i64,
    /// Hours of work in a week, ...
    pub week_max_h: i64,
    /// ... on average over so many weeks in a row.
    pub average_weeks: u16,
    /// Minutes of work after which a break is due, ...
    pub break_after_minutes: i64,
    /// ... and how long it is at least, without interruption.
    pub break_minutes: i64,
    /// Whether those who ride are programs, who need no rest: for demos and sandboxes alone.
    #[serde(default)]
    pub programs: bool,
}

/// A limit that is laxer than the law's, or makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rest.{setting} must be {must}")]
pub struct RulesError {
    setting: &'static str,
    must: &'static str,
}

/// Why somebody may not work then. In the order in which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestError {
    #[error("there is a shift from {from} to {to} already")]
    Overlap { from: Timestamp, to: Timestamp },
    #[error(
        "work would last from {from} to {to} without {hours} hours of rest in a row in 24: {most} \
         hours is the most"
    )]
    Daily { from: Timestamp, to: Timestamp, hours: i64, most: i64 },
    #[error(
        "from week {week} on there would be {minutes} minutes of work in {weeks} weeks: {most} hours \
         is the most"
    )]
    Week { week: Week, weeks: u16, minutes: i64, most: i64 },
}

impl RestRules {
    /// # Errors
    /// [`RulesError`]: less rest or more work than the directive allows.
    pub fn check(&self) -> Result<(), RulesError> {
        let wrong = |setting, must| Err(RulesError { setting, must });
        if !(11..=23).contains(&self.daily_rest_h) {
            return wrong("daily_rest_h", "between 11 and 23");
        }
        if !(1..=48).contains(&self.week_max_h) {
            return wrong("week_max_h", "between 1 and 48");
        }
        if !(1..=AVERAGE_WEEKS_MAX).contains(&self.average_weeks) {
            return wrong("average_weeks", "between 1 and 17");
        }
        if !(30..=360).contains(&self.break_after_minutes) {
            return wrong("break_after_minutes", "between 30 and 360");
        }
        if !(15..=120).contains(&self.break_minutes) {
            return wrong("break_minutes", "between 15 and 120");
        }
        Ok(())
    }

    /// Around a new span of work, the time in which other work matters to it.
    pub fn reach(&self, new: TimeWindow) -> (Timestamp, Timestamp) {
        let reach = Seconds(i64::from(self.average_weeks) * 7 * 24 * HOUR + 24 * HOUR);
        (new.after() - reach, new.before() + reach)
    }

    /// Whether somebody who works at these times may work then, too.
    ///
    /// # Errors
    /// [`RestError`]: what stands against it.
    pub fn allow(
        &self,
        work: &[TimeWindow],
        new: TimeWindow,
        zone: &TimeZone,
    ) -> Result<(), RestError> {
        let overlaps = |one: &&TimeWindow| one.after() < new.before() && new.after() < one.before();
        if let Some(one) = work.iter().find(overlaps) {
            return Err(RestError::Overlap { from: one.after(), to: one.before() });
        }
        if self.programs {
            return Ok(());
        }
        self.daily(work, new)?;
        self.weekly(work, new, zone)
    }

    /// What belongs together without a night's rest between must leave room for one in 24 hours.
    fn daily(&self, work: &[TimeWindow], new: TimeWindow) -> Result<(), RestError> {
        let rest = Seconds(self.daily_rest_h * HOUR);
        let mut sorted = work.to_vec();
        sorted.sort_by_key(|one| (one.after(), one.before()));
        let (mut from, mut to) = (new.after(), new.before());
        for one in sorted.iter().filter(|one| one.after() >= new.before()) {
            if one.after().since(to) < rest {
                to = to.max(one.before());
            }
        }
        for one in sorted.iter().rev().filter(|one| one.before() <= new.after()) {
            if from.since(one.before()) < rest {
                from = from.min(one.after());
            }
        }
        let most = 24 - self.daily_rest_h;
        if to.since(from) > Seconds(most * HOUR) {
            return Err(RestError::Daily { from, to, hours: self.daily_rest_h, most });
        }
        Ok(())
    }

    /// Every run of weeks that has the new span in it.
    fn weekly(
        &self,
        work: &[TimeWindow],
        new: TimeWindow,
        zone: &TimeZone,
    ) -> Result<(), RestError> {
        let weeks = self.average_weeks;
        let most = self.week_max_h * i64::from(weeks);
        let (first, last) = (Week::of(new.after(), zone), Week::of(new.before(), zone));
        let mut week = first.minus(weeks - 1);
        while week <= last {
            if let Some(span) = week.span(weeks, zone) {
                let worked = hours_within(work.iter().chain([&new]), span);
                if worked > Seconds(most * HOUR) && within(new, span) > Seconds::ZERO {
                    let minutes = worked.0 / 60;
                    return Err(RestError::Week { week, weeks, minutes, most });
                }
            }
            week = week.plus(1);
        }
        Ok(())
    }

    /// When a break is due; not during one, and never for programs.
    pub fn break_due(&self, hours: &Running) -> Option<Timestamp> {
        if self.programs || hours.paused_at().is_some() {
            return None;
        }
        let since = hours.without_rest_since(Seconds::from_minutes(self.break_minutes));
        Some(since + Seconds::from_minutes(self.break_after_minutes))
    }
}

/// How much of a span lies in another one.
fn within(one: TimeWindow, span: TimeWindow) -> Seconds {
    one.before().min(span.before()).since(one.after().max(span.after())).or_zero()
}

/// How much of these lies in a span.
pub fn hours_within<'a>(
    work: impl IntoIterator<Item = &'a TimeWindow>,
    span: TimeWindow,
) -> Seconds {
    work.into_iter().map(|one| within(*one, span)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: RestRules = RestRules {
        daily_rest_h: 11,
        week_max_h: 48,
        average_weeks: 1,
        break_after_minutes: 360,
        break_minutes: 20,
        programs: false,
    };

    /// Hours after the Monday 2026-03-02, midnight in Paris.
    fn span(from: i64, to: i64) -> TimeWindow {
        let monday: Timestamp = "2026-03-01T23:00:00Z".parse().unwrap();
        TimeWindow::new(monday + Seconds(from * HOUR), monday + Seconds(to * HOUR)).unwrap()
    }

    fn allow(rules: &RestRules, work: &[TimeWindow], new: TimeWindow) -> Result<(), RestError> {
        rules.allow(work, new, &TimeZone::get("Europe/Paris").unwrap())
    }

    #[test]
    fn lunch_and_dinner_of_a_day_go_together_and_a_night_without_rest_does_not() {
        let (lunch, dinner) = (span(11, 14), span(18, 24));
        assert_eq!(allow(&RULES, &[lunch], dinner), Ok(()));
        // Thirteen hours from first to last leave eleven; fourteen do not.
        let late = allow(&RULES, &[lunch], span(18, 25));
        let (from, to) = (lunch.after(), span(18, 25).before());
        assert_eq!(late, Err(RestError::Daily { from, to, hours: 11, most: 13 }));
        assert!(allow(&RULES, &[dinner], span(24 + 10, 24 + 14)).is_err(), "ten hours of rest");
        assert_eq!(allow(&RULES, &[dinner], span(24 + 11, 24 + 15)), Ok(()));
        // In whatever order they come: the middle one joins the two.
        assert!(allow(&RULES, &[span(0, 4), span(18, 22)], span(10, 12)).is_err());
        assert!(allow(&RULES, &[], span(0, 14)).is_err());
    }

    #[test]
    fn nobody_is_at_two_places_and_one_shift_may_follow_another() {
        let lunch = span(11, 14);
        let (from, to) = (lunch.after(), lunch.before());
        assert_eq!(allow(&RULES, &[lunch], span(13, 15)), Err(RestError::Overlap { from, to }));
        assert_eq!(allow(&RULES, &[lunch], span(10, 15)), Err(RestError::Overlap { from, to }));
        assert_eq!(allow(&RULES, &[lunch], span(14, 15)), Ok(()));
        let programs = RestRules { programs: true, ..RULES };
        assert_eq!(allow(&programs, &[lunch], span(14, 40)), Ok(()));
        assert!(
            allow(&programs, &[lunch], span(13, 15)).is_err(),
            "one place at a time all the same"
        );
    }

    #[test]
    fn a_week_ends_at_forty_eight_hours_or_on_average() {
        let days = |count: i64| -> Vec<TimeWindow> {
            (0..count).map(|day| span(24 * day + 8, 24 * day + 17)).collect()
        };
        assert_eq!(allow(&RULES, &days(5), span(128, 131)), Ok(()));
        let fifth = allow(&RULES, &days(5), span(128, 132));
        let week = "2026-W10".parse().unwrap();
        assert_eq!(fifth, Err(RestError::Week { week, weeks: 1, minutes: 49 * 60, most: 48 }));
        // What lies in the week after does not count, and on average it does.
        assert_eq!(allow(&RULES, &days(5), span(7 * 24 + 8, 7 * 24 + 12)), Ok(()));
        let average = RestRules { average_weeks: 2, ..RULES };
        assert_eq!(allow(&average, &days(5), span(128, 132)), Ok(()));
        let twelve = days(12);
        assert!(allow(&average, &twelve[..10], span(24 * 12 + 8, 24 * 12 + 17)).is_err());
    }

    #[test]
    fn a_break_is_due_after_six_hours_without_one() {
        let from = span(8, 9).after();
        let running = Running::from(from);
        let due = |running: &Running| RULES.break_due(running);
        assert_eq!(due(&running), Some(from + Seconds(6 * HOUR)));
        let paused = running.pause(from + Seconds(HOUR)).unwrap();
        assert_eq!(due(&paused), None);
        let rested = paused.resume(from + Seconds(2 * HOUR)).unwrap();
        assert_eq!(due(&rested), Some(from + Seconds(8 * HOUR)));
        let short = paused.resume(from + Seconds(HOUR + 60)).unwrap();
        assert_eq!(due(&short), Some(from + Seconds(6 * HOUR)), "a minute is no break");
        assert_eq!(RestRules { programs: true, ..RULES }.break_due(&running), None);
    }

    #[test]
    fn a_policy_is_not_laxer_than_the_law() {
        assert_eq!(RULES.check(), Ok(()));
        for lax in [
            RestRules { daily_rest_h: 10, ..RULES },
            RestRules { week_max_h: 49, ..RULES },
            RestRules { average_weeks: 18, ..RULES },
            RestRules { average_weeks: 0, ..RULES },
            RestRules { break_after_minutes: 361, ..RULES },
            RestRules { break_minutes: 14, ..RULES },
        ] {
            assert!(lax.check().is_err(), "{lax:?}");
        }
    }
}
