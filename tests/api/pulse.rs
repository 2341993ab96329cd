//! The pulse, and who did what.

use serde_json::{Value, json};

use crate::support::{Coop, place, task, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_pulse_counts_a_days_work() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (done, open) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    let off = shop.orders_to(place(900, 0)).await;
    let path = format!("/v1/deliveries/{}/cancel", text(&off["id"]));
    shop.post(&path, json!({ "reason": "sold out" })).await.ok();
    coop.pass(600);
    desk.assign(&done, &alice).await.ok();
    coop.pass(900);
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    for stop in ["pickup", "dropoff"] {
        alice.complete(&task(&done, stop), proof.clone()).await.ok();
    }
    coop.pass(1500);
    let pulse = desk.get("/v1/pulse").await.ok();
    let sum = |what: &str| -> i64 {
        let hours = pulse["hours"].as_array().expect("hours").iter();
        hours.map(|hour| hour[what].as_i64().expect("a count")).sum()
    };
    assert_eq!(
        ["placed", "delivered", "late", "failed", "cancelled"].map(sum),
        [3, 1, 0, 0, 1],
        "{pulse}"
    );
    assert_eq!(pulse["lateness"]["delivered"], 1);
    assert!(pulse["lateness"]["worst_s"].as_i64().expect("seconds") < 0, "{pulse}");
    let work = &pulse["work"];
    assert_eq!((&work["couriers"], &work["busy_s"]), (&json!(1), &json!(900)), "{work}");
    assert_eq!(work["present_s"], 3000);
    let hourly = |what: &str| work[format!("hourly_{what}")].as_i64().expect("a rate");
    assert!(hourly("median") > 0);
    assert_eq!(hourly("lowest"), hourly("highest"), "of one courier");
    let health = &pulse["health"];
    assert_eq!((&health["open"], &health["open_oldest_s"]), (&json!(1), &json!(3000)), "{health}");
    assert_eq!(health["books_balance"], true);
    assert_eq!(desk.delivery(&open["id"]).await["state"], "open");

    let wrong = format!("/v1/pulse?from={}&to={}", coop.at(60), coop.at(0));
    desk.get(&wrong).await.problem(422, "invalid");
    let far = format!("/v1/pulse?from={}", coop.at(-9 * 86_400));
    desk.get(&far).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_found_by_whom_and_on_what() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.dispatcher().await, coop.user("dispatcher").await);
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    ada.assign(&one, &alice).await.ok();
    bob.assign(&two, &alice).await.ok();
    let lock = json!({ "acts": [{ "act": "lock", "delivery_id": one["id"] }] });
    bob.post("/v1/board/acts", lock).await.ok();
    let kinds = async |query: &str| -> Vec<Value> {
        let found = ada.get(&format!("/v1/acts{query}")).await.ok();
        let items = found["items"].as_array().expect("a list").iter();
        items.map(|act| act["kind"].clone()).collect()
    };
    let all = kinds("").await;
    assert_eq!(all[..3], ["lock", "assign", "assign"], "the newest first");
    assert!(all.contains(&json!("create_courier")), "behind what an admin did before: {all:?}");
    assert_eq!(kinds(&format!("?delivery_id={}", text(&one["id"]))).await, ["lock", "assign"]);
    assert_eq!(kinds("?kind=assign").await, ["assign", "assign"]);
    assert_eq!(kinds(&format!("?courier_id={}&kind=lock", alice.id)).await, ["lock"]);
    let newest = ada.get("/v1/acts?limit=1").await.ok();
    let by = text(&newest["items"][0]["user_id"]).to_owned();
    assert_eq!(kinds(&format!("?user_id={by}")).await, ["lock", "assign"]);
    let cursor = text(&newest["next_cursor"]).to_owned();
    assert_eq!(kinds(&format!("?cursor={cursor}")).await, all[1..]);
    assert_eq!(newest["items"][0]["detail"]["act"], "lock");
    ada.get("/v1/acts?cursor=x").await.problem(422, "invalid");
}
