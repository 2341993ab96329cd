//! What nobody takes goes back to the sender, with the courier who has it, and is paid for.

use serde_json::{Value, json};

use crate::invoices::audited;
use crate::support::{Actor, Coop, place, task, text};

const PHONE: &str = "pho_01k00000000000000000000001";

/// A delivery a kilometre away that a courier has picked up.
async fn on_board(coop: &Coop, shop: &Actor, courier: &Actor, wish: &str) -> Value {
    let order = json!({ "dropoffs": [{ "place": place(1000, 0) }], "if_undeliverable": wish });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    shop.delivery(&delivery["id"]).await
}

async fn fail(courier: &Actor, task: &str, code: &str) -> Value {
    courier.post(&format!("/v1/tasks/{task}/failed"), json!({ "code": code })).await.ok()
}

/// On the way back, because nobody was at home.
async fn on_the_way_back(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = on_board(coop, shop, courier, "return").await;
    fail(courier, &task(&delivery, "dropoff"), "not_at_home").await;
    shop.delivery(&delivery["id"]).await
}

fn back(delivery: &Value) -> String {
    format!("/v1/deliveries/{}/return", text(&delivery["id"]))
}

fn signed() -> Value {
    json!({ "proof": { "signed_by": "The cook" } })
}

async fn pay(courier: &Actor) -> Value {
    courier.get("/v1/me/pay").await.ok()
}

/// Kinds and amounts, the newest first.
fn lines(pay: &Value) -> Vec<(&str, i64)> {
    let lines = pay["lines"].as_array().expect("lines").iter();
    lines.map(|line| (text(&line["kind"]), line["amount"]["amount"].as_i64().unwrap())).collect()
}

/// By the founding tariff, reckoned here anew: what a way back of so many metres pays.
fn way_back(metres: i64) -> i64 {
    250 + 50 + (60 * metres + 500) / 1000
}

