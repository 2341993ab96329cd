//! A delivery in two legs: one courier brings the goods to a hub, another one takes them on.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::invoices::audited;
use crate::support::{Actor, Coop, place, task, text};

/// A hub so far east of the shops.
async fn hub(coop: &Coop, name: &str, east_m: i32) -> Value {
    let hub = json!({
        "name": name, "place": place(east_m, 0), "address": "12 Quai",
        "instructions": "The key is in the box.",
    });
    coop.admin().await.post("/v1/hubs", hub).await.created()
}

/// What came of an act of the desk's on one delivery.
async fn act(desk: &Actor, delivery: &Value, act: Value) -> Value {
    let mut act = act;
    act["delivery_id"] = delivery["id"].clone();
    let done = desk.post("/v1/board/acts", json!({ "acts": [act] })).await.ok();
    done["results"][0].clone()
}

async fn split(desk: &Actor, delivery: &Value, hub: &Value) -> Value {
    act(desk, delivery, json!({ "act": "split", "hub_id": hub["id"] })).await
}

fn refused(outcome: &Value) -> (u64, &str) {
    (outcome["status"].as_u64().expect("a status"), text(&outcome["code"]))
}

/// What brings, or was to bring, the goods of a delivery to a hub.
async fn first_legs(desk: &Actor, delivery: &Value) -> Vec<Value> {
    let all = desk.get("/v1/deliveries").await.ok();
    let all = all["items"].as_array().expect("a list").clone();
    all.into_iter().filter(|one| one["leg"]["feeds"] == delivery["id"]).collect()
}

/// The one that is not over, where there is one.
async fn first_leg(desk: &Actor, delivery: &Value) -> Value {
    let mut legs = first_legs(desk, delivery).await;
    legs.sort_by_key(|leg| leg.get("ended_at").is_some());
    legs.into_iter().next().expect("a first leg")
}

async fn goods(desk: &Actor, delivery: &Value) -> Value {
    desk.delivery(&delivery["id"]).await["leg"]["goods"].clone()
}

fn place_of(delivery: &Value, index: usize) -> &Value {
    &delivery["tasks"][index]["place"]
}

fn signed() -> Value {
    json!({ "proof": { "signed_by": "M. Curie" } })
}

/// The newest line of pay.
async fn last_pay(courier: &Actor) -> Value {
    courier.get("/v1/me/pay").await.ok()["lines"][0].clone()
}

