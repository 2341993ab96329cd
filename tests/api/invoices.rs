//! What merchants are asked to pay is what was booked, each line once, under numbers without a gap.

use std::collections::BTreeSet;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use paceline::commands::audit::{self, Report};
use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

const DAY_S: i64 = 86_400;

/// A delivery is done a kilometre away: 6.00 before VAT.
pub async fn deliver(coop: &Coop, shop: &Actor, courier: &Actor) -> Value {
    let delivery = shop.orders_to(place(1000, 0)).await;
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
    coop.pass(60);
    delivery
}

/// What the auditor finds, up to the hour of the next signature.
pub async fn audit(coop: &Coop) -> Report {
    let mut conn = coop.app().coop.conn().await.expect("the database is there");
    let longest_ago = paceline::domain::time::Timestamp::from_seconds(0);
    audit::check(&mut conn, longest_ago, None).await.expect("the books can be read")
}

/// Every rule of the books holds.
pub async fn audited(coop: &Coop) {
    let report = audit(coop).await;
    assert_eq!(report.faults, []);
    assert!(report.lines > 0);
}

/// What Postgres says to somebody who works as its owner.
pub async fn refused(coop: &Coop, sql: &str) -> String {
    let mut conn = AsyncPgConnection::establish(coop.database_url()).await.expect("it answers");
    conn.batch_execute(sql).await.expect_err("it is refused").to_string()
}

/// Everything up to now, for all or for one.
fn until_now(coop: &Coop, shop: Option<&Actor>) -> Value {
    let mut body = json!({ "from": "2026-01-01T00:00:00Z", "to": coop.at(0) });
    if let Some(shop) = shop {
        body["merchant_id"] = json!(shop.id);
    }
    body
}

/// What is issued up to now.
async fn issued(coop: &Coop, treasurer: &Actor) -> Vec<Value> {
    let run = treasurer.post("/v1/invoices", until_now(coop, None)).await.created();
    run["items"].as_array().expect("documents").clone()
}

async fn shown(reader: &Actor, document: &Value) -> Value {
    reader.get(&format!("/v1/invoices/{}", text(&document["id"]))).await.ok()
}

