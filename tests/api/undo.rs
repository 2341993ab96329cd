//! A courier takes the last step back: the delivery goes on as it was, and so do the books.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::invoices::audited;
use crate::pay_runs::wants_to_be_paid_at;
use crate::support::{Actor, Call, Coop, place, task, text};

const PHONE: &str = "pho_01k00000000000000000000001";

/// A delivery a kilometre away, picked up.
async fn on_board(coop: &Coop, shop: &Actor, courier: &Actor, wish: &str) -> Value {
    let order = json!({ "dropoffs": [{ "place": place(1000, 0) }], "if_undeliverable": wish });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    shop.delivery(&delivery["id"]).await
}

async fn hand_over(courier: &Actor, delivery: &Value, kind: &str) -> Value {
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(delivery, kind), proof).await.ok()
}

async fn fail(courier: &Actor, delivery: &Value, kind: &str) -> Value {
    let path = format!("/v1/tasks/{}/failed", task(delivery, kind));
    courier.post(&path, json!({ "code": "not_at_home" })).await.ok()
}

fn undo(courier: &Actor, delivery: &Value, kind: &str, step: &str) -> Call {
    courier.post(&format!("/v1/tasks/{}/undo", task(delivery, kind)), json!({ "step": step }))
}

async fn pay(courier: &Actor) -> Value {
    courier.get("/v1/me/pay").await.ok()
}

/// Kinds and amounts, the newest first.
fn lines(pay: &Value) -> Vec<(&str, i64)> {
    let lines = pay["lines"].as_array().expect("lines").iter();
    lines.map(|line| (text(&line["kind"]), line["amount"]["amount"].as_i64().unwrap())).collect()
}

