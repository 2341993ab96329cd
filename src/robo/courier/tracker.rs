//! Sends the courier's positions in batches, as a phone with a GPS does.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::domain::geo::Spot;
use crate::domain::time::{Seconds, Timestamp};
use crate::robo::client::{Call, Session};
use crate::robo::ride::Track;
use crate::robo::world::World;

/// Simulated time between two fixes while riding.
const FIX_EVERY: Seconds = Seconds(5);
/// Simulated time between two batches; but in real time no more often than [`REST`].
const BATCH_EVERY: Seconds = Seconds(30);
const REST: Duration = Duration::from_millis(500);
/// The API takes at most 100 fixes a batch.
const FIXES_MAX: usize = 100;

/// Sends fixes until dropped. What a server that is down misses is sent with the next batch, as
/// far as it fits: old positions are of little worth, and the fault shows elsewhere.
pub(super) async fn send_fixes(
    world: &World,
    session: &Session,
    track: &Arc<Mutex<Track>>,
    begun: Timestamp,
) -> Infallible {
    let mut sent = begun - FIX_EVERY;
    let mut unsent: Vec<Value> = Vec::new();
    loop {
        let now = world.clock.now().max(sent + Seconds(1));
        unsent.extend(take_fixes(track, sent, now).into_iter().filter_map(|(at, spot)| {
            let place = world.plane.position(spot).ok()?;
            let (latitude, longitude) = (place.latitude(), place.longitude());
            Some(json!({"at": at, "latitude": latitude, "longitude": longitude}))
        }));
        unsent.drain(..unsent.len().saturating_sub(FIXES_MAX));
        sent = now;

        if !unsent.is_empty() {
            let call = Call::post("/v1/me/positions", &[]).json(json!({"fixes": unsent})).once();
            // A lost batch is counted by the meter; the next one carries it.
            if session.send::<IgnoredAny>(&call).await.is_ok() {
                unsent.clear();
            }
        }
        let rest = world.clock.real((now + BATCH_EVERY).millis() - world.clock.now().millis());
        tokio::time::sleep(rest.max(REST)).await;
    }
}

fn take_fixes(track: &Mutex<Track>, after: Timestamp, until: Timestamp) -> Vec<(Timestamp, Spot)> {
    let mut track = track.lock().unwrap_or_else(PoisonError::into_inner);
    let step = FIX_EVERY.max(Seconds(until.since(after).0 / 90));
    let fixes = track.fixes(after, until, step);
    track.forget_before(until);
    fixes
}
