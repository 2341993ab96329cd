//! Numbers committed events and hands them to whoever listens in this process.
//!
//! Every process reads the numbered events from the database, so none depends on another's memory;
//! the bell only makes it quick.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;

use super::recover;
use crate::commands::CommandError;
use crate::coop::Coop;
use crate::db::outbox::{self, BATCH_MAX, Published};

/// How long an event of another process may wait to be noticed, on true time.
const PACE: Duration = Duration::from_millis(200);
/// Events a slow listener may lag behind before it is told to start over.
const LAG_MAX: usize = 4_096;

/// Where published events come out. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    events: broadcast::Sender<Arc<Published>>,
    last: Arc<AtomicI64>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { events: broadcast::channel(LAG_MAX).0, last: Arc::default() }
    }
}

impl Hub {
    /// Events as they are published.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Published>> {
        self.events.subscribe()
    }

    /// The number of the last event handed out.
    pub fn last(&self) -> i64 {
        self.last.load(Ordering::Acquire)
    }
}

pub async fn run(coop: Coop, hub: Hub) {
    loop {
        match start(&coop).await {
            Ok(seq) => break hub.last.store(seq, Ordering::Release),
            Err(cause) => recover("reading the outbox", &cause).await,
        }
    }
    loop {
        match pass(&coop, &hub).await {
            // More is waiting.
            Ok(true) => {}
            Ok(false) => {
                let _ = tokio::time::timeout(PACE, coop.bell.notified()).await;
            }
            Err(cause) => recover("publishing events", &cause).await,
        }
    }
}

async fn start(coop: &Coop) -> Result<i64, CommandError> {
    Ok(outbox::last_seq(&mut *coop.conn().await?).await?)
}

/// Numbers what is new and hands out what is numbered. Whether there may be more.
async fn pass(coop: &Coop, hub: &Hub) -> Result<bool, CommandError> {
    let mut conn = coop.conn().await?;
    outbox::publish(&mut conn).await?;
    let events = outbox::after(&mut conn, hub.last()).await?;
    let full = i64::try_from(events.len()).is_ok_and(|count| count == BATCH_MAX);
    for event in events {
        let seq = event.seq;
        // Nobody listening is fine.
        let _ = hub.events.send(Arc::new(event));
        hub.last.store(seq, Ordering::Release);
    }
    Ok(full)
}
