use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::domain::handover::Need;

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with(more: Value) -> Terms {
    let mut terms = json!({
        "template": {
            "dropoffs": [{
                "place": { "latitude": 48.86, "longitude": 2.35 },
                "between": { "from": "08:30", "to": "10:00" },
            }],
        },
        "rule": "FREQ=DAILY", "first_day": "2026-03-02", "ready": "08:00",
    });
    for (name, value) in more.as_object().unwrap() {
        terms[name] = value.clone();
    }
    serde_json::from_value(terms).unwrap()
}

fn order(terms: Terms, made_at: &str) -> StandingOrder {
    let id = StandingOrderId::from_uuid(Uuid::nil());
    StandingOrder::new(id, MerchantId::from_uuid(Uuid::nil()), terms, at(made_at))
}

fn texts(days: Vec<Day>) -> Vec<String> {
    days.into_iter().map(String::from).collect()
}

const FRANCE: Holidays = Holidays { france: true, own: BTreeSet::new() };

#[test]
fn eight_o_clock_stays_eight_o_clock() {
    let terms = with(json!({}));
    let times = |text: &str| {
        let request = terms.request(day(text), &paris()).unwrap();
        let window = request.dropoffs[0].window.unwrap();
        [request.ready_at.unwrap(), window.after(), window.before()].map(|at| at.to_string())
    };
    // Before and after the night that lacks an hour, and the one that has one twice.
    for (date, utc) in [("2026-03-28", 7), ("2026-03-29", 6), ("2026-10-24", 6), ("2026-10-25", 7)]
    {
        assert_eq!(
            times(date),
            [
                format!("{date}T{utc:02}:00:00.000Z"),
                format!("{date}T{utc:02}:30:00.000Z"),
                format!("{date}T{:02}:00:00.000Z", utc + 2),
            ]
        );
    }
    // A time that is left out is moved behind the gap; one that comes twice is the first.
    let night = with(json!({ "ready": "02:30" }));
    let ready = |text: &str| night.request(day(text), &paris()).unwrap().ready_at.unwrap();
    assert_eq!(ready("2026-03-29"), at("2026-03-29T01:30:00Z"));
    assert_eq!(ready("2026-10-25"), at("2026-10-25T00:30:00Z"));
}

#[test]
fn holidays_and_excluded_days_are_left_out_and_counted_all_the_same() {
    let may = json!({
        "rule": "FREQ=DAILY;COUNT=10", "first_day": "2026-05-01", "skips_holidays": true,
        "excluded": ["2026-05-04"],
    });
    let order = order(with(may), "2026-04-20T10:00:00Z");
    assert_eq!(
        texts(order.next(day("2026-04-20"), 10, &paris(), &FRANCE)),
        [
            "2026-05-02",
            "2026-05-03",
            "2026-05-05",
            "2026-05-06",
            "2026-05-07",
            "2026-05-09",
            "2026-05-10",
        ]
    );
    let none = Holidays::default();
    assert_eq!(order.next(day("2026-04-20"), 10, &paris(), &none).len(), 9);
}

#[test]
fn only_days_within_sight_are_due_and_none_before_it_was_made() {
    let order = order(with(json!({ "first_day": "2026-01-01" })), "2026-03-02T11:00:00Z");
    // Noon, and the goods are ready at eight: today's were.
    let due = texts(order.due(day("2026-03-02"), 2, &paris(), &FRANCE));
    assert_eq!(due, ["2026-03-03", "2026-03-04"]);
    // Who was away for days looks back on them.
    let late = texts(order.due(day("2026-03-05"), 1, &paris(), &FRANCE));
    assert_eq!(late, ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]);
}

#[test]
fn what_lies_in_a_pause_is_not_made_later() {
    let today = day("2026-03-02");
    let order = order(with(json!({})), "2026-03-02T06:00:00Z");
    let paused = order.pause(Some(day("2026-03-05"))).unwrap().unwrap();
    assert_eq!(paused.standing(today), Standing::Paused);
    assert_eq!(paused.pause(Some(day("2026-03-05"))), Ok(None));
    assert_eq!(texts(paused.due(today, 4, &paris(), &FRANCE)), ["2026-03-05", "2026-03-06"]);
    assert_eq!(paused.standing(day("2026-03-05")), Standing::Active);
    let tuesday = at("2026-03-03T06:00:00Z");
    let resumed = paused.resume(tuesday, day("2026-03-03")).unwrap().unwrap();
    assert_eq!(resumed.standing(day("2026-03-03")), Standing::Active);
    assert_eq!(
        texts(resumed.due(day("2026-03-03"), 1, &paris(), &FRANCE)),
        ["2026-03-03", "2026-03-04"]
    );
    assert_eq!(resumed.resume(tuesday, day("2026-03-04")), Ok(None));
    // At noon, today is over.
    let noon = paused.resume(at("2026-03-03T11:00:00Z"), day("2026-03-03")).unwrap().unwrap();
    assert_eq!(texts(noon.due(day("2026-03-03"), 1, &paris(), &FRANCE)), ["2026-03-04"]);
    let for_good = order.pause(None).unwrap().unwrap();
    assert!(for_good.due(today, 60, &paris(), &FRANCE).is_empty());
    let ended = order.end(at("2026-03-02T12:00:00Z")).unwrap();
    assert!(ended.next(today, 10, &paris(), &FRANCE).is_empty());
    assert_eq!(
        (ended.pause(None), ended.end(at("2026-03-03T12:00:00Z"))),
        (Err(StandingEnded), None)
    );
}

