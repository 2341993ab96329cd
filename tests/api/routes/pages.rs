//! The routes of customers, operators and browsers: open to the world.

use serde_json::Value;

use super::{Access as A, Object as O, Route, get, post};

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    vec![
        // customers
        get("/t/{id}", A::Public, O::Link),
        // Leads back to the page.
        Route { body: None, ..post("/t/{id}", A::Public, O::Link, Value::Null) },
        // operators and browsers
        get("/livez", A::Public, O::None),
        get("/readyz", A::Public, O::None),
        get("/metrics", A::Public, O::None),
        get("/", A::Public, O::None),
        get("/app", A::Public, O::None),
        get("/app/{file:.*}", A::Public, O::None),
        get("/verify", A::Public, O::None),
        get("/verify/", A::Public, O::None),
        get("/assets/{file:.*}", A::Public, O::None),
    ]
}
