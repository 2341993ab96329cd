//! Tells merchants' programs what happened: makes messages of published events, sends what is due,
//! and writes each try down. Every message is its own task, and the database says how many of one
//! endpoint may be under way, so that a slow receiver holds up nobody but itself.

use std::rc::Rc;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::sync::Notify;
use tracing::{debug, error};

use super::{Hub, recover};
use crate::clock::real_now;
use crate::commands::CommandError;
use crate::commands::webhooks::{Tried, claim, fan_out, settle};
use crate::config::Webhooks;
use crate::coop::Coop;
use crate::db::webhooks::Claimed;
use crate::domain::event::Event;
use crate::domain::time::Timestamp;
use crate::outbound::web::Web;
use crate::secrets::{Seal, SealError, WebhookSecret};

/// How long what is due may wait to be noticed where no event rings, on true time.
const PACE: Duration = Duration::from_millis(500);

/// What telling needs beside the co-op.
#[derive(Clone)]
pub struct Teller {
    pub web: Web,
    pub seal: Seal,
    /// How an event looks outside.
    pub render: fn(Event) -> Value,
    pub settings: Webhooks,
}

pub async fn run(coop: Coop, hub: Hub, teller: Teller) {
    let teller = Rc::new(teller);
    let done = Rc::new(Notify::new());
    let mut news = hub.listen();
    loop {
        // Whatever has rung so far is in the outbox by now: one look is enough for all of it.
        while news.try_recv().is_ok() {}
        match pass(&coop, &teller, &done).await {
            // More is waiting.
            Ok(true) => continue,
            Ok(false) => {}
            Err(cause) => recover("telling webhooks", &cause).await,
        }
        tokio::select! {
            // Lagging is no loss: the events are read from the outbox.
            _ = news.recv() => {}
            () = done.notified() => {}
            () = tokio::time::sleep(PACE) => {}
        }
    }
}

/// Makes messages and begins to send what is due. Whether there may be more events.
async fn pass(coop: &Coop, teller: &Rc<Teller>, done: &Rc<Notify>) -> Result<bool, CommandError> {
    let more = fan_out(coop, teller.render).await?;
    for claimed in claim(coop).await? {
        let (coop, teller, done) = (coop.clone(), teller.clone(), done.clone());
        tokio::task::spawn_local(async move {
            send(&coop, &teller, &claimed).await;
            done.notify_one();
        });
    }
    Ok(more)
}

/// One try. A failure to write it down leaves the claim to run out: the message is sent again.
async fn send(coop: &Coop, teller: &Teller, claimed: &Claimed) {
    let at = real_now();
    let headers = match headers(&teller.seal, claimed, at) {
        Ok(headers) => headers,
        Err(cause) => return error!(%cause, webhook = %claimed.webhook_id, "cannot sign"),
    };
    let begun = Instant::now();
    let outcome = teller.web.post(&claimed.url, headers, claimed.body.clone()).await;
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    debug!(message = %claimed.id, ?outcome, took_ms, "told");
    let tried = Tried { at, took_ms, outcome };
    if let Err(cause) = settle(coop, claimed, &tried, &teller.settings.retry_s).await {
        error!(?cause, message = %claimed.id, "a try could not be written down");
    }
}

/// Id, time and signatures: one by each secret in force.
fn headers(seal: &Seal, claimed: &Claimed, at: Timestamp) -> Result<HeaderMap, SealError> {
    let id = claimed.id.to_string();
    let mut signatures = Vec::new();
    for sealed in std::iter::once(&claimed.sealed_secret).chain(&claimed.sealed_secret_before) {
        let secret = WebhookSecret::from_bytes(seal.open(sealed)?);
        signatures.push(secret.sign(&id, at, &claimed.body));
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let values = [
        ("webhook-id", id),
        ("webhook-timestamp", at.seconds().to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_str(&value).map_err(|_| SealError)?);
    }
    Ok(headers)
}
