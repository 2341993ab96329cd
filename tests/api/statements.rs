//! A courier's statement holds without the server that made it, and says so when it does not.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Actor, Coop, Reply, place, task, text};

async fn deliver(coop: &Coop, shop: &Actor, courier: &Actor, metres: i32) {
    let delivery = shop.orders_to(place(metres, 0)).await;
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
    coop.pass(300);
}

/// `paceline verify`, with nothing of the server's in reach.
fn verify(statement: &Value, key: &str, head: Option<&str>) -> Output {
    let name = format!("statement-{}-{:p}.json", std::process::id(), statement);
    let file = std::env::temp_dir().join(name);
    std::fs::write(&file, statement.to_string()).expect("there is room for a file");
    let mut program = Command::new(env!("CARGO_BIN_EXE_paceline"));
    program.env_clear().args(["verify", "--key", key]).arg(&file);
    if let Some(head) = head {
        program.args(["--head", head]);
    }
    let output = program.output().expect("the program has been built");
    let _ = std::fs::remove_file(&file);
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_verified_offline_and_a_changed_one_is_refused() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let empty = alice.get("/v1/me/statement").await.ok();
    assert_eq!(empty["lines"], json!([]));
    for kilometres in 1..=4 {
        deliver(&coop, &shop, &alice, kilometres * 1000).await;
    }
    let key = coop.stranger().get("/v1/ledger/key").await.ok();
    let key = text(&key["key"]);
    let unsigned = alice.get("/v1/me/statement").await.ok();
    assert_eq!(unsigned["checkpoint"], Value::Null);
    assert!(said(&verify(&unsigned, key, None)).contains("not yet"));

    let treasurer = coop.user("treasurer").await;
    let signed = treasurer.post("/v1/ledger/checkpoints", json!({})).await.ok();
    assert_eq!(signed["checkpoint"]["number"], 1);
    let again = treasurer.post("/v1/ledger/checkpoints", json!({})).await.ok();
    assert_eq!(again["checkpoint"], Value::Null, "nothing has moved");
    deliver(&coop, &shop, &alice, 500).await;
    let statement = alice.get("/v1/me/statement").await.ok();
    let public = coop.stranger().get("/v1/ledger/checkpoints").await.ok();
    assert_eq!(statement["checkpoint"], public["items"][0], "everybody sees what was signed");
    let output = verify(&statement, key, None);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("5, up to line 5"), "{}", said(&output));
    assert!(said(&output).contains("up to line 4 by checkpoint 1"), "{}", said(&output));

    let mut changed = statement.clone();
    changed["lines"][2]["amount"] = json!(1);
    let output = verify(&changed, key, None);
    assert!(!output.status.success());
    assert!(said(&output).contains("line 3:"), "{}", said(&output));
    let kept = format!("2:{}", text(&statement["lines"][1]["hash"]));
    assert!(verify(&statement, key, Some(&kept)).status.success());
    let other = format!("3:{}", text(&statement["lines"][1]["hash"]));
    assert!(said(&verify(&statement, key, Some(&other))).contains("rewritten"));
    let wrong = "00".repeat(31) + "01";
    assert!(!verify(&statement, &wrong, None).status.success());

    // From the middle on: before it stands where the account was.
    let from = alice.get("/v1/me/pay").await.ok()["lines"][2]["at"].clone();
    let later = alice.get(&format!("/v1/me/statement?from={}", text(&from))).await.ok();
    assert_eq!(later["before"]["seq"], 2);
    assert_eq!(later["lines"].as_array().map(Vec::len), Some(3));
    assert!(verify(&later, key, None).status.success(), "{}", said(&verify(&later, key, None)));
    // Long after the last line there is still what was signed for.
    let tomorrow = format!("/v1/me/statement?from={}", coop.at(86_400));
    let rest = alice.get(&tomorrow).await.ok();
    assert!(verify(&rest, key, None).status.success(), "{}", said(&verify(&rest, key, None)));
}

/// The text of a page or a table.
fn whole(reply: Reply) -> String {
    String::from_utf8(reply.status(200).body).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_read_and_printed_for_any_period() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    deliver(&coop, &shop, &alice, 1000).await;
    let noon = coop.at(0);
    deliver(&coop, &shop, &alice, 2000).await;
    let pay = alice.get("/v1/me/pay").await.ok();
    let cents = |line: usize| pay["lines"][line]["amount"]["amount"].as_i64().expect("cents");
    let decimal = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let both = decimal(cents(0) + cents(1));

    let table = whole(alice.get(&format!("/v1/me/statement.csv?from={noon}")).await);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(rows[1].contains(&format!(",piece,{},{both},EUR,ent_", decimal(cents(0)))), "{table}");

    let page = whole(alice.get(&format!("/v1/me/statement.html?from={noon}&lang=fr")).await);
    for part in
        ["<html lang=\"fr\">", "Alice", "Livraison", "livraison 2.50 EUR + retrait (1) 0.50"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    // What there was before, and the hash to keep.
    assert!(page.contains(&decimal(cents(1))) && page.contains(&both), "{page}");
    let statement = alice.get("/v1/me/statement").await.ok();
    assert!(page.contains(text(&statement["lines"][1]["hash"])), "{page}");
    let earlier = whole(alice.get(&format!("/v1/me/statement.html?to={noon}")).await);
    assert!(earlier.contains("Delivery") && !earlier.contains(&both), "{earlier}");
    alice.get("/v1/me/statement.csv?account=bank").await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trial_balance_of_an_instant_is_what_the_books_said_then() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let treasurer = coop.user("treasurer").await;
    let mut seen = Vec::new();
    for kilometres in 1..=3 {
        deliver(&coop, &shop, &alice, kilometres * 1000).await;
        seen.push((coop.at(-1), treasurer.get("/v1/ledger/trial-balance").await.ok()));
    }
    for (at, then) in seen {
        let path = format!("/v1/ledger/trial-balance?at={at}");
        assert_eq!(treasurer.get(&path).await.ok(), then, "at {at}");
    }
    let before = treasurer.get("/v1/ledger/trial-balance?at=2020-01-01T00:00:00Z").await.ok();
    assert_eq!(before, json!({ "accounts": [], "sum": {} }));
}
