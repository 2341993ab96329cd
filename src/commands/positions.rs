//! Where a courier is, during a shift only.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::CommandError;
use crate::coop::Coop;
use crate::db::{shifts, traces};
use crate::domain::ids::CourierId;
use crate::domain::trace::{self, Dropped, Fix};

/// Batches that may wait to be kept; more wait at the door.
const WAITING_MAX: usize = 1_024;
/// Batches that are kept at one time.
const GROUP_MAX: usize = 128;
/// Groups that are on their way at one time: while one is written, the next is made ready.
const WRITERS: usize = 2;

/// A fix as it was said, or why it is none.
pub type Said = Result<Fix, Dropped>;

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct Reported {
    pub kept: Vec<Fix>,
    /// By the fix's place in the batch.
    pub dropped: Vec<(usize, Dropped)>,
    /// The newest of those kept, if the shift it belongs to still goes on, and not with a break.
    pub live: Option<Fix>,
}

/// A batch that waits to be kept.
struct Asked {
    by: CourierId,
    /// Where the courier was before it.
    last: Option<Fix>,
    batch: Vec<Said>,
    answer: oneshot::Sender<Result<Reported, CommandError>>,
}

/// Keeps positions. Those that come while others are being written are written together, so that
/// a thousand phones cost one round trip and one commit. Cheap to clone.
#[derive(Clone)]
pub struct Intake(mpsc::Sender<Asked>);

impl Intake {
    /// Begins to work, until the last clone is gone. Call it from within a runtime.
    pub fn start(coop: Coop) -> Self {
        let (ask, asked) = mpsc::channel(WAITING_MAX);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..WRITERS {
            tokio::spawn(write(coop.clone(), asked.clone()));
        }
        Self(ask)
    }

    /// Keeps what of a batch lies in one of the courier's shifts and can have been ridden. A fix that
    /// came before is kept once.
    pub async fn report(
        &self,
        by: CourierId,
        last: Option<Fix>,
        batch: Vec<Said>,
    ) -> Result<Reported, CommandError> {
        let (answer, answered) = oneshot::channel();
        let stopped = |_| CommandError::Busy("the server is stopping".into());
        self.0.send(Asked { by, last, batch, answer }).await.map_err(|_| stopped(()))?;
        answered.await.map_err(|_| stopped(()))?
    }
}

async fn write(coop: Coop, asked: Arc<Mutex<mpsc::Receiver<Asked>>>) {
    let mut group = Vec::new();
    while asked.lock().await.recv_many(&mut group, GROUP_MAX).await > 0 {
        keep(&coop, std::mem::take(&mut group)).await;
    }
}

/// All together; and where that fails, each by itself, so that everybody hears of the own fault only.
async fn keep(coop: &Coop, group: Vec<Asked>) {
    let alone = match together(coop, &group).await {
        Ok(reported) => return answer(group, reported.into_iter().map(Ok)),
        Err(error) if group.len() == 1 => return answer(group, std::iter::once(Err(error))),
        Err(_) => group,
    };
    for asked in alone {
        let asked = [asked];
        let reported = together(coop, &asked).await.map(|mut all| all.pop().unwrap_or_default());
        answer(asked.into(), std::iter::once(reported));
    }
}

fn answer(group: Vec<Asked>, answers: impl Iterator<Item = Result<Reported, CommandError>>) {
    for (asked, reported) in group.into_iter().zip(answers) {
        // Whoever has hung up needs no answer.
        let _ = asked.answer.send(reported);
    }
}

async fn together(coop: &Coop, group: &[Asked]) -> Result<Vec<Reported>, CommandError> {
    let now = coop.clock.now();
    let mut conn = coop.conn().await?;
    let times = || group.iter().flat_map(|asked| &asked.batch).flatten().map(|fix| fix.at.min(now));
    let couriers: Vec<_> = group.iter().map(|asked| asked.by).collect();
    let worked = match (times().min(), times().max()) {
        (Some(from), Some(to)) => shifts::worked(&mut conn, &couriers, from, to).await?,
        _ => shifts::WorkedBy::new(),
    };
    let report = |asked: &Asked| {
        let worked = worked.get(&asked.by).map_or([].as_slice(), Vec::as_slice);
        let mut reported = Reported::default();
        let mut admitted = Vec::with_capacity(asked.batch.len());
        for (index, said) in asked.batch.iter().enumerate() {
            match said.and_then(|fix| fix.admit(now, worked)) {
                Ok(fix) => admitted.push((index, fix)),
                Err(why) => reported.dropped.push((index, why)),
            }
        }
        admitted.sort_by_key(|(_, fix)| fix.at);
        let (indices, fixes): (Vec<usize>, Vec<Fix>) = admitted.into_iter().unzip();
        let ridden = trace::ridden(asked.last.as_ref(), &fixes);
        for ((index, fix), ridden) in indices.into_iter().zip(fixes).zip(ridden) {
            if ridden {
                reported.kept.push(fix);
            } else {
                reported.dropped.push((index, Dropped::Jump));
            }
        }
        reported.dropped.sort_unstable_by_key(|(index, _)| *index);
        let open = worked.iter().find(|one| one.is_working());
        let since = |from| reported.kept.iter().filter(move |fix| fix.at >= from);
        reported.live =
            open.and_then(|open| since(open.span.from).max_by_key(|fix| fix.at).copied());
        reported
    };
    let reported: Vec<Reported> = group.iter().map(report).collect();
    let kept = group.iter().zip(&reported).filter(|(_, reported)| !reported.kept.is_empty());
    let kept = kept.map(|(asked, reported)| (asked.by, reported.kept.clone()));
    traces::insert(&mut conn, kept).await?;
    Ok(reported)
}
