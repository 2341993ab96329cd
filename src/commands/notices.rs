//! Notices are made of what happened, sent, and each try is written down.
//!
//! Like webhooks they wait on true time: customers do not live by a demo's clock.

use super::CommandError;
use crate::clock::{self, real_now};
use crate::coop::Coop;
use crate::db::notices::{self, Claimed, New};
use crate::db::{Conn, deliveries, outbox, pins, tasks};
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::handover::Need;
use crate::domain::ids::{DeliveryId, NoticeId};
use crate::domain::notice::{Fate, Occasion, Outcome, Reachable, fate};
use crate::domain::pin::Pin;
use crate::domain::task::{Task, TaskKind};
use crate::domain::text::Name;
use crate::domain::time::Seconds;

/// How long a notice that was taken up may be on its way before somebody else takes it up.
const CLAIM: Seconds = Seconds(120);

/// Makes notices of the next published events. Whether there may be more.
pub async fn fan_out(
    coop: &Coop,
    occasions: &[Occasion],
    reachable: Reachable,
) -> Result<bool, CommandError> {
    let now = real_now();
    coop.transact(async |tx| {
        let after = notices::lock_cursor(tx).await?;
        let events = outbox::after(tx, after).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(false) };
        let mut new = Vec::new();
        for event in &events {
            let Some((delivery, about)) = about(event) else { continue };
            let about: Vec<Occasion> =
                about.iter().copied().filter(|one| occasions.contains(one)).collect();
            if about.is_empty() {
                continue;
            }
            // What is told has no contacts in it: those stay with the delivery.
            let Some(delivery) = deliveries::find(tx, delivery).await? else { continue };
            for door in doors(&delivery) {
                let contact = door.stop.contact.as_ref();
                let Some(channel) = contact.and_then(|contact| reachable.channel(contact)) else {
                    continue;
                };
                for occasion in about.iter().copied().filter(|one| one.concerns(&door.state)) {
                    let id = clock::id_at(now, NoticeId::from_uuid);
                    new.push(New { id, task: door.id, occasion, channel, made_at: now });
                }
            }
        }
        notices::insert(tx, &new).await?;
        notices::move_cursor(tx, last).await?;
        Ok(i64::try_from(events.len()).is_ok_and(|count| count == outbox::BATCH_MAX))
    })
    .await
}

/// Nobody is told of what has happened by now: whoever opens a way out later begins with what comes
/// then.
pub async fn skip(coop: &Coop) -> Result<(), CommandError> {
    Ok(notices::skip(&mut *coop.conn().await?).await?)
}

/// Which delivery an event is about, and what it is an occasion for.
fn about(event: &outbox::Published) -> Option<(DeliveryId, &'static [Occasion])> {
    let told: Event = serde_json::from_value(event.payload.clone()).ok()?;
    let Event::Delivery { change, told } = told else { return None };
    Some((told.delivery.id, Occasion::of(change)))
}

fn doors(delivery: &Delivery) -> impl Iterator<Item = &Task> {
    delivery.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff)
}

/// Takes up what is due.
pub async fn claim(coop: &Coop) -> Result<Vec<Claimed>, CommandError> {
    let now = real_now();
    Ok(notices::claim(&mut *coop.conn().await?, now, now + CLAIM).await?)
}

/// What a notice is about, as it is now.
pub struct Subject {
    pub delivery: Delivery,
    pub door: Task,
    pub shop: Name,
    /// What is said at the door, where it is still to be said.
    pub pin: Option<Pin>,
}

/// `None` when there is nothing to tell any more.
pub async fn subject(coop: &Coop, claimed: &Claimed) -> Result<Option<Subject>, CommandError> {
    let mut conn = coop.conn().await?;
    let Some(id) = tasks::delivery_of(&mut conn, claimed.task).await? else { return Ok(None) };
    let Some(delivery) = deliveries::find(&mut conn, id).await? else { return Ok(None) };
    let door = doors(&delivery).find(|door| door.id == claimed.task).cloned();
    let Some(door) = door.filter(|door| claimed.occasion.concerns(&door.state)) else {
        return Ok(None);
    };
    let (shop, _) = deliveries::names(&mut conn, delivery.merchant_id, None).await?;
    let pin = pin_of(&mut conn, &door).await?;
    Ok(Some(Subject { delivery, door, shop, pin }))
}

/// What the customer says at a door that is not served yet.
pub async fn pin_of(conn: &mut Conn, door: &Task) -> Result<Option<Pin>, CommandError> {
    if door.state.is_over() || !door.needs().has(Need::Pin) {
        return Ok(None);
    }
    Ok(pins::of(conn, &[door.id]).await?.remove(&door.id).map(|guard| guard.pin))
}

/// Writes down how a try went.
pub async fn settle(coop: &Coop, claimed: &Claimed, outcome: &Outcome) -> Result<(), CommandError> {
    let now = real_now();
    coop.transact(async |tx| {
        // Somebody else has settled it.
        let Some(mut notice) = notices::lock(tx, claimed.id).await? else { return Ok(()) };
        notice.attempts += 1;
        let attempts = usize::try_from(notice.attempts).unwrap_or(usize::MAX);
        let ended = match fate(outcome, attempts, notice.made_at, now) {
            Fate::Again { due_at } => {
                notice.due_at = due_at;
                None
            }
            Fate::Sent => Some("sent"),
            Fate::Dropped => Some("dropped"),
        };
        if let Some(state) = ended {
            state.clone_into(&mut notice.state);
            notice.ended_at = Some(now);
        }
        notice.error = match outcome {
            Outcome::Sent => None,
            Outcome::Later { error } | Outcome::Never { error } => {
                Some(error.chars().take(500).collect())
            }
        };
        Ok(notices::settle(tx, &notice).await?)
    })
    .await
}
