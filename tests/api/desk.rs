//! The desk: many acts at once, versions, marks, and the order of a route.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// An act on a delivery as it was seen.
fn order(delivery: &Value, act: Value) -> Value {
    let mut order = act;
    order["delivery_id"] = delivery["id"].clone();
    order["version"] = delivery["version"].clone();
    order
}

async fn perform(desk: &Actor, acts: Vec<Value>) -> Vec<Value> {
    let answer = desk.post("/v1/board/acts", json!({ "acts": acts })).await.ok();
    answer["results"].as_array().expect("a result for each act").clone()
}

async fn perform_one(desk: &Actor, act: Value) -> Value {
    perform(desk, vec![act]).await.remove(0)
}

fn statuses(results: &[Value]) -> Vec<i64> {
    results.iter().map(|result| result["status"].as_i64().expect("a status")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_does_not_keep_the_others_back() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (first, second) =
        (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    let give = json!({ "act": "assign", "courier_id": alice.id });
    let nothing = json!({ "id": "dlv_00000000000000000000000000", "version": 1 });
    let results = perform(
        &desk,
        vec![
            order(&first, give.clone()),
            order(&nothing, give.clone()),
            order(&second, json!({ "act": "restore" })),
            order(&second, give),
        ],
    )
    .await;
    assert_eq!(statuses(&results), [200, 404, 200, 200], "{results:?}");
    assert_eq!(results[0]["delivery"]["courier_name"], "Alice");
    let route = alice.route().await;
    let deliveries: Vec<&str> = route.iter().map(|(_, delivery)| delivery.as_str()).collect();
    let (first, second) = (text(&first["id"]), text(&second["id"]));
    assert_eq!(deliveries, [first, first, second, second], "in the order given");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_dispatchers_is_told_who_was_first() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.dispatcher().await, coop.user("dispatcher").await);
    let shop = coop.merchant("Bistro").await;
    let (alice, carol) =
        (coop.courier_on_shift("Alice", 0).await, coop.courier_on_shift("Carol", 0).await);
    let seen = shop.orders_to(place(500, 0)).await;
    let give = |to: &Actor| order(&seen, json!({ "act": "assign", "courier_id": to.id }));
    assert_eq!(perform_one(&ada, give(&alice)).await["status"], 200);
    let lost = perform_one(&bob, give(&carol)).await;
    assert_eq!((&lost["status"], &lost["code"]), (&json!(409), &json!("outdated")), "{lost}");
    assert_eq!(
        (&lost["changed"]["by"], &lost["changed"]["act"]),
        (&json!("dispatcher"), &json!("assign"))
    );
    assert_eq!(lost["delivery"]["courier_name"], "Alice", "the truth comes with the refusal");
    assert_eq!(perform_one(&bob, give(&alice)).await["status"], 200, "it is so already");

    // What a courier did has no dispatcher's name.
    let now = ada.delivery(&seen["id"]).await;
    let done = format!("/v1/tasks/{}/done", task(&now, "pickup"));
    alice.post(&done, json!({})).await.ok();
    let late = perform_one(&bob, order(&now, json!({ "act": "unassign" }))).await;
    assert_eq!(late["status"], 409);
    assert!(late.get("changed").is_none(), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_the_desks_own() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let made = shop.orders_to(place(500, 0)).await;
    let mut stream = desk.follow(None).await;
    let mut shops_stream = shop.follow(None).await;
    let tagged = perform_one(&desk, order(&made, json!({ "act": "tag", "add": ["vip"] }))).await;
    let noted = json!({ "act": "note", "note": "ring at 4B" });
    let noted = perform_one(&desk, order(&tagged["delivery"], noted)).await;
    let marks = json!({ "note": "ring at 4B", "tags": ["vip"], "locked": false });
    assert_eq!(noted["delivery"]["desk"], marks);
    assert_eq!(desk.delivery(&made["id"]).await["desk"], marks);
    assert!(shop.delivery(&made["id"]).await.get("desk").is_none());
    let told = stream.until("delivery.updated").await.pop().expect("one");
    assert_eq!(told.data["delivery"]["desk"]["tags"], json!(["vip"]));
    let told = shops_stream.until("delivery.updated").await.pop().expect("one");
    assert!(told.data["delivery"].get("desk").is_none(), "{told:?}");

    let many: Vec<String> = (0..21).map(|n| format!("tag {n}")).collect();
    let many = perform_one(&desk, order(&noted["delivery"], json!({ "act": "tag", "add": many })));
    assert_eq!(many.await["status"], 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_leaves_alone_what_is_locked() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 10).await);
    let made = shop.orders_to(place(500, 0)).await;
    let locked = perform_one(&desk, order(&made, json!({ "act": "lock" }))).await;
    coop.tick().await;
    assert_eq!(alice.offers().await, Vec::<String>::new());
    let give = json!({ "act": "assign", "courier_id": alice.id });
    assert_eq!(perform_one(&desk, order(&locked["delivery"], give)).await["code"], "locked");

    let open = perform_one(&desk, order(&locked["delivery"], json!({ "act": "unlock" }))).await;
    coop.tick().await;
    let offer = alice.offer().await;
    // Locking it takes the offer back.
    let locked = perform_one(&desk, order(&open["delivery"], json!({ "act": "lock" }))).await;
    assert_eq!(locked["status"], 200, "{locked}");
    alice.accept(&offer).await.problem(409, "offer-gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_and_other_times_are_taken_back() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let made = shop.orders_to(place(500, 0)).await;
    let cancel = json!({ "act": "cancel", "reason": "by mistake" });
    let cancelled = perform_one(&desk, order(&made, cancel)).await["delivery"].clone();
    assert_eq!(cancelled["state"], "cancelled");
    let open = perform_one(&desk, order(&cancelled, json!({ "act": "restore" }))).await;
    let open = &open["delivery"];
    assert_eq!((&open["state"], &open["tasks"][0]["state"]), (&json!("open"), &json!("todo")));
    let later = json!({ "act": "reschedule", "ready_at": coop.at(3600), "due_at": coop.at(7200) });
    let moved = perform_one(&desk, order(open, later)).await;
    assert_eq!(moved["delivery"]["due_at"], coop.at(7200));
    let never = json!({ "act": "reschedule", "ready_at": coop.at(3600), "due_at": coop.at(60) });
    assert_eq!(perform_one(&desk, order(&moved["delivery"], never)).await["status"], 422);

    // A courier is paid for what was accepted, and a delivery is paid for once: this stays so.
    let alice = coop.courier_on_shift("Alice", 0).await;
    let held = shop.orders_to(place(900, 0)).await;
    let held = desk.assign(&held, &alice).await.ok();
    let cancel = json!({ "act": "cancel", "reason": "closed" });
    let cancelled = perform_one(&desk, order(&held, cancel)).await["delivery"].clone();
    assert_eq!(cancelled["state"], "cancelled");
    let line = alice.get("/v1/me/pay").await.ok()["lines"][0].clone();
    assert_eq!(line["inputs"]["outcome"], "cancelled", "{line}");
    let back = perform_one(&desk, order(&cancelled, json!({ "act": "restore" }))).await;
    assert_eq!((&back["status"], &back["code"]), (&json!(409), &json!("illegal-transition")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_put_into_another_order_once() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    for delivery in [&one, &two] {
        desk.assign(delivery, &alice).await.ok();
    }
    let board = desk.get("/v1/board").await.ok();
    let seen = board["couriers"][0]["route_version"].clone();
    let path = format!("/v1/couriers/{}/route", alice.id);
    let wanted =
        [task(&two, "pickup"), task(&two, "dropoff"), task(&one, "pickup"), task(&one, "dropoff")];
    let mut stream = desk.follow(None).await;
    let body = json!({ "version": seen, "tasks": wanted });
    let answer = desk.post(&path, body.clone()).await.ok();
    assert_eq!(answer["tasks"], json!(wanted));
    let told = stream.until("route.changed").await.pop().expect("one");
    assert_eq!(
        (&told.data["tasks"], &told.data["version"]),
        (&answer["tasks"], &answer["version"])
    );
    let first = alice.route().await.remove(0);
    assert_eq!(first, ("pickup".to_owned(), text(&two["id"]).to_owned()));

    desk.post(&path, body).await.problem(409, "outdated");
    let backwards = json!({ "tasks": [task(&one, "dropoff"), task(&one, "pickup")] });
    desk.post(&path, backwards).await.problem(409, "pickup-first");
    assert_eq!(alice.route().await.remove(0), first, "a refusal changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_acts_is_bounded() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let made = coop.merchant("Bistro").await.orders_to(place(500, 0)).await;
    let lock = order(&made, json!({ "act": "lock" }));
    for acts in [vec![], vec![lock; 201]] {
        let refused = desk.post("/v1/board/acts", json!({ "acts": acts })).await;
        assert_eq!(refused.problem(422, "invalid")["errors"][0]["pointer"], "/acts");
    }
    let unknown = order(&made, json!({ "act": "paint" }));
    desk.post("/v1/board/acts", json!({ "acts": [unknown] })).await.problem(422, "invalid");
    let why = |act: Value| {
        let call = desk.post("/v1/board/acts", json!({ "acts": [order(&made, act)] }));
        async { call.await.problem(422, "invalid")["errors"][0]["pointer"].clone() }
    };
    assert_eq!(why(json!({ "act": "assign" })).await, "/acts/0/courier_id");
    assert_eq!(why(json!({ "act": "lock", "reason": "no" })).await, "/acts/0/reason");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_answers_a_question_and_does_nothing() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let (near, far) =
        (coop.courier_on_shift("Near", 100).await, coop.courier_on_shift("Far", 4_000).await);
    let (open, held) = (shop.orders_to(place(900, 0)).await, shop.orders_to(place(950, 0)).await);
    desk.assign(&held, &far).await.ok();
    let over = shop.orders_to(place(500, 0)).await;
    let path = format!("/v1/deliveries/{}/cancel", text(&over["id"]));
    desk.post(&path, json!({ "reason": "sold out" })).await.ok();

    let ids = [&open["id"], &held["id"], &over["id"]];
    let answer = desk.post("/v1/board/ask", json!({ "delivery_ids": ids })).await.ok();
    let proposals = answer["proposals"].as_array().expect("a list");
    assert_eq!(proposals.len(), 1, "{answer}");
    assert_eq!(proposals[0]["courier_id"], near.id);
    assert_eq!(proposals[0]["delivery_ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(answer["left_out"], json!([over["id"]]));
    assert_eq!(answer["explanations"].as_array().map(Vec::len), Some(2));
    let effect = &answer["effect"];
    let ridden = |when: &str| effect[when]["riding_m"].as_i64().expect("metres");
    assert!(ridden("after") < ridden("before"), "the far one rides four kilometres less: {effect}");
    assert!(near.offers().await.is_empty());
    assert_eq!(desk.delivery(&held["id"]).await["courier_name"], "Far");

    // What it answered can be done as it stands: the stops are those of the deliveries.
    let give =
        |delivery: &Value| order(delivery, json!({ "act": "assign", "courier_id": near.id }));
    let held = desk.delivery(&held["id"]).await;
    assert_eq!(statuses(&perform(&desk, vec![give(&open), give(&held)]).await), [200, 200]);
    let planned = proposals[0]["route"].as_array().expect("a list").iter();
    let tasks: Vec<Value> = planned.map(|stop| stop["task"].clone()).collect();
    let path = format!("/v1/couriers/{}/route", near.id);
    assert_eq!(desk.post(&path, json!({ "tasks": tasks })).await.ok()["tasks"], json!(tasks));

    let none = desk.post("/v1/board/ask", json!({ "delivery_ids": [] })).await;
    assert_eq!(none.problem(422, "invalid")["errors"][0]["pointer"], "/delivery_ids");
}
