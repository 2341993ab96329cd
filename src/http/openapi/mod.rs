//! The API described by itself: an OpenAPI 3.1 document made of the handlers' types and of one table an
//! audience, and a page of the same for people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::error::Problem;

mod admins;
mod books;
mod couriers;
mod desk;
mod everybody;
mod incidents;
mod operation;
mod orders;
mod page;
mod problems;
mod programs;
mod schemas;
mod shifts;
mod tours;

use operation::{Answer, FORM, JSON, Operation, SchemaOf, Who};
pub use page::show_docs;
use problems::STATUSES;
use schemas::Schemas;

/// Operations of one audience, and what joins them.
type Group = (&'static str, &'static str, fn() -> Vec<Operation>);

/// In the order in which a newcomer meets them.
const GROUPS: [Group; 10] = [
    (
        "Everybody",
        "Logging in, the rules in force, what is signed, the live stream.",
        everybody::operations,
    ),
    ("Orders", "What merchants ask for, and dispatchers for them.", orders::operations),
    ("Programs", "What merchants' programs are told, and tables in and out.", programs::operations),
    ("Couriers", "The own shifts, offers, route, pay and rights.", couriers::operations),
    ("Shifts", "What is offered, who has it, and who waits.", shifts::operations),
    ("Desk", "What dispatchers watch and move.", desk::operations),
    ("Incidents", "What goes wrong on the way.", incidents::operations),
    ("Tours", "What one courier is to ride on a day.", tours::operations),
    ("Books", "What treasurers keep, and merchants read of it.", books::operations),
    ("Admins", "Who takes part, and what it costs.", admins::operations),
];

const ABOUT: &str = "Everything that the dashboard, the couriers' app and merchants' programs do, they do here.\n\n\
    - Times are RFC 3339; amounts are whole minor units (cents) with a currency; places are degrees.\n\
    - An id says of what it is: `dlv_...` is a delivery.\n\
    - Errors are `application/problem+json` (RFC 9457): go by `code`, show `detail`, quote `request_id`.\n\
    - A request that makes something takes an `Idempotency-Key`: a retry with the same key has the same answer.\n\
    - Lists come in pages: hand `next_cursor` back as `cursor`.\n\
    - New fields may come into answers at any time; what is there stays within `/v1`.\n\
    - An answer carries `X-Request-Id`, yours if you sent one of 8 to 64 letters, digits or hyphens.";

/// A path and a method of it.
type Address = (String, &'static str);

/// What is served: made once, for it does not change while the program runs.
struct Served {
    document: Value,
    bytes: Bytes,
    etag: String,
    /// Each audience with the addresses and methods of its operations.
    order: Vec<(&'static str, &'static str, Vec<Address>)>,
    /// The methods of each address.
    methods: BTreeMap<&'static str, String>,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let groups: Vec<_> = GROUPS.iter().map(|(name, about, all)| (*name, *about, all())).collect();
    let mut methods: BTreeMap<&str, String> = BTreeMap::new();
    for operation in groups.iter().flat_map(|(_, _, operations)| operations) {
        let known = methods.entry(operation.path).or_default();
        let comma = if known.is_empty() { "" } else { ", " };
        *known = format!("{known}{comma}{}", operation.method.to_uppercase());
    }
    let document = document(&groups);
    let text = document.to_string();
    let etag = etag(text.as_bytes());
    let address = |operation: &Operation| (documented(operation.path), operation.method);
    let order = |(name, about, operations): (_, _, Vec<Operation>)| {
        (name, about, operations.iter().map(address).collect())
    };
    let order = groups.into_iter().map(order).collect();
    Served { document, bytes: Bytes::from(text), etag, order, methods }
});

/// The methods that an address knows, for `Allow`.
pub fn methods(pattern: Option<&str>) -> Option<&'static str> {
    SERVED.methods.get(pattern?).map(String::as_str)
}

/// An entity tag (RFC 9110, 8.8.3) of bytes.
fn etag(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let short: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

/// Whether the one who asks has it already.
fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|one| one.trim() == etag))
}

