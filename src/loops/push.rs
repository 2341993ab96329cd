//! Knocks at the phones of couriers whose app is closed.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tracing::{debug, error};

use super::{Hub, recover};
use crate::clock::real_now;
use crate::commands::CommandError;
use crate::commands::push::{due, forget};
use crate::coop::Coop;
use crate::domain::knock::Knock;
use crate::domain::webhook::Outcome;
use crate::outbound::push::{Phone, Pusher};
use crate::secrets::Seal;

/// How long what happened may wait to be noticed where no event rings, on true time.
const PACE: Duration = Duration::from_secs(1);
/// Phones knocked at at one time.
const AT_ONCE: usize = 16;

/// What knocking needs beside the co-op.
#[derive(Clone)]
pub struct Knocker {
    pub pusher: Pusher,
    pub seal: Seal,
}

pub async fn run(coop: Coop, hub: Hub, knocker: Knocker) {
    let mut news = hub.listen();
    loop {
        while news.try_recv().is_ok() {}
        match pass(&coop, &knocker).await {
            // More is waiting.
            Ok(true) => continue,
            Ok(false) => {}
            Err(cause) => recover("knocking at phones", &cause).await,
        }
        tokio::select! {
            // Lagging is no loss: the events are read from the outbox.
            _ = news.recv() => {}
            () = tokio::time::sleep(PACE) => {}
        }
    }
}

/// Says what is due. Whether there may be more.
async fn pass(coop: &Coop, knocker: &Knocker) -> Result<bool, CommandError> {
    let (due, more) = due(coop, &knocker.seal).await?;
    stream::iter(due)
        .for_each_concurrent(AT_ONCE, async |(phone, knock)| {
            say(coop, knocker, &phone, &knock).await;
        })
        .await;
    Ok(more)
}

async fn say(coop: &Coop, knocker: &Knocker, phone: &Phone, knock: &Knock) {
    let outcome = match knocker.pusher.say(phone, knock, coop.clock.now(), real_now()).await {
        Ok(outcome) => outcome,
        Err(cause) => return error!(%cause, "cannot knock"),
    };
    debug!(?outcome, tag = knock.tag, "knocked");
    if let Outcome::Gone | Outcome::Refused { status: 404 } = outcome
        && let Err(cause) = forget(coop, phone).await
    {
        error!(?cause, "a phone that is gone could not be forgotten");
    }
}
