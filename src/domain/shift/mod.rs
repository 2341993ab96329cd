//! A span in which a courier works: planned, open, ended. Positions are kept in an open one only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{CourierId, OpeningId, ShiftId, VehicleId};
use super::time::{Seconds, TimeWindow, Timestamp};
use rest::RestRules;
use timesheet::{Running, Timesheet, TimesheetError};

pub mod absence;
pub mod correction;
pub mod opening;
pub mod policy;
pub mod rest;
pub mod roster;
pub mod skill;
pub mod timesheet;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ShiftState {
    Planned,
    Open(Running),
    Ended {
        #[serde(flatten)]
        hours: Timesheet,
        paid: Seconds,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub courier_id: CourierId,
    /// From when to when it was agreed; `None` for one that was started on the spot.
    pub planned: Option<TimeWindow>,
    /// Whose place it is, where it was offered.
    #[serde(default)]
    pub opening_id: Option<OpeningId>,
    /// Which of the co-op's vehicles it is or was ridden on; the courier's own without one.
    #[serde(default)]
    pub vehicle_id: Option<VehicleId>,
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

/// What of the time of a shift is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayRule {
    /// By the tariff.
    pub time: PaidTime,
    /// So much of a shift's breaks counts as worked, as the members have voted.
    pub break_time: Seconds,
}

impl PayRule {
    /// The time that is paid of these hours; of those that were agreed, where these count. Breaks
    /// are not, but for what is voted.
    pub fn paid(self, hours: &Timesheet, planned: Option<TimeWindow>) -> Seconds {
        let whole = match (self.time, planned) {
            (PaidTime::Planned, Some(planned)) => planned.before().since(planned.after()),
            (PaidTime::Planned, None) | (PaidTime::Worked | PaidTime::Engaged, _) => {
                hours.ended_at().since(hours.started_at())
            }
        };
        (whole - (hours.break_time() - self.break_time).or_zero()).or_zero()
    }
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
    #[error(transparent)]
    Hours(#[from] TimesheetError),
}

impl Shift {
    /// Planned -> Open, on the courier's own vehicle. `None` when it is open already.
    pub fn start(&self, at: Timestamp) -> Result<Option<Self>, ShiftError> {
        match &self.state {
            ShiftState::Planned => {
                Ok(Some(Self { state: ShiftState::Open(Running::from(at)), ..self.clone() }))
            }
            ShiftState::Open(_) => Ok(None),
            ShiftState::Ended { .. } => Err(ShiftError::Ended),
        }
    }

    /// A break begins. `None` when there is one already.
    pub fn pause(&self, at: Timestamp, tasks_held: usize) -> Result<Option<Self>, ShiftError> {
        match &self.state {
            ShiftState::Planned => Err(ShiftError::NotOpen),
            ShiftState::Ended { .. } => Err(ShiftError::Ended),
            ShiftState::Open(running) if running.paused_at().is_some() => Ok(None),
            ShiftState::Open(_) if tasks_held > 0 => {
                Err(ShiftError::RouteNotEmpty { tasks: tasks_held })
            }
            ShiftState::Open(running) => Ok(Some(self.running(running.pause(at)?))),
        }
    }

    /// The break ends. `None` when there is none.
    pub fn resume(&self, at: Timestamp) -> Result<Option<Self>, ShiftError> {
        match &self.state {
            ShiftState::Planned => Err(ShiftError::NotOpen),
            ShiftState::Ended { .. } => Err(ShiftError::Ended),
            ShiftState::Open(running) => {
                Ok(running.resume(at).map(|running| self.running(running)))
            }
        }
    }

    fn running(&self, running: Running) -> Self {
        Self { state: ShiftState::Open(running), ..self.clone() }
    }

    /// Open -> Ended, with the time that is paid; a break ends with it. `None` when it has ended
    /// already.
    pub fn stop(
        &self,
        at: Timestamp,
        tasks_held: usize,
        rule: PayRule,
    ) -> Result<Option<Self>, ShiftError> {
        match &self.state {
            ShiftState::Planned => Err(ShiftError::NotOpen),
            ShiftState::Ended { .. } => Ok(None),
            ShiftState::Open(_) if tasks_held > 0 => {
                Err(ShiftError::RouteNotEmpty { tasks: tasks_held })
            }
            ShiftState::Open(running) => {
                let hours = running.end(at);
                let paid = rule.paid(&hours, self.planned);
                Ok(Some(Self { state: ShiftState::Ended { hours, paid }, ..self.clone() }))
            }
        }
    }

    /// When it is worked, as far as anybody knows by `now`; `None` for no time at all.
    pub fn work(&self, now: Timestamp) -> Option<TimeWindow> {
        let (from, to) = match &self.state {
            ShiftState::Planned => return self.planned,
            ShiftState::Open(running) => {
                let from = running.started_at();
                (from, self.planned.map_or(from, TimeWindow::before).max(now))
            }
            ShiftState::Ended { hours, .. } => (hours.started_at(), hours.ended_at()),
        };
        TimeWindow::new(from, to).ok()
    }

    pub const fn is_open(&self) -> bool {
        matches!(self.state, ShiftState::Open(_))
    }

    /// Since when its courier is on a break.
    pub const fn paused_at(&self) -> Option<Timestamp> {
        match &self.state {
            ShiftState::Open(running) => running.paused_at(),
            ShiftState::Planned | ShiftState::Ended { .. } => None,
        }
    }

