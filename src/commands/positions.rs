//! Where a courier is, during a shift only.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{fixes, shifts};
use crate::domain::ids::CourierId;
use crate::domain::trace::{Dropped, Fix};

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct Reported {
    pub kept: Vec<Fix>,
    /// By the fix's place in the batch.
    pub dropped: Vec<(usize, Dropped)>,
    /// The newest of those kept, if the shift it belongs to is still open.
    pub live: Option<Fix>,
}

/// Keeps what of a batch lies in one of the courier's shifts. A fix that came before is kept once.
pub async fn report(
    coop: &Coop,
    by: CourierId,
    batch: &[Result<Fix, Dropped>],
) -> Result<Reported, CommandError> {
    let now = coop.clock.now();
    let mut reported = Reported::default();
    let mut conn = coop.conn().await?;
    let times = || batch.iter().flatten().map(|fix| fix.at.min(now));
    let worked = match (times().min(), times().max()) {
        (Some(from), Some(to)) => shifts::worked(&mut conn, by, from, to).await?,
        _ => Vec::new(),
    };
    for (index, fix) in batch.iter().enumerate() {
        match fix.and_then(|fix| fix.admit(now, &worked)) {
            Ok(fix) => reported.kept.push(fix),
            Err(why) => reported.dropped.push((index, why)),
        }
    }
    if reported.kept.is_empty() {
        return Ok(reported);
    }
    fixes::insert(&mut conn, by, &reported.kept).await?;
    let open = worked.iter().find(|span| span.to.is_none());
    reported.live = open.and_then(|open| {
        reported.kept.iter().filter(|fix| fix.at >= open.from).max_by_key(|fix| fix.at).copied()
    });
    Ok(reported)
}
