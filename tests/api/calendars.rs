//! A courier's shifts in a calendar elsewhere, behind a secret link.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Coop, PASSWORD, text};

const HOUR: i64 = 3600;

/// A shift that is offered, so many hours from now, with a place in it for one.
async fn offered(coop: &Coop, hours: i64) -> String {
    let window = json!({ "after": coop.at(hours * HOUR), "before": coop.at((hours + 3) * HOUR) });
    let opening = json!({ "window": window, "wanted": { "places": 1, "zone": "centre" } });
    let made = coop.dispatcher().await.post("/v1/openings", opening).await.created();
    text(&made["id"]).to_owned()
}

async fn apply(who: &Actor, opening: &str) -> Value {
    who.post(&format!("/v1/openings/{opening}/apply"), json!({})).await.ok()
}

async fn link(who: &Actor) -> String {
    let made = who.post("/v1/me/calendar", json!({})).await.created();
    text(&made["path"]).to_owned()
}

/// What a calendar reads there, without a login.
async fn read(coop: &Coop, link: &str) -> String {
    let reply = coop.stranger().get(link).await.status(200);
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/calendar")));
    String::from_utf8(reply.body.clone()).expect("text")
}

/// The event of a shift: its lines by name.
fn event<'a>(calendar: &'a str, shift: &str) -> Vec<&'a str> {
    let mut events = calendar.split("BEGIN:VEVENT").skip(1);
    let uid = format!("UID:{shift}@");
    events.find(|event| event.contains(&uid)).map_or(Vec::new(), |event| event.lines().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_follows_what_becomes_of_a_shift() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.courier("Ada").await, coop.courier("Bob").await);
    let opening = offered(&coop, 48).await;
    let placed = apply(&ada, &opening).await;
    let shift = text(&placed["shift"]["id"]).to_owned();
    let own = link(&ada).await;
    let first = read(&coop, &own).await;
    let planned = event(&first, &shift);
    for line in ["STATUS:CONFIRMED", "SEQUENCE:0", "LOCATION:centre", "DTSTART:20260304T120000Z"] {
        assert!(planned.contains(&line), "{line} in {first}");
    }
    assert!(first.contains("X-WR-TIMEZONE:Europe/Paris"));
    // A colleague takes it: cancelled in the one, there in the other; and back again.
    let swap = async |from: &Actor, to: &Actor| {
        from.post(&format!("/v1/me/shifts/{shift}/swap"), json!({})).await.ok();
        to.post(&format!("/v1/shifts/{shift}/take"), json!({})).await.ok();
    };
    swap(&ada, &bob).await;
    let gone = read(&coop, &own).await;
    let gone = event(&gone, &shift);
    assert!(gone.contains(&"STATUS:CANCELLED") && gone.contains(&"SEQUENCE:1"), "{gone:?}");
    assert!(!event(&read(&coop, &link(&bob).await).await, &shift).is_empty());
    swap(&bob, &ada).await;
    let back = read(&coop, &own).await;
    let back = event(&back, &shift);
    assert!(back.contains(&"STATUS:CONFIRMED") && back.contains(&"SEQUENCE:2"), "{back:?}");
    ada.post(&format!("/v1/me/shifts/{shift}/give-back"), json!({})).await.status(204);
    let given = read(&coop, &format!("{own}?lang=fr")).await;
    let given = event(&given, &shift);
    assert!(given.contains(&"STATUS:CANCELLED") && given.contains(&"SEQUENCE:3"), "{given:?}");
    assert!(given.contains(&"SUMMARY:Service"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_a_secret_that_is_withdrawn_and_made_anew() {
    let coop = Coop::start().await;
    let ada = coop.courier("Ada").await;
    assert_eq!(ada.get("/v1/me/calendar").await.ok(), json!({}));
    let first = link(&ada).await;
    assert_eq!(ada.get("/v1/me/calendar").await.ok(), json!({ "made_at": coop.at(0) }));
    let second = link(&ada).await;
    coop.stranger().get(&first).await.problem(404, "not-found");
    read(&coop, &second).await;
    for _ in 0..2 {
        ada.call(Method::DELETE, "/v1/me/calendar").await.status(204);
    }
    coop.stranger().get(&second).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_places_of_who_is_erased_are_for_those_who_wait() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.courier("Ada").await, coop.courier("Bob").await);
    let opening = offered(&coop, 48).await;
    apply(&ada, &opening).await;
    assert_eq!(apply(&bob, &opening).await["outcome"], "waiting");
    let own = link(&ada).await;
    ada.post("/v1/me/erase", json!({ "password": PASSWORD })).await.status(204);
    let mine = bob.get("/v1/me/shifts").await.ok();
    assert_eq!(mine["items"][0]["opening_id"], opening.as_str());
    coop.stranger().get(&own).await.problem(404, "not-found");
}
