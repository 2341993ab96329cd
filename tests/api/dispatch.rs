//! The engine asks, couriers answer, dispatchers overrule, and anybody who may can read why.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

async fn why(dispatcher: &Actor, delivery: &Value) -> Value {
    let path = format!("/v1/deliveries/{}/why", text(&delivery["id"]));
    dispatcher.get(&path).await.ok()["decisions"].clone()
}

fn unassign(dispatcher: &Actor, delivery: &Value) -> crate::support::Call {
    let path = format!("/v1/deliveries/{}/unassign", text(&delivery["id"]));
    dispatcher.post(&path, json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dispatcher_loop_asks_by_itself() {
    let coop = Coop::with(|config| {
        config.dispatch.enabled = true;
        config.dispatch.tick_s = 0;
        config.dispatch.tick_ms_min = 20;
    })
    .await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let mut stream = alice.follow(None).await;
    let delivery = shop.orders_to(place(1000, 0)).await;
    let told = stream.until("offer.made").await;
    let offer = &told.last().expect("an offer").data["offer"];
    assert_eq!(offer["deliveries"][0]["id"], delivery["id"]);
    alice.accept(text(&offer["id"])).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_delivery_goes_to_another_courier() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 100).await;
    let bob = coop.courier_on_shift("Bob", 900).await;
    shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    assert!(bob.offers().await.is_empty(), "one courier is asked, the nearest");
    coop.tick().await;
    assert!(bob.offers().await.is_empty(), "while one is asked, nobody else is");

    let declined = alice.decline(&offer).await.ok();
    assert_eq!(declined["state"], "declined");
    assert_eq!(alice.decline(&offer).await.ok(), declined);
    alice.accept(&offer).await.problem(409, "offer-gone");
    coop.tick().await;
    assert!(alice.offers().await.is_empty(), "not asked about the same job again");
    bob.accept(&bob.offer().await).await.ok();
    assert_eq!(bob.route().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_lapses_goes_to_another_courier() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 100).await;
    let bob = coop.courier_on_shift("Bob", 900).await;
    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    coop.pass(59);
    coop.expire_offers().await;
    assert_eq!(alice.offers().await, std::slice::from_ref(&offer));
    coop.pass(2);
    alice.accept(&offer).await.problem(409, "offer-gone");
    coop.expire_offers().await;
    assert!(alice.offers().await.is_empty());
    // Whoever let it lapse may be asked again, but is not all there is.
    bob.rides_to(&coop, place(50, 0)).await;
    coop.tick().await;
    bob.accept(&bob.offer().await).await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["courier_id"], bob.id);
}

/// To say no is free: the next job is offered as if nothing had been.
#[tokio::test(flavor = "multi_thread")]
async fn a_decline_is_not_held_against_anyone() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 100).await;
    let terms = |decisions: &Value| decisions[0]["candidates"][0].clone();

    let first = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let before = terms(&why(&dispatcher, &first).await);
    alice.decline(&alice.offer().await).await.ok();
    let cancel = format!("/v1/deliveries/{}/cancel", text(&first["id"]));
    shop.post(&cancel, json!({ "reason": "out of the way" })).await.ok();

    let second = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let after = terms(&why(&dispatcher, &second).await);
    assert_eq!(after, before, "the same job weighs the same");
    alice.offer().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_couriers_racing_for_a_delivery_one_has_it() {
    let coop = Coop::that_voted("mode = \"offer\"", "mode = \"offer_several\"").await;
    let shop = coop.merchant("Bistro").await;
    let riders =
        [coop.courier_on_shift("Alice", 100).await, coop.courier_on_shift("Bob", 200).await];
    for round in 0..5 {
        let delivery = shop.orders_to(place(-500, 0)).await;
        coop.tick().await;
        let offers = [riders[0].offer().await, riders[1].offer().await];
        let (one, other) = tokio::join!(
            riders[0].accept(&offers[0]).into_future(),
            riders[1].accept(&offers[1]).into_future()
        );
        let (winner, won, lost) = if one.status == 200 { (0, one, other) } else { (1, other, one) };
        won.ok();
        lost.problem(409, "offer-gone");
        let seen = shop.delivery(&delivery["id"]).await;
        assert_eq!(seen["courier_id"], riders[winner].id, "round {round}");
        assert!(riders[1 - winner].route().await.is_empty());
        assert!(riders[1 - winner].offers().await.is_empty(), "what is gone is not offered");
        riders[winner].complete(&task(&delivery, "pickup"), json!({})).await.ok();
        let proof = json!({ "proof": { "signed_by": "Ada" } });
        riders[winner].complete(&task(&delivery, "dropoff"), proof).await.ok();
    }
}

