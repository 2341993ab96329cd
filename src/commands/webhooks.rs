//! Webhooks are set up, messages are made of events, and each try is written down.
//!
//! What is told waits on true time: receivers do not live by a demo's clock.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Answer, CommandError, Once};
use crate::clock::{self, real_now};
use crate::coop::Coop;
use crate::db::webhooks::{self, Attempt, Claimed, NewMessage};
use crate::db::{Conn, merchants, outbox};
use crate::domain::event::Event;
use crate::domain::ids::{MerchantId, MessageId, WebhookId};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::webhook::{
    Fate, Health, IN_FLIGHT_MAX, Kind, Outcome, SECRET_OVERLAP, Webhook, WebhookUrl, fate,
};
use crate::outbound::address::{Reach, target};
use crate::secrets::{Seal, WebhookSecret};

/// How long a message that was taken up may be on its way before somebody else takes it up.
const CLAIM: Seconds = Seconds(120);

/// An endpoint with its secret, where it is shown.
pub struct Opened {
    pub hook: Webhook,
    pub secret: WebhookSecret,
}

/// A merchant's program wants to be told. The secret is made here; a replay shows it again.
pub async fn create(
    coop: &Coop,
    seal: &Seal,
    reach: Reach,
    once: Option<&Once>,
    merchant: MerchantId,
    url: WebhookUrl,
    kinds: Vec<Kind>,
) -> Result<Answer<Opened>, CommandError> {
    target(url.as_str(), reach)?;
    let now = real_now();
    let secret = WebhookSecret::fresh();
    let sealed = seal.close(secret.bytes())?;
    let answer = coop
        .once(once, async |tx| {
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
            if webhooks::is_full(tx, merchant).await? {
                return Err(CommandError::TooMany("a merchant has 20 webhooks at most"));
            }
            let hook = Webhook {
                id: clock::id_at(now, WebhookId::from_uuid),
                merchant_id: merchant,
                url: url.clone(),
                kinds: kinds.clone(),
                disabled_reason: None,
                health: Health::fresh(now),
                created_at: now,
            };
            webhooks::insert(tx, &hook, &sealed).await?;
            Ok(hook)
        })
        .await?;
    // The kept answer holds no secret: of a replay it is the one of the first time.
    let hook = answer.value;
    let sealed = webhooks::secrets(&mut *coop.conn().await?, hook.id).await?;
    let (sealed, ..) = sealed.ok_or(CommandError::NotFound("webhook"))?;
    let secret = WebhookSecret::from_bytes(seal.open(&sealed)?);
    Ok(Answer { value: Opened { hook, secret }, replayed: answer.replayed })
}

async fn locked(
    tx: &mut Conn,
    owner: Option<MerchantId>,
    id: WebhookId,
) -> Result<Webhook, CommandError> {
    let hook = webhooks::lock(tx, id).await?;
    let own = hook.filter(|hook| owner.is_none_or(|owner| hook.merchant_id == owner));
    own.ok_or(CommandError::NotFound("webhook"))
}

/// What may be changed of an endpoint; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub url: Option<WebhookUrl>,
    pub kinds: Option<Vec<Kind>>,
    pub enabled: Option<bool>,
}

/// Enabling makes everything that waits due at once.
pub async fn change(
    coop: &Coop,
    reach: Reach,
    owner: Option<MerchantId>,
    id: WebhookId,
    change: Change,
) -> Result<Webhook, CommandError> {
    if let Some(url) = &change.url {
        target(url.as_str(), reach)?;
    }
    let now = real_now();
    coop.transact(async |tx| {
        let mut hook = locked(tx, owner, id).await?;
        if let Some(url) = &change.url {
            hook.url = url.clone();
        }
        if let Some(kinds) = &change.kinds {
            hook.kinds.clone_from(kinds);
        }
        match change.enabled {
            Some(true) if hook.disabled_reason.is_some() => {
                hook.disabled_reason = None;
                hook.health = Health::fresh(now);
                webhooks::hurry(tx, id, now).await?;
            }
            Some(false) if hook.disabled_reason.is_none() => {
                hook.disabled_reason = Some("switched off by hand".to_owned());
            }
            Some(_) | None => {}
        }
        webhooks::save(tx, &hook).await?;
        Ok(hook)
    })
    .await
}

