//! Waiting at counters, which is paid: since when, from when on, and how much.

use schemars::JsonSchema;
use serde::Serialize;

use super::Delivery;
use crate::domain::ids::TaskId;
use crate::domain::money::{Money, scale};
use crate::domain::pay::Tariff;
use crate::domain::task::{Task, TaskKind, TaskState};
use crate::domain::time::{Seconds, Timestamp};

/// What waiting at a counter pays, by the tariff under which the delivery was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaitTerms {
    /// At all counters of the delivery together: not waiting yet.
    pub free_s: Seconds,
    /// At counters that are behind the courier.
    pub before_s: Seconds,
    /// For a minute beyond that.
    pub per_minute: Money,
}

impl WaitTerms {
    /// What so much time at this counter pays. The line of pay is reckoned the same way.
    pub fn paid(&self, here: Seconds) -> Money {
        let waited = (self.before_s.0 + here.0 - self.free_s.0).max(0);
        Money { amount: scale(self.per_minute.amount, waited, 60), ..self.per_minute }
    }
}

impl Delivery {
    fn pickups(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.kind == TaskKind::Pickup)
    }

    /// How long the courier has stood at counters by `at`.
    pub fn waited(&self, at: Timestamp) -> Seconds {
        self.pickups().map(|task| stood(task, at)).sum()
    }

    /// What waiting at a counter pays; `None` where it pays nothing, or the stop is none.
    pub fn wait_terms(&self, counter: TaskId, tariff: &Tariff) -> Option<WaitTerms> {
        self.pickups().find(|task| task.id == counter)?;
        if tariff.wait_per_minute == 0 {
            return None;
        }
        let others = self.pickups().filter(|task| task.id != counter && task.state.is_over());
        let count = i64::try_from(self.pickups().count()).unwrap_or(i64::MAX);
        Some(WaitTerms {
            free_s: Seconds(tariff.wait_free_s.0.saturating_mul(count)),
            before_s: others.map(|task| stood(task, self.placed_at)).sum(),
            per_minute: Money::new(tariff.wait_per_minute, tariff.currency),
        })
    }
}

/// From arrival to the end of a stop, or to `at` where the courier still stands there.
fn stood(task: &Task, at: Timestamp) -> Seconds {
    let span = match &task.state {
        TaskState::Done { started_at: Some(from), ended_at, .. }
        | TaskState::Failed { started_at: Some(from), ended_at, .. } => ended_at.since(*from),
        TaskState::Doing { started_at } => at.since(*started_at),
        TaskState::Done { started_at: None, .. }
        | TaskState::Failed { started_at: None, .. }
        | TaskState::Todo
        | TaskState::Cancelled { .. } => Seconds::ZERO,
    };
    span.or_zero()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn waiting_is_free_first_and_then_paid_by_the_second() {
        let per_minute = Money::new(25, Currency::EUR);
        let terms = WaitTerms { free_s: Seconds(600), before_s: Seconds(200), per_minute };
        let paid = |here| terms.paid(Seconds(here)).amount;
        assert_eq!([paid(0), paid(400), paid(401), paid(460), paid(1_000)], [0, 0, 0, 25, 250]);
    }
}
