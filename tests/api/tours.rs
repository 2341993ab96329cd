//! Tours: put together, given and taken back as one, carried over, removed.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// A tour of some deliveries, in this order.
async fn tour_of(desk: &Actor, name: &str, deliveries: &[&Value]) -> Value {
    let ids: Vec<&Value> = deliveries.iter().map(|delivery| &delivery["id"]).collect();
    let new = json!({ "name": name, "day": "2026-03-02", "delivery_ids": ids });
    desk.post("/v1/tours", new).await.created()
}

fn path(tour: &Value, act: &str) -> String {
    format!("/v1/tours/{}{act}", text(&tour["id"]))
}

fn tasks(deliveries: &[&Value]) -> Value {
    let of = |delivery: &&Value| [task(delivery, "pickup"), task(delivery, "dropoff")];
    json!(deliveries.iter().flat_map(of).collect::<Vec<_>>())
}

async fn states(desk: &Actor, deliveries: &[&Value]) -> Vec<String> {
    let mut states = Vec::new();
    for delivery in deliveries {
        states.push(text(&desk.delivery(&delivery["id"]).await["state"]).to_owned());
    }
    states
}

/// Whose courier's route it is: the tasks in their order.
async fn route(desk: &Actor, courier: &Actor) -> Vec<Value> {
    let board = desk.get("/v1/board").await.ok();
    let couriers = board["couriers"].as_array().expect("a list");
    let own = couriers.iter().find(|one| one["id"] == courier.id).expect("the courier");
    let stops = own["route"].as_array().expect("a list");
    stops.iter().map(|stop| stop["task_id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tour_is_given_and_taken_back_as_one_and_ridden_in_its_order() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let first = shop.orders_to(place(300, 0)).await;
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    desk.assign(&first, &alice).await.ok();
    let mut stream = desk.follow(None).await;

    let tour = tour_of(&desk, "North", &[&one, &two]).await;
    assert_eq!(tour["stops"], tasks(&[&one, &two]));
    let ride = tour["ride_m"].as_i64().expect("metres");
    assert!((1_500..3_500).contains(&ride), "out, back and out again: {tour}");
    assert_eq!((&tour["changed_by"], &tour["version"]), (&json!("dispatcher"), &json!(1)));
    let told = stream.until("tour.changed").await.pop().expect("one");
    assert_eq!(told.data["tour"], tour);
    assert_eq!(desk.delivery(&one["id"]).await["desk"]["tour_id"], tour["id"]);
    assert!(shop.delivery(&one["id"]).await.get("desk").is_none(), "not for shops");
    assert_eq!(desk.get("/v1/board").await.ok()["tours"], json!([tour]));
    assert_eq!(desk.get("/v1/tours?day=2026-03-02").await.ok()["items"], json!([tour]));
    assert_eq!(desk.get("/v1/tours?day=2026-03-05").await.ok()["items"], json!([]));

    let give = json!({ "version": 1, "courier_id": alice.id });
    let given = desk.post(&path(&tour, "/give"), give.clone()).await.ok();
    assert_eq!(given["version"], 2);
    assert_eq!(json!(route(&desk, &alice).await), tasks(&[&first, &one, &two]));
    // The same again is so already, whatever was seen.
    assert_eq!(desk.post(&path(&tour, "/give"), give).await.ok(), given);

    // Another order of the tour is another order of the route.
    let order = json!({ "version": 2, "stops": tasks(&[&two, &one]) });
    let turned = desk.patch(&path(&tour, ""), order).await.ok();
    assert_eq!(turned["stops"], tasks(&[&two, &one]));
    assert_eq!(json!(route(&desk, &alice).await), tasks(&[&first, &two, &one]));

    // What is on the bike stays there.
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    alice.complete(&task(&two, "pickup"), json!({})).await.ok();
    desk.post(&path(&tour, "/take-back"), json!({ "version": 3 })).await.ok();
    assert_eq!(states(&desk, &[&one, &two]).await, ["open", "picked_up"]);
    let log = desk.get("/v1/acts?kind=give_tour").await.ok();
    let act = &log["items"][0];
    assert_eq!(act["detail"]["tour_id"], tour["id"]);
    assert_eq!((&act["courier_name"], act.get("merchant_name")), (&json!("Alice"), None));
    let log = desk.get("/v1/acts?kind=join_tour").await.ok();
    assert_eq!(log["items"][0]["merchant_name"], "Bistro", "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_tour_is_all_or_nothing() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    let third = shop.orders_to(place(700, 0)).await;
    let tour = tour_of(&desk, "North", &[&one, &two]).await;

    // A delivery is in one tour; of a new one that asks for it nothing remains.
    let ids = json!([third["id"], one["id"]]);
    let other = json!({ "name": "South", "day": "2026-03-02", "delivery_ids": ids });
    desk.post("/v1/tours", other).await.problem(409, "in-tour");
    assert!(desk.delivery(&third["id"]).await["desk"].get("tour_id").is_none());
    assert_eq!(desk.get("/v1/tours").await.ok()["items"], json!([tour]));

    // One that is locked keeps the tour where it is.
    let lock = json!({ "acts": [{ "delivery_id": two["id"], "act": "lock" }] });
    desk.post("/v1/board/acts", lock).await.ok();
    let give = json!({ "courier_id": alice.id });
    let refused = desk.post(&path(&tour, "/give"), give).await;
    let detail = refused.problem(409, "locked")["detail"].clone();
    assert!(text(&detail).starts_with(text(&two["id"])), "{detail}");
    assert_eq!(states(&desk, &[&one, &two]).await, ["open", "open"]);

    let backwards = json!({ "stops": [task(&one, "dropoff"), task(&one, "pickup")] });
    desk.patch(&path(&tour, ""), backwards).await.problem(409, "pickup-first");
    let nobody = json!({ "courier_id": "cou_00000000000000000000000000" });
    desk.post(&path(&tour, "/give"), nobody).await.problem(404, "not-found");
    let many = vec![json!(one["id"]); 101];
    let many = desk.patch(&path(&tour, ""), json!({ "add": many })).await;
    assert_eq!(many.problem(422, "invalid")["errors"][0]["pointer"], "/add");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_dispatchers_is_told_who_changed_the_tour() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.dispatcher().await, coop.admin().await);
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    let tour = tour_of(&ada, "North", &[&one]).await;
    let add = json!({ "version": 1, "name": "North, early", "add": [two["id"]] });
    let now = ada.patch(&path(&tour, ""), add.clone()).await.ok();
    assert_eq!((&now["name"], &now["version"]), (&json!("North, early"), &json!(2)));
    assert_eq!(now["stops"], tasks(&[&one, &two]));
    assert_eq!(ada.patch(&path(&tour, ""), add).await.ok(), now, "already so");

    let give = json!({ "version": 1, "courier_id": alice.id });
    let lost = bob.post(&path(&tour, "/give"), give).await;
    let detail = lost.problem(409, "outdated")["detail"].clone();
    assert!(text(&detail).starts_with("dispatcher has changed this tour"), "{detail}");
    for (act, body) in [
        ("/carry", json!({ "version": 1, "day": "2026-03-03" })),
        ("/remove", json!({ "version": 1 })),
    ] {
        bob.post(&path(&tour, act), body).await.problem(409, "outdated");
    }
    assert_eq!(states(&ada, &[&one, &two]).await, ["open", "open"]);

    let out = json!({ "version": 2, "remove": [one["id"]] });
    let left = bob.patch(&path(&tour, ""), out).await.ok();
    assert_eq!(left["stops"], tasks(&[&two]));
    assert!(ada.delivery(&one["id"]).await["desk"].get("tour_id").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_leaves_a_tour_to_the_desk_until_it_is_removed() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 10).await);
    let made = shop.orders_to(place(500, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    let tour = tour_of(&desk, "North", &[&made]).await;
    alice.accept(&offer).await.problem(409, "offer-gone");
    coop.tick().await;
    assert_eq!(alice.offers().await, Vec::<String>::new());

    let mut stream = desk.follow(None).await;
    desk.post(&path(&tour, "/give"), json!({ "courier_id": alice.id })).await.ok();
    desk.post(&path(&tour, "/remove"), json!({ "version": 2 })).await.status(204);
    stream.until("tour.removed").await;
    assert_eq!(states(&desk, &[&made]).await, ["open"], "taken back");
    desk.get(&path(&tour, "")).await.problem(404, "not-found");
    assert_eq!(desk.get("/v1/board").await.ok()["tours"], json!([]));
    coop.tick().await;
    assert_eq!(alice.offers().await.len(), 1, "the engine offers it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_is_carried_over_to_another_day() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (one, two) = (shop.orders_to(place(500, 0)).await, shop.orders_to(place(900, 0)).await);
    let tour = tour_of(&desk, "North", &[&one, &two]).await;
    desk.assign(&one, &alice).await.ok();
    let carry = json!({ "version": 1, "day": "2026-03-03" });
    let next = desk.post(&path(&tour, "/carry"), carry).await.created();
    assert_eq!((&next["name"], &next["day"]), (&json!("North"), &json!("2026-03-03")));
    assert_eq!((&next["stops"], &next["version"]), (&tasks(&[&two]), &json!(1)));
    let before = desk.get(&path(&tour, "")).await.ok();
    assert_eq!((&before["stops"], &before["version"]), (&tasks(&[&one]), &json!(2)));
    assert_eq!(desk.delivery(&two["id"]).await["due_at"], two["due_at"], "promised as before");

    // Nothing of it is left: it is gone.
    let carry = json!({ "version": 1, "day": "2026-03-04" });
    let last = desk.post(&path(&next, "/carry"), carry).await.created();
    desk.get(&path(&next, "")).await.problem(404, "not-found");
    desk.assign(&two, &alice).await.ok();
    let carry = json!({ "day": "2026-03-05" });
    desk.post(&path(&last, "/carry"), carry).await.problem(409, "illegal-transition");
}
