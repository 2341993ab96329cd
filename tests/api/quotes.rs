//! From a quote to a delivery, and what may become of it before it is picked up.

use futures_util::future::join_all;
use paceline::domain::delivery::DeliveryState;
use reqwest::Method;
use serde_json::{Value, json};

use crate::routes;
use crate::support::{Actor, Call, Coop, place, task, text};

async fn quote(shop: &Actor, east_m: i32) -> Value {
    shop.post("/v1/quotes", json!({ "dropoffs": [{ "place": place(east_m, 0) }] })).await.created()
}

fn take(shop: &Actor, quote: &Value) -> Call {
    shop.post(&format!("/v1/quotes/{}/take", text(&quote["id"])), json!({}))
}

fn amend(shop: &Actor, delivery: &Value, change: &Value) -> Call {
    let path = format!("/v1/deliveries/{}", text(&delivery["id"]));
    let call = shop.call(Method::PATCH, &path).header("content-type", "application/json");
    call.body(change.to_string().into_bytes())
}

fn step(shop: &Actor, delivery: &Value, verb: &str, body: Value) -> Call {
    shop.post(&format!("/v1/deliveries/{}/{verb}", text(&delivery["id"])), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_says_what_it_costs_and_when_and_is_kept_to() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    coop.courier_on_shift("Alice", 2000).await;
    let quote = quote(&shop, 3000).await;
    // 3 km as the crow flies are 3.9 km by road: 4.50 and 1.10 a kilometre.
    assert_eq!(quote["trip_m"], 3900);
    assert_eq!(
        quote["lines"],
        json!([
            { "code": "base", "amount": { "amount": 450, "currency": "EUR" } },
            { "code": "distance", "amount": { "amount": 429, "currency": "EUR" } },
        ])
    );
    assert_eq!(quote["price"]["amount"], 879);
    assert!(quote["courier_pay_min"]["amount"].as_i64().expect("an amount") > 0, "{quote}");
    let (pickup, dropoff) = (&quote["pickup"], &quote["dropoff"]);
    // Nobody is there at once, and the promise is the end of the span.
    assert!(text(&pickup["earliest"]) > coop.at(60).as_str(), "{quote}");
    assert!(text(&pickup["latest"]) < text(&dropoff["latest"]), "{quote}");
    assert_eq!(text(&dropoff["latest"]), coop.at(2400));
    coop.pass(500);
    let delivery = take(&shop, &quote).await.created();
    assert_eq!((&delivery["price"], &delivery["state"]), (&quote["price"], &json!("open")));
    let path = format!("/v1/quotes/{}", text(&quote["id"]));
    assert_eq!(shop.get(&path).await.ok()["delivery_id"], delivery["id"]);
    let problem = take(&shop, &quote).await.problem(409, "quote-used");
    assert!(text(&problem["detail"]).contains(text(&delivery["id"])), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_quote_is_not_taken() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let quote = quote(&shop, 500).await;
    coop.pass(599);
    let still = self::quote(&shop, 500).await;
    coop.pass(1);
    take(&shop, &quote).await.problem(409, "quote-expired");
    take(&shop, &still).await.created();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_makes_one_delivery_however_often_it_is_taken_at_once() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let quote = quote(&shop, 500).await;
    let replies = join_all((0..30).map(|_| take(&shop, &quote).into_future())).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 1);
    for reply in replies.into_iter().filter(|reply| reply.status != 201) {
        reply.problem(409, "quote-used");
    }
    let listed = shop.get("/v1/deliveries").await.ok();
    assert_eq!(listed["items"].as_array().expect("a list").len(), 1);
    // With a key a retry gets the delivery, and a key of one quote says nothing of another.
    let (one, other) = (self::quote(&shop, 500).await, self::quote(&shop, 500).await);
    let first = take(&shop, &one).key("k").await.created();
    let again = take(&shop, &one).key("k").await;
    assert!(again.replayed());
    assert_eq!(again.created()["id"], first["id"]);
    assert_ne!(take(&shop, &other).key("k").await.created()["id"], first["id"]);
}

/// What the matrix in the reference says of a change in each state.
fn promised() -> Vec<(String, Vec<bool>)> {
    let text = include_str!("../../docs/reference/deliveries.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = cells[1].split('`').nth(1).expect("a name").to_owned();
        let states = cells[3..12].iter().map(|cell| match *cell {
            "yes" => true,
            "no" => false,
            other => panic!("{other} in {line}"),
        });
        (name, states.collect())
    };
    rows.map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_changed_when_is_as_the_reference_says() {
    let coop = Coop::start().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let courier = coop.courier_on_shift("Alice", 0).await;
    let promised = promised();
    assert_eq!(promised.len(), 7);
    let in_state = async |state: &str| {
        let asks = state == "asked";
        let kitchen = format!("/v1/merchants/{}/kitchen", shop.id);
        let confirms = json!({ "answer_minutes": 60, "silence": "refused" });
        let mut works = routes::kitchen();
        works["confirms"] = if asks { confirms } else { Value::Null };
        shop.put(&kitchen, works).await.ok();
        let delivery = shop.orders_to(place(700, 0)).await;
        if state == "cancelled" {
            step(&shop, &delivery, "cancel", json!({ "reason": "no" })).await.ok();
        } else if state != "open" && !asks {
            desk.assign(&delivery, &courier).await.ok();
        }
        if matches!(state, "picked_up" | "returning" | "delivered" | "returned" | "failed") {
            courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
        }
        let door = task(&delivery, "dropoff");
        if state == "delivered" {
            let proof = json!({ "proof": { "signed_by": "Ada" } });
            courier.complete(&door, proof).await.ok();
        } else if state == "failed" {
            let path = format!("/v1/tasks/{door}/failed");
            courier.post(&path, json!({ "code": "other" })).await.ok();
        } else if matches!(state, "returning" | "returned") {
            let back = step(&shop, &delivery, "return", json!({ "code": "other" })).await.ok();
            if state == "returned" {
                let proof = json!({ "proof": { "signed_by": "Ada" } });
                courier.complete(&task(&back, "return"), proof).await.ok();
            }
        }
        let delivery = shop.delivery(&delivery["id"]).await;
        assert_eq!(delivery["state"], state);
        delivery
    };
    for (change, states) in promised {
        let names = DeliveryState::NAMES;
        for (state, may) in names.into_iter().zip(states) {
            let before = in_state(state).await;
            let reply = match change.as_str() {
                "instructions" => amend(&shop, &before, &json!({ "instructions": "ring" })).await,
                "contact" => amend(&shop, &before, &json!({ "contact": { "name": "Z" } })).await,
                "packages" => {
                    let packages = json!([{ "name": "box", "quantity": 1 }]);
                    amend(&shop, &before, &json!({ "packages": packages })).await
                }
                "ready_at" => {
                    let late = json!({ "ready_at": coop.at(600) });
                    step(&shop, &before, "ready", late).await
                }
                "if_undeliverable" => {
                    amend(&shop, &before, &json!({ "if_undeliverable": "return" })).await
                }
                "cancel" => step(&shop, &before, "cancel", json!({ "reason": "no" })).await,
                "return" => step(&shop, &before, "return", json!({ "code": "other" })).await,
                other => panic!("{other}"),
            };
            // Calling off what is called off already is no change, nor is calling back.
            let already = match change.as_str() {
                "cancel" => state == "cancelled",
                "return" => matches!(state, "returning" | "returned"),
                _ => false,
            };
            if already {
                assert_eq!(reply.ok()["version"], before["version"]);
                continue;
            }
            assert_eq!(reply.status == 200, may, "{change} when {state}: {reply}");
            if !may {
                let acts = matches!(change.as_str(), "cancel" | "return");
                let code = if acts { "illegal-transition" } else { "fixed" };
                reply.problem(409, code);
                assert_eq!(shop.delivery(&before["id"]).await, before);
            } else {
                let after = shop.delivery(&before["id"]).await;
                assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|v| v + 1));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_kitchen_moves_the_promise_and_an_early_one_the_courier() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let order = json!({ "ready_at": coop.at(900), "dropoffs": [{ "place": place(700, 0) }] });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    let mut stream = shop.follow(None).await;
    let late = step(&shop, &delivery, "ready", json!({ "ready_at": coop.at(1500) })).await.ok();
    assert_eq!(text(&late["ready_at"]), coop.at(1500));
    assert_eq!(text(&late["due_at"]), coop.at(2400 + 600));
    let told = stream.until("delivery.updated").await;
    let told = &told.last().expect("the update").data;
    assert_eq!(told["delivery"]["ready_at"], late["ready_at"]);
    let early = step(&shop, &delivery, "ready", json!({})).await.ok();
    assert_eq!(text(&early["ready_at"]), coop.at(0));
    // A promise that was given stays.
    assert_eq!(early["due_at"], late["due_at"]);
    let same = step(&shop, &delivery, "ready", json!({})).await.ok();
    assert_eq!(same["version"], early["version"]);
    let years = json!({ "ready_at": "2031-01-01T00:00:00Z" });
    step(&shop, &delivery, "ready", years).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn calling_off_costs_by_the_rule_and_only_the_merchant_who_did_it() {
    let coop = Coop::start().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let treasurer = coop.user("treasurer").await;
    let courier = coop.courier_on_shift("Alice", 0).await;
    let cancel = |who: &Actor, delivery: &Value| {
        step(who, delivery, "cancel", json!({ "reason": "sold out" }))
    };
    let open = shop.orders_to(place(700, 0)).await;
    assert_eq!(cancel(&shop, &open).await.ok()["price"]["amount"], 0);
    let assigned = shop.orders_to(place(700, 0)).await;
    desk.assign(&assigned, &courier).await.ok();
    assert_eq!(cancel(&shop, &assigned).await.ok()["price"]["amount"], 300);
    // Again is no second fee.
    assert_eq!(cancel(&shop, &assigned).await.ok()["price"]["amount"], 300);
    let by_the_coop = shop.orders_to(place(700, 0)).await;
    desk.assign(&by_the_coop, &courier).await.ok();
    assert_eq!(cancel(&desk, &by_the_coop).await.ok()["price"]["amount"], 0);
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok().to_string();
    // 3.00 and VAT on top, once.
    assert!(books.contains("-360") && !books.contains("-720"), "{books}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_counters_and_doors_are_one_delivery() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let courier = coop.courier_on_shift("Alice", 0).await;
    let stop = |east_m| json!({ "place": place(east_m, 0) });
    let order = json!({
        "pickups": [stop(0), stop(300)], "dropoffs": [stop(700), stop(900), stop(1100)],
    });
    let quote = shop.post("/v1/quotes", order).await.created();
    let delivery = take(&shop, &quote).await.created();
    let tasks = delivery["tasks"].as_array().expect("tasks").clone();
    assert_eq!(tasks.len(), 5);
    coop.dispatcher().await.assign(&delivery, &courier).await.ok();
    for task in &tasks {
        let proof = json!({ "proof": { "signed_by": "Ada" } });
        let body = if task["kind"] == "dropoff" { proof } else { json!({}) };
        courier.complete(text(&task["id"]), body).await.ok();
    }
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "delivered");
}