#[test]
fn a_change_is_for_the_days_to_come() {
    let order = order(with(json!({ "first_day": "2026-02-02" })), "2026-02-02T06:00:00Z");
    let mondays = with(json!({ "first_day": "2026-02-02", "rule": "FREQ=WEEKLY;BYDAY=MO" }));
    let tuesday = at("2026-03-03T06:00:00Z");
    let changed = order.change(mondays.clone(), tuesday).unwrap().unwrap();
    assert_eq!(texts(changed.due(day("2026-03-03"), 7, &paris(), &FRANCE)), ["2026-03-09"]);
    assert_eq!(changed.change(mondays, tuesday), Ok(None));
    // What was to begin in April begins now.
    let april = self::order(with(json!({ "first_day": "2026-04-01" })), "2026-03-01T06:00:00Z");
    assert_eq!(april.standing(day("2026-03-01")), Standing::Active, "waiting is no pause");
    let sooner = april.change(with(json!({})), at("2026-03-01T06:00:00Z")).unwrap().unwrap();
    assert_eq!(texts(sooner.due(day("2026-03-02"), 0, &paris(), &FRANCE)), ["2026-03-02"]);
}

#[test]
fn terms_that_cannot_be_are_refused() {
    let check = |more: Value| with(more).check(&paris());
    assert_eq!(check(json!({})), Ok(()));
    assert_eq!(check(json!({ "last_day": "2026-03-01" })), Err(TermsError::Backwards));
    let first_day = day("2026-03-02");
    let never = json!({ "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" });
    assert_eq!(check(never), Err(TermsError::Never { first_day }));
    assert_eq!(
        check(json!({ "rule": "FREQ=WEEKLY;BYDAY=SU", "last_day": "2026-03-07" })),
        Err(TermsError::Never { first_day })
    );
    // Ready after the window.
    let late = check(json!({ "ready": "11:00" }));
    assert!(matches!(late, Err(TermsError::Day { .. })), "{late:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whenever somebody looks, how often, and with what is known so far: each day of the rule once.
    #[test]
    fn each_day_is_made_once_whatever_the_ticks(
        // Hours from one look to the next; looks may come twice, and a server may be away for a week.
        pauses in prop::collection::vec(0_i64..200, 1..60),
        ahead in 0_u16..15,
        interval in 1_u8..4,
        rule in prop::sample::select(vec!["DAILY", "WEEKLY;BYDAY=MO,TH,SU", "MONTHLY;BYMONTHDAY=1,15,-1"]),
    ) {
        let frequency = rule.split(';').next().unwrap();
        let rest = rule.strip_prefix(frequency).unwrap();
        let rule = format!("FREQ={frequency};INTERVAL={interval}{rest}");
        let order = order(with(json!({ "rule": rule, "skips_holidays": true })), "2026-03-02T06:00:00Z");
        let mut made: BTreeMap<Day, u32> = BTreeMap::new();
        let mut now = at("2026-03-02T06:00:00Z");
        for hours in pauses {
            now = now + Seconds(hours * 3600);
            let due = order.due(Day::of(now, &paris()), ahead, &paris(), &FRANCE);
            let missing: Vec<Day> = due.into_iter().filter(|day| !made.contains_key(day)).collect();
            for day in missing {
                *made.entry(day).or_default() += 1;
            }
        }
        let horizon = Day::of(now, &paris()).plus(ahead);
        let expected: Vec<Day> =
            order.terms.days(&FRANCE).take_while(|day| *day <= horizon).collect();
        prop_assert_eq!(made.keys().copied().collect::<Vec<_>>(), expected);
        prop_assert!(made.values().all(|count| *count == 1));
    }
}

#[test]
fn what_has_to_be_shown_is_the_same_on_every_day() {
    let mut template = serde_json::to_value(with(json!({})).template).unwrap();
    template["dropoffs"][0]["needs"] = json!(["pin"]);
    let request = with(json!({ "template": template })).request(day("2026-03-04"), &paris());
    let needs = request.unwrap().dropoffs.remove(0).needs;
    assert_eq!(needs, Some(Needs::from_iter([Need::Pin])));
    let mut at_pickup = serde_json::to_value(with(json!({})).template).unwrap();
    at_pickup["pickups"] =
        json!([{ "place": { "latitude": 48.86, "longitude": 2.35 }, "needs": ["pin"] }]);
    let refused = with(json!({ "template": at_pickup })).check(&paris());
    assert!(matches!(refused, Err(TermsError::Day { .. })), "{refused:?}");
}
