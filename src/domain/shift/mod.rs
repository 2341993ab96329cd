//! A span in which a courier works: planned, open, ended. Positions are kept in an open one only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{CourierId, OpeningId, ShiftId};
use super::time::{Seconds, TimeWindow, Timestamp};

pub mod absence;
pub mod opening;
pub mod policy;
pub mod rest;
pub mod roster;
pub mod skill;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ShiftState {
    Planned,
    Open { started_at: Timestamp },
    Ended { started_at: Timestamp, ended_at: Timestamp, paid: Seconds },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub courier_id: CourierId,
    /// From when to when it was agreed; `None` for one that was started on the spot.
    pub planned: Option<TimeWindow>,
    /// Whose place it is, where it was offered.
    #[serde(default)]
    pub opening_id: Option<OpeningId>,
    pub state: ShiftState,
}

/// Which time of a shift counts for the guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaidTime {
    /// From start to stop.
    Worked,
    /// As agreed, where there was an agreement; as worked otherwise.
    Planned,
    /// With a delivery accepted; the pay ledger knows how long that was.
    Engaged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    #[error("this shift has ended")]
    Ended,
    #[error("no shift is open")]
    NotOpen,
    #[error("{tasks} tasks are still in your route: finish or hand them back first")]
    RouteNotEmpty { tasks: usize },
    #[error("you are suspended; the decision and its reasons are under your rights")]
    Suspended,
}

impl Shift {
    /// Planned -> Open. `None` when it is open already.
    pub fn start(&self, at: Timestamp) -> Result<Option<Self>, ShiftError> {
        match self.state {
            ShiftState::Planned => {
                Ok(Some(Self { state: ShiftState::Open { started_at: at }, ..*self }))
            }
            ShiftState::Open { .. } => Ok(None),
            ShiftState::Ended { .. } => Err(ShiftError::Ended),
        }
    }

    /// Open -> Ended, with the time that is paid. `None` when it has ended already.
    pub fn stop(
        &self,
        at: Timestamp,
        tasks_held: usize,
        rule: PaidTime,
    ) -> Result<Option<Self>, ShiftError> {
        match self.state {
            ShiftState::Planned => Err(ShiftError::NotOpen),
            ShiftState::Ended { .. } => Ok(None),
            ShiftState::Open { .. } if tasks_held > 0 => {
                Err(ShiftError::RouteNotEmpty { tasks: tasks_held })
            }
            ShiftState::Open { started_at } => {
                let ended_at = at.max(started_at);
                let paid = match (rule, self.planned) {
                    (PaidTime::Planned, Some(planned)) => planned.before().since(planned.after()),
                    (PaidTime::Planned, None) | (PaidTime::Worked | PaidTime::Engaged, _) => {
                        ended_at.since(started_at)
                    }
                };
                Ok(Some(Self { state: ShiftState::Ended { started_at, ended_at, paid }, ..*self }))
            }
        }
    }

    /// When it is worked, as far as anybody knows by `now`; `None` for no time at all.
    pub fn work(&self, now: Timestamp) -> Option<TimeWindow> {
        let (from, to) = match self.state {
            ShiftState::Planned => return self.planned,
            ShiftState::Open { started_at } => {
                let planned = self.planned.map_or(started_at, TimeWindow::before);
                (started_at, planned.max(now))
            }
            ShiftState::Ended { started_at, ended_at, .. } => (started_at, ended_at),
        };
        TimeWindow::new(from, to).ok()
    }

    pub const fn is_open(&self) -> bool {
        matches!(self.state, ShiftState::Open { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds::from_minutes(minutes)
    }

    fn planned(window: Option<TimeWindow>) -> Shift {
        Shift {
            id: ShiftId::from_uuid(uuid_v7(at(0), [1; 10])),
            courier_id: CourierId::from_uuid(uuid_v7(at(0), [2; 10])),
            planned: window,
            opening_id: None,
            state: ShiftState::Planned,
        }
    }

    #[test]
    fn a_shift_takes_the_time_that_was_agreed_until_it_took_another() {
        let agreed = TimeWindow::new(at(0), at(120)).unwrap();
        let shift = planned(Some(agreed));
        assert_eq!(shift.work(at(300)), Some(agreed));
        let open = shift.start(at(-10)).unwrap().unwrap();
        assert_eq!(open.work(at(60)), TimeWindow::new(at(-10), at(120)).ok());
        assert_eq!(open.work(at(150)), TimeWindow::new(at(-10), at(150)).ok());
        let ended = open.stop(at(90), 0, PaidTime::Worked).unwrap().unwrap();
        assert_eq!(ended.work(at(300)), TimeWindow::new(at(-10), at(90)).ok());
        assert_eq!(planned(None).start(at(5)).unwrap().unwrap().work(at(5)), None);
    }

    #[test]
    fn agreed_hours_are_paid_as_agreed_and_others_as_worked() {
        let agreed = planned(TimeWindow::new(at(0), at(120)).ok()).start(at(1)).unwrap().unwrap();
        let paid = |shift: &Shift, rule| match shift.stop(at(130), 0, rule).unwrap().unwrap().state
        {
            ShiftState::Ended { paid, .. } => paid,
            other => panic!("{other:?}"),
        };
        assert_eq!(paid(&agreed, PaidTime::Planned), Seconds::from_minutes(120));
        assert_eq!(paid(&agreed, PaidTime::Worked), Seconds::from_minutes(129));
        let on_the_spot = planned(None).start(at(10)).unwrap().unwrap();
        assert_eq!(paid(&on_the_spot, PaidTime::Planned), Seconds::from_minutes(120));
    }

    #[test]
    fn nobody_leaves_with_goods_in_the_bag() {
        let open = planned(None).start(at(0)).unwrap().unwrap();
        let refused = open.stop(at(60), 2, PaidTime::Worked);
        assert_eq!(refused, Err(ShiftError::RouteNotEmpty { tasks: 2 }));
    }

    #[test]
    fn retries_are_answers_and_an_ended_shift_stays_ended() {
        let open = planned(None).start(at(0)).unwrap().unwrap();
        assert_eq!(open.start(at(1)), Ok(None));
        let ended = open.stop(at(60), 0, PaidTime::Worked).unwrap().unwrap();
        assert_eq!(ended.stop(at(61), 0, PaidTime::Worked), Ok(None));
        assert_eq!(ended.start(at(61)), Err(ShiftError::Ended));
    }
}
