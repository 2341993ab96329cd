//! What goes wrong on the way is told once, looked after by people, and shown to whom it concerns.

use std::slice::from_ref;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Call, Coop, PASSWORD, picture, place, task, text};

const ID: &str = "inc_01k00000000000000000000001";

fn patch(desk: &Actor, id: &str, body: Value) -> Call {
    let call = desk.call(Method::PATCH, &format!("/v1/incidents/{id}"));
    call.header("content-type", "application/json").body(body.to_string().into_bytes())
}

async fn marks(desk: &Actor) -> Vec<Value> {
    let board = desk.get("/v1/board").await.ok();
    board["incidents"].as_array().expect("marks").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_told_once_seen_at_once_and_closed_with_what_was_done() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (desk, bob) = (coop.dispatcher().await, coop.courier("Bob").await);
    let mut told = desk.follow(None).await;
    let delivery = shop.orders_to(place(1000, 0)).await;
    desk.assign(&delivery, &alice).await.ok();
    let stop = task(&delivery, "dropoff");
    let at = coop.at(0);
    coop.pass(3_600); // In a cellar.
    let fall = json!({
        "incident_id": ID, "kind": "fall", "text": "I slipped on the tram line.", "task_id": stop, "at": at,
    });
    bob.post("/v1/me/incidents", fall.clone()).await.problem(404, "not-found");
    let first = alice.post("/v1/me/incidents", fall.clone()).await.created();
    assert_eq!((&first["priority"], &first["happened_at"]), (&json!("urgent"), &json!(at)));
    assert_eq!(
        alice.post("/v1/me/incidents", fall).await.created(),
        first,
        "the phone sends it again"
    );
    let other = json!({ "incident_id": ID, "kind": "goods" });
    alice.post("/v1/me/incidents", other.clone()).await.problem(409, "exists");
    bob.post("/v1/me/incidents", other).await.problem(409, "exists");

    let events = told.until("incident.reported").await;
    let event = &events.last().expect("an event").data;
    assert_eq!((&event["incident_id"], &event["priority"]), (&json!(ID), &json!("urgent")));
    assert!(!event.to_string().contains("tram"), "no words in what is told: {event}");
    let marked = marks(&desk).await;
    assert_eq!((marked.len(), &marked[0]["delivery_id"]), (1, &delivery["id"]));
    assert_eq!(marked[0]["courier_id"], json!(alice.id));

    let path = format!("/v1/incidents/{ID}");
    for _ in 0..2 {
        desk.post(&format!("{path}/comments"), json!({ "text": "Called her: nothing broken." }))
            .key("called")
            .await
            .ok();
    }
    let done = json!({ "done": "She went home; Bob has the cakes." });
    let closed = desk.post(&format!("{path}/close"), done).await.ok();
    assert_eq!(
        (&closed["state"], closed["comments"].as_array().map(Vec::len)),
        (&json!("closed"), Some(1))
    );
    let rewritten = json!({ "done": "nothing" });
    let again = desk.post(&format!("{path}/close"), rewritten).await.ok();
    assert_eq!(again["done"], "She went home; Bob has the cakes.");
    assert!(marks(&desk).await.is_empty());
    let mine = alice.get("/v1/me/incidents").await.ok();
    assert_eq!(mine["items"][0]["done"], closed["done"]);
    assert!(mine["items"][0].get("comments").is_none(), "remarks are the desk's");
    let reopened = desk.post(&format!("{path}/reopen"), json!({})).await.ok();
    assert_eq!((&reopened["state"], reopened.get("done")), (&json!("reopened"), None));
    assert_eq!(marks(&desk).await.len(), 1);
    // Who did what stands in the log, without a word of what was said.
    let log = desk.get(&format!("/v1/acts?courier_id={}", alice.id)).await.ok();
    let kinds: Vec<&str> =
        log["items"].as_array().expect("acts").iter().map(|act| text(&act["kind"])).collect();
    assert!(kinds.contains(&"close_incident") && kinds.contains(&"reopen_incident"), "{log}");
    assert!(!log.to_string().contains("cakes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatchers_file_it_and_the_merchant_hears_what_they_share() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (desk, other_shop) = (coop.dispatcher().await, coop.merchant("Other").await);
    let delivery = shop.orders_to(place(1000, 0)).await;
    desk.assign(&delivery, &alice).await.ok();
    let goods = json!({ "kind": "goods", "task_id": task(&delivery, "pickup"), "text": "M. Curie dropped it" });
    let id = alice.reports(goods).await;
    let nowhere = alice.reports(json!({ "kind": "vehicle" })).await;
    let seen = format!("/v1/deliveries/{}/incidents", text(&delivery["id"]));
    assert_eq!(shop.get(&seen).await.ok()["items"], json!([]));
    other_shop.get(&seen).await.problem(404, "not-found");
    let me = desk.get("/v1/me").await.ok()["id"].clone();
    let filed =
        patch(&desk, &id, json!({ "shared": "Two cakes were squashed.", "assigned_to": me }))
            .await
            .ok();
    assert_eq!((&filed["assigned_to"], &filed["priority"]), (&me, &json!("normal")));
    let low = patch(&desk, &id, json!({ "priority": "low" })).await.ok();
    assert_eq!((&low["assigned_to"], &low["shared"]), (&me, &json!("Two cakes were squashed.")));
    let shared = shop.get(&seen).await.ok();
    assert_eq!(shared["items"][0]["text"], "Two cakes were squashed.");
    assert!(!shared.to_string().contains("Curie"), "{shared}");
    patch(&desk, &nowhere, json!({ "shared": "to whom?" })).await.problem(422, "invalid");
    let courier = coop.user("treasurer").await.get("/v1/me").await.ok()["id"].clone();
    patch(&desk, &id, json!({ "assigned_to": courier })).await.problem(404, "not-found");
    let quiet = patch(&desk, &id, json!({ "shared": null, "assigned_to": null })).await.ok();
    assert!(quiet.get("shared").is_none() && quiet.get("assigned_to").is_none(), "{quiet}");
    assert_eq!(shop.get(&seen).await.ok()["items"], json!([]));

    let ids = async |query: &str| {
        let list = desk.get(&format!("/v1/incidents?{query}")).await.ok();
        let items = list["items"].as_array().expect("a list").clone();
        items.iter().map(|one| text(&one["id"]).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("priority=low").await, from_ref(&id));
    assert_eq!(ids("kind=vehicle").await, from_ref(&nowhere));
    assert_eq!(ids("closed=true").await, [""; 0]);
    assert_eq!(ids(&format!("delivery_id={}", text(&delivery["id"]))).await, from_ref(&id));
    assert_eq!(ids("closed=false").await.len(), 2);
    desk.get("/v1/incidents?kind=nonsense").await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_once_and_words_and_pictures_go_with_the_courier() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let desk = coop.dispatcher().await;
    let id = alice.reports(json!({ "kind": "other", "text": "M. Curie was there" })).await;
    let sent = format!("/v1/me/incidents/{id}/pictures?picture_id=ipi_01k00000000000000000000001");
    for _ in 0..2 {
        alice.post_bytes(&sent, "image/png", picture(4, 3)).await.ok();
    }
    alice.post_bytes(&sent, "image/png", picture(5, 3)).await.problem(409, "exists");
    bob.post_bytes(&sent, "image/png", picture(4, 3)).await.problem(404, "not-found");
    for _ in 1..10 {
        alice.adds_incident_picture(&id).await;
    }
    let more = format!("/v1/me/incidents/{id}/pictures?picture_id=ipi_01k00000000000000000000002");
    alice.post_bytes(&more, "image/png", picture(4, 3)).await.problem(409, "too-many");
    let file = desk.get(&format!("/v1/incidents/{id}")).await.ok();
    assert_eq!(file["pictures"].as_array().map(Vec::len), Some(10));
    let shown = format!("/v1/incident-pictures/{}", text(&file["pictures"][0]));
    assert_eq!(desk.get(&shown).await.status, 200);
    alice.get(&shown).await.problem(403, "forbidden");
    desk.post(&format!("/v1/incidents/{id}/comments"), json!({ "text": "M. Curie, again" }))
        .await
        .ok();
    desk.post(&format!("/v1/incidents/{id}/close"), json!({ "done": "M. Curie was told" }))
        .await
        .ok();

    let zip = alice.get("/v1/me/export").await;
    assert!(String::from_utf8_lossy(&zip.body).contains("incidents"), "a file of its own");
    alice.post("/v1/me/erase", json!({ "password": PASSWORD })).await.status(204);
    let gone = desk.get(&format!("/v1/incidents/{id}")).await.ok();
    assert!(!gone.to_string().contains("Curie"), "{gone}");
    assert_eq!((&gone["kind"], &gone["pictures"]), (&json!("other"), &json!([])));
    desk.get(&shown).await.problem(404, "not-found");
}
