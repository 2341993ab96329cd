//! The ways in which work reaches a courier, and decisions made again.

use paceline::replay::{self, ReplayError};
use serde_json::json;

use crate::support::{Coop, place, text};

#[tokio::test(flavor = "multi_thread")]
async fn in_mode_direct_the_courier_is_told() {
    let coop = Coop::that_voted("mode = \"offer\"", "mode = \"direct\"").await;
    let shop = coop.merchant("Bistro").await;
    let near = coop.courier_on_shift("Near", 50).await;
    let far = coop.courier_on_shift("Far", 4000).await;
    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    assert_eq!(near.route().await.len(), 2);
    assert!(near.offers().await.is_empty() && far.route().await.is_empty());
    let now = shop.delivery(&delivery["id"]).await;
    assert_eq!((&now["state"], &now["courier_id"]), (&json!("assigned"), &json!(near.id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_mode_open_list_nobody_is_asked() {
    let coop = Coop::that_voted("mode = \"offer\"", "mode = \"open_list\"").await;
    let dispatcher = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 50).await;
    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    assert!(alice.offers().await.is_empty() && alice.route().await.is_empty());
    let path = format!("/v1/deliveries/{}/why", text(&delivery["id"]));
    let why = dispatcher.get(&path).await.ok();
    assert_eq!(why["decisions"][0]["outcome"], json!("on_open_list"), "{why}");
    assert_eq!(why["decisions"][0]["candidates"][0]["courier_id"], json!(alice.id));
    // What a person decides goes before the mode.
    dispatcher.assign(&delivery, &alice).await.ok();
    assert_eq!(alice.route().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_can_be_made_again_from_what_is_kept() {
    let coop = Coop::start().await;
    let dispatcher = coop.dispatcher().await;
    let shop = coop.merchant("Bistro").await;
    coop.courier_on_shift("Near", 50).await;
    coop.courier_on_shift("Far", 900).await;
    let delivery = shop.orders_to(place(-1000, 0)).await;
    coop.tick().await;
    let path = format!("/v1/deliveries/{}/why", text(&delivery["id"]));
    let why = dispatcher.get(&path).await.ok();
    let decision = &why["decisions"][0];
    assert_eq!(decision["engine_version"], json!(paceline::engine::ENGINE_VERSION));
    let id = text(&decision["decision_id"]).parse().expect("an id");

    let again = || replay::run(coop.database_url(), id);
    let report = again().await.expect("it is kept");
    assert!(report.is_same(), "{report}");

    // Under other rules the engine says something else, and the report says what.
    coop.sql(
        "UPDATE settings SET value = jsonb_set(value, '{dispatch,assignment,mode}', '\"direct\"') \
         WHERE key LIKE 'dispatch:%'",
    )
    .await;
    let report = again().await.expect("it is kept");
    let words = report.to_string();
    assert!(!report.is_same() && words.contains("NOT the same"), "{words}");
    assert!(words.contains("- cou_") && words.contains("+ cou_"), "{words}");

    coop.sql("DELETE FROM settings WHERE key LIKE 'dispatch:%'").await;
    assert!(matches!(again().await, Err(ReplayError::NoGround { .. })));
    coop.sql("DELETE FROM decisions").await;
    assert!(matches!(again().await, Err(ReplayError::NoDecision(_))));
}
