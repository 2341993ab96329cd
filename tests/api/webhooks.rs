//! Merchants' programs are told what happens: signed, in order, and in the end always.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Coop, Heard, Receiver, Way, place, task, text};

/// A co-op that may talk to this machine, and tries again soon.
async fn coop(retry_s: &[i64]) -> Coop {
    Coop::with(|config| {
        config.webhooks.private_targets = true;
        config.webhooks.answer_within_s = 1;
        config.webhooks.retry_s = retry_s.to_vec();
    })
    .await
}

async fn hook(shop: &Actor, receiver: &Receiver) -> Value {
    shop.post("/v1/webhooks", json!({ "url": receiver.url() })).await.created()
}

async fn show(shop: &Actor, hook: &Value) -> Value {
    shop.get(&format!("/v1/webhooks/{}", text(&hook["id"]))).await.ok()
}

fn kinds<'a>(heard: &'a [Heard], delivery: &Value) -> Vec<&'a str> {
    let about = |one: &&Heard| one.body["data"]["delivery"]["id"] == delivery["id"];
    heard.iter().filter(about).map(Heard::kind).collect()
}

/// Carries a delivery from its counter to its door.
async fn carry(coop: &Coop, delivery: &Value, courier: &Actor) {
    coop.dispatcher().await.assign(delivery, courier).await.ok();
    courier.complete(&task(delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    courier.complete(&task(delivery, "dropoff"), proof).await.ok();
}

const WHOLE_LIFE: [&str; 4] =
    ["delivery.created", "delivery.assigned", "delivery.picked_up", "delivery.delivered"];

#[tokio::test(flavor = "multi_thread")]
async fn a_life_is_told_in_order_and_signed_as_the_reference_wants() {
    let coop = coop(&[0, 0]).await;
    let (shop, other) = (coop.merchant("Bistro").await, coop.merchant("Other").await);
    let receiver = Receiver::start(Way::Accept);
    let hook = hook(&shop, &receiver).await;
    let courier = coop.courier_on_shift("Alice", 0).await;
    other.orders_to(place(300, 0)).await;
    let delivery = shop.orders_to(place(700, 0)).await;
    carry(&coop, &delivery, &courier).await;
    let heard = receiver.accepted(4).await;
    assert_eq!(kinds(&heard, &delivery), WHOLE_LIFE);
    let secret = text(&hook["secret"]);
    assert!(secret.starts_with("whsec_"));
    for one in &heard {
        assert!(one.is_signed_with(secret), "{one:?}");
        assert!(!one.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert!(one.id.starts_with("msg_"));
        // Of the other shop nothing is told.
        assert_eq!(one.body["data"]["delivery"]["id"], delivery["id"]);
    }
    let sequences: Vec<i64> =
        heard.iter().map(|one| one.body["sequence"].as_i64().expect("a number")).collect();
    assert!(sequences.is_sorted() && sequences[0] == 1, "{sequences:?}");
    // The secret is shown once.
    assert_eq!(show(&shop, &hook).await.get("secret"), None);
    // Whoever was away reads the same from the log.
    let page = shop.get("/v1/events?after=0").await.ok();
    let types: Vec<&str> =
        page["items"].as_array().expect("a list").iter().map(|e| text(&e["type"])).collect();
    assert_eq!(types, WHOLE_LIFE);
    let next = page["next_after"].as_i64().expect("a number");
    let page = shop.get(&format!("/v1/events?after={next}")).await.ok();
    assert_eq!(page, json!({ "items": [], "next_after": next }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_in_vain_comes_in_the_end_and_in_order() {
    let coop = coop(&[1; 20]).await;
    let shop = coop.merchant("Bistro").await;
    let mut receiver = Receiver::start(Way::Answer(500));
    let hook = hook(&shop, &receiver).await;
    let courier = coop.courier_on_shift("Alice", 0).await;
    let delivery = shop.orders_to(place(700, 0)).await;
    receiver.until(|heard| !heard.is_empty()).await;
    receiver.answers(Way::Redirect);
    carry(&coop, &delivery, &courier).await;
    receiver.until(|heard| heard.len() >= 2).await;
    receiver.answers(Way::Hang);
    // The second time it is asked, it has kept silent too long once.
    receiver.until(|heard| heard.len() >= 4).await;
    // Killed in the middle of an answer, and away for a while.
    receiver.kill().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let failing = show(&shop, &hook).await;
    assert!(failing["failures"].as_i64().expect("a number") >= 3, "{failing}");
    receiver.revive();
    receiver.answers(Way::Accept);
    let heard = receiver.accepted(4).await;
    assert_eq!(kinds(&heard, &delivery), WHOLE_LIFE);
    // Nothing was told of a later step before the first one was accepted, and nobody followed.
    let first = text(&delivery["id"]).to_owned();
    for one in receiver.heard().iter().take_while(|one| !one.accepted) {
        assert_eq!(
            (one.kind(), &one.body["data"]["delivery"]["id"]),
            ("delivery.created", &Value::from(first.clone()))
        );
    }
    let ids: std::collections::BTreeSet<&str> = heard.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), 4, "an event is one message, however often it is sent");
    // The log says how it went.
    let path = format!("/v1/webhooks/{}/messages", text(&hook["id"]));
    let log = loop {
        let log = shop.get(&path).await.ok();
        let items = log["items"].as_array().expect("a list").clone();
        if items.iter().all(|message| message["state"] == "delivered") {
            break items;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let created = log.last().expect("four messages");
    let message = shop.get(&format!("/v1/webhook-messages/{}", text(&created["id"]))).await.ok();
    let tries = message["log"].as_array().expect("a list");
    let statuses: Vec<&Value> = tries.iter().map(|one| &one["status"]).collect();
    assert_eq!(*statuses[0], 500, "{message}");
    assert!(statuses.contains(&&json!(302)) && *statuses[statuses.len() - 1] == 200, "{message}");
    let said = |word: &str| {
        tries.iter().any(|one| one["error"].as_str().is_some_and(|error| error.contains(word)))
    };
    assert!(said("no answer in time") && (said("no connection") || said("broke off")), "{message}");
    assert_eq!(show(&shop, &hook).await["failures"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_dead_endpoints_hold_up_nobody() {
    let coop = coop(&[1; 20]).await;
    let dead = Receiver::start(Way::Hang);
    let mut shops = Vec::new();
    for number in 0..5 {
        let shop = coop.merchant(&format!("Dead {number}")).await;
        for _ in 0..10 {
            hook(&shop, &dead).await;
        }
        shops.push(shop);
    }
    let shop = coop.merchant("Bistro").await;
    let receiver = Receiver::start(Way::Accept);
    hook(&shop, &receiver).await;
    for dead in &shops {
        dead.orders_to(place(700, 0)).await;
    }
    dead.until(|heard| heard.len() >= 50).await;
    let mut waits = Vec::new();
    for number in 0..20 {
        for dead in &shops {
            dead.orders_to(place(700, 0)).await;
        }
        shop.orders_to(place(700, 0)).await;
        let ordered = Instant::now();
        let heard = receiver.accepted(number + 1).await;
        waits.push(heard[number].at.saturating_duration_since(ordered));
    }
    waits.sort();
    assert!(waits[18] < Duration::from_secs(2), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_answers_is_switched_off_with_notice_and_can_come_back() {
    let coop = coop(&[0, 0]).await;
    let shop = coop.merchant("Bistro").await;
    let receiver = Receiver::start(Way::Answer(503));
    let hook = hook(&shop, &receiver).await;
    let mut stream = shop.follow(None).await;
    let delivery = shop.orders_to(place(700, 0)).await;
    let told = stream.until("webhook.disabled").await;
    let notice = &told.last().expect("the notice").data;
    assert_eq!(notice["webhook_id"], hook["id"], "{notice}");
    let shown = show(&shop, &hook).await;
    assert_eq!((&shown["enabled"], receiver.heard().len()), (&json!(false), 3), "{shown}");
    // Nothing is sent there while it is off ...
    shop.orders_to(place(700, 0)).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(receiver.heard().len(), 3);
    // ... and from the log the lost one is sent again by hand.
    receiver.answers(Way::Accept);
    let path = format!("/v1/webhooks/{}", text(&hook["id"]));
    let change = || shop.call(Method::PATCH, &path).header("content-type", "application/json");
    let shown = change().body(br#"{"enabled":true}"#.to_vec()).await.ok();
    assert_eq!(shown["enabled"], true);
    let failed = shop.get(&format!("{path}/messages?state=failed")).await.ok();
    let message = text(&failed["items"][0]["id"]);
    shop.post(&format!("/v1/webhook-messages/{message}/replay"), json!({})).await.ok();
    let heard = receiver.accepted(1).await;
    assert_eq!(
        (heard[0].id.as_str(), kinds(&heard, &delivery)),
        (message, vec!["delivery.created"])
    );
    // 410 means: never again.
    receiver.answers(Way::Answer(410));
    shop.orders_to(place(700, 0)).await;
    stream.until("webhook.disabled").await;
    let shown = show(&shop, &hook).await;
    assert!(text(&shown["disabled_reason"]).contains("410"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_signs_beside_the_old_one() {
    let coop = coop(&[0, 0]).await;
    let shop = coop.merchant("Bistro").await;
    let receiver = Receiver::start(Way::Accept);
    let body = json!({ "url": receiver.url(), "kinds": ["delivery.cancelled"] });
    let hook = shop.post("/v1/webhooks", body.clone()).key("k").await.created();
    let again = shop.post("/v1/webhooks", body).key("k").await;
    assert!(again.replayed());
    assert_eq!(again.created()["secret"], hook["secret"]);
    let path = format!("/v1/webhooks/{}", text(&hook["id"]));
    let new = shop.post(&format!("{path}/secret"), json!({})).await.ok();
    assert_ne!(new["secret"], hook["secret"]);
    shop.post(&format!("{path}/test"), json!({})).await.status(202);
    let heard = receiver.accepted(1).await;
    assert_eq!((heard[0].kind(), heard[0].signatures.len()), ("webhook.test", 2));
    assert!(heard[0].is_signed_with(text(&hook["secret"])));
    assert!(heard[0].is_signed_with(text(&new["secret"])));
    // Only what was asked for is told.
    let delivery = shop.orders_to(place(700, 0)).await;
    let cancel = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
    shop.post(&cancel, json!({ "reason": "sold out" })).await.ok();
    let heard = receiver.accepted(2).await;
    assert_eq!(heard[1].kind(), "delivery.cancelled");
    shop.call(Method::DELETE, &path).await.status(204);
    shop.get(&path).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_make_the_server_talk_to_its_own_house() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://10.0.0.8:5432/",
        "https://169.254.169.254/latest/meta-data/",
        "http://example.org/",
        "https://a:b@example.org/",
        "https://2130706433/",
        "gopher://example.org/",
        "nonsense",
    ] {
        let refused = shop.post("/v1/webhooks", json!({ "url": url })).await;
        let problem = refused.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}");
    }
    // A public name for a private address is found out when it is resolved.
    let name = "https://localtest.invalid-name-that-is-local.example/";
    let hook = shop.post("/v1/webhooks", json!({ "url": name })).await.created();
    let sql = format!("UPDATE webhooks SET url = 'https://localhost./' WHERE url = '{name}'");
    coop.sql(&sql).await;
    let path = format!("/v1/webhooks/{}/test", text(&hook["id"]));
    let sent = shop.post(&path, json!({})).await.status(202).json();
    let path = format!("/v1/webhook-messages/{}", text(&sent["message_id"]));
    let log = loop {
        let message = shop.get(&path).await.ok();
        if message["tries"] != 0 {
            break message["log"].clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(text(&log[0]["error"]).contains("own machine"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_has_twenty_webhooks_at_most() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let new = json!({ "url": "https://till.example.org/" });
    for _ in 0..20 {
        shop.post("/v1/webhooks", new.clone()).await.created();
    }
    shop.post("/v1/webhooks", new).await.problem(409, "too-many");
}
