use super::*;
use crate::domain::delivery::{Holding, IfUndeliverable, Leg, Package};
use crate::domain::desk::Desk;
use crate::domain::geo::Position;
use crate::domain::handover::{Handover, Known, Missing, Shown};
use crate::domain::ids::{DeliveryId, MerchantId, uuid_v7};
use crate::domain::money::{Currency, Money};
use crate::domain::task::{Failure, FailureCode, Stop, TaskState};
use crate::domain::text::Name;

const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);
const WITHIN: Seconds = Seconds(120);

fn second(n: i64) -> Timestamp {
    T0 + Seconds(n)
}

fn courier(n: u8) -> CourierId {
    CourierId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn task_id(n: u8) -> TaskId {
    TaskId::from_uuid(uuid_v7(T0, [n; 10]))
}

/// Two pickups (1, 2) and two drop-offs (3, 4), held by courier 1.
fn assigned(wish: IfUndeliverable) -> Delivery {
    let place = Position::from_degrees(48.85, 2.35).unwrap();
    let stop = Stop { place, address: None, contact: None, window: None, needs: None };
    let task = |n, kind| {
        let (id, stop) = (task_id(n), stop.clone());
        Task { id, kind, stop, state: TaskState::Todo, rank: i32::from(n) }
    };
    let holding = Holding { courier: courier(1), since: T0, by_hand: false };
    let kinds = [TaskKind::Pickup, TaskKind::Pickup, TaskKind::Dropoff, TaskKind::Dropoff];
    Delivery {
        id: DeliveryId::from_uuid(uuid_v7(T0, [9; 10])),
        merchant_id: MerchantId::from_uuid(uuid_v7(T0, [8; 10])),
        external_reference: None,
        placed_at: T0,
        ready_at: T0,
        due_at: second(3_600),
        price: Money::new(900, Currency::EUR),
        packages: Vec::new(),
        instructions: None,
        if_undeliverable: wish,
        tasks: (1..).zip(kinds).map(|(n, kind)| task(n, kind)).collect(),
        state: DeliveryState::Assigned { holding },
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

fn done(delivery: &Delivery, n: u8, at: i64) -> Delivery {
    partly(delivery, n, at, &[])
}

/// Without some parcels, which stay on the bike.
fn partly(delivery: &Delivery, n: u8, at: i64, left: &[u16]) -> Delivery {
    let signed_by = Name::new("M. Curie").ok();
    let missing =
        |parcel: &u16| Missing { parcel: *parcel, code: FailureCode::Refused, note: None };
    let handover = Handover {
        shown: Shown { signed_by, ..Shown::default() },
        missing: left.iter().map(missing).collect(),
    };
    let (id, at, known) = (task_id(n), second(at), Known::default());
    let next = delivery.complete_task(courier(1), id, at, &handover, &known, task_id(5));
    next.unwrap().unwrap()
}

fn started(delivery: &Delivery, n: u8, at: i64) -> Delivery {
    delivery.start_task(courier(1), task_id(n), second(at)).unwrap().unwrap()
}

fn failed(delivery: &Delivery, n: u8, at: i64) -> Delivery {
    let failure = Failure { code: FailureCode::NotAtHome, note: None };
    let next = delivery.fail_task(courier(1), task_id(n), second(at), failure, task_id(5));
    next.unwrap().unwrap()
}

fn undone(delivery: &Delivery, n: u8, step: Step, at: i64) -> Delivery {
    delivery.undo_task(courier(1), task_id(n), step, second(at), WITHIN).unwrap().unwrap()
}

fn refusal(delivery: &Delivery, n: u8, step: Step, at: i64) -> DeliveryError {
    delivery.undo_task(courier(1), task_id(n), step, second(at), WITHIN).unwrap_err()
}

/// Apart from how often it was changed, and its end taken back.
fn same(one: &Delivery, other: &Delivery) {
    let plain = |delivery: &Delivery| Delivery { version: 0, reopened: 0, ..delivery.clone() };
    assert_eq!(plain(one), plain(other));
}

/// Every step of a whole life, forward and back, with each way to end.
#[test]
fn every_step_leads_back_to_where_it_came_from() {
    for wish in [IfUndeliverable::Keep, IfUndeliverable::Return] {
        let fresh = assigned(wish);
        let here = started(&fresh, 1, 10);
        let first = done(&here, 1, 20);
        let both = done(&started(&first, 2, 25), 2, 30);
        let one_left = done(&both, 3, 40);
        let there = started(&one_left, 4, 50);
        let over = done(&there, 4, 60);
        let nobody = failed(&there, 4, 60);
        same(&undone(&here, 1, Step::Started, 11), &fresh);
        same(&undone(&first, 1, Step::Done, 21), &here);
        same(&undone(&both, 2, Step::Done, 31), &started(&first, 2, 25));
        same(&undone(&one_left, 3, Step::Done, 41), &both);
        same(&undone(&over, 4, Step::Done, 61), &there);
        same(&undone(&nobody, 4, Step::Failed, 61), &there);
        // What was called off with it, while the courier stood there, goes on as it was.
        let twice = started(&started(&both, 3, 35), 4, 36);
        let neither = failed(&twice, 3, 40);
        same(&undone(&neither, 3, Step::Failed, 41), &twice);
        let shut = failed(&first, 2, 30);
        same(&undone(&shut, 2, Step::Failed, 31), &first);
    }
}

#[test]
fn a_way_back_leads_back_too_with_what_it_was_for() {
    let both = done(&done(&assigned(IfUndeliverable::Return), 1, 10), 2, 20);
    let turned = failed(&both, 3, 30);
    let there = started(&turned, 5, 40);
    same(&undone(&there, 5, Step::Started, 41), &turned);
    assert_eq!(refusal(&there, 3, Step::Failed, 41), UndoError::Followed.into());
    for over in [done(&there, 5, 50), failed(&there, 5, 50)] {
        let step = if over.state.name() == "returned" { Step::Done } else { Step::Failed };
        let back = undone(&over, 5, step, 51);
        same(&back, &there);
        assert_eq!(back.reopened, 1);
    }
    let reason = Failure { code: FailureCode::Other, note: None };
    let called = both.call_back(second(30), reason, task_id(5)).unwrap().unwrap();
    assert_eq!(refusal(&called, 2, Step::Done, 31), UndoError::Followed.into());
    let shut = failed(&called, 5, 40);
    same(&undone(&shut, 5, Step::Failed, 41), &called);
}

#[test]
fn what_was_handed_over_in_part_is_handed_over_anew() {
    let package =
        Package { name: Name::new("Box").unwrap(), quantity: 2, volume_ml: 0, weight_g: 0 };
    let packed = Delivery { packages: vec![package], ..assigned(IfUndeliverable::Return) };
    let riding = done(&done(&done(&packed, 1, 10), 2, 20), 3, 30);
    let turned = partly(&riding, 4, 40, &[2]);
    assert_eq!((turned.state.name(), turned.tasks.len()), ("returning", 5));
    let again = undone(&turned, 4, Step::Done, 60);
    same(&again, &riding);
    let booked = [Charge::Price, Charge::Piece, Charge::Tip];
    assert_eq!(turned.charges_until(&again.state), booked);
    assert_eq!(done(&again, 4, 70).state.name(), "delivered");
    // What came back is a step of its own: what was handed over stays booked.
    let back = done(&turned, 5, 90);
    assert_eq!(back.state.name(), "returned");
    let again = undone(&back, 5, Step::Done, 95);
    same(&again, &turned);
    assert_eq!(back.charges_until(&again.state), [Charge::ReturnPrice, Charge::Return]);
}

#[test]
fn only_the_last_step_is_taken_back_for_a_while_by_whoever_took_it() {
    let both = done(&done(&assigned(IfUndeliverable::Keep), 1, 10), 2, 20);
    assert_eq!(refusal(&both, 1, Step::Done, 21), UndoError::Followed.into());
    assert_eq!(refusal(&both, 2, Step::Done, 141), UndoError::Late(WITHIN).into());
    same(&undone(&both, 2, Step::Done, 140), &done(&assigned(IfUndeliverable::Keep), 1, 10));
    assert!(matches!(refusal(&both, 2, Step::Failed, 21), DeliveryError::Task(_)));
    let by_other = both.undo_task(courier(2), task_id(2), Step::Done, second(21), WITHIN);
    assert_eq!(by_other, Err(DeliveryError::NotYours));
    // A phone asks again: the arrival before it stays.
    let here = started(&assigned(IfUndeliverable::Keep), 1, 5);
    let again = here.undo_task(courier(1), task_id(1), Step::Done, second(11), WITHIN);
    assert_eq!(again, Ok(None));
    // Whatever the clocks say, goods are handed over after they were picked up.
    let early = done(&both, 3, 15);
    assert_eq!(refusal(&early, 2, Step::Done, 21), UndoError::Followed.into());
    same(&undone(&early, 3, Step::Done, 21), &both);
}

#[test]
fn an_end_is_taken_back_so_often_and_each_time_with_what_was_booked() {
    let both = done(&done(&assigned(IfUndeliverable::Keep), 1, 10), 2, 20);
    let one_left = done(&both, 3, 30);
    let mut over = done(&one_left, 4, 40);
    for round in 1..=REOPENED_MAX {
        let open = undone(&over, 4, Step::Done, 41);
        assert_eq!(open.reopened, round);
        let charges = [Charge::Price, Charge::Piece, Charge::Tip];
        assert_eq!(over.charges_until(&open.state), charges);
        over = done(&open, 4, 42);
    }
    assert_eq!(refusal(&over, 4, Step::Done, 43), UndoError::TooOften.into());
    // A step in between has nothing in the books.
    assert!(one_left.charges_until(&both.state).is_empty());
    let turned = failed(&Delivery { if_undeliverable: IfUndeliverable::Return, ..both }, 3, 30);
    assert_eq!(turned.charges_until(&one_left.state), [Charge::Piece]);
    assert!(started(&turned, 5, 35).charges_until(&turned.state).is_empty());
}
