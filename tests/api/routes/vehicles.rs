//! The routes of the co-op's own vehicles.

use reqwest::Method;
use serde_json::json;

use super::{Access as A, Object as O, Route, blank, create, get, post};

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    let told = |name: &str| json!({
        "name": format!("{name} {}", blank::FRESH), "kind": "trailer", "volume_ml": 200_000, "weight_g": 60_000,
        "range_m": 40_000, "note": "the lamp is in the box",
    });
    let mut changed = told("blue");
    changed["in_service"] = json!(true);
    vec![
        get("/v1/vehicles", A::Crew, O::None),
        create("/v1/vehicles", A::Admins, O::None, told("red")),
        Route { method: Method::PATCH, ..post("/v1/vehicles/{id}", A::Admins, O::Vehicle, changed) },
    ]
}
