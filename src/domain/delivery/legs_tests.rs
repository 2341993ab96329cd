use proptest::prelude::*;

use super::*;
use crate::domain::delivery::Holding;
use crate::domain::geo::Position;
use crate::domain::handover::{Handover, Known, Shown};
use crate::domain::ids::{CourierId, HubId, MerchantId, uuid_v7};
use crate::domain::money::Currency;
use crate::domain::task::{Failure, FailureCode, Step};
use crate::domain::text::{Address, Instructions, Name, Note};

const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn minutes(n: i64) -> Timestamp {
    T0 + Seconds(60 * n)
}

fn task_id(n: u8) -> TaskId {
    TaskId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn courier(n: u8) -> CourierId {
    CourierId::from_uuid(uuid_v7(T0, [n; 10]))
}

fn place(n: i32) -> Position {
    Position::from_micro_degrees(48_850_000 + 10_000 * n, 2_350_000).unwrap()
}

/// From place 0 (task 1) to place 9 (task 2), ready in ten minutes, due in sixty.
fn whole() -> Delivery {
    let stop =
        |n| Stop { place: place(n), address: None, contact: None, window: None, needs: None };
    let task = |n, kind, at| Task {
        id: task_id(n),
        kind,
        stop: stop(at),
        state: TaskState::Todo,
        rank: 0,
    };
    Delivery {
        id: DeliveryId::from_uuid(uuid_v7(T0, [9; 10])),
        merchant_id: MerchantId::from_uuid(uuid_v7(T0, [8; 10])),
        external_reference: None,
        placed_at: T0,
        ready_at: minutes(10),
        due_at: minutes(60),
        price: Money::new(900, Currency::EUR),
        packages: Vec::new(),
        instructions: Instructions::new("Keep it upright").ok(),
        if_undeliverable: IfUndeliverable::Keep,
        tasks: vec![task(1, TaskKind::Pickup, 0), task(2, TaskKind::Dropoff, 9)],
        state: DeliveryState::Open,
        version: 1,
        reopened: 0,
        desk: Desk::default(),
        leg: Leg::Whole,
    }
}

/// At place 5, so many tries into a day: twelve minutes there, fifteen from there on.
fn plan(now: Timestamp, n: u8) -> SplitPlan {
    SplitPlan {
        hub: Hub {
            id: HubId::from_uuid(uuid_v7(T0, [5; 10])),
            name: Name::new("Depot").unwrap(),
            place: place(5),
            address: Address::new("Quay 1").unwrap(),
            instructions: Instructions::new("Key in the box").ok(),
            closed_at: None,
        },
        feeder: DeliveryId::from_uuid(uuid_v7(T0, [100 + n; 10])),
        pickup: task_id(100 + n),
        dropoff: task_id(150 + n),
        first_s: Seconds(720),
        onward_s: Seconds(900),
        now,
    }
}

fn split(delivery: &Delivery) -> (Delivery, Delivery) {
    let plan = plan(T0, 0);
    (delivery.feeder(&plan).unwrap(), delivery.split(&plan).unwrap().unwrap())
}

#[test]
fn both_legs_have_their_ways_and_times_and_only_one_has_the_price() {
    let (first, second) = split(&whole());
    let places = |leg: &Delivery| leg.tasks.iter().map(|one| one.stop.place).collect::<Vec<_>>();
    assert_eq!(places(&first), [place(0), place(5)]);
    assert_eq!(places(&second), [place(5), place(9)]);
    assert_eq!((first.price.amount, second.price.amount), (0, 900));
    assert_eq!((first.ready_at, first.due_at), (minutes(10), minutes(45)));
    assert_eq!((second.ready_at, second.due_at), (minutes(22), minutes(60)));
    assert_eq!(first.tasks[1].needs(), Needs::default());
    assert_eq!(first.instructions, whole().instructions);
    assert!(first.is_to_be_had() && !second.is_to_be_had());
}

#[test]
fn what_is_late_already_is_due_at_the_hub_as_soon_as_it_can_be() {
    let late = Delivery { due_at: minutes(20), ..whole() };
    assert_eq!(split(&late).0.due_at, minutes(22));
}

#[test]
fn taking_it_back_leaves_what_was_there() {
    let (_, second) = split(&whole());
    let joined = second.rejoin(minutes(5)).unwrap().unwrap();
    assert_eq!(Delivery { version: 1, ..joined.clone() }, whole());
    assert_eq!(joined.rejoin(minutes(6)), Ok(None));
}

#[test]
fn a_kitchen_that_is_late_delays_both_legs_alike() {
    let (first, second) = split(&whole());
    let second = second.ready(T0, minutes(20)).unwrap().unwrap();
    assert_eq!((second.ready_at, second.due_at), (minutes(32), minutes(70)));
    let first = first.ready(T0, minutes(20)).unwrap().unwrap();
    assert_eq!((first.ready_at, first.due_at), (minutes(20), minutes(55)));
    assert_eq!(second.ready(T0, minutes(20)), Ok(None));
}

#[test]
fn what_cannot_be_split_says_why() {
    let refused = |delivery: &Delivery| delivery.split(&plan(T0, 1)).unwrap_err();
    let (first, second) = split(&whole());
    assert_eq!(refused(&first), LegError::Split.into());
    assert_eq!(second.split(&plan(T0, 1)), Ok(None), "at the same hub it is so already");
    let mut elsewhere = plan(T0, 1);
    elsewhere.hub.id = HubId::from_uuid(uuid_v7(T0, [6; 10]));
    assert_eq!(second.split(&elsewhere), Err(LegError::Split.into()));
    let locked = whole().lock().unwrap().unwrap();
    assert_eq!(refused(&locked), DeliveryError::Locked);
    let mut two = whole();
    two.tasks.insert(0, Task { id: task_id(7), ..two.tasks[0].clone() });
    assert_eq!(refused(&two), LegError::Pickups.into());
    let mut closed = plan(T0, 1);
    closed.hub.closed_at = Some(T0);
    assert_eq!(whole().split(&closed), Err(LegError::Closed.into()));
}

/// What may happen to either leg, with a number that chooses among its like.
#[derive(Clone, Copy, Debug)]
enum Move {
    Split,
    Join,
    Cancel { first: bool },
    Assign { first: bool },
    Unassign { first: bool },
    Done { first: bool, task: usize },
    Fail { first: bool, task: usize },
    CallBack { first: bool },
    Undo { first: bool, task: usize },
    GiveUp { first: bool },
}

fn any_move() -> impl Strategy<Value = Move> {
    let task = 0..3usize;
    prop_oneof![
        3 => Just(Move::Split),
        1 => Just(Move::Join),
        1 => any::<bool>().prop_map(|first| Move::Cancel { first }),
        4 => any::<bool>().prop_map(|first| Move::Assign { first }),
        1 => any::<bool>().prop_map(|first| Move::Unassign { first }),
        8 => (any::<bool>(), task.clone()).prop_map(|(first, task)| Move::Done { first, task }),
        2 => (any::<bool>(), task.clone()).prop_map(|(first, task)| Move::Fail { first, task }),
        1 => any::<bool>().prop_map(|first| Move::CallBack { first }),
        3 => (any::<bool>(), task).prop_map(|(first, task)| Move::Undo { first, task }),
        1 => any::<bool>().prop_map(|first| Move::GiveUp { first }),
    ]
}

/// What a courier, the desk or the clock makes of one leg; `None` where it may not be, or is so already.
fn made(leg: &Delivery, what: Move, at: Timestamp) -> Option<Delivery> {
    let why = Failure { code: FailureCode::Refused, note: None };
    let task = |n: usize| leg.tasks.get(n).map(|task| task.id);
    let shown = Shown { signed_by: Name::new("Mila").ok(), ..Shown::default() };
    let by = courier(1);
    let handover = Handover { shown, missing: Vec::new() };
    let back = TaskId::from_uuid(uuid_v7(at, [200; 10]));
    match what {
        Move::Assign { .. } => {
            leg.assign(Holding { courier: by, since: at, by_hand: true }).ok()?
        }
        Move::Unassign { .. } => leg.unassign().ok()?,
        Move::Cancel { .. } => leg.cancel(at, Note::new("no").unwrap()).ok()?,
        Move::CallBack { .. } => leg.call_back(at, why, back).ok()?,
        Move::GiveUp { .. } => leg.give_up(at),
        Move::Done { task: n, .. } => {
            leg.complete_task(by, task(n)?, at, &handover, &Known::default(), back).ok()?
        }
        Move::Fail { task: n, .. } => leg.fail_task(by, task(n)?, at, why, back).ok()?,
        Move::Undo { task: n, .. } => {
            let step = [Step::Done, Step::Failed];
            let undone =
                step.map(|step| leg.undo_task(by, task(n)?, step, at, Seconds(600)).ok()?);
            undone.into_iter().flatten().next()
        }
        Move::Split | Move::Join => None,
    }
}

/// Whether somebody has the goods on the bike, or has handed them over to whom they are for.
fn has_goods(leg: &Delivery) -> bool {
    matches!(leg.state.name(), "picked_up" | "returning" | "delivered" | "returned")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn goods_are_never_in_two_places(moves in prop::collection::vec(any_move(), 1..40)) {
        let (mut second, mut first): (Delivery, Option<Delivery>) = (whole(), None);
        for (n, what) in moves.into_iter().enumerate() {
            let at = minutes(10 + i64::try_from(n).unwrap());
            let plan = plan(at, u8::try_from(n).unwrap());
            match what {
                Move::Split => {
                    if let Ok(Some(after)) = second.split(&plan) {
                        first = Some(second.feeder(&plan).unwrap());
                        second = after;
                    }
                }
                Move::Join | Move::Cancel { first: false } => {
                    let after = match what {
                        Move::Join => second.rejoin(at).ok().flatten(),
                        _ => made(&second, what, at),
                    };
                    if let Some(after) = after {
                        if second.leg.goods() == Some(Goods::AtSender) {
                            first = first.and_then(|leg| leg.not_needed(at));
                            prop_assert!(first.is_some());
                        }
                        second = after;
                    }
                }
                Move::Cancel { first: true }
                | Move::Assign { first: true }
                | Move::Unassign { first: true }
                | Move::Done { first: true, .. }
                | Move::Fail { first: true, .. }
                | Move::CallBack { first: true }
                | Move::Undo { first: true, .. }
                | Move::GiveUp { first: true } => {
                    let after = first.as_ref().and_then(|leg| made(leg, what, at));
                    if let Some(after) = after {
                        // In one transaction: where the second leg may not follow, the first one stays.
                        if let Ok(followed) = second.follow(&after, at) {
                            second = followed.unwrap_or(second);
                            first = Some(after);
                        }
                    }
                }
                Move::Assign { .. }
                | Move::Unassign { .. }
                | Move::Done { .. }
                | Move::Fail { .. }
                | Move::CallBack { .. }
                | Move::Undo { .. }
                | Move::GiveUp { .. } => second = made(&second, what, at).unwrap_or(second),
            }
            let Some(first) = &first else { continue };
            if has_goods(&second) {
                // The hub had them, or they are back and it is whole.
                let left = matches!(first.state.name(), "delivered")
                    || second.leg == Leg::Whole && !first.state.name().starts_with("picked");
                prop_assert!(left, "{:?} {:?}", first.state, second.state);
            }
            // Whatever happens, one of them goes on or a person is told.
            if let Leg::FromHub(leg) = &second.leg
                && second.state.is_before_pickup()
            {
                let moves = !first.state.is_over() && leg.fed_by == first.id;
                prop_assert!(moves || matches!(leg.goods, Goods::AtHub | Goods::Astray));
            }
        }
    }
}
