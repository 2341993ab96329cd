//! When somebody would rather not work: hours of the week, and days off that a dispatcher grants.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::hours::Hours;
use crate::domain::ids::{CourierId, DaysOffId, UserId};
use crate::domain::text::Note;
use crate::domain::time::{TimeWindow, Timestamp};

/// Most rules of one courier.
const RULES_MAX: usize = 50;
/// Longest absence, and how far ahead one is asked for, in days.
const DAYS_MAX: u16 = 366;
/// Most absences of one courier that wait for an answer.
pub const ASKED_MAX: usize = 50;

/// Hours of the week in which somebody can work, or cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AvailabilityRule")]
pub struct Rule {
    pub hours: Hours,
    pub available: bool,
}

/// A courier's week. Nothing said: any time will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    #[schemars(length(max = RULES_MAX))]
    pub rules: Vec<Rule>,
}

/// What speaks against a shift without forbidding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ShiftWarning")]
pub enum Warning {
    /// Not within the hours in which the courier can work.
    Unavailable,
    /// The courier has asked for the day off, and nobody has answered.
    DayOffAsked,
    /// The courier has the day off.
    DayOffGranted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbsenceError {
    #[error(
        "there are at most {RULES_MAX} rules, each on days from 1 to 7 and with an end other than its start"
    )]
    Rules,
    #[error("days off end on or after their first day, last a year at most, and are not over")]
    Days,
    #[error("these days off have been answered or withdrawn already")]
    Answered,
    #[error("say why not (`reason`)")]
    Reason,
    #[error("nobody answers for their own days off")]
    OwnCase,
    #[error("the courier has days off from {first} to {last}")]
    DayOff { first: Day, last: Day },
}

impl Availability {
    /// # Errors
    /// [`AbsenceError::Rules`].
    pub fn check(&self) -> Result<(), AbsenceError> {
        let sensible = |rule: &Rule| rule.hours.has_days() && rule.hours.minutes() > 0;
        if self.rules.len() <= RULES_MAX && self.rules.iter().all(sensible) {
            return Ok(());
        }
        Err(AbsenceError::Rules)
    }

    /// Whether a shift lies in no hours that are ruled out, and wholly in some that are named, if any
    /// are.
    pub fn allows(&self, shift: TimeWindow, zone: &TimeZone) -> bool {
        let spans = |rule: &Rule| -> Vec<TimeWindow> {
            let first = Day::of(shift.after(), zone).before();
            let days = (0..4).map(|day| first.plus(day)).filter(|day| rule.hours.are_on(*day));
            days.filter_map(|day| rule.hours.beginning(day, zone)).collect()
        };
        let ruled_out = self.rules.iter().filter(|rule| !rule.available).flat_map(spans);
        let mut ruled_out =
            ruled_out.filter(|span| span.after() < shift.before() && shift.after() < span.before());
        let mut named = self.rules.iter().filter(|rule| rule.available).peekable();
        let any = named.peek().is_none();
        let inside =
            |span: TimeWindow| span.after() <= shift.after() && shift.before() <= span.before();
        ruled_out.next().is_none() && (any || named.flat_map(spans).any(inside))
    }
}

/// What became of a question for days off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DaysOffState")]
pub enum State {
    Asked,
    Granted,
    Refused,
    Withdrawn,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DaysOffVerdict")]
pub enum Verdict {
    Granted,
    Refused,
}

/// What a dispatcher said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub at: Timestamp,
    pub by: UserId,
    pub reason: Option<Note>,
}

/// Days on which somebody does not want to work, from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaysOff {
    pub id: DaysOffId,
    pub courier_id: CourierId,
    pub first: Day,
    pub last: Day,
    pub note: Option<Note>,
    pub asked_at: Timestamp,
    pub state: State,
    pub answer: Option<Answer>,
}

