//! The end of a year: the reserve is served first, and what goes back is shared to the cent.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use serde_json::{Value, json};

use crate::invoices::{audited, deliver};
use crate::support::{Actor, Coop, text};

const YEAR_S: i64 = 365 * 86_400;

fn vote(reserve_basis_points: i64, measure: &str) -> Value {
    json!({ "year": 2026, "other_costs": 0, "reserve_basis_points": reserve_basis_points,
            "measure": measure })
}

fn cents(money: &Value) -> i64 {
    money["amount"].as_i64().expect("an amount")
}

async fn balance(treasurer: &Actor, code: &str) -> i64 {
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok();
    let mut accounts = books["accounts"].as_array().expect("accounts").iter();
    accounts
        .find(|one| one["code"] == code)
        .map_or(0, |one| one["balance"].as_i64().expect("cents"))
}

/// Two couriers who earn little: by shop prices there is a surplus. Alice works an hour, Bob two.
async fn a_good_year(coop: &Coop) -> (Actor, Actor) {
    let shop = coop.merchant("Bistro").await;
    let (alice, bob) =
        (coop.courier_on_shift("Alice", 0).await, coop.courier_on_shift("Bob", 0).await);
    for _ in 0..3 {
        deliver(coop, &shop, &alice).await;
    }
    deliver(coop, &shop, &bob).await;
    coop.pass(3600 - 4 * 60);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    coop.pass(3600);
    bob.post("/v1/me/shift/stop", json!({})).await.ok();
    (alice, bob)
}

