//! Where couriers were: what of a phone's positions is kept. Only what lies in a shift.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::{Plane, Position};
use super::time::{Seconds, Timestamp};

/// Most fixes in a batch.
pub const BATCH_MAX: usize = 100;
/// How far a phone's clock may run ahead.
pub const AHEAD_MAX: Seconds = Seconds(300);
/// How late a fix may come.
pub const LATE_MAX: Seconds = Seconds(7 * 86_400);
/// A fix that may be this far off says nothing, in metres.
pub const ACCURACY_MAX_M: i32 = 1_000;

/// The fastest that anybody is believed to move, in metres a second.
const SPEED_MAX: i64 = 50;
/// How far a fix may be off that does not say so, in metres.
const USUALLY_OFF_M: i32 = 100;

/// A position by a phone's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fix {
    pub at: Timestamp,
    pub position: Position,
    /// Radius around it, in metres.
    pub accuracy_m: Option<i32>,
}

/// A span of time; one that goes on has no end yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

impl Span {
    fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at <= to)
    }
}

/// A shift, as far as positions are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    pub span: Span,
    pub breaks: Vec<Span>,
}

impl Worked {
    /// Whether it goes on, and not with a break.
    pub fn is_working(&self) -> bool {
        self.span.to.is_none() && self.breaks.iter().all(|one| one.to.is_some())
    }

    /// Strictly within a break: where it begins and ends is still work.
    fn is_paused(&self, at: Timestamp) -> bool {
        let within = |one: &Span| one.from < at && one.to.is_none_or(|to| at < to);
        self.breaks.iter().any(within)
    }
}

/// Why a fix is dropped; the answer to the phone says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dropped {
    /// Nobody is located outside work.
    OffShift,
    /// Nor during a break.
    Paused,
    NotAPlace,
    FromTheFuture,
    TooLate,
    TooCoarse,
    /// Nobody can have ridden there and back in that time.
    Jump,
}

impl Fix {
    /// What is kept of it: its time is never ahead of ours.
    ///
    /// # Errors
    /// Why nothing is.
    pub fn admit(&self, now: Timestamp, worked: &[Worked]) -> Result<Self, Dropped> {
        if self.at.since(now) > AHEAD_MAX {
            return Err(Dropped::FromTheFuture);
        }
        if now.since(self.at) > LATE_MAX {
            return Err(Dropped::TooLate);
        }
        let at = self.at.min(now);
        let mut shifts = worked.iter().filter(|one| one.span.covers(at)).peekable();
        if shifts.peek().is_none() {
            return Err(Dropped::OffShift);
        }
        if shifts.all(|one| one.is_paused(at)) {
            return Err(Dropped::Paused);
        }
        if self.accuracy_m.is_some_and(|radius| radius > ACCURACY_MAX_M) {
            return Err(Dropped::TooCoarse);
        }
        Ok(Self { at, ..*self })
    }

    /// Whether somebody can have been at both, as far as they may be off.
    fn is_in_reach_of(&self, other: &Self) -> bool {
        let time_ms = (self.at.millis() - other.at.millis()).abs();
        let off = |fix: &Self| i64::from(fix.accuracy_m.unwrap_or(USUALLY_OFF_M).max(0));
        let reach_m =
            SPEED_MAX * time_ms / 1_000 + off(self) + off(other) + i64::from(USUALLY_OFF_M);
        let way = Plane::around(self.position).spot(other.position);
        i64::from(way.x_m).pow(2) + i64::from(way.y_m).pow(2) <= reach_m.pow(2)
    }
}

