//! What all robos of one run share: the server, the clock, the map and a list of surprises.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::geo::{Plane, Position};
use crate::domain::ids::{CourierId, TaskId};

use super::client::{Api, CallError};
use super::clock::Clock;

/// The stage on which robos act.
#[derive(Debug)]
pub struct World {
    pub api: Api,
    pub clock: Clock,
    pub plane: Plane,
    pub faults: Faults,
    pub diary: Diary,
}

impl World {
    /// Meets the server and reads its clock. Distances are measured around `base`.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn meet(api: Api, base: Position) -> Result<Self, CallError> {
        let clock = Clock::read(&api).await?;
        let plane = Plane::around(base);
        Ok(Self { api, clock, plane, faults: Faults::default(), diary: Diary::default() })
    }

    /// Lets robos live until all have gone home, or until cancelled. One that breaks is noted.
    pub async fn live(self: Arc<Self>, mut robos: JoinSet<()>, cancel: CancellationToken) {
        let everybody_home = async {
            while let Some(ended) = robos.join_next().await {
                if let Err(error) = ended {
                    self.faults.note("a robo", error);
                }
            }
        };
        tokio::select! {
            () = everybody_home => {}
            never = self.clock.keep() => match never {},
            () = cancel.cancelled() => {}
        }
    }
}

/// Messages kept; later ones are only counted.
const FAULTS_MAX: usize = 200;

/// What went wrong and should not have. One robo's trouble stops nobody else, but is never hidden.
#[derive(Debug, Default)]
pub struct Faults {
    inner: Mutex<(u64, Vec<String>)>,
}

impl Faults {
    /// Notes what happened to whom.
    pub fn note(&self, who: &str, what: impl Display) {
        let text = format!("{who}: {what}");
        tracing::warn!(robo = who, "{text}");
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        if inner.1.len() < FAULTS_MAX {
            inner.1.push(text);
        }
    }

    /// How many there were, and the first of them.
    pub fn all(&self) -> (u64, Vec<String>) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tasks remembered. Beyond that the oldest are forgotten: the town runs for ever.
const TASKS_MAX: usize = 20_000;

/// Which couriers were told "yes, done" for a task: two of them for one would be a double.
#[derive(Debug, Default)]
pub struct Diary {
    done: Mutex<BTreeMap<TaskId, Vec<CourierId>>>,
}

impl Diary {
    /// The server took `task` as done by `courier`.
    pub fn done(&self, task: TaskId, courier: CourierId) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let couriers = done.entry(task).or_default();
        if !couriers.contains(&courier) {
            couriers.push(courier);
        }
        if done.len() > TASKS_MAX {
            done.pop_first(); // Ids sort by time.
        }
    }

    /// Tasks that two couriers did.
    pub fn done_twice(&self) -> Vec<TaskId> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.iter().filter(|(_, couriers)| couriers.len() > 1).map(|(&task, _)| task).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_retry_is_not_a_double_but_a_second_courier_is() {
        let id = |n| uuid_v7(Timestamp::from_seconds(1), [n; 10]);
        let (task, diary) = (TaskId::from_uuid(id(0)), Diary::default());
        diary.done(task, CourierId::from_uuid(id(1)));
        diary.done(task, CourierId::from_uuid(id(1)));
        assert!(diary.done_twice().is_empty());
        diary.done(task, CourierId::from_uuid(id(2)));
        assert_eq!(diary.done_twice(), [task]);
    }
}