fn amounts(document: &Value) -> (i64, i64, i64) {
    let amount = |name: &str| document[name]["amount"].as_i64().expect("an amount");
    (amount("net"), amount("vat"), amount("gross"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_invoiced_once_and_both_sides_see_the_same_cents() {
    let coop = Coop::with(|config| config.invoices.seller = "Les Coursiers\n1 Quai".into()).await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let other = coop.merchant("Other").await;
    let ada = coop.user("treasurer").await;
    let first = deliver(&coop, &shop, &alice).await;
    deliver(&coop, &shop, &alice).await;
    let tip = json!({ "amount": 150, "currency": "EUR" });
    shop.post(&format!("/v1/deliveries/{}/tip", text(&first["id"])), tip).await.ok();

    let march = json!({ "month": "2026-03" });
    ada.post("/v1/invoices", march.clone()).await.problem(422, "invalid");
    let nothing = json!({ "month": "2026-03", "from": coop.at(-9), "to": coop.at(0) });
    ada.post("/v1/invoices", nothing).await.problem(422, "invalid");
    coop.pass(30 * DAY_S);
    let run = ada.post("/v1/invoices", march.clone()).key("march").await.created();
    let again = ada.post("/v1/invoices", march.clone()).key("march").await;
    assert!(again.replayed());
    assert_eq!(again.created(), run);
    assert_eq!(ada.post("/v1/invoices", march).await.created()["items"], json!([]));

    let document = &run["items"][0];
    assert_eq!(run["items"].as_array().map(Vec::len), Some(1), "{run}");
    assert_eq!((&document["number"], &document["kind"]), (&json!("2026-00001"), &json!("invoice")));
    assert_eq!(amounts(document), (1200 + 150, 240, 1590));
    assert_eq!(document["state"], "issued");
    let whole = shown(&shop, document).await;
    assert_eq!(whole["seller"], "Les Coursiers\n1 Quai");
    assert_eq!(whole["buyer"], "Bistro\n1 Main Street");
    let rates = json!([
        { "vat_basis_points": 0, "net": 150, "gross": 150,
          "vat": 0, "couriers": 150, "coop": 0, "mutual_fund": 0 },
        { "vat_basis_points": 2000, "net": 1200, "gross": 1440,
          "vat": 240, "couriers": 864, "coop": 300, "mutual_fund": 36 },
    ]);
    assert_eq!(whole["rates"], rates);

    // The courier reads the same parts beside the own pay.
    let pay = alice.get("/v1/me/pay").await.ok();
    let earned = pay["lines"].as_array().expect("lines").iter();
    let line = earned.clone().find(|line| line["delivery_id"] == first["id"]).expect("it is paid");
    let charged = whole["lines"].as_array().expect("lines").iter();
    let charge = |kind: &str| {
        let mut lines = charged.clone();
        lines.find(|one| one["delivery_id"] == first["id"] && one["kind"] == kind).expect(kind)
    };
    for part in ["net", "gross", "vat", "couriers", "coop", "mutual_fund"] {
        assert_eq!(line["price"][part], charge("price")[part], "{part}");
    }
    assert_eq!((&charge("tip")["gross"], &charge("tip")["couriers"]), (&json!(150), &json!(150)));

    // Nobody else's business.
    let id = text(&document["id"]);
    for path in ["", "/html", "/csv"] {
        other.get(&format!("/v1/invoices/{id}{path}")).await.problem(404, "not-found");
    }
    assert_eq!(other.get("/v1/invoices").await.ok()["items"], json!([]));
    assert_eq!(other.get("/v1/receivables").await.ok()["items"], json!([]));
    let foreign = format!("/v1/invoices?merchant_id={}", shop.id);
    other.get(&foreign).await.problem(404, "not-found");
    assert_eq!(shop.get("/v1/invoices").await.ok()["items"][0]["id"], document["id"]);
    assert_eq!(ada.get(&foreign).await.ok()["items"][0]["number"], "2026-00001");

    // To print, and for a spreadsheet.
    for (lang, title) in [("fr", "Facture n° 2026-00001"), ("en", "Invoice 2026-00001")] {
        let page = shop.get(&format!("/v1/invoices/{id}/html?lang={lang}")).await.status(200);
        let policy = page.header("content-security-policy").expect("a policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let page = String::from_utf8(page.body).expect("text");
        for said in [title, "Les Coursiers", "15.90 EUR", "10.14 EUR", "20 %"] {
            assert!(page.contains(said), "{said} in {page}");
        }
    }
    let csv = shop.get(&format!("/v1/invoices/{id}/csv")).await.status(200);
    let csv = String::from_utf8(csv.body).expect("text");
    assert_eq!(csv.lines().count(), 1 + 3);
    assert!(csv.contains(",6.00,20.00,1.20,7.20,4.32,1.50,0.18,EUR,"), "{csv}");
    audited(&coop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_treasurers_at_once_leave_no_gap_and_ask_for_nothing_twice() {
    let coop = Coop::start().await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let (ada, grace) = (coop.user("treasurer").await, coop.user("treasurer").await);
    let mut numbers: Vec<String> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for round in 1..=2 {
        let mut shops = Vec::new();
        for name in ["Bistro", "Cantine", "Traiteur"] {
            let shop = coop.merchant(name).await;
            deliver(&coop, &shop, &alice).await;
            deliver(&coop, &shop, &alice).await;
            shops.push(shop);
        }
        let runs = [&ada, &grace].into_iter().flat_map(|who| {
            let ones = shops.iter().map(|shop| until_now(&coop, Some(shop)));
            let bodies = std::iter::once(until_now(&coop, None)).chain(ones);
            bodies.map(|body| who.post("/v1/invoices", body).into_future()).collect::<Vec<_>>()
        });
        for reply in futures_util::future::join_all(runs).await {
            for document in reply.created()["items"].as_array().expect("documents") {
                numbers.push(text(&document["number"]).to_owned());
                let whole = shown(&ada, document).await;
                let entries = whole["lines"].as_array().expect("lines").iter();
                lines.extend(entries.map(|line| text(&line["entry_id"]).to_owned()));
            }
        }
        assert_eq!(lines.len(), 6 * round);
    }
    numbers.sort();
    let expected: Vec<String> = (1..=6).map(|number| format!("2026-{number:05}")).collect();
    assert_eq!(numbers, expected);
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len());

    // What is issued stays as it is, whoever tries, and no number is left out.
    for statement in [
        "UPDATE invoices SET net = net + 1",
        "DELETE FROM invoices",
        "UPDATE invoice_lines SET vat = 0",
        "DELETE FROM invoice_lines",
        "TRUNCATE invoices CASCADE",
    ] {
        let said = refused(&coop, statement).await;
        assert!(said.contains("append-only"), "{statement}: {said}");
    }
    let copy = |columns: &str| {
        format!(
            "INSERT INTO invoices SELECT gen_random_uuid(), year, {columns} FROM invoices LIMIT 1"
        )
    };
    let rest = "merchant_id, corrects, period_from, period_to, issued_at, issued_by, due_at, \
                currency, seller, buyer, terms, lines, net, vat";
    let said = refused(&coop, &copy(&format!("9, {rest}"))).await;
    assert!(said.contains("is number 7, not 9"), "{said}");
    let said = refused(&coop, &copy(&format!("7, {rest}"))).await;
    assert!(said.contains("is not the sum of its lines"), "{said}");
    let more = "INSERT INTO invoice_lines SELECT invoice_id, 3, entry_id, kind, delivery_id, \
                occurred_at, vat_basis_points, vat, couriers, coop, mutual_fund \
                FROM invoice_lines LIMIT 1";
    let said = refused(&coop, more).await;
    assert!(said.contains("has fewer lines than 3"), "{said}");
    let twice = "INSERT INTO invoices SELECT gen_random_uuid(), year, 7, merchant_id, corrects, \
                 period_from, period_to, issued_at, issued_by, due_at, currency, seller, buyer, \
                 terms, 1, 600, 120 FROM invoices LIMIT 1; \
                 INSERT INTO invoice_lines SELECT i.id, 1, entry_id, kind, delivery_id, \
                 occurred_at, vat_basis_points, l.vat, couriers, coop, mutual_fund \
                 FROM invoice_lines l, invoices i WHERE i.number = 7 LIMIT 1";
    let said = refused(&coop, twice).await;
    assert!(said.contains("invoice_lines_entry_id_key"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_of_an_invoice_comes_onto_a_credit_note() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let ada = coop.user("treasurer").await;
    for _ in 0..3 {
        deliver(&coop, &shop, &alice).await;
    }
    let invoice = issued(&coop, &ada).await.remove(0);
    let lines = shown(&ada, &invoice).await["lines"].clone();
    let entry = |line: usize| text(&lines[line]["entry_id"]).to_owned();
    let credit = |line: usize, net: i64| {
        let path = format!("/v1/ledger/entries/{}/credit", entry(line));
        ada.post(&path, json!({ "net": net, "reason": "an hour late" }))
    };
    let reverse = |line: usize| {
        let path = format!("/v1/ledger/entries/{}/reverse", entry(line));
        ada.post(&path, json!({ "reason": "never handed over" }))
    };

    // One price as a whole, of another a part in two steps.
    assert_eq!(reverse(0).await.ok()["waits"], false);
    credit(0, 100).await.problem(409, "exists");
    let given = credit(1, 101).key("late").await.created();
    assert_eq!(
        (&given["net"], &given["vat"], &given["gross"]),
        (&json!(101), &json!(-20), &json!(121))
    );
    assert!(credit(1, 101).key("late").await.replayed());
    credit(1, 500).await.problem(422, "invalid");
    credit(1, 0).await.problem(422, "invalid");
    credit(1, 499).await.created();
    credit(1, 1).await.problem(422, "invalid");
    reverse(1).await.problem(409, "credited");
    let pay = alice.get("/v1/me/pay").await.ok()["lines"][0]["id"].clone();
    let of_pay = format!("/v1/ledger/entries/{}/credit", text(&pay));
    let back = json!({ "net": 1, "reason": "no" });
    ada.post(&of_pay, back).await.problem(404, "not-found");
    coop.pass(60);

    let notes = issued(&coop, &ada).await;
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = &notes[0];
    assert_eq!((&note["number"], &note["kind"]), (&json!("2026-00002"), &json!("credit_note")));
    assert_eq!((&note["corrects"], &note["state"]), (&invoice["id"], &json!("credit")));
    // 6.00 and 1.20, 1.01 and 0.20, 4.99 and 1.00.
    assert_eq!(amounts(note), (-1200, -240, -1440));
    let page = shop.get(&format!("/v1/invoices/{}/html?lang=fr", text(&note["id"]))).await;
    let page = String::from_utf8(page.body).expect("text");
    assert!(page.contains("Avoir n° 2026-00002") && page.contains("2026-00001"), "{page}");
    let left = shown(&shop, &invoice).await;
    assert_eq!((&left["state"], &left["open"]["amount"]), (&json!("part_paid"), &json!(720)));

    let delivery = deliver(&coop, &shop, &alice).await;
    assert_eq!(delivery["price"]["amount"], 600);
    assert_eq!(issued(&coop, &ada).await.len(), 1);
    audited(&coop).await;
    assert_eq!(ada.get("/v1/ledger/trial-balance").await.ok()["sum"]["EUR"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_counts_once_and_for_the_oldest_invoice() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let other = coop.merchant("Other").await;
    let ada = coop.user("treasurer").await;
    deliver(&coop, &shop, &alice).await;
    let first = issued(&coop, &ada).await.remove(0);
    coop.pass(40 * DAY_S);
    deliver(&coop, &shop, &alice).await;
    let second = issued(&coop, &ada).await.remove(0);
    deliver(&coop, &shop, &alice).await;

    let owes = async || shop.get("/v1/receivables").await.ok()["items"][0].clone();
    let expected = json!({
        "merchant_id": shop.id, "merchant_name": "Bistro", "currency": "EUR",
        "not_due": 720, "days_1_to_30": 720, "days_31_to_60": 0, "days_61_to_90": 0,
        "days_over_90": 0, "open": 1440, "advance": 0, "not_invoiced": 720,
    });
    assert_eq!(owes().await, expected);
    assert_eq!(ada.get("/v1/receivables").await.ok()["items"], json!([expected]));

    let paid = |shop: &Actor, amount: i64, reference: &str| {
        let body = json!({ "amount": amount, "currency": "EUR", "day": "2026-04-10",
                           "bank_reference": reference });
        ada.post(&format!("/v1/merchants/{}/payments", shop.id), body)
    };
    let payment = paid(&shop, 1000, "VIR 4711").await.created();
    let together = (0..5).map(|_| paid(&shop, 1000, "VIR 4711").into_future());
    for again in futures_util::future::join_all(together).await {
        assert!(again.replayed());
        assert_eq!(again.created(), payment);
    }
    paid(&shop, 1001, "VIR 4711").await.problem(409, "exists");
    paid(&other, 1000, "VIR 4711").await.problem(409, "exists");
    paid(&shop, 0, "VIR 1").await.problem(422, "invalid");
    let dollars =
        json!({ "amount": 5, "currency": "USD", "day": "2026-04-10", "bank_reference": "x" });
    let path = format!("/v1/merchants/{}/payments", shop.id);
    ada.post(&path, dollars).await.problem(422, "invalid");
    let late =
        json!({ "amount": 5, "currency": "EUR", "day": "2026-04-12", "bank_reference": "x" });
    ada.post(&path, late).await.problem(422, "invalid");

    let state = async |document: &Value| {
        let shown = shown(&shop, document).await;
        (text(&shown["state"]).to_owned(), shown["open"]["amount"].as_i64().expect("cents"))
    };
    assert_eq!(state(&first).await, ("paid".to_owned(), 0));
    assert_eq!(state(&second).await, ("part_paid".to_owned(), 440));
    assert_eq!(owes().await["days_1_to_30"], 0);
    paid(&shop, 500, "VIR 4712").await.created();
    assert_eq!(state(&second).await, ("paid".to_owned(), 0));
    assert_eq!(
        (&owes().await["advance"], &owes().await["not_invoiced"]),
        (&json!(60), &json!(720))
    );

    // It was the other's: taken back, and recorded where it belongs.
    let back = format!("/v1/ledger/entries/{}/reverse", text(&payment["entry_id"]));
    ada.post(&back, json!({ "reason": "it was the other's" })).await.ok();
    assert_eq!(state(&first).await, ("part_paid".to_owned(), 220));
    paid(&shop, 1000, "VIR 4711").await.problem(409, "exists");
    paid(&other, 1000, "VIR 4711").await.created();
    assert_eq!(other.get("/v1/receivables").await.ok()["items"][0]["advance"], 1000);
    coop.pass(60);
    // Payments are on no document.
    let more = issued(&coop, &ada).await;
    assert_eq!(more.iter().map(amounts).collect::<Vec<_>>(), [(600, 120, 720)]);
    let books = ada.get("/v1/ledger/trial-balance").await.ok();
    let mut accounts = books["accounts"].as_array().expect("accounts").iter();
    assert_eq!(accounts.find(|one| one["code"] == "coop:bank").expect("a bank")["balance"], -1500);
    audited(&coop).await;
}
