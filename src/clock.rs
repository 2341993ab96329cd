//! The only `now()` in the program, and the only chance.
//!
//! A scaled clock lets a day pass in minutes: it runs `speed` times faster than the true time from
//! an anchor that is kept in the database, so that a restarted server goes on where the day is.

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

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    anchor: Anchor,
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
        Self { anchor }
    }

    /// The true time.
    pub fn true_time() -> Self {
        let now = real_now();
        Self::new(Anchor { real: now, coop: now, speed: 1 })
    }

    /// The co-op's time.
    pub fn now(&self) -> Timestamp {
        let passed = real_now().millis() - self.anchor.real.millis();
        Timestamp::from_millis(self.anchor.coop.millis() + passed * self.anchor.speed)
    }

    pub const fn speed(&self) -> i64 {
        self.anchor.speed
    }

    /// A new id of the given kind.
    pub fn id<Id>(&self, make: fn(Uuid) -> Id) -> Id {
        id_at(self.now(), make)
    }
}
