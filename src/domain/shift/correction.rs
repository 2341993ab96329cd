//! Hours of an ended shift that were written down wrongly: what they were, what they should have been,
//! and who has to agree.

use serde::{Deserialize, Serialize};

use super::timesheet::Timesheet;
use super::{PayRule, Shift, ShiftState};
use crate::domain::ids::{CorrectionId, CourierId, ShiftId, UserId};
use crate::domain::text::Note;
use crate::domain::time::{Seconds, Timestamp};

/// Longest shift that somebody can correct one to.
const LONGEST: Seconds = Seconds(24 * 3600);
/// How far a beginning can be moved, or an end put off.
const MOVED_MAX: Seconds = Seconds(24 * 3600);

/// The hours of a shift, and what of them is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub sheet: Timesheet,
    pub paid: Seconds,
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asker {
    Dispatcher(UserId),
    /// The courier whose shift it is.
    Courier(UserId),
}

impl Asker {
    pub const fn user(self) -> UserId {
        match self {
            Self::Dispatcher(user) | Self::Courier(user) => user,
        }
    }
}

/// What whoever had to agree said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub by: UserId,
    pub at: Timestamp,
    pub agreed: bool,
    pub reason: Option<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub id: CorrectionId,
    pub shift_id: ShiftId,
    pub courier_id: CourierId,
    pub asked: Asker,
    pub asked_at: Timestamp,
    pub reason: Note,
    pub was: Hours,
    pub now: Hours,
    pub verdict: Option<Verdict>,
}

/// For whose answer a correction waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    Courier,
    Dispatcher,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionError {
    #[error("only the hours of a shift that has ended are corrected")]
    NotEnded,
    #[error("these are the hours as they are written down")]
    Same,
    #[error("a shift lasts no more than a day, and is not moved by more than a day")]
    Length,
    #[error("these hours are not over")]
    NotOver,
    #[error("nobody corrects their own hours: ask another dispatcher")]
    OwnCase,
    #[error("say why not")]
    Reason,
    #[error("this has been answered already")]
    Answered,
}

impl CorrectionError {
    /// Where in the request it is, for what is wrong with one.
    pub const fn pointer(&self) -> Option<&'static str> {
        match self {
            Self::Length | Self::NotOver => Some("/ended_at"),
            Self::Reason => Some("/reason"),
            Self::NotEnded | Self::Same | Self::OwnCase | Self::Answered => None,
        }
    }
}

/// What is asked for, before it is checked.
#[derive(Clone, Debug)]
pub struct Wish {
    pub asked: Asker,
    pub sheet: Timesheet,
    pub reason: Note,
}

impl Correction {
    /// # Errors
    /// All of [`CorrectionError`] but those of an answer.
    pub fn new(
        id: CorrectionId,
        shift: &Shift,
        wish: Wish,
        rule: PayRule,
        at: Timestamp,
    ) -> Result<Self, CorrectionError> {
        let ShiftState::Ended { hours, paid } = &shift.state else {
            return Err(CorrectionError::NotEnded);
        };
        let Wish { asked, sheet, reason } = wish;
        if sheet == *hours {
            return Err(CorrectionError::Same);
        }
        let lasts = sheet.ended_at().since(sheet.started_at());
        let begins = sheet.started_at().since(hours.started_at());
        let ends = sheet.ended_at().since(hours.ended_at());
        let too_far = begins.0.abs() > MOVED_MAX.0 || ends > MOVED_MAX;
        if lasts <= Seconds::ZERO || lasts > LONGEST || too_far {
            return Err(CorrectionError::Length);
        }
        if sheet.ended_at() > at {
            return Err(CorrectionError::NotOver);
        }
        let now = Hours { paid: rule.paid(&sheet, shift.planned), sheet };
        let was = Hours { sheet: hours.clone(), paid: *paid };
        let (shift_id, courier_id) = (shift.id, shift.courier_id);
        Ok(Self { id, shift_id, courier_id, asked, asked_at: at, reason, was, now, verdict: None })
    }

    /// What the courier asks for waits for a dispatcher; what a dispatcher writes waits for the courier
    /// where less time is paid, and takes effect at once otherwise.
    pub fn waits_for(&self) -> Option<WaitsFor> {
        match (&self.verdict, self.asked) {
            (Some(_), _) => None,
            (None, Asker::Courier(_)) => Some(WaitsFor::Dispatcher),
            (None, Asker::Dispatcher(_)) => {
                (self.now.paid < self.was.paid).then_some(WaitsFor::Courier)
            }
        }
    }

    /// Whether the hours are as it says.
    pub fn took_effect(&self) -> bool {
        match &self.verdict {
            Some(verdict) => verdict.agreed,
            None => self.waits_for().is_none(),
        }
    }

    /// The answer of whoever it waits for, who rides as `answerer`, if they ride.
    ///
    /// # Errors
    /// [`CorrectionError::Answered`], [`CorrectionError::OwnCase`], [`CorrectionError::Reason`].
    pub fn answer(
        &self,
        verdict: Verdict,
        answerer: Option<CourierId>,
    ) -> Result<Self, CorrectionError> {
        match self.waits_for() {
            None => return Err(CorrectionError::Answered),
            Some(WaitsFor::Courier) => {}
            Some(WaitsFor::Dispatcher) => {
                if answerer == Some(self.courier_id) {
                    return Err(CorrectionError::OwnCase);
                }
                if !verdict.agreed && verdict.reason.is_none() {
                    return Err(CorrectionError::Reason);
                }
            }
        }
        Ok(Self { verdict: Some(verdict), ..self.clone() })
    }

