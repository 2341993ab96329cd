use std::collections::BTreeSet;

use super::*;
use crate::domain::geo::Position;
use crate::domain::handover::{Handover, Known, Missing, Need, Needs, ParcelCode, Shown};
use crate::domain::ids::uuid_v7;
use crate::domain::kitchen::Silence;
use crate::domain::money::Currency;
use crate::domain::task::Stop;
use crate::domain::time::Seconds;

const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn minutes(n: i64) -> Timestamp {
    T0 + Seconds::from_minutes(n)
}

fn courier(n: u8) -> CourierId {
    CourierId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn task_id(n: u8) -> TaskId {
    TaskId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn held_by(n: u8) -> Holding {
    Holding { courier: courier(n), since: T0, by_hand: false }
}

/// Somebody signs, by name.
fn signed() -> Handover {
    let signed_by = Name::new("M. Curie").ok();
    Handover { shown: Shown { signed_by, ..Shown::default() }, missing: Vec::new() }
}

impl Delivery {
    /// The first courier does a stop with what is shown; what goes back goes to a third one.
    fn done(
        &self,
        task: u8,
        at: Timestamp,
        handover: &Handover,
    ) -> Result<Option<Self>, DeliveryError> {
        let known = Known::default();
        self.complete_task(courier(1), task_id(task), at, handover, &known, task_id(3))
    }
}

fn name_is_missing() -> DeliveryError {
    HandoverError::ProofMissing { lacks: vec![Need::Name] }.into()
}

fn lost() -> Failure {
    Failure { code: FailureCode::Lost, note: None }
}

/// One pickup (1), one drop-off (2), ready in ten minutes.
fn an_open_delivery() -> Delivery {
    let place = Position::from_degrees(48.85, 2.35).unwrap();
    let stop = Stop { place, address: None, contact: None, window: None, needs: None };
    let task = |n, kind| Task {
        id: task_id(n),
        kind,
        stop: stop.clone(),
        state: TaskState::Todo,
        rank: 0,
    };
    Delivery {
        id: DeliveryId::from_uuid(uuid_v7(T0, [9; 10])),
        merchant_id: MerchantId::from_uuid(uuid_v7(T0, [8; 10])),
        external_reference: None,
        placed_at: T0,
        ready_at: minutes(10),
        due_at: minutes(40),
        price: Money::new(900, Currency::EUR),
        packages: Vec::new(),
        instructions: None,
        if_undeliverable: IfUndeliverable::Keep,
        tasks: vec![task(1, TaskKind::Pickup), task(2, TaskKind::Dropoff)],
        state: DeliveryState::Open,
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

fn assigned() -> Delivery {
    an_open_delivery().assign(held_by(1)).unwrap().unwrap()
}

fn picked_up() -> Delivery {
    assigned().done(1, minutes(12), &Handover::default()).unwrap().unwrap()
}

#[test]
fn a_delivery_goes_through_its_life() {
    let there = picked_up();
    assert_eq!(there.state.picked_up_at(), Some(minutes(12)));
    let done = there.done(2, minutes(30), &signed()).unwrap().unwrap();
    assert_eq!(done.state.name(), "delivered");
    assert_eq!((done.holder(), done.state.ended_at()), (None, Some(minutes(30))));
    assert_eq!(done.version, 4);
}

#[test]
fn a_retry_changes_nothing() {
    assert_eq!(assigned().assign(held_by(1)), Ok(None));
    let again = picked_up().done(1, minutes(13), &Handover::default());
    assert_eq!(again, Ok(None));
    let failed = picked_up()
        .fail_task(courier(1), task_id(2), minutes(20), lost(), task_id(3))
        .unwrap()
        .unwrap();
    assert_eq!(failed.fail_task(courier(1), task_id(2), minutes(21), lost(), task_id(3)), Ok(None));
}

#[test]
fn goods_are_not_taken_before_they_are_ready_nor_given_before_they_are_taken() {
    let early = assigned().done(1, minutes(9), &Handover::default());
    assert_eq!(early, Err(DeliveryError::NotReady { ready_at: minutes(10) }));
    let skipped = assigned().done(2, minutes(15), &signed());
    assert_eq!(skipped, Err(DeliveryError::PickupFirst));
    let unproven = picked_up().done(2, minutes(15), &Handover::default());
    assert_eq!(unproven, Err(name_is_missing()));
}

#[test]
fn only_the_holder_acts() {
    let (nothing, known) = (Handover::default(), Known::default());
    let at = minutes(12);
    let foreign =
        assigned().complete_task(courier(2), task_id(1), at, &nothing, &known, task_id(3));
    assert_eq!(foreign, Err(DeliveryError::NotYours));
    let nobody = an_open_delivery().start_task(courier(1), task_id(1), T0);
    assert_eq!(nobody, Err(DeliveryError::NotYours));
    let unknown = assigned().start_task(courier(1), task_id(7), T0);
    assert_eq!(unknown, Err(DeliveryError::NoSuchTask));
}

#[test]
fn what_a_person_gave_only_a_person_gives_to_another() {
    let by_hand = |number| Holding { by_hand: true, ..held_by(number) };
    let given = assigned().assign(by_hand(2)).unwrap().unwrap();
    assert_eq!(given.holder(), Some(courier(2)));
    assert_eq!(given.movable_from(), None);
    assert!(given.assign(held_by(1)).is_err());
    assert_eq!(given.assign(by_hand(3)).unwrap().unwrap().holder(), Some(courier(3)));
    assert_eq!(assigned().movable_from(), Some(courier(1)));
    assert_eq!(assigned().assign(held_by(2)).unwrap().unwrap().holder(), Some(courier(2)));
    assert!(picked_up().assign(Holding { by_hand: true, ..held_by(2) }).is_err());
}

#[test]
fn what_is_picked_up_is_neither_cancelled_nor_unassigned() {
    let why = Note::new("kitchen on fire").unwrap();
    assert!(picked_up().cancel(minutes(20), why.clone()).is_err());
    assert!(picked_up().unassign().is_err());
    let cancelled = assigned().cancel(minutes(5), why).unwrap().unwrap();
    assert!(cancelled.tasks.iter().all(|task| task.state.name() == "cancelled"));
    assert_eq!(cancelled.holder(), None);
}

#[test]
fn a_failed_pickup_ends_the_delivery_and_its_drop_off() {
    let failed = assigned()
        .fail_task(courier(1), task_id(1), minutes(15), lost(), task_id(3))
        .unwrap()
        .unwrap();
    let states: Vec<_> = failed.tasks.iter().map(|task| task.state.name()).collect();
    assert_eq!(states, ["failed", "cancelled"]);
    assert_eq!(failed.state.name(), "failed");
}

#[test]
fn the_promise_counts_from_the_order_unless_it_is_for_later() {
    let stop = an_open_delivery().tasks[1].stop.clone();
    let request = |ready_at| Request {
        external_reference: None,
        ready_at: Some(ready_at),
        pickups: Vec::new(),
        dropoffs: vec![stop.clone()],
        packages: Vec::new(),
        instructions: None,
        if_undeliverable: IfUndeliverable::Keep,
        slot: None,
    };
    let promise = Seconds::from_minutes(40);
    assert_eq!(request(minutes(15)).due_at(T0, promise), minutes(40));
    assert_eq!(request(minutes(300)).due_at(T0, promise), minutes(340));
    assert!(request(minutes(60 * 24 * 91)).check(T0).is_err());
}

fn asked(silence: Silence) -> Delivery {
    Delivery { state: DeliveryState::Asked { until: minutes(5), silence }, ..an_open_delivery() }
}

#[test]
fn what_the_kitchen_takes_is_there_to_be_had_and_taken_once() {
    let question = asked(Silence::Refused);
    assert!(question.assign(held_by(1)).is_err(), "nobody rides for a question");
    let taken = question.accept(minutes(2), None).unwrap().unwrap();
    assert_eq!(
        (&taken.state, taken.ready_at, taken.version),
        (&DeliveryState::Open, minutes(10), 2)
    );
    assert_eq!(taken.accept(minutes(3), None), Ok(None));
    let held = taken.assign(held_by(1)).unwrap().unwrap();
    assert_eq!(held.accept(minutes(3), Some(minutes(50))), Ok(None), "too late to say when");
    assert!(taken.refuse(minutes(3), RefusalCode::SoldOut, None).is_err());
    // Later than asked for: the promise moves as much.
    let late = question.accept(minutes(2), Some(minutes(25))).unwrap().unwrap();
    assert_eq!((late.ready_at, late.due_at), (minutes(25), minutes(55)));
}

#[test]
fn what_the_kitchen_refuses_is_over_and_free() {
    let no = asked(Silence::Accepted).refuse(minutes(2), RefusalCode::Closed, None);
    let no = no.unwrap().unwrap();
    assert_eq!((no.state.name(), no.price.amount), ("cancelled", 0));
    assert!(no.tasks.iter().all(|task| task.state.is_over()));
    assert_eq!(no.refuse(minutes(3), RefusalCode::Other, None), Ok(None));
    assert_eq!(no.accept(minutes(3), None), Err(DeliveryError::Refused));
    assert_eq!(no.cancel(minutes(3), Note::new("late").unwrap()), Err(DeliveryError::Refused));
    let off = asked(Silence::Accepted).cancel(minutes(1), Note::new("late").unwrap());
    let off = off.unwrap().unwrap();
    assert!(off.refuse(minutes(2), RefusalCode::Other, None).is_err());
    assert!(off.accept(minutes(2), None).is_err());
}

#[test]
fn silence_is_an_answer_when_the_time_is_over() {
    for (silence, end) in [(Silence::Accepted, "open"), (Silence::Refused, "cancelled")] {
        let question = asked(silence);
        assert_eq!(question.unanswered(minutes(4)), None);
        let ended = question.unanswered(minutes(5)).unwrap();
        assert_eq!(ended.state.name(), end);
        assert_eq!(ended.unanswered(minutes(6)), None);
    }
}

fn nobody_home() -> Failure {
    Failure { code: FailureCode::NotAtHome, note: None }
}

/// Picked up, with the wish that it comes back.
fn to_be_returned() -> Delivery {
    Delivery { if_undeliverable: IfUndeliverable::Return, ..picked_up() }
}

fn returning() -> Delivery {
    let failed =
        to_be_returned().fail_task(courier(1), task_id(2), minutes(20), nobody_home(), task_id(3));
    failed.unwrap().unwrap()
}

#[test]
fn what_nobody_takes_goes_back_to_where_it_was_picked_up() {
    let turned = returning();
    assert_eq!((turned.state.name(), turned.holder()), ("returning", Some(courier(1))));
    assert_eq!(turned.version, to_be_returned().version + 1);
    let kinds: Vec<_> = turned.tasks.iter().map(|task| (task.kind, task.state.name())).collect();
    let expected =
        [(TaskKind::Pickup, "done"), (TaskKind::Dropoff, "failed"), (TaskKind::Return, "todo")];
    assert_eq!(kinds, expected);
    assert!(turned.assign(Holding { by_hand: true, ..held_by(2) }).is_err());
    assert!(turned.unassign().is_err());
    let again = turned.fail_task(courier(1), task_id(2), minutes(21), nobody_home(), task_id(4));
    assert_eq!(again, Ok(None), "a phone asks again");
    let unproven = turned.done(3, minutes(30), &Handover::default());
    assert_eq!(unproven, Err(name_is_missing()));
    let over = turned.done(3, minutes(30), &signed());
    let over = over.unwrap().unwrap();
    assert_eq!((over.state.name(), over.holder()), ("returned", None));
    assert_eq!(over.state.returning_since(), Some(minutes(20)));
    assert_eq!(over.state.failure(), Some(&nobody_home()));
    assert!(over.owes_return());
}

#[test]
fn a_way_back_can_fail_and_only_a_shut_door_is_charged() {
    let end = |code| {
        let failure = Failure { code, note: None };
        let failed =
            returning().fail_task(courier(1), task_id(3), minutes(30), failure, task_id(4));
        failed.unwrap().unwrap()
    };
    for (code, owes) in [(FailureCode::ClosedStore, true), (FailureCode::Damaged, false)] {
        let over = end(code);
        assert_eq!((over.state.name(), over.tasks.len()), ("failed", 3));
        assert_eq!(over.owes_return(), owes, "{code:?}");
    }
    let kept =
        picked_up().fail_task(courier(1), task_id(2), minutes(20), nobody_home(), task_id(3));
    assert!(!kept.unwrap().unwrap().owes_return(), "it never went back");
}

#[test]
fn only_what_is_on_the_bike_is_called_back_and_once() {
    let back = |delivery: &Delivery| delivery.call_back(minutes(25), nobody_home(), task_id(3));
    let called = back(&picked_up()).unwrap().unwrap();
    assert_eq!((called.state.name(), called.tasks[1].state.name()), ("returning", "cancelled"));
    assert_eq!(back(&called), Ok(None));
    assert_eq!(back(&returning()), Ok(None));
    for before in [an_open_delivery(), assigned()] {
        assert!(back(&before).is_err());
    }
    let done = picked_up().done(2, minutes(24), &signed());
    assert!(back(&done.unwrap().unwrap()).is_err());
    let lost = to_be_returned().fail_task(courier(1), task_id(2), minutes(20), lost(), task_id(3));
    assert_eq!(lost.unwrap().unwrap().state.name(), "failed", "nothing is left to bring back");
}

/// Three parcels for two doors (2 and 4), each of which asks for codes; picked up.
fn for_two_doors() -> Delivery {
    let mut delivery = picked_up();
    let name = Name::new("box").unwrap();
    delivery.packages = vec![Package { name, quantity: 3, volume_ml: 0, weight_g: 0 }];
    let other = Task { id: task_id(4), ..delivery.tasks[1].clone() };
    delivery.tasks.push(other);
    for door in &mut delivery.tasks[1..] {
        door.stop.needs = Some(Needs::from_iter([Need::Scan]));
    }
    delivery.if_undeliverable = IfUndeliverable::Return;
    delivery
}

fn reading(delivery: &Delivery, numbers: &[u16], missing: &[(u16, FailureCode)]) -> Handover {
    let code = |number: &u16| ParcelCode { delivery: delivery.id, number: *number };
    let left = |(parcel, code): &(u16, FailureCode)| {
        let (parcel, code) = (*parcel, *code);
        Missing { parcel, code, note: None }
    };
    let scanned = numbers.iter().map(code).collect();
    let shown = Shown { scanned, ..Shown::default() };
    Handover { shown, missing: missing.iter().map(left).collect() }
}

#[test]
fn a_parcel_is_handed_over_at_the_door_where_it_is_read_and_the_last_door_gets_the_rest() {
    let whole = for_two_doors();
    let nothing = whole.done(2, minutes(20), &Handover::default());
    let lacks = vec![Need::Scan];
    assert_eq!(nothing, Err(HandoverError::ProofMissing { lacks: lacks.clone() }.into()));
    let first = whole.done(2, minutes(20), &reading(&whole, &[2], &[])).unwrap().unwrap();
    assert_eq!(first.expected_at(&first.tasks[2]).parcels, BTreeSet::from([1, 3]));
    let short = first.done(4, minutes(30), &reading(&whole, &[1], &[]));
    assert_eq!(short, Err(HandoverError::ProofMissing { lacks }.into()));
    let twice = first.done(4, minutes(30), &reading(&whole, &[1, 2, 3], &[]));
    assert_eq!(twice, Err(HandoverError::Parcel(2).into()));
    let done = first.done(4, minutes(30), &reading(&whole, &[1, 3], &[])).unwrap().unwrap();
    assert_eq!(done.state.name(), "delivered");
}

#[test]
fn what_is_left_over_goes_back_from_where_it_was_left() {
    let whole = for_two_doors();
    let first = whole.done(2, minutes(20), &reading(&whole, &[2], &[])).unwrap().unwrap();
    let at_last = |code| {
        let handover = reading(&whole, &[1], &[(3, code)]);
        first.done(4, minutes(30), &handover).unwrap().unwrap()
    };
    let turned = at_last(FailureCode::Damaged);
    assert_eq!((turned.state.name(), turned.is_served()), ("returning", true));
    assert_eq!(turned.state.failure().map(|failure| failure.code), Some(FailureCode::Damaged));
    let back = turned.tasks.last().unwrap();
    assert_eq!(
        (back.kind, turned.expected_at(back).parcels),
        (TaskKind::Return, BTreeSet::from([3]))
    );
    assert!(turned.way_back().is_some());
    let over = turned.done(3, minutes(40), &signed()).unwrap().unwrap();
    assert_eq!((over.state.name(), over.owes_return()), ("returned", true));
    assert_eq!(at_last(FailureCode::Lost).state.name(), "delivered", "nothing is on the bike");
}

#[test]
fn a_pin_is_waived_for_a_name_and_not_afterwards() {
    let mut asking = picked_up();
    asking.tasks[1].stop.needs = Some(Needs::from_iter([Need::Pin, Need::Photo]));
    let waived = asking.waive_pin(task_id(2)).unwrap().unwrap();
    assert_eq!(waived.tasks[1].needs(), Needs::from_iter([Need::Name, Need::Photo]));
    assert_eq!(waived.version, asking.version + 1);
    assert_eq!(waived.waive_pin(task_id(2)), Ok(None));
    assert_eq!(asking.waive_pin(task_id(7)), Err(DeliveryError::NoSuchTask));
    let over = asking.fail_task(courier(1), task_id(2), minutes(20), lost(), task_id(3));
    assert!(over.unwrap().unwrap().waive_pin(task_id(2)).is_err());
}