/// `GET /v1/openapi.json`
pub async fn show_openapi(request: HttpRequest) -> HttpResponse {
    let served = &*SERVED;
    let mut answer = if is_known(&request, &served.etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, served.etag.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    if is_known(&request, &served.etag) {
        return answer.finish();
    }
    answer.content_type(JSON).body(served.bytes.clone())
}

fn document(groups: &[(&str, &str, Vec<Operation>)]) -> Value {
    let mut schemas = Schemas::new();
    let problem = schemas.told(|schemas| schemas.subschema_for::<Problem<'static>>());
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (group, _, operations) in groups {
        for operation in operations {
            let described = describe(operation, group, &mut schemas, &problem);
            paths
                .entry(documented(operation.path))
                .or_default()
                .insert(operation.method.to_owned(), described);
        }
    }
    let tags = groups.iter().map(|(name, about, _)| json!({ "name": name, "description": about }));
    let responses: Map<String, Value> = STATUSES
        .iter()
        .map(|(_, name, about)| ((*name).to_owned(), as_problem(about, &problem)))
        .collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "paceline",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "description": ABOUT,
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths,
    });
    let schemas = schemas.finish(&mut document);
    document["components"] = json!({
        "schemas": schemas,
        "responses": responses,
        "parameters": { "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes a retry harmless: the same key and body have the same answer for \
                seven days, marked `Idempotent-Replayed`.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]([ -~]*[!-~])?$" },
        } },
        "headers": {
            "Location": {
                "description": "Where it is.", "schema": { "type": "string" }, "required": true,
            },
            "Replayed": {
                "description": "`true`: this is the answer that the key had before.",
                "schema": { "type": "string", "const": "true" },
            },
        },
        "securitySchemes": {
            "person": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The `access_token` of `POST /v1/auth/login` or `POST /oauth2/token`.",
            },
            "program": {
                "type": "oauth2", "description": "A merchant's program.",
                "flows": { "clientCredentials": {
                    "tokenUrl": "/oauth2/token", "scopes": { "deliveries": "All that the merchant may do." },
                } },
            },
        },
    });
    document
}

/// A path without the pattern of its parameter.
fn documented(path: &str) -> String {
    path.replace("{file:.*}", "{file}")
}

fn as_problem(about: &str, problem: &Value) -> Value {
    json!({ "description": about, "content": { "application/problem+json": { "schema": problem } } })
}

fn describe(operation: &Operation, group: &str, schemas: &mut Schemas, problem: &Value) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [group],
        "summary": operation.summary,
        "security": security(operation.who),
        "responses": responses(operation, schemas, problem),
    });
    let roles = operation.who.roles();
    let who = match operation.who {
        Who::Everybody => "Open to everybody.".to_owned(),
        Who::LoggedIn => "For whoever is logged in.".to_owned(),
        _ => format!("For the role {}.", roles.join(" or ")),
    };
    described["description"] = format!("{}\n\n{who}", operation.note).trim().into();
    described["x-roles"] = json!(roles);
    let parameters = parameters(operation, schemas);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(given) = &operation.body {
        let mut content = content(&given.content, |of| schemas.read(of));
        set_example(&mut content, given.example.as_ref());
        described["requestBody"] = json!({ "required": given.required, "content": content });
    }
    described
}

fn security(who: Who) -> Value {
    match who {
        Who::Everybody => json!([]),
        Who::Ordering | Who::Billed => json!([{ "person": [] }, { "program": ["deliveries"] }]),
        _ => json!([{ "person": [] }]),
    }
}

