//! What an admin changes about people counts at once, and the log says who did what.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::pay_runs::wants_to_be_paid_at;
use crate::routes::slot_plan;
use crate::support::{Actor, Call, Coop, PASSWORD, place, task, text};

fn change(admin: &Actor, id: &str, patch: &Value) -> Call {
    let call = admin.call(Method::PATCH, &format!("/v1/users/{id}"));
    call.header("content-type", "application/json").body(patch.to_string().into_bytes())
}

async fn refresh(actor: &Actor) -> crate::support::Reply {
    let token = actor.refresh_token.clone().expect("a session");
    actor.post("/v1/auth/refresh", json!({ "refresh_token": token })).await
}

fn log_in(coop: &Coop, email: &Value, password: &str) -> Call {
    coop.stranger().post("/v1/auth/login", json!({ "email": email, "password": password }))
}

/// The user behind a login.
async fn me(actor: &Actor) -> Value {
    actor.get("/v1/me").await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_taken_away_is_gone_at_once() {
    let coop = Coop::start().await;
    let (admin, desk) = (coop.admin().await, coop.dispatcher().await);
    let user = me(&desk).await;
    let patch = json!({ "name": "Ada", "roles": ["treasurer", "treasurer", "member"] });
    let changed = change(&admin, text(&user["id"]), &patch).await.ok();
    assert_eq!(changed["name"], "Ada");
    assert_eq!(changed["roles"], json!(["treasurer", "member"]));
    assert_eq!(changed["email"], user["email"], "what is left out stays");

    // The same token, before it ends.
    desk.get("/v1/board").await.problem(403, "forbidden");
    desk.get("/v1/pay-runs").await.ok();
    assert_eq!(refresh(&desk).await.ok()["user"]["roles"], changed["roles"]);
    for wrong in [json!([]), json!(["merchant"]), json!(["courier"])] {
        let patch = json!({ "roles": wrong });
        change(&admin, text(&user["id"]), &patch).await.problem(422, "invalid");
    }
    let unknown = json!({ "email": "other@coop.example" });
    change(&admin, text(&user["id"]), &unknown).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_closed_ends_every_session_and_opens_again() {
    let coop = Coop::start().await;
    let (admin, desk) = (coop.admin().await, coop.dispatcher().await);
    let user = me(&desk).await;
    let id = text(&user["id"]);
    let other = coop.stranger().log_in(text(&user["email"]), PASSWORD).await;
    let stream = desk.follow(None).await;

    let closed = change(&admin, id, &json!({ "active": false })).await.ok();
    assert_eq!(closed["deactivated_at"], coop.at(0));
    coop.pass(60);
    let again = change(&admin, id, &json!({ "active": false })).await.ok();
    assert_eq!(again, closed, "it is so already");
    for session in [&desk, &other] {
        session.get("/v1/me").await.problem(401, "unauthenticated");
        refresh(session).await.problem(401, "refresh-token");
    }
    log_in(&coop, &user["email"], PASSWORD).await.problem(403, "closed");
    // Nobody learns from a wrong password that there is such a login.
    log_in(&coop, &user["email"], "wrong horse").await.problem(401, "credentials");
    stream.ends().await;

    let open = change(&admin, id, &json!({ "active": true })).await.ok();
    assert_eq!(open, user);
    log_in(&coop, &user["email"], PASSWORD).await.ok();
    refresh(&other).await.problem(401, "refresh-token");
}

/// Two admins who take the role from each other at once: one of them is second, and stays.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_always_runs_the_installation() {
    let coop = Coop::start().await;
    let (ada, bob) = (coop.admin().await, coop.user("admin").await);
    let (a, b) = (me(&ada).await, me(&bob).await);
    for patch in [json!({ "roles": ["member"] }), json!({ "active": false })] {
        let both = [
            change(&ada, text(&b["id"]), &patch).into_future(),
            change(&bob, text(&a["id"]), &patch).into_future(),
        ];
        let replies = futures_util::future::join_all(both).await;
        let admins: Vec<&Actor> = {
            let mut left = Vec::new();
            for who in [&ada, &bob] {
                if who.get("/v1/users").await.status == 200 {
                    left.push(who);
                }
            }
            left
        };
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(admins.len(), 1, "{statuses:?}");
        let (last, other) = if admins[0].token == ada.token { (&ada, &b) } else { (&bob, &a) };
        let own = if admins[0].token == ada.token { &a } else { &b };
        change(last, text(&own["id"]), &patch).await.problem(409, "last-admin");
        let back = json!({ "roles": ["admin"], "active": true });
        change(last, text(&other["id"]), &back).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_is_renamed_everywhere_and_never_shut_out() {
    let coop = Coop::start().await;
    let (admin, desk) = (coop.admin().await, coop.dispatcher().await);
    let alice = coop.courier("Alice").await;
    let user = me(&alice).await;
    let id = text(&user["id"]);
    change(&admin, id, &json!({ "active": false })).await.problem(409, "suspend");
    let more = json!({ "name": "Alix", "roles": ["courier", "member"] });
    change(&admin, id, &more).await.ok();
    let couriers = desk.get("/v1/couriers").await.ok();
    assert_eq!(couriers["items"][0]["name"], "Alix");
    // Who was erased is nobody any more.
    alice.post("/v1/me/erase", json!({ "password": PASSWORD })).await.status(204);
    change(&admin, id, &json!({ "name": "Alice" })).await.problem(404, "not-found");
}

/// The newest acts of a kind, or all.
async fn acts(desk: &Actor, search: &str) -> Vec<Value> {
    let page = desk.get(&format!("/v1/acts?limit=200{search}")).await.ok();
    page["items"].as_array().expect("a list").clone()
}

fn kinds(acts: &[Value]) -> BTreeSet<&str> {
    acts.iter().map(|act| text(&act["kind"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_admins_do_is_in_the_log_without_a_secret_or_a_name() {
    let coop = Coop::start().await;
    let (admin, desk) = (coop.admin().await, coop.dispatcher().await);
    let by = text(&me(&admin).await["id"]).to_owned();
    let shop = json!({ "name": "Chez Zoe", "kind": "shop", "place": place(9, 9), "address": "2 rue Nord" });
    let shop = admin.post("/v1/merchants", shop).await.created();
    let path = format!("/v1/merchants/{}/clients", text(&shop["id"]));
    let client = admin.post(&path, json!({ "name": "till" })).await.created();
    let user = json!({ "name": "Zoe", "email": "zoe@coop.example", "password": PASSWORD, "roles": ["member"] });
    let user = admin.post("/v1/users", user).await.created();
    let patch = json!({ "name": "Zoé", "roles": ["member", "treasurer"] });
    for _ in 0..2 {
        change(&admin, text(&user["id"]), &patch).await.ok();
    }
    let courier = json!({ "name": "Lina", "email": "lina@coop.example", "password": PASSWORD });
    let courier = admin.post("/v1/couriers", courier).await.created();
    let book = json!({ "strategy": "sum", "vat_basis_points": 0, "rules": [
        { "name": "base", "when": "true", "charge": { "form": "fixed", "amount": 400 } }] });
    for _ in 0..2 {
        let put = admin.post("/v1/price-books", json!({ "book": book })).key("once");
        put.await.created();
    }
    let corners = json!([[[2.0, 48.0], [3.0, 48.0], [3.0, 49.0], [2.0, 48.0]]]);
    let zone = json!({ "name": "centre", "shape": { "type": "Polygon", "coordinates": corners } });
    admin.post("/v1/zones", zone).await.created();
    admin.post("/v1/slot-plans", json!({ "plan": slot_plan() })).await.created();
    let path = format!("/v1/couriers/{}/suspensions", text(&courier["id"]));
    let why = json!({ "reason": "no brakes", "safety": true });
    let suspension = desk.post(&path, why).await.created();
    let lift = format!("/v1/suspensions/{}/lift", text(&suspension["id"]));
    for _ in 0..2 {
        desk.post(&lift, json!({})).await.ok();
    }

    let log = acts(&desk, "").await;
    for (kind, times) in [
        ("create_merchant", 1),
        ("create_client", 1),
        // The dispatcher, who was made for this test, and Zoe.
        ("create_user", 2),
        ("change_user", 1),
        ("create_courier", 1),
        ("put_price_book", 1),
        ("put_zone", 1),
        ("create_slot_plan", 1),
        ("suspend", 1),
        ("lift", 1),
    ] {
        let found = acts(&desk, &format!("&kind={kind}")).await;
        assert_eq!(found.len(), times, "{kind}");
        assert_eq!(kinds(&found), BTreeSet::from([kind]));
    }
    let changed = &acts(&desk, "&kind=change_user").await[0];
    assert_eq!((text(&changed["user_id"]), &changed["by"]), (by.as_str(), &json!("Admin")));
    assert_eq!(
        changed["detail"],
        json!({ "user_id": user["id"], "roles_before": ["member"],
                "roles": ["treasurer", "member"], "renamed": true })
    );
    let of_admin = acts(&desk, &format!("&user_id={by}")).await;
    assert_eq!(log.len(), of_admin.len() + 2, "a dispatcher suspended and lifted");
    let of_courier = acts(&desk, &format!("&courier_id={}", text(&courier["id"]))).await;
    assert_eq!(kinds(&of_courier), BTreeSet::from(["create_courier", "suspend", "lift"]));
    let written: String = log.iter().map(|act| act["detail"].to_string()).collect();
    let secret = text(&client["client_secret"]);
    for hidden in [secret, PASSWORD, "argon2", "Zo", "Lina", "@coop.example", "no brakes"] {
        assert!(!written.contains(hidden), "{hidden}: {written}");
    }
}

/// A courier has earned something, contests it, and is paid.
#[tokio::test(flavor = "multi_thread")]
async fn what_treasurers_do_is_in_the_log() {
    let coop = Coop::start().await;
    let (desk, ada) = (coop.dispatcher().await, coop.user("treasurer").await);
    let grace = coop.user("treasurer").await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let mut lines = Vec::new();
    for _ in 0..2 {
        let delivery = shop.orders_to(place(1000, 0)).await;
        desk.assign(&delivery, &alice).await.ok();
        alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
        let proof = json!({ "proof": { "signed_by": "M. Curie" } });
        alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
        coop.pass(60);
        lines.push(alice.get("/v1/me/pay").await.ok()["lines"][0].clone());
    }
    let about = json!({ "kind": "line", "entry_id": lines[0]["id"] });
    let question = json!({ "about": about, "question": "Was that all?" });
    let review = alice.post("/v1/me/reviews", question).await.created();
    let other = json!({ "about": { "kind": "other" }, "question": "Why?" });
    let other = alice.post("/v1/me/reviews", other).await.created();

    // A treasurer sees what is about pay, with the line, and nothing else.
    let seen = ada.get("/v1/reviews").await.ok();
    assert_eq!(seen["items"].as_array().expect("a list").len(), 1, "{seen}");
    assert_eq!(
        (&seen["items"][0]["id"], &seen["items"][0]["courier_name"]),
        (&review["id"], &json!("Alice"))
    );
    assert_eq!(desk.get("/v1/reviews").await.ok()["items"].as_array().expect("a list").len(), 2);
    let path = format!("/v1/reviews/{}", text(&review["id"]));
    let case = ada.get(&path).await.ok();
    assert_eq!(case["line"]["amount"], lines[0]["amount"]);
    assert_eq!(case["line"]["inputs"], lines[0]["inputs"]);
    let foreign = format!("/v1/reviews/{}", text(&other["id"]));
    ada.get(&foreign).await.problem(404, "not-found");
    desk.get(&foreign).await.ok();

    let mut inputs = case["line"]["inputs"].clone();
    inputs["trip_m"] = json!(3000);
    let correct = json!({ "reasons": "There was a detour.", "inputs": inputs });
    ada.post(&format!("{path}/correct"), correct).await.ok();
    let upheld = json!({ "outcome": "upheld", "reasons": "The map says so." });
    desk.post(&format!("{foreign}/answer"), upheld).await.ok();
    let reverse = format!("/v1/ledger/entries/{}/reverse", text(&lines[1]["id"]));
    let asked = ada.post(&reverse, json!({ "reason": "the wrong courier" })).await.ok();
    assert_eq!(
        (&asked["asked_by_name"], &asked["courier_name"]),
        (&json!("treasurer"), &json!("Alice"))
    );
    let agree = format!("/v1/ledger/reversals/{}/agree", text(&lines[1]["id"]));
    grace.post(&agree, json!({})).await.ok();

    wants_to_be_paid_at(&alice, "FR1420041010050500013M02606").await;
    let mut runs = Vec::new();
    for end in ["cancel", "confirm"] {
        let run = ada.post("/v1/pay-runs", json!({})).await.created();
        let path = format!("/v1/pay-runs/{}", text(&run["id"]));
        let ended = ada.post(&format!("{path}/{end}"), json!({})).await.ok();
        assert_eq!(
            (&ended["made_by_name"], &ended["ended_by_name"]),
            (&json!("treasurer"), &json!("treasurer"))
        );
        runs.push(path);
    }
    let failed = json!({ "courier_id": alice.id, "reason": "account closed" });
    ada.post(&format!("{}/failed", runs[1]), failed).await.ok();
    let span = json!({ "from": "2026-01-01T00:00:00Z", "to": coop.at(0) });
    let drafts = ada.post("/v1/invoices/preview", span.clone()).await.ok();
    assert_eq!(ada.get("/v1/invoices").await.ok()["items"], json!([]), "nothing is issued by it");
    let issued = ada.post("/v1/invoices", span.clone()).await.created();
    let told = |page: &Value| -> Vec<Value> {
        let all = page["items"].as_array().expect("documents").iter();
        all.map(|one| json!([one["number"], one["net"], one["gross"], one["state"]])).collect()
    };
    assert_eq!(told(&drafts), told(&issued));
    ada.post("/v1/invoices", span.clone()).await.created();
    assert_eq!(ada.post("/v1/invoices/preview", span).await.ok()["items"], json!([]));
    let invoice = ada.get(&format!("/v1/invoices/{}", text(&issued["items"][0]["id"]))).await.ok();
    let credit = format!("/v1/ledger/entries/{}/credit", text(&invoice["lines"][0]["entry_id"]));
    ada.post(&credit, json!({ "net": 1, "reason": "late" })).await.created();
    let paid =
        json!({ "amount": 720, "currency": "EUR", "day": "2026-03-02", "bank_reference": "VIR 1" });
    let pay = format!("/v1/merchants/{}/payments", shop.id);
    for _ in 0..2 {
        ada.post(&pay, paid.clone()).await.created();
    }

    let laid_out = json!({ "category": "repair", "note": "a chain", "amount": { "amount": 500, "currency": "EUR" } });
    let expense = alice.post("/v1/me/expenses", laid_out).await.created();
    let answer = format!("/v1/expenses/{}/answer", text(&expense["id"]));
    ada.post(&answer, json!({})).await.ok();

    for (kind, times) in [
        ("answer_expense", 1),
        ("correct_review", 1),
        ("answer_review", 1),
        ("reverse_entry", 1),
        ("agree_reversal", 1),
        ("make_pay_run", 2),
        ("cancel_pay_run", 1),
        ("confirm_pay_run", 1),
        ("fail_transfer", 1),
        ("issue_invoices", 1),
        ("credit_price", 1),
        ("record_payment", 1),
    ] {
        assert_eq!(acts(&desk, &format!("&kind={kind}")).await.len(), times, "{kind}");
    }
}
