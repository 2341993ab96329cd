//! Kitchens: nothing is cooked behind a closed door, and who wants to be asked is asked.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::routes::slot_plan;
use crate::support::{Actor, Call, Coop, Receiver, Way, place, text};

/// Monday's lunch and dinner by the clocks of Paris, an hour before UTC in March.
fn bistro() -> Value {
    json!({
        "hours": [
            { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
            { "weekdays": [1, 2, 3, 4, 5], "from": "18:30", "to": "22:00" },
        ],
        "closed": [{ "day": "2026-03-04", "reason": "inventory" }],
        "preparation_minutes": 20,
    })
}

/// The same, and it says yes or no within five minutes.
fn asking(silence: &str) -> Value {
    let mut kitchen = bistro();
    kitchen["confirms"] = json!({ "answer_minutes": 5, "silence": silence });
    kitchen
}

fn path(shop: &Actor) -> String {
    format!("/v1/merchants/{}/kitchen", shop.id)
}

fn order(shop: &Actor, ready_at: Option<&str>) -> Call {
    let mut body = json!({ "dropoffs": [{ "place": place(700, 0) }] });
    if let Some(ready_at) = ready_at {
        body["ready_at"] = json!(ready_at);
    }
    shop.post("/v1/deliveries", body)
}

fn answer(shop: &Actor, delivery: &Value, act: &str, body: Value) -> Call {
    shop.post(&format!("/v1/deliveries/{}/{act}", text(&delivery["id"])), body)
}

fn accept(shop: &Actor, delivery: &Value) -> Call {
    answer(shop, delivery, "accept", json!({}))
}

fn refuse(shop: &Actor, delivery: &Value) -> Call {
    answer(shop, delivery, "refuse", json!({ "code": "sold_out", "note": "no more bread" }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_ready_when_the_kitchen_has_it_and_refused_while_it_is_closed() {
    let coop = Coop::start().await;
    let (shop, other) = (coop.merchant("Bistro").await, coop.merchant("Other").await);
    // Without a kitchen: as soon as possible.
    assert_eq!(text(&order(&shop, None).await.created()["ready_at"]), coop.at(0));
    shop.get(&path(&shop)).await.problem(404, "not-found");
    let shown = shop.put(&path(&shop), bistro()).await.ok();
    assert_eq!((&shown["open"], text(&shown["ready_at"])), (&json!(true), &*coop.at(1200)));
    assert_eq!(text(&shown["next_opening"]), "2026-03-02T17:30:00.000Z");
    let delivery = order(&shop, None).await.created();
    assert_eq!(
        (&delivery["state"], text(&delivery["ready_at"])),
        (&json!("open"), &*coop.at(1200))
    );
    // Its own word stands, as long as the door is open then.
    let early = coop.at(300);
    assert_eq!(text(&order(&shop, Some(&early)).await.created()["ready_at"]), early);
    order(&shop, Some("2026-03-03T12:00:00Z")).await.created();
    let closed = order(&shop, Some("2026-03-04T12:00:00Z")).await.problem(422, "kitchen-closed");
    assert_eq!(closed["errors"][0]["pointer"], "/ready_at");
    assert_eq!(closed["next_opening"], "2026-03-05T10:30:00.000Z");
    let detail = text(&closed["detail"]);
    assert!(
        detail.contains("inventory") && detail.contains("2026-03-05T10:30:00.000Z"),
        "{detail}"
    );
    // A quarter to two: done only after closing.
    coop.pass(45 * 60);
    let late = order(&shop, None).await.problem(422, "kitchen-closed");
    assert!(text(&late["detail"]).contains("2026-03-02T17:30:00.000Z"), "{late}");
    order(&shop, Some(&coop.at(600))).await.created();
    // The same for a quote and for a table; others go on.
    let quote = json!({ "dropoffs": [{ "place": place(700, 0) }] });
    shop.post("/v1/quotes", quote).await.problem(422, "kitchen-closed");
    order(&other, None).await.created();
    // Whose kitchen it is.
    other.put(&path(&shop), bistro()).await.problem(404, "not-found");
    other.get(&path(&shop)).await.problem(404, "not-found");
    let desk = coop.dispatcher().await;
    assert_eq!(desk.get(&path(&shop)).await.ok()["ready_at"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_that_contradict_themselves_are_named_by_their_place() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    for (pointer, value, at, says) in [
        ("/hours/1/from", json!("13:59"), "/hours", "open at one time"),
        ("/hours/0/to", json!("11:30"), "/hours", "no length"),
        ("/hours/0/weekdays/0", json!(8), "/hours", "from 1 to 7"),
        ("/hours/0/from", json!("25:00"), "/hours/0/from", "11:30"),
        ("/preparation_minutes", json!(241), "/preparation_minutes", "between 0 and 240"),
        ("/confirms/answer_minutes", json!(0), "/confirms/answer_minutes", "between 1 and 120"),
        ("/confirms/silence", json!("gold"), "/confirms/silence", "unknown variant"),
    ] {
        let mut kitchen = asking("refused");
        *kitchen.pointer_mut(pointer).expect("a place") = value;
        let problem = shop.put(&path(&shop), kitchen).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], at, "{problem}");
        assert!(text(&problem["detail"]).contains(says), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rush_is_added_until_it_is_over_or_called_off() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let rush = |rush: Value| shop.post(&format!("{}/rush", path(&shop)), json!({ "rush": rush }));
    let hour = json!({ "extra_minutes": 15, "until": coop.at(3600) });
    rush(hour.clone()).await.problem(404, "not-found");
    shop.put(&path(&shop), bistro()).await.ok();
    let shown = rush(hour).await.ok();
    assert_eq!(shown["rush"]["extra_minutes"], 15);
    assert_eq!(text(&order(&shop, None).await.created()["ready_at"]), coop.at(35 * 60));
    // New hours do not end it; null does.
    assert_eq!(shop.put(&path(&shop), bistro()).await.ok()["rush"]["extra_minutes"], 15);
    assert_eq!(rush(Value::Null).await.ok()["rush"], Value::Null);
    assert_eq!(text(&order(&shop, None).await.created()["ready_at"]), coop.at(1200));
    rush(json!({ "extra_minutes": 15, "until": coop.at(86_401) })).await.problem(422, "invalid");
    let nothing = shop.post(&format!("{}/rush", path(&shop)), json!({})).await;
    nothing.problem(422, "invalid");
    rush(json!({ "extra_minutes": 15, "until": coop.at(60) })).await.ok();
    coop.pass(60);
    assert_eq!(shop.get(&path(&shop)).await.ok()["rush"], Value::Null);
    assert_eq!(text(&order(&shop, None).await.created()["ready_at"]), coop.at(1200));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_takes_it_and_only_then_a_courier_is() {
    let coop = Coop::with(|config| config.webhooks.private_targets = true).await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let receiver = Receiver::start(Way::Accept);
    shop.post("/v1/webhooks", json!({ "url": receiver.url() })).await.created();
    let courier = coop.courier_on_shift("Alice", 0).await;
    shop.put(&path(&shop), asking("refused")).await.ok();
    let asked = order(&shop, Some(&coop.at(0))).await.created();
    assert_eq!((&asked["state"], text(&asked["asked_until"])), (&json!("asked"), &*coop.at(300)));
    // Nobody is offered it, and nobody gets it by hand.
    coop.tick().await;
    assert!(courier.offers().await.is_empty());
    desk.assign(&asked, &courier).await.problem(409, "illegal-transition");
    let board = desk.get("/v1/board").await.ok();
    assert_eq!((&board["counts"]["asked"], &board["counts"]["open"]), (&json!(1), &json!(0)));
    let listed = shop.get("/v1/deliveries?state=asked").await.ok();
    assert_eq!(listed["items"][0]["id"], asked["id"]);
    // The customer's page and its words.
    let links = shop.get(&format!("/v1/deliveries/{}/links", text(&asked["id"]))).await.ok();
    let page = coop.stranger().get(&format!("{}?lang=en", text(&links["items"][0]["url"]))).await;
    assert!(page.to_string().contains("waiting for the shop"), "{page}");
    // Another shop's answer is none.
    let other = coop.merchant("Other").await;
    accept(&other, &asked).await.problem(404, "not-found");
    let taken = answer(&shop, &asked, "accept", json!({ "ready_at": coop.at(900) })).await.ok();
    assert_eq!((&taken["state"], text(&taken["ready_at"])), (&json!("open"), &*coop.at(900)));
    assert_eq!(text(&taken["due_at"]), coop.at(2400 + 900), "the promise moves with the kitchen");
    assert_eq!(taken["price"], asked["price"]);
    assert_eq!(accept(&shop, &asked).await.ok()["version"], taken["version"], "once");
    refuse(&shop, &asked).await.problem(409, "illegal-transition");
    let later = answer(&shop, &asked, "ready", json!({ "ready_at": coop.at(1500) })).await.ok();
    assert_eq!(text(&later["ready_at"]), coop.at(1500));
    desk.assign(&asked, &courier).await.ok();
    assert_eq!(accept(&shop, &asked).await.ok()["state"], "assigned");
    let heard = receiver.accepted(4).await;
    let kinds: Vec<&str> = heard.iter().map(|one| one.kind()).collect();
    assert_eq!(
        kinds,
        ["delivery.asked", "delivery.accepted", "delivery.updated", "delivery.assigned"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_costs_nothing_and_gives_its_slot_back() {
    let coop = Coop::start().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let treasurer = coop.user("treasurer").await;
    let mut plan = slot_plan();
    plan["capacity"] = json!(1);
    let plan = json!({ "merchant_id": shop.id, "plan": plan });
    let plan = coop.admin().await.post("/v1/slot-plans", plan).await.created();
    shop.put(&path(&shop), asking("refused")).await.ok();
    let slot = json!({ "plan_id": plan["id"], "starts_at": "2026-03-02T12:30:00Z" });
    let body = json!({ "dropoffs": [{ "place": place(700, 0) }], "slot": slot });
    let asked = shop.post("/v1/deliveries", body.clone()).await.created();
    shop.post("/v1/deliveries", body.clone()).await.problem(409, "slot-full");
    let mut stream = shop.follow(None).await;
    let refused = refuse(&shop, &asked).await.ok();
    assert_eq!((&refused["state"], &refused["price"]["amount"]), (&json!("cancelled"), &json!(0)));
    assert_eq!(refused["end_reason"], json!({ "code": "sold_out", "note": "no more bread" }));
    let told = stream.until("delivery.refused").await;
    assert_eq!(told.last().expect("it").data["delivery"]["end_reason"]["code"], "sold_out");
    assert_eq!(refuse(&shop, &asked).await.ok(), refused, "once");
    accept(&shop, &asked).await.problem(409, "refused");
    let reason = json!({ "reason": "late" });
    answer(&shop, &asked, "cancel", reason.clone()).await.problem(409, "refused");
    let act = json!({ "act": "restore", "delivery_id": asked["id"] });
    let results = desk.post("/v1/board/acts", json!({ "acts": [act] })).await.ok();
    assert_eq!(results["results"][0]["status"], 409, "the kitchen has said no");
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok();
    assert!(!books.to_string().contains("receivable"), "{books}");
    // The place is there again. Who calls off before the answer pays nothing either.
    let asked = shop.post("/v1/deliveries", body).await.created();
    let cancelled = answer(&shop, &asked, "cancel", reason).await.ok();
    assert_eq!(cancelled["price"]["amount"], 0);
    refuse(&shop, &asked).await.problem(409, "illegal-transition");
    accept(&shop, &asked).await.problem(409, "illegal-transition");
}

/// As it is once the loop has come by.
async fn settled(shop: &Actor, delivery: &Value) -> Value {
    for _ in 0..200 {
        let now = shop.delivery(&delivery["id"]).await;
        if now["state"] != "asked" {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody ended the silence");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_means_what_the_kitchen_says_it_means() {
    let coop = Coop::start().await;
    let (yes, no) = (coop.merchant("Yes").await, coop.merchant("No").await);
    yes.put(&path(&yes), asking("accepted")).await.ok();
    no.put(&path(&no), asking("refused")).await.ok();
    let (taken, refused) = (order(&yes, None).await.created(), order(&no, None).await.created());
    // What silence means was settled with the question.
    no.put(&path(&no), asking("accepted")).await.ok();
    coop.pass(299);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    for (shop, delivery) in [(&yes, &taken), (&no, &refused)] {
        assert_eq!(shop.delivery(&delivery["id"]).await["state"], "asked");
    }
    coop.pass(1);
    assert_eq!(settled(&yes, &taken).await["state"], "open");
    let refused = settled(&no, &refused).await;
    assert_eq!(refused["end_reason"], json!({ "code": "no_answer" }));
    assert_eq!((&refused["state"], &refused["price"]["amount"]), (&json!("cancelled"), &json!(0)));
    // Who is asked while it sleeps has time from its opening on.
    coop.pass(3 * 3600);
    let evening = order(&yes, Some("2026-03-02T18:00:00Z")).await.created();
    assert_eq!(evening["asked_until"], "2026-03-02T17:35:00.000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_refusing_and_cancelling_at_once_one_wins() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    shop.put(&path(&shop), asking("refused")).await.ok();
    for _ in 0..20 {
        let asked = order(&shop, None).await.created();
        let cancel = || answer(&shop, &asked, "cancel", json!({ "reason": "changed my mind" }));
        let calls = [
            accept(&shop, &asked).into_future(),
            refuse(&shop, &asked).into_future(),
            cancel().into_future(),
            accept(&shop, &asked).into_future(),
            refuse(&shop, &asked).into_future(),
            cancel().into_future(),
        ];
        let replies = join_all(calls).await;
        let won = |kind: usize| [kind, kind + 3].iter().any(|&one| replies[one].status == 200);
        let (accepted, refused, cancelled) = (won(0), won(1), won(2));
        let end = shop.delivery(&asked["id"]).await;
        match text(&end["state"]) {
            // What was taken may be called off afterwards, and then both have won.
            "open" => assert_eq!((accepted, refused, cancelled), (true, false, false)),
            "cancelled" if end["end_reason"]["code"] == "sold_out" => {
                assert_eq!((accepted, refused, cancelled), (false, true, false));
            }
            _ => assert!(!refused && cancelled, "{end}"),
        }
        for reply in replies.into_iter().filter(|reply| reply.status != 200) {
            assert_eq!(reply.status, 409, "{reply}");
            reply.any_problem();
        }
    }
}
