//! Seven days of a courier's events, sent as badly as a network can: the outcome is the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::delivery::{Delivery, DeliveryState, Holding, IfUndeliverable, Leg};
use crate::domain::desk::Desk;
use crate::domain::geo::Position;
use crate::domain::handover::{Handover, Known};
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, uuid_v7};
use crate::domain::money::{Currency, Money};
use crate::domain::task::{Failure, Step, Stop, Task, TaskKind, TaskState};
use crate::domain::text::Name;
use crate::domain::time::Seconds;

const HOURS: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

/// What the server keeps of a phone, with the deliveries of its courier.
#[derive(Clone, Default)]
struct Server {
    next: i64,
    known: BTreeMap<i64, PhoneEvent>,
    deliveries: Vec<Delivery>,
    /// What was done or refused, in order.
    outcomes: Vec<(PhoneEventId, bool)>,
}

impl Server {
    fn new(deliveries: &[Delivery]) -> Self {
        Self { next: 1, deliveries: deliveries.to_vec(), ..Self::default() }
    }

    fn take_in(&mut self, batch: &[PhoneEvent]) {
        for event in batch {
            admit(self.next, event.seq).expect("no phone numbers like this");
            let known = self.known.entry(event.seq).or_insert_with(|| event.clone());
            assert_eq!(known, event);
        }
        let waiting: Vec<i64> = self.known.range(self.next..).map(|(&seq, _)| seq).collect();
        for seq in &waiting[..ready(self.next, &waiting)] {
            let event = self.known[seq].clone();
            let done = self.act(&event);
            self.outcomes.push((event.id, done));
            self.next += 1;
        }
    }

    /// Does it, or refuses it: the rules are the domain's own.
    fn act(&mut self, event: &PhoneEvent) -> bool {
        let (task, at) = match &event.act {
            Act::TaskStarted { task_id }
            | Act::TaskDone { task_id, .. }
            | Act::TaskUndone { task_id, .. }
            | Act::TaskFailed { task_id, .. } => (*task_id, event.at),
            Act::ShiftStarted { .. }
            | Act::ShiftEnded {}
            | Act::ShiftPaused {}
            | Act::ShiftResumed {}
            | Act::RouteOrdered { .. } => return true,
        };
        let mine = |one: &&mut Delivery| one.tasks.iter().any(|known| known.id == task);
        let delivery = self.deliveries.iter_mut().find(mine).expect("a task of this courier");
        let next = match event.act.clone() {
            Act::TaskStarted { .. } => delivery.start_task(courier(), task, at),
            Act::TaskDone { proof, missing, .. } => {
                let handover = Handover { shown: proof.unwrap_or_default(), missing };
                let known = Known::default();
                delivery.complete_task(courier(), task, at, &handover, &known, back())
            }
            Act::TaskFailed { code, note, .. } => {
                delivery.fail_task(courier(), task, at, Failure { code, note }, back())
            }
            Act::TaskUndone { step, .. } => {
                delivery.undo_task(courier(), task, step, at, Seconds(7 * 24 * HOURS))
            }
            Act::ShiftStarted { .. }
            | Act::ShiftEnded {}
            | Act::ShiftPaused {}
            | Act::ShiftResumed {}
            | Act::RouteOrdered { .. } => return true,
        };
        match next {
            Ok(Some(next)) => *delivery = next,
            Ok(None) => {}
            Err(_) => return false,
        }
        true
    }
}

/// What a phone did: for each delivery its stops in order, `failing` of them with a reason, and
/// now and then a button pressed twice or too early.
fn day(deliveries: &[Delivery], failing: &[usize], clumsy: &[usize]) -> Vec<PhoneEvent> {
    let mut acts = Vec::new();
    for (index, delivery) in deliveries.iter().enumerate() {
        for task in &delivery.tasks {
            let task_id = task.id;
            let proof = || {
                let signed_by = Name::new("Ada").ok();
                let shown = Shown { signed_by, ..Shown::default() };
                (task.kind == TaskKind::Dropoff).then_some(shown)
            };
            if clumsy.contains(&index) && task.kind == TaskKind::Dropoff {
                acts.push(Act::TaskDone { task_id, proof: None, missing: Vec::new() }); // Refused: no proof.
            }
            acts.push(Act::TaskStarted { task_id });
            if failing.contains(&index) && task.kind == TaskKind::Dropoff {
                let code = FailureCode::NotAtHome;
                acts.push(Act::TaskFailed { task_id, code, note: None });
            } else {
                acts.push(Act::TaskDone { task_id, proof: proof(), missing: Vec::new() });
            }
            if clumsy.contains(&index) {
                acts.push(Act::TaskDone { task_id, proof: proof(), missing: Vec::new() }); // Pressed again.
                acts.push(Act::TaskUndone { task_id, step: Step::Done }); // And taken back.
                acts.push(Act::TaskDone { task_id, proof: proof(), missing: Vec::new() });
            }
        }
    }
    let spread = 7 * 24 * HOURS / i64::try_from(acts.len() + 1).expect("few");
    let event = |(seq, act): (i64, Act)| {
        let at = at(HOURS + seq * spread);
        let id = PhoneEventId::from_uuid(uuid_v7(at, [7; 10]));
        PhoneEvent { id, seq, at, act }
    };
    (1..).zip(acts).map(event).collect()
}