/// For each of some fixes, in the order of their times, whether it is part of the longest ride among
/// them: the others are jumps. `last` is where the courier was before them, as far as that is known; it
/// has one voice like the others, for it may have been the jump. Of two equally long rides the later
/// one is believed. Quadratic in the number of fixes, where there is a jump at all.
pub fn ridden(last: Option<&Fix>, fixes: &[Fix]) -> Vec<bool> {
    let before = last.filter(|last| fixes.first().is_some_and(|first| last.at <= first.at));
    let all: Vec<&Fix> = before.into_iter().chain(fixes).collect();
    if all.windows(2).all(|two| two[0].is_in_reach_of(two[1])) {
        return vec![true; fixes.len()];
    }
    // How long the longest ride to each is, and from where it comes.
    let mut rides: Vec<(usize, Option<usize>)> = Vec::with_capacity(all.len());
    for (n, fix) in all.iter().enumerate() {
        let from = (0..n).filter(|&earlier| all[earlier].is_in_reach_of(fix));
        let from = from.max_by_key(|&earlier| rides[earlier].0);
        rides.push((1 + from.map_or(0, |earlier| rides[earlier].0), from));
    }
    let mut ridden = vec![false; all.len()];
    let mut at = (0..all.len()).max_by_key(|&n| rides[n].0);
    while let Some(n) = at {
        ridden[n] = true;
        at = rides[n].1;
    }
    ridden.split_off(all.len() - fixes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds::from_minutes(minutes)
    }

    fn fix(minutes: i64) -> Fix {
        let position = Position::from_degrees(48.85, 2.35).unwrap();
        Fix { at: at(minutes), position, accuracy_m: Some(8) }
    }

    const fn worked(from: Timestamp, to: Option<Timestamp>) -> Worked {
        Worked { span: Span { from, to }, breaks: Vec::new() }
    }

    #[test]
    fn nobody_is_located_outside_work() {
        let shifts = [worked(at(0), Some(at(60))), worked(at(120), None)];
        let kept = |minutes| fix(minutes).admit(at(200), &shifts).is_ok();
        assert!([0, 30, 60, 120, 200].into_iter().all(kept));
        assert!(![-1, 61, 119].into_iter().any(kept));
        assert_eq!(fix(61).admit(at(200), &shifts), Err(Dropped::OffShift));
    }

    #[test]
    fn nobody_is_located_during_a_break() {
        let breaks = vec![Span { from: at(10), to: Some(at(30)) }, Span { from: at(50), to: None }];
        let shift = [Worked { breaks, ..worked(at(0), None) }];
        let said = |minutes| fix(minutes).admit(at(200), &shift).err();
        assert!([0, 10, 30, 40, 50].into_iter().all(|minutes| said(minutes).is_none()));
        assert!([11, 29, 51, 200].into_iter().all(|at| said(at) == Some(Dropped::Paused)));
        assert!(!shift[0].is_working() && worked(at(0), None).is_working());
    }

    #[test]
    fn a_phone_that_is_ahead_a_little_is_put_right_and_one_far_ahead_is_not_believed() {
        let open = [worked(at(0), None)];
        assert_eq!(fix(14).admit(at(10), &open).map(|fix| fix.at), Ok(at(10)));
        assert_eq!(fix(16).admit(at(10), &open), Err(Dropped::FromTheFuture));
    }

    /// So many metres north of the city, so many seconds in.
    fn north(seconds: i64, metres: i32) -> Fix {
        let position = Position::from_micro_degrees(48_850_000 + metres * 9, 2_350_000).unwrap();
        Fix { at: at(0) + Seconds(seconds), position, accuracy_m: Some(8) }
    }

    #[test]
    fn a_jump_is_outvoted_wherever_it_stands() {
        let ride: Vec<Fix> = (0..10).map(|n| north(5 * i64::from(n), 40 * n)).collect();
        assert_eq!(ridden(None, &ride), [true; 10]);
        for jump in 0..10 {
            let mut ride = ride.clone();
            ride[jump] = north(ride[jump].at.since(at(0)).0, 9_000);
            let expected: Vec<bool> = (0..10).map(|n| n != jump).collect();
            assert_eq!(ridden(None, &ride), expected, "at {jump}");
            assert_eq!(ridden(Some(&north(-5, 0)), &ride), expected, "at {jump}");
        }
    }

    #[test]
    fn who_was_seen_in_the_wrong_place_is_found_again() {
        let wrong = north(-5, 9_000);
        assert_eq!(ridden(Some(&wrong), &[north(0, 0)]), [true], "one against one: the later");
        assert_eq!(ridden(Some(&wrong), &[north(0, 0), north(5, 30)]), [true, true]);
        let known = north(-5, 0);
        assert_eq!(ridden(Some(&known), &[north(0, 9_000), north(5, 30)]), [false, true]);
        // What is said later of an earlier time is not held against where the courier is by now.
        assert_eq!(ridden(Some(&north(600, 9_000)), &[north(0, 0)]), [true]);
        // After a tunnel, or a train, one may be anywhere.
        assert_eq!(ridden(Some(&known), &[north(300, 9_000)]), [true]);
        assert!(ridden(None, &[]).is_empty());
    }

    #[test]
    fn a_week_is_late_enough_and_a_kilometre_too_coarse() {
        let week = 7 * 24 * 60;
        let open = [worked(at(-9), None)];
        assert!(fix(0).admit(at(week), &open).is_ok());
        assert_eq!(fix(-1).admit(at(week), &open), Err(Dropped::TooLate));
        let coarse = Fix { accuracy_m: Some(1_001), ..fix(0) };
        assert_eq!(coarse.admit(at(0), &open), Err(Dropped::TooCoarse));
    }
}
