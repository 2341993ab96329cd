//! Time slots: spans of the day that can be booked, each with so many places.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::hours::{Clock, Hours, instant};
use super::ids::SlotPlanId;
use super::text::Name;
use super::time::{Seconds, TimeWindow, Timestamp};

/// Most spans of opening hours in a plan.
const HOURS_MAX: usize = 50;
/// Most days that a plan is closed on.
const CLOSED_MAX: usize = 400;
/// Most places of a slot.
const CAPACITY_MAX: i32 = 10_000;
/// How far ahead a plan may be booked at most, in days.
const AHEAD_MAX: u16 = 90;

/// When there are slots, and how many places each has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SlotPlan")]
pub struct Plan {
    pub name: Name,
    #[schemars(length(min = 1, max = HOURS_MAX))]
    pub hours: Vec<Hours>,
    #[schemars(range(min = 5, max = 24 * 60))]
    pub length_minutes: u16,
    #[schemars(range(min = 1, max = CAPACITY_MAX))]
    pub capacity: i32,
    /// A slot closes so long before it begins.
    #[serde(default)]
    pub notice_minutes: u16,
    /// Today's slots close at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_day_until: Option<Clock>,
    #[schemars(range(max = AHEAD_MAX))]
    pub days_ahead: u16,
    /// Holidays.
    #[serde(default)]
    #[schemars(length(max = CLOSED_MAX))]
    pub closed: Vec<Day>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    #[error(
        "a plan has between 1 and {HOURS_MAX} spans of hours, each on days from 1 to 7 and with its end after its start"
    )]
    Hours,
    #[error("a slot lasts between 5 minutes and 24 hours")]
    Length,
    #[error("a slot has between 1 and {CAPACITY_MAX} places")]
    Capacity,
    #[error("a plan is booked up to {AHEAD_MAX} days ahead")]
    Ahead,
    #[error("a plan is closed on {CLOSED_MAX} days at most")]
    Closed,
}

/// A slot that a delivery is to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SlotChoice")]
pub struct Choice {
    pub plan_id: SlotPlanId,
    pub starts_at: Timestamp,
}

/// Why a slot cannot be booked. In the order in which they are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    #[error("there is no slot of this plan at {starts_at}")]
    NoSuch { starts_at: Timestamp },
    #[error("the slot at {starts_at} is closed by now")]
    Closed { starts_at: Timestamp },
    #[error("the slot at {starts_at} cannot be booked yet")]
    TooFarAhead { starts_at: Timestamp },
    #[error("every place of the slot at {starts_at} is taken")]
    Full { starts_at: Timestamp },
    #[error("a delivery in a slot has no other window at its drop-offs")]
    Window,
}

impl Plan {
    /// # Errors
    /// The first fault, in the order of [`PlanError`].
    pub fn check(&self) -> Result<(), PlanError> {
        let sensible = |hours: &Hours| hours.has_days() && hours.from < hours.to;
        let few = (1..=HOURS_MAX).contains(&self.hours.len());
        if !few || !self.hours.iter().all(sensible) {
            return Err(PlanError::Hours);
        }
        if !(5..=24 * 60).contains(&self.length_minutes) {
            return Err(PlanError::Length);
        }
        if !(1..=CAPACITY_MAX).contains(&self.capacity) {
            return Err(PlanError::Capacity);
        }
        if self.days_ahead > AHEAD_MAX {
            return Err(PlanError::Ahead);
        }
        if self.closed.len() > CLOSED_MAX {
            return Err(PlanError::Closed);
        }
        Ok(())
    }

    /// The slots that begin on a day, in order. A span's rest that is shorter than a slot is none. A
    /// time that the change of the clocks leaves out is moved behind it, as RFC 5545 has it.
    pub fn slots_on(&self, day: Day, zone: &TimeZone) -> Vec<TimeWindow> {
        if self.closed.contains(&day) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for hours in self.hours.iter().filter(|hours| hours.are_on(day)) {
            let length = self.length_minutes;
            let mut from = hours.from.minute();
            while from + length <= hours.to.minute() {
                let ends = [from, from + length].map(|minute| instant(day, minute, zone));
                if let [Some(after), Some(before)] = ends
                    && let Ok(window) = TimeWindow::new(after, before)
                {
                    found.push(window);
                }
                from += length;
            }
        }
        found.sort_by_key(|window| (window.after(), window.before()));
        found.dedup_by_key(|window| window.after());
        found
    }

