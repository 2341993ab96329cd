//! The hours of a shift: breaks in it, and what was written down wrongly.

use paceline::domain::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::expenses::riding;
use crate::invoices::{audited, refused};
use crate::support::{Actor, Coop, place, task, text};

const HOUR: i64 = 3600;

async fn begins(who: &Actor) -> Value {
    who.post("/v1/me/shift/start", json!({})).await.ok()
}

async fn pauses(who: &Actor) -> Value {
    who.post("/v1/me/shift/pause", json!({})).await.ok()
}

async fn resumes(who: &Actor) -> Value {
    who.post("/v1/me/shift/resume", json!({})).await.ok()
}

async fn stops(who: &Actor) -> Value {
    who.post("/v1/me/shift/stop", json!({})).await.ok()
}

/// The courier as the board shows them.
async fn on_the_board(coop: &Coop, who: &Actor) -> Value {
    let board = coop.dispatcher().await.get("/v1/board").await.ok();
    let mut couriers = board["couriers"].as_array().expect("a list").iter();
    couriers.find(|one| one["id"] == who.id.as_str()).expect("on the board").clone()
}

async fn reports(who: &Actor, coop: &Coop) -> Value {
    let here = place(10, 0);
    let fix = json!({
        "at": coop.at(0), "latitude": here["latitude"], "longitude": here["longitude"],
    });
    who.post("/v1/me/positions", json!({ "fixes": [fix] })).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_or_located_during_a_break() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let ada = coop.courier_on_shift("Ada", 0).await;
    shop.orders_to(place(700, 0)).await;
    coop.tick().await;
    let offer = ada.offer().await;
    coop.pass(5);
    let mut told = ada.follow(None).await;
    let paused = pauses(&ada).await;
    assert_eq!((&paused["state"], &paused["paused_at"]), (&json!("open"), &json!(coop.at(0))));
    assert_eq!(pauses(&ada).await, paused, "twice is once");
    let event = told.until("shift.paused").await.pop().expect("it was told");
    assert_eq!(event.data["courier"]["paused_at"], coop.at(0));
    ada.accept(&offer).await.problem(409, "offer-gone");

    // Neither asked, nor seen.
    coop.pass(60);
    let said = reports(&ada, &coop).await;
    assert_eq!(said, json!({ "accepted": 0, "dropped": [{ "index": 0, "reason": "paused" }] }));
    coop.tick().await;
    assert_eq!(ada.offers().await, Vec::<String>::new());
    let seen = on_the_board(&coop, &ada).await;
    assert_eq!((&seen["on_shift"], &seen["stale"]), (&json!(true), &json!(false)));
    assert!(seen["paused_at"].is_string() && seen.get("place").is_none(), "{seen}");

    let resumed = resumes(&ada).await;
    assert_eq!(resumed["breaks"], json!([{ "after": coop.at(-60), "before": coop.at(0) }]));
    assert_eq!(resumes(&ada).await, resumed, "twice is once");
    told.until("shift.resumed").await;
    ada.rides_to(&coop, place(10, 0)).await;
    coop.tick().await;
    ada.offer().await;
    assert!(on_the_board(&coop, &ada).await.get("paused_at").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_waits_until_the_bag_is_empty_and_ends_with_the_shift() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let ada = coop.courier_on_shift("Ada", 0).await;
    let delivery = shop.orders_to(place(900, 0)).await;
    coop.dispatcher().await.assign(&delivery, &ada).await.ok();
    ada.post("/v1/me/shift/pause", json!({})).await.problem(409, "route-not-empty");
    ada.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    ada.post("/v1/me/shift/pause", json!({})).await.problem(409, "route-not-empty");
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    ada.complete(&task(&delivery, "dropoff"), proof).await.ok();
    coop.pass(HOUR);
    pauses(&ada).await;
    coop.pass(HOUR);
    let ended = stops(&ada).await;
    assert_eq!(ended["breaks"], json!([{ "after": coop.at(-HOUR), "before": coop.at(0) }]));
    assert_eq!((&ended["paid_seconds"], &ended["ended_at"]), (&json!(HOUR), &json!(coop.at(0))));
    for path in ["/v1/me/shift/pause", "/v1/me/shift/resume"] {
        ada.post(path, json!({})).await.problem(409, "illegal-transition");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn breaks_said_later_by_a_phone_are_the_same_breaks() {
    let coop = Coop::start().await;
    let (ada, bea) = (coop.courier("Ada").await, coop.courier("Bea").await);
    let kinds = ["shift_started", "shift_paused", "shift_resumed", "shift_paused", "shift_ended"];
    let times: Vec<String> = (0..5).map(|n| coop.at(n * HOUR)).collect();
    let events: Vec<Value> = kinds
        .iter()
        .zip(&times)
        .zip(1..)
        .map(|((kind, at), seq)| {
            json!({ "id": format!("pev_01k{seq:023}"), "seq": seq, "at": at, "act": { "kind": kind } })
        })
        .collect();
    for step in ["start", "pause", "resume", "pause", "stop"] {
        ada.post(&format!("/v1/me/shift/{step}"), json!({})).await.ok();
        coop.pass(HOUR);
    }
    let phone = "pho_01k00000000000000000000001";
    for batch in [&events[3..], &events[..3], &events[..]] {
        bea.post("/v1/me/events", json!({ "phone_id": phone, "events": batch })).await.ok();
    }
    let hours = async |who: &Actor| {
        let shifts = who.get("/v1/me/shifts").await.ok();
        let shift = &shifts["items"][0];
        ["started_at", "ended_at", "breaks", "paid_seconds"].map(|name| shift[name].clone())
    };
    let online = hours(&ada).await;
    assert_eq!(online, hours(&bea).await);
    assert_eq!(online[3], json!(2 * HOUR), "four hours, and two of them breaks");
    let pay = async |who: &Actor| who.get("/v1/me/pay").await.ok()["total"].clone();
    assert_eq!(pay(&ada).await, pay(&bea).await);
    // What is refused is refused offline, too, and holds nothing up.
    let late = json!({
        "id": "pev_01k00000000000000000000006", "seq": 6, "at": coop.at(0),
        "act": { "kind": "shift_resumed" },
    });
    let answer =
        bea.post("/v1/me/events", json!({ "phone_id": phone, "events": [late] })).await.ok();
    assert_eq!(answer["results"][0]["code"], "illegal-transition", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guarantee_is_for_work_and_for_what_of_a_break_is_voted() {
    for (voted, paid_minutes) in [(0, 60), (20, 80)] {
        let now = format!("paid_break_minutes = {voted}");
        let coop = Coop::with(|config| {
            let founding = include_str!("../../config/policy/shifts.toml");
            let path = config.server.data_dir.join("shifts.toml");
            std::fs::write(&path, founding.replace("paid_break_minutes = 0", &now)).expect("room");
            config.policy.shifts = path.to_str().expect("a plain path").to_owned();
        })
        .await;
        let ada = coop.courier("Ada").await;
        begins(&ada).await;
        coop.pass(HOUR);
        pauses(&ada).await;
        coop.pass(HOUR / 2);
        resumes(&ada).await;
        stops(&ada).await;
        let pay = ada.get("/v1/me/pay").await.ok();
        let line = &pay["lines"][0];
        assert_eq!(line["kind"], "guarantee");
        assert_eq!(line["inputs"]["paid_seconds"], json!(paid_minutes * 60));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_is_due_after_six_hours_for_the_courier_and_on_the_board() {
    let coop = Coop::start().await;
    let ada = coop.courier("Ada").await;
    let due = begins(&ada).await["break_due_at"].clone();
    assert_eq!(due, coop.at(6 * HOUR));
    assert_eq!(on_the_board(&coop, &ada).await["break_due_at"], due);
    coop.pass(HOUR);
    assert!(pauses(&ada).await.get("break_due_at").is_none(), "not during one");
    coop.pass(19 * 60);
    assert_eq!(resumes(&ada).await["break_due_at"], due, "too short to be one");
    pauses(&ada).await;
    coop.pass(20 * 60);
    assert_eq!(resumes(&ada).await["break_due_at"], coop.at(6 * HOUR));
}

/// A shift of the courier's that lasted two hours.
async fn worked(coop: &Coop, who: &Actor) -> Value {
    begins(who).await;
    coop.pass(2 * HOUR);
    let ended = stops(who).await;
    coop.pass(3 * HOUR);
    ended
}

/// The hours of a shift as somebody says they were, from so long after its start to so long.
fn said(shift: &Value, (from, to): (i64, i64), breaks: &[(i64, i64)]) -> Value {
    let start: Timestamp = text(&shift["started_at"]).parse().expect("a time");
    let at = |seconds: i64| (start + Seconds(seconds)).to_string();
    let breaks: Vec<Value> =
        breaks.iter().map(|&(a, b)| json!({ "after": at(a), "before": at(b) })).collect();
    json!({
        "started_at": at(from), "ended_at": at(to), "breaks": breaks, "reason": "the phone was flat",
    })
}

/// What the courier's account says: kinds and amounts, the newest first.
async fn lines(who: &Actor) -> Vec<(String, i64)> {
    let pay = who.get("/v1/me/pay").await.ok();
    let lines = pay["lines"].as_array().expect("lines").iter();
    let line = |line: &Value| {
        (text(&line["kind"]).to_owned(), line["amount"]["amount"].as_i64().expect("minor units"))
    };
    lines.map(line).collect()
}

async fn sum(who: &Actor) -> i64 {
    lines(who).await.iter().map(|(_, amount)| amount).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_hours_count_at_once_and_the_guarantee_is_booked_by_the_difference() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let shift = worked(&coop, &ada).await;
    let before = lines(&ada).await;
    assert_eq!(before.len(), 1, "the top-up alone: {before:?}");
    let path = format!("/v1/shifts/{}/correct", text(&shift["id"]));
    let mut told = ada.follow(None).await;
    let corrected = desk.post(&path, said(&shift, (0, 3 * HOUR), &[])).await.created();
    assert_eq!(corrected["state"], "in_effect");
    assert_eq!(corrected["was"]["paid_seconds"], json!(2 * HOUR));
    assert_eq!(corrected["now"]["paid_seconds"], json!(3 * HOUR));
    told.until("shift.corrected").await;
    let two = before[0].1;
    let kinds: Vec<String> = lines(&ada).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["reversal", "guarantee", "guarantee"]);
    assert_eq!(sum(&ada).await, two * 3 / 2);
    // Once more, back and forth: each has a line of its own, and the sum is that of the last hours.
    coop.pass(1); // What is written at one instant is in no order.
    let broken = said(&shift, (0, 5 * HOUR), &[(HOUR, 2 * HOUR)]);
    desk.post(&path, broken).await.created();
    assert_eq!(sum(&ada).await, two * 2);
    let seen = &ada.get("/v1/me/shifts").await.ok()["items"][0];
    assert_eq!(seen["paid_seconds"], json!(4 * HOUR));
    assert_eq!(seen["breaks"].as_array().map(Vec::len), Some(1));
    let own = ada.get("/v1/me/shift-corrections").await.ok();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(own["items"][1], corrected, "what was written stays");
    audited(&coop).await;
    for late in ["UPDATE shift_corrections SET paid_seconds = 1", "DELETE FROM shift_corrections"] {
        let said = refused(&coop, late).await;
        assert!(said.contains("what was corrected stays written"), "{late}: {said}");
    }
    // A person can be asked to look again.
    let about = json!({ "kind": "shift", "shift_id": shift["id"] });
    let question = json!({ "about": about, "question": "I was there until four." });
    ada.post("/v1/me/reviews", question).await.created();
}

#[tokio::test(flavor = "multi_thread")]
async fn less_pay_waits_for_the_courier_who_may_say_no() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let shift = worked(&coop, &ada).await;
    let before = sum(&ada).await;
    let path = format!("/v1/shifts/{}/correct", text(&shift["id"]));
    let asked = desk.post(&path, said(&shift, (0, HOUR), &[])).await.created();
    assert_eq!(asked["state"], "waits_for_courier");
    assert_eq!(sum(&ada).await, before, "nothing has changed");
    desk.post(&path, said(&shift, (0, HOUR / 2), &[])).await.problem(409, "exists");
    let answer = |of: &str, id: &Value| format!("/v1/{of}shift-corrections/{}/answer", text(id));
    let yes = json!({ "agreed": true });
    // It is up to nobody else.
    desk.post(&answer("", &asked["id"]), yes.clone()).await.problem(404, "not-found");
    let mallory = coop.courier("Mallory").await;
    mallory.post(&answer("me/", &asked["id"]), yes.clone()).await.problem(404, "not-found");
    let no = ada.post(&answer("me/", &asked["id"]), json!({ "agreed": false })).await.ok();
    assert_eq!((&no["state"], sum(&ada).await), (&json!("refused"), before));
    ada.post(&answer("me/", &asked["id"]), yes.clone()).await.problem(409, "answered");

    let again = desk.post(&path, said(&shift, (0, HOUR), &[])).await.created();
    let agreed = ada.post(&answer("me/", &again["id"]), yes.clone()).await.ok();
    assert_eq!((&agreed["state"], sum(&ada).await), (&json!("in_effect"), before / 2));
    assert_eq!(ada.post(&answer("me/", &again["id"]), yes).await.ok(), agreed, "twice is once");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_courier_asks_for_is_up_to_another_person() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let shift = worked(&coop, &ada).await;
    let before = sum(&ada).await;
    let path = format!("/v1/me/shifts/{}/correct", text(&shift["id"]));
    let mallory = coop.courier("Mallory").await;
    let longer = said(&shift, (0, 4 * HOUR), &[]);
    mallory.post(&path, longer.clone()).await.problem(404, "not-found");
    let asked = ada.post(&path, longer.clone()).await.created();
    assert_eq!(
        (&asked["state"], &asked["by_courier"]),
        (&json!("waits_for_dispatcher"), &json!(true))
    );
    assert_eq!(sum(&ada).await, before);
    let own = format!("/v1/me/shift-corrections/{}/answer", text(&asked["id"]));
    ada.post(&own, json!({ "agreed": true })).await.problem(404, "not-found");
    let answer = format!("/v1/shift-corrections/{}/answer", text(&asked["id"]));
    desk.post(&answer, json!({ "agreed": false })).await.problem(422, "invalid");
    let listed = desk.get("/v1/shift-corrections").await.ok();
    assert_eq!(listed["items"][0]["courier_name"], "Ada");
    let agreed = desk.post(&answer, json!({ "agreed": true })).await.ok();
    assert_eq!((&agreed["state"], sum(&ada).await), (&json!("in_effect"), 2 * before));

    // Who dispatches and rides corrects others only.
    let rides = riding(&coop, "dispatcher").await;
    let hers = worked(&coop, &rides).await;
    let path = format!("/v1/shifts/{}/correct", text(&hers["id"]));
    rides.post(&path, said(&hers, (0, 3 * HOUR), &[])).await.problem(403, "own-case");
    let path = format!("/v1/me/shifts/{}/correct", text(&hers["id"]));
    let asked = rides.post(&path, said(&hers, (0, 3 * HOUR), &[])).await.created();
    let answer = format!("/v1/shift-corrections/{}/answer", text(&asked["id"]));
    rides.post(&answer, json!({ "agreed": true })).await.problem(403, "own-case");
    desk.post(&answer, json!({ "agreed": true })).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_that_cannot_have_been_are_refused_where_they_are_wrong() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let first = worked(&coop, &ada).await;
    let second = worked(&coop, &ada).await;
    let path = format!("/v1/shifts/{}/correct", text(&second["id"]));
    let wrong = async |hours: Value| desk.post(&path, hours).await.problem(422, "invalid");
    let pointer = |problem: &Value| problem["errors"][0]["pointer"].clone();
    let late = wrong(said(&second, (0, 9 * HOUR), &[])).await;
    assert_eq!(pointer(&late), "/ended_at", "nobody has worked tomorrow");
    assert_eq!(pointer(&wrong(said(&second, (HOUR, 0), &[])).await), "/ended_at");
    assert_eq!(pointer(&wrong(said(&second, (0, HOUR), &[(0, 2 * HOUR)])).await), "/breaks");
    desk.post(&path, said(&second, (0, 2 * HOUR), &[])).await.problem(409, "exists");
    let over = said(&second, (-4 * HOUR, HOUR), &[]);
    desk.post(&path, over).await.problem(409, "overlap");
    begins(&ada).await;
    let open = ada.get("/v1/me/shift").await.ok();
    let path = format!("/v1/shifts/{}/correct", text(&open["id"]));
    desk.post(&path, said(&first, (0, HOUR), &[])).await.problem(409, "illegal-transition");
    let listed = desk.get(&format!("/v1/couriers/{}/shifts", ada.id)).await.ok();
    let states: Vec<&str> =
        listed["items"].as_array().expect("a list").iter().map(|one| text(&one["state"])).collect();
    assert_eq!(states, ["open", "ended", "ended"]);
}
