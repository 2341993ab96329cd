//! A courier's own: shifts, offers, route, pay and rights.

use serde_json::json;

use super::operation::{Operation, delete, get, post, put};
use crate::http::body::Span;
use crate::http::paging::Paging;
use crate::http::v1::expenses::{self, ExpenseView};
use crate::http::v1::proofs::AddQuery;
use crate::http::v1::reviews::{self, ReviewView};
use crate::http::v1::statements::{self, PeriodQuery};
use crate::http::v1::{
    bank_accounts, corrections, decisions, me, offers, open_list, phone, positions, proofs, push,
    rights, route, shifts, tasks,
};

/// What stands against a step at the door.
const STEP: &[&str] = &["not-ready", "pickup-first", "illegal-transition"];

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/me/shifts", shifts::list_my_shifts, "The own shifts."),
        get("/v1/me/shift", shifts::show_my_shift, "The open shift.").refuses(&["not-found"]),
        post("/v1/me/shift/start", shifts::start_my_shift, "Begin a shift.")
            .note(
                "The planned one that is named, or one on the spot; on the co-op's vehicle that is named, or \
                 on the own. Twice is once.",
            )
            .refuses(&[
                "not-found", "illegal-transition", "suspended", "vehicle-taken", "vehicle-retired",
            ]),
        post("/v1/me/shift/stop", shifts::stop_my_shift, "End the shift.")
            .refuses(&["route-not-empty", "illegal-transition"]),
        post("/v1/me/shift/pause", shifts::pause_my_shift, "Begin a break.")
            .note(
                "Until it is over nothing is offered or given by the engine, and positions are dropped. \
                 Twice is once.",
            )
            .refuses(&["route-not-empty", "illegal-transition", "too-many"]),
        post("/v1/me/shift/resume", shifts::resume_my_shift, "End a break.")
            .note("Twice is once; the end of the shift ends a break, too.")
            .refuses(&["illegal-transition"]),
        post("/v1/me/positions", positions::report_positions, "Say where you are.")
            .note("Kept during a shift and at no other time; the answer says what was dropped and why.")
            .example(json!({ "fixes": [
                { "at": "2026-03-02T12:00:00Z", "latitude": 48.86, "longitude": 2.35, "accuracy_m": 5.0 },
            ] })),
        get("/v1/me/positions", positions::list_my_positions, "What is kept of the own way.")
            .note("The last day, if nothing else is asked for.")
            .asks::<Span>(),
        post("/v1/me/events", phone::report_events, "What a phone says happened.")
            .note(
                "Late, twice, in any order: each event has an id and the next number of its phone, and \
                 those that follow the last one done without a gap are done. A shift whose vehicle is taken \
                 by then begins on the courier's own: it is `done`, and `code` says `vehicle-taken`.",
            )
            .refuses(&["not-found"])
            .example(json!({ "phone_id": "pho_01k9c5v8r2e7sb8c5x6y7z8a9b", "events": [{
                "id": "pev_01k9c5v8r2e7sb8c5x6y7z8a9b", "seq": 1, "at": "2026-03-02T12:00:00Z",
                "act": { "kind": "shift_started" },
            }] })),
        get("/v1/me/offers", offers::list_my_offers, "Live offers."),
        get("/v1/offers/{id}", offers::show_offer, "What was shown before the answer.")
            .note("For ever the same, with the SHA-256 of its text."),
        post("/v1/offers/{id}/accept", offers::accept_offer, "Accept an offer.")
            .refuses(&["offer-gone", "off-shift", "illegal-transition", "suspended"]),
        post("/v1/offers/{id}/decline", offers::decline_offer, "Decline an offer.")
            .note("Free, and without a reason.")
            .refuses(&["offer-gone"]),
        get("/v1/me/open-list", open_list::list_open_jobs, "What may be taken without being asked.")
            .note("Each as an offer would show it, the nearest pickups first.")
            .refuses(&["not-open-list", "off-shift", "on-break", "suspended"]),
        get("/v1/me/decisions", decisions::list_my_decisions, "Why me, why not me?"),
        get("/v1/me/route", route::show_my_route, "What is left to do, in riding order."),
        post("/v1/me/route", route::reorder_my_route, "Ride in another order.")
            .note(
                "With the version that was seen. Stops that are not named come behind; no drop-off comes \
                 before its pickup. `outdated` brings the order as it is.",
            )
            .refuses(&["outdated", "pickup-first", "not-found"])
            .example(json!({ "version": 7, "tasks": ["tsk_01k9c5v8r2e7sb8c5x6y7z8a9b"] })),
        post("/v1/tasks/{id}/start", tasks::start_task, "Set out for a stop, or arrive there.")
            .refuses(STEP),
        post("/v1/tasks/{id}/done", tasks::complete_task, "Picked up, or handed over.")
            .note(
                "With what the stop `needs`: by itself, a drop-off needs the name of who took it. A picture \
                 counts once it is announced under the id that it is sent with, before or after.",
            )
            .refuses(&[
                "not-ready", "pickup-first", "illegal-transition", "parcels", "too-many", "proof-missing",
                "pin-missing", "pin-wrong", "pin-locked",
            ]),
        post("/v1/tasks/{id}/failed", tasks::fail_task, "It cannot be done.").refuses(STEP),
        post("/v1/tasks/{id}/undo", tasks::undo_task, "Take the last step back.")
            .note(
                "For two minutes, as long as nothing has come of it. What was booked with the step is taken back.",
            )
            .refuses(&["undo-late", "undo-followed", "undo-settled", "paid-out", "illegal-transition"])
            .example(json!({ "step": "done" })),
        post("/v1/tasks/{id}/proofs", proofs::add_proof, "Send a picture of handing over.")
            .note("It is drawn anew, so that nothing but the picture is kept.")
            .asks::<AddQuery>()
            .refuses(&["exists", "too-many", "picture"]),
        get("/v1/me/pay", me::show_my_pay, "The own pay, line by line.")
            .note("The newest first, each with what it is reckoned from.")
            .asks::<Paging>()
            .asks::<me::SpanQuery>(),
        get("/v1/me/statement", me::show_my_statement, "An account with its proof.")
            .note("To be kept and verified elsewhere: docs/ledger-format.md.")
            .asks::<me::StatementQuery>()
            .refuses(&["too-long"]),
        get("/v1/me/statement.csv", statements::download_statement, "An account as a table.")
            .asks::<PeriodQuery>()
            .sends(&["text/csv"])
            .refuses(&["too-long"]),
        get("/v1/me/statement.html", statements::print_statement, "An account to read and print.")
            .asks::<PeriodQuery>()
            .sends(&["text/html"])
            .refuses(&["too-long"]),
        get("/v1/me/reviews", reviews::list_my_reviews, "What people are asked to look at again."),
        post("/v1/me/reviews", reviews::open_review, "Ask a person to look again.")
            .makes::<ReviewView>()
            .refuses(&["not-found", "exists"])
            .example(json!({ "about": { "kind": "other" }, "question": "Why was I not asked on Monday?" })),
        get("/v1/me/reversals", corrections::list_my_reversals, "What waits for your agreement."),
        post("/v1/me/reversals/{id}/agree", corrections::agree_as_courier, "Agree to what is taken back.")
            .note("The id is the entry's.")
            .refuses(&["paid-out", "alone", "credited", "asked"]),
        get("/v1/me/bank-account", bank_accounts::show_my_account, "Where you are paid."),
        put("/v1/me/bank-account", bank_accounts::set_my_account, "Say where to pay you.")
            .refuses(&["not-found"])
            .example(json!({ "iban": "FR14 2004 1010 0505 0001 3M02 606" })),
        delete("/v1/me/bank-account", bank_accounts::remove_my_account, "Forget the account.")
            .note("What is owed waits until there is another.")
            .status(204)
            .refuses(&["not-found"]),
        get("/v1/me/push", push::show_push, "Whether your phones say something while the app is closed.")
            .note("With the key that a browser needs to let nobody else do so (VAPID, RFC 8292)."),
        put("/v1/me/push", push::knock_at, "Say it on this phone.")
            .note(
                "As the browser's `PushSubscription` says it. At most five phones; the one that was there \
                 first makes room. The same again is the same.",
            )
            .refuses(&["not-found"])
            .example(json!({
                "endpoint": "https://push.example.org/send/abc",
                "keys": {
                    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                },
                "language": "fr",
            })),
        delete("/v1/me/push", push::stop_push, "Say it on no phone any more.").status(204),
        get("/v1/me/expenses", expenses::list_my_expenses, "What you laid out, the newest first.")
            .asks::<Paging>(),
        post("/v1/me/expenses", expenses::hand_in_expense, "Hand in what you laid out for the co-op.")
            .makes::<ExpenseView>()
            .refuses(&["too-many", "not-found"])
            .example(json!({
                "day": "2026-03-01", "category": "repair",
                "amount": { "amount": 1990, "currency": "EUR" }, "note": "A new chain.",
            })),
        delete("/v1/me/expenses/{id}", expenses::withdraw_expense, "Take an expense back.")
            .note("While nobody has answered.")
            .status(204)
            .refuses(&["answered"]),
        put("/v1/me/expenses/{id}/receipt", expenses::attach_receipt, "Send a picture of the receipt.")
            .refuses(&["answered", "picture"]),
        get("/v1/me/expenses/{id}/receipt", expenses::show_my_receipt, "The picture of a receipt.")
            .sends(&["image/jpeg"]),
        get("/v1/me/suspensions", reviews::list_my_suspensions, "The own suspensions, with their reasons."),
        get("/v1/me/export", rights::export_me, "Everything that is kept about you.")
            .sends(&["application/zip"]),
        post("/v1/me/erase", rights::erase_me, "Be forgotten.")
            .note("There is no way back, so the password is asked for.")
            .status(204)
            .refuses(&["credentials", "at-work", "in-pay-run", "not-found"]),
    ]
}