fn back() -> TaskId {
    TaskId::from_uuid(uuid_v7(at(0), [9; 10]))
}

fn courier() -> CourierId {
    CourierId::from_uuid(uuid_v7(at(0), [1; 10]))
}

/// A delivery that the courier holds, ready from the beginning.
fn held(n: u8) -> Delivery {
    let place = Position::from_degrees(48.85, 2.35).expect("a place");
    let stop = Stop { place, address: None, contact: None, window: None, needs: None };
    let task = |kind, salt| Task {
        id: TaskId::from_uuid(uuid_v7(at(0), [n, salt, 0, 0, 0, 0, 0, 0, 0, 0])),
        kind,
        stop: stop.clone(),
        state: TaskState::Todo,
        rank: 0,
    };
    let holding = Holding { courier: courier(), since: at(0), by_hand: true };
    Delivery {
        id: DeliveryId::from_uuid(uuid_v7(at(0), [n; 10])),
        merchant_id: MerchantId::from_uuid(uuid_v7(at(0), [8; 10])),
        external_reference: None,
        placed_at: at(0),
        ready_at: at(0),
        due_at: at(HOURS),
        price: Money::new(900, Currency::EUR),
        packages: Vec::new(),
        instructions: None,
        if_undeliverable: IfUndeliverable::Keep,
        tasks: vec![task(TaskKind::Pickup, 1), task(TaskKind::Dropoff, 2)],
        state: DeliveryState::Assigned { holding },
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

fn deliveries() -> Vec<Delivery> {
    (1..=8).map(held).collect()
}

/// Batches as a bad network brings them: any events in any order, some more than once, cut short.
fn batches(events: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..events, 0..20), 0..40)
}

proptest! {
    #[test]
    fn shuffled_doubled_and_truncated_batches_come_to_the_same_as_one_in_order(
        failing in prop::collection::vec(0_usize..8, 0..3),
        clumsy in prop::collection::vec(0_usize..8, 0..4),
        sent in batches(16),
    ) {
        let start = deliveries();
        let events = day(&start, &failing, &clumsy);
        let mut ordered = Server::new(&start);
        ordered.take_in(&events);

        let mut shaken = Server::new(&start);
        for batch in sent {
            let pick = |index: usize| events[index % events.len()].clone();
            shaken.take_in(&batch.into_iter().map(pick).collect::<Vec<_>>());
        }
        // The phone goes on until everything is acknowledged; the last first, to be difficult.
        for event in events.iter().rev() {
            shaken.take_in(std::slice::from_ref(event));
        }
        prop_assert_eq!(&shaken.deliveries, &ordered.deliveries);
        prop_assert_eq!(&shaken.outcomes, &ordered.outcomes);
        prop_assert_eq!(shaken.outcomes.len(), events.len(), "none lost, none doubled");
    }
}

#[test]
fn only_what_follows_without_a_gap_is_ready() {
    assert_eq!(ready(3, &[3, 4, 6, 7]), 2);
    assert_eq!(ready(3, &[4, 5]), 0);
    assert_eq!(ready(1, &[]), 0);
}

#[test]
fn numbers_that_no_phone_gives_are_not_kept() {
    assert_eq!(admit(1, 0), Err(NotKept::Number));
    assert_eq!(admit(5, 5 + AHEAD_MAX), Ok(()));
    assert_eq!(admit(5, 6 + AHEAD_MAX), Err(NotKept::TooFarAhead));
    assert_eq!(admit(50, 1), Ok(()), "one from before is answered again");
    assert!(!is_too_late(at(0), at(7 * 24 * HOURS)));
    assert!(is_too_late(at(0), at(7 * 24 * HOURS + 1)));
}
