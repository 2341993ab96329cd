use super::*;
use crate::domain::delivery::{IfUndeliverable, Leg};
use crate::domain::desk::Desk;
use crate::domain::geo::Position;
use crate::domain::hub::HubSeen;
use crate::domain::ids::{CourierId, HubId, MerchantId, uuid_v7};
use crate::domain::money::{Currency, Money};
use crate::domain::task::{Stop, Task, TaskState};
use crate::domain::text::Note;

const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn task_id(n: u8) -> TaskId {
    TaskId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn tour_id(n: u8) -> TourId {
    TourId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn by_hand(n: u8) -> Holding {
    Holding { courier: CourierId::from_uuid(uuid_v7(T0, [n; 10])), since: T0, by_hand: true }
}

/// Number n, with pickup 2n and drop-off 2n + 1.
fn delivery(n: u8) -> Delivery {
    let place = Position::from_degrees(48.85, 2.35).unwrap();
    let task = |n, kind| Task {
        id: task_id(n),
        kind,
        stop: Stop { place, address: None, contact: None, window: None, needs: None },
        state: TaskState::Todo,
        rank: 0,
    };
    Delivery {
        id: DeliveryId::from_uuid(uuid_v7(T0, [n; 10])),
        merchant_id: MerchantId::from_uuid(uuid_v7(T0, [8; 10])),
        external_reference: None,
        placed_at: T0,
        ready_at: T0,
        due_at: T0 + Seconds(3600),
        price: Money::new(900, Currency::EUR),
        packages: Vec::new(),
        instructions: None,
        if_undeliverable: IfUndeliverable::Keep,
        tasks: vec![task(2 * n, TaskKind::Pickup), task(2 * n + 1, TaskKind::Dropoff)],
        state: DeliveryState::Open,
        reopened: 0,
        version: 1,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

fn tasks(numbers: &[u8]) -> Vec<TaskId> {
    numbers.iter().map(|n| task_id(*n)).collect()
}

#[test]
fn stops_stand_as_asked_for_and_the_others_behind() {
    let two = [delivery(1), delivery(2)];
    assert_eq!(arrange(&[], &two), Ok(tasks(&[2, 3, 4, 5])));
    assert_eq!(arrange(&tasks(&[4, 2, 9, 4]), &two), Ok(tasks(&[4, 2, 3, 5])));
    assert_eq!(arrange(&tasks(&[3, 2]), &two), Err(TourError::PickupFirst));
}

#[test]
fn goods_come_to_a_hub_before_they_are_taken_on_there() {
    let id = HubId::from_uuid(uuid_v7(T0, [1; 10]));
    let hub = HubSeen { id, name: Name::new("Depot").unwrap(), instructions: None };
    let leg = Leg::ToHub { hub, feeds: delivery(1).id };
    let two = [delivery(1), Delivery { leg, ..delivery(2) }];
    assert_eq!(arrange(&[], &two), Ok(tasks(&[4, 5, 2, 3])));
    assert_eq!(arrange(&tasks(&[4, 2, 5, 3]), &two), Err(TourError::PickupFirst));
}

#[test]
fn a_tour_has_an_end() {
    let many: Vec<Delivery> = (0..101).map(delivery).collect();
    assert_eq!(arrange(&[], &many), Err(TourError::TooLong));
    assert_eq!(arrange(&[], &many[..100]).map(|stops| stops.len()), Ok(200));
}

#[test]
fn in_a_route_the_stops_of_a_tour_keep_their_places_among_the_others() {
    let route = tasks(&[2, 30, 3, 31, 4, 5]);
    assert_eq!(ordered(&route, &tasks(&[4, 2, 5, 3])), tasks(&[4, 30, 2, 31, 5, 3]));
    // A stop that is done is in the route no more.
    assert_eq!(ordered(&tasks(&[30, 3]), &tasks(&[2, 3])), tasks(&[30, 3]));
}

#[test]
fn a_tour_is_given_in_its_order_and_what_is_locked_keeps_it_from_that() {
    let locked = delivery(2).lock().unwrap().unwrap();
    let mine = delivery(3).assign(by_hand(1)).unwrap().unwrap();
    let members = [delivery(1), mine.clone(), delivery(2)];
    let order = tasks(&[4, 2, 3, 5]);
    let given = to_give(&order, &members, by_hand(1)).unwrap();
    let given: Vec<DeliveryId> = given.iter().map(|delivery| delivery.id).collect();
    assert_eq!(given, [delivery(2).id, delivery(1).id], "what this courier has is given");
    assert_eq!(to_give(&order, &members, by_hand(2)).unwrap().len(), 3, "and another one gets it");
    let refusal = TourError::Delivery { delivery: locked.id, cause: DeliveryError::Locked };
    let with_locked = [delivery(1), locked];
    assert_eq!(to_give(&order, &with_locked, by_hand(1)), Err(refusal));

    let back = to_take_back(&members).unwrap();
    assert_eq!(back, [&mine]);
    let kept = mine.lock().unwrap().unwrap();
    assert!(to_take_back(&[kept]).is_err());
}

#[test]
fn a_delivery_is_in_one_tour_and_the_engine_leaves_it_alone() {
    let open = delivery(1);
    assert!(open.is_to_be_had());
    let joined = open.join(tour_id(1)).unwrap().unwrap();
    assert!(!joined.is_to_be_had());
    assert_eq!(joined.join(tour_id(1)), Ok(None), "already so");
    assert_eq!(joined.join(tour_id(2)), Err(DeliveryError::InTour));
    assert!(joined.leave_tour().unwrap().is_to_be_had());
    assert_eq!(open.leave_tour(), None);

    let by_engine = Holding { by_hand: false, ..by_hand(1) };
    let given = open.assign(by_engine).unwrap().unwrap();
    assert!(given.movable_from().is_some());
    assert!(given.join(tour_id(1)).unwrap().unwrap().movable_from().is_none());
    let over = open.cancel(T0, Note::new("closed").unwrap()).unwrap().unwrap();
    assert!(matches!(over.join(tour_id(1)), Err(DeliveryError::Illegal { .. })));
}
