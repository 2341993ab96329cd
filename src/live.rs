//! What is live: last positions, their fan-out, and leases.
//!
//! Redis shares it between processes and keeps it over a restart; the memory of each process is
//! what is read. Without Redis a process knows only what it heard itself: degraded, never an error.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tracing::{debug, warn};

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

/// What things are called in Redis.
struct Names {
    /// Hash of the last fix of every courier.
    positions: String,
    /// Channel of fixes as they come.
    fixes: String,
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
}

impl Live {
    /// Connects in the background: a Redis that is away must not keep a co-op from opening. All keys
    /// begin with `prefix`.
    pub fn open(url: &str, prefix: &str) -> redis::RedisResult<Self> {
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
            fixes: format!("{prefix}:fixes"),
            lease: format!("{prefix}:lease"),
        });
        Ok(Self { client, redis, names, last: Arc::default(), fixes })
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> redis::RedisResult<()> {
        redis::cmd("PING").exec_async(&mut self.redis.clone()).await
    }

    /// Keeps and tells where couriers are. Never fails: without Redis the own process still knows.
    pub async fn put(&self, fixes: &[Fix]) {
        let mut pipe = redis::pipe();
        for fix in fixes {
            self.hear(*fix);
            let Ok(json) = serde_json::to_string(fix) else { continue };
            pipe.hset(&self.names.positions, fix.courier_id.to_string(), &json).ignore();
            pipe.publish(&self.names.fixes, &json).ignore();
        }
        if let Err(error) = pipe.exec_async(&mut self.redis.clone()).await {
            debug!(%error, "positions are known to this process only");
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
        self.last.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&courier);
        let gone: redis::RedisResult<()> = redis::cmd("HDEL")
            .arg(&self.names.positions)
            .arg(courier.to_string())
            .exec_async(&mut self.redis.clone())
            .await;
        if let Err(error) = gone {
            debug!(%error, "the position will be dropped when Redis is back");
        }
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
        pubsub.subscribe(&self.names.fixes).await?;
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
            if let Ok(fix) = serde_json::from_slice(message.get_payload_bytes()) {
                self.hear(fix);
            }
        }
        Ok(())
    }
}