/// The same courier on two phones.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_accepted_twice_is_accepted_once() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    shop.orders_to(place(1000, 0)).await;
    coop.tick().await;
    let offer = alice.offer().await;
    let (one, other) =
        tokio::join!(alice.accept(&offer).into_future(), alice.accept(&offer).into_future());
    assert_eq!(one.ok(), other.ok());
    assert_eq!(alice.route().await.len(), 2);
    alice.decline(&offer).await.problem(409, "offer-gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_assigned_the_engine_leaves_alone() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let near = coop.courier_on_shift("Near", 50).await;
    let far = coop.courier_on_shift("Far", 4000).await;
    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let offer = near.offer().await;

    let given = dispatcher.assign(&delivery, &far).await.ok();
    assert_eq!((&given["state"], &given["courier_id"]), (&json!("assigned"), &json!(far.id)));
    near.accept(&offer).await.problem(409, "offer-gone");
    // More work and more ticks: the engine plans around it.
    for _ in 0..3 {
        coop.pass(30);
        near.rides_to(&coop, place(50, 0)).await;
        far.rides_to(&coop, place(4000, 0)).await;
        shop.orders_to(place(-500, 0)).await;
        coop.tick().await;
    }
    assert_eq!(shop.delivery(&delivery["id"]).await["courier_id"], far.id);
    assert!(far.route().await.iter().any(|(_, id)| id == text(&delivery["id"])));

    // A person moves it, and takes it back.
    dispatcher.assign(&delivery, &near).await.ok();
    assert!(far.route().await.iter().all(|(_, id)| id != text(&delivery["id"])));
    let open = unassign(&dispatcher, &delivery).await.ok();
    assert_eq!(open["state"], "open");
    assert!(open.get("courier_id").is_none(), "{open}");
    assert_eq!(unassign(&dispatcher, &delivery).await.ok(), open, "a retry changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_board_is_not_moved_by_hand() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let bob = coop.courier_on_shift("Bob", 0).await;
    let delivery = shop.orders_to(place(1000, 0)).await;
    dispatcher.assign(&delivery, &alice).await.ok();
    let assigned_twice = dispatcher.assign(&delivery, &alice).await.ok();
    assert_eq!(assigned_twice["version"], 2, "giving it to who has it changes nothing");
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    dispatcher.assign(&delivery, &bob).await.problem(409, "illegal-transition");
    unassign(&dispatcher, &delivery).await.problem(409, "illegal-transition");
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    dispatcher.assign(&delivery, &bob).await.problem(409, "illegal-transition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_assigned_to_nobody_is_not_assigned() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, mut alice) = (coop.merchant("Bistro").await, coop.courier("Alice").await);
    let delivery = shop.orders_to(place(1000, 0)).await;
    alice.id = "cou_00000000000000000000000000".to_owned();
    dispatcher.assign(&delivery, &alice).await.problem(404, "not-found");
    alice.id.clone_from(&shop.id);
    dispatcher.assign(&delivery, &alice).await.problem(422, "invalid");
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_on_the_desk_can_read_why() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let near = coop.courier_on_shift("Near", 50).await;
    let far = coop.courier_on_shift("Far", 2000).await;
    let lost = coop.courier("Lost").await;
    lost.post("/v1/me/shift/start", json!({})).await.ok();
    let stale = coop.courier_on_shift("Stale", 60).await;
    coop.pass(400); // Beyond the age at which a position is trusted.
    near.rides_to(&coop, place(50, 0)).await;
    far.rides_to(&coop, place(2000, 0)).await;

    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let decisions = why(&dispatcher, &delivery).await;
    let decision = &decisions[0];
    assert_eq!(decision["outcome"], json!({ "proposed": { "to": near.id } }));
    let candidates = decision["candidates"].as_array().expect("candidates");
    let ids: Vec<&str> = candidates.iter().map(|one| text(&one["courier_id"])).collect();
    assert_eq!(ids, [near.id.as_str(), far.id.as_str()], "the cheapest first");
    assert_eq!((&candidates[0]["chosen"], &candidates[1]["chosen"]), (&json!(true), &json!(false)));
    assert!(candidates[0]["cost"].as_i64() < candidates[1]["cost"].as_i64());
    assert!(candidates[0]["terms"].is_object(), "each cost by name: {decision}");
    let excluded = json!([{ "courier_id": stale.id, "code": "position-age" }]);
    assert_eq!(decision["excluded"], excluded);

    // Who has said no is excluded by that, and the newest decision stands first.
    near.decline(&near.offer().await).await.ok();
    coop.pass(10);
    coop.tick().await;
    let decisions = why(&dispatcher, &delivery).await;
    let codes = decisions[0]["excluded"].as_array().expect("a list").iter();
    let codes: Vec<(&str, &str)> =
        codes.map(|one| (text(&one["courier_id"]), text(&one["code"]))).collect();
    assert!(codes.contains(&(near.id.as_str(), "refused-already")), "{codes:?}");
    assert_eq!(decisions[1], *decision);

    // The whole tick can be read, and reckoned again.
    let path = format!("/v1/decisions/{}", text(&decision["decision_id"]));
    let tick = dispatcher.get(&path).await.ok();
    assert_eq!(tick["faults"], json!([]));
    assert_eq!(tick["snapshot"]["now"], coop.at(-10));
    assert!(!tick.to_string().contains("Near"), "ids and places, no names");
}