/// What every kind of account stands at, without those at nothing.
async fn balances(coop: &Coop) -> Value {
    let treasurer = coop.user("treasurer").await;
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok();
    let accounts = books["accounts"].as_array().expect("accounts").iter();
    let moved = accounts.filter(|account| account["balance"] != 0);
    moved.map(|one| (text(&one["kind"]).to_owned(), one["balance"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_not_handed_over_goes_on_and_is_booked_once_when_it_is() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let mut told = shop.follow(None).await;
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    let id = text(&delivery["id"]).to_owned();
    shop.post(&format!("/v1/deliveries/{id}/tip"), json!({ "amount": 150, "currency": "EUR" }))
        .await
        .ok();
    let promised = pay(&alice).await["pending"].clone();
    let other = shop.orders_to(place(300, 0)).await;
    coop.dispatcher().await.assign(&other, &alice).await.ok();
    coop.pass(300);
    hand_over(&alice, &delivery, "dropoff").await;
    let link =
        shop.get(&format!("/v1/deliveries/{id}/links")).await.ok()["items"][0]["url"].clone();
    let page = async || {
        let page = coop.stranger().get(text(&link)).await;
        String::from_utf8_lossy(&page.body).into_owned()
    };
    assert!(page().await.contains("has been delivered"));
    let delivered = balances(&coop).await;
    let version = shop.delivery(&delivery["id"]).await["version"].as_i64().expect("a version");
    coop.pass(60);
    assert_eq!(undo(&alice, &delivery, "dropoff", "done").await.ok()["state"], "todo");

    let open = shop.delivery(&delivery["id"]).await;
    assert_eq!((&open["state"], &open["version"]), (&json!("picked_up"), &json!(version + 1)));
    assert_eq!(open["courier_id"], json!(alice.id));
    assert!(open.get("ended_at").is_none(), "{open}");
    assert!(!page().await.contains("has been delivered"), "the customer waits again");
    assert_eq!(alice.route().await[0], ("dropoff".to_owned(), id.clone()), "it comes first again");
    assert_eq!(alice.route().await.len(), 3);
    assert_eq!(balances(&coop).await, json!({}), "nobody owes anybody anything");
    let taken_back = pay(&alice).await;
    let amounts = lines(&taken_back);
    assert_eq!((amounts.len(), amounts[0].0, amounts[0].1), (2, "reversal", -amounts[1].1));
    let again = taken_back["pending"].as_array().expect("promises");
    assert!(again.iter().any(|one| one["amount"] == promised[0]["amount"]), "{again:?}");
    assert!(again.iter().any(|one| one["since"] == promised[0]["since"]), "{again:?}");
    let events = told.until("delivery.updated").await;
    let last = &events.last().expect("an event").data["delivery"];
    assert_eq!((&last["state"], &last["version"]), (&json!("picked_up"), &json!(version + 1)));
    audited(&coop).await;

    // Another time has passed, and is paid: everything else is as before.
    coop.pass(60);
    hand_over(&alice, &delivery, "dropoff").await;
    assert_eq!(balances(&coop).await, delivered, "by a tariff that pays no minutes");
    let twice = pay(&alice).await;
    let amounts = lines(&twice);
    assert_eq!((amounts.len(), amounts[0]), (3, amounts[2]));
    assert_eq!(twice["lines"][0]["inputs"]["engaged_s"], 420, "from acceptance, all of it");
    assert_eq!(twice["lines"][0]["price"]["gross"], 720);
    audited(&coop).await;
    // And once more, to the same end.
    undo(&alice, &delivery, "dropoff", "done").await.ok();
    assert_eq!(balances(&coop).await, json!({}));
    hand_over(&alice, &delivery, "dropoff").await;
    assert_eq!(balances(&coop).await, delivered);
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_and_a_race_take_it_back_once_and_leave_the_step_before_alone() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    alice.post(&format!("/v1/tasks/{}/start", task(&delivery, "dropoff")), json!({})).await.ok();
    hand_over(&alice, &delivery, "dropoff").await;
    let calls = (0..20).map(|_| undo(&alice, &delivery, "dropoff", "done").into_future());
    for reply in join_all(calls).await {
        assert_eq!(reply.ok()["state"], "doing", "the courier still stands there");
    }
    let kinds: Vec<String> =
        lines(&pay(&alice).await).iter().map(|(kind, _)| (*kind).to_owned()).collect();
    assert_eq!(kinds, ["reversal", "piece"]);
    assert_eq!(balances(&coop).await, json!({}));
    // Step by step to where nobody has been anywhere.
    undo(&alice, &delivery, "dropoff", "started").await.ok();
    undo(&alice, &delivery, "pickup", "done").await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "assigned");
    assert_eq!(alice.route().await.len(), 2);
    undo(&alice, &delivery, "pickup", "done").await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_of_a_step_keeps_it() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (bob, desk) = (coop.courier_on_shift("Bob", 0).await, coop.dispatcher().await);
    // Time.
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &delivery, "dropoff").await;
    undo(&alice, &delivery, "pickup", "done").await.problem(409, "undo-followed");
    undo(&alice, &delivery, "dropoff", "failed").await.problem(409, "illegal-transition");
    undo(&bob, &delivery, "dropoff", "done").await.problem(404, "not-found");
    coop.pass(121);
    undo(&alice, &delivery, "dropoff", "done").await.problem(409, "undo-late");
    // Another end, from which time is counted.
    let first = on_board(&coop, &shop, &alice, "keep").await;
    let second = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &first, "dropoff").await;
    coop.pass(5);
    hand_over(&alice, &second, "dropoff").await;
    undo(&alice, &first, "dropoff", "done").await.problem(409, "undo-settled");
    undo(&alice, &second, "dropoff", "done").await.ok();
    undo(&alice, &first, "dropoff", "done").await.ok();
    hand_over(&alice, &first, "dropoff").await;
    hand_over(&alice, &second, "dropoff").await;
    coop.pass(121);
    // An invoice.
    let billed = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &billed, "dropoff").await;
    coop.pass(10);
    let treasurer = coop.user("treasurer").await;
    let span = json!({ "from": "2026-01-01T00:00:00Z", "to": coop.at(0) });
    treasurer.post("/v1/invoices", span).await.created();
    undo(&alice, &billed, "dropoff", "done").await.problem(409, "undo-settled");
    // Somebody who looked at it.
    let looked_at = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &looked_at, "dropoff").await;
    let line = pay(&alice).await["lines"][0].clone();
    let reverse = format!("/v1/ledger/entries/{}/reverse", text(&line["id"]));
    treasurer.post(&reverse, json!({ "reason": "looks odd" })).await.ok();
    undo(&alice, &looked_at, "dropoff", "done").await.problem(409, "undo-settled");
    assert_eq!(shop.delivery(&looked_at["id"]).await["state"], "delivered", "all or nothing");
    coop.pass(60);
    // The end of the shift, even with the next one begun.
    let last = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &last, "dropoff").await;
    coop.pass(30);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    undo(&alice, &last, "dropoff", "done").await.problem(409, "undo-settled");
    coop.pass(1);
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    undo(&alice, &last, "dropoff", "done").await.problem(409, "undo-settled");
    // Somebody else's hands.
    let given = shop.orders_to(place(300, 0)).await;
    desk.assign(&given, &alice).await.ok();
    alice.post(&format!("/v1/tasks/{}/start", task(&given, "pickup")), json!({})).await.ok();
    let unassign = format!("/v1/deliveries/{}/unassign", text(&given["id"]));
    desk.post(&unassign, json!({})).await.ok();
    desk.assign(&given, &bob).await.ok();
    undo(&alice, &given, "pickup", "started").await.problem(404, "not-found");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_is_about_to_pay_stays() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    wants_to_be_paid_at(&alice, "FR14 2004 1010 0505 0001 3M02 606").await;
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    hand_over(&alice, &delivery, "dropoff").await;
    let treasurer = coop.user("treasurer").await;
    treasurer.post("/v1/pay-runs", json!({ "execute_on": "2026-03-04" })).await.created();
    undo(&alice, &delivery, "dropoff", "done").await.problem(409, "paid-out");
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "delivered");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_is_taken_back_with_its_promise_and_one_that_was_ridden_with_its_prices() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, "return").await;
    let promised = pay(&alice).await["pending"].clone();
    coop.pass(60);
    fail(&alice, &delivery, "dropoff").await;
    undo(&alice, &delivery, "dropoff", "failed").await.ok();
    let open = shop.delivery(&delivery["id"]).await;
    assert_eq!(
        (&open["state"], open["tasks"].as_array().map(Vec::len)),
        (&json!("picked_up"), Some(2))
    );
    assert_eq!(balances(&coop).await, json!({}));
    let again = pay(&alice).await["pending"].clone();
    assert_eq!(
        (&again[0]["amount"], &again[0]["since"]),
        (&promised[0]["amount"], &promised[0]["since"])
    );
    assert_eq!(again.as_array().map(Vec::len), Some(1));

    // There and back, in earnest.
    fail(&alice, &delivery, "dropoff").await;
    let way_back = shop.delivery(&delivery["id"]).await;
    let ridden = balances(&coop).await;
    coop.pass(60);
    for over in ["done", "failed"] {
        if over == "done" {
            hand_over(&alice, &way_back, "return").await;
        } else {
            fail(&alice, &way_back, "return").await;
        }
        undo(&alice, &way_back, "return", over).await.ok();
        let back = shop.delivery(&delivery["id"]).await;
        assert_eq!(
            (&back["state"], &back["end_reason"]["code"]),
            (&json!("returning"), &json!("not_at_home"))
        );
        assert_eq!(back["returning_since"], way_back["returning_since"]);
        assert_eq!(balances(&coop).await, ridden);
        assert_eq!(alice.route().await, [("return".to_owned(), text(&delivery["id"]).to_owned())]);
    }
    hand_over(&alice, &way_back, "return").await;
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "returned");
    let paid = pay(&alice).await;
    assert_eq!(paid["lines"][0]["kind"], "return");
    assert_eq!(paid["pending"], json!([]));
    audited(&coop).await;
}

