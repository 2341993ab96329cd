//! The courier's phone: hears of offers and route changes, answers offers, knows the route.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::sync::{Mutex, watch};

use crate::domain::ids::{OfferId, TaskId};
use crate::domain::time::{Seconds, Timestamp};

use super::Courier;
use crate::robo::client::{Call, CallError, Event, Events, Heard, Session};
use crate::robo::prompter::Prompter;
use crate::robo::wire::{Offer, OfferEvent, Page, Route, RouteEvent, Stop};
use crate::robo::world::World;

/// How a robo answers offers.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Simulated time between seeing an offer and answering it.
    pub think: Seconds,
    /// Share of offers that are declined, 0 to 1.
    pub declines: f64,
    /// Share of offers that are never answered, 0 to 1.
    pub ignores: f64,
    pub seed: u64,
}

impl Manner {
    /// Takes everything, after `think`.
    pub const fn willing(think: Seconds) -> Self {
        Self { think, declines: 0.0, ignores: 0.0, seed: 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Accept,
    Decline,
    Ignore,
}

/// The route as last fetched, with the time at which each stop was first seen on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub stops: Vec<Stop>,
    version: Option<i64>,
    seen: BTreeMap<TaskId, Timestamp>,
}

impl Known {
    pub fn holds(&self, task: TaskId) -> bool {
        self.seen.contains_key(&task)
    }

    /// When the phone first showed this task.
    pub fn seen_at(&self, task: TaskId) -> Option<Timestamp> {
        self.seen.get(&task).copied()
    }

    fn updated(&self, route: Route, now: Timestamp) -> Self {
        let seen = |stop: &Stop| (stop.task_id, self.seen_at(stop.task_id).unwrap_or(now));
        let seen = route.stops.iter().map(seen).collect();
        Self { stops: route.stops, version: Some(route.version), seen }
    }
}

/// Looks at offers and route without being told: often while the stream is down, else rarely.
const POLL_DEAF: Duration = Duration::from_secs(3);
const POLL_HEARING: Duration = Duration::from_secs(15);

pub(super) struct Phone {
    world: Arc<World>,
    session: Arc<Session>,
    name: String,
    manner: Manner,
    prompter: Option<Arc<Prompter>>,
    chance: std::sync::Mutex<StdRng>,
    answered: std::sync::Mutex<BTreeSet<OfferId>>,
    route: watch::Sender<Known>,
    fetching: Mutex<()>,
    hearing: AtomicBool,
}

impl Phone {
    pub fn new(world: &Arc<World>, session: &Arc<Session>, courier: &Courier) -> Arc<Self> {
        Arc::new(Self {
            world: world.clone(),
            session: session.clone(),
            name: courier.name.clone(),
            manner: courier.manner,
            prompter: courier.prompter.clone(),
            chance: std::sync::Mutex::new(StdRng::seed_from_u64(courier.manner.seed)),
            answered: std::sync::Mutex::default(),
            route: watch::Sender::new(Known::default()),
            fetching: Mutex::new(()),
            hearing: AtomicBool::new(false),
        })
    }

    /// Watches the route as the phone knows it.
    pub fn route(&self) -> watch::Receiver<Known> {
        self.route.subscribe()
    }

    /// Loads the route. One load at a time, so that an older answer never hides a newer one.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn fetch_route(&self) -> Result<(), CallError> {
        let _one_at_a_time = self.fetching.lock().await;
        let route: Route = self.session.send(&Call::get("/v1/me/route", &[])).await?;
        let now = self.world.clock.now();
        self.route.send_modify(|known| *known = known.updated(route, now));
        Ok(())
    }

