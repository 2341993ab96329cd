//! What a courier earns an hour, beside the others on duty.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task};

async fn earnings(desk: &Actor, of: &Actor) -> Value {
    desk.get(&format!("/v1/couriers/{}/earnings", of.id)).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_stands_beside_everybody_on_duty() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let (alice, bob) =
        (coop.courier_on_shift("Alice", 0).await, coop.courier_on_shift("Bob", 0).await);
    let at_home = coop.courier("Carol").await;
    assert_eq!(earnings(&desk, &alice).await["couriers"], 0, "nobody has been paid for any time");

    let delivery = shop.orders_to(place(700, 0)).await;
    desk.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    coop.pass(3600);
    for courier in [&alice, &bob] {
        courier.rides_to(&coop, place(0, 0)).await;
    }
    let paid = alice.get("/v1/me/pay").await.ok()["lines"][0]["amount"]["amount"].clone();
    let paid = paid.as_i64().expect("cents");
    let own = earnings(&desk, &alice).await;
    let rate = own["hourly"].as_i64().expect("cents an hour");
    assert!(rate > 0 && (paid - rate).abs() <= paid / 10, "an hour, all in all: {paid}, {own}");
    let spread = json!({ "lowest": 0, "median": rate, "highest": rate });
    assert_eq!((&own["on_duty"], &own["couriers"]), (&spread, &json!(2)));
    assert_eq!(earnings(&desk, &bob).await["hourly"], 0);
    let off = earnings(&desk, &at_home).await;
    assert_eq!((&off["hourly"], &off["on_duty"]), (&Value::Null, &spread));
}
