//! What merchants' programs are told, and tables in and out.

use serde_json::{Value, json};

use super::operation::{Operation, delete, get, patch, post};
use crate::http::body::Span;
use crate::http::paging::Paging;
use crate::http::v1::imports::{self, ImportView};
use crate::http::v1::proofs;
use crate::http::v1::webhooks::{self, TestView, WebhookView};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A delivery that was called off, as it is told.
fn cancelled() -> Value {
    json!({
        "id": "dlv_01k9c5v8r2e7sb8c5x6y7z8a9b", "merchant_id": "mer_01k9c5v8r2e7sb8c5x6y7z8a9b",
        "merchant_name": "Bistro", "external_reference": "1001", "state": "cancelled",
        "placed_at": "2026-03-02T12:00:00.000Z", "ready_at": "2026-03-02T12:10:00.000Z",
        "if_undeliverable": "keep",
        "due_at": "2026-03-02T12:45:00.000Z", "ended_at": "2026-03-02T12:05:00.000Z",
        "end_reason": { "code": "cancelled", "note": "Sold out." },
        "price": { "amount": 0, "currency": "EUR" }, "packages": [], "version": 2,
        "tasks": [{
            "id": "tsk_01k9c5v8r2e7sb8c5x6y7z8a9b", "kind": "dropoff", "state": "cancelled",
            "place": { "latitude": 48.862, "longitude": 2.36 }, "ended_at": "2026-03-02T12:05:00.000Z",
            "needs": ["name"],
        }],
    })
}

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/events", webhooks::list_events, "What has happened since an event.")
            .note("In order, without gaps; kept for 30 days. Ask again after `next_after`.")
            .asks::<webhooks::AfterQuery>()
            .then(json!({ "items": [{
                "seq": 4711, "type": "delivery.cancelled", "timestamp": "2026-03-02T12:05:00.000Z",
                "data": { "delivery": cancelled() },
            }], "next_after": 4711 })),
        post("/v1/webhooks", webhooks::create_webhook, "Be told over the network.")
            .note(
                "Messages are signed by Standard Webhooks 1.0 with the secret that is in this answer alone. \
                 Any 2xx accepts one; otherwise it is tried for three days. The address is a public one, by \
                 https.",
            )
            .makes::<WebhookView>()
            .refuses(&["not-found", "too-many"])
            .example(json!({
                "url": "https://till.example.org/hooks", "kinds": ["delivery.picked_up", "delivery.delivered"],
            }))
            .then(json!({
                "id": "whk_01k9c5v8r2e7sb8c5x6y7z8a9b", "merchant_id": "mer_01k9c5v8r2e7sb8c5x6y7z8a9b",
                "url": "https://till.example.org/hooks", "kinds": ["delivery.picked_up", "delivery.delivered"],
                "enabled": true, "failures": 0, "created_at": "2026-03-02T12:00:00.000Z",
                "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            })),
        get("/v1/webhooks", webhooks::list_webhooks, "Webhooks.").asks::<Paging>(),
        get("/v1/webhooks/{id}", webhooks::show_webhook, "A webhook, and how it does."),
        patch("/v1/webhooks/{id}", webhooks::change_webhook, "Change a webhook, or switch it on again.")
            .example(json!({ "enabled": true })),
        delete("/v1/webhooks/{id}", webhooks::remove_webhook, "Remove a webhook.").status(204),
        post("/v1/webhooks/{id}/secret", webhooks::rotate_secret, "Replace a webhook's secret.")
            .note("The old one signs along for a day."),
        post("/v1/webhooks/{id}/test", webhooks::test_webhook, "Send `webhook.test`.")
            .gives::<TestView>()
            .status(202),
        get("/v1/webhooks/{id}/messages", webhooks::list_messages, "What was and will be told.")
            .note("The newest first.")
            .asks::<Paging>()
            .asks::<webhooks::StateQuery>(),
        get("/v1/webhook-messages/{id}", webhooks::show_message, "A message with each of its tries."),
        post("/v1/webhook-messages/{id}/replay", webhooks::replay_message, "Send a message once more.")
            .note("With the same id, so that a receiver can know it."),
        post("/v1/imports", imports::create_import, "Hand a table of deliveries in.")
            .note(
                "A CSV file or an XLSX workbook is the body. The columns are in docs/reference/imports.md. \
                 Rows become deliveries one by one; the same table again makes nothing new.",
            )
            .takes(&["text/csv", XLSX])
            .asks::<imports::ImportQuery>()
            .makes::<ImportView>()
            .located()
            .refuses(&["not-found", "unknown-column"])
            .example(json!(
                "reference,dropoff.address,dropoff.latlong\n1001,5 Rue de Turenne,\"48.862,2.36\"\n"
            ))
            .then(json!({
                "id": "imp_01k9c5v8r2e7sb8c5x6y7z8a9b", "merchant_id": "mer_01k9c5v8r2e7sb8c5x6y7z8a9b",
                "dry_run": false, "made_at": "2026-03-02T12:00:00.000Z", "state": "running",
                "rows": { "waiting": 1, "valid": 0, "created": 0, "known": 0, "failed": 0 },
            })),
        get("/v1/imports/{id}", imports::show_import, "How far an import is."),
        get("/v1/imports/{id}/rows", imports::list_rows, "What became of each row.")
            .asks::<Paging>()
            .asks::<imports::StateQuery>(),
        get("/v1/imports/{id}/failed", imports::download_failed, "The failed rows, to be mended.")
            .note("With what is wrong in a last column.")
            .sends(&["text/csv"]),
        get("/v1/exports/deliveries", imports::export_deliveries, "Deliveries as a table.")
            .note("The newest first, up to 10,000 of them.")
            .asks::<imports::ExportQuery>()
            .sends(&["text/csv", XLSX]),
        get("/v1/exports/proofs", proofs::export_proofs, "Pictures of handing over, as a zip.")
            .note("Of the last day, if nothing else is asked for; 200 at most.")
            .asks::<Span>()
            .sends(&["application/zip"]),
    ]
}
