//! Whatever is sent, the answer is a whole problem of the right kind, and never a fault of the
//! server's. Walks every route by the table.

use reqwest::Method;
use serde_json::{Value, json};

use crate::routes::{self, Object, Route};
use crate::support::{Call, Reply, text};
use crate::world::World;

/// The routes that read a JSON body.
fn with_body() -> Vec<Route> {
    routes::all().into_iter().filter(|route| route.body.is_some()).collect()
}

struct Target<'a> {
    world: &'a World,
    route: &'a Route,
    path: String,
    body: Value,
}

impl<'a> Target<'a> {
    /// A route with an own object, a body that would be accepted, and somebody who may.
    async fn make(world: &'a World, route: &'a Route) -> Self {
        let path = route.path_of(&world.object(route.object, true).await);
        let body = world.body(route).await.expect("a route that reads a body");
        Self { world, route, path, body }
    }

    fn call(&self) -> Call {
        let somebody = self.world.actor(self.route.access.somebody());
        somebody.call(self.route.method.clone(), &self.path)
    }

    async fn send(&self, content_type: &str, body: &[u8]) -> Reply {
        self.call().header("content-type", content_type).body(body.to_vec()).await
    }

    async fn send_json(&self, body: &Value) -> Reply {
        self.send("application/json", body.to_string().as_bytes()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_asked_for_json_is_refused() {
    let world = World::make().await;
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        let whole = target.body.to_string();
        let twice = format!("{whole}{whole}");
        for broken in ["{\"a\":", "{", "nonsense", "{\"a\":1,}", "\u{feff}{}", twice.as_str()] {
            target.send("application/json", broken.as_bytes()).await.problem(400, "malformed");
        }
        target.send("application/json", b"{\"\xff\":1}").await.problem(400, "malformed");
        for other in ["null", "1", "\"x\"", "true", "[]", "[null, null]"] {
            target.send("application/json", other.as_bytes()).await.problem(422, "invalid");
        }
        // So deep that a parser without a bound would run out of stack.
        for open in ["[", "{\"a\":"] {
            target.send("application/json", open.repeat(100_000).as_bytes()).await.any_problem();
        }
        if !route.body_optional {
            target.send("application/json", b"").await.problem(400, "malformed");
            target.call().await.problem(415, "not-json");
        }
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "json"] {
            target.send(content_type, whole.as_bytes()).await.problem(415, "not-json");
        }
        // The same name in other letters, with a parameter.
        let reply = target.send("Application/JSON; charset=utf-8", whole.as_bytes()).await;
        assert_eq!(reply.status, route.success, "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_5_megabytes_is_too_large_however_it_comes() {
    let world = World::make().await;
    let large = vec![b' '; 5_000_000];
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        target.send("application/json", &large).await.problem(413, "too-large");
        let call = target.call().header("content-type", "application/json");
        call.chunked(large.clone()).await.problem(413, "too-large");
    }
}

/// Every place in a body, as a JSON Pointer, with what is there.
fn places(body: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                let pointer = format!("{pointer}/{name}");
                found.push((pointer.clone(), value.clone()));
                places(value, &pointer, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                found.push((pointer.clone(), value.clone()));
                places(value, &pointer, found);
            }
        }
        _ => {}
    }
}

fn all_places(body: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    places(body, "", &mut found);
    found
}

fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(pointer).expect("a place in the body") = value;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_wrong_type_is_named_by_its_place() {
    let world = World::make().await;
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        for (pointer, value) in all_places(&target.body) {
            let wrong = if value.is_string() { json!(7) } else { json!("seven") };
            let reply = target.send_json(&with(&target.body, &pointer, wrong)).await;
            let shown = reply.to_string();
            let problem = reply.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{shown}");
            assert!(!text(&problem["errors"][0]["detail"]).is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_is_refused_wherever_it_stands() {
    let world = World::make().await;
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        let objects = all_places(&target.body).into_iter().filter(|(_, value)| value.is_object());
        for pointer in std::iter::once(String::new()).chain(objects.map(|(pointer, _)| pointer)) {
            let mut body = target.body.clone();
            body.pointer_mut(&pointer).expect("an object")["nonsense"] = json!(1);
            let problem = target.send_json(&body).await.problem(422, "invalid");
            let at = text(&problem["errors"][0]["pointer"]);
            assert!(at.starts_with(&pointer), "{}: {at} for {pointer}", route.path);
            assert!(text(&problem["detail"]).contains("nonsense"), "{problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_field_is_refused_or_not_needed() {
    let world = World::make().await;
    for route in &with_body() {
        let fields = match &route.body {
            Some(Value::Object(fields)) => fields.keys().cloned().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        for field in fields {
            let target = Target::make(&world, route).await;
            let mut body = target.body.clone();
            body.as_object_mut().expect("an object").remove(&field);
            let reply = target.send_json(&body).await;
            if reply.status != route.success {
                reply.problem(422, if field == "proof" { "proof-missing" } else { "invalid" });
            }
        }
    }
}

/// Values of the right type and no sense. They may be refused or taken; no one is a fault.
#[tokio::test(flavor = "multi_thread")]
async fn no_value_is_a_fault_of_the_servers() {
    let world = World::make().await;
    let long = "x".repeat(100_000);
    let texts = [
        "",
        " ",
        "\u{0}",
        "a\u{0}b",
        "'; DROP TABLE users; --",
        "\u{1f6b2}",
        &long,
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-03-02T12:00:00+23:59",
        "cou_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    ];
    let numbers = [
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(4_294_967_296_i64),
        json!(65_535),
        json!(-0.0),
        json!(1e-300),
    ];
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        for (pointer, value) in all_places(&target.body) {
            let odd: Vec<Value> = match &value {
                Value::String(_) => texts.iter().map(|text| json!(text)).collect(),
                Value::Number(_) => numbers.to_vec(),
                Value::Array(items) => vec![
                    json!([]),
                    Value::Null,
                    Value::Array(items.iter().cycle().take(1000).cloned().collect()),
                ],
                _ => vec![Value::Null, json!({}), json!([])],
            };
            for odd in odd {
                let reply = target.send_json(&with(&target.body, &pointer, odd)).await;
                if reply.status >= 300 {
                    reply.any_problem();
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_off_the_map_is_refused() {
    let world = World::make().await;
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        let places = all_places(&target.body).into_iter();
        for (pointer, _) in places.filter(|(pointer, _)| pointer.ends_with("/place")) {
            for (latitude, longitude) in
                [(90.1, 2.0), (-90.1, 2.0), (48.0, 180.1), (48.0, -181.0), (0.0, 0.0), (1e300, 0.0)]
            {
                let off = json!({ "latitude": latitude, "longitude": longitude });
                let reply = target.send_json(&with(&target.body, &pointer, off)).await;
                let problem = reply.problem(422, "invalid");
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            }
            let infinite = target.body.to_string().replacen("48.8566", "1e999", 1);
            let reply = target.send("application/json", infinite.as_bytes()).await;
            assert!(matches!(reply.status, 400 | 422), "{reply}");
            reply.any_problem();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_ends_before_it_starts_is_refused() {
    let world = World::make().await;
    for route in &with_body() {
        let target = Target::make(&world, route).await;
        let windows = all_places(&target.body).into_iter();
        for (pointer, _) in windows.filter(|(pointer, _)| pointer.ends_with("/window")) {
            for before in ["2026-03-02T11:00:00Z", "2026-03-02T13:00:00+01:00"] {
                let window = json!({ "after": "2026-03-02T12:00:00Z", "before": before });
                let reply = target.send_json(&with(&target.body, &pointer, window)).await;
                let problem = reply.problem(422, "invalid");
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            }
        }
        if route.path.ends_with("/shifts") {
            let backwards = json!({ "from": target.body["to"], "to": target.body["from"] });
            target.send_json(&backwards).await.problem(422, "invalid");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_names_nothing_is_not_found() {
    let world = World::make().await;
    let kinds = ["dlv", "off", "tsk", "cou", "mer", "dec", "usr", "pyr"];
    for route in routes::all().iter().filter(|route| route.path.contains("{id}")) {
        let long = "x".repeat(3000);
        let mut ids: Vec<String> =
            kinds.iter().map(|kind| format!("{kind}_00000000000000000000000000")).collect();
        ids.extend(["x", "%00", "%FF", "..%2F..", "%20", "0", "-1", &long].map(str::to_owned));
        // One of another kind that is there.
        let (other, own) = match route.object {
            Object::Merchant | Object::Kitchen => (Object::Courier, true),
            _ => (Object::Merchant, true),
        };
        ids.push(world.object(other, own).await);
        let real = world.object(route.object, true).await;
        ids.push(real.to_uppercase());
        ids.push(format!("{real}0"));
        for id in ids {
            let reply = world.call(route, route.access.somebody(), &id).await.await;
            if route.object == Object::Link {
                // A page, for people.
                assert_eq!(reply.status, 404, "{reply}");
            } else {
                reply.problem(404, "not-found");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_there_is_not_found() {
    let world = World::make().await;
    let long = format!("/{}", "x".repeat(5000));
    let addresses = [
        "/v1",
        "/v1/",
        "/v1/nope",
        "/v1/deliveries/",
        "/v1//deliveries",
        "/v2/deliveries",
        "/v1/me/",
        "/metrics/x",
        "/assets/nope.js",
        "/assets/..%2f..%2fCargo.toml",
        "/index.html",
        "/.env",
        &long,
    ];
    for address in addresses {
        for method in [Method::GET, Method::POST] {
            let call = world.coop.stranger().call(method.clone(), address);
            if address.starts_with("/assets/") && method == Method::POST {
                call.await.problem(405, "method-not-allowed");
            } else {
                call.await.problem(404, "not-found");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_know_is_refused() {
    let world = World::make().await;
    let table = routes::all();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for route in &table {
        for method in &methods {
            let known = |other: &&Route| other.path == route.path && other.method == *method;
            if table.iter().any(|other| known(&other)) {
                continue;
            }
            let path = route.path_of("x");
            let reply = world.coop.stranger().call(method.clone(), &path).await;
            let allowed = reply.header("allow").unwrap_or_default().to_owned();
            for other in &methods {
                let known = |one: &&Route| one.path == route.path && one.method == *other;
                let said = allowed.split(", ").any(|name| name == other.as_str());
                assert_eq!(said, table.iter().any(|one| known(&one)), "{path} allows {allowed}");
            }
            reply.problem(405, "method-not-allowed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_makes_no_sense_is_refused() {
    let world = World::make().await;
    let shop = world.actor(crate::routes::Who::MerchantUser);
    let courier = world.actor(crate::routes::Who::Courier);
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=1&limit=2",
        "limit=99999999999999999999",
        "cursor=x",
        "cursor=",
        "cursor=%00",
        "cursor=%FF",
        "cursor=mer_00000000000000000000000000",
        "state=nope",
        "state=",
        "state=Open",
        "state=open&state=failed",
    ] {
        shop.get(&format!("/v1/deliveries?{query}")).await.problem(422, "invalid");
    }
    for query in [
        "from=noon",
        "from=2026-03-02",
        "to=",
        "to=%00",
        "cursor=x",
        "cursor=1.5",
        "limit=0",
        "limit=201",
        "from=2026-03-02T12:00:00Z&from=2026-03-02T12:00:00Z",
        "cursor=99999999999999999999",
    ] {
        courier.get(&format!("/v1/me/pay?{query}")).await.problem(422, "invalid");
    }
    for query in ["limit=200", "limit=1", "state=failed", ""] {
        shop.get(&format!("/v1/deliveries?{query}")).await.ok();
    }
    courier.get("/v1/me/pay?from=2026-03-02T12:00:00%2B01:00&cursor=-5").await.ok();
    for query in ["limit=0", "cursor=x", "cursor=2026", "cursor=2026-x", "merchant_id=x"] {
        shop.get(&format!("/v1/invoices?{query}")).await.problem(422, "invalid");
    }
    shop.get("/v1/invoices?limit=1&cursor=2026-00007").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused() {
    let world = World::make().await;
    for route in with_body().iter().filter(|route| route.keyed) {
        let target = Target::make(&world, route).await;
        let send = |key: &[u8]| {
            let call = target.call().header("content-type", "application/json");
            call.body(target.body.to_string().into_bytes()).header_bytes("idempotency-key", key)
        };
        for key in [b"".as_slice(), &[b'k'; 101], "clé".as_bytes(), b"\xff", b"a\tb"] {
            send(key).await.problem(422, "invalid");
        }
        let reply = send(&[b'k'; 100]).await;
        assert_eq!(reply.status, route.success, "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_its_id() {
    let world = World::make().await;
    let stranger = world.coop.stranger();
    let reply = stranger.get("/v1/me").header("x-request-id", "shop-4711-a").await;
    assert_eq!(reply.problem(401, "unauthenticated")["request_id"], "shop-4711-a");
    let mut made = Vec::new();
    for odd in ["", "short", "has space in it", "<script>alert(1)</script>", &"x".repeat(65)] {
        let reply = stranger.get("/v1/me").header("x-request-id", odd).await;
        let problem = reply.problem(401, "unauthenticated");
        assert_ne!(problem["request_id"], odd);
        made.push(text(&problem["request_id"]).to_owned());
    }
    made.sort();
    made.dedup();
    assert_eq!(made.len(), 5, "each request has its own");
}
