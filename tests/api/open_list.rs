//! Couriers who choose for themselves, in a co-op that has voted for it.

use futures_util::future::join_all;
use paceline::commands::CommandError;
use paceline::commands::open_list::{self, OpenListError};
use paceline::db::ledger::pendings;
use paceline::domain::geo::Position;
use paceline::domain::ids::{CourierId, DeliveryId};
use paceline::live::Fix;
use paceline::loops::snapshot;
use paceline::replay;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, Call, Coop, place, task, text};

async fn listed(courier: &Actor) -> Vec<Value> {
    let page = courier.get("/v1/me/open-list").await.ok();
    page["items"].as_array().expect("a list").clone()
}

fn take(courier: &Actor, delivery: &Value) -> Call {
    courier.post(&format!("/v1/deliveries/{}/take", text(&delivery["id"])), json!({}))
}

/// An order that is picked up so far east of the base point.
async fn orders_from(shop: &Actor, east_m: i32, weight_g: u32) -> Value {
    let order = json!({
        "pickups": [{ "place": place(east_m, 0), "address": "2 Side Street" }],
        "dropoffs": [{ "place": place(-1500, 0) }],
        "packages": [{ "name": "pizza", "quantity": 1, "volume_ml": 6000, "weight_g": weight_g }],
    });
    shop.post("/v1/deliveries", order).await.created()
}

