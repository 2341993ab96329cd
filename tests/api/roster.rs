//! The shift plan: offered, applied for, waited for, given back; never more than there are places, and
//! never without rest.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::routes::shift_template;
use crate::support::{Actor, Coop, Reply, text};

const HOUR: i64 = 3600;

/// Offers a shift that begins and ends so many hours from now.
async fn offered(coop: &Coop, (from, to): (i64, i64), wanted: Value) -> String {
    let window = json!({ "after": coop.at(from * HOUR), "before": coop.at(to * HOUR) });
    let opening = json!({ "window": window, "wanted": wanted });
    let made = coop.dispatcher().await.post("/v1/openings", opening).await.created();
    text(&made["id"]).to_owned()
}

async fn apply(who: &Actor, opening: &str) -> Reply {
    who.post(&format!("/v1/openings/{opening}/apply"), json!({})).await
}

async fn give_back(who: &Actor, shift: &Value) -> Reply {
    who.post(&format!("/v1/me/shifts/{}/give-back", text(shift)), json!({})).await
}

/// The opening as the desk sees it.
async fn staffed(coop: &Coop, week: &str, opening: &str) -> Value {
    let path = format!("/v1/openings?week={week}");
    let found = coop.dispatcher().await.get(&path).await.ok();
    let mut items = found["items"].as_array().expect("a list").iter();
    items.find(|item| item["id"] == opening).expect("it is offered").clone()
}

