//! Standing orders: each of their days once, whoever looks, and why not where not.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use paceline::commands::standing_orders::work_off;
use serde_json::{Value, json};

use crate::database::services::urls;
use crate::routes::{slot_plan, standing_order};
use crate::support::{Actor, Call, Coop, Receiver, Way, place, text};

/// Bread at eight, from the Tuesday on that follows the test's Monday.
fn bread(more: Value) -> Value {
    let mut order = standing_order();
    order["first_day"] = json!("2026-03-03");
    for (name, value) in more.as_object().expect("an object") {
        order[name] = value.clone();
    }
    order
}

async fn make(shop: &Actor, order: Value) -> Value {
    shop.post("/v1/standing-orders", json!({ "order": order })).await.created()
}

fn act(shop: &Actor, order: &Value, act: &str, body: Value) -> Call {
    shop.post(&format!("/v1/standing-orders/{}/{act}", text(&order["id"])), body)
}

async fn show(shop: &Actor, order: &Value) -> Value {
    shop.get(&format!("/v1/standing-orders/{}", text(&order["id"]))).await.ok()
}

/// Everything that is due is made.
async fn settle(coop: &Coop) {
    while work_off(&coop.app().coop).await.expect("the orders are worked off") > 0 {}
}

/// What became of the days, by day.
async fn fates(shop: &Actor, order: &Value) -> BTreeMap<String, Value> {
    let shown = show(shop, order).await;
    let days = shown["settled_days"].as_array().expect("a list").clone();
    days.into_iter().map(|day| (text(&day["day"]).to_owned(), day)).collect()
}