    /// When a break is due in it.
    pub fn break_due(&self, rules: &RestRules) -> Option<Timestamp> {
        match &self.state {
            ShiftState::Open(hours) => rules.break_due(hours),
            ShiftState::Planned | ShiftState::Ended { .. } => None,
        }
    }

    /// Whether its courier can be asked for something: it is open, and not for a break.
    pub const fn is_working(&self) -> bool {
        self.is_open() && self.paused_at().is_none()
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
            vehicle_id: None,
            state: ShiftState::Planned,
        }
    }

    fn paid_by(time: PaidTime) -> PayRule {
        PayRule { time, break_time: Seconds::ZERO }
    }

    fn paid_time(shift: &Shift, at: Timestamp, rule: PayRule) -> Seconds {
        match shift.stop(at, 0, rule).unwrap().unwrap().state {
            ShiftState::Ended { paid, .. } => paid,
            other => panic!("{other:?}"),
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
        let ended = open.stop(at(90), 0, paid_by(PaidTime::Worked)).unwrap().unwrap();
        assert_eq!(ended.work(at(300)), TimeWindow::new(at(-10), at(90)).ok());
        assert_eq!(planned(None).start(at(5)).unwrap().unwrap().work(at(5)), None);
    }

    #[test]
    fn agreed_hours_are_paid_as_agreed_and_others_as_worked() {
        let agreed = planned(TimeWindow::new(at(0), at(120)).ok()).start(at(1)).unwrap().unwrap();
        let paid = |shift: &Shift, rule| paid_time(shift, at(130), paid_by(rule));
        assert_eq!(paid(&agreed, PaidTime::Planned), Seconds::from_minutes(120));
        assert_eq!(paid(&agreed, PaidTime::Worked), Seconds::from_minutes(129));
        let on_the_spot = planned(None).start(at(10)).unwrap().unwrap();
        assert_eq!(paid(&on_the_spot, PaidTime::Planned), Seconds::from_minutes(120));
    }

    #[test]
    fn nobody_leaves_with_goods_in_the_bag() {
        let open = planned(None).start(at(0)).unwrap().unwrap();
        let refused = open.stop(at(60), 2, paid_by(PaidTime::Worked));
        assert_eq!(refused, Err(ShiftError::RouteNotEmpty { tasks: 2 }));
        assert_eq!(open.pause(at(60), 1), Err(ShiftError::RouteNotEmpty { tasks: 1 }));
    }

    #[test]
    fn a_break_is_not_paid_but_for_what_is_voted() {
        let agreed = planned(TimeWindow::new(at(0), at(240)).ok()).start(at(0)).unwrap().unwrap();
        let paused = agreed.pause(at(60), 0).unwrap().unwrap();
        assert!(paused.is_open() && !paused.is_working());
        assert_eq!(paused.pause(at(70), 0), Ok(None));
        let resumed = paused.resume(at(90)).unwrap().unwrap();
        assert_eq!((resumed.resume(at(91)), resumed.is_working()), (Ok(None), true));
        let minutes = Seconds::from_minutes;
        let voted = |time, paid| PayRule { time, break_time: minutes(paid) };
        let paid = |rule| paid_time(&resumed, at(180), rule);
        assert_eq!(paid(voted(PaidTime::Worked, 0)), minutes(150));
        assert_eq!(paid(voted(PaidTime::Worked, 20)), minutes(170));
        assert_eq!(paid(voted(PaidTime::Worked, 60)), minutes(180), "no more than was worked");
        assert_eq!(paid(voted(PaidTime::Planned, 20)), minutes(230));
        // Whoever goes home from a break has not worked in it.
        assert_eq!(paid_time(&paused, at(180), voted(PaidTime::Worked, 0)), minutes(60));
        let ended = resumed.stop(at(180), 0, voted(PaidTime::Worked, 0)).unwrap().unwrap();
        assert_eq!(ended.pause(at(181), 0), Err(ShiftError::Ended));
        assert_eq!(planned(None).resume(at(0)), Err(ShiftError::NotOpen));
    }

    #[test]
    fn shifts_that_were_told_before_there_were_breaks_still_read() {
        let open = planned(None).start(at(0)).unwrap().unwrap();
        let text = serde_json::json!({
            "id": open.id, "courier_id": open.courier_id, "planned": null,
            "state": { "state": "open", "started_at": at(0) },
        });
        assert_eq!(serde_json::from_value::<Shift>(text).unwrap(), open);
        let paused = open.pause(at(9), 0).unwrap().unwrap();
        let text = serde_json::to_value(&paused).unwrap();
        assert_eq!(serde_json::from_value::<Shift>(text).unwrap(), paused);
        let ended = paused.stop(at(30), 0, paid_by(PaidTime::Worked)).unwrap().unwrap();
        let text = serde_json::to_value(&ended).unwrap();
        assert_eq!(serde_json::from_value::<Shift>(text).unwrap(), ended);
    }

    #[test]
    fn retries_are_answers_and_an_ended_shift_stays_ended() {
        let open = planned(None).start(at(0)).unwrap().unwrap();
        assert_eq!(open.start(at(1)), Ok(None));
        let ended = open.stop(at(60), 0, paid_by(PaidTime::Worked)).unwrap().unwrap();
        assert_eq!(ended.stop(at(61), 0, paid_by(PaidTime::Worked)), Ok(None));
        assert_eq!(ended.start(at(61)), Err(ShiftError::Ended));
    }
}
