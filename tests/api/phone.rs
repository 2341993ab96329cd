//! A phone that was away: what it says later comes to the same as if it had been there.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

const PHONE: &str = "pho_01k00000000000000000000001";

fn event(seq: i64, at: &str, act: Value) -> Value {
    json!({ "id": format!("pev_01k{seq:023}"), "seq": seq, "at": at, "act": act })
}

async fn send(courier: &Actor, events: &[&Value]) -> Value {
    courier.post("/v1/me/events", json!({ "phone_id": PHONE, "events": events })).await.ok()
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().expect("a list");
    results.iter().map(|one| text(&one["outcome"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_ridden_offline_is_booked_once_at_the_phones_times() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let delivery = bistro.orders_to(place(900, 0)).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let (pickup, dropoff) = (task(&delivery, "pickup"), task(&delivery, "dropoff"));

    let times: Vec<String> = (1..=5).map(|n| coop.at(n * 120)).collect();
    let there = event(1, &times[0], json!({ "kind": "task_started", "task_id": pickup }));
    let taken = event(2, &times[1], json!({ "kind": "task_done", "task_id": pickup }));
    let early = event(3, &times[2], json!({ "kind": "task_done", "task_id": dropoff }));
    let proof = json!({ "signed_by": "Ada" });
    let handed = json!({ "kind": "task_done", "task_id": dropoff, "proof": proof });
    let handed = event(4, &times[3], handed);
    let over = event(5, &times[4], json!({ "kind": "shift_ended" }));
    coop.pass(3 * 86_400); // Three days in a cellar.

    // The last first, doubled and in pieces.
    let answer = send(&alice, &[&over, &handed, &handed]).await;
    assert_eq!(outcomes(&answer), ["waiting", "waiting", "waiting"]);
    assert_eq!(answer["next_seq"], 1);
    assert_eq!(bistro.delivery(&delivery["id"]).await["state"], "assigned");
    let answer = send(&alice, &[&taken, &there]).await;
    assert_eq!(outcomes(&answer), ["done", "done"]);
    assert_eq!(answer["next_seq"], 3, "the third is still on its way");
    let answer = send(&alice, &[&early]).await;
    assert_eq!(answer["results"][0]["code"], "proof-missing", "{answer}");
    assert_eq!(answer["next_seq"], 6, "what is refused does not hold up the others");

    let done = bistro.delivery(&delivery["id"]).await;
    assert_eq!((&done["state"], &done["ended_at"]), (&json!("delivered"), &json!(times[3])));
    let first = &done["tasks"][0];
    assert_eq!((&first["started_at"], &first["ended_at"]), (&json!(times[0]), &json!(times[1])));
    assert_eq!(done["tasks"][1]["proof"]["signed_by"], "Ada");
    let pay = alice.get("/v1/me/pay").await.ok();

    // Everything again, in every order: the same answers, and nothing is done twice.
    let all = [&there, &taken, &early, &handed, &over];
    for start in 0..all.len() {
        let mut turned = all;
        turned.rotate_left(start);
        let answer = send(&alice, &turned).await;
        let refused = outcomes(&answer).iter().filter(|one| **one == "refused").count();
        assert_eq!((refused, &answer["next_seq"]), (1, &json!(6)), "{answer}");
    }
    assert_eq!(alice.get("/v1/me/pay").await.ok(), pay);
    assert_eq!(bistro.delivery(&delivery["id"]).await, done);
    let shift = &alice.get("/v1/me/shifts").await.ok()["items"][0];
    assert_eq!((&shift["state"], &shift["ended_at"]), (&json!("ended"), &json!(times[4])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_its_phones_and_keeps_its_number() {
    let coop = Coop::start().await;
    let alice = coop.courier("Alice").await;
    let mallory = coop.courier("Mallory").await;
    let started = event(1, &coop.at(0), json!({ "kind": "shift_started" }));
    assert_eq!(outcomes(&send(&alice, &[&started]).await), ["done"]);
    let theirs = json!({ "phone_id": PHONE, "events": [started] });
    mallory.post("/v1/me/events", theirs).await.problem(404, "not-found");

    let mut other = event(1, &coop.at(0), json!({ "kind": "shift_ended" }));
    other["id"] = json!("pev_01k00000000000000000009999");
    let answer = send(&alice, &[&other]).await;
    assert_eq!(answer["results"][0]["code"], "reused", "{answer}");
    for (seq, code) in [(0, "number"), (20_000, "too-far-ahead")] {
        let odd = event(seq, &coop.at(0), json!({ "kind": "shift_ended" }));
        let answer = send(&alice, &[&odd]).await;
        assert_eq!(answer["results"][0]["code"], code);
    }
    let ages_ago = event(2, &coop.at(-8 * 86_400), json!({ "kind": "shift_ended" }));
    assert_eq!(send(&alice, &[&ages_ago]).await["results"][0]["code"], "too-late");
    assert_eq!(alice.get("/v1/me/shift").await.ok()["state"], "open");
    for count in [0, 101] {
        let events = vec![started.clone(); count];
        let body = json!({ "phone_id": PHONE, "events": events });
        alice.post("/v1/me/events", body).await.problem(422, "invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_that_come_late_stand_where_they_belong_and_once() {
    let coop = Coop::start().await;
    let alice = coop.courier("Alice").await;
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    let from = coop.at(0);
    let fixes: Vec<Value> = (1..=6)
        .map(|minute| {
            let here = place(i32::try_from(minute).expect("small") * 100, 0);
            json!({
                "at": coop.at(minute * 60), "accuracy_m": 8.2,
                "latitude": here["latitude"], "longitude": here["longitude"],
            })
        })
        .collect();
    coop.pass(300);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    coop.pass(2 * 86_400);
    let report = async |picked: &[usize]| {
        let fixes: Vec<&Value> = picked.iter().map(|&index| &fixes[index]).collect();
        alice.post("/v1/me/positions", json!({ "fixes": fixes })).await.ok()
    };
    assert_eq!(report(&[4, 2]).await["accepted"], 2);
    assert_eq!(report(&[3, 2, 0]).await["accepted"], 3, "doubled is not refused");
    let answer = report(&[5, 1]).await;
    let after_the_shift = json!([{ "index": 0, "reason": "off-shift" }]);
    assert_eq!(answer, json!({ "accepted": 1, "dropped": after_the_shift }));

    let to = coop.at(0);
    let kept = alice.get(&format!("/v1/me/positions?from={from}&to={to}")).await.ok();
    let at = |list: &Value| {
        list.as_array().expect("a list").iter().map(|one| one["at"].clone()).collect::<Vec<_>>()
    };
    let sent: Vec<Value> = fixes[..5].iter().map(|fix| fix["at"].clone()).collect();
    assert_eq!(at(&kept["items"]), sent);
    assert_eq!(kept["items"][0]["accuracy_m"], 9);
    let dispatcher = coop.dispatcher().await;
    let board = dispatcher.get("/v1/board").await.ok();
    assert!(board["couriers"][0].get("place").is_none(), "nobody is shown after work");
}
