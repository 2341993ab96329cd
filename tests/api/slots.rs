//! Time slots: what may be booked, and never more than there are places.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::routes::slot_plan;
use crate::support::{Actor, Call, Coop, place, text};

/// One o'clock in Paris is noon in UTC: the first slot that is still open begins half an hour later.
const SLOT: &str = "2026-03-02T12:30:00.000Z";

async fn plan(coop: &Coop, merchant: Option<&Actor>) -> Value {
    let body = json!({ "merchant_id": merchant.map(|shop| &shop.id), "plan": slot_plan() });
    coop.admin().await.post("/v1/slot-plans", body).await.created()
}

fn order(shop: &Actor, plan: &Value, starts_at: &str) -> Call {
    let slot = json!({ "plan_id": plan["id"], "starts_at": starts_at });
    let body = json!({ "dropoffs": [{ "place": place(700, 0) }], "slot": slot });
    shop.post("/v1/deliveries", body)
}

async fn slot(shop: &Actor, plan: &Value, starts_at: &str) -> Value {
    let slots = shop.get(&format!("/v1/slot-plans/{}/slots", text(&plan["id"]))).await.ok();
    let mut slots = slots["items"].as_array().expect("a list").iter();
    slots.find(|slot| slot["starts_at"] == starts_at).expect("this slot").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_want_twenty_places_get_twenty() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let plan = plan(&coop, None).await;
    // Whoever is told that the server is busy, or was not listened to in time, comes back.
    let want = async |_: usize| loop {
        let reply = order(&shop, &plan, SLOT).await;
        if !matches!(reply.status, 408 | 503) {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let wanted = join_all((0..200).map(want)).await;
    let (got, refused): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|reply| reply.status == 201);
    assert_eq!(got.len(), 20);
    for reply in refused {
        reply.problem(409, "slot-full");
    }
    assert_eq!(slot(&shop, &plan, SLOT).await["left"], 0);
    // Who was refused has no delivery; who calls off gives the place back, once.
    let listed = shop.get("/v1/deliveries?limit=200").await.ok();
    let listed = listed["items"].as_array().expect("a list").clone();
    assert_eq!(listed.len(), 20);
    for _ in 0..2 {
        let path = format!("/v1/deliveries/{}/cancel", text(&listed[0]["id"]));
        shop.post(&path, json!({ "reason": "sold out" })).await.ok();
        assert_eq!(slot(&shop, &plan, SLOT).await["left"], 1);
    }
    order(&shop, &plan, SLOT).await.created();
    order(&shop, &plan, SLOT).await.problem(409, "slot-full");
    // The desk gives a place back too, and takes it again as long as it is there.
    let desk = coop.dispatcher().await;
    let act = |delivery: &Value, kind: &str, reason: Option<&str>| {
        let mut act = json!({ "act": kind, "delivery_id": delivery["id"] });
        if let Some(reason) = reason {
            act["reason"] = json!(reason);
        }
        let call = desk.post("/v1/board/acts", json!({ "acts": [act] }));
        async { call.await.ok()["results"][0]["status"].clone() }
    };
    assert_eq!(act(&listed[1], "cancel", Some("by mistake")).await, 200);
    assert_eq!(slot(&shop, &plan, SLOT).await["left"], 1);
    assert_eq!(act(&listed[1], "restore", None).await, 200);
    assert_eq!(slot(&shop, &plan, SLOT).await["left"], 0);
    assert_eq!(act(&listed[1], "cancel", Some("after all")).await, 200);
    order(&shop, &plan, SLOT).await.created();
    assert_eq!(act(&listed[1], "restore", None).await, 409, "the place is another's now");
    assert_eq!(act(&listed[0], "restore", None).await, 409, "the shop called this one off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_the_window_of_the_delivery_and_only_while_it_is_open() {
    let coop = Coop::start().await;
    let (shop, other) = (coop.merchant("Bistro").await, coop.merchant("Other").await);
    let plan = plan(&coop, Some(&shop)).await;
    let delivery = order(&shop, &plan, SLOT).await.created();
    let door = &delivery["tasks"][1];
    assert_eq!(
        (&door["after"], &door["before"]),
        (&json!(SLOT), &json!("2026-03-02T13:30:00.000Z"))
    );
    assert_eq!(delivery["due_at"], "2026-03-02T13:30:00.000Z");
    for (starts_at, status, code) in [
        ("2026-03-02T11:30:00Z", 409, "slot-closed"),
        ("2026-03-02T12:31:00Z", 422, "no-slot"),
        ("2026-03-05T12:30:00Z", 422, "no-slot"),
        ("2026-03-16T12:30:00Z", 409, "slot-closed"),
    ] {
        order(&shop, &plan, starts_at).await.problem(status, code);
    }
    coop.pass(1);
    order(&shop, &plan, SLOT).await.problem(409, "slot-closed");
    // The plan of another is not there.
    order(&other, &plan, "2026-03-02T13:30:00Z").await.problem(404, "not-found");
    assert_eq!(other.get("/v1/slot-plans").await.ok()["items"], json!([]));
    // A window of one's own and a slot are one too many.
    let window = json!({ "after": coop.at(60), "before": coop.at(7200) });
    let both = json!({
        "dropoffs": [{ "place": place(700, 0), "window": window }],
        "slot": { "plan_id": plan["id"], "starts_at": "2026-03-02T13:30:00Z" },
    });
    shop.post("/v1/deliveries", both).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_in_a_slot_books_when_it_is_taken() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let plan = plan(&coop, None).await;
    let later = "2026-03-02T13:30:00.000Z";
    let body = json!({
        "dropoffs": [{ "place": place(700, 0) }],
        "slot": { "plan_id": plan["id"], "starts_at": later },
    });
    let quote = shop.post("/v1/quotes", body).await.created();
    assert_eq!(slot(&shop, &plan, later).await["left"], 20);
    let path = format!("/v1/quotes/{}/take", text(&quote["id"]));
    let delivery = shop.post(&path, json!({})).await.created();
    assert_eq!(delivery["tasks"][1]["after"], later);
    assert_eq!(slot(&shop, &plan, later).await["left"], 19);
}
