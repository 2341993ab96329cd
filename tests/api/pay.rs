//! What is earned is booked once, to the cent, and the books balance.

use paceline::commands;
use paceline::domain::ids::ShiftId;
use serde_json::{Value, json};

use crate::invoices::{audit, audited};
use crate::support::{Actor, Coop, place, task, text};

async fn deliver(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
    delivery
}

async fn pay(courier: &Actor) -> Value {
    courier.get("/v1/me/pay").await.ok()
}

/// A statement in short: kinds and amounts, the newest first.
fn lines(pay: &Value) -> Vec<(&str, i64)> {
    let lines = pay["lines"].as_array().expect("lines").iter();
    lines.map(|line| (text(&line["kind"]), line["amount"]["amount"].as_i64().unwrap())).collect()
}

async fn books(coop: &Coop) -> Value {
    coop.user("treasurer").await.get("/v1/ledger/trial-balance").await.ok()
}

async fn work_a_shift(coop: &Coop, alice: &Actor, minutes: i64, deliveries: usize) -> Value {
    let shop = coop.merchant("Bistro").await;
    let plan = format!("/v1/couriers/{}/shifts", alice.id);
    let agreed = json!({ "from": coop.at(0), "to": coop.at(minutes * 60) });
    coop.dispatcher().await.post(&plan, agreed).await.created();
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    for _ in 0..deliveries {
        deliver(coop, &shop, alice).await;
    }
    coop.pass(minutes * 60 + 90);
    alice.post("/v1/me/shift/stop", json!({})).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_booked_for_the_courier_and_charged_to_the_merchant() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = deliver(&coop, &shop, &alice).await;

    let pay = pay(&alice).await;
    let line = &pay["lines"][0];
    assert_eq!(line["kind"], "piece");
    assert_eq!(line["delivery_id"], delivery["id"]);
    assert_eq!(line["tariff"]["name"], "hourly");
    // The line says all that is needed to reckon it again: 2.50 + 0.50 + 0.50 + 0.60 a kilometre.
    let trip_m = line["inputs"]["trip_m"].as_i64().expect("metres");
    assert!((1290..=1310).contains(&trip_m), "1 km as the crow flies, 1.3 by street: {trip_m}");
    assert_eq!(
        line["amount"],
        json!({ "amount": 350 + (60 * trip_m + 500) / 1000, "currency": "EUR" })
    );
    assert_eq!(pay["total"], line["amount"]);

    let books = books(&coop).await;
    assert_eq!(books["sum"], json!({ "EUR": 0 }));
    let balance = |kind: &str| {
        let mut accounts = books["accounts"].as_array().expect("accounts").iter();
        accounts.find(|one| one["kind"] == kind).map(|one| one["balance"].clone())
    };
    // 6.00 and VAT on top; of the 6.00, 72 % are the couriers', 25 % the co-op's, 3 % the fund's.
    assert_eq!(delivery["price"]["amount"], 600);
    let earned = pay["total"]["amount"].as_i64().expect("a sum");
    assert_eq!(balance("merchant_receivable"), Some(json!(-720)));
    assert_eq!(balance("coop_vat"), Some(json!(120)));
    assert_eq!(balance("coop_revenue"), Some(json!(150)));
    assert_eq!(balance("coop_mutual_fund"), Some(json!(18)));
    assert_eq!(balance("coop_operations"), Some(json!(432 - earned)));
    assert_eq!(balance("courier_pay"), Some(json!(earned)));
    // The courier reads the same cents.
    let price = json!({
        "version": "founding-2", "vat_basis_points": 2000, "net": 600, "gross": 720,
        "vat": 120, "couriers": 432, "coop": 150, "mutual_fund": 18,
        "key": { "version": "founding-1", "couriers": 72, "coop": 25, "mutual_fund": 3 },
    });
    assert_eq!(line["price"], price);
}

