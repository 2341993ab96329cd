//! Who hears what, and from where on.

use serde_json::json;

use crate::support::{Coop, Told, place, task, text};

fn kinds(told: &[Told]) -> Vec<&str> {
    told.iter().map(|one| one.kind.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_what_is_theirs() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, other_shop) = (coop.merchant("Bistro").await, coop.merchant("Diner").await);
    let machine = coop.machine_of(&shop).await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let member = coop.user("member").await;
    let mut by_desk = dispatcher.follow(None).await;
    let mut by_shop = shop.follow(None).await;
    let mut by_machine = machine.follow(None).await;
    let mut by_alice = alice.follow(None).await;
    let mut by_bob = bob.follow(None).await;
    let mut by_other_shop = other_shop.follow(None).await;
    let mut by_member = member.follow(Some(0)).await;

    alice.post("/v1/me/shift/start", json!({})).await.ok();
    alice.rides_to(&coop, place(0, 0)).await;
    let order = json!({
        "instructions": "the code is 4711",
        "dropoffs": [{
            "place": place(1000, 0), "address": "5 Quai",
            "contact": { "name": "M. Curie", "phone": "+33 6 12 34" },
        }],
    });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.tick().await;
    alice.accept(&alice.offer().await).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    // The last event of all is for each of the others.
    let foreign = other_shop.orders_to(place(1000, 0)).await;
    bob.post("/v1/me/shift/start", json!({})).await.ok();
    bob.post("/v1/me/shift/stop", json!({})).await.ok();
    let cancel = format!("/v1/deliveries/{}/cancel", text(&foreign["id"]));
    other_shop.post(&cancel, json!({ "reason": "enough" })).await.ok();

    let desk = by_desk.until("delivery.cancelled").await;
    let all: Vec<&str> =
        desk.iter().filter(|told| told.id.is_some()).map(|told| told.kind.as_str()).collect();
    assert_eq!(
        all,
        [
            "shift.started",
            "delivery.created",
            "offer.made",
            "offer.accepted",
            "delivery.assigned",
            "route.changed",
            "route.changed",
            "delivery.picked_up",
            "route.changed",
            "pay.posted",
            "delivery.delivered",
            "shift.ended",
            "delivery.created",
            "shift.started",
            "shift.ended",
            "delivery.cancelled",
        ]
    );
    let numbers: Vec<i64> = desk.iter().filter_map(|told| told.id).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");

    let life =
        ["delivery.created", "delivery.assigned", "delivery.picked_up", "delivery.delivered"];
    assert_eq!(kinds(&by_shop.until("delivery.delivered").await), life);
    assert_eq!(kinds(&by_machine.until("delivery.delivered").await), life);
    let heard = by_other_shop.until("delivery.cancelled").await;
    assert_eq!(kinds(&heard), ["delivery.created", "delivery.cancelled"]);
    assert!(heard.iter().all(|told| told.data["delivery"]["id"] == foreign["id"]));
    let heard = by_alice.until("shift.ended").await;
    assert!(heard.iter().all(|told| !told.data.to_string().contains(&bob.id)), "{heard:?}");
    assert!(!kinds(&heard).contains(&"delivery.created"), "not hers yet");
    assert!(kinds(&heard).contains(&"offer.made") && kinds(&heard).contains(&"pay.posted"));
    let heard = by_bob.until("shift.ended").await;
    assert_eq!(kinds(&heard), ["shift.started", "shift.ended"]);

    // Who is at the door is nobody's business but the courier's.
    for told in desk.iter().chain(&heard) {
        let text = told.data.to_string();
        for secret in ["Curie", "+33", "the code is"] {
            assert!(!text.contains(secret), "{}: {text}", told.kind);
        }
    }
    // A member hears nothing of all this: the next word is the server's sign of life.
    let silence = tokio::time::timeout(std::time::Duration::from_millis(300), by_member.next());
    assert!(silence.await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_broke() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let mut stream = shop.follow(None).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(shop.orders_to(place(500, 0)).await["id"].clone());
    }
    let first = stream.next().await;
    assert_eq!(first.data["delivery"]["id"], made[0]);
    drop(stream);
    for _ in 0..3 {
        made.push(shop.orders_to(place(500, 0)).await["id"].clone());
    }
    let mut stream = shop.follow(first.id).await;
    let mut seen = vec![made[0].clone()];
    let mut last = first.id;
    while seen.len() < made.len() {
        let told = stream.next().await;
        assert!(told.id > last, "no event twice, none out of order");
        last = told.id;
        seen.push(told.data["delivery"]["id"].clone());
    }
    assert_eq!(seen, made);
    // The same from a board's picture.
    let board = coop.dispatcher().await.get("/v1/board").await.ok();
    assert_eq!(text(&board["last_event_id"]), last.expect("a number").to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_far_behind_is_told_to_look_again() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let mut stream = shop.follow(Some(1_000_000)).await;
    let told = stream.next().await;
    assert_eq!((told.kind.as_str(), told.id), ("resync", None));
    shop.orders_to(place(500, 0)).await;
    assert_eq!(stream.next().await.kind, "delivery.created");
    for wrong in ["-1", "x", "1.5", "", "99999999999999999999"] {
        let answer = shop.get("/v1/stream").header("last-event-id", wrong).await;
        answer.problem(422, "invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_go_to_the_desk_and_to_nobody_else() {
    let coop = Coop::start().await;
    let (dispatcher, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let alice = coop.courier_on_shift("Alice", 0).await;
    let mut by_desk = dispatcher.follow(None).await;
    let mut by_shop = shop.follow(None).await;
    let mut by_alice = alice.follow(None).await;
    coop.pass(5);
    alice.rides_to(&coop, place(70, 0)).await;
    let told = by_desk.until("positions").await;
    let told = told.last().expect("positions");
    assert_eq!(told.id, None, "not a thing to resume from");
    assert_eq!(told.data["fixes"][0]["courier_id"], alice.id);
    assert_eq!(told.data["fixes"][0]["at"], coop.at(0));
    let delivery = shop.orders_to(place(500, 0)).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let heard = [by_shop.until("delivery.assigned").await, by_alice.until("route.changed").await];
    assert!(heard.iter().flatten().all(|told| told.kind != "positions"));
}

/// Nothing is told that did not happen: an event is written with its cause, or neither is.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_command_tells_nobody() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = shop.orders_to(place(500, 0)).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "dropoff"), json!({})).await.problem(409, "pickup-first");
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let told = shop.follow(Some(0)).await.until("delivery.picked_up").await;
    assert_eq!(kinds(&told), ["delivery.created", "delivery.assigned", "delivery.picked_up"]);
}
