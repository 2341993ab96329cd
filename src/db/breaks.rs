//! Breaks as Postgres has them: a set of spans of time, which cannot lie over each other in there.

use std::ops::Bound;

use diesel::data_types::PgTimestamp;
use diesel::prelude::*;

use super::corrupt;
use super::types::{read_instant, write_instant};
use crate::domain::time::{TimeWindow, Timestamp};
use crate::domain::trace::Span;

/// Each with its beginning, and its end unless it goes on.
pub(super) type Breaks = Vec<(Bound<PgTimestamp>, Bound<PgTimestamp>)>;

/// A bound that no break has.
#[derive(Debug, thiserror::Error)]
#[error("a break has a beginning, and an end or none")]
struct OddBreak;

/// Breaks that are over, and since when another one goes on.
pub(super) fn write(over: &[TimeWindow], paused_at: Option<Timestamp>) -> Breaks {
    let over = over.iter().map(|one| (one.after(), Bound::Excluded(write_instant(one.before()))));
    let all = over.chain(paused_at.map(|at| (at, Bound::Unbounded)));
    all.map(|(from, to)| (Bound::Included(write_instant(from)), to)).collect()
}

/// All of them, in order.
pub(super) fn read(breaks: Breaks) -> QueryResult<Vec<Span>> {
    let read = |one| {
        let (from, to) = match one {
            (Bound::Included(from), Bound::Excluded(to)) => (from, Some(read_instant(to))),
            (Bound::Included(from), Bound::Unbounded) => (from, None),
            _ => return Err(corrupt(OddBreak)),
        };
        Ok(Span { from: read_instant(from), to })
    };
    breaks.into_iter().map(read).collect()
}

/// Those that are over, and since when another one goes on.
pub(super) fn split(breaks: Breaks) -> QueryResult<(Vec<TimeWindow>, Option<Timestamp>)> {
    let (mut over, mut paused_at) = (Vec::new(), None);
    for Span { from, to } in read(breaks)? {
        match to {
            Some(to) => over.push(TimeWindow::new(from, to).map_err(corrupt)?),
            None => paused_at = Some(from),
        }
    }
    Ok((over, paused_at))
}
