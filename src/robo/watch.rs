//! The dispatcher's eye on a run: the state of every delivery as the event stream tells it, and
//! whether any was ever in two hands.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::ids::{CourierId, DeliveryId, MerchantId};

use super::client::{Call, CallError, Event, Events, Heard, Session};
use super::wire::{Board, Delivery, DeliveryEvent, DeliveryState};
use super::world::World;

/// What the stream said so far about the deliveries of certain merchants.
#[derive(Debug, Default)]
pub struct Watch {
    merchants: BTreeSet<MerchantId>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    deliveries: BTreeMap<DeliveryId, Holding>,
    doubles: BTreeSet<DeliveryId>,
    last_id: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Holding {
    state: DeliveryState,
    courier: Option<CourierId>,
}

/// How many deliveries are in each state.
pub type Counts = BTreeMap<DeliveryState, usize>;

impl Watch {
    pub fn over(merchants: impl IntoIterator<Item = MerchantId>) -> Self {
        Self { merchants: merchants.into_iter().collect(), seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for holding in self.seen().deliveries.values() {
            *counts.entry(holding.state).or_default() += 1;
        }
        counts
    }

    /// Deliveries that are not over.
    pub fn running(&self) -> Vec<DeliveryId> {
        let running = |(&id, held): (&DeliveryId, &Holding)| (!held.state.is_final()).then_some(id);
        self.seen().deliveries.iter().filter_map(running).collect()
    }

    /// Deliveries that two couriers held at the same time.
    pub fn doubles(&self) -> Vec<DeliveryId> {
        self.seen().doubles.iter().copied().collect()
    }

    /// Follows the stream as `dispatcher` until dropped, from just after the board's last event.
    pub async fn follow(&self, world: &World, dispatcher: &Session, board: &Board) -> Infallible {
        let mut events = Events::follow(dispatcher, Some(board.last_event_id.clone()));
        let mut lost = false;
        loop {
            match events.next().await {
                Heard::Lost(error) => {
                    tracing::debug!("dispatcher: {error}");
                    lost = true;
                }
                Heard::Opened if std::mem::take(&mut lost) => world.clock.refresh().await,
                Heard::Opened => {}
                Heard::Event(event) if event.kind == "resync" => match load(dispatcher).await {
                    Ok(board) => board.deliveries.iter().for_each(|now| self.reload(now)),
                    Err(error) => world.faults.note("dispatcher", error),
                },
                Heard::Event(event) => {
                    if let Err(error) = self.hear(&event) {
                        world.faults.note("dispatcher", format_args!("{}: {error}", event.kind));
                    }
                }
            }
        }
    }

    fn hear(&self, event: &Event) -> Result<(), serde_json::Error> {
        let Some(kind) = event.kind.strip_prefix("delivery.") else { return Ok(()) };
        let told: DeliveryEvent = serde_json::from_str(&event.data)?;
        let id = event.id.as_ref().and_then(|id| id.parse().ok());
        self.update(id, kind, &told);
        Ok(())
    }

    /// One event. A repeated one (events come at least once) changes nothing.
    fn update(&self, id: Option<u64>, kind: &str, told: &DeliveryEvent) {
        let DeliveryEvent { delivery, taken_from } = told;
        let mut seen = self.seen();
        if !self.merchants.contains(&delivery.merchant_id) || (id.is_some() && id <= seen.last_id) {
            return;
        }
        seen.last_id = seen.last_id.max(id);
        let before = seen.deliveries.get(&delivery.id).and_then(|held| held.courier);
        let courier = if kind == "unassigned" { None } else { delivery.courier_id };
        if let (Some(before), Some(now)) = (before, courier)
            && before != now
            && *taken_from != Some(before)
        {
            seen.doubles.insert(delivery.id);
        }
        seen.deliveries.insert(delivery.id, Holding { state: delivery.state, courier });
    }

    /// What the board says after a gap: a new courier is no double, the gap may hide the change.
    fn reload(&self, delivery: &Delivery) {
        if self.merchants.contains(&delivery.merchant_id) {
            let holding = Holding { state: delivery.state, courier: delivery.courier_id };
            self.seen().deliveries.insert(delivery.id, holding);
        }
    }
}

/// Loads the board.
///
/// # Errors
/// See [`CallError`].
pub async fn load(dispatcher: &Session) -> Result<Board, CallError> {
    dispatcher.send(&Call::get("/v1/board", &[])).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::time::Timestamp;

    fn uuid(n: u8) -> uuid::Uuid {
        uuid_v7(Timestamp::from_seconds(1), [n; 10])
    }

    fn told(state: DeliveryState, holder: Option<u8>, taken_from: Option<u8>) -> DeliveryEvent {
        let courier = |n| CourierId::from_uuid(uuid(n));
        let delivery = Delivery {
            id: DeliveryId::from_uuid(uuid(1)),
            merchant_id: MerchantId::from_uuid(uuid(1)),
            external_reference: None,
            state,
            courier_id: holder.map(courier),
            ended_at: None,
            end_reason: None,
        };
        DeliveryEvent { delivery, taken_from: taken_from.map(courier) }
    }

    fn doubles(events: &[(&str, DeliveryState, Option<u8>)]) -> usize {
        let watch = Watch::over([MerchantId::from_uuid(uuid(1))]);
        for (id, &(kind, state, courier)) in (1..).zip(events) {
            watch.update(Some(id), kind, &told(state, courier, None));
        }
        watch.doubles().len()
    }

    #[test]
    fn a_hand_over_is_no_double_but_two_hands_are() {
        use DeliveryState::{Assigned, Delivered, Open};
        let (first, second) = (Some(1), Some(2));
        let passed_on = [
            ("created", Open, None),
            ("assigned", Assigned, first),
            ("unassigned", Open, None),
            ("assigned", Assigned, second),
            ("delivered", Delivered, second),
        ];
        assert_eq!(doubles(&passed_on), 0);
        assert_eq!(doubles(&[("assigned", Assigned, first), ("assigned", Assigned, second)]), 1);
        assert_eq!(doubles(&[("assigned", Assigned, first), ("delivered", Delivered, second)]), 1);
    }

    #[test]
    fn what_is_taken_over_in_one_step_is_no_double_unless_somebody_else_had_it() {
        let after = |taken_from| {
            let watch = Watch::over([MerchantId::from_uuid(uuid(1))]);
            watch.update(Some(1), "assigned", &told(DeliveryState::Assigned, Some(1), None));
            watch.update(Some(2), "assigned", &told(DeliveryState::Assigned, Some(2), taken_from));
            watch.doubles().len()
        };
        assert_eq!([after(Some(1)), after(Some(3)), after(None)], [0, 1, 1]);
    }

    #[test]
    fn an_event_told_twice_counts_once() {
        let watch = Watch::over([MerchantId::from_uuid(uuid(1))]);
        watch.update(Some(1), "assigned", &told(DeliveryState::Assigned, Some(1), None));
        watch.update(Some(2), "unassigned", &told(DeliveryState::Open, None, None));
        watch.update(Some(1), "assigned", &told(DeliveryState::Assigned, Some(1), None));
        assert_eq!(watch.counts(), Counts::from([(DeliveryState::Open, 1)]));
        assert_eq!(watch.running().len(), 1);
    }
}
