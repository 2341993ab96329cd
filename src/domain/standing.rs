//! Standing orders: the same delivery on every day of a rule, each day once.
//!
//! Which days an order is for is a pure function of its terms and of the calendar, walked from its
//! first day whenever somebody looks. What became of a day (a delivery, or why there is none) is
//! written down once; a day without a line is still to be made.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::delivery::{IfUndeliverable, Package, Request, RequestError};
use super::geo::Position;
use super::handover::Needs;
use super::holidays::Holidays;
use super::hours::{Clock, Hours, instant};
use super::ids::{MerchantId, SlotPlanId, StandingOrderId};
use super::recurrence::Rule;
use super::slot::Choice;
use super::task::{Contact, Stop};
use super::text::{Address, Instructions};
use super::time::{Seconds, Timestamp};

/// Most days that an order leaves out by name.
const EXCLUDED_MAX: usize = 400;

/// From when to when, by the clocks on the wall; what ends before it begins ends on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DailyWindow {
    pub from: Clock,
    pub to: Clock,
}

/// A stop as it is on every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DailyStop {
    pub place: Position,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<DailyWindow>,
    /// What the courier has to show there; nothing said: a name at drop-offs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
}

/// The slot that begins at this time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DailySlot {
    pub plan_id: SlotPlanId,
    pub starts: Clock,
}

/// A delivery as it is on every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DailyDelivery")]
pub struct Template {
    #[serde(default)]
    pub pickups: Vec<DailyStop>,
    pub dropoffs: Vec<DailyStop>,
    #[serde(default)]
    pub packages: Vec<Package>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    #[serde(default, skip_serializing_if = "IfUndeliverable::is_keep")]
    pub if_undeliverable: IfUndeliverable,
    /// Books a place on each day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<DailySlot>,
}

/// What is asked for, and on which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StandingTerms")]
pub struct Terms {
    pub template: Template,
    /// `FREQ=WEEKLY;BYDAY=MO,TH`; counted from the first day.
    pub rule: Rule,
    pub first_day: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Day>,
    /// When the goods can leave, by the clocks on the co-op's walls.
    pub ready: Clock,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub excluded: BTreeSet<Day>,
    #[serde(default)]
    pub skips_holidays: bool,
}

/// What is wrong with terms. In the order in which it is found.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TermsError {
    #[error("the last day lies before the first one")]
    Backwards,
    #[error("at most {EXCLUDED_MAX} days can be left out by name")]
    Excluded,
    #[error("there is no day by this rule from {first_day} on")]
    Never { first_day: Day },
    #[error("there is no {day} at this time: {error}")]
    Day { day: Day, error: String },
}

impl Terms {
    /// Checks what can be wrong with terms at all, the delivery by its first day.
    ///
    /// # Errors
    /// The first fault, in the order of [`TermsError`].
    pub fn check(&self, zone: &TimeZone) -> Result<(), TermsError> {
        if self.last_day.is_some_and(|last| last < self.first_day) {
            return Err(TermsError::Backwards);
        }
        if self.excluded.len() > EXCLUDED_MAX {
            return Err(TermsError::Excluded);
        }
        let never = TermsError::Never { first_day: self.first_day };
        let day = self.days(&Holidays::default()).next().ok_or(never)?;
        let fault =
            |error: &dyn std::fmt::Display| TermsError::Day { day, error: error.to_string() };
        let request = self.request(day, zone).map_err(|error| fault(&error))?;
        request.check(self.ready_at(day, zone) - Seconds(1)).map_err(|error| fault(&error))
    }

    /// All days that it is for, in order.
    fn days<'a>(&'a self, holidays: &'a Holidays) -> impl Iterator<Item = Day> + 'a {
        let days = self.rule.days(self.first_day);
        let days = days.take_while(|day| self.last_day.is_none_or(|last| *day <= last));
        days.filter(|day| !self.excluded.contains(day))
            .filter(|day| !(self.skips_holidays && holidays.has(*day)))
    }

    /// When the goods of a day can leave: at the same time on the wall whatever the clocks were changed
    /// to.
    pub fn ready_at(&self, day: Day, zone: &TimeZone) -> Timestamp {
        instant(day, self.ready.minute(), zone).unwrap_or(Timestamp::EPOCH)
    }

