//! The routes of the shift plan.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Access as A, Object as O, Route, blank, create, get, post};

fn wanted() -> Value {
    json!({
        "places": 2, "skills": [], "vehicles": ["bike"], "note": "the big bag", "zone": "centre",
    })
}

fn hours() -> Value {
    json!({
        "started_at": blank::WORKED_FROM, "ended_at": blank::WORKED_TO, "breaks": [],
        "reason": "the phone was flat",
    })
}

pub fn shift_template() -> Value {
    json!({
        "name": "usual", "skips_holidays": true, "spans": [{
            "hours": { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
            "wanted": wanted(),
        }],
    })
}

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    let template = || json!({ "template": shift_template() });
    let put = |path, access, object, body| Route { method: Method::PUT, ..post(path, access, object, body) };
    let said = |route: Route| Route { success: 204, ..route };
    let bare = |route: Route| Route { body_optional: true, ..route };
    vec![
        get("/v1/me/openings", A::Couriers, O::None),
        bare(post("/v1/openings/{id}/apply", A::Couriers, O::Opening, json!({}))),
        said(bare(post("/v1/openings/{id}/leave", A::Couriers, O::Opening, json!({})))),
        said(bare(post("/v1/me/shifts/{id}/give-back", A::Couriers, O::Placed, json!({})))),
        bare(post("/v1/me/shifts/{id}/swap", A::Couriers, O::Placed, json!({ "to": null }))),
        said(Route { method: Method::DELETE, ..get("/v1/me/shifts/{id}/swap", A::Couriers, O::Placed) }),
        get("/v1/me/swaps", A::Couriers, O::None),
        get("/v1/me/colleagues", A::Couriers, O::None),
        bare(post("/v1/shifts/{id}/take", A::Couriers, O::Swap, json!({}))),
        get("/v1/me/availability", A::Couriers, O::None),
        put("/v1/me/availability", A::Couriers, O::None, json!({ "rules": [{
            "hours": { "weekdays": [1, 2], "from": "18:00", "to": "23:00" }, "available": true,
        }] })),
        get("/v1/me/days-off", A::Couriers, O::None),
        create("/v1/me/days-off", A::Couriers, O::None, json!({
            "first": "2026-08-01", "last": "2026-08-02", "note": "the sea",
        })),
        bare(post("/v1/me/days-off/{id}/withdraw", A::Couriers, O::DaysOff, json!({}))),
        get("/v1/days-off", A::Desk, O::None),
        post("/v1/days-off/{id}/answer", A::Desk, O::DaysOff, json!({ "answer": "granted", "reason": "enjoy it" })),
        get("/v1/openings", A::Desk, O::None),
        create("/v1/openings", A::Desk, O::None, json!({
            "window": { "after": "2026-04-02T12:00:00Z", "before": "2026-04-02T14:00:00Z" }, "wanted": wanted(),
        })),
        put("/v1/openings/{id}", A::Desk, O::Opening, json!({ "wanted": wanted() })),
        post("/v1/openings/{id}/withdraw", A::Desk, O::Opening, json!({ "reason": "it snows" })),
        said(post("/v1/shifts/{id}/cancel", A::Desk, O::Placed, json!({ "reason": "it snows" }))),
        get("/v1/shift-templates", A::Desk, O::None),
        create("/v1/shift-templates", A::Desk, O::None, template()),
        put("/v1/shift-templates/{id}", A::Desk, O::ShiftTemplate, template()),
        said(Route { method: Method::DELETE, ..get("/v1/shift-templates/{id}", A::Desk, O::ShiftTemplate) }),
        post("/v1/shift-templates/{id}/publish", A::Desk, O::ShiftTemplate, json!({ "week": "2026-W12" })),
        get("/v1/me/calendar", A::Couriers, O::None),
        Route { keyed: false, body_optional: true, ..create("/v1/me/calendar", A::Couriers, O::None, json!({})) },
        get("/calendar/{id}.ics", A::Public, O::Calendar),
        said(Route { method: Method::DELETE, ..get("/v1/me/calendar", A::Couriers, O::None) }),
        get("/v1/couriers/{id}/shifts", A::Desk, O::Courier),
        create("/v1/shifts/{id}/correct", A::Desk, O::Worked, hours()),
        create("/v1/me/shifts/{id}/correct", A::Couriers, O::Worked, hours()),
        get("/v1/shift-corrections", A::Desk, O::None),
        get("/v1/me/shift-corrections", A::Couriers, O::None),
        post("/v1/shift-corrections/{id}/answer", A::Desk, O::Longer, json!({ "agreed": true, "reason": "so it was" })),
        post("/v1/me/shift-corrections/{id}/answer", A::Couriers, O::Shorter, json!({ "agreed": true, "reason": "so it was" })),
        put("/v1/couriers/{id}/skills", A::Admins, O::Courier, json!({ "skills": ["cargo", "keys"] })),
    ]
}