/// A new secret; for a day both sign, so that the receiver can change over in peace.
pub async fn rotate(
    coop: &Coop,
    seal: &Seal,
    owner: Option<MerchantId>,
    id: WebhookId,
) -> Result<Opened, CommandError> {
    let secret = WebhookSecret::fresh();
    let sealed = seal.close(secret.bytes())?;
    let hook = coop
        .transact(async |tx| {
            let hook = locked(tx, owner, id).await?;
            webhooks::rotate(tx, id, &sealed, real_now() + SECRET_OVERLAP).await?;
            Ok(hook)
        })
        .await?;
    Ok(Opened { hook, secret })
}

/// Nothing is told there any more, and what was told is forgotten.
pub async fn remove(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: WebhookId,
) -> Result<(), CommandError> {
    coop.transact(async |tx| {
        locked(tx, owner, id).await?;
        webhooks::delete(tx, id).await?;
        Ok(())
    })
    .await
}

/// Sends a message that is about nothing, to try the receiver.
pub async fn test(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: WebhookId,
) -> Result<MessageId, CommandError> {
    let now = real_now();
    let message = clock::id_at(now, MessageId::from_uuid);
    coop.transact(async |tx| {
        let hook = locked(tx, owner, id).await?;
        let body =
            json!({ "type": "webhook.test", "timestamp": now, "data": { "webhook_id": id } });
        let body = marked(coop, body);
        let new = NewMessage {
            id: message,
            webhook_id: hook.id,
            kind: "webhook.test".to_owned(),
            event_seq: None,
            resource_id: message.uuid(),
            body,
            state: "waiting",
            due_at: now,
            made_at: now,
        };
        Ok(webhooks::insert_messages(tx, &[new]).await?)
    })
    .await?;
    Ok(message)
}

/// Sends a message again, whatever became of it.
pub async fn replay(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: MessageId,
) -> Result<webhooks::Message, CommandError> {
    let now = real_now();
    coop.transact(async |tx| {
        let none = || CommandError::NotFound("message");
        let known = webhooks::find_message(tx, id).await?.ok_or_else(none)?;
        locked(tx, owner, known.webhook_id).await.map_err(|_| none())?;
        let mut message = webhooks::lock_message(tx, id).await?.ok_or_else(none)?;
        message.state = "waiting".to_owned();
        message.due_at = now;
        message.ended_at = None;
        webhooks::settle_message(tx, &message).await?;
        Ok(message)
    })
    .await
}

/// Makes messages of the next published events. Whether there may be more. `render` says how an
/// event looks outside.
pub async fn fan_out(coop: &Coop, render: fn(Event) -> Value) -> Result<bool, CommandError> {
    let now = real_now();
    coop.transact(async |tx| {
        let after = webhooks::lock_cursor(tx).await?;
        let events = outbox::after(tx, after).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(false) };
        let merchants: BTreeSet<MerchantId> =
            events.iter().filter_map(|event| event.merchant_id).collect();
        let merchants: Vec<MerchantId> = merchants.into_iter().collect();
        let mut hooks: BTreeMap<MerchantId, Vec<Webhook>> = BTreeMap::new();
        for hook in webhooks::listening(tx, &merchants).await? {
            hooks.entry(hook.merchant_id).or_default().push(hook);
        }
        let mut messages = Vec::new();
        for event in &events {
            let Some(hooks) = event.merchant_id.and_then(|merchant| hooks.get(&merchant)) else {
                continue;
            };
            let Some((resource_id, body)) = body(event, render) else { continue };
            let body = marked(coop, body);
            for hook in hooks.iter().filter(|hook| hook.wants(&event.kind)) {
                messages.push(NewMessage {
                    id: clock::id_at(now, MessageId::from_uuid),
                    webhook_id: hook.id,
                    kind: event.kind.clone(),
                    event_seq: Some(event.seq),
                    resource_id,
                    body: body.clone(),
                    state: "waiting",
                    due_at: now,
                    made_at: now,
                });
            }
        }
        webhooks::insert_messages(tx, &messages).await?;
        webhooks::move_cursor(tx, last).await?;
        Ok(i64::try_from(events.len()).is_ok_and(|count| count == outbox::BATCH_MAX))
    })
    .await
}

