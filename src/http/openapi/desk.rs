//! What dispatchers watch and move; and sums for representatives.

use serde_json::json;

use super::operation::{Operation, get, post};
use crate::commands::routes::RouteOrder;
use crate::domain::suspension::Suspension;
use crate::http::body::Span;
use crate::http::paging::{Page, Paging};
use crate::http::v1::automation::{self, SwitchView};
use crate::http::v1::couriers::PlannedView;
use crate::http::v1::desk;
use crate::http::v1::reviews;
use crate::http::v1::{acts, ask, board, couriers, decisions, deliveries, hubs, pulse, rights};

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/board", board::show_board, "What a dispatcher sees at once.")
            .note("`last_event_id` is where the stream goes on from this picture."),
        post("/v1/board/ask", ask::ask_engine, "Ask the engine who should have some deliveries.")
            .note("Whoever has them now. Changes nothing."),
        post("/v1/board/acts", desk::perform_acts, "Do something to many deliveries.")
            .note(
                "Each in a transaction of its own, in order; one that is refused does not keep the others \
                 back. Each act takes the fields of its kind and no other.",
            )
            .example(json!({ "acts": [{
                "delivery_id": "dlv_01k9c5v8r2e7sb8c5x6y7z8a9b", "version": 3, "act": "cancel",
                "reason": "The kitchen is closed.",
            }] })),
        post("/v1/deliveries/{id}/assign", deliveries::assign_delivery, "Give a delivery to a courier.")
            .note("The engine leaves it so.")
            .refuses(&["illegal-transition", "locked", "off-shift", "suspended"]),
        post("/v1/deliveries/{id}/unassign", deliveries::unassign_delivery, "Take a delivery back.")
            .note("Until it is picked up.")
            .refuses(&["illegal-transition", "locked"]),
        get("/v1/deliveries/{id}/splits", hubs::list_splits, "What splitting a delivery would change.")
            .note(
                "At each open hub, the shortest way first. Nothing is written; the act `split` does it, and \
                 `join` takes it back.",
            )
            .refuses(&["not-found", "split", "illegal-transition", "locked", "in-tour"]),
        get("/v1/deliveries/{id}/why", decisions::explain_delivery, "Who was weighed, and who ruled out.")
            .note("The decisions about a delivery, the newest first."),
        get("/v1/decisions/{id}", decisions::show_decision, "One tick of the engine, whole."),
        get("/v1/couriers/{id}/earnings", ask::show_earnings, "A courier's pay an hour, and the others'.")
            .note("Over seven days, among those on duty: what the engine's term of fairness compares."),
        post("/v1/couriers/{id}/route", desk::reorder_route, "Put a courier's stops in another order.")
            .gives::<RouteOrder>()
            .refuses(&["outdated", "pickup-first", "illegal-transition", "not-found"]),
        post("/v1/couriers/{id}/shifts", couriers::plan_shift, "Agree a shift.")
            .makes::<PlannedView>()
            .refuses(&["suspended", "overlap", "rest", "day-off"])
            .example(json!({ "from": "2026-03-02T11:00:00Z", "to": "2026-03-02T15:00:00Z" })),
        get("/v1/automation", automation::list_switches, "Where people have taken over.")
            .note("What is not in it is the engine's."),
        post("/v1/automation", automation::switch_automation, "Take over from the engine, or give back.")
            .note("Off: nothing is offered or given by the engine from the answer on.")
            .gives::<Page<SwitchView>>()
            .refuses(&["not-found"])
            .example(json!({ "automatic": false, "reason": "The tram line is blocked." })),
        get("/v1/acts", acts::list_acts, "Who at the desk did what.")
            .note("The newest first.")
            .asks::<Paging>()
            .asks::<acts::SearchQuery>(),
        get("/v1/pulse", pulse::show_pulse, "How the co-op does.")
            .note("Over the last day, or a span of eight days at most.")
            .asks::<Span>(),
        post("/v1/couriers/{id}/suspensions", reviews::suspend_courier, "Suspend a courier.")
            .note("A person decides, with a reason and notice; no program can.")
            .makes::<Suspension>()
            .refuses(&["own-case", "no-notice"]),
        post("/v1/suspensions/{id}/lift", reviews::lift_suspension, "Lift a suspension."),
        get("/v1/reviews", reviews::list_reviews, "What waits for an answer, the most urgent first."),
        get("/v1/reviews/{id}", reviews::show_review, "A review, with the line of pay that it is about."),
        post("/v1/reviews/{id}/answer", reviews::answer_review, "Answer a review, with reasons.")
            .refuses(&["answered", "own-case"]),
        get("/v1/representative/summary", rights::show_summary, "Sums over all couriers.")
            .note("Never a person. The last four weeks, if nothing else is asked for.")
            .asks::<Span>(),
    ]
}
