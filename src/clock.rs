//! The only `now()` in the program, and the only chance.
//!
//! A scaled clock lets a day pass in minutes: it runs `speed` times faster than the true time from
//! an anchor that is kept in the database, so that a restarted server goes on where the day is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rand::RngExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::ids::uuid_v7;
use crate::domain::time::Timestamp;

/// From when on, and how fast, a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// True time at the anchor.
    pub real: Timestamp,
    /// The co-op's time at the anchor.
    pub coop: Timestamp,
    /// Seconds here for one outside.
    pub speed: i64,
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Debug)]
enum Hands {
    /// They run.
    Running(Anchor),
    /// They stand until somebody moves them; milliseconds since 1970.
    Held(Arc<AtomicI64>),
}

/// True time, for tokens and leases.
#[expect(clippy::disallowed_methods, reason = "this is the one door")]
pub fn real_now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

/// Bytes nobody can guess.
pub fn chance<const N: usize>() -> [u8; N] {
    rand::rng().random()
}

/// An id of the given kind made at `at`.
pub fn id_at<Id>(at: Timestamp, make: fn(Uuid) -> Id) -> Id {
    make(uuid_v7(at, chance()))
}

impl Clock {
    pub const fn new(anchor: Anchor) -> Self {
        Self(Hands::Running(anchor))
    }

    /// A clock that stands still at `millis` after 1970 until its holder moves it: for tests.
    pub const fn held(millis: Arc<AtomicI64>) -> Self {
        Self(Hands::Held(millis))
    }

    /// The co-op's time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Hands::Running(anchor) => {
                let passed = real_now().millis() - anchor.real.millis();
                Timestamp::from_millis(anchor.coop.millis() + passed * anchor.speed)
            }
            Hands::Held(millis) => Timestamp::from_millis(millis.load(Ordering::Relaxed)),
        }
    }

    /// Seconds here for one outside.
    pub const fn speed(&self) -> i64 {
        match &self.0 {
            Hands::Running(anchor) => anchor.speed,
            Hands::Held(_) => 1,
        }
    }

    /// A new id of the given kind.
    pub fn id<Id>(&self, make: fn(Uuid) -> Id) -> Id {
        id_at(self.now(), make)
    }
}
