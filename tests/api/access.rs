//! Every route, called by everybody, on their own objects and on those of others.

use reqwest::Method;

use crate::openapi::described;
use crate::routes::{self, Access, Object, Route, Who};
use crate::world::World;

/// What the table says must come of a call.
fn expected(route: &Route, who: Who, own: bool) -> u16 {
    match (route.access.allows(who), who) {
        (false, Who::Anonymous) => 401,
        (false, _) => 403,
        // What is not theirs does not exist for them.
        (true, _) if !own && !route.access.sees_foreign(who) => 404,
        (true, _) => route.success,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reaches_what_is_theirs_and_nothing_else() {
    let world = World::whole().await;
    let document = world.actor(Who::Anonymous).get("/v1/openapi.json").await.ok();
    let mut wrong = Vec::new();
    for route in routes::all() {
        let sides: &[bool] = match route.object {
            Object::Delivery
            | Object::OnBoard
            | Object::Offer
            | Object::Proof
            | Object::Task
            | Object::Quote
            | Object::Import
            | Object::SlotPlan
            | Object::Kitchen
            | Object::Question
            | Object::StandingOrder
            | Object::Webhook
            | Object::Message
            | Object::Invoice
            | Object::Expense
            | Object::Incident
            | Object::Placed
            | Object::Worked
            | Object::Shorter
            | Object::DaysOff
            | Object::Reversal => &[true, false],
            Object::None
            | Object::OpenJob
            | Object::Opening
            | Object::ShiftTemplate
            | Object::Swap
            | Object::Calendar
            | Object::Longer
            | Object::Courier
            | Object::Merchant
            | Object::Decision
            | Object::Link
            | Object::Review
            | Object::Contest
            | Object::Entry
            | Object::IncidentPicture
            | Object::Owed
            | Object::PayRun
            | Object::Price
            | Object::Suspension
            | Object::Tour
            | Object::Hub
            | Object::User
            | Object::Vehicle => &[true],
        };
        for &own in sides {
            let mut object = world.object(route.object, own).await;
            for who in Who::ALL {
                let expected = expected(&route, who, own);
                if route.path.starts_with("/v1/me/shift") && expected == 200 {
                    world.idle_and_on_shift().await;
                }
                let call = world.call(&route, who, &object).await;
                let name = format!("{who:?}: {} {} own={own}", route.method, route.path);
                if route.path == "/v1/stream" {
                    let status = call.status().await;
                    if status != expected {
                        wrong.push(format!("{name}: {status} instead of {expected}"));
                    }
                    continue;
                }
                let reply = call.await;
                // Without a built dashboard there is no asset.
                let fits = reply.status == expected
                    || route.path.ends_with("{file:.*}") && reply.status == 404;
                let responses = &described(&document, &route)["responses"];
                // The client goes where a redirect leads.
                let documented = responses.get(reply.status.to_string()).is_some()
                    || ["303", "308"].iter().any(|status| responses.get(status).is_some());
                if !documented {
                    wrong.push(format!("{name}: {} is not in the document", reply.status));
                }
                if !fits {
                    wrong.push(format!("{name}: {} instead of {expected}", reply.status));
                } else if matches!(expected, 401 | 403 | 404) {
                    reply.any_problem();
                } else if route.method != Method::GET {
                    object = world.object(route.object, own).await; // That one is used up.
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever is refused has not done it all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_changes_nothing() {
    let world = World::whole().await;
    let desk = world.actor(Who::Dispatcher);
    let everything = async || {
        let board = desk.get("/v1/board").await.ok();
        let deliveries = desk.get("/v1/deliveries?limit=200").await.ok();
        let people = desk.get("/v1/couriers").await.ok();
        let shops = desk.get("/v1/merchants").await.ok();
        (board, deliveries, people, shops)
    };
    for route in routes::all() {
        if route.method == Method::GET || route.access == Access::Public {
            continue;
        }
        let object = world.object(route.object, true).await;
        // Until the events of what was prepared have been numbered, the board counts on.
        let mut before = everything().await;
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            let again = everything().await;
            if again == before {
                break;
            }
            before = again;
        }
        for who in Who::ALL.into_iter().filter(|who| !route.access.allows(*who)) {
            let status = world.call(&route, who, &object).await.into_future().await.status;
            assert!(matches!(status, 401 | 403), "{who:?}: {}: {status}", route.path);
        }
        assert_eq!(everything().await, before, "{}", route.path);
    }
}
