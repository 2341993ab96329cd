//! How a robo courier moves: straight lines at an even pace. Pure.

use std::collections::VecDeque;

use crate::domain::geo::Spot;
use crate::domain::time::{Seconds, Timestamp};

/// How fast couriers ride.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub metres_per_minute: u32,
    pub rounding: Rounding,
}

/// What a ride's duration is rounded up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// As the published MDRP rules want it.
    WholeMinutes,
    WholeSeconds,
}

impl Pace {
    /// Time to ride from one spot to the other, rounded up.
    #[expect(clippy::cast_possible_truncation, reason = "a ride is shorter than 292 billion years")]
    pub fn travel(&self, from: Spot, to: Spot) -> Seconds {
        let minutes = from.distance_to(to) / f64::from(self.metres_per_minute);
        match self.rounding {
            Rounding::WholeMinutes => Seconds::from_minutes(minutes.ceil() as i64),
            Rounding::WholeSeconds => Seconds((minutes * 60.0).ceil() as i64),
        }
    }
}

/// Where somebody is over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Still(Spot),
    Riding { from: Spot, to: Spot, depart: Timestamp, arrive: Timestamp },
}

impl Motion {
    /// The spot at `at`: before departure the start, after arrival the goal.
    #[expect(clippy::cast_possible_truncation, reason = "between two i32 lies an i32")]
    #[expect(clippy::cast_precision_loss, reason = "a ride is far shorter than 2^52 ms")]
    pub fn spot_at(&self, at: Timestamp) -> Spot {
        match *self {
            Self::Still(spot) => spot,
            Self::Riding { to, arrive, .. } if at >= arrive => to,
            Self::Riding { from, to, depart, arrive } => {
                let whole = (arrive.millis() - depart.millis()).max(1) as f64;
                let done = (at.millis() - depart.millis()).max(0) as f64 / whole;
                let along = |a: i32, b: i32| {
                    (f64::from(a) + (f64::from(b) - f64::from(a)) * done).round() as i32
                };
                Spot { x_m: along(from.x_m, to.x_m), y_m: along(from.y_m, to.y_m) }
            }
        }
    }

    /// Whether the wheels turn at `at`.
    pub fn is_riding(&self, at: Timestamp) -> bool {
        match *self {
            Self::Still(_) => false,
            Self::Riding { depart, arrive, .. } => depart <= at && at < arrive,
        }
    }
}

/// The motions of the last moments, so that fixes can be taken after the fact.
#[derive(Debug)]
pub struct Track {
    legs: VecDeque<(Timestamp, Motion)>,
    /// From when to when there is no signal.
    lost: Option<(Timestamp, Timestamp)>,
}

impl Track {
    pub fn start(at: Timestamp, spot: Spot) -> Self {
        Self { legs: VecDeque::from([(at, Motion::Still(spot))]), lost: None }
    }

    /// From `since` on, the motion is `motion`.
    pub fn push(&mut self, since: Timestamp, motion: Motion) {
        self.legs.push_back((since, motion));
    }

    /// From `from` until `until` there are no fixes.
    pub fn lose_signal(&mut self, from: Timestamp, until: Timestamp) {
        self.lost = Some((from, until));
    }

    /// Forgets what was over before `at`.
    pub fn forget_before(&mut self, at: Timestamp) {
        while self.legs.get(1).is_some_and(|&(since, _)| since <= at) {
            self.legs.pop_front();
        }
    }

    fn motion_at(&self, at: Timestamp) -> Option<Motion> {
        let begun = self.legs.iter().rev().find(|&&(since, _)| since <= at);
        begun.or_else(|| self.legs.front()).map(|&(_, motion)| motion)
    }

    /// The spot at `at`; the first known one for an earlier time.
    pub fn spot_at(&self, at: Timestamp) -> Option<Spot> {
        self.motion_at(at).map(|motion| motion.spot_at(at))
    }

    /// Fixes in `(after, until]`, oldest first: one each `step` while riding, and one at `until`;
    /// none without a signal.
    pub fn fixes(
        &self,
        after: Timestamp,
        until: Timestamp,
        step: Seconds,
    ) -> Vec<(Timestamp, Spot)> {
        let mut fixes = Vec::new();
        let mut at = after + step;
        while at < until {
            if let Some(motion) = self.motion_at(at).filter(|motion| motion.is_riding(at)) {
                fixes.push((at, motion.spot_at(at)));
            }
            at = at + step;
        }
        fixes.extend(self.spot_at(until).map(|spot| (until, spot)));
        if let Some((from, back)) = self.lost {
            fixes.retain(|&(at, _)| at < from || at >= back);
        }
        fixes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn spot(x_m: i32, y_m: i32) -> Spot {
        Spot { x_m, y_m }
    }

    #[test]
    fn travel_is_rounded_up_and_nowhere_is_free() {
        let mdrp = Pace { metres_per_minute: 320, rounding: Rounding::WholeMinutes };
        let minutes = |x| mdrp.travel(spot(0, 0), spot(x, 0)).0 / 60;
        assert_eq!([minutes(0), minutes(1), minutes(320), minutes(321)], [0, 1, 1, 2]);
        let town = Pace { metres_per_minute: 250, rounding: Rounding::WholeSeconds };
        assert_eq!(town.travel(spot(0, 0), spot(3_000, 4_000)), Seconds(1200));
    }

    #[test]
    fn a_track_is_fixed_often_while_riding_and_once_while_still() {
        let at = Timestamp::from_seconds;
        let mut track = Track::start(at(0), spot(0, 0));
        let ride =
            Motion::Riding { from: spot(0, 0), to: spot(60, 30), depart: at(20), arrive: at(50) };
        track.push(at(15), ride);
        track.push(at(50), Motion::Still(spot(60, 30)));

        let fixes = track.fixes(at(0), at(30), Seconds(5));
        assert_eq!(fixes, [(at(20), spot(0, 0)), (at(25), spot(10, 5)), (at(30), spot(20, 10))]);
        track.forget_before(at(30));
        assert_eq!(track.spot_at(at(40)), Some(spot(40, 20)));
        assert_eq!(track.fixes(at(60), at(90), Seconds(5)), [(at(90), spot(60, 30))]);
    }

    #[test]
    fn without_a_signal_there_are_no_fixes() {
        let at = Timestamp::from_seconds;
        let mut track = Track::start(at(0), spot(0, 0));
        track.lose_signal(at(10), at(20));
        let fixed = |until| track.fixes(at(0), at(until), Seconds(100)).len();
        assert_eq!([fixed(9), fixed(10), fixed(19), fixed(20)], [1, 0, 0, 1]);
    }
}
