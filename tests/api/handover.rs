//! What a stop asks for before goods change hands: a PIN, pictures, codes; and what is left over.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// A delivery with these terms, and picked up by this courier.
async fn on_board(coop: &Coop, shop: &Actor, courier: &Actor, order: Value) -> Value {
    let delivery = shop.post("/v1/deliveries", order).await.created();
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    shop.delivery(&delivery["id"]).await
}

fn asks_for(needs: &[&str]) -> Value {
    json!({ "dropoffs": [{ "place": place(900, 0), "needs": needs }] })
}

/// Another number than this one.
fn wrong(pin: &str) -> &'static str {
    if pin == "0000" { "1111" } else { "0000" }
}

fn said(pin: &str) -> Value {
    json!({ "proof": { "pin": pin } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_told_to_merchant_and_customer_and_asked_for_at_the_door() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let desk = coop.dispatcher().await;
    let mut stream = alice.follow(None).await;
    let delivery = on_board(&coop, &shop, &alice, asks_for(&["pin"])).await;
    let door = &delivery["tasks"][1];
    assert_eq!((&door["needs"], &door["pin_tries_left"]), (&json!(["pin"]), &json!(5)));
    let pin = text(&door["pin"]);
    let links = shop.get(&format!("/v1/deliveries/{}/links", text(&delivery["id"]))).await.ok();
    let link = text(&links["items"][0]["url"]);
    let page = |reply: crate::support::Reply| String::from_utf8(reply.body).expect("text");
    let followed = page(coop.stranger().get(link).await.status(200));
    assert!(followed.contains(&format!("<strong>{pin}</strong>")), "{followed}");

    // Nobody else is told: the courier, the desk (where somebody may ride, too), those who listen.
    let quoted = format!("\"{pin}\"");
    let kept = |document: &Value| document.to_string().contains(&quoted);
    for path in ["/v1/me/route", "/v1/me/offers", "/v1/me/decisions", "/v1/me/pay"] {
        assert!(!kept(&alice.get(path).await.ok()), "{path}");
    }
    let route = alice.get("/v1/me/route").await.ok();
    assert_eq!(
        (&route["stops"][0]["needs"], &route["stops"][0]["pin_tries_left"]),
        (&json!(["pin"]), &json!(5))
    );
    for path in ["/v1/board", "/v1/acts"] {
        assert!(!kept(&desk.get(path).await.ok()), "{path}");
    }
    assert!(!kept(&desk.delivery(&delivery["id"]).await));
    assert!(!kept(&shop.get("/v1/events").await.ok()), "what is told is told to all");
    for told in stream.until("delivery.picked_up").await {
        assert!(!kept(&told.data), "{}", told.data);
    }
    let export = alice.get("/v1/me/export").await.status(200).body;
    let mut export = zip::ZipArchive::new(std::io::Cursor::new(export)).expect("a zip");
    for index in 0..export.len() {
        let mut text = Vec::new();
        let mut file = export.by_index(index).expect("a file");
        std::io::Read::read_to_end(&mut file, &mut text).expect("whole");
        assert!(!String::from_utf8_lossy(&text).contains(&quoted), "{index}");
    }

    let dropoff = task(&delivery, "dropoff");
    let silent = alice.complete(&dropoff, json!({})).await.problem(422, "pin-missing");
    assert_eq!(silent["errors"][0]["pointer"], "/proof/pin");
    alice.complete(&dropoff, said("41")).await.problem(422, "invalid");
    let problem = alice.complete(&dropoff, said(wrong(pin))).await.problem(422, "pin-wrong");
    assert_eq!(problem["tries_left"], 4);
    assert_eq!(alice.get("/v1/me/route").await.ok()["stops"][0]["pin_tries_left"], 4);
    let done = alice.complete(&dropoff, said(pin)).await.ok();
    assert_eq!(done["proof"], json!({ "pin": true }));
    let over = shop.delivery(&delivery["id"]).await;
    assert_eq!((&over["state"], over["tasks"][1].get("pin")), (&json!("delivered"), None));
    let followed = page(coop.stranger().get(link).await.status(200));
    assert!(!followed.contains(pin), "it has been said: {followed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_wrong_pins_at_once_five_are_looked_at() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, asks_for(&["pin"])).await;
    let pin = text(&delivery["tasks"][1]["pin"]);
    let dropoff = task(&delivery, "dropoff");
    let tries = (0..20).map(|_| async { alice.complete(&dropoff, said(wrong(pin))).await });
    let answers = futures_util::future::join_all(tries).await;
    let mut left: Vec<Option<i64>> = Vec::new();
    for answer in answers {
        let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
        match (answer.status, text(&problem["code"])) {
            (422, "pin-wrong") => left.push(problem["tries_left"].as_i64()),
            (409, "pin-locked") => {}
            other => panic!("{other:?}"),
        }
    }
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4].map(Some));
    // The right one comes too late, until a dispatcher lets the stop do without.
    alice.complete(&dropoff, said(pin)).await.problem(409, "pin-locked");
    let waive = json!({
        "delivery_id": delivery["id"], "act": "waive_pin", "task_id": dropoff,
        "reason": "The customer has lost it and showed an identity card.",
    });
    let desk = coop.dispatcher().await;
    let answer = desk.post("/v1/board/acts", json!({ "acts": [waive] })).await.ok();
    assert_eq!(answer["results"][0]["status"], 200, "{answer}");
    let logged = desk.get("/v1/acts").await.ok();
    assert_eq!(logged["items"][0]["kind"], "waive_pin", "{logged}");
    assert!(logged["items"][0].to_string().contains("identity card"), "{logged}");
    let lacks = alice.complete(&dropoff, said(pin)).await.problem(422, "proof-missing");
    assert_eq!(lacks["errors"][0]["pointer"], "/proof/signed_by");
    alice.complete(&dropoff, json!({ "proof": { "signed_by": "Ada" } })).await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["tasks"][1]["needs"], json!(["name"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_typed_offline_counts_its_try_when_it_comes_in() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, asks_for(&["pin"])).await;
    let pin = text(&delivery["tasks"][1]["pin"]);
    let dropoff = task(&delivery, "dropoff");
    let event = |seq: i64, said: &str| {
        let act = json!({ "kind": "task_done", "task_id": dropoff, "proof": { "pin": said } });
        json!({ "id": format!("pev_01k{seq:023}"), "seq": seq, "at": coop.at(0), "act": act })
    };
    let events: Vec<Value> =
        (1..=7).map(|seq| event(seq, wrong(pin))).chain([event(8, pin)]).collect();
    let batch = json!({ "phone_id": "pho_01k00000000000000000000001", "events": events });
    for _ in 0..2 {
        let answer = alice.post("/v1/me/events", batch.clone()).await.ok();
        let codes: Vec<&str> = answer["results"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| text(&one["code"]))
            .collect();
        assert_eq!(codes[..5], ["pin-wrong"; 5], "{answer}");
        assert_eq!(codes[5..], ["pin-locked"; 3], "{answer}");
        assert!(text(&answer["results"][0]["detail"]).ends_with("tries left: 4"), "{answer}");
    }
    let failed = json!({ "code": "refused", "note": "knows no PIN" });
    alice.post(&format!("/v1/tasks/{dropoff}/failed"), failed).await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_is_named_and_a_picture_counts_from_when_it_was_taken() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let order = asks_for(&["photo", "signature"]);
    let (announced, sent) = (
        on_board(&coop, &shop, &alice, order.clone()).await,
        on_board(&coop, &shop, &alice, order).await,
    );
    let door = task(&announced, "dropoff");
    let problem = alice.complete(&door, json!({ "proof": { "signed_by": "Ada" } })).await;
    let problem = problem.problem(422, "proof-missing");
    let details: Vec<&str> = problem["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| text(&one["detail"]))
        .collect();
    assert!(
        details.len() == 2 && details[0].contains("photo") && details[1].contains("signature"),
        "{problem}"
    );
    // The phone has both and sends them when it can.
    let id = |n: u8| format!("prf_01k000000000000000000000{n:02}");
    let pictures = json!([{ "id": id(1), "kind": "photo" }, { "id": id(2), "kind": "signature" }]);
    let done = alice.complete(&door, json!({ "proof": { "pictures": pictures } })).await.ok();
    assert_eq!(done["proof"], json!({ "pictures": pictures }));
    let list = format!("/v1/deliveries/{}/proofs", text(&announced["id"]));
    assert_eq!(shop.get(&list).await.ok()["items"], json!([]), "none has come in yet");
    alice.picture(&door, &id(1), crate::support::picture(4, 3)).await.ok();
    assert_eq!(shop.get(&list).await.ok()["items"][0]["id"], id(1));
    // One that is here already needs no word; the other is still missing.
    let door = task(&sent, "dropoff");
    alice.picture(&door, &id(3), crate::support::picture(4, 3)).await.ok();
    let problem = alice.complete(&door, json!({})).await.problem(422, "proof-missing");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1), "{problem}");
    let signed = json!({ "proof": { "pictures": [{ "id": id(4), "kind": "signature" }] } });
    alice.complete(&door, signed).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn needs_go_with_quotes_and_tables_and_a_pickup_has_no_pin() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let mut order = asks_for(&["pin", "photo"]);
    order["pickups"] = json!([{ "place": place(10, 0), "needs": ["scan", "name"] }]);
    let quote = shop.post("/v1/quotes", order.clone()).await.created();
    let path = format!("/v1/quotes/{}/take", text(&quote["id"]));
    let taken = shop.post(&path, json!({})).await.created();
    assert_eq!(taken["tasks"][0]["needs"], json!(["name", "scan"]));
    assert_eq!(taken["tasks"][1]["needs"], json!(["photo", "pin"]));
    assert_eq!(text(&taken["tasks"][1]["pin"]).len(), 4);
    assert_eq!(
        shop.get("/v1/deliveries").await.ok()["items"][0]["tasks"][1]["pin"],
        taken["tasks"][1]["pin"]
    );
    order["pickups"][0]["needs"] = json!(["pin"]);
    let problem = shop.post("/v1/deliveries", order).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/pickups");
    let mut many = asks_for(&["scan"]);
    many["packages"] = json!([{ "name": "letter", "quantity": 201 }]);
    shop.post("/v1/deliveries", many).await.problem(422, "invalid");
    shop.post("/v1/deliveries", asks_for(&["kiss"])).await.problem(422, "invalid");
}

/// Three boxes, to be read at the door.
fn boxes(if_undeliverable: &str) -> Value {
    json!({
        "packages": [{ "name": "box", "quantity": 3 }], "if_undeliverable": if_undeliverable,
        "dropoffs": [{ "place": place(900, 0), "needs": ["scan"] }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_parcel_is_read_or_named_and_what_is_left_is_seen_by_all() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, boxes("keep")).await;
    let id = text(&delivery["id"]);
    let stop = alice.get("/v1/me/route").await.ok()["stops"][0].clone();
    assert_eq!(
        stop["parcels"],
        json!([
            { "number": 1, "name": "box" }, { "number": 2, "name": "box" }, { "number": 3, "name": "box" },
        ])
    );
    let door = task(&delivery, "dropoff");
    let code = |number: u8| format!("{id}#{number}");
    let read = |numbers: &[u8], missing: Value| {
        let codes: Vec<String> = numbers.iter().map(|number| code(*number)).collect();
        alice.complete(&door, json!({ "proof": { "scanned": codes }, "missing": missing }))
    };
    let one_short = read(&[1, 3], json!([])).await.problem(422, "proof-missing");
    assert_eq!(one_short["errors"][0]["pointer"], "/proof/scanned");
    read(&[1, 3, 7], json!([])).await.problem(422, "parcels");
    let all = json!([{ "parcel": 1, "code": "refused" }, { "parcel": 2, "code": "refused" }, { "parcel": 3, "code": "refused" }]);
    read(&[], all).await.problem(422, "parcels");
    let missing = json!([{ "parcel": 2, "code": "damaged", "note": "soaked" }]);
    let done = read(&[1, 3], missing.clone()).await.ok();
    assert_eq!((&done["proof"]["scanned"], &done["missing"]), (&json!([1, 3]), &missing));
    let over = shop.delivery(&delivery["id"]).await;
    assert_eq!((&over["state"], &over["tasks"][1]["missing"]), (&json!("delivered"), &missing));
    // Told as soon as it has its number.
    let told = async || shop.get("/v1/events").await.ok().to_string();
    let begun = std::time::Instant::now();
    while !told().await.contains("soaked") {
        assert!(begun.elapsed().as_secs() < 30, "{}", told().await);
    }
    let links = shop.get(&format!("/v1/deliveries/{id}/links")).await.ok();
    let page = coop.stranger().get(text(&links["items"][0]["url"])).await.status(200);
    assert!(String::from_utf8_lossy(&page.body).contains("One parcel was not handed over."));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_goes_back_where_that_is_wanted_and_the_rest_is_paid() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = on_board(&coop, &shop, &alice, boxes("return")).await;
    let id = text(&delivery["id"]);
    let tip = json!({ "amount": 150, "currency": "EUR" });
    shop.post(&format!("/v1/deliveries/{id}/tip"), tip).await.ok();
    let body = json!({
        "proof": { "scanned": [format!("{id}#1"), format!("{id}#2")] },
        "missing": [{ "parcel": 3, "code": "refused" }],
    });
    alice.complete(&task(&delivery, "dropoff"), body).await.ok();
    let turned = shop.delivery(&delivery["id"]).await;
    assert_eq!(
        (&turned["state"], &turned["end_reason"]["code"]),
        (&json!("returning"), &json!("refused"))
    );
    let pay = alice.get("/v1/me/pay").await.ok();
    assert_eq!(pay["lines"][0]["inputs"]["outcome"], "delivered", "{pay}");
    let back = task(&turned, "return");
    let stop = alice.get("/v1/me/route").await.ok()["stops"][0].clone();
    assert_eq!(stop["parcels"], json!([{ "number": 3, "name": "box" }]), "what is left goes back");
    alice.complete(&back, json!({ "proof": { "signed_by": "The cook" } })).await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["state"], "returned");
    let pay = alice.get("/v1/me/pay").await.ok();
    assert_eq!(
        (pay["lines"].as_array().map(Vec::len), &pay["lines"][0]["kind"]),
        (Some(2), &json!("return"))
    );
    let tips = alice.get("/v1/me/statement?account=tips").await.ok();
    assert_eq!(tips["lines"][0]["amount"], 150, "{tips}");
    coop.pass(60);
    let asked = json!({
        "merchant_id": shop.id, "from": "2026-01-01T00:00:00Z", "to": coop.at(0),
    });
    let run = coop.user("treasurer").await.post("/v1/invoices", asked).await.created();
    let invoice = format!("/v1/invoices/{}", text(&run["items"][0]["id"]));
    let invoice = shop.get(&invoice).await.ok();
    let kinds = invoice["lines"].as_array().expect("a list").iter().map(|line| text(&line["kind"]));
    let mut kinds: Vec<&str> = kinds.collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["price", "return_price", "tip"], "each once");

    // What is lost is not on the bike: nothing goes back.
    let lost = on_board(&coop, &shop, &alice, boxes("return")).await;
    let id = text(&lost["id"]);
    let body = json!({
        "proof": { "scanned": [format!("{id}#1"), format!("{id}#2")] },
        "missing": [{ "parcel": 3, "code": "lost" }],
    });
    alice.complete(&task(&lost, "dropoff"), body).await.ok();
    assert_eq!(shop.delivery(&lost["id"]).await["state"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_at_the_counter_is_not_asked_for_at_the_door() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let delivery = shop.post("/v1/deliveries", boxes("keep")).await.created();
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let missing = json!({ "missing": [{ "parcel": 1, "code": "item_missing" }] });
    alice.complete(&task(&delivery, "pickup"), missing).await.ok();
    let stop = alice.get("/v1/me/route").await.ok()["stops"][0].clone();
    assert_eq!(
        stop["parcels"],
        json!([{ "number": 2, "name": "box" }, { "number": 3, "name": "box" }])
    );
    let id = text(&delivery["id"]);
    let codes = json!({ "proof": { "scanned": [format!("{id}#2"), format!("{id}#3")] } });
    alice.complete(&task(&delivery, "dropoff"), codes).await.ok();
    assert_eq!(shop.delivery(&delivery["id"]).await["tasks"][0]["missing"][0]["parcel"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_rides_in_another_order_within_the_rules() {
    let coop = Coop::start().await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let desk = coop.dispatcher().await;
    let (first, second) =
        (shop.orders_to(place(900, 0)).await, shop.orders_to(place(500, 0)).await);
    for delivery in [&first, &second] {
        desk.assign(delivery, &alice).await.ok();
    }
    let ids = |route: &Value| -> Vec<String> {
        let stops = route["stops"].as_array().expect("a list");
        stops.iter().map(|stop| text(&stop["task_id"]).to_owned()).collect()
    };
    let route = alice.get("/v1/me/route").await.ok();
    let (seen, before) = (route["version"].clone(), ids(&route));
    let wanted = [2, 3, 0, 1].map(|index| before[index].clone());
    let order = |version: &Value, tasks: &[String]| {
        alice.post("/v1/me/route", json!({ "version": version, "tasks": tasks }))
    };
    let dropoff_first = [1, 0, 2, 3].map(|index| before[index].clone());
    order(&seen, &dropoff_first).await.problem(409, "pickup-first");
    let put = order(&seen, &wanted).await.ok();
    assert_eq!(put["tasks"], json!(wanted));
    assert_eq!(order(&seen, &wanted).await.ok(), put, "a retry");
    let outdated = order(&seen, &before).await.problem(409, "outdated");
    assert_eq!(outdated["route"], put, "with the order as it is");
    assert_eq!(ids(&alice.get("/v1/me/route").await.ok()), wanted);
    // Offline: only what is named moves to the front, and what has been done since is left out.
    alice.complete(&wanted[0], json!({})).await.ok();
    let act = json!({ "kind": "route_ordered", "tasks": [wanted[0], wanted[2]] });
    let event =
        json!({ "id": "pev_01k00000000000000000000001", "seq": 1, "at": coop.at(0), "act": act });
    let batch = json!({ "phone_id": "pho_01k00000000000000000000001", "events": [event] });
    assert_eq!(alice.post("/v1/me/events", batch).await.ok()["results"][0]["outcome"], "done");
    let now = ids(&alice.get("/v1/me/route").await.ok());
    assert_eq!(now, [2, 1, 3].map(|index| wanted[index].clone()));
    let bob = coop.courier_on_shift("Bob", 0).await;
    let theirs = json!({ "version": 0, "tasks": now });
    assert_eq!(bob.post("/v1/me/route", theirs).await.ok()["tasks"], json!([]), "not his to move");
}
