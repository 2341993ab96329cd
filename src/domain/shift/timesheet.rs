//! The hours of a shift as they are worked: from when to when, and the breaks between. Breaks lie within
//! their shift, in order and apart; no other hours can be made.

use serde::{Deserialize, Serialize};

use crate::domain::time::{Seconds, TimeWindow, Timestamp};

/// Most breaks of one shift.
pub const BREAKS_MAX: usize = 50;

/// Why these are no hours of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimesheetError {
    #[error("a shift does not end before it begins")]
    End,
    #[error("a break lies within its shift, and behind the break before it")]
    Break,
    #[error("a shift has no more than {BREAKS_MAX} breaks")]
    TooMany,
}

impl TimesheetError {
    /// Where in a request it is.
    pub const fn pointer(&self) -> &'static str {
        match self {
            Self::End => "/ended_at",
            Self::Break | Self::TooMany => "/breaks",
        }
    }
}

/// Hours that are being worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRunning")]
pub struct Running {
    started_at: Timestamp,
    /// Those that are over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<TimeWindow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct RawRunning {
    started_at: Timestamp,
    #[serde(default)]
    breaks: Vec<TimeWindow>,
    #[serde(default)]
    paused_at: Option<Timestamp>,
}

impl TryFrom<RawRunning> for Running {
    type Error = TimesheetError;
    fn try_from(raw: RawRunning) -> Result<Self, TimesheetError> {
        Self::new(raw.started_at, raw.breaks, raw.paused_at)
    }
}

impl Running {
    /// Begins to work.
    pub const fn from(started_at: Timestamp) -> Self {
        Self { started_at, breaks: Vec::new(), paused_at: None }
    }

    /// # Errors
    /// [`TimesheetError::Break`], [`TimesheetError::TooMany`].
    pub fn new(
        started_at: Timestamp,
        breaks: Vec<TimeWindow>,
        paused_at: Option<Timestamp>,
    ) -> Result<Self, TimesheetError> {
        let free_from = in_order(started_at, &breaks)?;
        if paused_at.is_some_and(|at| at < free_from) {
            return Err(TimesheetError::Break);
        }
        Ok(Self { started_at, breaks, paused_at })
    }

    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// The breaks that are over.
    pub fn breaks(&self) -> &[TimeWindow] {
        &self.breaks
    }

    /// Since when there is a break.
    pub const fn paused_at(&self) -> Option<Timestamp> {
        self.paused_at
    }

    /// A break begins; where another one ends at that time or later, that one goes on. A break that
    /// is there already stays.
    ///
    /// # Errors
    /// [`TimesheetError::TooMany`].
    pub fn pause(&self, at: Timestamp) -> Result<Self, TimesheetError> {
        if self.paused_at.is_some() {
            return Ok(self.clone());
        }
        let mut next = self.clone();
        let goes_on = next.breaks.pop_if(|last| last.before() >= at);
        if next.breaks.len() >= BREAKS_MAX {
            return Err(TimesheetError::TooMany);
        }
        let begins = goes_on.map_or_else(|| at.max(self.started_at), TimeWindow::after);
        next.paused_at = Some(begins);
        Ok(next)
    }

    /// The break ends; one without any length was none. `None` where there is no break.
    pub fn resume(&self, at: Timestamp) -> Option<Self> {
        let paused_at = self.paused_at?;
        let mut breaks = self.breaks.clone();
        breaks.extend(TimeWindow::new(paused_at, at));
        Some(Self { started_at: self.started_at, breaks, paused_at: None })
    }

    /// The hours until then, or until the end of the last break where that is later.
    pub fn end(&self, at: Timestamp) -> Timesheet {
        let over = self.resume(at).unwrap_or_else(|| self.clone());
        let last = over.breaks.last().map_or(over.started_at, |last| last.before());
        Timesheet {
            started_at: over.started_at,
            ended_at: at.max(last).max(self.paused_at.unwrap_or(last)),
            breaks: over.breaks,
        }
    }

    /// Since when there has been no break of that length: the beginning, or the end of the last one.
    pub fn without_rest_since(&self, length: Seconds) -> Timestamp {
        let rested = self.breaks.iter().rfind(|one| one.before().since(one.after()) >= length);
        rested.map_or(self.started_at, |one| one.before())
    }
}

/// Hours that were worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawTimesheet")]
pub struct Timesheet {
    started_at: Timestamp,
    ended_at: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<TimeWindow>,
}

#[derive(Deserialize)]
struct RawTimesheet {
    started_at: Timestamp,
    ended_at: Timestamp,
    #[serde(default)]
    breaks: Vec<TimeWindow>,
}

impl TryFrom<RawTimesheet> for Timesheet {
    type Error = TimesheetError;
    fn try_from(raw: RawTimesheet) -> Result<Self, TimesheetError> {
        Self::new(raw.started_at, raw.ended_at, raw.breaks)
    }
}