impl DaysOff {
    /// Whether they may be asked for on a day.
    ///
    /// # Errors
    /// [`AbsenceError::Days`].
    pub fn check(&self, today: Day) -> Result<(), AbsenceError> {
        let sensible = self.first <= self.last
            && self.last >= today
            && self.last <= self.first.plus(DAYS_MAX)
            && self.first <= today.plus(DAYS_MAX);
        if sensible { Ok(()) } else { Err(AbsenceError::Days) }
    }

    /// A person says yes or no, who rides as `answerer`, if they ride.
    ///
    /// # Errors
    /// [`AbsenceError::Answered`], [`AbsenceError::OwnCase`], [`AbsenceError::Reason`].
    pub fn answer(
        &self,
        (by, answerer): (UserId, Option<CourierId>),
        verdict: Verdict,
        reason: Option<Note>,
        at: Timestamp,
    ) -> Result<Self, AbsenceError> {
        if self.state != State::Asked {
            return Err(AbsenceError::Answered);
        }
        if answerer == Some(self.courier_id) {
            return Err(AbsenceError::OwnCase);
        }
        let state = match verdict {
            Verdict::Granted => State::Granted,
            Verdict::Refused if reason.is_none() => return Err(AbsenceError::Reason),
            Verdict::Refused => State::Refused,
        };
        Ok(Self { state, answer: Some(Answer { at, by, reason }), ..self.clone() })
    }

    /// The courier takes the question back, or gives the days back. `None` when they did before.
    ///
    /// # Errors
    /// [`AbsenceError::Answered`] when they were refused.
    pub fn withdraw(&self) -> Result<Option<Self>, AbsenceError> {
        match self.state {
            State::Asked | State::Granted => {
                Ok(Some(Self { state: State::Withdrawn, ..self.clone() }))
            }
            State::Withdrawn => Ok(None),
            State::Refused => Err(AbsenceError::Answered),
        }
    }

    /// Whether a shift touches one of the days.
    fn touches(&self, shift: TimeWindow, zone: &TimeZone) -> bool {
        let day = |at| Day::of(at, zone);
        // The last instant of a shift is not worked any more.
        let last = Timestamp::from_millis(shift.before().millis() - 1);
        day(shift.after()) <= self.last && self.first <= day(last)
    }
}

/// What speaks against a shift.
pub fn warnings(
    shift: TimeWindow,
    availability: &Availability,
    days_off: &[DaysOff],
    zone: &TimeZone,
) -> Vec<Warning> {
    let in_state =
        |state| days_off.iter().any(|days| days.state == state && days.touches(shift, zone));
    let checks = [
        (Warning::Unavailable, !availability.allows(shift, zone)),
        (Warning::DayOffAsked, in_state(State::Asked)),
        (Warning::DayOffGranted, in_state(State::Granted)),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(warning, _)| warning).collect()
}

