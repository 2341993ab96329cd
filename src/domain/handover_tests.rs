use super::*;
use crate::domain::ids::uuid_v7;
use crate::domain::pin::{PIN_TRIES_MAX, PinError};
use crate::domain::time::Timestamp;

fn delivery(n: u8) -> DeliveryId {
    DeliveryId::from_uuid(uuid_v7(Timestamp::from_seconds(1_800_000_000), [n; 10]))
}

fn code(number: u16) -> ParcelCode {
    ParcelCode { delivery: delivery(1), number }
}

fn picture(kind: ProofKind) -> Announced {
    let id = ProofId::from_uuid(uuid_v7(Timestamp::from_seconds(1_800_000_000), [7; 10]));
    Announced { id, kind }
}

fn missing(parcel: u16) -> Missing {
    Missing { parcel, code: FailureCode::Damaged, note: None }
}

/// At the only door, with three parcels.
fn check(
    needs: &[Need],
    handover: &Handover,
    known: &Known,
) -> Result<Option<Proof>, HandoverError> {
    let expected = Expected { parcels: BTreeSet::from([1, 2, 3]), last: true };
    handover.check(delivery(1), &needs.iter().copied().collect(), &expected, known)
}

fn guarded(wrong: u8) -> Known {
    let guard = Guard { pin: "0417".parse().unwrap(), wrong };
    Known { guard: Some(guard), ..Known::default() }
}

fn saying(pin: &str) -> Handover {
    let shown = Shown { pin: pin.parse().ok(), ..Shown::default() };
    Handover { shown, missing: Vec::new() }
}

#[test]
fn a_pin_is_four_digits_and_is_not_told_by_accident() {
    for wrong in ["", "041", "04170", "04a7", "٠٤١٧"] {
        assert_eq!(wrong.parse::<Pin>(), Err(PinError), "{wrong}");
    }
    let pin = Pin::of_chance(10_417_u32.to_be_bytes());
    assert_eq!(pin.as_str(), "0417");
    assert_eq!(format!("{pin:?}"), "Pin(****)");
    assert!(!format!("{:?}", saying("0417")).contains("0417"));
}

#[test]
fn five_wrong_pins_and_none_is_looked_at_any_more() {
    let needs = [Need::Pin];
    for wrong in 0..PIN_TRIES_MAX {
        let left = PIN_TRIES_MAX - wrong - 1;
        let outcome = check(&needs, &saying("9999"), &guarded(wrong));
        assert_eq!(outcome, Err(HandoverError::PinWrong { left }));
        let right = check(&needs, &saying("0417"), &guarded(wrong)).unwrap();
        assert_eq!(right, Some(Proof { pin: true, ..Proof::default() }));
        let silent = check(&needs, &Handover::default(), &guarded(wrong));
        assert_eq!(silent, Err(HandoverError::PinMissing), "nothing was tried");
    }
    for said in ["0417", "9999"] {
        let locked = check(&needs, &saying(said), &guarded(PIN_TRIES_MAX));
        assert_eq!(locked, Err(HandoverError::PinLocked));
    }
}

#[test]
fn what_lacks_is_named_all_at_once_and_costs_no_try() {
    let needs = Need::ALL;
    let lacks = vec![Need::Name, Need::Photo, Need::Signature, Need::Scan];
    let outcome = check(&needs, &saying("9999"), &guarded(0));
    assert_eq!(outcome, Err(HandoverError::ProofMissing { lacks }));
}

#[test]
fn a_picture_counts_when_it_is_here_and_when_it_is_announced() {
    let announced = |kind| Handover {
        shown: Shown { pictures: BTreeSet::from([picture(kind)]), ..Shown::default() },
        missing: Vec::new(),
    };
    let here = |kind| Known { pictures: BTreeSet::from([kind]), guard: None };
    let (photo, nothing) = (&[Need::Photo], Handover::default());
    assert!(check(photo, &announced(ProofKind::Photo), &Known::default()).is_ok());
    assert!(check(photo, &nothing, &here(ProofKind::Photo)).is_ok());
    assert!(check(photo, &announced(ProofKind::Signature), &Known::default()).is_err());
    assert!(check(photo, &nothing, &here(ProofKind::Signature)).is_err());
}

#[test]
fn each_parcel_is_read_or_named_missing_and_never_both() {
    let reading = |numbers: &[u16], missing: Vec<Missing>| {
        let scanned = numbers.iter().map(|number| code(*number)).collect();
        let handover = Handover { shown: Shown { scanned, ..Shown::default() }, missing };
        check(&[Need::Scan], &handover, &Known::default())
    };
    let all = Proof { scanned: vec![1, 2, 3], ..Proof::default() };
    assert_eq!(reading(&[1, 2, 3], Vec::new()), Ok(Some(all)));
    assert!(reading(&[1, 3], vec![missing(2)]).is_ok());
    let lacks = vec![Need::Scan];
    assert_eq!(reading(&[1, 3], Vec::new()), Err(HandoverError::ProofMissing { lacks }));
    assert_eq!(reading(&[1, 2, 3], vec![missing(2)]), Err(HandoverError::Twice(2)));
    assert_eq!(reading(&[1], vec![missing(2), missing(2)]), Err(HandoverError::Twice(2)));
    assert_eq!(reading(&[1, 2, 3, 4], Vec::new()), Err(HandoverError::Parcel(4)));
    let none = vec![missing(1), missing(2), missing(3)];
    assert_eq!(reading(&[], none), Err(HandoverError::NothingLeft));
    let foreign = ParcelCode { delivery: delivery(2), number: 1 };
    let scanned = BTreeSet::from([foreign]);
    let handover = Handover { shown: Shown { scanned, ..Shown::default() }, missing: Vec::new() };
    let outcome = check(&[], &handover, &Known::default());
    assert_eq!(outcome, Err(HandoverError::Foreign(foreign)));
}

#[test]
fn a_code_is_read_as_it_is_written() {
    for number in [1, 20, 200] {
        assert_eq!(code(number).to_string().parse(), Ok(code(number)));
    }
    let id = delivery(1);
    for wrong in
        [format!("{id}"), format!("{id}#0"), format!("{id}#01"), format!("{id}#+1"), "#1".into()]
    {
        assert_eq!(wrong.parse::<ParcelCode>(), Err(ParcelCodeError), "{wrong}");
    }
}
