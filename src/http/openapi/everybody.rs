//! What is open to everybody, or to whoever is logged in; and pages for people and operators.

use serde_json::json;

use super::operation::{Operation, get, post};
use super::{show_docs, show_openapi};
use crate::http::ops::{self, Ready};
use crate::http::tracking::{self, LanguageQuery};
use crate::http::v1::session::TokenRefused;
use crate::http::v1::{ledger, rights, session, stream, transparency};
use crate::http::{pages, paging::Paging, rules};

pub fn operations() -> Vec<Operation> {
    vec![
        post("/oauth2/token", session::issue_token, "Get a token for a merchant's program.")
            .note(
                "The client credentials grant (RFC 6749, 4.4). Id and secret go in the form or by HTTP \
                 Basic; errors are in the form of RFC 6749, 5.2. There is no refresh: ask again.",
            )
            .gives::<session::TokenView>()
            .or::<TokenRefused<'static>>(400)
            .or::<TokenRefused<'static>>(401)
            .or::<TokenRefused<'static>>(413)
            .example(json!({
                "grant_type": "client_credentials", "client_id": "cli_01k9c5v8r2e7sb8c5x6y7z8a9b",
                "client_secret": "kept since it was shown",
            }))
            .then(json!({
                "access_token": "eyJhbGciOiJFZERTQSJ9...", "token_type": "Bearer", "expires_in": 900,
                "scope": "deliveries",
            })),
        post("/v1/auth/login", session::log_in, "Log a person in.").refuses(&["credentials"]),
        post("/v1/auth/refresh", session::refresh, "Stay logged in.")
            .note("Each refresh token works once. One that comes twice ends the session.")
            .refuses(&["refresh-token"]),
        post("/v1/auth/logout", session::log_out, "Log out.").status(204),
        get("/v1/me", session::show_me, "Who is asking?").refuses(&["not-found"]),
        get("/.well-known/jwks.json", session::show_keys, "The keys that sign access tokens."),
        get("/v1/clock", session::show_clock, "The co-op's time.")
            .note("A demo's clock runs faster than the true one, and everything else goes by it."),
        get("/v1/transparency", transparency::show_transparency, "Every rule in force, whole.")
            .note("What the engine may do, how much each thing weighs, what is paid, and since when. As a page: `/rules`."),
        get("/v1/indicators", rights::show_indicators, "The seven indicators of a year's work.")
            .note("By article L1326-3 of the French Code des transports; of the last whole year.")
            .asks::<rights::YearQuery>(),
        get("/v1/ledger/checkpoints", ledger::list_checkpoints, "What the co-op has signed of its books.")
            .note("The newest first. For everybody, so that many keep it.")
            .asks::<Paging>(),
        get("/v1/ledger/key", ledger::show_key, "The key by which statements are verified."),
        get("/v1/stream", stream::follow_stream, "What happens, as it happens.")
            .note(
                "Server-sent events, each with the number of the event as its id. `Last-Event-ID` goes on \
                 from there; `resync` says that too much was missed and to read anew. Who listens hears \
                 what concerns them: a courier and a merchant their own, a dispatcher everything and \
                 where couriers are.",
            )
            .sends(&["text/event-stream"])
            .refuses(&["invalid"]),
        get("/v1/openapi.json", show_openapi, "This document.").sends(&["application/json"]),
        get("/docs", show_docs, "This document, to be read.")
            .sends(&["text/html"])
            .asks::<LanguageQuery>(),
        get("/rules", rules::show_rules, "The rules in force, to be read.")
            .sends(&["text/html"])
            .asks::<LanguageQuery>(),
        get("/t/{id}", tracking::show_tracking, "A customer's page.")
            .note("Under the link of `GET /v1/deliveries/{id}/links`, in French or English.")
            .asks::<LanguageQuery>()
            .sends(&["text/html"])
            .or_page(404),
        post("/t/{id}", tracking::leave_note, "A customer's words for the courier.")
            .asks::<LanguageQuery>()
            .status(303)
            .or_page(404),
        get("/livez", ops::live, "Whether the process answers.").gives::<ops::Alive>(),
        get("/readyz", ops::ready, "Whether the server can work.").gives::<Ready>().or::<Ready>(503),
        get("/metrics", ops::metrics, "Measures, for Prometheus.").sends(&["text/plain"]),
        get("/", pages::show_page, "The board.").named("show_board_page").sends(&["text/html"]),
        get("/app", pages::go_into, "The couriers' app.").named("go_into_app").status(308),
        get("/app/{file:.*}", pages::show_page, "A file of the couriers' app.")
            .named("show_app_page")
            .sends(&["*/*"])
            .refuses(&["not-found"]),
        get("/verify", pages::go_into, "The page that verifies statements.")
            .named("go_into_verify")
            .status(308),
        get("/verify/", pages::show_page, "The page that verifies statements.")
            .named("show_verify_page")
            .sends(&["text/html"]),
        get("/assets/{file:.*}", pages::show_page, "A file of the dashboard.")
            .named("show_asset")
            .sends(&["*/*"])
            .refuses(&["not-found"]),
    ]
}