fn parameters(operation: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let mut all = Vec::new();
    if let Some(of) = operation.of {
        let schema = schemas.read(of);
        all.push(json!({ "name": "id", "in": "path", "required": true, "schema": schema }));
    }
    if operation.path.contains("{file") {
        let schema = json!({ "type": "string" });
        all.push(json!({ "name": "file", "in": "path", "required": true, "schema": schema }));
    }
    for of in &operation.queries {
        for (name, required, mut schema) in schemas.parameters(*of) {
            let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({ "name": name, "in": "query", "required": required, "schema": schema });
            if let Some(about) = about {
                parameter["description"] = about;
            }
            all.push(parameter);
        }
    }
    if operation.keyed {
        all.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    all
}

/// Media types with their schemas; bytes have none.
fn content(
    of: &[(&'static str, Option<SchemaOf>)],
    mut schema: impl FnMut(SchemaOf) -> Value,
) -> Map<String, Value> {
    let each = of.iter().map(|(media, of)| {
        let described = of.map_or(json!({}), |of| json!({ "schema": schema(of) }));
        ((*media).to_owned(), described)
    });
    each.collect()
}

fn set_example(content: &mut Map<String, Value>, example: Option<&Value>) {
    if let Some((media, example)) = content.values_mut().next().zip(example) {
        media["example"] = example.clone();
    }
}

fn responses(operation: &Operation, schemas: &mut Schemas, problem: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    for answer in std::iter::once(&operation.answer).chain(&operation.others) {
        let mut described = json!({ "description": about(answer.status) });
        let mut content = content(&answer.content, |of| schemas.told(of));
        set_example(&mut content, answer.example.as_ref());
        if !content.is_empty() {
            described["content"] = content.into();
        }
        let headers = headers(operation, answer);
        if !headers.is_empty() {
            described["headers"] = headers.into();
        }
        all.insert(answer.status.to_string(), described);
    }
    for (status, codes) in problems_of(operation) {
        let shared = STATUSES.iter().find(|(known, ..)| *known == status);
        let described = match (shared, codes.is_empty()) {
            (Some((_, name, _)), true) => {
                json!({ "$ref": format!("#/components/responses/{name}") })
            }
            _ => {
                let lines = codes
                    .iter()
                    .filter_map(|code| Some(format!("- `{code}`: {}", problems::of(code)?.1)));
                as_problem(&lines.collect::<Vec<_>>().join("\n"), problem)
            }
        };
        all.entry(status.to_string()).or_insert(described);
    }
    all
}

const fn about(status: u16) -> &'static str {
    match status {
        201 => "It is made.",
        202 => "It is on its way.",
        204 => "Done; there is nothing to say.",
        303 | 308 => "Elsewhere, at `Location`.",
        304 => "As it was.",
        400..500 => "It cannot be done.",
        503 => "Not now.",
        _ => "Done.",
    }
}

fn headers(operation: &Operation, answer: &Answer) -> Map<String, Value> {
    let mut all = Map::new();
    let mut refer = |header: &str, to: &str| {
        all.insert(header.to_owned(), json!({ "$ref": format!("#/components/headers/{to}") }));
    };
    if answer.located || matches!(answer.status, 303 | 308) {
        refer("Location", "Location");
    }
    if operation.keyed && answer.status < 300 {
        refer("Idempotent-Replayed", "Replayed");
    }
    all
}

/// The statuses of what may be wrong, each with the codes that are this operation's own.
fn problems_of(operation: &Operation) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let mut found: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    let mut may = |codes: &[&'static str]| {
        for code in codes {
            if let Some((status, _)) = problems::of(code) {
                found.entry(status).or_default().insert(code);
            }
        }
    };
    match operation.who {
        Who::Everybody => {}
        Who::LoggedIn => may(&["unauthenticated"]),
        _ => may(&["unauthenticated", "forbidden"]),
    }
    if operation.of.is_some() {
        may(&["not-found"]);
    }
    if let Some(given) = &operation.body {
        may(match given.content.first() {
            Some((JSON, _)) => &["malformed", "too-large", "not-json", "invalid"],
            // What is wrong with a form is told in its own way.
            Some((FORM, _)) => &[],
            _ => &["too-large", "invalid"],
        });
    }
    if !operation.queries.is_empty() {
        may(&["invalid"]);
    }
    if operation.keyed {
        may(&["key-busy", "key-reused", "invalid"]);
    }
    if ["/v1/", "/oauth2/", "/t/"].iter().any(|room| operation.path.starts_with(room)) {
        may(&["busy"]);
    }
    may(operation.refusals);
    // What is the same everywhere is said once.
    for (status, codes) in &mut found {
        let usual: &[&str] = match status {
            400 => &["malformed"],
            401 => &["unauthenticated"],
            403 => &["forbidden"],
            404 => &["not-found"],
            413 => &["too-large"],
            415 => &["not-json"],
            422 => &["invalid"],
            503 => &["busy"],
            _ => &[],
        };
        if codes.iter().all(|code| usual.contains(code)) {
            codes.clear();
        }
    }
    found
}
