//! The books: what treasurers keep, and merchants read of it.

use serde_json::json;

use super::operation::{Operation, get, post};
use crate::commands::receivables::{Credit, Payment};
use crate::http::paging::{Page, Paging};
use crate::http::v1::invoice_page::{self, PageQuery};
use crate::http::v1::invoices::{self, InvoiceView};
use crate::http::v1::pay_runs::{self, MadeView};
use crate::http::v1::surplus::{self, SharingView};
use crate::http::v1::{books, corrections, expenses, ledger};

pub fn operations() -> Vec<Operation> {
    vec![
        post("/v1/ledger/checkpoints", ledger::sign_checkpoint, "Sign the books now."),
        get(
            "/v1/ledger/trial-balance",
            ledger::show_trial_balance,
            "Every account, and that they sum to zero.",
        )
        .note("As of now, or as the books stood at an instant.")
        .asks::<ledger::InstantQuery>(),
        get("/v1/ledger/fec", books::download_fec, "A financial year for the tax office.")
            .note("The French FEC; the calendar year of today unless said.")
            .asks::<books::DaysQuery>()
            .sends(&["text/plain"])
            .refuses(&["no-siren", "not-euros"]),
        get("/v1/ledger/journal", books::download_journal, "All entries, for hledger.")
            .asks::<books::DaysQuery>()
            .sends(&["text/plain"]),
        get("/v1/ledger/journal.csv", books::download_journal_table, "All entries as a table.")
            .asks::<books::DaysQuery>()
            .sends(&["text/csv"]),
        post(
            "/v1/ledger/entries/{id}/reverse",
            corrections::reverse_entry,
            "Ask to have an entry taken back.",
        )
        .note("Where it takes from a courier, nothing is booked before that courier agrees.")
        .refuses(&["asked", "reversal", "payout", "paid-out", "credited"]),
        get(
            "/v1/ledger/reversals",
            corrections::list_reversals,
            "What waits for somebody to agree.",
        ),
        post(
            "/v1/ledger/reversals/{id}/agree",
            corrections::agree_as_treasurer,
            "Agree, as a second person.",
        )
        .note("The id is the entry's.")
        .refuses(&["alone", "paid-out", "credited", "asked"]),
        post(
            "/v1/reviews/{id}/correct",
            corrections::correct_review,
            "Book a contested line anew.",
        )
        .refuses(&["answered", "own-case", "line", "asked", "paid-out", "not-found"]),
        post(
            "/v1/ledger/entries/{id}/credit",
            invoices::credit_price,
            "Give a part of a price back.",
        )
        .makes::<Credit>()
        .refuses(&["exists", "too-many", "outdated"])
        .example(json!({ "net": 150, "reason": "An hour late." })),
        get("/v1/pay-runs/preview", pay_runs::preview_run, "What a run made now would pay.")
            .refuses(&["no-payer"]),
        post("/v1/pay-runs", pay_runs::create_run, "Make a pay run.")
            .makes::<MadeView>()
            .refuses(&["no-payer", "nobody-to-pay"]),
        get("/v1/pay-runs", pay_runs::list_runs, "Pay runs, the newest first.").asks::<Paging>(),
        get("/v1/pay-runs/{id}", pay_runs::show_run, "A pay run with its transfers."),
        get("/v1/pay-runs/{id}/pain001", pay_runs::download_transfers, "The order for the bank.")
            .note("ISO 20022 pain.001, the same bytes whenever it is asked for.")
            .sends(&["application/xml"])
            .refuses(&["erased"]),
        post("/v1/pay-runs/{id}/confirm", pay_runs::confirm_run, "The bank has carried it out.")
            .refuses(&["illegal-transition"]),
        post("/v1/pay-runs/{id}/cancel", pay_runs::cancel_run, "It does not go to the bank.")
            .refuses(&["illegal-transition"]),
        post(
            "/v1/pay-runs/{id}/failed",
            pay_runs::fail_transfer,
            "The bank has sent a transfer back.",
        )
        .refuses(&["illegal-transition", "paid-out"]),
        get("/v1/expenses", expenses::list_expenses, "What couriers laid out.")
            .note("The newest first; or what waits for an answer, the oldest first.")
            .asks::<Paging>()
            .asks::<expenses::ListQuery>(),
        get("/v1/expenses/{id}/receipt", expenses::show_receipt, "The picture of a receipt.")
            .sends(&["image/jpeg"]),
        post("/v1/expenses/{id}/answer", expenses::answer_expense, "Answer an expense.")
            .note("What is allowed goes out with the next pay run.")
            .refuses(&["answered", "own-case"]),
        get(
            "/v1/invoices",
            invoices::list_invoices,
            "Invoices and credit notes, the newest first.",
        )
        .asks::<Paging>()
        .asks::<invoices::OfMerchant>()
        .refuses(&["not-found"]),
        post("/v1/invoices", invoices::issue_invoices, "Issue invoices for a period.")
            .note("To one merchant or to all: for a `month`, or `from` and `to`.")
            .makes::<Page<InvoiceView>>()
            .refuses(&["not-found"])
            .example(json!({ "month": "2026-02" })),
        get("/v1/invoices/{id}", invoices::show_invoice, "An invoice with its lines."),
        get("/v1/invoices/{id}/html", invoice_page::print_invoice, "An invoice to read and print.")
            .asks::<PageQuery>()
            .sends(&["text/html"]),
        get("/v1/invoices/{id}/csv", invoice_page::download_invoice, "An invoice as a table.")
            .sends(&["text/csv"]),
        get("/v1/receivables", invoices::list_receivables, "What merchants owe, and for how long."),
        post("/v1/merchants/{id}/payments", invoices::record_payment, "Money has come in.")
            .note("The bank's reference is the key.")
            .makes::<Payment>()
            .refuses(&["exists"]),
        post("/v1/invoices/preview", invoices::preview_invoices, "What would be invoiced now.")
            .note("By the numbers that they would have; nothing is issued.")
            .refuses(&["not-found"])
            .example(json!({ "month": "2026-02" })),
        get("/v1/surpluses", surplus::list_surpluses, "The surpluses that were booked.")
            .note("The latest year first; who got what stands on each courier's statement.")
            .asks::<Paging>(),
        post(
            "/v1/surpluses/preview",
            surplus::preview_surplus,
            "How a year's surplus would be shared.",
        )
        .refuses(&["no-surplus", "reserve"]),
        post("/v1/surpluses", surplus::book_surplus, "Book a surplus as voted.")
            .makes::<SharingView>()
            .refuses(&["no-surplus", "reserve", "booked", "outdated", "not-over"]),
    ]
}
