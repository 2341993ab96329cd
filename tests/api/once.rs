//! A request that is sent again does what it did, once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Actor, Call, Coop, place, text};

fn order(shop: &Actor, key: &str, east_m: i32) -> Call {
    let body = json!({ "dropoffs": [{ "place": place(east_m, 0) }] });
    shop.post("/v1/deliveries", body).key(key)
}

async fn count(shop: &Actor) -> usize {
    shop.get("/v1/deliveries").await.ok()["items"].as_array().expect("a list").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_get_the_same_answer() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let first = order(&shop, "order-1", 500).await;
    assert!(!first.replayed());
    let location = first.header("location").expect("where it is").to_owned();
    let first = first.created();
    assert_eq!(location, format!("/v1/deliveries/{}", text(&first["id"])));
    coop.pass(60);
    let again = order(&shop, "order-1", 500).await;
    assert!(again.replayed());
    assert_eq!(again.created(), first);
    order(&shop, "order-1", 501).await.problem(422, "key-reused");
    assert_eq!(count(&shop).await, 1);
    assert!(!order(&shop, "order-2", 500).await.replayed());
    assert_eq!(count(&shop).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_who_uses_it() {
    let coop = Coop::start().await;
    let (one, other) = (coop.merchant("Bistro").await, coop.merchant("Diner").await);
    let first = order(&one, "order-1", 500).await.created();
    let second = order(&other, "order-1", 500).await;
    assert!(!second.replayed());
    assert_ne!(second.created()["id"], first["id"]);
    // The merchant's machine is somebody else again.
    let machine = coop.machine_of(&one).await;
    assert!(!order(&machine, "order-1", 500).await.replayed());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_identical_orders_at_once_are_one() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let replies = join_all((0..50).map(|_| order(&shop, "rush", 500).into_future())).await;
    let mut made = Vec::new();
    for reply in replies {
        if reply.status == 409 {
            assert_eq!(reply.header("retry-after"), Some("1"), "{reply}");
            reply.problem(409, "key-busy");
        } else {
            made.push((reply.replayed(), reply.created()["id"].clone()));
        }
    }
    let first: Vec<&Value> = made.iter().filter(|(again, _)| !again).map(|(_, id)| id).collect();
    assert_eq!(first.len(), 1, "{made:?}");
    assert!(made.iter().all(|(_, id)| id == first[0]), "{made:?}");
    assert_eq!(count(&shop).await, 1);
    assert!(order(&shop, "rush", 500).await.replayed());
}

/// Each of a hundred orders is sent ten times, all at once; who is told to wait asks again.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_with_a_hundred_keys_make_a_hundred_deliveries() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let ask = async |number: usize| {
        let key = format!("order-{}", number % 100);
        loop {
            let reply = order(&shop, &key, 500).await;
            if !matches!(reply.status, 409 | 503) {
                return (key, text(&reply.created()["id"]).to_owned());
            }
            let pause = reply.header("retry-after").expect("when to come back");
            tokio::time::sleep(Duration::from_secs(pause.parse().expect("seconds"))).await;
        }
    };
    let made: BTreeSet<(String, String)> =
        join_all((0..1_000).map(ask)).await.into_iter().collect();
    assert_eq!(made.len(), 100, "a key got two answers: {made:?}");
    let all = shop.get("/v1/deliveries?limit=200").await.ok();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(100));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_can_be_asked_again_with_the_same_key() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let stop = json!({ "place": place(500, 0) });
    let body = |reference: &str| json!({ "external_reference": reference, "dropoffs": [stop] });
    shop.post("/v1/deliveries", body("A-1")).await.created();
    let refused = shop.post("/v1/deliveries", body("A-1")).key("k").await;
    refused.problem(409, "exists");
    // Nothing was done under the key, so nothing is held against it.
    shop.post("/v1/deliveries", body("A-2")).key("k").await.created();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_post_that_creates_takes_a_key() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    let alice = coop.courier("Alice").await;
    let shop = json!({
        "name": "Bistro", "kind": "shop", "place": place(0, 0), "address": "2 Main Street",
    });
    let user = json!({
        "name": "Zoe", "email": "zoe@coop.example", "password": "long enough", "roles": ["member"],
    });
    let courier = json!({ "name": "Bob", "email": "bob@coop.example", "password": "long enough" });
    let shift = json!({ "from": coop.at(0), "to": coop.at(3600) });
    let shifts = format!("/v1/couriers/{}/shifts", alice.id);
    for (path, body) in [
        ("/v1/merchants", shop),
        ("/v1/users", user),
        ("/v1/couriers", courier),
        (shifts.as_str(), shift),
    ] {
        let first = admin.post(path, body.clone()).key("k").await.created();
        let again = admin.post(path, body).key("k").await;
        assert!(again.replayed(), "{path}");
        assert_eq!(again.created(), first, "{path}");
        let other = json!({ "name": "another" });
        let status = admin.post(path, other).key("k").await.status;
        assert_eq!(status, 422, "{path}");
    }
}

/// A number of the merchant's own is one delivery, with or without a key.
#[tokio::test(flavor = "multi_thread")]
async fn an_external_reference_is_used_once_by_a_merchant() {
    let coop = Coop::start().await;
    let (one, other) = (coop.merchant("Bistro").await, coop.merchant("Diner").await);
    let body = json!({ "external_reference": "7", "dropoffs": [{ "place": place(500, 0) }] });
    let create = |shop: &Actor| shop.post("/v1/deliveries", body.clone());
    create(&one).await.created();
    create(&one).await.problem(409, "exists");
    create(&other).await.created();
    let third = coop.merchant("Cantina").await;
    let rush = join_all((0..8).map(|_| create(&third).into_future())).await;
    let made = rush.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 1);
    for reply in rush.into_iter().filter(|reply| reply.status != 201) {
        reply.problem(409, "exists");
    }
}
