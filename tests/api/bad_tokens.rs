//! Tokens that must not open anything: every route that wants one refuses each of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use paceline::clock::real_now;
use serde_json::{Value, json};

use crate::routes::{self, Access, Object, Who};
use crate::support::{Coop, text};
use crate::world::World;

/// An Ed25519 key that is not the co-op's, as a PKCS #8 document (RFC 8410).
fn somebody_elses_key() -> EncodingKey {
    let mut document = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    document.extend([7; 32]);
    EncodingKey::from_ed_der(&document)
}

/// The key that the co-op signs with, taken out of its database as only its operator can.
async fn own_key(coop: &Coop) -> EncodingKey {
    let app = coop.app();
    let mut conn = app.coop.conn().await.expect("a connection");
    let rows = paceline::db::identity::signing_keys(&mut conn).await.expect("the keys");
    EncodingKey::from_ed_der(&app.keys.seal().open(&rows[0].sealed_key).expect("our own seal"))
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().expect("claims").remove(name);
    claims
}

/// The one that makes the server look whether another process has made a new key.
const UNKNOWN_KEY: &str = "by a key of another name";

/// Every way of being wrong, with a name, made from an admin's good token.
async fn bad_tokens(coop: &Coop) -> Vec<(&'static str, String)> {
    let good = coop.admin().await.token.expect("a token");
    let keys = coop.stranger().get("/.well-known/jwks.json").await.ok();
    let jwk = &keys["keys"][0];
    let kid = text(&jwk["kid"]).to_owned();
    let public = URL_SAFE_NO_PAD.decode(text(&jwk["x"])).expect("base64");
    let own = own_key(coop).await;
    let claims = claims_of(&good);
    let now = real_now().seconds();
    let header = |algorithm| Header { kid: Some(kid.clone()), ..Header::new(algorithm) };
    let signed = |claims: &Value| encode(&header(Algorithm::EdDSA), claims, &own).expect("a token");
    let parts: Vec<&str> = good.split('.').collect();
    let more_roles = encoded(&with(&claims, "roles", json!(["admin", "courier", "treasurer"])));
    let none = |alg: &str| encoded(&json!({ "alg": alg, "typ": "JWT", "kid": kid }));

    // The way of making them is right: with nothing changed it is a good one.
    let remade = coop.stranger().with_token(&signed(&claims), "");
    remade.get("/v1/me").await.ok();

    let forged = encode(&header(Algorithm::EdDSA), &claims, &somebody_elses_key());
    let unknown_key = Header { kid: Some("unknown".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let by_unknown_key = encode(&unknown_key, &claims, &somebody_elses_key());
    let no_key = encode(&Header::new(Algorithm::EdDSA), &claims, &own);
    let hs256 = |secret: &[u8]| {
        encode(&header(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret)).expect("made")
    };
    vec![
        ("nothing", String::new()),
        ("no token at all", "x".to_owned()),
        ("dots alone", "..".to_owned()),
        ("expired", signed(&with(&claims, "exp", json!(now - 60)))),
        ("without an end", signed(&without(&claims, "exp"))),
        ("another issuer", signed(&with(&claims, "iss", json!("elsewhere")))),
        ("without an issuer", signed(&without(&claims, "iss"))),
        ("without a subject", signed(&without(&claims, "sub"))),
        ("a subject of no kind", signed(&with(&claims, "sub", json!("root")))),
        ("a role of no kind", signed(&with(&claims, "roles", json!(["king"])))),
        ("signed by another key", forged.expect("a token")),
        (UNKNOWN_KEY, by_unknown_key.expect("a token")),
        ("without a key's name", no_key.expect("a token")),
        ("alg none", format!("{}.{}.", none("none"), parts[1])),
        ("alg none, with the signature", format!("{}.{}.{}", none("None"), parts[1], parts[2])),
        ("HS256 with the public key", hs256(&public)),
        ("HS256 with the public key as told", hs256(text(&jwk["x"]).as_bytes())),
        ("a changed payload", format!("{}.{more_roles}.{}", parts[0], parts[2])),
        ("a cut signature", good[..good.len() - 4].to_owned()),
        ("without its signature", format!("{}.{}.", parts[0], parts[1])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bad_token_opens_any_route() {
    let world = World::make().await;
    let tokens = bad_tokens(&world.coop).await;
    let stranger = world.coop.stranger();
    for route in routes::all().iter().filter(|route| route.access != Access::Public) {
        let id = match route.object {
            Object::None => String::new(),
            object => world.object(object, true).await,
        };
        let body = world.body(route).await;
        for (name, token) in &tokens {
            let call = || {
                let call = stranger.call(route.method.clone(), &route.path_of(&id));
                call.header("authorization", &format!("Bearer {token}"))
            };
            let full = match &body {
                Some(body) => call()
                    .header("content-type", "application/json")
                    .body(body.to_string().into_bytes()),
                None => call(),
            };
            let reply = full.await;
            assert_eq!(reply.status, 401, "{name}: {reply}");
            reply.problem(401, "unauthenticated");
            // The token comes before the body; only a key that has to be looked up comes later.
            if *name != UNKNOWN_KEY {
                call().await.problem(401, "unauthenticated");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_a_bearers_does_not_count() {
    let coop = Coop::start().await;
    let token = coop.admin().await.token.expect("a token");
    let stranger = coop.stranger();
    let with = |value: &str| stranger.get("/v1/me").header("authorization", value);
    with(&format!("bearer {token}")).await.ok();
    for wrong in [
        token.clone(),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("Bearer{token}"),
        "Bearer".to_owned(),
    ] {
        with(&wrong).await.problem(401, "unauthenticated");
    }
    stranger.get(&format!("/v1/me?access_token={token}")).await.problem(401, "unauthenticated");
}

/// A refresh token and a machine's secret are not access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn one_kind_of_secret_does_not_do_for_another() {
    let world = World::make().await;
    let admin = world.actor(Who::Admin);
    let refresh_token = admin.refresh_token.clone().expect("a session");
    let access_token = admin.token.clone().expect("a session");
    let by_refresh = admin.with_token(&refresh_token, "");
    by_refresh.get("/v1/me").await.problem(401, "unauthenticated");
    let by_access = json!({ "refresh_token": access_token });
    admin.post("/v1/auth/refresh", by_access).await.problem(401, "refresh-token");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_ends_with_its_time() {
    let coop = Coop::with(|config| config.auth.access_s = -60).await;
    let admin = coop.stranger().log_in(crate::support::ADMIN, crate::support::PASSWORD).await;
    let problem = admin.get("/v1/me").await.problem(401, "unauthenticated");
    assert!(text(&problem["detail"]).contains("refresh"), "it says what to do: {problem}");
}
