//! Who takes part, and what it costs.

use serde_json::json;

use super::operation::{Operation, get, patch, post};
use crate::domain::hub::Hub;
use crate::domain::identity::User;
use crate::domain::merchant::Merchant;
use crate::domain::zone::Zone;
use crate::http::paging::Paging;
use crate::http::v1::merchants::{self, ClientView};
use crate::http::v1::prices::{self, BookView};
use crate::http::v1::vehicles::{self, VehicleView};
use crate::http::v1::{couriers, hubs, settings, users};
use crate::http::views::CourierView;

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/merchants", merchants::list_merchants, "Merchants."),
        post("/v1/merchants", merchants::create_merchant, "Take a merchant in.")
            .makes::<Merchant>(),
        post(
            "/v1/merchants/{id}/clients",
            merchants::create_client,
            "Make a credential for a program.",
        )
        .note("The secret is in this answer and nowhere else.")
        .makes::<ClientView>()
        .example(json!({ "name": "till" })),
        get("/v1/settings", settings::show_settings, "What this server runs by.")
            .note("No secrets. They are changed where the server is started."),
        get("/v1/couriers", couriers::list_couriers, "Couriers."),
        post("/v1/couriers", couriers::create_courier, "Take a courier in, with a login.")
            .makes::<CourierView>()
            .refuses(&["exists"]),
        get("/v1/users", users::list_users, "Everybody who can log in, the newest first.")
            .asks::<Paging>(),
        patch(
            "/v1/users/{id}",
            users::change_user,
            "Change a member: name, roles, closed or open.",
        )
        .note("What is taken away is gone with the next request. One admin always stays.")
        .refuses(&["not-found", "last-admin", "suspend"])
        .example(json!({ "roles": ["dispatcher", "treasurer"] })),
        post("/v1/users", users::create_user, "Make a login for another role.")
            .makes::<User>()
            .refuses(&["exists", "not-found"]),
        get(
            "/v1/price-books",
            prices::list_books,
            "Every version of the prices, the newest first.",
        )
        .asks::<Paging>(),
        post("/v1/price-books", prices::create_book, "Put prices in force.")
            .note("From now on, for one merchant or for all that have none of their own.")
            .makes::<BookView>()
            .refuses(&["not-found"]),
        post("/v1/price-books/try", prices::try_book, "What a delivery would cost, and why.")
            .note("Nothing is kept.")
            .refuses(&["not-found", "no-slot", "slot-closed", "slot-full"]),
        get("/v1/zones", prices::list_zones, "Parts of the city."),
        post("/v1/zones", prices::create_zone, "Draw a zone, or draw it anew.")
            .makes::<Zone>()
            .refuses(&["too-many"]),
        get("/v1/vehicles", vehicles::list_vehicles, "The co-op's own vehicles.")
            .note("For the desk all, with who rides them; for couriers those in service."),
        post("/v1/vehicles", vehicles::create_vehicle, "The co-op has one more vehicle.")
            .note("A number that is left out is the usual one for its kind; without a range there is no limit.")
            .makes::<VehicleView>()
            .refuses(&["exists", "too-many"])
            .example(json!({ "name": "Trailer 1", "kind": "trailer", "range_m": 40_000 })),
        patch("/v1/vehicles/{id}", vehicles::change_vehicle, "Change a vehicle, retire it, bring it back.")
            .note("A shift that goes on keeps its vehicle.")
            .refuses(&["not-found", "exists"])
            .example(json!({ "in_service": false })),
        get("/v1/hubs", hubs::list_hubs, "Where goods change from one courier to another."),
        post("/v1/hubs", hubs::create_hub, "Open a hub.")
            .makes::<Hub>()
            .refuses(&["exists", "too-many"])
            .example(json!({
                "name": "Depot on the quay", "place": { "latitude": 44.8404, "longitude": -0.5805 },
                "address": "12 quai des Chartrons", "instructions": "Key in the box, shelf by the door.",
            })),
        patch("/v1/hubs/{id}", hubs::change_hub, "Change a hub, close it or open it again.")
            .note("Deliveries that are split there already keep it as it was.")
            .refuses(&["not-found", "exists"])
            .example(json!({ "closed": true })),
    ]
}
