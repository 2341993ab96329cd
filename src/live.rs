//! What is live: last positions, their fan-out, and leases.
//!
//! Redis shares it between processes and keeps it over a restart; the memory of each process is
//! what is read. Without Redis a process knows only what it heard itself: degraded, never an error.
//! Whoever says something does not wait for Redis: one task tells it all that was said meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, broadcast, mpsc};
use tracing::{debug, warn};
use uuid::Uuid;

use crate::domain::geo::Position;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;

/// Where a courier was last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub courier_id: CourierId,
    pub position: Position,
    pub at: Timestamp,
}

/// Messages a slow listener may lag behind before it loses some.
const LAG_MAX: usize = 4_096;
/// Words that may wait for Redis; more about where couriers are is left out.
const WAITING_MAX: usize = 65_536;
/// Words that Redis is told at one time.
const WORDS_MAX: usize = 1_024;

/// What is said of a courier.
enum Word {
    At(Fix),
    Gone(CourierId),
}

/// What one process tells the others.
#[derive(Serialize, Deserialize)]
struct News {
    /// Which process; it knows already.
    from: Uuid,
    at: Vec<Fix>,
    gone: Vec<CourierId>,
}

/// What things are called in Redis.
struct Names {
    /// Hash of the last fix of every courier.
    positions: String,
    /// Channel of [`News`].
    news: String,
    /// What a lease's key begins with.
    lease: String,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Live {
    client: redis::Client,
    redis: ConnectionManager,
    names: Arc<Names>,
    last: Arc<RwLock<BTreeMap<CourierId, Fix>>>,
    fixes: broadcast::Sender<Fix>,
    me: Uuid,
    said: mpsc::Sender<Word>,
    to_tell: Arc<Mutex<mpsc::Receiver<Word>>>,
}

impl Live {
    /// Connects in the background: a Redis that is away must not keep a co-op from opening. All keys
    /// begin with `prefix`; `me` is what the others know this process by.
    pub fn open(url: &str, prefix: &str, me: Uuid) -> redis::RedisResult<Self> {
        let client = redis::Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(Duration::from_secs(1)))
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_secs(1));
        let redis = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let (fixes, _) = broadcast::channel(LAG_MAX);
        let names = Arc::new(Names {
            positions: format!("{prefix}:positions"),
            news: format!("{prefix}:news"),
            lease: format!("{prefix}:lease"),
        });
        let (said, to_tell) = mpsc::channel(WAITING_MAX);
        let to_tell = Arc::new(Mutex::new(to_tell));
        Ok(Self { client, redis, names, last: Arc::default(), fixes, me, said, to_tell })
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> redis::RedisResult<()> {
        redis::cmd("PING").exec_async(&mut self.redis.clone()).await
    }

    /// Keeps and tells where a courier is. Never fails: without Redis the own process still knows.
    pub fn put(&self, fix: Fix) {
        self.hear(fix);
        if self.said.try_send(Word::At(fix)).is_err() {
            debug!("a position is known to this process only");
        }
    }

    /// Takes a fix in, if it is news.
    fn hear(&self, fix: Fix) {
        let mut last = self.last.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = last.get(&fix.courier_id);
        if known.is_none_or(|known| known.at < fix.at) {
            last.insert(fix.courier_id, fix);
            // Nobody listening is fine.
            let _ = self.fixes.send(fix);
        }
    }

    /// Forgets where a courier is: the shift is over.
    pub async fn forget(&self, courier: CourierId) {
        self.lose(courier);
        // It fails only when nobody is left to tell.
        let _ = self.said.send(Word::Gone(courier)).await;
    }

    fn lose(&self, courier: CourierId) {
        self.last.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&courier);
    }

    /// Tells Redis what was said, for ever: all that waits in one round trip, the last word on each
    /// courier.
    pub async fn tell(self) {
        let mut to_tell = self.to_tell.lock().await;
        let mut words = Vec::new();
        while to_tell.recv_many(&mut words, WORDS_MAX).await > 0 {
            let last: BTreeMap<CourierId, Option<Fix>> = words
                .drain(..)
                .map(|word| match word {
                    Word::At(fix) => (fix.courier_id, Some(fix)),
                    Word::Gone(courier) => (courier, None),
                })
                .collect();
            if let Err(error) = self.tell_once(&last).await {
                debug!(%error, "positions are known to this process only");
            }
        }
    }

    async fn tell_once(&self, last: &BTreeMap<CourierId, Option<Fix>>) -> redis::RedisResult<()> {
        let mut pipe = redis::pipe();
        let mut news = News { from: self.me, at: Vec::new(), gone: Vec::new() };
        for (courier, fix) in last {
            let Some(fix) = fix else {
                pipe.hdel(&self.names.positions, courier.to_string()).ignore();
                news.gone.push(*courier);
                continue;
            };
            let Ok(json) = serde_json::to_string(fix) else { continue };
            pipe.hset(&self.names.positions, courier.to_string(), json).ignore();
            news.at.push(*fix);
        }
        if let Ok(json) = serde_json::to_string(&news) {
            pipe.publish(&self.names.news, json).ignore();
        }
        pipe.exec_async(&mut self.redis.clone()).await
    }

    /// Where a courier was last.
    pub fn last(&self, courier: CourierId) -> Option<Fix> {
        let last = self.last.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        last.get(&courier).copied()
    }

    /// The last fix of every courier.
    pub fn positions(&self) -> BTreeMap<CourierId, Fix> {
        self.last.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Fixes as they come.
    pub fn listen(&self) -> broadcast::Receiver<Fix> {
        self.fixes.subscribe()
    }

    /// Takes or keeps a lease for `holder`. Redis away: granted, because what leases guard (one
    /// dispatcher at a time) is a matter of economy; the database guards what is a matter of right.
    pub async fn lease(&self, name: &str, holder: &str, lasts: Duration) -> bool {
        const TAKE_OR_KEEP: &str = "
            local held = redis.call('GET', KEYS[1])
            if held == false or held == ARGV[1] then
                redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
                return 1
            end
            return 0";
        let outcome: redis::RedisResult<i64> = redis::Script::new(TAKE_OR_KEEP)
            .key(format!("{}:{name}", self.names.lease))
            .arg(holder)
            .arg(lasts.as_millis().try_into().unwrap_or(u64::MAX))
            .invoke_async(&mut self.redis.clone())
            .await;
        outcome.map_or(true, |granted| granted == 1)
    }

    /// Follows what other processes hear, for ever. Pub/sub does not reconnect by itself, so each
    /// round subscribes first and then reads what it missed.
    pub async fn follow(self) {
        loop {
            if let Err(error) = self.follow_once().await {
                debug!(%error, "waiting for Redis");
            } else {
                warn!("the subscription to positions ended; subscribing again");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn follow_once(&self) -> redis::RedisResult<()> {
        let mut pubsub = self.client.get_async_pubsub().await?;
        pubsub.subscribe(&self.names.news).await?;
        let known: BTreeMap<String, String> = redis::cmd("HGETALL")
            .arg(&self.names.positions)
            .query_async(&mut self.redis.clone())
            .await?;
        known
            .values()
            .filter_map(|json| serde_json::from_str(json).ok())
            .for_each(|f| self.hear(f));
        let mut messages = pubsub.on_message();
        while let Some(message) = messages.next().await {
            let news = serde_json::from_slice::<News>(message.get_payload_bytes());
            let Some(news) = news.ok().filter(|news| news.from != self.me) else { continue };
            news.at.into_iter().for_each(|fix| self.hear(fix));
            news.gone.into_iter().for_each(|courier| self.lose(courier));
        }
        Ok(())
    }
}