/// What counts is the time between the two on the phone; offline it comes to the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_away_takes_back_what_it_would_have_taken_back() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, "keep").await;
    let dropoff = task(&delivery, "dropoff");
    let event = |seq: i64, at: &str, act: Value| json!({ "id": format!("pev_01k{seq:023}"), "seq": seq, "at": at, "act": act });
    let done = json!({ "kind": "task_done", "task_id": dropoff, "proof": { "signed_by": "Ada" } });
    let undone = json!({ "kind": "task_undone", "task_id": dropoff, "step": "done" });
    let times: Vec<String> = [100, 219, 300, 421].iter().map(|s| coop.at(*s)).collect();
    let events = [
        event(1, &times[0], done.clone()),
        event(2, &times[1], undone.clone()),
        event(3, &times[2], done),
        event(4, &times[3], undone),
    ];
    coop.pass(3 * 3600);
    for turn in 0..events.len() {
        let mut turned = events.clone();
        turned.rotate_left(turn);
        let batch = json!({ "phone_id": PHONE, "events": turned });
        let answer = alice.post("/v1/me/events", batch).await.ok();
        assert_eq!(answer["next_seq"], 5, "{answer}");
        let results = answer["results"].as_array().expect("results").iter();
        let mut codes: Vec<&Value> = results.map(|one| &one["code"]).collect();
        codes.rotate_right(turn);
        assert_eq!(codes, [&Value::Null, &Value::Null, &Value::Null, &json!("undo-late")]);
    }
    let over = shop.delivery(&delivery["id"]).await;
    assert_eq!((&over["state"], &over["ended_at"]), (&json!("delivered"), &json!(times[2])));
    let kinds: Vec<String> =
        lines(&pay(&alice).await).iter().map(|(kind, _)| (*kind).to_owned()).collect();
    assert_eq!(kinds, ["piece", "reversal", "piece"]);
    audited(&coop).await;
}
