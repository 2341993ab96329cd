//! The kill switch: once it is answered, the engine does nothing more there.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place};

async fn switch(desk: &Actor, zone: Option<&str>, automatic: bool) -> Value {
    let mut body = json!({ "automatic": automatic, "reason": "snow" });
    if let Some(zone) = zone {
        body["zone"] = json!(zone);
    }
    desk.post("/v1/automation", body).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_stops_and_goes_on_when_told() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    assert_eq!(desk.get("/v1/automation").await.ok()["items"], json!([]));
    shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    let mut stream = desk.follow(None).await;
    let mut shops_stream = shop.follow(None).await;

    let switches = switch(&desk, None, false).await;
    let said = &switches["items"][0];
    assert_eq!((&said["automatic"], &said["reason"]), (&json!(false), &json!("snow")));
    assert_eq!(said["by"], "dispatcher");
    alice.accept(&offer).await.problem(409, "offer-gone");
    let told = stream.until("automation.switched").await.pop().expect("one");
    assert_eq!((&told.data["automatic"], &told.data["zone"]), (&json!(false), &Value::Null));
    coop.tick().await;
    assert!(alice.offers().await.is_empty());
    assert_eq!(desk.get("/v1/board").await.ok()["automation"], switches["items"]);

    // People go on, and what they ask the engine it answers.
    let delivery = shop.orders_to(place(1200, 0)).await;
    shops_stream.until("delivery.created").await;
    let answer = desk.post("/v1/board/ask", json!({ "delivery_ids": [delivery["id"]] })).await.ok();
    assert_eq!(answer["proposals"][0]["courier_id"], alice.id);
    desk.assign(&delivery, &alice).await.ok();

    switch(&desk, None, true).await;
    coop.tick().await;
    assert_eq!(alice.offers().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_taken_over_alone() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (inside, outside) = (coop.merchant("Inside").await, coop.merchant("Outside").await);
    let (alice, bob) =
        (coop.courier_on_shift("Alice", 100).await, coop.courier_on_shift("Bob", 200).await);
    let corner = |east, north| {
        let at = place(east, north);
        json!([at["longitude"], at["latitude"]])
    };
    let ring = [corner(-500, -500), corner(500, -500), corner(500, 500), corner(-500, 500)];
    let ring = [&ring[..], &ring[..1]].concat();
    let shape = json!({ "type": "Polygon", "coordinates": [ring] });
    let zone = json!({ "name": "old town", "shape": shape });
    coop.admin().await.post("/v1/zones", zone).await.created();
    desk.post("/v1/automation", json!({ "zone": "nowhere", "automatic": false, "reason": "snow" }))
        .await
        .problem(404, "not-found");
    switch(&desk, Some("old town"), false).await;

    inside.orders_to(place(900, 0)).await;
    let far = json!({
        "pickups": [{ "place": place(2000, 0), "address": "2 Far Street" }],
        "dropoffs": [{ "place": place(2500, 0) }],
    });
    let far = outside.post("/v1/deliveries", far).await.created();
    coop.tick().await;
    let asked = [alice.offers().await, bob.offers().await].concat();
    assert_eq!(asked.len(), 1, "only what is picked up outside the zone");
    let offer =
        if alice.offers().await.is_empty() { bob.offer().await } else { alice.offer().await };
    let offers = [alice.get("/v1/me/offers").await.ok(), bob.get("/v1/me/offers").await.ok()];
    let shown = offers.iter().flat_map(|page| page["items"].as_array().expect("a list"));
    let ids: Vec<&Value> = shown.map(|offer| &offer["deliveries"][0]["id"]).collect();
    assert_eq!(ids, [&far["id"]], "{offer}");
}

/// A plan that was made before the switch and is carried out at the same time: it is withdrawn, or
/// it comes too late.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_switches_off_is_not_overtaken() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    for round in 0..20 {
        shop.orders_to(place(600 + 10 * round, 0)).await;
        tokio::join!(coop.tick(), switch(&desk, None, false));
        assert!(alice.offers().await.is_empty(), "in round {round}");
        switch(&desk, None, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_over_says_why() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let silent = desk.post("/v1/automation", json!({ "automatic": false })).await;
    assert_eq!(silent.problem(422, "invalid")["errors"][0]["pointer"], "/reason");
    // It is so already: nothing is said, and nobody has said it.
    let same = desk.post("/v1/automation", json!({ "automatic": true })).await.ok();
    assert_eq!(same["items"], json!([]));
}
