//! Getting in, staying in, and being put out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ADMIN, Actor, Coop, PASSWORD, text};

async fn refresh(actor: &Actor, token: &str) -> crate::support::Reply {
    actor.post("/v1/auth/refresh", json!({ "refresh_token": token })).await
}

fn token(session: &Value) -> String {
    text(&session["refresh_token"]).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_and_a_wrong_one_says_nothing() {
    let coop = Coop::start().await;
    let stranger = coop.stranger();
    let login = |email: &str, password: &str| {
        stranger.post("/v1/auth/login", json!({ "email": email, "password": password }))
    };
    let session = login(" Admin@Coop.Example", PASSWORD).await.ok();
    assert_eq!(session["token_type"], "Bearer");
    assert_eq!(session["expires_in"], 900);
    let wrong = login("admin@coop.example", "wrong horse").await.problem(401, "credentials");
    let nobody = login("nobody@coop.example", PASSWORD).await.problem(401, "credentials");
    assert_eq!(wrong["detail"], nobody["detail"]);
    // Nothing that is typed there is a fault of the server's.
    for odd in ["", "\u{0}", "admin@coop.example\u{0}", "ü".repeat(5000).as_str()] {
        login(odd, odd).await.problem(401, "credentials");
    }
    let me = stranger.with_token(text(&session["access_token"]), "").get("/v1/me").await.ok();
    assert_eq!(me, session["user"]);
}

/// Who is not known takes as long as who gives a wrong password: the time tells nothing either.
#[tokio::test(flavor = "multi_thread")]
async fn how_long_a_refusal_takes_does_not_tell_who_exists() {
    let coop = Coop::start().await;
    let stranger = coop.stranger();
    // What else the machine does only makes a refusal slower: the quickest of some is what it takes.
    let mut quickest = [Duration::MAX; 3];
    let even =
        |quickest: &[Duration; 3]| quickest[1] > quickest[0] / 2 && quickest[2] > quickest[0] / 2;
    for round in 0..30 {
        for (email, quickest) in
            [ADMIN, "nobody@coop.example", "no address"].into_iter().zip(&mut quickest)
        {
            let begun = Instant::now();
            let login = json!({ "email": email, "password": "wrong horse" });
            stranger.post("/v1/auth/login", login).await.problem(401, "credentials");
            *quickest = begun.elapsed().min(*quickest);
        }
        if round >= 3 && even(&quickest) {
            break;
        }
    }
    assert!(even(&quickest), "{quickest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_rotates() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    let mut current = admin.refresh_token.clone().expect("a session");
    for _ in 0..3 {
        let session = refresh(&admin, &current).await.ok();
        assert_ne!(token(&session), current);
        let again = admin.with_token(text(&session["access_token"]), "");
        again.get("/v1/me").await.ok();
        current = token(&session);
    }
}

/// A phone that lost the answer tries once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_refresh_token_may_come_again_for_a_moment() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    let first = admin.refresh_token.clone().expect("a session");
    let lost = refresh(&admin, &first).await.ok();
    let second = refresh(&admin, &first).await.ok();
    refresh(&admin, &token(&second)).await.ok();
    refresh(&admin, &token(&lost)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_comes_again_later_ends_the_family() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    let other = coop.stranger().log_in(ADMIN, PASSWORD).await.refresh_token.expect("another login");
    let stolen = admin.refresh_token.clone().expect("a session");
    let current = token(&refresh(&admin, &stolen).await.ok());
    coop.sql("UPDATE refresh_tokens SET used_at = used_at - interval '31 seconds'").await;

    refresh(&admin, &stolen).await.problem(401, "refresh-token");
    refresh(&admin, &current).await.problem(401, "refresh-token");
    refresh(&admin, &other).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_ends_with_its_time_and_with_the_session() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    let first = admin.refresh_token.clone().expect("a session");
    let second = token(&refresh(&admin, &first).await.ok());
    let out = json!({ "refresh_token": second });
    admin.post("/v1/auth/logout", out.clone()).await.status(204);
    admin.post("/v1/auth/logout", out).await.status(204);
    refresh(&admin, &second).await.problem(401, "refresh-token");
    refresh(&admin, "never heard of").await.problem(401, "refresh-token");
    admin.post("/v1/auth/logout", json!({ "refresh_token": "never heard of" })).await.status(204);

    let late = coop.stranger().log_in(ADMIN, PASSWORD).await.refresh_token.expect("a session");
    coop.sql(
        "UPDATE refresh_tokens SET issued_at = issued_at - interval '31 days', \
         expires_at = expires_at - interval '31 days'",
    )
    .await;
    refresh(&admin, &late).await.problem(401, "refresh-token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchants_machine_gets_a_token_by_form_or_by_basic() {
    use base64::Engine;
    let coop = Coop::start().await;
    let (shop, admin) = (coop.merchant("Bistro").await, coop.admin().await);
    let path = format!("/v1/merchants/{}/clients", shop.id);
    let client = admin.post(&path, json!({ "name": "till" })).await.created();
    let (id, secret) = (text(&client["client_id"]), text(&client["client_secret"]));
    let stranger = coop.stranger();

    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let reply = stranger.post_form("/oauth2/token", &form).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let granted = reply.ok();
    let machine = stranger.with_token(text(&granted["access_token"]), "");
    let me = machine.get("/v1/me").await.ok();
    assert_eq!(me, json!({ "id": id, "roles": ["merchant"], "merchant_id": shop.id }));

    let basic = |secret: &str| {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        stranger
            .post_form("/oauth2/token", "grant_type=client_credentials")
            .header("authorization", &format!("Basic {pair}"))
    };
    basic(secret).await.ok();
    let wrong = basic("guess").await.status(401);
    assert!(wrong.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")));
    assert_eq!(wrong.json()["error"], "invalid_client");
}

/// RFC 6749, 5.2: its own form of errors, not ours.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_request_that_is_wrong_is_told_so_as_oauth_tells_it() {
    let coop = Coop::start().await;
    let stranger = coop.stranger();
    let nobody = "cli_00000000000000000000000000";
    for (form, status, error) in [
        ("", 400, "invalid_request"),
        ("grant_type", 400, "unsupported_grant_type"),
        ("client_id=x&client_secret=y", 400, "invalid_request"),
        ("grant_type=client_credentials&grant_type=password", 400, "invalid_request"),
        ("grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=x&client_secret=%00", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=%ff&client_secret=%ff", 401, "invalid_client"),
        (
            &format!("grant_type=client_credentials&client_id={nobody}&client_secret=guess"),
            401,
            "invalid_client",
        ),
    ] {
        let reply = stranger.post_form("/oauth2/token", form).await.status(status);
        assert_eq!(reply.json()["error"], error, "{form}");
        assert!(reply.json()["error_description"].is_string(), "{form}");
        assert_eq!(reply.header("content-type"), Some("application/json"), "{form}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{form}");
    }
    let json = json!({ "grant_type": "client_credentials" });
    let reply = stranger.post("/oauth2/token", json).await.status(400);
    assert_eq!(reply.json()["error"], "invalid_request");
    let large = format!("grant_type={}", "x".repeat(5_000_000));
    let reply = stranger.post_form("/oauth2/token", &large).await.status(413);
    assert_eq!(reply.json()["error"], "invalid_request");
}
