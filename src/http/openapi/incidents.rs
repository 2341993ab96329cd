//! What goes wrong on the way.

use serde_json::json;

use super::operation::{Operation, get, patch, post};
use crate::http::paging::Paging;
use crate::http::v1::incidents::{self, IncidentFile, IncidentView, ListQuery, PictureQuery};

pub fn operations() -> Vec<Operation> {
    vec![
        post("/v1/me/incidents", incidents::report_incident, "Tell that something went wrong.")
            .note("At a stop of yours, or anywhere. With an id made on the phone: told twice, it is one.")
            .gives::<IncidentView>()
            .status(201)
            .refuses(&["exists", "too-many", "not-found"])
            .example(json!({
                "incident_id": "inc_01k9c5v8r2e7sb8c5x6y7z8a9b", "kind": "vehicle", "text": "The chain is broken.",
            })),
        get("/v1/me/incidents", incidents::list_my_incidents, "What you told, and what was done about it.")
            .asks::<Paging>(),
        post("/v1/me/incidents/{id}/pictures", incidents::add_incident_picture, "Send a picture of it.")
            .note("It is drawn anew, so that nothing but the picture is kept.")
            .asks::<PictureQuery>()
            .refuses(&["exists", "too-many", "picture"]),
        get("/v1/incidents", incidents::list_incidents, "What couriers tell.")
            .note("The newest first.")
            .asks::<Paging>()
            .asks::<ListQuery>(),
        get("/v1/incidents/{id}", incidents::show_incident, "An incident with its comments and pictures."),
        patch("/v1/incidents/{id}", incidents::file_incident, "Say how urgent it is, and who looks after it.")
            .note("And what the merchant of the delivery is told. What is left out stays; null is nobody, or nothing.")
            .example(json!({ "priority": "low", "shared": "Two cakes were squashed." })),
        post("/v1/incidents/{id}/close", incidents::close_incident, "It is over, and this was done.")
            .note("Twice is once: what was done is not rewritten.")
            .example(json!({ "done": "A colleague has brought a new chain." })),
        post("/v1/incidents/{id}/reopen", incidents::reopen_incident, "It is not over after all."),
        post("/v1/incidents/{id}/comments", incidents::comment_incident, "Write a remark for dispatchers.")
            .gives::<IncidentFile>()
            .refuses(&["too-many"])
            .example(json!({ "text": "The insurance has been told." })),
        get("/v1/incident-pictures/{id}", incidents::show_incident_picture, "A picture of an incident.")
            .sends(&["image/jpeg"]),
        get("/v1/deliveries/{id}/incidents", incidents::list_shared_incidents, "What a dispatcher tells the merchant.")
            .note("Only what was shared with the merchant, in the words in which it was."),
    ]
}