impl Timesheet {
    /// # Errors
    /// [`TimesheetError`].
    pub fn new(
        started_at: Timestamp,
        ended_at: Timestamp,
        breaks: Vec<TimeWindow>,
    ) -> Result<Self, TimesheetError> {
        if ended_at < started_at {
            return Err(TimesheetError::End);
        }
        if in_order(started_at, &breaks)? > ended_at {
            return Err(TimesheetError::Break);
        }
        Ok(Self { started_at, ended_at, breaks })
    }

    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    pub const fn ended_at(&self) -> Timestamp {
        self.ended_at
    }

    pub fn breaks(&self) -> &[TimeWindow] {
        &self.breaks
    }

    /// All breaks together.
    pub fn break_time(&self) -> Seconds {
        self.breaks.iter().map(|one| one.before().since(one.after())).sum()
    }
}

/// Whether the breaks follow one another from then on, with time between; gives the end of the last.
fn in_order(from: Timestamp, breaks: &[TimeWindow]) -> Result<Timestamp, TimesheetError> {
    if breaks.len() > BREAKS_MAX {
        return Err(TimesheetError::TooMany);
    }
    let apart = breaks.windows(2).all(|two| two[0].before() < two[1].after());
    if !apart || breaks.iter().any(|one| one.after() < from) {
        return Err(TimesheetError::Break);
    }
    Ok(breaks.last().map_or(from, |last| last.before()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds::from_minutes(minutes)
    }

    fn span(from: i64, to: i64) -> TimeWindow {
        TimeWindow::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn breaks_lie_within_their_shift_and_never_over_each_other() {
        let sheet = |breaks: &[TimeWindow]| Timesheet::new(at(0), at(100), breaks.to_vec());
        assert!(sheet(&[span(0, 20), span(30, 100)]).is_ok());
        assert_eq!(sheet(&[span(-1, 20)]), Err(TimesheetError::Break));
        assert_eq!(sheet(&[span(90, 101)]), Err(TimesheetError::Break));
        assert_eq!(sheet(&[span(10, 30), span(29, 40)]), Err(TimesheetError::Break));
        assert_eq!(sheet(&[span(50, 60), span(10, 20)]), Err(TimesheetError::Break));
        assert_eq!(sheet(&[span(10, 30), span(30, 40)]), Err(TimesheetError::Break), "one break");
        assert_eq!(Timesheet::new(at(1), at(0), Vec::new()), Err(TimesheetError::End));
        let many: Vec<TimeWindow> = (0..51).map(|n| span(2 * n, 2 * n + 1)).collect();
        assert_eq!(sheet(&many), Err(TimesheetError::TooMany));
        assert!(Running::new(at(0), vec![span(10, 20)], Some(at(19))).is_err());
        assert!(Running::new(at(0), Vec::new(), Some(at(-1))).is_err());
        let text = serde_json::json!({
            "started_at": at(0), "ended_at": at(9), "breaks": [span(8, 10)],
        });
        assert!(serde_json::from_value::<Timesheet>(text).is_err());
    }

    #[test]
    fn whatever_the_clocks_say_the_hours_stay_hours() {
        let running = Running::from(at(0));
        let rested = running.pause(at(10)).unwrap().resume(at(30)).unwrap();
        assert_eq!(rested.breaks(), [span(10, 30)]);
        // Said late by a phone: the break that was there goes on.
        let again = rested.pause(at(25)).unwrap();
        assert_eq!((again.paused_at(), again.breaks().len()), (Some(at(10)), 0));
        assert_eq!(again.resume(at(40)).unwrap().breaks(), [span(10, 40)]);
        assert_eq!(running.pause(at(-5)).unwrap().paused_at(), Some(at(0)));
        let none = running.pause(at(10)).unwrap().resume(at(10)).unwrap();
        assert_eq!(none, running, "no time is no break");
        for (end, hours) in [(50, 50), (20, 30)] {
            assert_eq!(rested.end(at(end)).ended_at(), at(hours));
        }
        let paused = rested.pause(at(60)).unwrap();
        assert_eq!(paused.end(at(90)).breaks(), [span(10, 30), span(60, 90)]);
        let early = paused.end(at(50));
        assert_eq!((early.ended_at(), early.break_time()), (at(60), Seconds::from_minutes(20)));
    }

    #[test]
    fn only_a_whole_break_is_rest() {
        let short = Running::new(at(0), vec![span(60, 75)], None).unwrap();
        let twenty = Seconds::from_minutes(20);
        assert_eq!(short.without_rest_since(twenty), at(0));
        let whole = Running::new(at(0), vec![span(60, 80), span(100, 110)], None).unwrap();
        assert_eq!(whole.without_rest_since(twenty), at(80));
    }
}