    /// The slot that begins at this instant, if it may be booked now.
    ///
    /// # Errors
    /// [`SlotError::NoSuch`], [`SlotError::Closed`], [`SlotError::TooFarAhead`].
    pub fn slot(
        &self,
        starts_at: Timestamp,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<TimeWindow, SlotError> {
        let day = Day::of(starts_at, zone);
        let slots = self.slots_on(day, zone);
        let slot = slots.into_iter().find(|slot| slot.after() == starts_at);
        let slot = slot.ok_or(SlotError::NoSuch { starts_at })?;
        if !self.is_open(slot, now, zone) {
            return Err(SlotError::Closed { starts_at });
        }
        let last = Day::of(now, zone).plus(self.days_ahead);
        if day > last {
            return Err(SlotError::TooFarAhead { starts_at });
        }
        Ok(slot)
    }

    /// Whether a slot can still be booked.
    pub fn is_open(&self, slot: TimeWindow, now: Timestamp, zone: &TimeZone) -> bool {
        let notice = Seconds::from_minutes(i64::from(self.notice_minutes));
        let today = Day::of(now, zone);
        let cut_off = self.same_day_until.and_then(|until| instant(today, until.minute(), zone));
        let cut = Day::of(slot.after(), zone) == today && cut_off.is_some_and(|until| now >= until);
        now + notice <= slot.after() && !cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        serde_json::from_value(serde_json::json!({
            "name": "lunch", "length_minutes": 60, "capacity": 20, "notice_minutes": 30,
            "same_day_until": "12:00", "days_ahead": 7, "closed": ["2026-03-04"],
            "hours": [
                { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
                { "weekdays": [7], "from": "01:00", "to": "04:00" },
            ],
        }))
        .unwrap()
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn starts(text: &str) -> Vec<String> {
        let slots = plan().slots_on(day(text), &paris());
        slots.iter().map(|slot| slot.after().to_string()[11..16].to_owned()).collect()
    }

    #[test]
    fn slots_follow_the_hours_of_the_day_on_the_wall() {
        assert_eq!(plan().check(), Ok(()));
        // Winter: one hour before UTC; the half hour that is left is no slot.
        assert_eq!(starts("2026-03-02"), ["10:30", "11:30"]);
        assert_eq!(starts("2026-06-01"), ["09:30", "10:30"]);
        assert_eq!(starts("2026-03-04"), [""; 0]);
        assert_eq!(starts("2026-03-07"), [""; 0]);
        // The night without an hour from two to three: one slot less.
        assert_eq!(starts("2026-03-29"), ["00:00", "01:00"]);
        assert_eq!(starts("2026-10-25"), ["23:00", "00:00", "02:00"]);
    }

    #[test]
    fn a_slot_closes_by_notice_and_cut_off_and_opens_some_days_before() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let slot = |starts: &str, now: &str| plan().slot(at(starts), at(now), &paris()).map(|_| ());
        let monday = "2026-03-02T11:30:00Z";
        assert_eq!(slot(monday, "2026-03-02T10:00:00Z"), Ok(()));
        let starts_at = at(monday);
        assert_eq!(slot(monday, "2026-03-02T11:00:00Z"), Err(SlotError::Closed { starts_at }));
        let early = at("2026-03-02T10:30:00Z");
        let late = slot("2026-03-02T10:30:00Z", "2026-03-02T10:00:01Z");
        assert_eq!(late, Err(SlotError::Closed { starts_at: early }));
        let odd = at("2026-03-02T11:00:00Z");
        let none = slot("2026-03-02T11:00:00Z", "2026-03-02T01:00:00Z");
        assert_eq!(none, Err(SlotError::NoSuch { starts_at: odd }));
        let far = at("2026-03-10T10:30:00Z");
        let ahead = slot("2026-03-10T10:30:00Z", "2026-03-02T01:00:00Z");
        assert_eq!(ahead, Err(SlotError::TooFarAhead { starts_at: far }));
    }
}
