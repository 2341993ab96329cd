//! What was booked wrongly is taken back or booked anew, and nobody takes from a courier alone.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// A delivery is done; gives the courier's newest line.
async fn earned(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
    coop.pass(60);
    courier.get("/v1/me/pay").await.ok()["lines"][0].clone()
}

async fn total(courier: &Actor) -> i64 {
    let pay = courier.get("/v1/me/pay").await.ok();
    pay["total"]["amount"].as_i64().expect("a sum")
}

fn reverse(entry: &Value) -> String {
    format!("/v1/ledger/entries/{}/reverse", text(&entry["id"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn pay_is_taken_back_when_somebody_else_agrees_and_not_before() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let bob = coop.courier("Bob").await;
    let (ada, grace) = (coop.user("treasurer").await, coop.user("treasurer").await);
    let reason = json!({ "reason": "Bob has ridden it" });
    for second in [&alice, &grace] {
        let line = earned(&coop, &shop, &alice).await;
        let asked = ada.post(&reverse(&line), reason.clone()).await.ok();
        assert_eq!((&asked["waits"], &asked["courier_id"]), (&json!(true), &json!(alice.id)));
        assert_eq!(total(&alice).await, line["amount"]["amount"].as_i64().unwrap());
        ada.post(&reverse(&line), reason.clone()).await.problem(409, "asked");
        let entry = text(&line["id"]);
        let by_treasurer = format!("/v1/ledger/reversals/{entry}/agree");
        let by_courier = format!("/v1/me/reversals/{entry}/agree");
        ada.post(&by_treasurer, json!({})).await.problem(403, "alone");
        bob.post(&by_courier, json!({})).await.problem(404, "not-found");
        let waiting = alice.get("/v1/me/reversals").await.ok();
        assert_eq!(waiting["items"][0]["entry_id"], line["id"]);
        let path = if second.id == alice.id { &by_courier } else { &by_treasurer };
        for _ in 0..2 {
            assert_eq!(second.post(path, json!({})).await.ok()["waits"], false);
        }
        assert_eq!(total(&alice).await, 0);
        let back = alice.get("/v1/me/pay").await.ok()["lines"][0].clone();
        assert_eq!((&back["kind"], &back["of"]), (&json!("reversal"), &line["id"]));
        ada.post(&reverse(&back), reason.clone()).await.problem(409, "reversal");
        assert_eq!(ada.get("/v1/ledger/reversals").await.ok()["items"], json!([]));
    }
    // A shift's guarantee fills up what the reversed pieces left.
    coop.pass(3600);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let pay = alice.get("/v1/me/pay").await.ok();
    assert_eq!(pay["lines"][0]["inputs"]["pieces"], 0);
    assert_eq!(ada.get("/v1/ledger/trial-balance").await.ok()["sum"]["EUR"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_line_is_booked_anew_or_upheld_with_a_reason() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let (desk, ada) = (coop.dispatcher().await, coop.user("treasurer").await);
    let line = earned(&coop, &shop, &alice).await;
    let about = json!({ "kind": "line", "entry_id": line["id"] });
    let question = json!({ "about": about, "question": "The bridge was closed." });
    coop.courier("Bob")
        .await
        .post("/v1/me/reviews", question.clone())
        .await
        .problem(404, "not-found");
    let review = alice.post("/v1/me/reviews", question.clone()).await.created();
    assert_eq!(review["due_at"], coop.at(14 * 86_400));

    let changed = json!({ "outcome": "changed", "reasons": "True.", "correction": "More." });
    let answer = format!("/v1/reviews/{}/answer", text(&review["id"]));
    desk.post(&answer, changed).await.problem(409, "line");
    let correct = format!("/v1/reviews/{}/correct", text(&review["id"]));
    let with = |trip_m: i64| {
        let mut inputs = line["inputs"].clone();
        inputs["trip_m"] = json!(trip_m);
        json!({ "reasons": "There was a detour.", "inputs": inputs })
    };
    ada.post(&correct, with(10)).await.problem(422, "invalid");
    ada.post(&correct, with(-1)).await.problem(422, "invalid");
    ada.post(&correct, with(i64::MAX)).await.problem(422, "invalid");
    let answered = ada.post(&correct, with(3000)).await.ok();
    assert_eq!(answered["outcome"], "changed");
    ada.post(&correct, with(4000)).await.problem(409, "answered");

    // 2.50 + 0.50 + 0.50 + 3 km at 0.60, and the line as it was taken back behind it.
    assert_eq!(total(&alice).await, 350 + 180);
    let lines = alice.get("/v1/me/pay").await.ok()["lines"].clone();
    let kinds: Vec<&str> =
        lines.as_array().expect("lines").iter().map(|line| text(&line["kind"])).collect();
    assert_eq!(kinds, ["reversal", "correction", "piece"]);
    assert_eq!((&lines[1]["of"], &lines[1]["review_id"]), (&line["id"], &review["id"]));
    assert!(text(&answered["correction"]).ends_with(text(&lines[1]["id"])));

    let second = alice.post("/v1/me/reviews", question).await.created();
    let upheld = json!({ "outcome": "upheld", "reasons": "The map says so." });
    let answer = format!("/v1/reviews/{}/answer", text(&second["id"]));
    assert_eq!(desk.post(&answer, upheld).await.ok()["outcome"], "upheld");
    assert_eq!(total(&alice).await, 350 + 180);
    assert_eq!(ada.get("/v1/ledger/trial-balance").await.ok()["sum"]["EUR"], 0);
}
