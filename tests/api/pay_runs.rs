//! What couriers are owed goes to their banks, once, and comes back when a bank sends it back.

use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use paceline::commands::audit;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Coop, PASSWORD, place, task, text};

const FRENCH: &str = "FR14 2004 1010 0505 0001 3M02 606";
const GERMAN: &str = "DE89370400440532013000";

pub async fn deliver(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
    delivery
}

pub async fn wants_to_be_paid_at(courier: &Actor, iban: &str) -> Value {
    let body = json!({ "iban": iban }).to_string().into_bytes();
    let call = courier.call(Method::PUT, "/v1/me/bank-account");
    call.header("content-type", "application/json").body(body).await.ok()
}

/// Somebody on shift who has earned something and said where to send it.
pub async fn creditor(coop: &Coop, shop: &Actor, name: &str, iban: &str) -> Actor {
    let courier = coop.courier_on_shift(name, 0).await;
    deliver(coop, shop, &courier).await;
    wants_to_be_paid_at(&courier, iban).await;
    courier
}

async fn balance(courier: &Actor) -> i64 {
    let pay = courier.get("/v1/me/pay").await.ok();
    pay["total"]["amount"].as_i64().expect("a sum")
}

async fn earned(courier: &Actor) -> i64 {
    let pay = courier.get("/v1/me/pay").await.ok();
    pay["earned"]["amount"].as_i64().expect("a sum")
}

/// What the bank has to have paid, by the books.
async fn at_the_bank(treasurer: &Actor) -> i64 {
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok();
    assert_eq!(books["sum"]["EUR"], 0, "{books}");
    let mut accounts = books["accounts"].as_array().expect("accounts").iter();
    let bank = accounts.find(|one| one["code"] == "coop:bank");
    bank.map_or(0, |bank| bank["balance"].as_i64().expect("cents"))
}

fn path(run: &Value, what: &str) -> String {
    format!("/v1/pay-runs/{}{what}", text(&run["id"]))
}

/// The transfer of a run to somebody.
fn transfer<'a>(run: &'a Value, to: &Actor) -> &'a Value {
    let mut transfers = run["transfers"].as_array().expect("transfers").iter();
    transfers.find(|one| one["courier_id"] == to.id).expect("a transfer to this courier")
}

async fn file(treasurer: &Actor, run: &Value) -> Vec<u8> {
    treasurer.get(&path(run, "/pain001")).await.status(200).body
}

