//! Waiting at the shop: what the phone shows by now is what is booked in the end.

use serde_json::{Value, json};

use crate::support::{Coop, place, task, text};

/// What the app shows, from what the server says of a stop: reckoned here anew.
fn shown(stop: &Value, here_s: i64) -> i64 {
    let number = |name: &str| stop["wait"][name].as_i64().expect("seconds");
    let per_minute = stop["wait"]["per_minute"]["amount"].as_i64().expect("cents");
    let waited = (number("before_s") + here_s - number("free_s")).max(0);
    (per_minute * waited + 30) / 60
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_while_a_courier_waits_is_what_is_booked() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let order = json!({
        "pickups": [{ "place": place(0, 0) }, { "place": place(100, 0) }],
        "dropoffs": [{ "place": place(1000, 0) }],
    });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let counters: Vec<String> = delivery["tasks"].as_array().expect("stops")[..2]
        .iter()
        .map(|stop| text(&stop["id"]).to_owned())
        .collect();
    // Twenty minutes at the first counter, seven and a half at the second.
    let mut by_then = 0;
    for (counter, seconds) in counters.iter().zip([1_200, 451]) {
        let start = format!("/v1/tasks/{counter}/start");
        alice.post(&start, json!({})).await.ok();
        let since = coop.at(0);
        coop.pass(seconds);
        let route = alice.get("/v1/me/route").await.ok();
        let stop = &route["stops"][0];
        assert_eq!((&stop["task_id"], &stop["started_at"]), (&json!(counter), &json!(since)));
        by_then = shown(stop, seconds);
        // The shop sees who waits, and since when.
        let seen = shop.delivery(&delivery["id"]).await;
        let seen = seen["tasks"].as_array().expect("stops").iter();
        let waits = seen.filter(|stop| stop["state"] == "doing").collect::<Vec<_>>();
        assert_eq!((waits.len(), &waits[0]["started_at"]), (1, &json!(since)));
        alice.complete(counter, json!({})).await.ok();
    }
    assert!(alice.get("/v1/me/route").await.ok()["stops"][0].get("wait").is_none(), "a door");
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    let line = alice.get("/v1/me/pay").await.ok()["lines"][0].clone();
    assert_eq!(line["inputs"]["waited_s"], 1_651);
    // By the founding tariff, reckoned here anew without any waiting.
    let trip_m = line["inputs"]["trip_m"].as_i64().expect("metres");
    let rest = 250 + 2 * 50 + 50 + (60 * trip_m + 500) / 1000;
    assert!(by_then > 0);
    assert_eq!(line["amount"]["amount"], rest + by_then);
}