async fn page(coop: &Coop, shop: &Actor, delivery: &Value) -> String {
    let links = format!("/v1/deliveries/{}/links", text(&delivery["id"]));
    let link = text(&shop.get(&links).await.ok()["items"][0]["url"]).to_owned();
    let page = coop.stranger().get(&link).await;
    String::from_utf8_lossy(&page.body).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_couriers_carry_one_order_and_everybody_sees_one() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let (alice, bob) =
        (coop.courier_on_shift("Alice", 0).await, coop.courier_on_shift("Bob", 2000).await);
    let hub = hub(&coop, "Depot", 2000).await;
    let mut told = shop.follow(None).await;
    let delivery = shop.orders_to(place(4000, 0)).await;
    let id = text(&delivery["id"]).to_owned();

    // What it would change, before it does.
    let seen = desk.get(&format!("/v1/deliveries/{id}/splits")).await.ok();
    let effect = &seen["items"][0];
    assert_eq!((&effect["hub_id"], &effect["hub_name"]), (&hub["id"], &json!("Depot")));
    let metres = |way: &str| effect[way]["ride_m"].as_i64().expect("metres");
    assert_eq!(effect["extra_m"], metres("first") + metres("second") - metres("whole"));
    assert!(first_legs(&desk, &delivery).await.is_empty(), "nothing is written");

    let done = split(&desk, &delivery, &hub).await;
    assert_eq!(done["status"], 200, "{done}");
    let second = &done["delivery"];
    assert_eq!(second["leg"]["goods"], "at_sender");
    assert_eq!((&second["price"], &second["due_at"]), (&delivery["price"], &delivery["due_at"]));
    assert_eq!((place_of(second, 0), place_of(second, 1)), (&hub["place"], place_of(&delivery, 1)));
    let first = first_leg(&desk, &delivery).await;
    assert_eq!((place_of(&first, 0), place_of(&first, 1)), (place_of(&delivery, 0), &hub["place"]));
    assert_eq!((&first["price"]["amount"], &first["state"]), (&json!(0), &json!("open")));
    assert!(text(&first["due_at"]) < text(&delivery["due_at"]), "in time for the rest of the way");
    assert_eq!(desk.get("/v1/board").await.ok()["counts"]["open"], 1, "one order");

    // For the shop it is one delivery, by way of the hub, without what couriers are told of it.
    let listed = shop.get("/v1/deliveries").await.ok()["items"].clone();
    assert_eq!((listed.as_array().expect("a list").len(), &listed[0]["id"]), (1, &json!(id)));
    assert_eq!(
        listed[0]["leg"],
        json!({ "hub_id": hub["id"], "hub_name": "Depot", "goods": "at_sender" })
    );
    assert!(!listed.to_string().contains("key is in the box"));
    let of_first = format!("/v1/deliveries/{}", text(&first["id"]));
    shop.get(&of_first).await.problem(404, "not-found");
    for (path, body) in [
        ("cancel", json!({ "reason": "no" })),
        ("ready", json!({})),
        ("tip", json!({ "amount": 100, "currency": "EUR" })),
    ] {
        shop.post(&format!("{of_first}/{path}"), body).await.problem(404, "not-found");
    }

    // By hand both may be given at once; the second courier waits for the goods.
    desk.assign(&first, &alice).await.ok();
    desk.assign(&delivery, &bob).await.ok();
    bob.complete(&task(&delivery, "pickup"), json!({})).await.problem(409, "not-at-hub");
    for stop in ["pickup", "dropoff"] {
        let failed = format!("/v1/tasks/{}/failed", task(&delivery, stop));
        bob.post(&failed, json!({ "code": "item_missing" })).await.problem(409, "not-at-hub");
    }
    let stops = bob.get("/v1/me/route").await.ok()["stops"].clone();
    assert_eq!(
        (&stops[0]["goods"], &stops[0]["hub"]["instructions"]),
        (&json!("at_sender"), &hub["instructions"])
    );
    coop.pass(120);
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    assert_eq!(goods(&desk, &delivery).await, "on_the_way");
    assert!(page(&coop, &shop, &delivery).await.contains("on its way to our hub"));
    let stops = alice.get("/v1/me/route").await.ok()["stops"].clone();
    assert_eq!((&stops[0]["hub"]["name"], &stops[0]["needs"]), (&json!("Depot"), &json!([])));
    bob.complete(&task(&delivery, "pickup"), json!({})).await.problem(409, "not-at-hub");
    coop.pass(500);
    // Left on the shelf: the step and its time are the proof.
    alice.complete(&task(&first, "dropoff"), json!({})).await.ok();
    let there = desk.delivery(&delivery["id"]).await;
    assert_eq!(
        (&there["leg"]["goods"], &there["ready_at"]),
        (&json!("at_hub"), &json!(coop.at(0)))
    );
    let customer = page(&coop, &shop, &delivery).await;
    assert!(customer.contains("at our hub") && !customer.contains("Alice"), "{customer}");
    bob.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    coop.pass(500);
    bob.complete(&task(&delivery, "dropoff"), signed()).await.ok();

    // Each leg pays for its own way, and the merchant pays once.
    let (a, b) = (last_pay(&alice).await, last_pay(&bob).await);
    assert_eq!((&a["kind"], &b["kind"]), (&json!("piece"), &json!("piece")));
    assert_eq!((&a["delivery_id"], &b["delivery_id"]), (&first["id"], &delivery["id"]));
    assert_eq!(a["inputs"]["trip_m"], metres("first"));
    assert_eq!(b["inputs"]["trip_m"], metres("second"));
    assert_eq!((&a["amount"], &b["amount"]), (&effect["first"]["pay"], &effect["second"]["pay"]));
    let treasurer = coop.user("treasurer").await;
    assert_eq!(treasurer.get("/v1/ledger/trial-balance").await.ok()["sum"]["EUR"], 0);
    coop.pass(60);
    let month = json!({ "from": "2026-01-01T00:00:00Z", "to": coop.at(0) });
    let issued = treasurer.post("/v1/invoices", month).await.created();
    let invoice = format!("/v1/invoices/{}", text(&issued["items"][0]["id"]));
    let lines = shop.get(&invoice).await.ok()["lines"].clone();
    assert_eq!(lines.as_array().expect("lines").len(), 1, "{lines}");
    assert_eq!(lines[0]["delivery_id"], json!(id));
    audited(&coop).await;
    let pulse = desk.get("/v1/pulse").await.ok();
    assert_eq!(pulse["lateness"]["delivered"], 1, "{pulse}");

    let events = told.until("delivery.delivered").await;
    let about: Vec<&Value> = events.iter().map(|event| &event.data["delivery"]["id"]).collect();
    assert!(about.iter().all(|one| **one == json!(id)), "{about:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_sends_the_second_courier_when_the_goods_are_there() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let alice = coop.courier_on_shift("Alice", 0).await;
    let hub = hub(&coop, "Depot", 1000).await;
    let delivery = shop.orders_to(place(2000, 0)).await;
    split(&desk, &delivery, &hub).await;
    let first = first_leg(&desk, &delivery).await;

    let asked = async || {
        let offers = alice.get("/v1/me/offers").await.ok();
        let offer = offers["items"][0].clone();
        let ids = offer["deliveries"].as_array().expect("a list").iter();
        (text(&offer["id"]).to_owned(), ids.map(|one| one["id"].clone()).collect::<Vec<_>>())
    };
    coop.pass(1200);
    alice.rides_to(&coop, place(0, 0)).await;
    coop.tick().await;
    let (offer, about) = asked().await;
    assert_eq!(about, [first["id"].clone()], "not the second leg, whose goods are elsewhere");
    alice.accept(&offer).await.ok();
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    coop.pass(10);
    coop.tick().await;
    assert!(alice.offers().await.is_empty());
    coop.pass(300);
    alice.complete(&task(&first, "dropoff"), json!({})).await.ok();
    alice.rides_to(&coop, place(1000, 0)).await;
    coop.tick().await;
    assert_eq!(asked().await.1, [delivery["id"].clone()]);

    // The step is taken back: the goods are on the bike again, and nobody is asked to fetch them.
    let undo = format!("/v1/tasks/{}/undo", task(&first, "dropoff"));
    alice.post(&undo, json!({ "step": "done" })).await.ok();
    assert_eq!(goods(&desk, &delivery).await, "on_the_way");
    assert!(alice.offers().await.is_empty());
    alice.complete(&task(&first, "dropoff"), json!({})).await.ok();
    // Once they are taken on, it is too late for that.
    desk.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    alice.post(&undo, json!({ "step": "done" })).await.problem(409, "undo-followed");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_is_taken_back_while_nothing_has_left_the_shop() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let (alice, bob) =
        (coop.courier_on_shift("Alice", 0).await, coop.courier_on_shift("Bob", 0).await);
    let hub = hub(&coop, "Depot", 1000).await;
    let delivery = shop.orders_to(place(2000, 0)).await;
    desk.assign(&delivery, &bob).await.ok();
    split(&desk, &delivery, &hub).await;
    assert!(bob.route().await.is_empty(), "it begins elsewhere now");
    let first = first_leg(&desk, &delivery).await;
    desk.assign(&first, &alice).await.ok();

    let joined = act(&desk, &delivery, json!({ "act": "join" })).await;
    assert_eq!((&joined["status"], joined["delivery"].get("leg")), (&json!(200), None));
    assert_eq!(joined["delivery"]["tasks"][0]["place"], delivery["tasks"][0]["place"]);
    assert_eq!(joined["delivery"]["ready_at"], delivery["ready_at"]);
    assert!(alice.route().await.is_empty());
    assert_eq!(first_leg(&desk, &delivery).await["state"], "cancelled");
    assert_eq!(act(&desk, &delivery, json!({ "act": "join" })).await["status"], 200, "it is so");
    let restored = act(&desk, &first, json!({ "act": "restore" })).await;
    assert_eq!(refused(&restored), (409, "split"));

    // Again, and now the goods leave: no way back but with their courier.
    split(&desk, &delivery, &hub).await;
    let first = first_leg(&desk, &delivery).await;
    desk.assign(&first, &alice).await.ok();
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    let joined = act(&desk, &delivery, json!({ "act": "join" })).await;
    assert_eq!(refused(&joined), (409, "first-leg"));
    let cancel = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
    shop.post(&cancel, json!({ "reason": "no" })).await.problem(409, "first-leg");
    let times = json!({ "act": "reschedule", "ready_at": coop.at(600), "due_at": coop.at(7200) });
    assert_eq!(refused(&act(&desk, &delivery, times).await), (409, "split"));
    let back = json!({ "act": "return", "code": "other" });
    assert_eq!(act(&desk, &first, back).await["status"], 200);
    assert_eq!(goods(&desk, &delivery).await, "going_back");
    coop.pass(60);
    let turned = desk.delivery(&first["id"]).await;
    alice.complete(&task(&turned, "return"), signed()).await.ok();
    let whole = desk.delivery(&delivery["id"]).await;
    assert_eq!((whole.get("leg"), &whole["state"]), (None, &json!("open")));
    assert_eq!(place_of(&whole, 0), place_of(&delivery, 0));
    shop.post(&cancel, json!({ "reason": "no" })).await.ok();
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_the_first_leg_is_seen_on_the_second() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let alice = coop.courier_on_shift("Alice", 0).await;
    let hub = hub(&coop, "Depot", 1000).await;
    let on_the_way = async || {
        let delivery = shop.orders_to(place(2000, 0)).await;
        split(&desk, &delivery, &hub).await;
        let first = first_leg(&desk, &delivery).await;
        desk.assign(&first, &alice).await.ok();
        (delivery, first)
    };
    let fail = async |first: &Value, kind: &str, code: &str| {
        let path = format!("/v1/tasks/{}/failed", task(first, kind));
        alice.post(&path, json!({ "code": code })).await.ok()
    };

    // Called off by the desk, or not to be had at the counter: the shop has the goods.
    let (delivery, first) = on_the_way().await;
    act(&desk, &first, json!({ "act": "cancel", "reason": "no" })).await;
    assert!(desk.delivery(&delivery["id"]).await.get("leg").is_none());
    let (delivery, first) = on_the_way().await;
    fail(&first, "pickup", "closed_store").await;
    assert!(desk.delivery(&delivery["id"]).await.get("leg").is_none());
    let undo = format!("/v1/tasks/{}/undo", task(&first, "pickup"));
    alice.post(&undo, json!({ "step": "failed" })).await.problem(409, "undo-followed");

    // The hub is locked: they come back.
    let (delivery, first) = on_the_way().await;
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    fail(&first, "dropoff", "closed_store").await;
    assert_eq!(goods(&desk, &delivery).await, "going_back");

    // They are lost: a person has to see to it, and may have them made anew.
    let (delivery, first) = on_the_way().await;
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    fail(&first, "dropoff", "lost").await;
    assert_eq!(goods(&desk, &delivery).await, "astray");
    assert_eq!(act(&desk, &delivery, json!({ "act": "join" })).await["status"], 200);
    assert_eq!(place_of(&desk.delivery(&delivery["id"]).await, 0), place_of(&delivery, 0));

    // Called off by the shop: nobody rides for nothing, and the courier's part of the way is paid.
    let (delivery, first) = on_the_way().await;
    let cancel = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
    shop.post(&cancel, json!({ "reason": "sold out" })).await.ok();
    assert_eq!(desk.delivery(&first["id"]).await["state"], "cancelled");
    assert_eq!(last_pay(&alice).await["inputs"]["outcome"], "cancelled");
    let fee = shop.delivery(&delivery["id"]).await["price"]["amount"].as_i64().expect("cents");
    assert!(fee > 0, "a courier had it");

    // The kitchen is late: both legs are.
    let (delivery, first) = on_the_way().await;
    let ready = format!("/v1/deliveries/{}/ready", text(&delivery["id"]));
    shop.post(&ready, json!({ "ready_at": coop.at(1200) })).await.ok();
    assert_eq!(desk.delivery(&first["id"]).await["ready_at"], coop.at(1200));
    coop.pass(1200);
    alice.complete(&task(&first, "pickup"), json!({})).await.ok();
    shop.post(&ready, json!({ "ready_at": coop.at(600) })).await.problem(409, "fixed");
    let packages = json!({ "packages": [{ "name": "pizza", "quantity": 2 }] });
    let amend = shop.patch(&format!("/v1/deliveries/{}", text(&delivery["id"])), packages);
    amend.await.problem(409, "fixed");

    // Goods that nobody takes at the door go back to the shop, not to the hub.
    alice.complete(&task(&first, "dropoff"), json!({})).await.ok();
    desk.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let back = json!({ "act": "return", "code": "refused" });
    let turned = act(&desk, &delivery, back).await["delivery"].clone();
    assert_eq!(place_of(&turned, 2), place_of(&delivery, 0));
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dispatchers_split_at_once_and_one_does_it() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let mut hubs = Vec::new();
    for east_m in [500, 800, 1100, 1400] {
        hubs.push(hub(&coop, &format!("Depot {east_m}"), east_m).await);
    }
    let delivery = shop.orders_to(place(2000, 0)).await;
    let outcomes = join_all(hubs.iter().map(|hub| split(&desk, &delivery, hub))).await;
    let done = outcomes.iter().filter(|outcome| outcome["status"] == 200).count();
    let late = outcomes.iter().filter(|outcome| outcome["code"] == "split").count();
    assert_eq!((done, late), (1, 3), "{outcomes:?}");
    assert_eq!(first_legs(&desk, &delivery).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_split_is_refused_with_a_reason() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let depot = hub(&coop, "Depot", 1000).await;
    let (admin, alice) = (coop.admin().await, coop.courier_on_shift("Alice", 0).await);
    let again = json!({ "name": "Depot", "place": place(0, 0), "address": "1 Rue" });
    admin.post("/v1/hubs", again).await.problem(409, "exists");
    let other = hub(&coop, "Other", 1200).await;
    let path = format!("/v1/hubs/{}", text(&other["id"]));
    admin.patch(&path, json!({ "name": "Depot" })).await.problem(409, "exists");

    let delivery = shop.orders_to(place(2000, 0)).await;
    act(&desk, &delivery, json!({ "act": "lock" })).await;
    assert_eq!(refused(&split(&desk, &delivery, &depot).await), (409, "locked"));
    act(&desk, &delivery, json!({ "act": "unlock" })).await;
    let tour = json!({ "name": "N", "day": "2026-03-02", "delivery_ids": [delivery["id"]] });
    let tour = desk.post("/v1/tours", tour).await.created();
    assert_eq!(refused(&split(&desk, &delivery, &depot).await), (409, "in-tour"));
    let remove = format!("/v1/tours/{}/remove", text(&tour["id"]));
    assert_eq!(desk.post(&remove, json!({ "version": tour["version"] })).await.status, 204);
    let stop = json!({ "place": place(0, 0) });
    let two = json!({ "pickups": [stop, stop], "dropoffs": [{ "place": place(900, 0) }] });
    let two = shop.post("/v1/deliveries", two).await.created();
    assert_eq!(refused(&split(&desk, &two, &depot).await), (409, "split"));
    let unknown = json!({ "id": delivery["id"].as_str().unwrap().replace("dlv_", "hub_") });
    assert_eq!(refused(&split(&desk, &delivery, &unknown).await), (404, "not-found"));
    let stale = json!({ "act": "split", "hub_id": depot["id"], "version": 1 });
    assert_eq!(refused(&act(&desk, &delivery, stale).await), (409, "outdated"));
    let lacks = json!({ "acts": [{ "delivery_id": delivery["id"], "act": "split" }] });
    desk.post("/v1/board/acts", lacks).await.problem(422, "invalid");

    // A hub that is closed takes nothing new, and is offered no more.
    let closed = admin.patch(&path, json!({ "closed": true })).await.ok();
    assert_eq!(closed["closed_at"], coop.at(0));
    assert_eq!(refused(&split(&desk, &delivery, &other).await), (409, "hub-closed"));
    let splits = desk.get(&format!("/v1/deliveries/{}/splits", text(&delivery["id"]))).await.ok();
    assert_eq!(splits["items"].as_array().expect("a list").len(), 1);
    admin.patch(&path, json!({ "closed": false })).await.ok();
    desk.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    assert_eq!(refused(&split(&desk, &delivery, &other).await), (409, "illegal-transition"));

    // What Postgres holds by itself: one brings the goods, for nothing, and none is picked up before.
    let kept = shop.orders_to(place(2000, 0)).await;
    split(&desk, &kept, &depot).await;
    let first = first_leg(&desk, &kept).await;
    for wrong in [
        format!("UPDATE deliveries SET price_amount = 1 WHERE id = '{}'", uuid(&first)),
        format!("UPDATE deliveries SET feeds = NULL WHERE id = '{}'", uuid(&first)),
        format!(
            "UPDATE deliveries SET state = 'picked_up', courier_id = '{}', assigned_at = now(), \
             picked_up_at = now() WHERE id = '{}'",
            alice.id.parse::<paceline::domain::ids::CourierId>().unwrap().uuid(),
            uuid(&kept)
        ),
    ] {
        let said = crate::invoices::refused(&coop, &wrong).await;
        assert!(said.contains("deliveries_"), "{said}");
    }
}

fn uuid(delivery: &Value) -> uuid::Uuid {
    text(&delivery["id"]).parse::<paceline::domain::ids::DeliveryId>().expect("an id").uuid()
}
