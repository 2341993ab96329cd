//! Shifts, positions and routes.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

fn fix(coop: &Coop, seconds: i64, place: &Value) -> Value {
    json!({
        "at": coop.at(seconds), "latitude": place["latitude"], "longitude": place["longitude"],
        "accuracy_m": 12.5,
    })
}

async fn report(courier: &Actor, fixes: Vec<Value>) -> Value {
    courier.post("/v1/me/positions", json!({ "fixes": fixes })).await.ok()
}

async fn seen_at(dispatcher: &Actor, courier: &Actor) -> Value {
    let board = dispatcher.get("/v1/board").await.ok();
    let couriers = board["couriers"].as_array().expect("couriers");
    let found = couriers.iter().find(|one| one["id"] == courier.id);
    found.expect("every courier is on the board").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn off_shift_positions_are_dropped_and_the_answer_says_so() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let alice = coop.courier("Alice").await;
    let here = place(10, 20);
    let answer = report(&alice, vec![fix(&coop, 0, &here), fix(&coop, -5, &here)]).await;
    let dropped =
        json!([{ "index": 0, "reason": "off-shift" }, { "index": 1, "reason": "off-shift" }]);
    assert_eq!(answer, json!({ "accepted": 0, "dropped": dropped }));
    assert!(seen_at(&dispatcher, &alice).await.get("place").is_none());

    alice.post("/v1/me/shift/start", json!({})).await.ok();
    assert!(seen_at(&dispatcher, &alice).await.get("place").is_none(), "none was kept");
    let answer = report(&alice, vec![fix(&coop, -1, &here)]).await;
    assert_eq!(answer["dropped"][0]["reason"], "off-shift", "from before the shift: {answer}");
    coop.pass(120);
    let nowhere = json!({ "latitude": 91.0, "longitude": 0.0 });
    let answer = report(
        &alice,
        vec![
            fix(&coop, -9, &here),
            fix(&coop, 0, &nowhere),
            fix(&coop, 900, &here),
            fix(&coop, -1, &place(99, 0)),
        ],
    )
    .await;
    let dropped = json!([
        { "index": 1, "reason": "not-a-place" },
        { "index": 2, "reason": "from-the-future" },
    ]);
    assert_eq!(answer, json!({ "accepted": 2, "dropped": dropped }));
    let seen = seen_at(&dispatcher, &alice).await;
    assert_eq!(seen["fixed_at"], coop.at(-1), "the newest counts: {seen}");

    // Nobody rides thirty kilometres and back in a few seconds.
    let ride = vec![
        fix(&coop, -8, &here),
        fix(&coop, -6, &place(30_000, 0)),
        fix(&coop, -4, &here),
        fix(&coop, -2, &here),
    ];
    let dropped = json!([{ "index": 1, "reason": "jump" }]);
    assert_eq!(report(&alice, ride).await, json!({ "accepted": 3, "dropped": dropped }));

    // What comes late does not put the courier back, and the end of the shift ends the trace.
    report(&alice, vec![fix(&coop, -60, &here)]).await;
    assert_eq!(seen_at(&dispatcher, &alice).await["fixed_at"], coop.at(-1));
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let seen = seen_at(&dispatcher, &alice).await;
    assert!(seen.get("place").is_none() && seen["on_shift"] == false, "{seen}");
    coop.pass(1);
    assert_eq!(report(&alice, vec![fix(&coop, 0, &here)]).await["accepted"], 0);
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    assert!(seen_at(&dispatcher, &alice).await.get("place").is_none(), "it starts from nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_positions_has_a_bound() {
    let coop = Coop::start().await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let many = |count: usize| json!({ "fixes": vec![fix(&coop, 0, &place(1, 1)); count] });
    assert_eq!(alice.post("/v1/me/positions", many(100)).await.ok()["accepted"], 100);
    for count in [0, 101] {
        let problem = alice.post("/v1/me/positions", many(count)).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/fixes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_starts_as_planned_or_on_the_spot_and_once() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let alice = coop.courier("Alice").await;
    alice.get("/v1/me/shift").await.problem(404, "not-found");
    alice.post("/v1/me/shift/stop", json!({})).await.problem(409, "illegal-transition");

    let plan = format!("/v1/couriers/{}/shifts", alice.id);
    let agreed = json!({ "from": coop.at(600), "to": coop.at(7200) });
    let planned = dispatcher.post(&plan, agreed).await.created();
    assert_eq!(planned["state"], "planned");
    assert_eq!(alice.get("/v1/me/shifts").await.ok()["items"], json!([planned]));

    // Ten minutes early is early enough.
    let started = alice.post("/v1/me/shift/start", json!({})).await.ok();
    assert_eq!((&started["id"], &started["state"]), (&planned["id"], &json!("open")));
    coop.pass(60);
    assert_eq!(alice.post("/v1/me/shift/start", json!({})).await.ok(), started);
    assert_eq!(alice.get("/v1/me/shift").await.ok(), started);
    coop.pass(600);
    let ended = alice.post("/v1/me/shift/stop", json!({})).await.ok();
    assert_eq!(ended["paid_seconds"], 660, "as worked, by the hourly tariff");
    let again = json!({ "shift_id": planned["id"] });
    alice.post("/v1/me/shift/start", again).await.problem(409, "illegal-transition");

    let unplanned = alice.post("/v1/me/shift/start", json!({})).await.ok();
    assert_ne!(unplanned["id"], planned["id"]);
    assert!(unplanned.get("from").is_none(), "{unplanned}");

    // Somebody else's shift does not exist.
    let bob = coop.courier("Bob").await;
    bob.post("/v1/me/shift/start", json!({ "shift_id": planned["id"] }))
        .await
        .problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_does_not_end_with_tasks_in_hand() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = shop.orders_to(place(1000, 0)).await;
    dispatcher.assign(&delivery, &alice).await.ok();
    let stop = || alice.post("/v1/me/shift/stop", json!({}));
    stop().await.problem(409, "route-not-empty");
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    stop().await.problem(409, "route-not-empty");
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    stop().await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_shift_takes_the_open_question_along() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    assert!(alice.offers().await.is_empty());
    alice.accept(&offer).await.problem(409, "offer-gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_in_riding_order_and_counts_its_changes() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    // Three in one direction, ordered farthest first: one bundle, or one after the other.
    let mut accepted = Vec::new();
    for east_m in [1500, 1000, 500] {
        accepted.push(text(&shop.orders_to(place(east_m, 0)).await["id"]).to_owned());
    }
    coop.tick().await;
    let before = alice.get("/v1/me/route").await.ok()["version"].as_i64();
    alice.accept(&alice.offer().await).await.ok();
    let route = alice.get("/v1/me/route").await.ok();
    assert!(route["version"].as_i64() > before);
    let stops = alice.route().await;
    let bundle = stops.len() / 2;
    assert_eq!(bundle, 3, "three from one counter ride together: {stops:?}");
    assert!(stops[..3].iter().all(|(kind, _)| kind == "pickup"), "{stops:?}");
    let dropoffs: Vec<&String> = stops[3..].iter().map(|(_, id)| id).collect();
    assert_eq!(dropoffs, [&accepted[2], &accepted[1], &accepted[0]], "the nearest first");

    // What is given by hand comes behind.
    let by_hand = shop.orders_to(place(10, 0)).await;
    dispatcher.assign(&by_hand, &alice).await.ok();
    let stops = alice.route().await;
    assert_eq!(stops.len(), 8);
    assert!(stops[6..].iter().all(|(_, id)| id == text(&by_hand["id"])), "{stops:?}");
    // What is done leaves the route, the rest keeps its order.
    let path = alice.get("/v1/me/route").await.ok()["stops"][0]["task_id"].clone();
    alice.complete(text(&path), json!({})).await.ok();
    assert_eq!(alice.route().await, stops[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_can_log_in_is_listed() {
    let coop = Coop::start().await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    coop.dispatcher().await;
    let admin = coop.admin().await;
    let first = admin.get("/v1/users?limit=1").await.ok();
    let cursor = text(&first["next_cursor"]).to_owned();
    let rest = admin.get(&format!("/v1/users?cursor={cursor}")).await.ok();
    let mut people = first["items"].as_array().expect("a list").clone();
    people.extend(rest["items"].as_array().expect("a list").clone());
    let of_alice = people.iter().find(|user| user["courier_id"] == alice.id).expect("Alice");
    assert_eq!(of_alice["roles"], json!(["courier"]));
    assert!(people.iter().any(|user| user["roles"] == json!(["dispatcher"])), "{people:?}");
    assert!(people.iter().all(|user| user.get("password_hash").is_none()));
}
