//! Orders: what is asked for, by whom, and how it is listed.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, text};

async fn ids(actor: &Actor, path: &str) -> Vec<String> {
    let page = actor.get(path).await.ok();
    let items = page["items"].as_array().expect("a list").iter();
    items.map(|item| text(&item["id"]).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_sees_its_own_deliveries_and_a_dispatcher_all() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (one, other) = (coop.merchant("Bistro").await, coop.merchant("Diner").await);
    let machine = coop.machine_of(&one).await;
    let first = one.orders_to(place(500, 0)).await;
    coop.pass(1);
    let second = other.orders_to(place(500, 0)).await;
    coop.pass(1);
    let third = machine.orders_to(place(500, 0)).await;
    assert_eq!(third["merchant_id"], one.id);

    let id = |delivery: &Value| text(&delivery["id"]).to_owned();
    assert_eq!(ids(&one, "/v1/deliveries").await, [id(&third), id(&first)]);
    assert_eq!(ids(&machine, "/v1/deliveries").await, [id(&third), id(&first)]);
    assert_eq!(ids(&other, "/v1/deliveries").await, [id(&second)]);
    assert_eq!(ids(&dispatcher, "/v1/deliveries").await, [id(&third), id(&second), id(&first)]);
    other.get(&format!("/v1/deliveries/{}", id(&first))).await.problem(404, "not-found");
    dispatcher.delivery(&first["id"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_in_pages_and_by_state() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(text(&shop.orders_to(place(500, 0)).await["id"]).to_owned());
        coop.pass(1);
    }
    let cancel = format!("/v1/deliveries/{}/cancel", made[3]);
    shop.post(&cancel, json!({ "reason": "sold out" })).await.ok();
    assert_eq!(ids(&shop, "/v1/deliveries?state=cancelled").await, [made[3].clone()]);
    assert_eq!(ids(&shop, "/v1/deliveries?state=open").await.len(), 6);

    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/deliveries?limit=3".to_owned();
    loop {
        let page = shop.get(&path).await.ok();
        seen.extend(ids(&shop, &path).await);
        // One that comes in between does not shift the pages.
        shop.orders_to(place(500, 0)).await;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/deliveries?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_orders_in_the_name_of_a_merchant_and_nobody_else_does() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (one, other) = (coop.merchant("Bistro").await, coop.merchant("Diner").await);
    let stop = json!({ "place": place(500, 0) });
    let order = |merchant: Value| json!({ "merchant_id": merchant, "dropoffs": [stop] });
    let made = dispatcher.post("/v1/deliveries", order(json!(one.id))).await.created();
    assert_eq!(made["merchant_name"], "Bistro");
    one.post("/v1/deliveries", order(json!(one.id))).await.created();
    one.post("/v1/deliveries", order(json!(other.id))).await.problem(404, "not-found");
    let unnamed = dispatcher.post("/v1/deliveries", order(Value::Null)).await;
    assert_eq!(unnamed.problem(422, "invalid")["errors"][0]["pointer"], "/merchant_id");
    let nobody = order(json!("mer_00000000000000000000000000"));
    dispatcher.post("/v1/deliveries", nobody).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_comes_from_the_window_the_kitchen_or_the_order() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let due = async |ready_s: Option<i64>, window: Option<(i64, i64)>| {
        let mut stop = json!({ "place": place(500, 0) });
        if let Some((after, before)) = window {
            stop["window"] = json!({ "after": coop.at(after), "before": coop.at(before) });
        }
        let order = json!({ "ready_at": ready_s.map(|s| coop.at(s)), "dropoffs": [stop] });
        shop.post("/v1/deliveries", order).await.created()["due_at"].clone()
    };
    assert_eq!(due(None, None).await, coop.at(2400), "40 minutes after the order");
    assert_eq!(due(Some(900), None).await, coop.at(2400), "ready soon: still after the order");
    assert_eq!(due(Some(7200), None).await, coop.at(9600), "ready later: after it is ready");
    assert_eq!(due(None, Some((3600, 5400))).await, coop.at(5400), "a window says it itself");
    assert_eq!(due(Some(-3600), None).await, coop.at(2400), "ready long ago: after the order");
}

/// A window that is over is a mistake of the caller's, whatever `ready_at` says.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_in_time_is_refused() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let order = |ready_s: i64, after: i64, before: i64| {
        let window = json!({ "after": coop.at(after), "before": coop.at(before) });
        let stop = json!({ "place": place(500, 0), "window": window });
        shop.post("/v1/deliveries", json!({ "ready_at": coop.at(ready_s), "dropoffs": [stop] }))
    };
    order(0, -7200, -3600).await.problem(422, "invalid");
    order(7200, 0, 3600).await.problem(422, "invalid");
    order(-86_400, -7200, -3600).await.problem(422, "invalid");
    order(91 * 86_400, 91 * 86_400, 92 * 86_400).await.problem(422, "invalid");
    order(0, 3600, 3600).await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_shows_what_is_under_way() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = shop.orders_to(place(1000, 0)).await;
    let late = shop.orders_to(place(1000, 0)).await;
    dispatcher.assign(&delivery, &alice).await.ok();
    coop.pass(2401);
    let board = dispatcher.get("/v1/board").await.ok();
    assert_eq!(board["now"], coop.at(0));
    let counts = &board["counts"];
    assert_eq!(
        (&counts["open"], &counts["assigned"], &counts["late"]),
        (&json!(1), &json!(1), &json!(2))
    );
    let courier = &board["couriers"][0];
    assert_eq!((&courier["stops"], &courier["stale"]), (&json!(2), &json!(true)), "{courier}");
    assert_eq!(courier["route"].as_array().map(Vec::len), Some(2));

    // What has ended stays for two hours.
    let cancel = format!("/v1/deliveries/{}/cancel", text(&late["id"]));
    shop.post(&cancel, json!({ "reason": "too late" })).await.ok();
    coop.pass(7100);
    assert_eq!(dispatcher.get("/v1/board").await.ok()["counts"]["cancelled"], 1);
    coop.pass(200);
    assert_eq!(dispatcher.get("/v1/board").await.ok()["counts"]["cancelled"], 0);
}
