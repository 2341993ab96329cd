use proptest::prelude::*;
use serde_json::json;

use super::*;

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Lunch and dinner on weekdays; Saturday until two in the night; closed on a Wednesday.
fn bistro() -> Kitchen {
    serde_json::from_value(json!({
        "hours": [
            { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
            { "weekdays": [1, 2, 3, 4, 5], "from": "18:30", "to": "22:00" },
            { "weekdays": [6], "from": "18:00", "to": "02:00" },
        ],
        "closed": [{ "day": "2026-03-04", "reason": "inventory" }],
        "preparation_minutes": 20,
        "confirms": { "answer_minutes": 5, "silence": "refused" },
    }))
    .unwrap()
}

#[test]
fn it_is_open_by_the_clock_on_the_wall_and_past_midnight() {
    let open = |text: &str| bistro().open_at(at(text), &paris());
    for (text, is) in [
        ("2026-03-02T10:29:59Z", false),
        ("2026-03-02T10:30:00Z", true),
        ("2026-03-02T12:59:59Z", true),
        ("2026-03-02T13:00:00Z", false),
        // A closed day; and the Saturday's night on Sunday.
        ("2026-03-04T11:00:00Z", false),
        ("2026-03-08T00:59:59Z", true),
        ("2026-03-08T01:00:00Z", false),
        // Summer: an hour earlier by UTC.
        ("2026-03-30T09:30:00Z", true),
        ("2026-03-30T12:00:00Z", false),
    ] {
        assert_eq!(open(text), is, "{text}");
    }
}

#[test]
fn what_is_asked_for_while_it_is_closed_names_the_next_opening() {
    let kitchen = bistro();
    let ready = |asked: Option<&str>, now: &str| {
        kitchen.ready_at(asked.map(at), at(now), None, &paris()).map(|at| at.to_string())
    };
    let noon = "2026-03-02T11:00:00Z";
    assert_eq!(ready(None, noon), Ok("2026-03-02T11:20:00.000Z".to_owned()));
    assert_eq!(
        ready(Some("2026-03-03T12:00:00Z"), noon),
        Ok("2026-03-03T12:00:00.000Z".to_owned())
    );
    let next = |refused: Result<String, Closed>| {
        refused.unwrap_err().next_opening.map(|at| at.to_string())
    };
    let evening = Some("2026-03-02T17:30:00.000Z".to_owned());
    assert_eq!(next(ready(None, "2026-03-02T14:00:00Z")), evening);
    // Too late for the counter, though the door is open.
    assert_eq!(next(ready(None, "2026-03-02T12:50:00Z")), evening);
    let closed = ready(Some("2026-03-04T11:00:00Z"), noon).unwrap_err();
    assert_eq!(
        closed.to_string(),
        "the kitchen is closed at 2026-03-04T11:00:00.000Z (inventory); it opens next at \
         2026-03-05T10:30:00.000Z: give a `ready_at` from then on"
    );
}

#[test]
fn a_rush_makes_it_longer_until_it_is_over() {
    let kitchen = bistro();
    let until = at("2026-03-02T11:30:00Z");
    let rush = Some(Rush { extra_minutes: Minutes::try_from(15).unwrap(), until });
    let ready = |now: &str| kitchen.ready_at(None, at(now), rush, &paris()).unwrap().to_string();
    assert_eq!(ready("2026-03-02T11:29:59Z"), "2026-03-02T12:04:59.000Z");
    assert_eq!(ready("2026-03-02T11:30:00Z"), "2026-03-02T11:50:00.000Z");
}

#[test]
fn the_time_to_answer_begins_when_it_opens() {
    let by = |now: &str| bistro().asks(at(now), &paris()).unwrap().0.to_string();
    assert_eq!(by("2026-03-02T11:00:00Z"), "2026-03-02T11:05:00.000Z");
    assert_eq!(by("2026-03-02T14:00:00Z"), "2026-03-02T17:35:00.000Z");
}

#[test]
fn a_week_has_no_two_spans_at_one_time_and_none_of_no_length() {
    let week = |hours: serde_json::Value| {
        Week::try_from(serde_json::from_value::<Vec<Hours>>(hours).unwrap()).map(|_| ())
    };
    let span =
        |days: &[u8], from: &str, to: &str| json!({ "weekdays": days, "from": from, "to": to });
    assert_eq!(week(json!([span(&[1], "08:00", "12:00"), span(&[1], "12:00", "24:00")])), Ok(()));
    assert_eq!(week(json!([span(&[1, 2, 3, 4, 5, 6, 7], "00:00", "24:00")])), Ok(()));
    assert_eq!(week(json!([])), Err(WeekError::Count));
    assert_eq!(week(json!([span(&[8], "08:00", "12:00")])), Err(WeekError::Days { number: 1 }));
    assert_eq!(week(json!([span(&[1], "08:00", "08:00")])), Err(WeekError::Empty { number: 1 }));
    assert_eq!(week(json!([span(&[1], "24:00", "08:00")])), Err(WeekError::Empty { number: 1 }));
    let overlap = |number, other| Err(WeekError::Overlap { number, other });
    assert_eq!(
        week(json!([span(&[1], "08:00", "12:00"), span(&[1, 2], "11:59", "13:00")])),
        overlap(1, 2)
    );
    // Sunday's night, and Monday's morning.
    assert_eq!(
        week(json!([span(&[7], "20:00", "06:00"), span(&[1], "05:00", "09:00")])),
        overlap(1, 2)
    );
    assert_eq!(week(json!([span(&[1, 1], "08:00", "12:00")])), overlap(1, 1));
}

#[test]
fn a_closed_day_is_named_once() {
    let day = json!({ "day": "2026-12-25", "reason": "Christmas" });
    assert!(serde_json::from_value::<ClosedDays>(json!([day])).is_ok());
    assert!(serde_json::from_value::<ClosedDays>(json!([day, day])).is_err());
}

/// Spans between cuts of the week, in order: never two at one time.
fn kitchens() -> impl Strategy<Value = Kitchen> {
    let cuts = prop::collection::btree_set(0_u16..WEEK_MINUTES, 2..12);
    let closed = prop::collection::btree_set(0_u16..60, 0..6);
    (cuts, closed, 0_u16..=240).prop_map(|(cuts, closed, preparation)| {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let cuts: Vec<u16> = cuts.into_iter().collect();
        let hours: Vec<_> = cuts
            .chunks_exact(2)
            .map(|cut| {
                let to = cut[1].min(cut[0] + DAY_MINUTES - 1);
                json!({
                    "weekdays": [cut[0] / DAY_MINUTES + 1],
                    "from": clock(cut[0] % DAY_MINUTES), "to": clock(to % DAY_MINUTES),
                })
            })
            .collect();
        let first: Day = "2026-03-01".parse().unwrap();
        let closed: Vec<_> = closed
            .into_iter()
            .map(|after| json!({ "day": first.plus(after), "reason": "closed" }))
            .collect();
        serde_json::from_value(json!({
            "hours": hours, "closed": closed, "preparation_minutes": preparation,
        }))
        .unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever the kitchen, what it promises it is there for; and it opens when it says.
    #[test]
    fn nothing_is_ready_behind_a_closed_door(
        kitchen in kitchens(),
        // Sixty days from March on, over the night that lacks an hour.
        minute in 0_i64..60 * 24 * 60,
        asked in prop::option::of(0_i64..60 * 24 * 60),
        rush in prop::option::of((1_u16..=240, 0_i64..60 * 24 * 60)),
    ) {
        let zone = paris();
        let moment = |minute| at("2026-03-01T00:00:00Z") + Seconds::from_minutes(minute);
        let now = moment(minute);
        let rush = rush.map(|(extra, until)| Rush {
            extra_minutes: Minutes::try_from(extra).unwrap(), until: moment(until),
        });
        match kitchen.ready_at(asked.map(moment), now, rush, &zone) {
            Ok(ready_at) => {
                prop_assert!(kitchen.open_at(ready_at, &zone));
                prop_assert!(ready_at >= now);
                if asked.is_none() {
                    prop_assert!(kitchen.open_at(now, &zone));
                    prop_assert_eq!(ready_at, now + kitchen.preparation(now, rush));
                }
            }
            Err(closed) => {
                prop_assert!(!kitchen.open_at(closed.at, &zone));
                let opens = closed.next_opening.unwrap();
                prop_assert!(opens > closed.at);
                prop_assert!(kitchen.open_at(opens, &zone));
                // Closed all the way.
                let minutes = opens.since(closed.at).0 / 60;
                for step in (0..minutes).step_by(7) {
                    prop_assert!(!kitchen.open_at(closed.at + Seconds::from_minutes(step), &zone));
                }
            }
        }
    }
}
