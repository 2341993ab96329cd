//! Shifts from one courier to another, days off, and hours in which somebody cannot work.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Call, Coop, Reply, text};

const HOUR: i64 = 3600;

/// A shift of the courier's, planned by hand, from so many hours from now to so many.
async fn planned(coop: &Coop, courier: &Actor, (from, to): (i64, i64)) -> Reply {
    let path = format!("/v1/couriers/{}/shifts", courier.id);
    let hours = json!({ "from": coop.at(from * HOUR), "to": coop.at(to * HOUR) });
    coop.dispatcher().await.post(&path, hours).await
}

fn offer(who: &Actor, shift: &Value, to: Option<&Actor>) -> Call {
    let to = to.map_or_else(|| json!({}), |to| json!({ "to": to.id }));
    who.post(&format!("/v1/me/shifts/{}/swap", text(shift)), to)
}

fn take(who: &Actor, shift: &Value) -> Call {
    who.post(&format!("/v1/shifts/{}/take", text(shift)), json!({}))
}

async fn swaps(who: &Actor) -> Vec<Value> {
    let found = who.get("/v1/me/swaps").await.ok();
    found["items"].as_array().expect("a list").iter().map(|swap| swap["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_take_one_shift_one_has_it() {
    let coop = Coop::start().await;
    let ada = coop.courier("Ada").await;
    let shift = planned(&coop, &ada, (24, 27)).await.created()["id"].clone();
    let mut others = Vec::new();
    for number in 0..20 {
        others.push(coop.courier(&format!("C{number}")).await);
    }
    take(&others[0], &shift).await.problem(409, "not-offered");
    offer(&ada, &shift, None).await.ok();
    // Whoever is told that the server is busy comes back.
    let want = async |who: &Actor| loop {
        let reply = take(who, &shift).await;
        if reply.status != 503 {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let replies = join_all(others.iter().map(want)).await;
    let won: Vec<usize> = (0..20).filter(|number| replies[*number].status == 200).collect();
    assert_eq!(won.len(), 1);
    for reply in replies.into_iter().filter(|reply| reply.status != 200) {
        reply.problem(409, "not-offered");
    }
    let winner = &others[won[0]];
    assert_eq!(take(winner, &shift).await.ok()["courier_id"], winner.id.as_str(), "twice is once");
    assert_eq!(ada.get("/v1/me/shifts").await.ok()["items"], json!([]));
    assert_eq!(winner.get("/v1/me/shifts").await.ok()["items"][0]["id"], shift);
    offer(&ada, &shift, None).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_for_one_colleague_is_nobody_elses_and_rest_holds_for_the_taker() {
    let coop = Coop::start().await;
    let (ada, bob, cleo) =
        (coop.courier("Ada").await, coop.courier("Bob").await, coop.courier("Cleo").await);
    let colleagues = ada.get("/v1/me/colleagues").await.ok();
    assert_eq!(
        (&colleagues["items"][0]["name"], &colleagues["items"][1]["name"]),
        (&json!("Bob"), &json!("Cleo"))
    );
    let shift = planned(&coop, &ada, (24, 27)).await.created()["id"].clone();
    let mut told = bob.follow(None).await;
    offer(&ada, &shift, Some(&bob)).await.ok();
    let event = told.until("swap.offered").await.pop().expect("it was told");
    assert_eq!(event.data["shift"]["id"], shift);
    assert_eq!(
        (swaps(&ada).await.len(), swaps(&bob).await.len(), swaps(&cleo).await.len()),
        (1, 1, 0)
    );
    take(&cleo, &shift).await.problem(404, "not-found");
    planned(&coop, &bob, (26, 28)).await.created();
    take(&bob, &shift).await.problem(409, "overlap");
    // Taken back, it is nobody's but the own.
    let path = format!("/v1/me/shifts/{}/swap", text(&shift));
    ada.call(Method::DELETE, &path).await.status(204);
    take(&bob, &shift).await.problem(409, "not-offered");
    offer(&ada, &shift, Some(&ada)).await.problem(404, "not-found");
    offer(&bob, &shift, None).await.problem(404, "not-found");
    offer(&ada, &shift, None).await.ok();
    take(&cleo, &shift).await.ok();
    // What has begun is offered no longer.
    coop.pass(25 * HOUR);
    offer(&cleo, &shift, None).await.problem(409, "illegal-transition");
    assert!(swaps(&cleo).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn days_off_are_granted_by_a_person_and_nobody_is_planned_on_them() {
    let coop = Coop::start().await;
    let (ada, desk) = (coop.courier("Ada").await, coop.dispatcher().await);
    let asked = json!({ "first": "2026-03-03", "last": "2026-03-04", "note": "a wedding" });
    let asked = ada.post("/v1/me/days-off", asked).await.created();
    assert_eq!(asked["state"], "asked");
    let waiting = desk.get("/v1/days-off").await.ok();
    assert_eq!(
        (&waiting["items"][0]["id"], &waiting["items"][0]["name"]),
        (&asked["id"], &json!("Ada"))
    );
    let shift = planned(&coop, &ada, (24, 26)).await.created();
    assert_eq!(shift["warnings"], json!(["day_off_asked"]));
    let path = format!("/v1/days-off/{}/answer", text(&asked["id"]));
    let no = json!({ "answer": "refused" });
    desk.post(&path, no).await.problem(422, "invalid");
    let mut told = ada.follow(None).await;
    let granted = desk.post(&path, json!({ "answer": "granted" })).await.ok();
    assert_eq!(granted["state"], "granted");
    told.until("days_off.granted").await;
    desk.post(&path, json!({ "answer": "granted" })).await.problem(409, "answered");
    let problem = planned(&coop, &ada, (48, 50)).await.problem(409, "day-off");
    assert!(text(&problem["detail"]).contains("2026-03-04"), "{problem}");
    // The courier may ride all the same, and is warned.
    let window = json!({ "after": coop.at(48 * HOUR), "before": coop.at(50 * HOUR) });
    let opening = json!({ "window": window, "wanted": { "places": 1 } });
    let opening = desk.post("/v1/openings", opening).await.created();
    let apply = format!("/v1/openings/{}/apply", text(&opening["id"]));
    let applied = ada.post(&apply, json!({})).await.ok();
    assert_eq!(
        (&applied["outcome"], &applied["warnings"]),
        (&json!("placed"), &json!(["day_off_granted"]))
    );
    let withdraw = format!("/v1/me/days-off/{}/withdraw", text(&asked["id"]));
    for _ in 0..2 {
        assert_eq!(ada.post(&withdraw, json!({})).await.ok()["state"], "withdrawn");
    }
    planned(&coop, &ada, (51, 52)).await.created();
    let past = json!({ "first": "2026-02-01", "last": "2026-02-03" });
    ada.post("/v1/me/days-off", past).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_work_then_is_warned_and_not_refused() {
    let coop = Coop::start().await;
    let ada = coop.courier("Ada").await;
    let rule = |from: &str, to: &str| {
        let hours = json!({ "weekdays": [2], "from": from, "to": to });
        json!({ "rules": [{ "hours": hours, "available": false }] })
    };
    ada.put("/v1/me/availability", rule("12:00", "12:00")).await.problem(422, "invalid");
    let kept = ada.put("/v1/me/availability", rule("12:00", "14:00")).await.ok();
    assert_eq!(ada.get("/v1/me/availability").await.ok(), kept);
    // Noon in UTC is one o'clock in Paris.
    let lunch = planned(&coop, &ada, (24, 26)).await.created();
    assert_eq!(lunch["warnings"], json!(["unavailable"]));
    let evening = planned(&coop, &ada, (28, 30)).await.created();
    assert!(evening.get("warnings").is_none(), "{evening}");
}
