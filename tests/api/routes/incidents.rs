//! The routes of what goes wrong on the way.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Access as A, Object as O, Route, get, post};

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    let told = json!({
        "incident_id": "inc_01k00000000000000000000000", "kind": "customer", "text": "He shouted.",
        "at": "2026-03-02T12:00:00Z",
    });
    vec![
        Route { success: 201, ..post("/v1/me/incidents", A::Couriers, O::None, told) },
        get("/v1/me/incidents", A::Couriers, O::None),
        // A picture is no JSON, and there is none here.
        Route { body: None, success: 422, ..post("/v1/me/incidents/{id}/pictures?picture_id=ipi_01k00000000000000000000000", A::Couriers, O::Incident, Value::Null) },
        get("/v1/incidents", A::Desk, O::None),
        get("/v1/incidents/{id}", A::Desk, O::Incident),
        Route { method: Method::PATCH, ..post("/v1/incidents/{id}", A::Desk, O::Incident, json!({ "priority": "urgent", "assigned_to": null })) },
        post("/v1/incidents/{id}/close", A::Desk, O::Incident, json!({ "done": "a new chain" })),
        Route { body_optional: true, ..post("/v1/incidents/{id}/reopen", A::Desk, O::Incident, json!({})) },
        Route { keyed: true, ..post("/v1/incidents/{id}/comments", A::Desk, O::Incident, json!({ "text": "looked at" })) },
        get("/v1/incident-pictures/{id}", A::Desk, O::IncidentPicture),
        get("/v1/deliveries/{id}/incidents", A::Ordering, O::Delivery),
    ]
}
