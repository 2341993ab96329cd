//! The routes by which the desk puts deliveries together, and takes them apart.

use reqwest::Method;
use serde_json::json;

use super::{Access as A, Object as O, Route, blank, create, get, post};
use crate::support::place;

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    vec![
        get("/v1/tours", A::Desk, O::None),
        create("/v1/tours", A::Desk, O::None, json!({ "name": "North", "day": "2026-03-03", "delivery_ids": [], "stops": [] })),
        get("/v1/tours/{id}", A::Desk, O::Tour),
        Route { method: Method::PATCH, ..post("/v1/tours/{id}", A::Desk, O::Tour, json!({ "version": 1, "name": "South", "add": [], "remove": [], "stops": [] })) },
        post("/v1/tours/{id}/give", A::Desk, O::Tour, json!({ "version": 1, "courier_id": blank::COURIER })),
        post("/v1/tours/{id}/take-back", A::Desk, O::Tour, json!({ "version": 1 })),
        create("/v1/tours/{id}/carry", A::Desk, O::Tour, json!({ "version": 1, "day": "2026-03-03" })),
        Route { success: 204, ..post("/v1/tours/{id}/remove", A::Desk, O::Tour, json!({ "version": 1 })) },
        get("/v1/hubs", A::Desk, O::None),
        create("/v1/hubs", A::Admins, O::None, json!({ "name": format!("Depot {}", blank::FRESH), "place": place(500, 0), "address": "12 Quai", "instructions": "Key in the box" })),
        Route { method: Method::PATCH, ..post("/v1/hubs/{id}", A::Admins, O::Hub, json!({ "address": "13 Quai", "place": place(600, 0), "instructions": "Shelf B", "closed": false })) },
        get("/v1/deliveries/{id}/splits", A::Desk, O::Delivery),
    ]
}
