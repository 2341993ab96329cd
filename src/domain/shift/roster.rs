//! Who gets a shift: what somebody must bring along, and whose turn it is.

use jiff::tz::TimeZone;

use super::opening::Wanted;
use super::rest::{RestError, RestRules};
use super::skill::{Skill, Skills};
use crate::domain::ids::CourierId;
use crate::domain::time::{Seconds, TimeWindow, Timestamp};
use crate::domain::vehicle::VehicleKind;

/// Somebody who may be given a shift.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub vehicle: VehicleKind,
    pub skills: &'a Skills,
    /// When they work besides.
    pub work: &'a [TimeWindow],
}

/// Why somebody cannot have a shift, or cannot let go of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    #[error("this shift is for those with the skill {0}")]
    Skill(Skill),
    #[error("this shift is for another kind of vehicle")]
    Vehicle,
    #[error(transparent)]
    Rest(#[from] RestError),
    #[error("every place of this shift is taken")]
    Full,
    #[error("this shift is not offered to anybody (any more)")]
    NotOffered,
    #[error("this shift has begun")]
    Begun,
    #[error("a shift can be given back until {until}; ask a dispatcher")]
    TooLate { until: Timestamp },
}

impl Candidate<'_> {
    /// Whether they may work then, and bring along what is wanted, if anything is.
    ///
    /// # Errors
    /// [`RosterError`]: the first thing that stands against it.
    pub fn check(
        &self,
        window: TimeWindow,
        wanted: Option<&Wanted>,
        rules: &RestRules,
        zone: &TimeZone,
    ) -> Result<(), RosterError> {
        if let Some(wanted) = wanted {
            if let Some(lacking) = wanted.skills.lacked_by(self.skills) {
                return Err(RosterError::Skill(lacking.clone()));
            }
            if !wanted.vehicles.is_empty() && !wanted.vehicles.contains(&self.vehicle) {
                return Err(RosterError::Vehicle);
            }
        }
        Ok(rules.allow(self.work, window, zone)?)
    }
}

/// Somebody who waits for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    pub courier_id: CourierId,
    /// Since when.
    pub since: Timestamp,
    /// How much they are planned to work in the week of the shift.
    pub planned: Seconds,
}

/// How a waitlist is ordered, as the answer to an application says it.
pub const TURN: &str = "fewest_planned_hours_in_the_week_then_first_come";

/// Those who wait, in the order in which a free place is theirs: who has the fewest planned hours in
/// that week goes first, and of those with as many who has waited longest.
pub fn in_turn(mut waiters: Vec<Waiter>) -> Vec<Waiter> {
    waiters.sort_by_key(|one| (one.planned, one.since, one.courier_id));
    waiters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    #[test]
    fn who_has_less_work_goes_first_and_then_who_came_first() {
        let waiter = |n: u8, hours: i64, since: i64| Waiter {
            courier_id: CourierId::from_uuid(uuid_v7(Timestamp::EPOCH, [n; 10])),
            since: Timestamp::from_seconds(since),
            planned: Seconds(hours * 3600),
        };
        let (much, late, early) = (waiter(1, 20, 1), waiter(2, 4, 9), waiter(3, 4, 5));
        assert_eq!(in_turn(vec![much, late, early]), [early, late, much]);
        assert_eq!(in_turn(vec![early, late, much]), [early, late, much]);
    }

    #[test]
    fn what_is_wanted_must_be_brought_along() {
        let skills = |words: &[&str]| -> Skills {
            serde_json::from_value(serde_json::json!(words)).unwrap()
        };
        let wanted: Wanted = serde_json::from_value(serde_json::json!({
            "places": 1, "skills": ["keys"], "vehicles": ["cargo_bike"],
        }))
        .unwrap();
        let rules = RestRules {
            daily_rest_h: 11,
            week_max_h: 48,
            average_weeks: 1,
            break_after_minutes: 360,
            break_minutes: 20,
            programs: false,
        };
        let at = Timestamp::from_seconds;
        let window = TimeWindow::new(at(0), at(3600)).unwrap();
        let check = |vehicle, words: &[&str], wanted: Option<&Wanted>| {
            let skills = skills(words);
            let candidate = Candidate { vehicle, skills: &skills, work: &[] };
            candidate.check(window, wanted, &rules, &TimeZone::UTC)
        };
        assert_eq!(check(VehicleKind::CargoBike, &["cargo", "keys"], Some(&wanted)), Ok(()));
        let keys = RosterError::Skill(Skill::try_from("keys".to_owned()).unwrap());
        assert_eq!(check(VehicleKind::CargoBike, &["cargo"], Some(&wanted)), Err(keys));
        assert_eq!(check(VehicleKind::Bike, &["keys"], Some(&wanted)), Err(RosterError::Vehicle));
        assert_eq!(check(VehicleKind::Bike, &[], None), Ok(()));
    }
}