/// Whether a dispatcher may plan somebody then.
///
/// # Errors
/// [`AbsenceError::DayOff`] on days off that were granted.
pub fn check_planned(
    shift: TimeWindow,
    days_off: &[DaysOff],
    zone: &TimeZone,
) -> Result<(), AbsenceError> {
    let granted = |days: &&DaysOff| days.state == State::Granted && days.touches(shift, zone);
    match days_off.iter().find(granted) {
        Some(days) => Err(AbsenceError::DayOff { first: days.first, last: days.last }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn window(from: &str, to: &str) -> TimeWindow {
        TimeWindow::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn days_off(state: State) -> DaysOff {
        DaysOff {
            id: DaysOffId::from_uuid(uuid_v7(Timestamp::EPOCH, [1; 10])),
            courier_id: CourierId::from_uuid(uuid_v7(Timestamp::EPOCH, [2; 10])),
            first: "2026-03-04".parse().unwrap(),
            last: "2026-03-05".parse().unwrap(),
            note: None,
            asked_at: Timestamp::EPOCH,
            state,
            answer: None,
        }
    }

    #[test]
    fn a_week_says_when_it_will_do_and_when_it_will_not() {
        let week: Availability = serde_json::from_value(serde_json::json!({ "rules": [
            { "hours": { "weekdays": [1, 2], "from": "18:00", "to": "02:00" }, "available": true },
            { "hours": { "weekdays": [2], "from": "20:00", "to": "21:00" }, "available": false },
        ] }))
        .unwrap();
        assert_eq!(week.check(), Ok(()));
        let allows = |from, to| week.allows(window(from, to), &paris());
        assert!(allows("2026-03-02T18:00:00Z", "2026-03-03T01:00:00Z"), "until two in the night");
        assert!(!allows("2026-03-02T18:00:00Z", "2026-03-03T01:30:00Z"));
        assert!(!allows("2026-03-03T18:00:00Z", "2026-03-03T22:00:00Z"), "an hour is ruled out");
        assert!(!allows("2026-03-04T18:00:00Z", "2026-03-04T22:00:00Z"), "another day");
        let never = window("2026-03-02T01:00:00Z", "2026-03-02T02:00:00Z");
        assert!(Availability::default().allows(never, &paris()));
        let empty = Availability {
            rules: vec![Rule {
                hours: Hours { weekdays: vec![], ..week.rules[0].hours.clone() },
                available: true,
            }],
        };
        assert_eq!(empty.check(), Err(AbsenceError::Rules));
    }

    #[test]
    fn a_shift_on_a_day_off_is_warned_of_and_nobody_plans_it_for_them() {
        let shift = window("2026-03-05T22:00:00Z", "2026-03-06T01:00:00Z");
        // Midnight in Paris is at 23:00: the first hour is on the last day off.
        let after = window("2026-03-05T23:00:00Z", "2026-03-06T01:00:00Z");
        let warned =
            |shift, state| warnings(shift, &Availability::default(), &[days_off(state)], &paris());
        assert_eq!(warned(shift, State::Granted), [Warning::DayOffGranted]);
        assert_eq!(warned(shift, State::Asked), [Warning::DayOffAsked]);
        assert_eq!(warned(shift, State::Refused), []);
        assert_eq!(warned(after, State::Granted), []);
        let before = window("2026-03-03T20:00:00Z", "2026-03-03T23:00:00Z");
        assert_eq!(warned(before, State::Granted), [], "it ends as the days off begin");
        let plan = |state| check_planned(shift, &[days_off(state)], &paris()).is_ok();
        assert_eq!([State::Granted, State::Asked].map(plan), [false, true]);
    }

    #[test]
    fn somebody_else_answers_once_and_says_why_not() {
        let asked = days_off(State::Asked);
        let today = |text: &str| asked.check(text.parse().unwrap());
        assert_eq!(today("2026-03-05"), Ok(()));
        assert_eq!(today("2026-03-06"), Err(AbsenceError::Days));
        assert_eq!(today("2025-03-02"), Err(AbsenceError::Days));
        let by = |rides| (UserId::from_uuid(uuid_v7(Timestamp::EPOCH, [9; 10])), rides);
        let answer = |who, verdict| asked.answer(who, verdict, None, Timestamp::EPOCH);
        let own = answer(by(Some(asked.courier_id)), Verdict::Granted);
        assert_eq!(own, Err(AbsenceError::OwnCase));
        assert_eq!(answer(by(None), Verdict::Refused), Err(AbsenceError::Reason));
        let granted = answer(by(None), Verdict::Granted).unwrap();
        let again = granted.answer(by(None), Verdict::Granted, None, Timestamp::EPOCH);
        assert_eq!(again, Err(AbsenceError::Answered));
        let back = granted.withdraw().unwrap().unwrap();
        assert_eq!((back.state, back.withdraw()), (State::Withdrawn, Ok(None)));
        assert_eq!(days_off(State::Refused).withdraw(), Err(AbsenceError::Answered));
    }
}