async fn deliveries(shop: &Actor) -> Vec<Value> {
    let page = shop.get("/v1/deliveries?limit=200").await.ok();
    page["items"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_day_in_sight_has_one_delivery_however_many_make_it() {
    let coop = Coop::start().await;
    let (shop, other) = (coop.merchant("Bakery").await, coop.merchant("Other").await);
    let order = make(&shop, bread(json!({}))).await;
    assert_eq!(order["standing"], "active");
    assert_eq!(order["next_days"].as_array().expect("a list").len(), 10);
    assert_eq!(
        (&order["next_days"][0], &order["time_zone"]),
        (&json!("2026-03-03"), &json!("Europe/Paris"))
    );
    // The server's own loop, and eight others at once.
    let server = &coop.app().coop;
    let looks = (0..8).map(|_| async {
        while work_off(server).await.expect("it goes well for everybody") > 0 {}
    });
    join_all(looks).await;
    let made = fates(&shop, &order).await;
    let days: Vec<&str> = made.keys().map(String::as_str).collect();
    let expected: Vec<String> = (3..=9).map(|day| format!("2026-03-{day:02}")).collect();
    assert_eq!(days, expected);
    let deliveries = deliveries(&shop).await;
    assert_eq!(deliveries.len(), 7);
    let tuesday = shop.delivery(&made["2026-03-03"]["delivery_id"]).await;
    assert_eq!(tuesday["ready_at"], "2026-03-03T07:00:00.000Z", "eight by the clocks of Paris");
    assert_eq!(tuesday["tasks"][1]["after"], "2026-03-03T07:30:00.000Z");
    assert!(tuesday["price"]["amount"].as_i64() > Some(0));
    // A day passes: one more. And summer: eight is eight.
    coop.pass(86_400);
    settle(&coop).await;
    settle(&coop).await;
    assert_eq!(fates(&shop, &order).await.len(), 8);
    coop.pass(20 * 86_400);
    settle(&coop).await;
    let made = fates(&shop, &order).await;
    assert_eq!(made.len(), 28);
    let summer = shop.delivery(&made["2026-03-30"]["delivery_id"]).await;
    assert_eq!(summer["ready_at"], "2026-03-30T06:00:00.000Z");
    // While nobody was there some goods were ready and gone.
    assert_eq!(made["2026-03-15"]["skipped"]["code"], "too_late");
    // Not for others.
    other
        .get(&format!("/v1/standing-orders/{}", text(&order["id"])))
        .await
        .problem(404, "not-found");
    act(&other, &order, "end", json!({})).await.problem(404, "not-found");
    assert_eq!(other.get("/v1/standing-orders").await.ok()["items"], json!([]));
    let listed = coop.dispatcher().await.get("/v1/standing-orders").await.ok();
    assert_eq!(listed["items"][0]["id"], order["id"]);
}

/// Another server on the same data, which makes sixty days ahead.
fn another_server(coop: &Coop) -> Child {
    let app = coop.app();
    let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
    command.arg("serve").stdout(Stdio::null());
    command.env("DATABASE_URL", coop.database_url()).env("REDIS_URL", &urls().redis);
    command.env("PACELINE_SERVER__DATA_DIR", &app.config.server.data_dir);
    command.env("PACELINE_SERVER__REDIS_PREFIX", &app.config.server.redis_prefix);
    command
        .env("PACELINE_SERVER__LISTEN", "127.0.0.1:0")
        .env("PACELINE_DISPATCH__ENABLED", "false");
    command.env("PACELINE_CLOCK__START", coop.at(0)).env("PACELINE_CLOCK__SPEED", "2");
    command.env("PACELINE_STANDING_ORDERS__DAYS_AHEAD", "60").env("PACELINE_LOG__FILTER", "error");
    command.spawn().expect("it starts")
}

/// Waits until so many days are settled.
async fn until_settled(shop: &Actor, order: &Value, days: usize) {
    let begun = Instant::now();
    while fates(shop, order).await.len() < days {
        assert!(begun.elapsed() < Duration::from_secs(120), "{days} days are not made");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_has_made_a_day_or_not() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bakery").await;
    let order = make(&shop, bread(json!({}))).await;
    for days in [10, 20, 30, 40, 50] {
        let mut server = another_server(&coop);
        until_settled(&shop, &order, days).await;
        server.kill().expect("it is killed");
        server.wait().expect("it is gone");
    }
    let killed_at = fates(&shop, &order).await.len();
    assert!(killed_at < 60, "it was killed after its work");
    // Two at once finish it.
    let mut servers = [another_server(&coop), another_server(&coop)];
    until_settled(&shop, &order, 60).await;
    for server in &mut servers {
        server.kill().expect("it is killed");
        server.wait().expect("it is gone");
    }
    let made = fates(&shop, &order).await;
    assert_eq!((made.len(), made.keys().next_back().map(String::as_str)), (60, Some("2026-05-01")));
    let ids: BTreeSet<&str> = made.values().map(|day| text(&day["delivery_id"])).collect();
    let deliveries = deliveries(&shop).await;
    assert_eq!((ids.len(), deliveries.len()), (60, 60), "none twice, none that belongs to no day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_cannot_be_made_says_why_and_is_told() {
    let coop = Coop::with(|config| config.webhooks.private_targets = true).await;
    let shop = coop.merchant("Bakery").await;
    let receiver = Receiver::start(Way::Accept);
    shop.post("/v1/webhooks", json!({ "url": receiver.url() })).await.created();
    // Closed on Wednesday; one place a day on Mondays to Wednesdays, booked seven days ahead.
    let kitchen = json!({
        "hours": [{ "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "06:00", "to": "20:00" }],
        "closed": [{ "day": "2026-03-04", "reason": "inventory" }],
        "preparation_minutes": 10,
        "confirms": { "answer_minutes": 5, "silence": "refused" },
    });
    shop.put(&format!("/v1/merchants/{}/kitchen", shop.id), kitchen).await.ok();
    let mut plan = slot_plan();
    plan["capacity"] = json!(1);
    plan["days_ahead"] = json!(6);
    let plan = json!({ "merchant_id": shop.id, "plan": plan });
    let plan = coop.admin().await.post("/v1/slot-plans", plan).await.created();
    let slot = json!({ "plan_id": plan["id"], "starts": "11:30" });
    let template = json!({ "dropoffs": [{ "place": place(700, 0) }], "slot": slot });
    let first = make(&shop, bread(json!({ "template": template, "last_day": "2026-03-03" }))).await;
    settle(&coop).await;
    assert_eq!(fates(&shop, &first).await.len(), 1);
    let second = make(&shop, bread(json!({ "template": template }))).await;
    settle(&coop).await;
    let made = fates(&shop, &second).await;
    let code = |day: &str| made[day]["skipped"]["code"].clone();
    assert_eq!(code("2026-03-03"), "slot_full");
    assert_eq!(code("2026-03-04"), "kitchen_closed");
    assert!(text(&made["2026-03-04"]["skipped"]["note"]).contains("inventory"));
    assert_eq!(code("2026-03-05"), "no_slot");
    // The Monday can be booked tomorrow.
    assert!(!made.contains_key("2026-03-09"), "{made:?}");
    coop.pass(86_400);
    settle(&coop).await;
    let made = fates(&shop, &second).await;
    let monday = shop.delivery(&made["2026-03-09"]["delivery_id"]).await;
    assert_eq!(monday["state"], "open", "who has ordered for good is not asked each time");
    let heard = receiver.accepted(6).await;
    let told = heard.iter().filter(|one| one.kind() == "standing_order.skipped");
    let told: Vec<_> = told.map(|one| one.body["data"].clone()).collect();
    assert_eq!((&told[0]["day"], &told[0]["code"]), (&json!("2026-03-03"), &json!("slot_full")));
    assert_eq!(told[0]["standing_order_id"], second["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_what_is_made_unless_it_is_asked_not_to() {
    let coop = Coop::start().await;
    let (shop, desk) = (coop.merchant("Bakery").await, coop.dispatcher().await);
    let courier = coop.courier_on_shift("Alice", 0).await;
    let order = make(&shop, bread(json!({}))).await;
    settle(&coop).await;
    let before = fates(&shop, &order).await;
    let change = |terms: Value, also_made: bool| {
        let path = format!("/v1/standing-orders/{}", text(&order["id"]));
        shop.put(&path, json!({ "order": terms, "also_made": also_made }))
    };
    let nine = bread(
        json!({ "ready": "09:00", "template": { "dropoffs": [{ "place": place(700, 0) }] } }),
    );
    assert_eq!(change(nine.clone(), false).await.ok()["version"], 2);
    settle(&coop).await;
    assert_eq!(fates(&shop, &order).await, before, "what is made is made");
    assert_eq!(change(nine, false).await.ok()["version"], 2, "once");
    // One has a courier, and one is locked: those two stay.
    desk.assign(&json!({ "id": before["2026-03-03"]["delivery_id"] }), &courier).await.ok();
    let lock = json!({ "act": "lock", "delivery_id": before["2026-03-04"]["delivery_id"] });
    desk.post("/v1/board/acts", json!({ "acts": [lock] })).await.ok();
    let weekly = bread(json!({ "ready": "10:00", "rule": "FREQ=WEEKLY;BYDAY=TU,FR",
        "template": { "dropoffs": [{ "place": place(700, 0) }] } }));
    change(weekly, true).await.ok();
    settle(&coop).await;
    let after = fates(&shop, &order).await;
    let days: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(days, ["2026-03-03", "2026-03-04", "2026-03-06"]);
    assert_eq!(after["2026-03-03"], before["2026-03-03"]);
    let friday = shop.delivery(&after["2026-03-06"]["delivery_id"]).await;
    assert_eq!(friday["ready_at"], "2026-03-06T09:00:00.000Z");
    let old = shop.delivery(&before["2026-03-06"]["delivery_id"]).await;
    assert_eq!((&old["state"], &old["price"]["amount"]), (&json!("cancelled"), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_leaves_its_days_out_and_an_end_all() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bakery").await;
    let easter =
        json!({ "first_day": "2026-04-03", "skips_holidays": true, "excluded": ["2026-04-08"] });
    let order = make(&shop, bread(easter)).await;
    let next = |order: &Value| order["next_days"].as_array().expect("a list").clone();
    assert_eq!(
        next(&order)[..5],
        ["2026-04-03", "2026-04-04", "2026-04-05", "2026-04-07", "2026-04-09"].map(Value::from)
    );
    let paused = act(&shop, &order, "pause", json!({ "until": "2026-04-07" })).await.ok();
    assert_eq!(
        (&paused["standing"], &paused["resumes_on"]),
        (&json!("paused"), &json!("2026-04-07"))
    );
    assert_eq!(next(&paused)[0], "2026-04-07");
    let again = act(&shop, &order, "pause", json!({ "until": "2026-04-07" })).await.ok();
    assert_eq!(again["version"], paused["version"]);
    coop.pass(33 * 86_400);
    settle(&coop).await;
    let made = fates(&shop, &order).await;
    assert_eq!(made.keys().next().map(String::as_str), Some("2026-04-07"));
    let shown = act(&shop, &order, "pause", json!({})).await.ok();
    assert_eq!((&shown["standing"], next(&shown)), (&json!("paused"), Vec::new()));
    coop.pass(86_400);
    settle(&coop).await;
    assert_eq!(fates(&shop, &order).await, made);
    let resumed = act(&shop, &order, "resume", json!({})).await.ok();
    assert_eq!(resumed["standing"], "active");
    settle(&coop).await;
    assert_eq!(fates(&shop, &order).await.len(), made.len() + 1);
    let ended = act(&shop, &order, "end", json!({ "also_made": true })).await.ok();
    assert_eq!((&ended["standing"], next(&ended)), (&json!("ended"), Vec::new()));
    assert!(deliveries(&shop).await.iter().all(|one| one["state"] == "cancelled"));
    assert_eq!(act(&shop, &order, "end", json!({})).await.ok()["version"], ended["version"]);
    act(&shop, &order, "resume", json!({})).await.problem(409, "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_without_sense_are_named() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bakery").await;
    for (pointer, value, at) in [
        ("/rule", json!("FREQ=HOURLY"), "/order/rule"),
        ("/rule", json!("FREQ=DAILY;COUNT=5000"), "/order/rule"),
        ("/rule", json!("every day"), "/order/rule"),
        ("/first_day", json!("tomorrow"), "/order/first_day"),
        ("/ready", json!("8 o'clock"), "/order/ready"),
        ("/template/dropoffs", json!([]), "/order"),
        ("/last_day", json!("2026-03-01"), "/order"),
        ("/rule", json!("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "/order"),
    ] {
        let mut order = bread(json!({ "last_day": "2027-03-01" }));
        *order.pointer_mut(pointer).expect("a place") = value;
        let made = shop.post("/v1/standing-orders", json!({ "order": order })).await;
        let problem = made.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], at, "{problem}");
    }
}
