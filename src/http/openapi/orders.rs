//! What merchants ask for, and dispatchers for them.

use serde_json::{Value, json};

use super::operation::{Operation, get, patch, post, put};
use crate::http::paging::Paging;
use crate::http::v1::deliveries::{self, StateQuery};
use crate::http::v1::invoice_page::PageQuery;
use crate::http::v1::quotes::{self, QuoteView};
use crate::http::v1::slots::{self, DayQuery, PlanView};
use crate::http::v1::standing_orders::{self, StandingOrderView};
use crate::http::v1::{kitchens, labels, notices, open_list, proofs};
use crate::http::views::DeliveryView;

/// What stands against a new delivery.
const NEW: &[&str] = &["not-found", "exists", "no-price", "no-slot", "slot-closed", "slot-full"];

fn order() -> Value {
    json!({
        "dropoffs": [{
            "place": { "latitude": 48.862, "longitude": 2.36 }, "address": "5 Rue de Turenne",
            "contact": { "name": "M. Curie", "phone": "+33 1 23 45 67 89" },
        }],
        "packages": [{ "name": "box", "quantity": 1, "weight_g": 1200 }],
    })
}

pub fn operations() -> Vec<Operation> {
    vec![
        post("/v1/quotes", quotes::create_quote, "Ask what a delivery costs, and when it can be there.")
            .note(
                "Takes what `POST /v1/deliveries` takes. Without `pickups` the goods are at the merchant's \
                 own address. The price stands until `expires_at`.",
            )
            .makes::<QuoteView>()
            .refuses(NEW)
            .example(order())
            .then(json!({
                "id": "quo_01k9c5v8r2e7sb8c5x6y7z8a9b", "merchant_id": "mer_01k9c5v8r2e7sb8c5x6y7z8a9b",
                "price": { "amount": 620, "currency": "EUR" }, "vat": { "amount": 124, "currency": "EUR" },
                "lines": [{ "code": "base", "amount": { "amount": 620, "currency": "EUR" } }],
                "courier_pay_min": { "amount": 410, "currency": "EUR" }, "trip_m": 1830, "ride_s": 439,
                "pickup": { "earliest": "2026-03-02T12:10:00.000Z", "latest": "2026-03-02T12:25:00.000Z" },
                "dropoff": { "earliest": "2026-03-02T12:20:00.000Z", "latest": "2026-03-02T12:45:00.000Z" },
                "made_at": "2026-03-02T12:00:00.000Z", "expires_at": "2026-03-02T12:15:00.000Z",
            })),
        get("/v1/quotes/{id}", quotes::show_quote, "A quote."),
        post("/v1/quotes/{id}/take", quotes::take_quote, "Order at a quote's price.")
            .note("Once: a second taking names the delivery that was made.")
            .makes::<DeliveryView>()
            .located()
            .refuses(&[
                "not-found", "exists", "quote-used", "quote-expired", "no-slot", "slot-closed", "slot-full",
            ])
            .example(json!({ "external_reference": "1001", "instructions": "Ring twice." })),
        post("/v1/deliveries", deliveries::create_delivery, "Ask for a delivery.")
            .note(
                "At the price that a quote would have now. A reference is a merchant's own number, and is \
                 used once. A dispatcher says for which merchant: `merchant_id`.",
            )
            .makes::<DeliveryView>()
            .located()
            .refuses(NEW)
            .example({
                let mut order = order();
                order["external_reference"] = json!("1002");
                order["ready_at"] = json!("2026-03-02T12:10:00Z");
                order["instructions"] = json!("Second floor, ring twice.");
                order
            }),
        get("/v1/deliveries", deliveries::list_deliveries, "Deliveries, the newest first.")
            .note("A merchant's own, a dispatcher's all.")
            .asks::<Paging>()
            .asks::<StateQuery>(),
        get("/v1/deliveries/{id}", deliveries::show_delivery, "A delivery."),
        patch("/v1/deliveries/{id}", deliveries::amend_delivery, "Change a delivery.")
            .note("What is not named stays. What may be changed when is in docs/reference/deliveries.md.")
            .refuses(&["fixed"])
            .example(json!({ "instructions": "Leave it at the concierge's." })),
        post("/v1/deliveries/{id}/ready", deliveries::ready_delivery, "Say when the goods are ready.")
            .note("Now, without `ready_at`; later than that moves the promise, unless there is a window.")
            .refuses(&["fixed"])
            .example(json!({ "ready_at": "2026-03-02T12:20:00Z" })),
        post("/v1/deliveries/{id}/cancel", deliveries::cancel_delivery, "Call a delivery off.")
            .note("Until it is picked up. What that costs is in the price list.")
            .refuses(&["illegal-transition", "locked"])
            .example(json!({ "reason": "Sold out." })),
        post("/v1/deliveries/{id}/return", deliveries::return_delivery, "Have a delivery brought back.")
            .note("Once it is picked up, until it is over. What that costs is in the price list.")
            .gives::<DeliveryView>()
            .refuses(&["illegal-transition", "locked"])
            .example(json!({ "code": "incorrect_item", "note": "The wrong box." })),
        post("/v1/deliveries/{id}/tip", deliveries::tip_delivery, "Pass a customer's tip on.")
            .note("Known before the delivery or after it. Saying the same twice is saying it once.")
            .refuses(&["exists"])
            .example(json!({ "amount": 150, "currency": "EUR" })),
        get("/v1/deliveries/{id}/links", deliveries::show_links, "Tracking pages for customers.")
            .note("One for each drop-off, without an account. `url` begins with a path where the server has no public address."),
        get("/v1/deliveries/{id}/labels", labels::print_labels, "Labels for its parcels, to print.")
            .note("One A6 page a parcel, with a QR code of the delivery's id and the parcel's number.")
            .asks::<PageQuery>()
            .sends(&["text/html"])
            .refuses(&["too-many"]),
        get("/v1/deliveries/{id}/notices", notices::list_notices, "What its customers were told.")
            .note("By e-mail or SMS, where the co-op has set that up."),
        get("/v1/deliveries/{id}/proofs", proofs::list_proofs, "Pictures of handing over."),
        get("/v1/proofs/{id}", proofs::show_proof, "A picture.")
            .asks::<proofs::SizeQuery>()
            .sends(&["image/jpeg"]),
        post("/v1/deliveries/{id}/accept", kitchens::accept_delivery, "The kitchen takes an order.")
            .note("Where it asked to be asked first. A later `ready_at` moves the promise, too.")
            .refuses(&["illegal-transition", "fixed"])
            .example(json!({})),
        post("/v1/deliveries/{id}/refuse", kitchens::refuse_delivery, "The kitchen does not.")
            .note("It ends as cancelled and costs nothing.")
            .refuses(&["illegal-transition"])
            .example(json!({ "code": "sold_out", "note": "No more bread today." })),
        get("/v1/merchants/{id}/kitchen", kitchens::show_kitchen, "When a kitchen is open, and how full."),
        put("/v1/merchants/{id}/kitchen", kitchens::set_kitchen, "Set a kitchen's hours and times.")
            .note("From the next order on.")
            .example(json!({
                "hours": [{ "weekdays": [2, 3, 4, 5, 6], "from": "11:30", "to": "14:30" }],
                "preparation_minutes": 20, "confirms": { "answer_minutes": 5, "silence": "refused" },
            })),
        post("/v1/merchants/{id}/kitchen/rush", kitchens::rush_kitchen, "Say that it is full for a while.")
            .note("Everything takes so much longer until then, a day at most; null ends it.")
            .refuses(&["not-found"])
            .example(json!({ "rush": { "extra_minutes": 15, "until": "2026-03-02T13:30:00Z" } })),
        get("/v1/standing-orders", standing_orders::list_standing_orders, "Standing orders, the newest first.")
            .asks::<Paging>(),
        post("/v1/standing-orders", standing_orders::create_standing_order, "Order the same on many days.")
            .note("By a rule of RFC 5545 without times; each day becomes a delivery some days ahead.")
            .makes::<StandingOrderView>()
            .refuses(&["not-found"])
            .example(json!({ "order": {
                "template": { "dropoffs": [{ "place": { "latitude": 48.862, "longitude": 2.36 } }] },
                "rule": "FREQ=WEEKLY;BYDAY=MO,TH", "first_day": "2026-03-02", "ready": "08:00",
            } })),
        get("/v1/standing-orders/{id}", standing_orders::show_standing_order, "One, with its days."),
        put("/v1/standing-orders/{id}", standing_orders::change_standing_order, "Change its terms.")
            .note("Days that are made stay as they are, unless `also_made` asks for them anew.")
            .refuses(&["ended"]),
        post("/v1/standing-orders/{id}/pause", standing_orders::pause_standing_order, "Pause it.")
            .refuses(&["ended"]),
        post("/v1/standing-orders/{id}/resume", standing_orders::resume_standing_order, "Go on with it.")
            .refuses(&["ended"]),
        post("/v1/standing-orders/{id}/end", standing_orders::end_standing_order, "End it for good."),
        get("/v1/slot-plans", slots::list_plans, "Plans of slots that may be booked.").asks::<Paging>(),
        post("/v1/slot-plans", slots::create_plan, "Make a plan of slots.")
            .makes::<PlanView>()
            .refuses(&["not-found"])
            .example(json!({ "plan": {
                "name": "Lunch", "hours": [{ "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:30" }],
                "length_minutes": 60, "capacity": 20, "notice_minutes": 30, "days_ahead": 7,
            } })),
        get("/v1/slot-plans/{id}/slots", slots::list_slots, "The slots of a day.")
            .note("Today's if none is named. A slot is booked by `slot` in a delivery or quote.")
            .asks::<DayQuery>()
            .then(json!({ "items": [{
                "starts_at": "2026-03-02T11:30:00.000Z", "ends_at": "2026-03-02T12:30:00.000Z",
                "capacity": 20, "left": 7, "open": true,
            }], "next_cursor": null })),
        post("/v1/deliveries/{id}/take", open_list::take_delivery, "Take a delivery from the open list.")
            .note("By a courier, where the co-op has voted for it. Answers with the offer that this was.")
            .refuses(&[
                "not-open-list", "off-shift", "on-break", "not-listed", "rule", "outdated", "suspended",
            ]),
    ]
}
