//! From an order to its proof, and every way in which it can end earlier.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// A delivery that a courier has accepted.
async fn accepted(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    courier.accept(&courier.offer().await).await.ok();
    delivery
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_goes_from_the_order_to_the_proof() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Trattoria").await;
    let alice = coop.courier_on_shift("Alice", 300).await;

    let order = json!({
        "external_reference": "T-17",
        "ready_at": coop.at(600),
        "dropoffs": [{
            "place": place(2000, 0), "address": "5 Quai, 2nd floor",
            "contact": { "name": "M. Curie", "phone": "+33 1 23 45" },
        }],
        "packages": [{ "name": "pizza", "quantity": 2, "volume_ml": 6000, "weight_g": 800 }],
        "instructions": "ring twice",
    });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    assert_eq!(delivery["state"], "open");
    assert_eq!(delivery["ready_at"], coop.at(600));
    assert_eq!(delivery["due_at"], coop.at(2400));

    // Nobody is asked before it matters: the goods are not ready, and a ride takes a minute or two.
    coop.tick().await;
    assert!(alice.offers().await.is_empty());
    coop.pass(480);
    alice.rides_to(&coop, place(300, 0)).await;
    coop.tick().await;
    let offers = alice.get("/v1/me/offers").await.ok();
    let offer = &offers["items"][0];
    assert_eq!(offer["deliveries"][0]["merchant_name"], "Trattoria");
    assert!(offer["pay"]["amount"].as_i64() > Some(350), "{offer}");
    assert!(offer.to_string().find("Curie").is_none(), "who it is for is told with the job");
    let accepted = alice.accept(text(&offer["id"])).await.ok();
    assert_eq!(accepted["state"], "accepted");

    let id = text(&delivery["id"]);
    let (pickup, dropoff) = (task(&delivery, "pickup"), task(&delivery, "dropoff"));
    let stop = |kind: &str| (kind.to_owned(), id.to_owned());
    assert_eq!(alice.route().await, [stop("pickup"), stop("dropoff")]);
    let route = alice.get("/v1/me/route").await.ok();
    assert_eq!(route["stops"][1]["contact"]["name"], "M. Curie");
    assert_eq!(route["stops"][1]["instructions"], "ring twice");

    let started = alice.post(&format!("/v1/tasks/{pickup}/start"), json!({})).await.ok();
    assert_eq!(started["state"], "doing");
    alice.complete(&pickup, json!({})).await.problem(409, "not-ready");
    let proof = json!({ "proof": { "signed_by": "P. Curie" } });
    alice.complete(&dropoff, proof.clone()).await.problem(409, "pickup-first");
    coop.pass(120);
    assert_eq!(alice.complete(&pickup, json!({})).await.ok()["state"], "done");
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "picked_up");
    coop.pass(480);
    alice.complete(&dropoff, json!({})).await.problem(422, "proof-missing");
    let done = alice.complete(&dropoff, proof).await.ok();
    assert_eq!(done["proof"]["signed_by"], "P. Curie");

    let delivery = shop.delivery(&delivery["id"]).await;
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(delivery["courier_name"], "Alice");
    assert_eq!(delivery["picked_up_at"], coop.at(-480));
    assert_eq!(delivery["ended_at"], coop.at(0));
    assert!(alice.route().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_phone_says_about_the_time_counts_within_reason() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = accepted(&coop, &shop, &alice).await;
    coop.pass(600);
    let (pickup, dropoff) = (task(&delivery, "pickup"), task(&delivery, "dropoff"));
    let picked = alice.complete(&pickup, json!({ "at": coop.at(-60) })).await.ok();
    assert_eq!(picked["ended_at"], coop.at(-60));
    // From the future, and from before the job was given: neither is a fault of the server's.
    let long_ago = json!({ "at": coop.at(-86_400), "proof": { "signed_by": "Ada" } });
    let ended = alice.complete(&dropoff, long_ago).await.ok();
    assert_eq!(ended["state"], "done");
    alice.rides_to(&coop, place(0, 0)).await;
    let next = accepted(&coop, &shop, &alice).await;
    let ahead = alice.complete(&task(&next, "pickup"), json!({ "at": coop.at(3600) })).await.ok();
    assert_eq!(ahead["ended_at"], coop.at(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_cannot_be_served_ends_the_delivery_with_the_reason() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = accepted(&coop, &shop, &alice).await;
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let failed = format!("/v1/tasks/{}/failed", task(&delivery, "dropoff"));
    let reason = json!({ "code": "not_at_home", "note": "rang three times" });
    for _ in 0..2 {
        assert_eq!(alice.post(&failed, reason.clone()).await.ok()["state"], "failed");
    }
    let delivery = shop.delivery(&delivery["id"]).await;
    assert_eq!(delivery["state"], "failed");
    let expected = json!({ "code": "not_at_home", "note": "rang three times" });
    assert_eq!(delivery["end_reason"], expected);
    assert!(alice.route().await.is_empty());
    // The ride was ridden, and is paid.
    let pay = alice.get("/v1/me/pay").await.ok();
    assert_eq!(pay["lines"][0]["inputs"]["outcome"], "failed");
    assert!(pay["total"]["amount"].as_i64() >= Some(350), "{pay}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_holds_a_delivery_can_work_on_its_tasks() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = accepted(&coop, &shop, &alice).await;
    let bob = coop.courier_on_shift("Bob", 0).await;
    for verb in ["start", "done", "failed"] {
        let path = format!("/v1/tasks/{}/{verb}", task(&delivery, "pickup"));
        let body = if verb == "failed" { json!({ "code": "lost" }) } else { json!({}) };
        bob.post(&path, body).await.problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_can_be_called_off_until_it_is_picked_up() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let cancel = |delivery: &Value| {
        let path = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
        shop.post(&path, json!({ "reason": "out of dough" }))
    };

    // Offered: the offer is withdrawn.
    let open = shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    let cancelled = cancel(&open).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(cancelled["end_reason"]["note"], "out of dough");
    alice.accept(&offer).await.problem(409, "offer-gone");
    assert_eq!(cancel(&open).await.ok(), cancelled, "a retry is not a second cancellation");

    // Assigned: it leaves the courier's route.
    let assigned = accepted(&coop, &shop, &alice).await;
    cancel(&assigned).await.ok();
    assert!(alice.route().await.is_empty());
    alice.complete(&task(&assigned, "pickup"), json!({})).await.problem(409, "illegal-transition");

    // Picked up: too late, and nothing has changed.
    let on_board = accepted(&coop, &shop, &alice).await;
    alice.complete(&task(&on_board, "pickup"), json!({})).await.ok();
    cancel(&on_board).await.problem(409, "illegal-transition");
    assert_eq!(shop.delivery(&on_board["id"]).await["state"], "picked_up");
    assert_eq!(alice.route().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_nobody_can_take_is_given_up_with_a_reason() {
    let coop = Coop::with(|config| config.service.give_up_s = 600).await;
    let shop = coop.merchant("Bistro").await;
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    let app = coop.app();
    let give_up = paceline::commands::deliveries::give_up_overdue;
    coop.pass(2400 + 590);
    give_up(&app.coop).await.expect("the loop's step");
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "open");
    coop.pass(20);
    give_up(&app.coop).await.expect("the loop's step");
    let delivery = shop.delivery(&delivery["id"]).await;
    assert_eq!(delivery["state"], "failed");
    assert_eq!(delivery["end_reason"]["code"], "no_courier");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_pickups_and_drop_offs_are_one_delivery() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let stops = |places: &[i32]| -> Vec<Value> {
        places.iter().map(|&east_m| json!({ "place": place(east_m, 0) })).collect()
    };
    let order = json!({ "pickups": stops(&[100, 200]), "dropoffs": stops(&[900, 1000]) });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.tick().await;
    alice.accept(&alice.offer().await).await.ok();
    let tasks = delivery["tasks"].as_array().expect("tasks");
    let states = ["assigned", "picked_up", "picked_up", "delivered"];
    for (task, state) in tasks.iter().zip(states) {
        let proof = json!({ "proof": { "signed_by": "Ada" } });
        let body = if task["kind"] == "dropoff" { proof } else { json!({}) };
        alice.complete(text(&task["id"]), body).await.ok();
        assert_eq!(shop.delivery(&delivery["id"]).await["state"], state);
    }
}