async fn coop_with_a_list() -> Coop {
    Coop::that_voted("mode = \"offer\"", "mode = \"open_list\"").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_what_an_offer_would_and_hides_what_a_rule_forbids() {
    let coop = coop_with_a_list().await;
    let shop = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 600).await;
    assert_eq!(listed(&alice).await, Vec::<Value>::new());
    let far = orders_from(&shop, 0, 800).await;
    let near = orders_from(&shop, 500, 800).await;
    let heavy = orders_from(&shop, 590, 30_000).await;

    let jobs = listed(&alice).await;
    let ids: Vec<&Value> = jobs.iter().map(|job| &job["deliveries"][0]["id"]).collect();
    assert_eq!(ids, [&near["id"], &far["id"]], "the nearest first, and not what is too heavy");
    // 100 m to the pickup and 2 km from there, with the detours of a city.
    let metres = |name: &str| jobs[0][name].as_i64().expect("metres");
    assert!((125..=135).contains(&metres("approach_m")), "{}", jobs[0]);
    assert!((2_590..=2_610).contains(&metres("trip_m")), "{}", jobs[0]);
    let problem = take(&alice, &heavy).await.problem(409, "rule");
    assert!(text(&problem["detail"]).contains("The load is too large."), "{problem}");
    assert_eq!(shop.delivery(&heavy["id"]).await["state"], "open");

    // The same job in a co-op of the founding mode.
    let other = Coop::start().await;
    let asked = other.courier_on_shift("Ada", 600).await;
    orders_from(&other.merchant("Bistro").await, 500, 800).await;
    other.tick().await;
    let offers = asked.get("/v1/me/offers").await.ok();
    let mut offer = offers["items"][0].as_object().expect("an offer").clone();
    let mut job = jobs[0].as_object().expect("a job").clone();
    for only_an_offers in ["id", "courier_id", "state", "made_at", "expires_at"] {
        assert!(offer.remove(only_an_offers).is_some(), "{only_an_offers}");
    }
    for shown in [&mut offer, &mut job] {
        assert!(shown["deliveries"][0]["id"].take().is_string());
    }
    assert_eq!(job, offer);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_does_what_accepting_does_and_is_explained() {
    let coop = coop_with_a_list().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let alice = coop.courier_on_shift("Alice", 600).await;
    let delivery = orders_from(&shop, 500, 800).await;
    coop.tick().await;
    let reasons = async || alice.get("/v1/me/decisions").await.ok()["items"].clone();
    assert_eq!(reasons().await[0]["outcome"], "on_open_list");
    let job = listed(&alice).await.remove(0);
    let mut stream = alice.follow(None).await;
    coop.pass(1);

    let taken = take(&alice, &delivery).await.ok();
    assert_eq!((&taken["state"], &taken["courier_id"]), (&json!("accepted"), &json!(alice.id)));
    for told in ["approach_m", "trip_m", "pay", "made_of", "deliveries"] {
        assert_eq!(taken[told], job[told], "{told}");
    }
    let told = stream.until("offer.accepted").await.pop().expect("one");
    assert_eq!(told.data["offer"], taken);
    let held = shop.delivery(&delivery["id"]).await;
    assert_eq!((&held["state"], &held["courier_id"]), (&json!("assigned"), &json!(alice.id)));
    assert_eq!(alice.route().await.len(), 2);
    let promised = alice.get("/v1/me/pay").await.ok()["pending"].clone();
    assert_eq!((&promised[0]["amount"], promised[1].is_null()), (&job["pay"], true));
    let shown = alice.get(&format!("/v1/offers/{}", text(&taken["id"]))).await.ok();
    let as_shown: Value = serde_json::from_str(text(&shown["shown"])).expect("JSON");
    assert_eq!((&as_shown["pay"], &as_shown["made_at"]), (&job["pay"], &shown["answered_at"]));
    assert_eq!(text(&shown["sha256"]).len(), 64);
    assert!(listed(&alice).await.is_empty());

    // Why me: nobody but the courier has chosen, and the engine says so again.
    let why = reasons().await[0].clone();
    assert_eq!((&why["outcome"], &why["delivery_id"]), (&json!("taken"), &delivery["id"]));
    assert!(text(&why["words"]["en"]).starts_with("You took it from the open list"), "{why}");
    assert!(text(&why["words"]["fr"]).contains("sur la liste libre"), "{why}");
    let about = desk.get(&format!("/v1/deliveries/{}/why", text(&delivery["id"]))).await.ok();
    assert_eq!(about["decisions"][0]["outcome"], "on_open_list");
    assert_eq!(about["decisions"][0]["accepted_by"], alice.id);
    assert!(about["decisions"][1].get("accepted_by").is_none(), "{about}");
    let id = text(&why["decision_id"]).parse().expect("an id");
    let report = replay::run(coop.database_url(), id).await.expect("it is kept");
    assert!(report.is_same(), "{report}");

    // Once is once, also when it is carried and done.
    assert_eq!(take(&alice, &delivery).await.ok(), taken);
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    assert_eq!(take(&alice, &delivery).await.ok(), taken);
    let paid = alice.get("/v1/me/pay").await.ok();
    assert_eq!((paid["lines"].as_array().map(Vec::len), &paid["pending"]), (Some(1), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_is_told_so_and_not_who_was_first() {
    let coop = coop_with_a_list().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let alice = coop.courier_on_shift("Alice", 600).await;
    let bob = coop.courier_on_shift("Bob", 700).await;
    let delivery = orders_from(&shop, 500, 800).await;
    let first = take(&alice, &delivery).await.ok();
    let problem = take(&bob, &delivery).await.problem(409, "not-listed");
    assert_eq!(problem["detail"], "this delivery is not on the open list any more");
    // Taken back, it is anybody's again; who had it once has no claim.
    let back = format!("/v1/deliveries/{}/unassign", text(&delivery["id"]));
    desk.post(&back, json!({})).await.ok();
    take(&bob, &delivery).await.ok();
    take(&alice, &delivery).await.problem(409, "not-listed");
    desk.post(&back, json!({})).await.ok();
    coop.pass(1);
    let again = take(&alice, &delivery).await.ok();
    assert_ne!(again["id"], first["id"]);
    let nobodys = json!({ "id": "dlv_00000000000000000000000000" });
    take(&alice, &nobodys).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_vote_a_shift_or_a_position_there_is_no_list() {
    let founding = Coop::start().await;
    let shop = founding.merchant("Bistro").await;
    let ada = founding.courier_on_shift("Ada", 0).await;
    let delivery = orders_from(&shop, 500, 800).await;
    ada.get("/v1/me/open-list").await.problem(409, "not-open-list");
    let problem = take(&ada, &delivery).await.problem(409, "not-open-list");
    assert!(text(&problem["detail"]).contains("the members have voted"), "{problem}");

    let coop = coop_with_a_list().await;
    let delivery = orders_from(&coop.merchant("Bistro").await, 500, 800).await;
    let alice = coop.courier("Alice").await;
    alice.get("/v1/me/open-list").await.problem(409, "off-shift");
    take(&alice, &delivery).await.problem(409, "off-shift");
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    for reply in [alice.get("/v1/me/open-list").await, take(&alice, &delivery).await] {
        let problem = reply.problem(409, "rule");
        assert!(text(&problem["detail"]).contains("position"), "{problem}");
    }
    alice.rides_to(&coop, place(0, 0)).await;
    assert_eq!(listed(&alice).await.len(), 1);
    coop.pass(600); // The position is too old.
    take(&alice, &delivery).await.problem(409, "rule");
    alice.get("/v1/me/open-list").await.problem(409, "rule");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_have_taken_over_is_not_on_the_list() {
    let coop = coop_with_a_list().await;
    let (shop, desk) = (coop.merchant("Bistro").await, coop.dispatcher().await);
    let alice = coop.courier_on_shift("Alice", 600).await;
    let delivery = orders_from(&shop, 500, 800).await;
    for automatic in [false, true] {
        let switch = json!({ "automatic": automatic, "reason": "snow" });
        desk.post("/v1/automation", switch).await.ok();
        assert_eq!(listed(&alice).await.len(), usize::from(automatic));
        if !automatic {
            take(&alice, &delivery).await.problem(409, "not-listed");
        }
    }
    take(&alice, &delivery).await.ok();
}

const COURIERS: u128 = 50;

/// Everybody has looked and may take it; then all reach for it at once.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_reach_for_one_job_and_one_has_it() {
    let coop = coop_with_a_list().await;
    let shop = coop.merchant("Bistro").await;
    let delivery = orders_from(&shop, 500, 800).await;
    let id: DeliveryId = text(&delivery["id"]).parse().expect("an id");
    coop.sql(&format!(
        "INSERT INTO couriers (id, name, vehicle, created_at)
             SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'C' || n,
                    'bike', now() FROM generate_series(1, {COURIERS}) n;
         INSERT INTO shifts (id, courier_id, started_at, state)
             SELECT id, id, '2026-03-02 11:00Z', 'open' FROM couriers",
    ))
    .await;
    let (server, live) = (&coop.app().coop, &coop.app().live);
    let couriers: Vec<CourierId> = (1..=COURIERS)
        .map(|n| CourierId::from_uuid(Uuid::from_u128((0x7000 << 64) | (0x8000 << 48) | n)))
        .collect();
    let position = Position::from_degrees(48.8566, 2.3522).expect("a place");
    for &courier_id in &couriers {
        live.put(Fix { courier_id, position, at: coop.now() });
    }
    let mut looks = Vec::new();
    for &courier in &couriers {
        let look = snapshot::of_courier(server, live, courier).await.expect("a look");
        assert_eq!((look.couriers.len(), look.jobs.len()), (1, 1));
        looks.push((courier, look));
    }
    let reach = async |(courier, look)| match open_list::take(server, courier, id, look).await {
        Ok(_) => Some(courier),
        Err(CommandError::OpenList(OpenListError::NotListed)) => None,
        Err(other) => panic!("{courier} was told: {other:?}"),
    };
    let answers = join_all(looks.into_iter().map(reach)).await;
    let winners: Vec<CourierId> = answers.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let held = shop.delivery(&delivery["id"]).await;
    assert_eq!((&held["state"], &held["courier_id"]), (&json!("assigned"), &json!(winners[0])));
    let mut promised = 0;
    for courier in couriers {
        let mut conn = server.conn().await.expect("a connection");
        promised += pendings::open(&mut conn, courier).await.expect("promises").len();
    }
    assert_eq!(promised, 1);
}