/// What a merchant's invoice up to now says: kinds with net and tax, in the order of the kinds.
async fn charged(coop: &Coop, shop: &Actor) -> Vec<(String, i64, i64)> {
    coop.pass(60);
    let asked = json!({
        "merchant_id": shop.id, "from": "2026-01-01T00:00:00Z", "to": coop.at(0),
    });
    let run = coop.user("treasurer").await.post("/v1/invoices", asked).await.created();
    let Some(document) = run["items"].as_array().expect("documents").first() else {
        return Vec::new();
    };
    let document = shop.get(&format!("/v1/invoices/{}", text(&document["id"]))).await.ok();
    let part = |line: &Value, name: &str| line[name].as_i64().expect("cents");
    let line = |line: &Value| {
        let net = ["couriers", "coop", "mutual_fund"].iter().map(|name| part(line, name)).sum();
        (text(&line["kind"]).to_owned(), net, part(line, "vat"))
    };
    let mut lines: Vec<_> = document["lines"].as_array().expect("lines").iter().map(line).collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_is_brought_back_and_everybody_gets_their_due() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let mut told = shop.follow(None).await;
    let delivery = on_board(&coop, &shop, &alice, "return").await;
    assert_eq!(delivery["if_undeliverable"], "return");
    let link = format!("/v1/deliveries/{}/links", text(&delivery["id"]));
    let link = text(&shop.get(&link).await.ok()["items"][0]["url"]).to_owned();
    coop.pass(300);
    fail(&alice, &task(&delivery, "dropoff"), "not_at_home").await;
    fail(&alice, &task(&delivery, "dropoff"), "not_at_home").await;

    let turned = shop.delivery(&delivery["id"]).await;
    assert_eq!(
        (&turned["state"], &turned["returning_since"]),
        (&json!("returning"), &json!(coop.at(0)))
    );
    assert_eq!(turned["end_reason"]["code"], "not_at_home");
    assert_eq!(turned["courier_id"], json!(alice.id));
    let stop = turned["tasks"].as_array().expect("stops").last().expect("a way back").clone();
    assert_eq!((&stop["kind"], &stop["place"]), (&json!("return"), &turned["tasks"][0]["place"]));
    let id = text(&delivery["id"]).to_owned();
    assert_eq!(alice.route().await, [("return".to_owned(), id.clone())]);
    let page = coop.stranger().get(&link).await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("going back to the shop") && !page.contains("<textarea"), "{page}");
    // The ride so far is paid, and the way back is promised.
    let half_way = pay(&alice).await;
    assert_eq!(lines(&half_way).len(), 1);
    assert_eq!(half_way["lines"][0]["inputs"]["outcome"], "failed");
    let trip_m = half_way["lines"][0]["inputs"]["trip_m"].as_i64().expect("metres");
    assert_eq!(half_way["pending"][0]["amount"]["amount"], way_back(trip_m));

    // It stays with its courier, who does not go home with it.
    let desk = coop.dispatcher().await;
    let bob = coop.courier_on_shift("Bob", 0).await;
    desk.assign(&delivery, &bob).await.problem(409, "illegal-transition");
    let unassign = format!("/v1/deliveries/{id}/unassign");
    desk.post(&unassign, json!({})).await.problem(409, "illegal-transition");
    let cancel = format!("/v1/deliveries/{id}/cancel");
    shop.post(&cancel, json!({ "reason": "no" })).await.problem(409, "illegal-transition");
    alice.post("/v1/me/shift/stop", json!({})).await.problem(409, "route-not-empty");
    bob.complete(&task(&turned, "return"), signed()).await.problem(404, "not-found");

    coop.pass(600);
    alice.post(&format!("/v1/tasks/{}/start", task(&turned, "return")), json!({})).await.ok();
    alice.complete(&task(&turned, "return"), json!({})).await.problem(422, "proof-missing");
    for _ in 0..2 {
        alice.complete(&task(&turned, "return"), signed()).await.ok();
    }
    let over = shop.delivery(&delivery["id"]).await;
    assert_eq!((&over["state"], &over["ended_at"]), (&json!("returned"), &json!(coop.at(0))));
    assert_eq!(over["price"], delivery["price"]);
    assert!(alice.route().await.is_empty());
    let events = told.until("delivery.returned").await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "delivery.returning").count(), 1, "{kinds:?}");

    let paid = pay(&alice).await;
    let amounts = lines(&paid);
    assert_eq!(amounts[0], ("return", way_back(trip_m)));
    assert_eq!(amounts[1].0, "piece");
    let inputs = json!({
        "outcome": "delivered", "pickups": 0, "dropoffs": 1, "trip_m": trip_m, "approach_m": 0,
        "engaged_s": 600, "waited_s": 0,
    });
    assert_eq!(paid["lines"][0]["inputs"], inputs);
    assert_eq!(paid["pending"], json!([]));
    let net = delivery["price"]["amount"].as_i64().expect("cents");
    let half = (net + 1) / 2;
    let vat = |net: i64| (net * 20 + 50) / 100;
    let expected =
        [("price".to_owned(), net, vat(net)), ("return_price".to_owned(), half, vat(half))];
    assert_eq!(charged(&coop, &shop).await, expected);
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_back_has_failed_and_a_shut_door_costs_what_an_open_one_does() {
    let coop = Coop::start().await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    for (code, lines_charged) in [("closed_store", 2), ("damaged", 0)] {
        let shop = coop.merchant(code).await;
        let delivery = on_the_way_back(&coop, &shop, &alice).await;
        fail(&alice, &task(&delivery, "return"), code).await;
        let over = shop.delivery(&delivery["id"]).await;
        assert_eq!(over["state"], "failed");
        assert_eq!(over["end_reason"]["code"], code);
        assert!(alice.route().await.is_empty());
        let paid = pay(&alice).await;
        assert_eq!(paid["lines"][0]["kind"], "return");
        assert_eq!(paid["lines"][0]["inputs"]["outcome"], "failed");
        assert_eq!(paid["pending"], json!([]));
        assert_eq!(charged(&coop, &shop).await.len(), lines_charged, "{code}");
    }
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_or_lost_does_not_go_back() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    for (wish, code) in [("keep", "not_at_home"), ("return", "lost")] {
        let delivery = on_board(&coop, &shop, &alice, wish).await;
        fail(&alice, &task(&delivery, "dropoff"), code).await;
        assert_eq!(shop.delivery(&delivery["id"]).await["state"], "failed");
        assert!(alice.route().await.is_empty());
    }
    // The shop may change its mind while the customer is awaited.
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    let path = format!("/v1/deliveries/{}", text(&delivery["id"]));
    let change = json!({ "if_undeliverable": "return" }).to_string().into_bytes();
    let call = shop.call(reqwest::Method::PATCH, &path).header("content-type", "application/json");
    assert_eq!(call.body(change).await.ok()["if_undeliverable"], "return");
    fail(&alice, &task(&delivery, "dropoff"), "refused").await;
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "returning");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_says_late_and_shuffled_brings_it_back_just_the_same() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, "return").await;
    let event = |seq: i64, at: &str, act: Value| json!({ "id": format!("pev_01k{seq:023}"), "seq": seq, "at": at, "act": act });
    let send = async |events: &[&Value]| {
        alice.post("/v1/me/events", json!({ "phone_id": PHONE, "events": events })).await.ok()
    };
    let times: Vec<String> = (1..=4).map(|n| coop.at(n * 120)).collect();
    let door = task(&delivery, "dropoff");
    let there = event(1, &times[0], json!({ "kind": "task_started", "task_id": door }));
    let nobody =
        json!({ "kind": "task_failed", "task_id": door, "code": "not_at_home", "note": "rang" });
    let nobody = event(2, &times[1], nobody);
    coop.pass(86_400);
    send(&[&nobody]).await;
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "picked_up");
    send(&[&nobody, &there]).await;
    let turned = shop.delivery(&delivery["id"]).await;
    assert_eq!(
        (&turned["state"], &turned["returning_since"]),
        (&json!("returning"), &json!(times[1]))
    );

    let back = task(&turned, "return");
    let shop_again = event(3, &times[2], json!({ "kind": "task_started", "task_id": back }));
    let taken = json!({ "kind": "task_done", "task_id": back, "proof": { "signed_by": "Ada" } });
    let taken = event(4, &times[3], taken);
    send(&[&taken, &nobody]).await;
    send(&[&shop_again, &taken, &there]).await;
    let over = shop.delivery(&delivery["id"]).await;
    assert_eq!((&over["state"], &over["ended_at"]), (&json!("returned"), &json!(times[3])));
    let paid = pay(&alice).await;
    assert_eq!(paid["lines"][0]["inputs"]["engaged_s"], 240, "from the door back to the shop");
    let all = [&there, &nobody, &shop_again, &taken];
    for start in 0..all.len() {
        let mut turned = all;
        turned.rotate_left(start);
        assert_eq!(send(&turned).await["next_seq"], 5);
    }
    assert_eq!(pay(&alice).await, paid);
    assert_eq!(shop.delivery(&delivery["id"]).await, over);
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_calls_back_what_is_on_the_bike_and_nothing_else() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let other = coop.merchant("Other").await;
    let why = json!({ "code": "incorrect_item", "note": "the wrong box" });
    let delivery = shop.orders_to(place(1000, 0)).await;
    shop.post(&back(&delivery), why.clone()).await.problem(409, "illegal-transition");
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    shop.post(&back(&delivery), why.clone()).await.problem(409, "illegal-transition");
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    other.post(&back(&delivery), why.clone()).await.problem(404, "not-found");
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "picked_up");

    // Two at once, and both again: one way back.
    let call = async || shop.post(&back(&delivery), why.clone()).await;
    let (one, two) = tokio::join!(call(), call());
    assert_eq!(
        (&one.ok()["state"], &two.ok()["state"]),
        (&json!("returning"), &json!("returning"))
    );
    let keyed = shop.post(&back(&delivery), why.clone()).key("again").await.ok();
    assert_eq!(shop.post(&back(&delivery), why.clone()).key("again").await.ok(), keyed);
    let turned = shop.delivery(&delivery["id"]).await;
    assert_eq!(turned["end_reason"], why);
    let stops: Vec<_> = turned["tasks"].as_array().expect("stops").iter().collect();
    let states: Vec<_> =
        stops.iter().map(|stop| (text(&stop["kind"]), text(&stop["state"]))).collect();
    assert_eq!(states, [("pickup", "done"), ("dropoff", "cancelled"), ("return", "todo")]);
    assert_eq!(lines(&pay(&alice).await).len(), 1);
    alice.complete(&task(&turned, "return"), signed()).await.ok();
    let kinds: Vec<_> = pay(&alice).await["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| text(&line["kind"]).to_owned())
        .collect();
    assert_eq!(kinds, ["return", "piece"]);

    let handed = on_board(&coop, &shop, &alice, "keep").await;
    alice.complete(&task(&handed, "dropoff"), signed()).await.ok();
    shop.post(&back(&handed), why).await.problem(409, "illegal-transition");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_sends_back_what_is_left_of_several_and_it_comes_behind_what_is_promised() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let desk = coop.dispatcher().await;
    let doors = [json!({ "place": place(700, 0) }), json!({ "place": place(1500, 0) })];
    let several = shop.post("/v1/deliveries", json!({ "dropoffs": doors })).await.created();
    desk.assign(&several, &alice).await.ok();
    alice.complete(&task(&several, "pickup"), json!({})).await.ok();
    alice.complete(text(&several["tasks"][1]["id"]), signed()).await.ok();
    let promised = on_board(&coop, &shop, &alice, "keep").await;

    let version = shop.delivery(&several["id"]).await["version"].clone();
    let act = |code: Value| {
        json!({ "acts": [{
            "delivery_id": several["id"], "version": version, "act": "return", "code": code,
            "note": "the street is closed",
        }] })
    };
    desk.post("/v1/board/acts", act(Value::Null)).await.problem(422, "invalid");
    let done = desk.post("/v1/board/acts", act(json!("traffic"))).await.ok();
    assert_eq!(done["results"][0]["delivery"]["state"], "returning", "{done}");
    let id = |delivery: &Value| text(&delivery["id"]).to_owned();
    assert_eq!(
        alice.route().await,
        [("dropoff".to_owned(), id(&promised)), ("return".to_owned(), id(&several))]
    );
    let log = desk.get("/v1/acts?kind=return").await.ok();
    assert_eq!(log["items"][0]["delivery_id"], several["id"]);
    let board = desk.get("/v1/board").await.ok();
    assert_eq!(
        (&board["counts"]["returning"], &board["counts"]["picked_up"]),
        (&json!(1), &json!(1))
    );
    // The engine leaves it where it is, and the courier's own jobs go on.
    shop.orders_to(place(300, 0)).await;
    coop.tick().await;
    let turned = shop.delivery(&several["id"]).await;
    assert_eq!(turned["courier_id"], json!(alice.id));
    alice.complete(&task(&turned, "return"), signed()).await.ok();
    let over = shop.delivery(&several["id"]).await;
    assert_eq!(over["state"], "returned");
    let trip_m = pay(&alice).await["lines"][0]["inputs"]["trip_m"].as_i64().expect("metres");
    assert!((1940..=1960).contains(&trip_m), "from the door that was not served: {trip_m}");
    audited(&coop).await;
}