    /// The delivery of a day.
    ///
    /// # Errors
    /// [`RequestError::NeverReady`] where a window is over before the goods are ready.
    pub fn request(&self, day: Day, zone: &TimeZone) -> Result<Request, RequestError> {
        let at = |clock: Clock| instant(day, clock.minute(), zone).unwrap_or(Timestamp::EPOCH);
        let ready_at = self.ready_at(day, zone);
        let stop = |stop: &DailyStop| {
            let window = stop.between.map(|DailyWindow { from, to }| {
                let hours = Hours { weekdays: Vec::new(), from, to };
                let window = hours.beginning(day, zone);
                window.ok_or(RequestError::NeverReady { before: at(to), ready_at })
            });
            Ok(Stop {
                place: stop.place,
                address: stop.address.clone(),
                contact: stop.contact.clone(),
                window: window.transpose()?,
                needs: stop.needs.clone(),
            })
        };
        let stops = |stops: &[DailyStop]| stops.iter().map(stop).collect::<Result<Vec<_>, _>>();
        let slot = |DailySlot { plan_id, starts }| Choice { plan_id, starts_at: at(starts) };
        Ok(Request {
            external_reference: None,
            ready_at: Some(ready_at),
            pickups: stops(&self.template.pickups)?,
            dropoffs: stops(&self.template.dropoffs)?,
            packages: self.template.packages.clone(),
            instructions: self.template.instructions.clone(),
            if_undeliverable: self.template.if_undeliverable,
            slot: self.template.slot.map(slot),
        })
    }
}

/// A merchant's standing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingOrder {
    pub id: StandingOrderId,
    pub merchant_id: MerchantId,
    pub terms: Terms,
    pub made_at: Timestamp,
    /// Counts every change.
    pub version: i64,
    /// When it was made, resumed or given other terms: no day whose goods were ready before.
    pub since: Timestamp,
    pub pause: Option<Pause>,
    pub ended_at: Option<Timestamp>,
}

/// No days for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The first day that is made again; `None`: when somebody resumes it.
    pub until: Option<Day>,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Paused,
    Ended,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this standing order has ended: make a new one")]
pub struct StandingEnded;

impl StandingOrder {
    pub const fn new(
        id: StandingOrderId,
        merchant_id: MerchantId,
        terms: Terms,
        made_at: Timestamp,
    ) -> Self {
        let since = made_at;
        Self { id, merchant_id, terms, made_at, version: 1, since, pause: None, ended_at: None }
    }

    pub fn standing(&self, today: Day) -> Standing {
        match (self.ended_at, self.pause) {
            (Some(_), _) => Standing::Ended,
            (None, Some(Pause { until })) if until.is_none_or(|until| until > today) => {
                Standing::Paused
            }
            (None, _) => Standing::Active,
        }
    }

    /// The days that are to be made by now, up to `ahead` days from today.
    pub fn due(&self, today: Day, ahead: u16, zone: &TimeZone, holidays: &Holidays) -> Vec<Day> {
        let last = today.plus(ahead);
        self.days(zone, holidays).take_while(|day| *day <= last).collect()
    }

    /// The next days from today on that it will be made for, as things are.
    pub fn next(&self, today: Day, count: usize, zone: &TimeZone, holidays: &Holidays) -> Vec<Day> {
        self.days(zone, holidays).filter(|day| *day >= today).take(count).collect()
    }

    fn days<'a>(
        &'a self,
        zone: &'a TimeZone,
        holidays: &'a Holidays,
    ) -> impl Iterator<Item = Day> + 'a {
        let runs = self.ended_at.is_none() && self.pause != Some(Pause { until: None });
        let until = self.pause.and_then(|pause| pause.until);
        let days = runs.then(|| self.terms.days(holidays)).into_iter().flatten();
        days.filter(move |day| until.is_none_or(|until| *day >= until))
            .filter(|day| self.terms.ready_at(*day, zone) >= self.since)
    }

    fn next_version(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    fn running(&self) -> Result<(), StandingEnded> {
        if self.ended_at.is_some() { Err(StandingEnded) } else { Ok(()) }
    }

    /// No more days, until `until` or until it is resumed. Days in between are not made later.
    /// `None` when it is so already.
    ///
    /// # Errors
    /// [`StandingEnded`], as for all that follow.
    pub fn pause(&self, until: Option<Day>) -> Result<Option<Self>, StandingEnded> {
        self.running()?;
        let pause = Some(Pause { until });
        Ok((pause != self.pause).then(|| Self { pause, ..self.next_version() }))
    }

    /// Goes on from now. `None` when it is active.
    pub fn resume(&self, now: Timestamp, today: Day) -> Result<Option<Self>, StandingEnded> {
        self.running()?;
        let resumed = || Self { pause: None, since: now, ..self.next_version() };
        Ok((self.standing(today) == Standing::Paused).then(resumed))
    }

    /// With other terms, from now on.
    pub fn change(&self, terms: Terms, now: Timestamp) -> Result<Option<Self>, StandingEnded> {
        self.running()?;
        let changed = terms != self.terms;
        Ok(changed.then(|| Self { terms, since: now, ..self.next_version() }))
    }

    /// No more days at all. `None` when it has ended.
    pub fn end(&self, at: Timestamp) -> Option<Self> {
        let ended = || Self { ended_at: Some(at), ..self.next_version() };
        self.ended_at.is_none().then(ended)
    }
}

/// Why a day has no delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipCode {
    NoPrice,
    SlotFull,
    NoSlot,
    KitchenClosed,
    /// The server was away until after the goods were ready.
    TooLate,
    Invalid,
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
