//! Forgets what has been kept long enough.

use std::time::Duration;

use super::recover;
use crate::clock;
use crate::commands::CommandError;
use crate::config::Retention;
use crate::coop::Coop;
use crate::db::{
    decisions, idempotency, identity, imports, incidents, notices, outbox, phones, proofs, quotes,
    traces, webhooks,
};
use crate::domain::time::Seconds;
use crate::pictures::{Pictures, Whose};

/// How often to look, on true time.
const PACE: Duration = Duration::from_secs(60);
/// Most rows of a kind forgotten in one look, so that nobody waits for it.
const ROWS_MAX: i64 = 2_000;
/// Most pictures forgotten in one look: each is a request to the store.
const PICTURES_MAX: i64 = 100;

pub async fn run(coop: Coop, pictures: Pictures, days: Retention) {
    loop {
        tokio::time::sleep(PACE).await;
        if let Err(cause) = forget(&coop, &pictures, days).await {
            recover("forgetting", &cause).await;
        }
    }
}

/// Forgets once what is old enough.
pub async fn forget(coop: &Coop, pictures: &Pictures, days: Retention) -> Result<(), CommandError> {
    let span = |days: i64| Seconds(days * 86_400);
    let (now, real_now) = (coop.clock.now(), clock::real_now());
    let mut conn = coop.conn().await?;
    outbox::forget(&mut conn, now - span(days.events_days)).await?;
    decisions::forget(&mut conn, now - span(days.decisions_days), ROWS_MAX).await?;
    idempotency::forget(&mut conn, real_now - span(days.answers_days), ROWS_MAX).await?;
    webhooks::forget(&mut conn, real_now - span(days.events_days), ROWS_MAX).await?;
    notices::forget(&mut conn, real_now - span(days.events_days), ROWS_MAX).await?;
    imports::forget(&mut conn, now - span(days.events_days), ROWS_MAX).await?;
    quotes::forget(&mut conn, now - span(days.answers_days), ROWS_MAX).await?;
    phones::forget(&mut conn, now - span(days.events_days), ROWS_MAX).await?;
    traces::forget(&mut conn, now - span(days.positions_days)).await?;
    for id in proofs::older(&mut conn, now - span(days.pictures_days), PICTURES_MAX).await? {
        pictures.forget(Whose::Proof(id)).await?; // First the picture: a row without one is forgotten next time.
        proofs::forget(&mut conn, id).await?;
    }
    for id in
        incidents::older_pictures(&mut conn, now - span(days.pictures_days), PICTURES_MAX).await?
    {
        pictures.forget(Whose::Incident(id)).await?;
        incidents::forget_picture(&mut conn, id).await?;
    }
    incidents::forget(&mut conn, now - span(days.incidents_days), ROWS_MAX).await?;
    identity::forget_expired_tokens(&mut conn, real_now).await?;
    Ok(())
}
