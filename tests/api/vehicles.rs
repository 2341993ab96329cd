//! The co-op's own vehicles: listed, taken for a shift by one courier at a time, and what they change for
//! what is offered.

use serde_json::{Value, json};

use crate::rights::export;
use crate::support::{Actor, Coop, place, task, text};

/// One of the co-op's, as an admin makes it.
async fn vehicle(coop: &Coop, new: Value) -> Value {
    coop.admin().await.post("/v1/vehicles", new).await.created()
}

fn start_on(courier: &Actor, vehicle: &Value) -> crate::support::Call {
    courier.post("/v1/me/shift/start", json!({ "vehicle_id": vehicle["id"] }))
}

async fn change(coop: &Coop, vehicle: &Value, change: Value) -> crate::support::Reply {
    coop.admin().await.patch(&format!("/v1/vehicles/{}", text(&vehicle["id"])), change).await
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("a list").iter().map(|one| text(&one["name"])).collect()
}

async fn on_board(coop: &Coop, courier: &Actor) -> Value {
    let board = coop.dispatcher().await.get("/v1/board").await.ok();
    let couriers = board["couriers"].as_array().expect("a list");
    couriers.iter().find(|one| one["id"] == courier.id).expect("a courier").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn vehicles_have_a_name_of_their_own_and_come_and_go() {
    let coop = Coop::start().await;
    let (admin, alice) = (coop.admin().await, coop.courier("Alice").await);
    let red = vehicle(&coop, json!({ "name": "Red", "kind": "trailer" })).await;
    assert_eq!((&red["volume_ml"], &red["weight_g"]), (&json!(300_000), &json!(80_000)));
    assert!(red.get("range_m").is_none(), "{red}");
    let again = json!({ "name": " red ", "kind": "bike" });
    admin.post("/v1/vehicles", again.clone()).await.problem(409, "exists");
    let faults = [
        (json!({ "name": "B", "kind": "bike", "range_m": 0 }), "/range_m"),
        (json!({ "name": "B", "kind": "bike", "volume_ml": 10_000_001 }), "/volume_ml"),
        (json!({ "name": "B", "kind": "sledge" }), "/kind"),
    ];
    for (wrong, pointer) in faults {
        let problem = admin.post("/v1/vehicles", wrong).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }

    let changed = change(&coop, &red, json!({ "range_m": 30_000, "note": "key 4" })).await.ok();
    assert_eq!((&changed["range_m"], &changed["note"]), (&json!(30_000), &json!("key 4")));
    let changed = change(&coop, &red, json!({ "range_m": null })).await.ok();
    assert!(changed.get("range_m").is_none() && changed["note"] == "key 4", "{changed}");

    let retired = change(&coop, &red, json!({ "in_service": false })).await.ok();
    assert_eq!(retired["retired_at"], json!(coop.at(0)));
    let other = admin.post("/v1/vehicles", again).await.created();
    change(&coop, &red, json!({ "in_service": true })).await.problem(409, "exists");
    assert_eq!(names(&alice.get("/v1/vehicles").await.ok()), ["red"]);
    assert_eq!(names(&admin.get("/v1/vehicles").await.ok()), ["red", "Red"]);
    change(&coop, &other, json!({ "name": "Blue" })).await.ok();
    change(&coop, &red, json!({ "in_service": true })).await.ok();
    assert_eq!(names(&alice.get("/v1/vehicles").await.ok()), ["Blue", "Red"]);

    let log = admin.get("/v1/acts?kind=change_vehicle").await.ok();
    let kept = &log["items"][0]["detail"];
    assert_eq!(*kept, json!({ "vehicle_id": red["id"], "in_service": true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vehicle_has_one_rider_and_the_shift_keeps_which_it_was() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let cargo = vehicle(&coop, json!({ "name": "Cargo 1", "kind": "cargo_bike" })).await;
    let mut stream = coop.dispatcher().await.follow(None).await;
    let shift = start_on(&alice, &cargo).await.ok();
    assert_eq!(shift["vehicle_id"], cargo["id"]);
    assert_eq!(start_on(&alice, &cargo).await.ok(), shift, "twice is once");
    let told = stream.until("shift.started").await;
    let told = &told.last().expect("an event").data["courier"];
    assert_eq!(
        (&told["vehicle"], &told["vehicle_name"]),
        (&json!("cargo_bike"), &json!("Cargo 1"))
    );

    let taken = start_on(&bob, &cargo).await.problem(409, "vehicle-taken");
    assert!(text(&taken["detail"]).contains("Cargo 1"), "{taken}");
    bob.get("/v1/me/shift").await.problem(404, "not-found");
    let seen = bob.get("/v1/vehicles").await.ok()["items"][0].clone();
    assert_eq!((&seen["taken"], seen.get("ridden_by")), (&json!(true), None), "{seen}");
    let seen = coop.dispatcher().await.get("/v1/vehicles").await.ok()["items"][0].clone();
    assert_eq!(seen["ridden_by"], json!({ "courier_id": alice.id, "name": "Alice" }));
    let row = on_board(&coop, &alice).await;
    assert_eq!((&row["vehicle"], &row["vehicle_name"]), (&json!("cargo_bike"), &json!("Cargo 1")));

    // Retired under way: this shift goes on, the next one does not begin on it.
    change(&coop, &cargo, json!({ "in_service": false })).await.ok();
    assert_eq!(alice.get("/v1/me/shift").await.ok()["vehicle_id"], cargo["id"]);
    let ended = alice.post("/v1/me/shift/stop", json!({})).await.ok();
    assert_eq!(ended["vehicle_id"], cargo["id"]);
    let told = stream.until("shift.ended").await;
    let told = &told.last().expect("an event").data["courier"];
    assert_eq!((&told["vehicle"], told.get("vehicle_name")), (&json!("bike"), None), "{told}");
    start_on(&bob, &cargo).await.problem(409, "vehicle-retired");
    let nothing = json!({ "id": "veh_01k00000000000000000000000" });
    start_on(&bob, &nothing).await.problem(404, "not-found");
    change(&coop, &cargo, json!({ "in_service": true })).await.ok();
    start_on(&bob, &cargo).await.ok();

    let row = on_board(&coop, &alice).await;
    assert_eq!((&row["vehicle"], row.get("vehicle_name")), (&json!("bike"), None), "{row}");
    let shifts = &export(&alice).await["shifts.csv"];
    assert!(shifts.contains("Cargo 1") && shifts.contains("cargo_bike"), "{shifts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_start_on_one_vehicle_at_once_one_has_it() {
    let coop = Coop::start().await;
    let riders = [coop.courier("Alice").await, coop.courier("Bob").await];
    for round in 0..10 {
        let name = format!("Bike {round}");
        let bike = vehicle(&coop, json!({ "name": name, "kind": "bike" })).await;
        let (one, other) = tokio::join!(
            start_on(&riders[0], &bike).into_future(),
            start_on(&riders[1], &bike).into_future()
        );
        let (winner, won, lost) = if one.status == 200 { (0, one, other) } else { (1, other, one) };
        assert_eq!(won.ok()["vehicle_id"], bike["id"]);
        let detail = lost.problem(409, "vehicle-taken")["detail"].clone();
        assert!(text(&detail).starts_with(&name), "{detail}");
        riders[1 - winner].post("/v1/me/shift/start", json!({})).await.ok();
        for rider in &riders {
            rider.post("/v1/me/shift/stop", json!({})).await.ok();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_told_later_is_kept_even_where_the_vehicle_is_taken_by_then() {
    let coop = Coop::start().await;
    let (alice, bob) = (coop.courier("Alice").await, coop.courier("Bob").await);
    let bike = vehicle(&coop, json!({ "name": "Bike", "kind": "cargo_bike" })).await;
    let started = |seq: u8, at: String| {
        json!({ "phone_id": format!("pho_01k0000000000000000000000{seq}"), "events": [{
            "id": format!("pev_01k0000000000000000000000{seq}"), "seq": 1, "at": at,
            "act": { "kind": "shift_started", "vehicle_id": bike["id"] },
        }] })
    };
    let late = started(1, coop.at(0));
    coop.pass(600);
    let early = started(2, coop.at(0));
    let answer = bob.post("/v1/me/events", early).await.ok();
    assert_eq!(
        (&answer["results"][0]["outcome"], answer["results"][0].get("code")),
        (&json!("done"), None)
    );
    assert_eq!(bob.get("/v1/me/shift").await.ok()["vehicle_id"], bike["id"]);

    let answer = alice.post("/v1/me/events", late.clone()).await.ok();
    let result = &answer["results"][0];
    assert_eq!((&result["outcome"], &result["code"]), (&json!("done"), &json!("vehicle-taken")));
    assert!(text(&result["detail"]).contains("Bike is taken"), "{result}");
    let shift = alice.get("/v1/me/shift").await.ok();
    assert_eq!(
        (&shift["started_at"], shift.get("vehicle_id")),
        (&json!(coop.at(-600)), None),
        "{shift}"
    );
    assert_eq!(on_board(&coop, &alice).await["vehicle"], "bike");
    assert_eq!(
        alice.post("/v1/me/events", late).await.ok(),
        answer,
        "the same again, the same answer"
    );
}

/// Why the engine's last word left somebody out.
async fn kept_out(coop: &Coop, delivery: &Value) -> Value {
    let path = format!("/v1/deliveries/{}/why", text(&delivery["id"]));
    coop.dispatcher().await.get(&path).await.ok()["decisions"][0]["excluded"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_fits_on_the_vehicle_of_the_shift() {
    let coop = Coop::start().await;
    let (bistro, alice) = (coop.merchant("Bistro").await, coop.courier("Alice").await);
    let large = json!({ "dropoffs": [{ "place": place(900, 0) }], "packages": [
        { "name": "crate", "quantity": 4, "volume_ml": 60_000, "weight_g": 9_000 },
    ] });
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    alice.rides_to(&coop, place(0, 0)).await;
    let delivery = bistro.post("/v1/deliveries", large).await.created();
    coop.tick().await;
    let too_large = json!([{ "courier_id": alice.id, "code": "too-large" }]);
    assert_eq!(kept_out(&coop, &delivery).await, too_large);
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let trailer = vehicle(&coop, json!({ "name": "Trailer", "kind": "trailer" })).await;
    start_on(&alice, &trailer).await.ok();
    coop.pass(1);
    alice.rides_to(&coop, place(0, 0)).await;
    coop.tick().await;
    alice.accept(&alice.offer().await).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_to_ride_farther_than_the_vehicle_goes() {
    let coop = Coop::start().await;
    let (bistro, alice) = (coop.merchant("Bistro").await, coop.courier("Alice").await);
    // By the co-op's streets three kilometres in a line are 3900 m.
    let bike = vehicle(&coop, json!({ "name": "E 1", "kind": "bike", "range_m": 3_800 })).await;
    start_on(&alice, &bike).await.ok();
    alice.rides_to(&coop, place(0, 0)).await;
    let far = bistro.orders_to(place(3_000, 0)).await;
    coop.tick().await;
    assert!(alice.offers().await.is_empty());
    let out_of_range = json!([{ "courier_id": alice.id, "code": "range" }]);
    assert_eq!(kept_out(&coop, &far).await, out_of_range);
    let path = format!("/v1/deliveries/{}/cancel", text(&far["id"]));
    bistro.post(&path, json!({ "reason": "too far" })).await.ok();

    // One that is near enough: 1950 m are ridden then, and 1950 m back are all that is left.
    let near = bistro.orders_to(place(1_500, 0)).await;
    coop.tick().await;
    alice.accept(&alice.offer().await).await.ok();
    coop.pass(1_800);
    alice.complete(&task(&near, "pickup"), json!({})).await.ok();
    coop.pass(600);
    alice.rides_to(&coop, place(1_500, 0)).await;
    let signed = json!({ "proof": { "signed_by": "Ada" } });
    alice.complete(&task(&near, "dropoff"), signed).await.ok();
    let next = bistro.orders_to(place(300, 0)).await;
    coop.tick().await;
    assert!(alice.offers().await.is_empty(), "fresh from the charger it would go there");
    assert_eq!(kept_out(&coop, &next).await, out_of_range);

    // A new shift begins with a full battery.
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    start_on(&alice, &bike).await.ok();
    coop.pass(1);
    alice.rides_to(&coop, place(1_500, 0)).await;
    coop.tick().await;
    alice.offer().await;
}