async fn the_books_hold(coop: &Coop) {
    let app = coop.app();
    let mut conn = app.coop.conn().await.expect("a connection");
    let report = audit::check(&mut conn, coop.now(), None).await.expect("the books can be read");
    assert!(report.faults.is_empty() && report.lines > 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_is_paid_once_and_what_is_earned_meanwhile_stays_owed() {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Zoë & <Alice>", FRENCH).await;
    let bob = creditor(&coop, &shop, "Bob", GERMAN).await;
    let carol = coop.courier_on_shift("Carol", 0).await;
    let tipped = deliver(&coop, &shop, &carol).await;
    let tipped_too = deliver(&coop, &shop, &alice).await;
    for delivery in [&tipped, &tipped_too] {
        let tip = format!("/v1/deliveries/{}/tip", text(&delivery["id"]));
        shop.post(&tip, json!({ "amount": 250, "currency": "EUR" })).await.ok();
    }
    let owed = balance(&alice).await;

    let preview = ada.get("/v1/pay-runs/preview").await.ok();
    assert_eq!(preview["transfers"].as_array().map(Vec::len), Some(2), "{preview}");
    let left_out = &preview["left_out"][0];
    assert_eq!(
        (&left_out["courier_id"], &left_out["reason"]),
        (&json!(carol.id), &json!("no_account"))
    );
    assert_eq!(left_out["name"], "Carol");
    let new = || ada.post("/v1/pay-runs", json!({ "execute_on": "2026-03-04" })).key("march");
    let run = new().await.created();
    assert_eq!((&run["total"], &run["left_out"]), (&preview["total"], &preview["left_out"]));
    let again = new().await;
    assert!(again.replayed());
    assert_eq!(again.created(), run);
    let to_alice = transfer(&run, &alice);
    assert_eq!(to_alice["owed"], json!({ "pay": owed, "tips": 250, "expenses": 0, "refund": 0 }));
    assert_eq!(to_alice["iban"], "FR...2606");
    assert_eq!(at_the_bank(&ada).await, 0, "nothing is booked before the bank has paid");

    let order = file(&ada, &run).await;
    let told = String::from_utf8(order.clone()).expect("ASCII");
    for part in [
        "<Nm>Zoe . .Alice.</Nm>",
        "<IBAN>FR1420041010050500013M02606</IBAN>",
        "<IBAN>DE89370400440532013000</IBAN>",
        "<IBAN>FR7630006000011234567890189</IBAN>",
        "<ReqdExctnDt>2026-03-04</ReqdExctnDt>",
        "<CreDtTm>2026-03-02T13:00:00</CreDtTm>",
        "<NbOfTxs>2</NbOfTxs>",
        &format!(">{}.{:02}</InstdAmt>", (owed + 250) / 100, (owed + 250) % 100),
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    valid_by_the_schema(&order);
    // An account that changes afterwards is for the next run.
    wants_to_be_paid_at(&bob, FRENCH).await;
    coop.pass(60);
    deliver(&coop, &shop, &alice).await;
    let meanwhile = balance(&alice).await - owed;
    assert_eq!(file(&ada, &run).await, order, "the same bytes");

    for _ in 0..2 {
        let confirmed = ada.post(&path(&run, "/confirm"), json!({})).await.ok();
        assert_eq!(
            (&confirmed["state"], &confirmed["transfers"][0]["state"]),
            (&json!("confirmed"), &json!("paid"))
        );
        assert_eq!(confirmed["ended_by"], ada.get("/v1/me").await.ok()["id"]);
    }
    assert_eq!(file(&ada, &run).await, order);
    assert_eq!(at_the_bank(&ada).await, run["total"]["amount"].as_i64().expect("cents"));
    assert_eq!((balance(&alice).await, balance(&bob).await), (meanwhile, 0));
    assert_eq!(earned(&alice).await, owed + meanwhile, "being paid is not earning less");
    let tips = alice.get("/v1/me/statement?account=tips").await.ok();
    assert_eq!(
        (&tips["lines"][1]["kind"], &tips["lines"][1]["balance"]),
        (&json!("payout"), &json!(0))
    );
    let line = alice.get("/v1/me/pay").await.ok()["lines"][0].clone();
    assert_eq!((&line["kind"], &line["run_id"]), (&json!("payout"), &run["id"]));
    for (language, words) in
        [("fr", "Versement sur votre compte"), ("en", "Paid to your bank account")]
    {
        let page = alice.get(&format!("/v1/me/statement.html?lang={language}")).await.status(200);
        let page = String::from_utf8(page.body).expect("UTF-8");
        assert!(page.contains(words) && page.contains(text(&run["id"])), "{page}");
    }
    bob.post("/v1/me/shift/stop", json!({})).await.ok();
    let told = bob.follow(Some(0)).await.until("shift.ended").await;
    let paid = told.iter().filter(|one| one.kind == "pay.posted").count();
    assert_eq!(paid, 2, "earned, and paid out");
    let list = ada.get("/v1/pay-runs").await.ok();
    assert_eq!(
        (&list["items"][0]["count"], &list["items"][0]["total"]),
        (&json!(2), &run["total"])
    );
    the_books_hold(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_treasurers_at_once_make_one_run_and_book_it_once() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let alice = creditor(&coop, &shop, "Alice", FRENCH).await;
    let owed = balance(&alice).await;
    let treasurers = [coop.user("treasurer").await, coop.user("treasurer").await];
    let each = || (0..8).map(|number| &treasurers[number % 2]);
    let make = |ada: &Actor| ada.post("/v1/pay-runs", json!({})).into_future();
    let mut made = Vec::new();
    for reply in join_all(each().map(make)).await {
        if reply.status == 201 {
            made.push(reply.created());
        } else {
            reply.problem(409, "nobody-to-pay");
        }
    }
    assert_eq!(made.len(), 1, "{made:?}");
    let confirm = |ada: &Actor| ada.post(&path(&made[0], "/confirm"), json!({})).into_future();
    for reply in join_all(each().map(confirm)).await {
        assert_eq!(reply.ok()["state"], "confirmed");
    }
    assert_eq!((balance(&alice).await, at_the_bank(&treasurers[0]).await), (0, owed));
    treasurers[0].post("/v1/pay-runs", json!({})).await.problem(409, "nobody-to-pay");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cancelled_books_nothing_and_frees_what_it_held() {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Alice", FRENCH).await;
    let owed = balance(&alice).await;
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    let preview = ada.get("/v1/pay-runs/preview").await.ok();
    assert_eq!(preview["left_out"][0]["reason"], "in_open_run");
    for _ in 0..2 {
        let cancelled = ada.post(&path(&run, "/cancel"), json!({})).await.ok();
        assert_eq!(cancelled["transfers"][0]["state"], "cancelled");
    }
    ada.post(&path(&run, "/confirm"), json!({})).await.problem(409, "illegal-transition");
    let failed = json!({ "courier_id": alice.id, "reason": "closed" });
    ada.post(&path(&run, "/failed"), failed).await.problem(409, "illegal-transition");
    assert_eq!((balance(&alice).await, at_the_bank(&ada).await), (owed, 0));
    let next = ada.post("/v1/pay-runs", json!({})).await.created();
    assert_ne!(next["id"], run["id"]);
    ada.post(&path(&next, "/confirm"), json!({})).await.ok();
    ada.post(&path(&next, "/cancel"), json!({})).await.problem(409, "illegal-transition");
    assert_eq!((balance(&alice).await, at_the_bank(&ada).await), (0, owed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_sends_back_is_owed_again() {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Alice", FRENCH).await;
    let bob = creditor(&coop, &shop, "Bob", GERMAN).await;
    let carol = creditor(&coop, &shop, "Carol", GERMAN).await;
    let owed = balance(&alice).await;
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    let order = file(&ada, &run).await;
    let failed = |courier: &Actor| {
        let body = json!({ "courier_id": courier.id, "reason": "account closed" });
        ada.post(&path(&run, "/failed"), body)
    };
    // Before the run is confirmed, and after it.
    failed(&alice).await.ok();
    ada.post(&path(&run, "/confirm"), json!({})).await.ok();
    assert_eq!(at_the_bank(&ada).await, 2 * owed);
    for _ in 0..2 {
        let after = failed(&bob).await.ok();
        let states = [&alice, &bob, &carol].map(|courier| &transfer(&after, courier)["state"]);
        assert_eq!(states, ["failed", "failed", "paid"], "{after}");
        assert_eq!(transfer(&after, &bob)["reason"], "account closed");
    }
    assert_eq!(file(&ada, &run).await, order, "it is what the bank was told");
    failed(&coop.courier("Dave").await).await.problem(404, "not-found");
    let balances = [balance(&alice).await, balance(&bob).await, balance(&carol).await];
    assert_eq!((balances, at_the_bank(&ada).await), ([owed, owed, 0], owed));
    assert_eq!([earned(&bob).await, earned(&carol).await], [owed; 2]);
    let next = ada.post("/v1/pay-runs", json!({})).await.created();
    assert_eq!(next["total"]["amount"], 2 * owed);
    // A payout has its own way back, and only that one.
    let payout = carol.get("/v1/me/pay").await.ok()["lines"][0]["id"].clone();
    let reverse = format!("/v1/ledger/entries/{}/reverse", text(&payout));
    ada.post(&reverse, json!({ "reason": "it came back" })).await.problem(409, "payout");
    the_books_hold(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_or_paid_is_not_taken_back() {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Alice", FRENCH).await;
    let line = alice.get("/v1/me/pay").await.ok()["lines"][0].clone();
    let entry = text(&line["id"]);
    let reason = json!({ "reason": "Bob has ridden it" });
    ada.post(&format!("/v1/ledger/entries/{entry}/reverse"), reason).await.ok();
    let agree = || alice.post(&format!("/v1/me/reversals/{entry}/agree"), json!({}));
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    agree().await.problem(409, "paid-out");
    ada.post(&path(&run, "/confirm"), json!({})).await.ok();
    agree().await.problem(409, "paid-out");
    // As soon as that much is owed again, it can be.
    deliver(&coop, &shop, &alice).await;
    agree().await.ok();
    assert_eq!(balance(&alice).await, 0);
    the_books_hold(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_the_couriers_to_say_and_sealed() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    assert_eq!(alice.get("/v1/me/bank-account").await.ok(), json!({ "account": null }));
    for (iban, said) in [
        ("FR1420041010050500013M02607", "check digits"),
        ("FR142004101005050001", "27 characters"),
        ("BR1500000000000010932840814P2", "SEPA"),
        ("my account", "letters"),
    ] {
        let body = json!({ "iban": iban }).to_string().into_bytes();
        let call = alice.call(Method::PUT, "/v1/me/bank-account");
        let call = call.header("content-type", "application/json").body(body);
        let problem = call.await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/iban");
        assert!(text(&problem["detail"]).contains(said), "{problem}");
    }
    let set = wants_to_be_paid_at(&alice, FRENCH).await;
    let account = json!({ "iban": "FR...2606", "since": coop.at(0) });
    assert_eq!(set["account"], account);
    assert_eq!(alice.get("/v1/me/bank-account").await.ok(), set);
    wants_to_be_paid_at(&bob, GERMAN).await;
    // Not in the clear, and of no use in somebody else's row.
    coop.sql(
        "DO $$ BEGIN ASSERT (SELECT count(*) FROM bank_accounts) = 2; ASSERT NOT EXISTS
             (SELECT FROM bank_accounts WHERE position('2004'::bytea IN sealed_iban) > 0); END $$",
    )
    .await;
    coop.sql(
        "UPDATE bank_accounts SET sealed_iban = (SELECT sealed_iban FROM bank_accounts LIMIT 1)",
    )
    .await;
    let mut opened = Vec::new();
    for courier in [&alice, &bob] {
        opened.push(courier.get("/v1/me/bank-account").await.status);
    }
    opened.sort_unstable();
    assert_eq!(opened, [200, 500]);
    for _ in 0..2 {
        assert_eq!(alice.call(Method::DELETE, "/v1/me/bank-account").await.status, 204);
    }
    assert_eq!(alice.get("/v1/me/bank-account").await.ok(), json!({ "account": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_being_paid_is_erased_afterwards_and_the_account_with_them() {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Alice Doe", FRENCH).await;
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    let erase = || alice.post("/v1/me/erase", json!({ "password": PASSWORD }));
    erase().await.problem(409, "in-pay-run");
    ada.post(&path(&run, "/confirm"), json!({})).await.ok();
    let files = crate::rights::export(&alice).await;
    assert!(files["bank_account.json"].contains("FR1420041010050500013M02606"));
    assert!(files["pay_runs.csv"].contains(",paid,"), "{}", files["pay_runs.csv"]);
    assert_eq!(erase().await.status, 204);
    let shown = ada.get(&path(&run, "")).await.ok();
    let transfer = &shown["transfers"][0];
    assert_eq!((&transfer["name"], transfer.get("iban")), (&json!("erased"), None), "{shown}");
    assert_eq!(transfer["amount"], run["transfers"][0]["amount"], "the sum stays");
    ada.get(&path(&run, "/pain001")).await.problem(410, "erased");
    let files = crate::rights::export(&alice).await; // The access token lasts some minutes more.
    assert_eq!(
        (files["bank_account.json"].as_str(), files.contains_key("pay_runs.json")),
        ("[]", true)
    );
    assert!(!files["pay_runs.json"].contains("Alice"));
    let body = json!({ "iban": FRENCH }).to_string().into_bytes();
    let call = alice.call(Method::PUT, "/v1/me/bank-account");
    call.header("content-type", "application/json").body(body).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_needs_an_account_to_pay_from_and_a_day_to_come() {
    let coop = Coop::with(|config| config.coop.iban.clear()).await;
    let ada = coop.user("treasurer").await;
    ada.post("/v1/pay-runs", json!({})).await.problem(409, "no-payer");
    let coop = Coop::with(|config| config.policy.tariff = "tariff-mdrp".to_owned()).await;
    let ada = coop.user("treasurer").await;
    ada.post("/v1/pay-runs", json!({})).await.problem(409, "no-payer");
    let coop = Coop::start().await;
    let ada = coop.user("treasurer").await;
    for day in ["2026-03-01", "2026-05-02"] {
        let refused = ada.post("/v1/pay-runs", json!({ "execute_on": day })).await;
        assert_eq!(refused.problem(422, "invalid")["errors"][0]["pointer"], "/execute_on");
    }
    for day in ["2026-03-02", "2026-05-01"] {
        let nobody = ada.post("/v1/pay-runs", json!({ "execute_on": day })).await;
        nobody.problem(409, "nobody-to-pay");
    }
}

/// Holds a file for the bank against ISO 20022's own schema, as the Python package sepaxml carries it.
fn valid_by_the_schema(order: &[u8]) {
    const PACKAGE: &str = "sepaxml==2.7.0";
    let skip = |why: &str| eprintln!("SKIPPED, pain.001 IS NOT CHECKED BY ITS SCHEMA: {why}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGE);
    if !folder.join("sepaxml/schemas").exists() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--target"]).arg(&folder).arg(PACKAGE);
        match pip.output() {
            Err(error) => return skip(&format!("python3: {error}")),
            Ok(output) if !output.status.success() => {
                return skip(&String::from_utf8_lossy(&output.stderr));
            }
            Ok(_) => {}
        }
    }
    let valid = |order: &[u8]| {
        let file = std::env::temp_dir().join(format!("pain001-{}.xml", std::process::id()));
        std::fs::write(&file, order).expect("there is room for a file");
        let check = "import sys, sepaxml, xmlschema, pathlib
schemas = pathlib.Path(sepaxml.__file__).parent / 'schemas'
xmlschema.XMLSchema(str(schemas / 'pain.001.001.03.xsd')).validate(sys.argv[1])";
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &folder).args(["-c", check]).arg(&file);
        let output = python.output().expect("python3 has just run");
        let _ = std::fs::remove_file(&file);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (holds, said) = valid(order);
    assert!(holds, "{said}");
    // What checks can also refuse.
    let broken = String::from_utf8_lossy(order).replace("<PmtMtd>TRF</PmtMtd>", "");
    let (holds, said) = valid(broken.as_bytes());
    assert!(!holds && said.contains("PmtMtd"), "{said}");
}