/// Phones lose the reply and retry. The second `done` must neither pay nor tell anyone again.
#[tokio::test(flavor = "multi_thread")]
async fn a_retried_done_pays_once() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = deliver(&coop, &shop, &alice).await;
    let (paid, booked) = (pay(&alice).await, books(&coop).await);
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    let retry = || alice.complete(&task(&delivery, "dropoff"), proof.clone());
    let first = retry().await.ok();
    coop.pass(60);
    let together = futures_util::future::join_all((0..10).map(|_| retry().into_future())).await;
    for reply in together {
        assert_eq!(reply.ok(), first);
    }
    assert_eq!(pay(&alice).await, paid);
    assert_eq!(books(&coop).await, booked);
    // Up to the end of the shift, which is topped up by nothing, each is heard of once.
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let mut stream = alice.follow(Some(0)).await;
    let kinds: Vec<String> =
        stream.until("shift.ended").await.into_iter().map(|told| told.kind).collect();
    for once in ["pay.posted", "delivery.delivered"] {
        assert_eq!(kinds.iter().filter(|kind| *kind == once).count(), 1, "{once}: {kinds:?}");
    }
}

/// The rule of the public instances: the larger of 10 a delivery and 15 an agreed hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_shift_pays_the_larger_of_its_pieces_and_the_guarantee() {
    let coop = Coop::with(|config| config.policy.tariff = "tariff-mdrp".to_owned()).await;
    for (minutes, deliveries, expected) in [
        (120, 1, vec![("guarantee", 2000), ("piece", 1000)]),
        (61, 0, vec![("guarantee", 1525)]),
        (7, 0, vec![("guarantee", 175)]),
        (120, 3, vec![("piece", 1000), ("piece", 1000), ("piece", 1000)]),
        (100, 2, vec![("guarantee", 500), ("piece", 1000), ("piece", 1000)]),
        (20, 4, vec![("piece", 1000); 4]),
    ] {
        let courier = coop.courier("Alice").await;
        let shift = work_a_shift(&coop, &courier, minutes, deliveries).await;
        assert_eq!(shift["paid_seconds"], minutes * 60, "as agreed, not as clocked");
        let pay = pay(&courier).await;
        assert_eq!(lines(&pay), expected);
        let owed = (1000 * deliveries as i64).max(25 * minutes);
        assert_eq!(pay["total"], json!({ "amount": owed, "currency": "USD" }));
    }
    assert_eq!(books(&coop).await["sum"]["USD"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_stop_tops_up_once_and_the_next_shift_starts_from_nothing() {
    let coop = Coop::with(|config| config.policy.tariff = "tariff-mdrp".to_owned()).await;
    let alice = coop.courier("Alice").await;
    let ended = work_a_shift(&coop, &alice, 60, 1).await;
    for _ in 0..3 {
        assert_eq!(alice.post("/v1/me/shift/stop", json!({})).await.ok(), ended);
    }
    assert_eq!(lines(&pay(&alice).await), [("guarantee", 500), ("piece", 1000)]);
    coop.pass(3600);
    work_a_shift(&coop, &alice, 60, 0).await;
    let pay = pay(&alice).await;
    assert_eq!(lines(&pay), [("guarantee", 1500), ("guarantee", 500), ("piece", 1000)]);
    let balances = pay["lines"].as_array().expect("lines").iter();
    let balances: Vec<_> = balances.map(|line| &line["balance"]["amount"]).collect();
    assert_eq!(balances, [3000, 1500, 1000], "each line carries the balance after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_can_be_cut_by_time_and_read_in_pages() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let mut booked = Vec::new();
    for _ in 0..5 {
        deliver(&coop, &shop, &alice).await;
        booked.push(coop.at(0));
        coop.pass(60);
    }
    let piece = pay(&alice).await["lines"][0]["amount"]["amount"].as_i64().expect("an amount");
    let path = format!("/v1/me/pay?from={}&to={}", booked[1], booked[3]);
    let span = alice.get(&path).await.ok();
    let times: Vec<&Value> =
        span["lines"].as_array().expect("lines").iter().map(|line| &line["at"]).collect();
    assert_eq!(times, [&booked[2], &booked[1]], "from is within, to is not");
    assert_eq!(span["total"]["amount"], 2 * piece);

    let mut seen = Vec::new();
    let mut path = "/v1/me/pay?limit=2".to_owned();
    loop {
        let page = alice.get(&path).await.ok();
        assert_eq!(page["total"]["amount"], 5 * piece, "the total is the span's, not the page's");
        let lines = page["lines"].as_array().expect("lines").iter();
        seen.extend(lines.map(|line| text(&line["at"]).to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/me/pay?limit=2&cursor={cursor}");
    }
    booked.reverse();
    assert_eq!(seen, booked);
}

fn piece(pay: &Value, index: usize) -> &Value {
    let line = &pay["lines"][index];
    assert_eq!(line["kind"], "piece", "{pay}");
    line
}

/// What was accepted is promised until it is earned, taken back or called off.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_promised_and_resolved_once() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let bob = coop.courier_on_shift("Bob", 100).await;
    let desk = coop.dispatcher().await;
    let delivery = shop.orders_to(place(1000, 0)).await;
    assert_eq!(pay(&alice).await["pending"], json!([]));
    desk.assign(&delivery, &alice).await.ok();
    let promised = pay(&alice).await["pending"][0].clone();
    assert_eq!(promised["delivery_id"], delivery["id"]);
    desk.assign(&delivery, &bob).await.ok();
    assert_eq!(pay(&alice).await["pending"], json!([]), "it went to Bob");
    assert_eq!(pay(&bob).await["pending"][0]["amount"], promised["amount"]);
    bob.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    bob.complete(&task(&delivery, "dropoff"), proof).await.ok();
    let paid = pay(&bob).await;
    assert_eq!(paid["pending"], json!([]));
    assert_eq!(paid["total"], promised["amount"], "no time passed and nothing was waited for");

    let forgotten = shop.orders_to(place(1000, 0)).await;
    desk.assign(&forgotten, &alice).await.ok();
    coop.pass(3 * 86_400);
    let lapsed = commands::pay::expire_promises(&coop.app().coop).await.expect("promises lapse");
    assert!(lapsed <= 1, "the loop may have been first");
    assert_eq!(pay(&alice).await["pending"], json!([]), "nobody came back to it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_ride_is_paid_and_half_of_what_is_called_off_after_it_was_accepted() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let desk = coop.dispatcher().await;
    let whole = {
        deliver(&coop, &shop, &alice).await;
        piece(&pay(&alice).await, 0)["amount"]["amount"].as_i64().expect("an amount")
    };
    let failed = shop.orders_to(place(1000, 0)).await;
    desk.assign(&failed, &alice).await.ok();
    alice.complete(&task(&failed, "pickup"), json!({})).await.ok();
    let path = format!("/v1/tasks/{}/failed", task(&failed, "dropoff"));
    alice.post(&path, json!({ "code": "not_at_home" })).await.ok();
    let line = piece(&pay(&alice).await, 0).clone();
    assert_eq!(line["inputs"]["outcome"], "failed");
    assert_eq!(line["amount"]["amount"], whole, "the ride was ridden");

    let called_off = shop.orders_to(place(1000, 0)).await;
    desk.assign(&called_off, &alice).await.ok();
    let path = format!("/v1/deliveries/{}/cancel", text(&called_off["id"]));
    shop.post(&path, json!({ "reason": "sold out" })).await.ok();
    let line = piece(&pay(&alice).await, 0).clone();
    assert_eq!(line["inputs"]["outcome"], "cancelled");
    assert_eq!(line["amount"]["amount"], (whole + 1) / 2);

    let nobodys = shop.orders_to(place(1000, 0)).await;
    let path = format!("/v1/deliveries/{}/cancel", text(&nobodys["id"]));
    shop.post(&path, json!({ "reason": "sold out" })).await.ok();
    assert_eq!(lines(&pay(&alice).await).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tip_is_the_couriers_and_counts_towards_no_guarantee() {
    let coop = Coop::with(|config| config.policy.tariff = "tariff-mdrp".to_owned()).await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier("Alice").await);
    let plan = format!("/v1/couriers/{}/shifts", alice.id);
    let agreed = json!({ "from": coop.at(0), "to": coop.at(3600) });
    coop.dispatcher().await.post(&plan, agreed).await.created();
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    let tip = json!({ "amount": 250, "currency": "USD" });
    // Before the delivery, and after it.
    let early = shop.orders_to(place(1000, 0)).await;
    let path = |delivery: &Value| format!("/v1/deliveries/{}/tip", text(&delivery["id"]));
    shop.post(&path(&early), tip.clone()).await.ok();
    coop.dispatcher().await.assign(&early, &alice).await.ok();
    alice.complete(&task(&early, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    alice.complete(&task(&early, "dropoff"), proof).await.ok();
    shop.post(&path(&early), tip.clone()).await.ok();
    let more = json!({ "amount": 300, "currency": "USD" });
    shop.post(&path(&early), more).await.problem(409, "exists");
    coop.pass(3600);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    assert_eq!(lines(&pay(&alice).await), [("guarantee", 500), ("piece", 1000)]);
    let tips = alice.get("/v1/me/statement?account=tips").await.ok();
    let amounts: Vec<_> =
        tips["lines"].as_array().expect("lines").iter().map(|line| &line["amount"]).collect();
    assert_eq!(amounts, [250]);
    let euros = json!({ "amount": 100, "currency": "EUR" });
    shop.post(&path(&early), euros).await.problem(422, "invalid");
}

/// Minutes and miles, as in Seattle; two deliveries at once share their time.
#[tokio::test(flavor = "multi_thread")]
async fn engaged_time_counts_once_though_two_deliveries_are_carried() {
    let coop = Coop::with(|config| config.policy.tariff = "tariff-seattle-2024".to_owned()).await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let desk = coop.dispatcher().await;
    let mut carried = Vec::new();
    for _ in 0..2 {
        let delivery = shop.orders_to(place(1000, 0)).await;
        desk.assign(&delivery, &alice).await.ok();
        carried.push(delivery);
    }
    coop.pass(600);
    for delivery in &carried {
        alice.complete(&task(delivery, "pickup"), json!({})).await.ok();
    }
    for delivery in &carried {
        coop.pass(300);
        let proof = json!({ "proof": { "signed_by": "M. Curie" } });
        alice.complete(&task(delivery, "dropoff"), proof).await.ok();
    }
    let pay = pay(&alice).await;
    let engaged: Vec<_> = (0..2).map(|n| piece(&pay, n)["inputs"]["engaged_s"].clone()).collect();
    assert_eq!(engaged, [300, 900], "twenty minutes in all");
    assert_eq!(piece(&pay, 0)["amount"]["amount"], 500, "five dollars at least");
}

/// What a shift got less than it was guaranteed, the auditor finds.
#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_is_not_paid_is_found_in_the_books() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let first = work_a_shift(&coop, &alice, 60, 1).await;
    let second = work_a_shift(&coop, &bob, 60, 0).await;
    audited(&coop).await;
    for shift in [&first, &second] {
        let id: ShiftId = text(&shift["id"]).parse().expect("an id");
        let change = |by: i64| {
            format!(
                "UPDATE shifts SET paid_seconds = paid_seconds + {by} WHERE id = '{}'",
                id.uuid()
            )
        };
        coop.sql(&change(3_600)).await;
        let report = audit(&coop).await;
        let found = report.faults.iter().map(|fault| (fault.rule, fault.place.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), [("I9", format!("shift {id}").as_str())]);
        coop.sql(&change(-3_600)).await;
    }
    audited(&coop).await;
}
