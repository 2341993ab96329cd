//! The routes by which people are told: phones that are knocked at, and what everybody may read.

use reqwest::Method;
use serde_json::json;

use super::{Access as A, Object as O, Route, get, post};

#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    let phone = json!({
        "endpoint": "https://push.example.org/send/abc", "language": "fr",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    });
    vec![
        get("/v1/openapi.json", A::Public, O::None),
        get("/docs", A::Public, O::None),
        get("/v1/clock", A::Public, O::None),
        get("/rules", A::Public, O::None),
        get("/v1/me/push", A::Couriers, O::None),
        Route { method: Method::PUT, ..post("/v1/me/push", A::Couriers, O::None, phone) },
        Route { method: Method::DELETE, success: 204, ..get("/v1/me/push", A::Couriers, O::None) },
    ]
}
