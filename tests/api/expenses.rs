//! What couriers lay out is paid back when somebody else has allowed it, once, and stands in the books.

use reqwest::Method;
use serde_json::{Value, json};

use crate::invoices::{audited, refused};
use crate::pay_runs::wants_to_be_paid_at;
use crate::rights::export;
use crate::support::{Actor, Coop, PASSWORD, picture, text};

fn chain(amount: i64) -> Value {
    json!({
        "category": "repair", "amount": { "amount": amount, "currency": "EUR" }, "day": "2026-03-01",
        "note": "a new chain",
    })
}

async fn handed_in(courier: &Actor, amount: i64) -> String {
    text(&courier.post("/v1/me/expenses", chain(amount)).await.created()["id"]).to_owned()
}

async fn balance(courier: &Actor) -> i64 {
    let statement = courier.get("/v1/me/statement?account=expenses").await.ok();
    let lines = statement["lines"].as_array().expect("a list");
    lines.iter().map(|line| line["amount"].as_i64().expect("an amount")).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_is_owed_once_and_goes_out_with_the_pay_run() {
    let coop = Coop::start().await;
    let (alice, ada) = (coop.courier("Alice").await, coop.user("treasurer").await);
    let mut asked = Vec::new();
    for amount in [1_990, 3_000, 70] {
        asked.push(handed_in(&alice, amount).await);
        coop.pass(1);
    }
    let [whole, part, none] = [0, 1, 2].map(|one: usize| asked[one].clone());
    let waiting = ada.get("/v1/expenses?waiting=true").await.ok();
    let ids: Vec<&str> =
        waiting["items"].as_array().expect("a list").iter().map(|one| text(&one["id"])).collect();
    assert_eq!(ids, asked);
    assert_eq!(waiting["items"][0]["courier_name"], "Alice");
    assert_eq!(balance(&alice).await, 0);

    let answer = |id: &str| format!("/v1/expenses/{id}/answer");
    let euros = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let allowed = ada.post(&answer(&whole), json!({})).await.ok();
    assert_eq!((&allowed["state"], &allowed["allowed"]), (&json!("allowed"), &euros(1_990)));
    ada.post(&answer(&whole), json!({})).await.problem(409, "answered");
    for wrong in [
        json!({ "allowed": euros(3_001), "reason": "more" }),
        json!({ "allowed": euros(-1), "reason": "less" }),
        json!({ "allowed": euros(1_500) }),
    ] {
        ada.post(&answer(&part), wrong).await.problem(422, "invalid");
    }
    let half = json!({ "allowed": euros(1_500), "reason": "half of it is yours" });
    assert_eq!(ada.post(&answer(&part), half).await.ok()["state"], "allowed");
    let no = json!({ "allowed": euros(0), "reason": "the co-op has spare lights" });
    assert_eq!(ada.post(&answer(&none), no).await.ok()["state"], "refused");
    assert_eq!(balance(&alice).await, 3_490);
    assert_eq!(ada.get("/v1/expenses?waiting=true").await.ok()["items"], json!([]));
    let mine = alice.get("/v1/me/expenses").await.ok();
    assert_eq!(mine["items"][1]["reason"], "half of it is yours");

    // It is no pay: it is not earned, and no guarantee counts it.
    assert_eq!(alice.get("/v1/me/pay").await.ok()["earned"]["amount"], 0);
    wants_to_be_paid_at(&alice, "FR1420041010050500013M02606").await;
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    let confirm = format!("/v1/pay-runs/{}/confirm", text(&run["id"]));
    ada.post(&confirm, json!({})).await.ok();
    assert_eq!(balance(&alice).await, 0);
    let trial = ada.get("/v1/ledger/trial-balance").await.ok();
    assert_eq!(trial["sum"]["EUR"], 0);
    let of = |code: &str| {
        let accounts = trial["accounts"].as_array().expect("a list");
        let found = accounts.iter().find(|one| one["code"] == code);
        found.unwrap_or_else(|| panic!("{code}: {trial}"))["balance"].clone()
    };
    assert_eq!((of("coop:revenue"), of("coop:bank")), (json!(-3_490), json!(3_490)));
    audited(&coop).await;
}

/// Grace has a role in the office and rides, too.
pub async fn riding(coop: &Coop, role: &str) -> Actor {
    let email = "grace@coop.example";
    let new = json!({ "name": "Grace", "email": email, "password": PASSWORD, "vehicle": "bike" });
    coop.admin().await.post("/v1/couriers", new).await.created();
    let both = format!("UPDATE users SET roles = '{{courier,{role}}}' WHERE name = 'Grace'");
    coop.sql(&both).await;
    coop.stranger().log_in(email, PASSWORD).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_their_own_and_nobody_else_sees_a_receipt() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let ada = coop.user("treasurer").await;
    let id = handed_in(&alice, 1_990).await;
    let receipt = format!("/v1/me/expenses/{id}/receipt");
    let send = |who: &Actor, bytes: Vec<u8>| {
        who.call(Method::PUT, &receipt).header("content-type", "image/png").body(bytes)
    };
    let seen = format!("/v1/expenses/{id}/receipt");
    ada.get(&seen).await.problem(404, "not-found");
    send(&bob, picture(40, 30)).await.problem(404, "not-found");
    send(&alice, b"GIF89a".to_vec()).await.problem(422, "picture");
    // The second one takes the place of the first.
    for width in [40, 50] {
        assert_eq!(send(&alice, picture(width, 30)).await.ok()["receipt"], true);
    }
    let shown = ada.get(&seen).await.status(200);
    let drawn = image::load_from_memory(&shown.body).expect("a picture");
    assert_eq!((drawn.width(), drawn.height()), (50, 30));
    alice.get(&receipt).await.status(200);
    bob.get(&receipt).await.problem(404, "not-found");

    // A treasurer who rides: somebody else answers.
    let own = riding(&coop, "treasurer").await;
    let hers = handed_in(&own, 500).await;
    let answer = format!("/v1/expenses/{hers}/answer");
    own.post(&answer, json!({})).await.problem(403, "own-case");
    ada.post(&answer, json!({})).await.ok();
    // What is answered stays as it was.
    ada.post(&format!("/v1/expenses/{id}/answer"), json!({})).await.ok();
    send(&alice, picture(60, 30)).await.problem(409, "answered");
    let path = format!("/v1/me/expenses/{id}");
    alice.call(Method::DELETE, &path).await.problem(409, "answered");
    for late in ["UPDATE expenses SET allowed = 1", "DELETE FROM expenses"] {
        let said = refused(&coop, late).await;
        assert!(said.contains("is not changed afterwards"), "{late}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expense_is_handed_in_once_in_bounds_and_can_be_taken_back() {
    let coop = Coop::start().await;
    let alice = coop.courier("Alice").await;
    for (name, value) in [
        ("amount", json!({ "amount": 0, "currency": "EUR" })),
        ("amount", json!({ "amount": 1_000_001, "currency": "EUR" })),
        ("amount", json!({ "amount": 100, "currency": "USD" })),
        ("day", json!("2026-03-03")),
        ("day", json!("2025-03-01")),
        ("category", json!("champagne")),
        ("note", json!(" ")),
    ] {
        let mut wrong = chain(1_990);
        wrong[name] = value;
        let problem = alice.post("/v1/me/expenses", wrong).await.problem(422, "invalid");
        let pointer = text(&problem["errors"][0]["pointer"]);
        assert_eq!(pointer, format!("/{name}"), "{problem}");
    }
    let twice = || alice.post("/v1/me/expenses", chain(1_990)).header("idempotency-key", "chain");
    assert_eq!(twice().await.created()["id"], twice().await.created()["id"]);
    let list = alice.get("/v1/me/expenses").await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let path = format!("/v1/me/expenses/{}", text(&list["items"][0]["id"]));
    assert_eq!(alice.call(Method::DELETE, &path).await.status, 204);
    alice.call(Method::DELETE, &path).await.problem(404, "not-found");
    for _ in 0..100 {
        handed_in(&alice, 100).await;
    }
    alice.post("/v1/me/expenses", chain(100)).await.problem(409, "too-many");

    // What waits goes with the courier; it is in what they take along before.
    let files = export(&alice).await;
    assert!(files["expenses.json"].contains("a new chain"), "{}", files["expenses.json"]);
    alice.post("/v1/me/erase", json!({ "password": PASSWORD })).await;
    assert!(!export(&alice).await["expenses.json"].contains("chain"));
}