    /// The shift with the hours as they should have been.
    pub fn apply(&self, shift: &Shift) -> Shift {
        let Hours { sheet, paid } = self.now.clone();
        Shift { state: ShiftState::Ended { hours: sheet, paid }, ..shift.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::shift::PaidTime;
    use crate::domain::time::TimeWindow;

    const RULE: PayRule = PayRule { time: PaidTime::Worked, break_time: Seconds::ZERO };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds::from_minutes(minutes)
    }

    fn user(n: u8) -> UserId {
        UserId::from_uuid(uuid_v7(at(0), [n; 10]))
    }

    fn courier() -> CourierId {
        CourierId::from_uuid(uuid_v7(at(0), [2; 10]))
    }

    fn sheet(from: i64, to: i64) -> Timesheet {
        Timesheet::new(at(from), at(to), Vec::new()).unwrap()
    }

    /// Worked from 0 to 240.
    fn shift() -> Shift {
        Shift {
            id: ShiftId::from_uuid(uuid_v7(at(0), [1; 10])),
            courier_id: courier(),
            planned: None,
            opening_id: None,
            vehicle_id: None,
            state: ShiftState::Ended { hours: sheet(0, 240), paid: Seconds::from_minutes(240) },
        }
    }

    fn correction(asked: Asker, sheet: Timesheet) -> Result<Correction, CorrectionError> {
        let wish = Wish { asked, sheet, reason: Note::new("the phone was flat").unwrap() };
        let id = CorrectionId::from_uuid(uuid_v7(at(0), [3; 10]));
        Correction::new(id, &shift(), wish, RULE, at(1_000))
    }

    fn verdict(agreed: bool, reason: Option<&str>) -> Verdict {
        let reason = reason.map(|reason| Note::new(reason).unwrap());
        Verdict { by: user(9), at: at(1_001), agreed, reason }
    }

    #[test]
    fn less_pay_needs_the_courier_and_more_does_not() {
        let desk = Asker::Dispatcher(user(1));
        let more = correction(desk, sheet(0, 250)).unwrap();
        assert!(more.waits_for().is_none() && more.took_effect());
        let less = correction(desk, sheet(0, 200)).unwrap();
        assert_eq!((less.waits_for(), less.took_effect()), (Some(WaitsFor::Courier), false));
        let rested = vec![TimeWindow::new(at(60), at(90)).unwrap()];
        let rested = Timesheet::new(at(0), at(270), rested).unwrap();
        assert!(correction(desk, rested.clone()).unwrap().took_effect(), "as much as before");
        assert_eq!(correction(desk, rested).unwrap().now.paid, Seconds::from_minutes(240));
        let agreed = less.answer(verdict(true, None), Some(courier())).unwrap();
        assert!(agreed.took_effect() && agreed.waits_for().is_none());
        assert_eq!(agreed.answer(verdict(true, None), None), Err(CorrectionError::Answered));
        let refused = less.answer(verdict(false, None), Some(courier())).unwrap();
        assert!(!refused.took_effect(), "a courier owes nobody a reason");
        let ShiftState::Ended { paid, .. } = agreed.apply(&shift()).state else { panic!("ended") };
        assert_eq!(paid, Seconds::from_minutes(200));
    }

    #[test]
    fn what_a_courier_asks_for_is_up_to_another_person() {
        let asked = correction(Asker::Courier(user(2)), sheet(0, 260)).unwrap();
        assert_eq!(asked.waits_for(), Some(WaitsFor::Dispatcher));
        let own = asked.answer(verdict(true, None), Some(courier()));
        assert_eq!(own, Err(CorrectionError::OwnCase));
        assert_eq!(asked.answer(verdict(false, None), None), Err(CorrectionError::Reason));
        assert!(!asked.answer(verdict(false, Some("no")), None).unwrap().took_effect());
    }

    #[test]
    fn hours_are_those_of_a_shift_that_is_over() {
        let desk = Asker::Dispatcher(user(1));
        let wrong = |sheet| correction(desk, sheet).map(drop);
        assert_eq!(wrong(sheet(0, 240)), Err(CorrectionError::Same));
        assert_eq!(wrong(sheet(5, 5)), Err(CorrectionError::Length));
        assert_eq!(wrong(sheet(-1_500, 0)), Err(CorrectionError::Length));
        assert_eq!(wrong(sheet(900, 1_001)), Err(CorrectionError::NotOver));
        let planned = Shift { state: ShiftState::Planned, ..shift() };
        let wish = Wish { asked: desk, sheet: sheet(0, 1), reason: Note::new("why").unwrap() };
        let id = CorrectionId::from_uuid(uuid_v7(at(0), [3; 10]));
        let early = Correction::new(id, &planned, wish, RULE, at(9));
        assert_eq!(early, Err(CorrectionError::NotEnded));
    }
}
