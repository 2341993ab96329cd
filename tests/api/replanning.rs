//! What one courier has and will bring too late is offered to another one, who may take it over.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// Ben has accepted two deliveries, fourteen kilometres off: one from next to him, then one from the
/// shop, beside which Ann stands.
struct Late {
    coop: Coop,
    dispatcher: Actor,
    ann: Actor,
    ben: Actor,
    first: Value,
    delivery: Value,
}

impl Late {
    async fn make() -> Self {
        // It gives work an hour ahead.
        let coop = Coop::that_voted("slack_s = 0", "slack_s = 3600").await;
        let shop = coop.merchant("Bistro").await;
        let ben = coop.courier_on_shift("Ben", 14_000).await;
        let near_ben = json!({
            "pickups": [{ "place": place(13_900, 0) }], "dropoffs": [{ "place": place(13_500, 0) }],
        });
        let first = shop.post("/v1/deliveries", near_ben).await.created();
        coop.tick().await;
        ben.accept(&ben.offer().await).await.ok();
        let delivery = shop.orders_to(place(700, 0)).await;
        coop.tick().await;
        ben.accept(&ben.offer().await).await.ok();
        let ann = coop.courier_on_shift("Ann", 10).await;
        let dispatcher = coop.dispatcher().await;
        Self { coop, dispatcher, ann, ben, first, delivery }
    }

    async fn holder(&self) -> Value {
        self.dispatcher.delivery(&self.delivery["id"]).await["courier_id"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nearer_is_asked_and_takes_it_over() {
    let late = Late::make().await;
    let Late { coop, ann, ben, .. } = &late;
    coop.tick().await;
    let offer = ann.offer().await;
    assert_eq!(late.holder().await, ben.id.as_str(), "nobody loses anything by a question");
    assert_eq!(ben.route().await.len(), 4);
    coop.tick().await;
    assert_eq!(ann.offers().await, [offer.as_str()], "it is asked once");

    let mut stream = late.dispatcher.follow(None).await;
    let taken = ann.accept(&offer).await.ok();
    assert_eq!(taken["state"], "accepted");
    assert_eq!(late.holder().await, ann.id.as_str());
    assert_eq!(ben.route().await.len(), 2, "the first one is still his");
    assert_eq!(ann.route().await.len(), 2);
    let told = stream.until("delivery.assigned").await;
    let told = &told.last().expect("the one that was waited for").data;
    assert_eq!(
        (&told["delivery"]["courier_id"], &told["taken_from"]),
        (&json!(ann.id), &json!(ben.id))
    );
    coop.tick().await;
    assert!(ben.offers().await.is_empty(), "it does not come back");

    let why = format!("/v1/deliveries/{}/why", text(&late.delivery["id"]));
    let why = late.dispatcher.get(&why).await.ok().to_string();
    let verdict = format!(r#""from":"{}","to":"{}""#, ben.id, ann.id);
    assert!(why.contains(&verdict), "{why}");
    ann.complete(&task(&late.delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    ann.complete(&task(&late.delivery, "dropoff"), proof).await.ok();
    let lines = |pay: &Value| pay["lines"].as_array().map_or(0, Vec::len);
    let (anns, bens) = (ann.get("/v1/me/pay").await.ok(), ben.get("/v1/me/pay").await.ok());
    assert_eq!((lines(&anns), lines(&bens)), (1, 0), "{anns} {bens}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_it_is_not_asked_again() {
    let late = Late::make().await;
    late.coop.tick().await;
    late.ann.decline(&late.ann.offer().await).await.ok();
    late.coop.tick().await;
    assert!(late.ann.offers().await.is_empty());
    assert_eq!(late.holder().await, late.ben.id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_the_way_to_it_by_now_keeps_it() {
    let late = Late::make().await;
    late.coop.tick().await;
    let offer = late.ann.offer().await;
    late.ben.complete(&task(&late.first, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    late.ben.complete(&task(&late.first, "dropoff"), proof).await.ok();
    late.ann.accept(&offer).await.problem(409, "offer-gone");
    assert_eq!(late.holder().await, late.ben.id.as_str());
    late.coop.tick().await;
    assert!(late.ann.offers().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_gave_stays_where_it_is() {
    let late = Late::make().await;
    let path = format!("/v1/deliveries/{}/unassign", text(&late.delivery["id"]));
    late.dispatcher.post(&path, json!({})).await.ok();
    late.dispatcher.assign(&late.delivery, &late.ben).await.ok();
    late.coop.tick().await;
    assert!(late.ann.offers().await.is_empty());
    assert_eq!(late.holder().await, late.ben.id.as_str());
}
