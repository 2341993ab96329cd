//! Tours, as part of what dispatchers move.

use serde_json::json;

use super::operation::{Operation, get, patch, post};
use crate::domain::tour::TourTold;
use crate::http::v1::tours;

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/tours", tours::list_tours, "Deliveries that are to be ridden together.")
            .note(
                "Of a day; without one, from today on, and older ones that are not finished. Who rides \
                 a tour, its deliveries say; the engine leaves what is in one to the desk.",
            )
            .asks::<tours::DayQuery>(),
        get("/v1/tours/{id}", tours::show_tour, "One tour."),
        post("/v1/tours", tours::create_tour, "Put deliveries together.")
            .makes::<TourTold>()
            .refuses(&[
                "not-found", "in-tour", "illegal-transition", "locked", "too-many", "pickup-first",
            ])
            .example(json!({
                "name": "Wholesale north", "day": "2026-03-02",
                "delivery_ids": ["dlv_01k9c5v8r2e7sb8c5x6y7z8a9b"],
            })),
        patch("/v1/tours/{id}", tours::change_tour, "Name it anew, take in and out, put in order.")
            .note("All of it or nothing. The stops come into the same order in the route of who rides it.")
            .refuses(&[
                "outdated", "in-tour", "illegal-transition", "locked", "too-many", "pickup-first",
                "not-found",
            ])
            .example(json!({ "version": 3, "name": "Wholesale north, early" })),
        post("/v1/tours/{id}/give", tours::give_tour, "Give a tour to a courier.")
            .note("All that is not on a bike, in the tour's order, behind what the courier has.")
            .refuses(&["outdated", "illegal-transition", "locked", "not-found"]),
        post("/v1/tours/{id}/take-back", tours::take_back_tour, "Take a tour back.")
            .note("All that is not picked up.")
            .refuses(&["outdated", "illegal-transition", "locked", "not-found"]),
        post("/v1/tours/{id}/carry", tours::carry_tour, "Carry a tour over to another day.")
            .note(
                "What nobody has yet goes into a new tour of the same name. The promises of its \
                 deliveries stay as they are.",
            )
            .makes::<TourTold>()
            .refuses(&["outdated", "illegal-transition", "locked", "not-found"])
            .example(json!({ "version": 3, "day": "2026-03-03" })),
        post("/v1/tours/{id}/remove", tours::remove_tour, "Remove a tour.")
            .note("What is not picked up is open again, for everybody.")
            .status(204)
            .refuses(&["outdated", "illegal-transition", "locked", "not-found"]),
    ]
}