/// No hour is guaranteed in this co-op, so that a quiet year leaves something.
async fn coop() -> Coop {
    Coop::with(|config| config.policy.tariff = "tariff-arpe-2023".to_owned()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_surplus_is_previewed_and_booked_once_as_a_whole() {
    let coop = coop().await;
    let ada = coop.user("treasurer").await;
    let (alice, bob) = a_good_year(&coop).await;

    // While the year runs, it can be looked at and not booked.
    let preview = ada.post("/v1/surpluses/preview", vote(5750, "hours")).await.ok();
    let surplus = cents(&preview["surplus"]);
    assert_eq!(surplus, cents(&preview["revenue"]) + cents(&preview["operations"]));
    assert!(surplus > 0, "{preview}");
    let mut voted = vote(5750, "hours");
    voted["surplus"] = json!(surplus);
    ada.post("/v1/surpluses", voted.clone()).await.problem(409, "not-over");
    coop.pass(YEAR_S);
    assert_eq!(ada.post("/v1/surpluses/preview", vote(5750, "hours")).await.ok(), preview);

    // To the cent, the odd one to the reserve; an hour against two.
    let (reserve, refund) = (cents(&preview["reserve"]), cents(&preview["refund"]));
    assert_eq!(reserve, (surplus * 5750 + 9_999) / 10_000);
    assert_eq!(reserve + refund, surplus);
    let share = |of: &Value, who: &Actor| {
        let mut shares = of["shares"].as_array().expect("shares").iter();
        let share = shares.find(|share| share["courier_id"] == who.id).expect("a share");
        (share["units"].as_i64().expect("units"), cents(&share["amount"]))
    };
    let (of_alice, of_bob) = (share(&preview, &alice), share(&preview, &bob));
    assert_eq!((of_alice.0, of_bob.0), (3600, 7200));
    assert_eq!(of_alice.1 + of_bob.1, refund);
    assert!((of_bob.1 - 2 * of_alice.1).abs() <= 2, "{of_alice:?} {of_bob:?}");
    let by_pay = ada.post("/v1/surpluses/preview", vote(5750, "pay")).await.ok();
    assert!(share(&by_pay, &alice).1 > share(&by_pay, &bob).1, "{by_pay}");

    // What the law forbids is refused, and names what it demands.
    let refused = ada.post("/v1/surpluses/preview", vote(5749, "hours")).await;
    let problem = refused.problem(422, "reserve");
    assert!(text(&problem["detail"]).contains("5750"), "{problem}");
    let mut low = vote(5749, "hours");
    low["surplus"] = json!(surplus);
    ada.post("/v1/surpluses", low).await.problem(422, "reserve");
    let mut costs = vote(5750, "hours");
    costs["other_costs"] = json!(surplus);
    ada.post("/v1/surpluses/preview", costs).await.problem(409, "no-surplus");
    // So is what the members have not seen.
    let mut unseen = voted.clone();
    unseen["surplus"] = json!(surplus + 1);
    ada.post("/v1/surpluses", unseen).await.problem(409, "outdated");
    assert_eq!(balance(&ada, "coop:reserve").await, 0, "nothing is booked by halves");

    let grace = coop.user("treasurer").await;
    let both = [&ada, &grace].map(|who| who.post("/v1/surpluses", voted.clone()).into_future());
    let mut statuses: Vec<u16> =
        futures_util::future::join_all(both).await.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    ada.post("/v1/surpluses", voted).await.problem(409, "booked");
    assert_eq!(balance(&ada, "coop:reserve").await, reserve);
    assert_eq!(balance(&ada, "coop:operations").await, 0, "it was closed");
    assert_eq!(balance(&ada, "coop:revenue").await, 0);
    for (who, (_, amount)) in [(&alice, of_alice), (&bob, of_bob)] {
        let statement = who.get("/v1/me/statement?account=refund").await.ok();
        assert_eq!(statement["lines"][0]["amount"], amount);
        let detail = text(&statement["lines"][0]["detail"]).to_owned();
        assert!(
            detail.contains("scic-2001") && detail.contains("\"measure\":\"hours\""),
            "{detail}"
        );
        let page = who.get("/v1/me/statement.html?account=refund&lang=fr").await.status(200);
        let page = String::from_utf8(page.body).expect("text");
        assert!(page.contains("Votre ristourne") && page.contains("sur 3 h 00"), "{page}");
    }
    // Who booked it, and by which terms; what everybody got stands on their own statements.
    let listed = ada.get("/v1/surpluses").await.ok();
    let [booked] = listed["items"].as_array().expect("years").as_slice() else {
        panic!("one year: {listed}")
    };
    assert_eq!((&booked["year"], &booked["booked_by_name"]), (&json!(2026), &json!("treasurer")));
    for figure in ["surplus", "reserve", "refund", "revenue", "operations", "measure", "law"] {
        assert_eq!(booked[figure], preview[figure], "{figure}");
    }
    assert_eq!(ada.get("/v1/surpluses?cursor=2026").await.ok()["items"], json!([]));
    let mut ages_ago = vote(5750, "hours");
    ages_ago["year"] = json!(1);
    ages_ago["surplus"] = json!(1);
    ada.post("/v1/surpluses", ages_ago).await.problem(422, "invalid");
    // The next year does not count it again.
    let mut next = vote(5750, "hours");
    next["year"] = json!(2027);
    ada.post("/v1/surpluses/preview", next).await.problem(409, "no-surplus");
    assert_eq!(ada.get("/v1/ledger/trial-balance").await.ok()["sum"]["EUR"], 0);
    audited(&coop).await;
}

/// Not by the server, not by whoever owns the database: Postgres refuses it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_from_the_reserve() {
    let coop = coop().await;
    let ada = coop.user("treasurer").await;
    let (alice, _) = a_good_year(&coop).await;
    coop.pass(YEAR_S);
    let preview = ada.post("/v1/surpluses/preview", vote(10_000, "pay")).await.ok();
    assert_eq!((&preview["shares"], cents(&preview["refund"])), (&json!([]), 0));
    let mut voted = vote(10_000, "pay");
    voted["surplus"] = preview["surplus"]["amount"].clone();
    ada.post("/v1/surpluses", voted).await.created();
    let whole = balance(&ada, "coop:reserve").await;
    assert_eq!(whole, cents(&preview["surplus"]));

    let uuid: paceline::domain::ids::CourierId = alice.id.parse().expect("an id");
    let uuid = uuid.uuid();
    let take = |to: &str, kind: &str, owner: &str, reverses: &str| {
        format!(
            "SELECT ledger_post(gen_random_uuid(), 'theft:{to}', 'theft', now(), now(), {reverses},
                 '{{}}', 'EUR', ARRAY['coop:reserve', '{to}'], ARRAY['coop_reserve', '{kind}'],
                 ARRAY[NULL, {owner}]::uuid[], ARRAY[-1, 1]::bigint[])"
        )
    };
    let reserved = "(SELECT id FROM ledger_entries WHERE key = 'surplus:2026:reserve')";
    let refund = format!("courier:{uuid}:refund");
    for statement in [
        take(&refund, "courier_refund", &format!("'{uuid}'"), "NULL"),
        take(&refund, "courier_refund", &format!("'{uuid}'"), reserved),
        take("coop:revenue", "coop_revenue", "NULL", "NULL"),
        take("coop:bank", "coop_bank", "NULL", "NULL"),
    ] {
        let mut conn = AsyncPgConnection::establish(coop.database_url()).await.expect("it answers");
        let error = conn.batch_execute(&statement).await.expect_err("it is refused").to_string();
        assert!(error.contains("the reserve is indivisible"), "{statement}: {error}");
    }
    assert_eq!(balance(&ada, "coop:reserve").await, whole);
    audited(&coop).await;

    // With its locks taken off, the books themselves tell.
    let theft = take(&refund, "courier_refund", &format!("'{uuid}'"), "NULL");
    coop.sql(&format!(
        "ALTER TABLE ledger_accounts DISABLE TRIGGER ledger_accounts_keep_reserve; {theft}"
    ))
    .await;
    let mut conn = coop.app().coop.conn().await.expect("the database is there");
    let long_ago = paceline::domain::time::Timestamp::from_seconds(0);
    let report = paceline::commands::audit::check(&mut conn, long_ago, None).await.expect("read");
    let rules: Vec<&str> = report.faults.iter().map(|fault| fault.rule).collect();
    assert!(rules.contains(&"I13"), "{:?}", report.faults);
}
