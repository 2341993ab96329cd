use super::*;
use crate::domain::delivery::Holding;
use crate::domain::delivery::{IfUndeliverable, Leg};
use crate::domain::geo::Position;
use crate::domain::ids::{DeliveryId, MerchantId, TaskId, uuid_v7};
use crate::domain::money::{Currency, Money};
use crate::domain::task::TaskKind;

const T0: Timestamp = Timestamp::from_seconds(1_772_366_400);

fn minutes(count: i64) -> Timestamp {
    T0 + Seconds(60 * count)
}

fn tags(names: &[&str]) -> BTreeSet<Tag> {
    names.iter().map(|name| Tag::new(name).unwrap()).collect()
}

/// Ready in ten minutes, due in forty, its drop-off between thirty and forty.
fn a_delivery() -> Delivery {
    let place = Position::from_degrees(48.85, 2.35).unwrap();
    let window = Some(TimeWindow::new(minutes(30), minutes(40)).unwrap());
    let stop = Stop { place, address: None, contact: None, window, needs: None };
    let id = TaskId::from_uuid(uuid_v7(T0, [1; 10]));
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
        tasks: vec![Task { id, kind: TaskKind::Dropoff, stop, state: TaskState::Todo, rank: 0 }],
        state: DeliveryState::Open,
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

fn held_by(courier: u8) -> Holding {
    let courier = CourierId::from_uuid(uuid_v7(T0, [courier; 10]));
    Holding { courier, since: T0, by_hand: true }
}

#[test]
fn what_is_locked_stays_where_it_is_until_it_is_let_go() {
    let open = a_delivery().lock().unwrap().unwrap();
    assert_eq!(open.lock(), Ok(None));
    assert_eq!(open.assign(held_by(1)), Err(DeliveryError::Locked));
    let held = open.unlock().unwrap().assign(held_by(1)).unwrap().unwrap();
    let held = held.lock().unwrap().unwrap();
    assert_eq!(held.assign(held_by(1)), Ok(None), "where it is already, it may be");
    assert_eq!(held.assign(held_by(2)), Err(DeliveryError::Locked));
    assert_eq!(held.unassign(), Err(DeliveryError::Locked));
    assert_eq!(held.reschedule(T0, minutes(90), T0), Err(DeliveryError::Locked));
    assert_eq!(held.version, 5, "each change is counted");
}

#[test]
fn other_times_move_the_windows_along() {
    let moved = a_delivery().reschedule(minutes(20), minutes(70), T0).unwrap().unwrap();
    let window = moved.tasks[0].stop.window.unwrap();
    assert_eq!((window.after(), window.before()), (minutes(60), minutes(70)));
    assert_eq!((moved.ready_at, moved.due_at), (minutes(20), minutes(70)));
    assert_eq!(moved.reschedule(minutes(20), minutes(70), T0), Ok(None));
    let early = DeliveryError::TooEarly { due_at: minutes(15), after: minutes(20) };
    assert_eq!(moved.reschedule(minutes(20), minutes(15), T0), Err(early));
    let over = moved.cancel(T0, Note::new("sold out").unwrap()).unwrap().unwrap();
    assert!(over.reschedule(minutes(20), minutes(90), T0).is_err());
}

#[test]
fn tags_are_a_bounded_set() {
    let tagged = a_delivery().tag(&tags(&["vip", "fragile"]), &tags(&[])).unwrap().unwrap();
    assert_eq!(tagged.tag(&tags(&["vip"]), &tags(&["unknown"])), Ok(None));
    let less = tagged.tag(&tags(&["cold"]), &tags(&["vip"])).unwrap().unwrap();
    assert_eq!(less.desk.tags, tags(&["cold", "fragile"]));
    let many: Vec<String> = (0..TAGS_MAX).map(|n| format!("tag {n}")).collect();
    let many = tags(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(less.tag(&many, &tags(&[])), Err(DeliveryError::TooManyTags));
}

#[test]
fn only_a_cancellation_is_taken_back() {
    let cancelled = a_delivery().cancel(T0, Note::new("mistake").unwrap()).unwrap().unwrap();
    let price = Some(a_delivery().price);
    assert!(cancelled.restore(None).is_err(), "the shop's, with a fee that is in the books");
    let free = Delivery { price: Money::new(0, Currency::EUR), ..cancelled };
    let open = free.restore(price).unwrap().unwrap();
    assert_eq!((open.state.name(), open.tasks[0].state.name()), ("open", "todo"));
    assert_eq!(Some(open.price), price);
    assert_eq!(open.restore(price), Ok(None));
    assert!(a_delivery().assign(held_by(1)).unwrap().unwrap().restore(price).is_err());
}

#[test]
fn a_note_is_written_and_wiped() {
    let note = Note::new("ring at 4B").ok();
    let noted = a_delivery().annotate(note.clone()).unwrap();
    assert_eq!(noted.annotate(note), None);
    assert_eq!(noted.annotate(None).unwrap().desk, Desk::default());
}
