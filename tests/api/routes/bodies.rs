//! Bodies that the routes accept.

use serde_json::{Value, json};

use crate::support::place;

/// Where a body needs something that only exists in the test's co-op.
pub mod blank {
    pub const SHOP: &str = "mer_own";
    pub const COURIER: &str = "cou_own";
    pub const REFRESH_TOKEN: &str = "refresh token";
    /// An hour of a day that is used once.
    pub const FROM: &str = "<from>";
    pub const TO: &str = "<to>";
    /// Longer hours than those of the shift that was made last.
    pub const WORKED_FROM: &str = "<worked from>";
    pub const WORKED_TO: &str = "<worked to>";
    /// A number that is used once.
    pub const FRESH: &str = "<number>";
}

fn stop() -> Value {
    json!({
        "place": place(700, 0), "address": "5 Quai",
        "contact": { "name": "M. Curie", "phone": "+33 1 23" },
        "window": { "after": "2026-03-02T12:00:00Z", "before": "2026-03-02T14:00:00Z" },
    })
}

pub fn order() -> Value {
    json!({
        "merchant_id": blank::SHOP, "external_reference": blank::FRESH, "ready_at": "2026-03-02T12:10:00Z",
        "pickups": [stop()], "dropoffs": [stop()], "instructions": "ring twice",
        "if_undeliverable": "return",
        "packages": [{ "name": "pizza", "quantity": 2, "volume_ml": 6000, "weight_g": 800 }],
    })
}

pub fn book() -> Value {
    json!({
        "strategy": "sum", "vat_basis_points": 2000, "rules": [
            { "name": "base", "when": "true", "charge": { "form": "fixed", "amount": 400 } },
        ],
    })
}

pub fn slot_plan() -> Value {
    json!({
        "name": "lunch", "length_minutes": 60, "capacity": 20, "notice_minutes": 30,
        "same_day_until": "23:00", "days_ahead": 7, "closed": ["2026-12-25"],
        "hours": [{ "weekdays": [1, 2, 3], "from": "11:30", "to": "22:00" }],
    })
}

/// Open at all times, done at once: nothing is different for the orders of others.
pub fn kitchen() -> Value {
    json!({
        "hours": [{ "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00" }],
        "closed": [{ "day": "2026-12-25", "reason": "Christmas" }],
        "preparation_minutes": 0,
    })
}

/// Bread at eight, every day from the autumn on.
pub fn standing_order() -> Value {
    json!({
        "template": {
            "pickups": [], "dropoffs": [{
                "place": place(700, 0), "address": "5 Quai",
                "contact": { "name": "M. Curie", "phone": "+33 1 23" },
                "between": { "from": "08:30", "to": "10:00" },
            }],
            "packages": [{ "name": "bread", "quantity": 20, "volume_ml": 1500, "weight_g": 400 }],
            "instructions": "ring twice", "if_undeliverable": "return",
        },
        "rule": "FREQ=DAILY", "first_day": "2026-10-01", "ready": "08:00",
        "excluded": ["2026-10-02"], "skips_holidays": false,
    })
}

/// A person's login, with an address that is used once.
pub fn login(more: Value) -> Value {
    let mut body = json!({
        "name": "Zoe", "email": format!("zoe{}@coop.example", blank::FRESH), "password": "long enough",
    });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}
