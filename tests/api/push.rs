//! Which phones say something while the app is closed. What they are told, and that nobody else can read
//! it, is shown with a browser's own means in tests/browser/push.test.mjs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Coop};

/// The receiver's key and secret in RFC 8291, appendix A.
const KEY: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn phone(endpoint: &str) -> Value {
    json!({ "endpoint": endpoint, "keys": { "p256dh": KEY, "auth": AUTH }, "language": "fr" })
}

async fn phones(courier: &Actor) -> i64 {
    courier.get("/v1/me/push").await.ok()["phones"].as_i64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_one_courier_s_and_at_most_five_are_told() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let key = alice.get("/v1/me/push").await.ok()["key"].clone();
    assert_eq!(key.as_str().map(str::len), Some(87), "65 bytes in base64url");
    for _ in 0..2 {
        alice.put("/v1/me/push", phone("https://push.example.org/a")).await.ok();
    }
    assert_eq!(phones(&alice).await, 1);
    // Whoever logs in on the same phone has it now.
    bob.put("/v1/me/push", phone("https://push.example.org/a")).await.ok();
    assert_eq!((phones(&alice).await, phones(&bob).await), (0, 1));
    for n in 0..6 {
        alice.put("/v1/me/push", phone(&format!("https://push.example.org/{n}"))).await.ok();
    }
    assert_eq!(phones(&alice).await, 5);
    assert_eq!(alice.call(Method::DELETE, "/v1/me/push").status().await, 204);
    assert_eq!((phones(&alice).await, phones(&bob).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_phone_is_told_where_it_is_wrong() {
    let coop = Coop::start().await;
    let alice = coop.courier("Alice").await;
    let good = "https://push.example.org/a";
    let with = |p256dh: &str, auth: &str| json!({ "endpoint": good, "keys": { "p256dh": p256dh, "auth": auth }, "language": "en" });
    let off_the_curve = format!("{}A{}", &KEY[..40], &KEY[41..]);
    for (body, pointer) in [
        (phone("http://push.example.org/a"), "/endpoint"),
        (phone("https://127.0.0.1/a"), "/endpoint"),
        (phone("https://postgres/a"), "/endpoint"),
        (phone(&format!("{good}{}", "a".repeat(1_000))), "/endpoint"),
        (with(&off_the_curve, AUTH), "/keys/p256dh"),
        (with("", AUTH), "/keys/p256dh"),
        (with(KEY, &AUTH[..20]), "/keys/auth"),
    ] {
        let problem = alice.put("/v1/me/push", body.clone()).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
    assert_eq!(phones(&alice).await, 0);
}