    /// Hears events until dropped.
    pub async fn listen(self: &Arc<Self>) -> Infallible {
        let mut events = Events::follow(&self.session, None);
        let mut lost = false;
        loop {
            match events.next().await {
                Heard::Opened => {
                    self.hearing.store(true, Relaxed);
                    if std::mem::take(&mut lost) {
                        self.world.clock.refresh().await;
                    }
                    self.look().await;
                }
                Heard::Lost(error) => {
                    self.hearing.store(false, Relaxed);
                    lost = true;
                    tracing::debug!(robo = self.name, "{error}");
                }
                Heard::Event(event) => self.hear(&event).await,
            }
        }
    }

    /// Looks now and then, until dropped.
    pub async fn poll(self: &Arc<Self>) -> Infallible {
        loop {
            let hearing = self.hearing.load(Relaxed);
            tokio::time::sleep(if hearing { POLL_HEARING } else { POLL_DEAF }).await;
            self.look().await;
        }
    }

    async fn hear(self: &Arc<Self>, event: &Event) {
        match event.kind.as_str() {
            "offer.made" => {
                if let Some(OfferEvent { offer }) = self.read(event) {
                    self.consider(&offer);
                }
            }
            "route.changed" => {
                let news = self.read(event).is_some_and(|RouteEvent { version }| {
                    self.route.borrow().version.is_none_or(|known| known < version)
                });
                if news && let Err(error) = self.fetch_route().await {
                    self.world.faults.note(&self.name, error);
                }
            }
            "resync" => self.look().await,
            _ => {} // For other eyes than the courier's.
        }
    }

    fn read<T: DeserializeOwned>(&self, event: &Event) -> Option<T> {
        let read = serde_json::from_str(&event.data);
        if let Err(error) = &read {
            self.world.faults.note(&self.name, format_args!("event {}: {error}", event.kind));
        }
        read.ok()
    }

    /// Loads live offers and the route.
    async fn look(self: &Arc<Self>) {
        match self.session.send::<Page<Offer>>(&Call::get("/v1/me/offers", &[])).await {
            Ok(offers) => offers.items.iter().for_each(|offer| self.consider(offer)),
            Err(error) => self.world.faults.note(&self.name, error),
        }
        if let Err(error) = self.fetch_route().await {
            self.world.faults.note(&self.name, error);
        }
    }

    /// Answers an offer on the side, once, however often it is heard of.
    fn consider(self: &Arc<Self>, offer: &Offer) {
        let new = self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(offer.id);
        let answer = if new { self.decide() } else { Answer::Ignore };
        if answer != Answer::Ignore {
            let (phone, offer) = (self.clone(), offer.clone());
            tokio::spawn(async move { phone.answer(&offer, answer).await });
        }
    }

    fn decide(&self) -> Answer {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        if chance.random_bool(self.manner.ignores.clamp(0.0, 1.0)) {
            Answer::Ignore
        } else if chance.random_bool(self.manner.declines.clamp(0.0, 1.0)) {
            Answer::Decline
        } else {
            Answer::Accept
        }
    }

    async fn answer(&self, offer: &Offer, answer: Answer) {
        let clock = &self.world.clock;
        clock.sleep_until(clock.now() + self.manner.think).await;
        let refused = match &self.prompter {
            Some(prompter) => prompter.refuses(offer).await.unwrap_or_else(|error| {
                self.world.faults.note(&self.name, error);
                false
            }),
            None => false,
        };
        let answer = if refused { Answer::Decline } else { answer };
        let call = match answer {
            Answer::Accept => Call::post("/v1/offers/{id}/accept", &[&offer.id]),
            Answer::Decline => Call::post("/v1/offers/{id}/decline", &[&offer.id]),
            Answer::Ignore => return,
        };
        match self.session.send::<IgnoredAny>(&call).await {
            Ok(_) if answer == Answer::Accept => {
                if let Err(error) = self.fetch_route().await {
                    self.world.faults.note(&self.name, error);
                }
            }
            Ok(_) => {}
            Err(error) if error.is_stale() => tracing::debug!(robo = self.name, "{error}"),
            Err(error) => self.world.faults.note(&self.name, error),
        }
    }
}
