//! The API as it describes itself, held against the routes and the code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::routes::{self, Access, Route, Who};
use crate::support::{Coop, text};

/// What the document says of a route.
pub fn described<'a>(document: &'a Value, route: &Route) -> &'a Value {
    let path = route.path.split('?').next().unwrap_or(route.path).replace("{file:.*}", "{file}");
    &document["paths"][path][route.method.as_str().to_lowercase()]
}

/// The document as the server gives it.
async fn document(coop: &Coop) -> Value {
    coop.stranger().get("/v1/openapi.json").await.ok()
}

fn every_object<'a>(value: &'a Value, each: &mut impl FnMut(&'a Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            each(object);
            object.values().for_each(|value| every_object(value, each));
        }
        Value::Array(values) => values.iter().for_each(|value| every_object(value, each)),
        _ => {}
    }
}

/// The role words of those who get in.
fn roles(access: Access) -> BTreeSet<&'static str> {
    if matches!(access, Access::Public | Access::LoggedIn) {
        return BTreeSet::new();
    }
    let word = |who| match who {
        Who::Anonymous => None,
        Who::Courier => Some("courier"),
        Who::MerchantUser | Who::MerchantClient => Some("merchant"),
        Who::Dispatcher => Some("dispatcher"),
        Who::Treasurer => Some("treasurer"),
        Who::Representative => Some("representative"),
        Who::Member => Some("member"),
        Who::Admin => Some("admin"),
    };
    Who::ALL.into_iter().filter(|who| access.allows(*who)).filter_map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_and_nothing_else_is() {
    let coop = Coop::start().await;
    let document = document(&coop).await;
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for route in routes::all() {
        let operation = described(&document, &route);
        let name = format!("{} {}", route.method, route.path);
        if operation.is_null() {
            wrong.push(format!("src/http/openapi lacks {name}"));
            continue;
        }
        known.insert(text(&operation["operationId"]).to_owned());
        let said: BTreeSet<&str> =
            operation["x-roles"].as_array().expect("a list").iter().map(text).collect();
        if said != roles(route.access) {
            wrong.push(format!("{name} is for {:?}, not for {said:?}", roles(route.access)));
        }
        let open = operation["security"].as_array().is_some_and(Vec::is_empty);
        if open != (route.access == Access::Public) {
            wrong.push(format!("{name} is open to everybody, or is not"));
        }
        let parameters = operation["parameters"].to_string();
        if parameters.contains("IdempotencyKey") != route.keyed {
            wrong.push(format!("{name} takes a key, or does not"));
        }
        let body = &operation["requestBody"];
        if route.body.is_some() && (body["required"] == true) == route.body_optional {
            wrong.push(format!("{name} needs a body, or does not: {body}"));
        }
    }
    let count = document["paths"].as_object().expect("paths").values();
    let count: usize = count.map(|methods| methods.as_object().map_or(0, Map::len)).sum();
    if known.len() != count {
        wrong.push(format!("{count} operations, and {} names of routes", known.len()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_holds_together() {
    let coop = Coop::start().await;
    let document = document(&coop).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut used = BTreeSet::new();
    every_object(&document, &mut |object| {
        let Some(path) = object.get("$ref").and_then(Value::as_str) else { return };
        let found = document.pointer(path.trim_start_matches('#'));
        assert!(found.is_some(), "{path} leads nowhere");
        used.insert(path.to_owned());
    });
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "nobody uses {name}");
        // Two types of one name: `#[schemars(rename = ...)]` one of them.
        assert!(!name.ends_with(|c: char| c.is_ascii_digit()), "{name} is no name");
    }
    // What is told may lack a field, and is never null where it is.
    let delivery = &document["components"]["schemas"]["DeliveryView"];
    assert_eq!(delivery["properties"]["courier_id"]["$ref"], "#/components/schemas/CourierId");
    let needed = delivery["required"].as_array().expect("a list");
    assert!(needed.contains(&"price".into()) && !needed.contains(&"courier_id".into()));
    // What is read is strict.
    let order = &document["components"]["schemas"]["DeliveryIn"];
    assert_eq!(order["additionalProperties"], false);
    assert_eq!(order["required"], serde_json::json!(["dropoffs"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_are_kept_by_whoever_has_read_them() {
    let coop = Coop::start().await;
    for path in ["/v1/openapi.json", "/docs?lang=fr", "/docs?lang=en"] {
        let first = coop.stranger().get(path).await.status(200);
        let tag = first.header("etag").expect("an entity tag");
        let again = coop.stranger().get(path).header("if-none-match", tag).await.status(304);
        assert!(again.body.is_empty(), "{path}");
        let other = coop.stranger().get(path).header("if-none-match", "\"other\"").await;
        assert_eq!(other.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_every_operation_and_no_script() {
    let coop = Coop::start().await;
    let document = document(&coop).await;
    let page = coop.stranger().get("/docs?lang=fr").await.status(200);
    let policy = page.header("content-security-policy").expect("a policy");
    let page = std::str::from_utf8(&page.body).expect("text");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!page.contains("<script") && page.contains("lang=\"fr\""));
    let mut anchors = BTreeMap::new();
    for part in page.split(" id=\"").skip(1) {
        *anchors.entry(part.split('"').next().unwrap_or("")).or_insert(0) += 1;
    }
    let twice: Vec<_> = anchors.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "anchors must differ: {twice:?}");
    for part in page.split("href=\"#").skip(1) {
        let anchor = part.split('"').next().unwrap_or("");
        assert!(anchors.contains_key(anchor), "#{anchor} leads nowhere");
    }
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for operation in methods.as_object().expect("methods").values() {
            assert!(anchors.contains_key(text(&operation["operationId"])), "{path}");
        }
    }
    assert!(page.contains("curl -X POST &quot;$BASE/v1/quotes&quot;"), "no example");
}

/// Status and code of each line of the table in `http/error.rs`, as its source says.
#[test]
fn the_list_of_problems_is_the_one_that_is_served() {
    let source = include_str!("../../src/http/error.rs");
    let table = source.split("fn faults").next().expect("a table");
    let listed = include_str!("../../src/http/openapi/problems.rs");
    let listed: BTreeSet<(&str, &str)> = listed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", "))
        .map(|(code, rest)| (code, rest.get(..3).unwrap_or("")))
        .collect();
    let mut served = BTreeSet::new();
    for line in table.split("(StatusCode::").skip(1) {
        let (status, rest) = line.split_once(", \"").expect("a status and a code");
        let status = match status {
            "BAD_REQUEST" => "400",
            "UNAUTHORIZED" => "401",
            "FORBIDDEN" => "403",
            "NOT_FOUND" => "404",
            "METHOD_NOT_ALLOWED" => "405",
            "CONFLICT" => "409",
            "GONE" => "410",
            "PAYLOAD_TOO_LARGE" => "413",
            "UNSUPPORTED_MEDIA_TYPE" => "415",
            "UNPROCESSABLE_ENTITY" => "422",
            "INTERNAL_SERVER_ERROR" => "500",
            "SERVICE_UNAVAILABLE" => "503",
            other => panic!("say in this test which status {other} is"),
        };
        served.insert((rest.split('"').next().unwrap_or(""), status));
    }
    assert!(served.len() > 40, "the source is read wrongly: {served:?}");
    let missing: Vec<_> = served.difference(&listed).collect();
    assert!(missing.is_empty(), "say in src/http/openapi/problems.rs what they mean: {missing:?}");
    let gone: Vec<_> = listed.difference(&served).collect();
    assert!(gone.is_empty(), "nothing answers with {gone:?} any more");
}