/// What an event is about, and how it is told. Only deliveries and standing orders are told outside.
fn body(event: &outbox::Published, render: fn(Event) -> Value) -> Option<(uuid::Uuid, Value)> {
    let told: Event = serde_json::from_value(event.payload.clone()).ok()?;
    let (resource, sequence) = match &told {
        Event::Delivery { told: about, .. } => (about.delivery.id.uuid(), about.delivery.version),
        Event::StandingOrderSkipped { standing_order_id, version, .. } => {
            (standing_order_id.uuid(), *version)
        }
        Event::Shift { .. }
        | Event::Break { .. }
        | Event::Hours { .. }
        | Event::Roster { .. }
        | Event::SwapOffered { .. }
        | Event::DaysOffAnswered { .. }
        | Event::Offer { .. }
        | Event::Route { .. }
        | Event::Pay { .. }
        | Event::Incident { .. }
        | Event::Automation { .. }
        | Event::Tour { .. }
        | Event::WebhookDisabled { .. } => return None,
    };
    let body = json!({
        "type": event.kind,
        "timestamp": event.occurred_at,
        "seq": event.seq,
        "sequence": sequence,
        "data": render(told),
    });
    Some((resource, body))
}

/// A message's text; from a sandbox it says so, beside its `type`.
fn marked(coop: &Coop, mut body: Value) -> String {
    if coop.rules.sandbox {
        body["sandbox"] = json!(true);
    }
    body.to_string()
}

/// Takes up what is due.
pub async fn claim(coop: &Coop) -> Result<Vec<Claimed>, CommandError> {
    let now = real_now();
    Ok(webhooks::claim(&mut *coop.conn().await?, now, now + CLAIM, IN_FLIGHT_MAX).await?)
}

/// How a try went.
pub struct Tried {
    pub at: Timestamp,
    pub took_ms: i64,
    pub outcome: Outcome,
}

/// Writes a try down, and what becomes of the message and of the endpoint.
pub async fn settle(
    coop: &Coop,
    claimed: &Claimed,
    tried: &Tried,
    retry_s: &[i64],
) -> Result<(), CommandError> {
    let [jitter] = clock::chance::<1>();
    let now = real_now();
    coop.transact(async |tx| {
        // Removed meanwhile: nothing is left to write to.
        let Some(mut hook) = webhooks::lock(tx, claimed.webhook_id).await? else { return Ok(()) };
        let message = webhooks::lock_message(tx, claimed.id).await?;
        let Some(mut message) = message else { return Ok(()) };
        message.attempts += 1;
        webhooks::insert_attempt(tx, &attempt(&message, tried)).await?;
        let attempts = usize::try_from(message.attempts).unwrap_or(usize::MAX);
        let fate =
            fate(&tried.outcome, attempts, retry_s, jitter, now, message.made_at, hook.health);
        if fate == Fate::Delivered {
            if hook.health.failures > 0 {
                webhooks::hurry(tx, hook.id, now).await?;
            }
            hook.health = Health::fresh(now);
        } else {
            hook.health = hook.health.failed(now);
        }
        let mut disable = None;
        match fate {
            Fate::Delivered => end(&mut message, "delivered", now),
            Fate::Again { due_at } => message.due_at = due_at,
            Fate::Failed { disable: reason } => {
                end(&mut message, "failed", now);
                disable = reason;
            }
        }
        webhooks::settle_message(tx, &message).await?;
        if hook.health.failures > 0 && webhooks::is_overfull(tx, hook.id).await? {
            disable = Some("too many messages wait for it".to_owned());
        }
        if hook.disabled_reason.is_none()
            && let Some(reason) = disable
        {
            hook.disabled_reason = Some(reason.clone());
            let (webhook_id, merchant_id) = (hook.id, hook.merchant_id);
            let told = Event::WebhookDisabled { webhook_id, merchant_id, reason };
            coop.tell(tx, &told, coop.clock.now()).await?;
        }
        Ok(webhooks::save(tx, &hook).await?)
    })
    .await
}

fn end(message: &mut webhooks::Message, state: &str, at: Timestamp) {
    message.state = state.to_owned();
    message.ended_at = Some(at);
}

fn attempt(message: &webhooks::Message, tried: &Tried) -> Attempt {
    let (status, error) = match &tried.outcome {
        Outcome::Accepted { status } | Outcome::Refused { status } => {
            (Some(i32::from(*status)), None)
        }
        Outcome::Gone => (Some(410), None),
        Outcome::NoAnswer { error } => (None, Some(error.clone())),
    };
    let (message_id, number) = (message.id, message.attempts);
    Attempt { message_id, number, at: tried.at, took_ms: tried.took_ms, status, error }
}