fn names(people: &Value) -> Vec<&str> {
    people.as_array().expect("a list").iter().map(|one| text(&one["name"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_want_five_places_five_have_one_and_the_others_wait() {
    let coop = Coop::start().await;
    let opening = offered(&coop, (48, 51), json!({ "places": 5 })).await;
    let mut couriers = Vec::new();
    for number in 0..50 {
        couriers.push(coop.courier(&format!("C{number}")).await);
    }
    // Whoever is told that the server is busy comes back.
    let want = async |courier: &Actor| loop {
        let reply = apply(courier, &opening).await;
        if reply.status != 503 {
            return reply.ok();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let answers = join_all(couriers.iter().map(want)).await;
    let placed: Vec<usize> =
        (0..50).filter(|number| answers[*number]["outcome"] == "placed").collect();
    assert_eq!(placed.len(), 5);
    let seen = staffed(&coop, "2026-W10", &opening).await;
    assert_eq!(seen["taken"], 5);
    let counts = |people: &str| seen[people].as_array().expect("a list").len();
    assert_eq!((counts("placed"), counts("waiting")), (5, 45));

    // All five give theirs back at once: the first five of the list have them.
    let first: Vec<String> =
        names(&seen["waiting"])[..5].iter().map(|name| (*name).to_owned()).collect();
    let back = async |number: &usize| loop {
        let reply = give_back(&couriers[*number], &answers[*number]["shift"]["id"]).await;
        if reply.status != 503 {
            return reply.status;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(join_all(placed.iter().map(back)).await, [204; 5]);
    let seen = staffed(&coop, "2026-W10", &opening).await;
    let mut now = names(&seen["placed"]);
    now.sort_unstable();
    let mut expected: Vec<&str> = first.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!((now, &seen["taken"]), (expected, &json!(5)));
    assert_eq!(seen["waiting"].as_array().expect("a list").len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_is_who_has_the_fewest_hours_and_they_are_told() {
    let coop = Coop::start().await;
    let (ada, busy, idle) =
        (coop.courier("Ada").await, coop.courier("Busy").await, coop.courier("Idle").await);
    let other = offered(&coop, (24, 27), json!({ "places": 1 })).await;
    apply(&busy, &other).await.ok();
    let opening = offered(&coop, (48, 51), json!({ "places": 1 })).await;
    let shift = apply(&ada, &opening).await.ok()["shift"]["id"].clone();
    assert_eq!(apply(&ada, &opening).await.ok()["shift"]["id"], shift, "twice is once");
    let first = apply(&busy, &opening).await.ok();
    assert_eq!((&first["place"], &first["planned_seconds"]), (&json!(1), &json!(3 * HOUR)));
    coop.pass(60);
    let second = apply(&idle, &opening).await.ok();
    assert_eq!((&second["place"], &second["planned_seconds"]), (&json!(1), &json!(0)));
    let place = async |who: &Actor| {
        let offered = who.get("/v1/me/openings").await.ok();
        let mut items = offered["items"].as_array().expect("a list").iter();
        items.find(|item| item["id"] == opening.as_str()).expect("it is offered").clone()
    };
    let waits = place(&busy).await;
    assert_eq!((&waits["mine"], &waits["place"]), (&json!("waiting"), &json!(2)));
    let own = place(&ada).await;
    assert_eq!(
        (&own["mine"], &own["shift_id"], &own["free"]),
        (&json!("placed"), &shift, &json!(0))
    );

    let mut told = idle.follow(None).await;
    give_back(&busy, &shift).await.problem(404, "not-found");
    for _ in 0..2 {
        give_back(&ada, &shift).await.status(204);
    }
    give_back(&busy, &shift).await.problem(404, "not-found");
    let event = told.until("shift.planned").await.pop().expect("it was told");
    assert_eq!(event.data["shift"]["courier_id"], idle.id.as_str());
    let seen = staffed(&coop, "2026-W10", &opening).await;
    assert_eq!((names(&seen["placed"]), names(&seen["waiting"])), (vec!["Idle"], vec!["Busy"]));
    // The one who waits may also go, and one place more is one courier more.
    busy.post(&format!("/v1/openings/{opening}/leave"), json!({})).await.status(204);
    apply(&ada, &opening).await.ok();
    let more = json!({ "wanted": { "places": 2 } });
    let desk = coop.dispatcher().await;
    desk.put(&format!("/v1/openings/{opening}"), more).await.ok();
    assert_eq!(staffed(&coop, "2026-W10", &opening).await["waiting"], json!([]));
    let fewer = json!({ "wanted": { "places": 1 } });
    desk.put(&format!("/v1/openings/{opening}"), fewer).await.problem(409, "places-taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_goes_back_until_the_notice_and_later_by_a_dispatcher() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let opening = offered(&coop, (25, 28), json!({ "places": 1 })).await;
    let shift = apply(&ada, &opening).await.ok()["shift"]["id"].clone();
    coop.pass(HOUR + 1);
    give_back(&ada, &shift).await.problem(409, "too-late");
    let cancel = format!("/v1/shifts/{}/cancel", text(&shift));
    let mut told = ada.follow(None).await;
    desk.post(&cancel, json!({ "reason": "flu" })).await.status(204);
    let event = told.until("shift.cancelled").await.pop().expect("it was told");
    assert_eq!((&event.data["shift"]["id"], &event.data["reason"]), (&shift, &json!("flu")));
    assert_eq!(ada.get("/v1/me/shifts").await.ok()["items"], json!([]));
    desk.post(&cancel, json!({ "reason": "flu" })).await.problem(404, "not-found");
    // Withdrawn: nobody has it, and nobody gets in.
    let again = apply(&ada, &opening).await.ok()["shift"]["id"].clone();
    let withdraw = format!("/v1/openings/{opening}/withdraw");
    for _ in 0..2 {
        let gone = desk.post(&withdraw, json!({ "reason": "it snows" })).await.ok();
        assert!(gone["withdrawn_at"].is_string());
    }
    assert_eq!(ada.get("/v1/me/shifts").await.ok()["items"], json!([]));
    give_back(&ada, &again).await.problem(404, "not-found");
    apply(&ada, &opening).await.problem(409, "opening-over");
    // Begun: neither.
    let opening = offered(&coop, (1, 3), json!({ "places": 1 })).await;
    let shift = apply(&ada, &opening).await.ok()["shift"]["id"].clone();
    coop.pass(HOUR);
    ada.post("/v1/me/shift/start", json!({})).await.ok();
    give_back(&ada, &shift).await.problem(409, "illegal-transition");
    let cancel = format!("/v1/shifts/{}/cancel", text(&shift));
    desk.post(&cancel, json!({ "reason": "flu" })).await.problem(409, "illegal-transition");
    apply(&coop.courier("Bob").await, &opening).await.problem(409, "opening-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_a_skill_a_vehicle_or_rest_is_refused_with_the_reason() {
    let coop = Coop::start().await;
    let (ada, admin) = (coop.courier("Ada").await, coop.admin().await);
    let keys = offered(&coop, (24, 26), json!({ "places": 9, "skills": ["keys"] })).await;
    let problem = apply(&ada, &keys).await.problem(409, "unsuited");
    assert!(text(&problem["detail"]).contains("keys"), "{problem}");
    let against = ada.get("/v1/me/openings").await.ok()["items"][0]["against"].clone();
    assert_eq!(against, problem["detail"], "said before it is asked");
    let skills = json!({ "skills": ["keys"] });
    let courier = admin.put(&format!("/v1/couriers/{}/skills", ada.id), skills).await.ok();
    assert_eq!(courier["skills"], json!(["keys"]));
    apply(&ada, &keys).await.ok();
    let cargo = json!({ "places": 9, "vehicles": ["cargo_bike"] });
    let cargo = offered(&coop, (60, 62), cargo).await;
    apply(&ada, &cargo).await.problem(409, "unsuited");
    let anybody = || json!({ "places": 9 });
    let same = offered(&coop, (25, 27), anybody()).await;
    apply(&ada, &same).await.problem(409, "overlap");
    // From noon to two; until one in the night is thirteen hours, and an hour more is too long.
    let long = offered(&coop, (30, 38), anybody()).await;
    let problem = apply(&ada, &long).await.problem(409, "rest");
    let detail = text(&problem["detail"]);
    for part in [coop.at(24 * HOUR), coop.at(38 * HOUR), "13 hours".to_owned()] {
        assert!(detail.contains(&part), "{detail}");
    }
    let until_one = offered(&coop, (30, 37), anybody()).await;
    apply(&ada, &until_one).await.ok();
    // Who plans by hand is held to the same.
    let plan = format!("/v1/couriers/{}/shifts", ada.id);
    let desk = coop.dispatcher().await;
    let by_hand = |from: i64, to: i64| {
        desk.post(&plan, json!({ "from": coop.at(from * HOUR), "to": coop.at(to * HOUR) }))
    };
    by_hand(26, 28).await.created();
    by_hand(27, 29).await.problem(409, "overlap");
    by_hand(40, 41).await.problem(409, "rest");
    // 2 + 7 + 2 hours so far; the week is full at 48.
    for day in 2..5 {
        by_hand(24 * day + 24, 24 * day + 36).await.created();
    }
    let problem = by_hand(24 * 6 + 24 - 23, 24 * 6 + 24 - 21).await.problem(409, "rest");
    assert!(text(&problem["detail"]).contains("2026-W10"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_published_once_however_often_it_is_asked_for() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let template = json!({ "template": shift_template() });
    let made = desk.post("/v1/shift-templates", template).await.created();
    let path = format!("/v1/shift-templates/{}", text(&made["id"]));
    let publish = async |week: &str| {
        let done = desk.post(&format!("{path}/publish"), json!({ "week": week })).await.ok();
        ["made", "known", "left_out"].map(|count| done[count].as_i64().expect("a number"))
    };
    // Noon on Monday: its lunch has begun.
    assert_eq!(publish("2026-W10").await, [4, 0, 1]);
    assert_eq!(publish("2026-W10").await, [0, 4, 1]);
    let at_once = join_all((0..4).map(|_| publish("2026-W15"))).await;
    let counted = |at: usize| at_once.iter().map(|counts| counts[at]).sum::<i64>();
    assert_eq!((counted(0), counted(1)), (4, 12), "without Easter Monday: {at_once:?}");
    let listed = desk.get("/v1/openings?week=2026-W15").await.ok();
    let items = listed["items"].as_array().expect("a list");
    assert_eq!((items.len(), &items[0]["from"]), (4, &json!("2026-04-07T09:30:00.000Z")));
    desk.get("/v1/openings?week=2026-15").await.problem(422, "invalid");
    desk.call(Method::DELETE, &path).await.status(204);
    desk.post(&format!("{path}/publish"), json!({ "week": "2026-W16" }))
        .await
        .problem(404, "not-found");
    let listed = desk.get("/v1/openings?week=2026-W15").await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(4), "what is offered stays");
    let unsound = |change: fn(&mut Value)| {
        let mut template = shift_template();
        change(&mut template);
        desk.post("/v1/shift-templates", json!({ "template": template }))
    };
    unsound(|one| one["spans"] = json!([])).await.problem(422, "invalid");
    unsound(|one| one["spans"][0]["wanted"]["places"] = json!(0)).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_shift_says_when_a_break_is_due() {
    let coop = Coop::start().await;
    let ada = coop.courier("Ada").await;
    let started = ada.post("/v1/me/shift/start", json!({})).await.ok();
    assert_eq!(started["break_due_at"], coop.at(6 * HOUR));
    assert_eq!(ada.get("/v1/me/shift").await.ok(), started);
    let ended = ada.post("/v1/me/shift/stop", json!({})).await.ok();
    assert!(ended.get("break_due_at").is_none(), "{ended}");
}
