//! Prices by the book that the co-op edits.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

fn fixed(name: &str, when: &str, amount: i64) -> Value {
    json!({ "name": name, "when": when, "charge": { "form": "fixed", "amount": amount } })
}

fn book(strategy: &str, rules: &[Value]) -> Value {
    json!({ "strategy": strategy, "vat_basis_points": 2000, "rules": rules })
}

fn order(east_m: i32) -> Value {
    json!({ "dropoffs": [{ "place": place(east_m, 0) }] })
}

async fn price(shop: &Actor, east_m: i32) -> i64 {
    let quote = shop.post("/v1/quotes", order(east_m)).await.created();
    quote["price"]["amount"].as_i64().expect("an amount")
}

/// A square of so many metres around the base point.
fn square(half_m: i32) -> Value {
    let corner = |east, north| {
        let at = place(east, north);
        json!([at["longitude"], at["latitude"]])
    };
    let ring = [
        corner(-half_m, -half_m),
        corner(half_m, -half_m),
        corner(half_m, half_m),
        corner(-half_m, half_m),
        corner(-half_m, -half_m),
    ];
    json!({ "type": "Polygon", "coordinates": [ring] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_book_of_a_merchant_or_else_of_the_co_op_counts() {
    let coop = Coop::start().await;
    let (admin, shop) = (coop.admin().await, coop.merchant("Bistro").await);
    let other = coop.merchant("Other").await;
    // The founding list.
    assert_eq!(price(&shop, 700).await, 600);
    let zone = json!({ "name": "centre", "shape": square(1000) });
    admin.post("/v1/zones", zone).await.created();
    let rules = [fixed("centre", "in_zone('centre')", 350), fixed("far", "distance_m > 3000", 900)];
    let general = json!({ "book": book("first", &rules) });
    admin.post("/v1/price-books", general).await.created();
    assert_eq!((price(&shop, 700).await, price(&shop, 2500).await), (350, 900));
    // Between the two no rule fits: there is no price, and no delivery.
    let refused = shop.post("/v1/quotes", order(1500)).await;
    let problem = refused.problem(422, "no-price");
    assert!(text(&problem["detail"]).contains("no rule"), "{problem}");
    shop.post("/v1/deliveries", order(1500)).await.problem(422, "no-price");
    let own = json!({ "merchant_id": shop.id, "book": book("sum", &[fixed("flat", "true", 500)]) });
    let made = admin.post("/v1/price-books", own).await.created();
    assert_eq!((price(&shop, 1500).await, price(&other, 700).await), (500, 350));
    let delivery = shop.orders_to(place(1500, 0)).await;
    assert_eq!(delivery["price"]["amount"], 500);
    let quote = shop.post("/v1/quotes", order(1500)).await.created();
    assert_eq!(quote["vat"]["amount"], 100);
    let basis = json!({ "version": format!("book-{}", made["version"]), "vat_basis_points": 2000 });
    assert_eq!(quote["basis"], basis);
    // What is booked in the end names the book that the delivery was priced by, though there is a newer.
    let mut newer = book("sum", &[fixed("flat", "true", 700)]);
    newer["vat_basis_points"] = json!(550);
    let newer = json!({ "merchant_id": shop.id, "book": newer });
    let newest = admin.post("/v1/price-books", newer).await.created();
    let alice = coop.courier_on_shift("Alice", 0).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let proof = json!({ "proof": { "signed_by": "M. Curie" } });
    alice.complete(&task(&delivery, "dropoff"), proof).await.ok();
    let booked = alice.get("/v1/me/pay").await.ok()["lines"][0]["price"].clone();
    let expected = (&json!(500), &json!(100), &basis["version"]);
    assert_eq!((&booked["net"], &booked["vat"], &booked["version"]), expected);
    let books = admin.get("/v1/price-books").await.ok();
    assert_eq!(books["items"][0]["version"], newest["version"]);
    assert_eq!(books["items"].as_array().expect("a list").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_is_tried_before_it_counts_and_says_why() {
    let coop = Coop::start().await;
    let (desk, shop) = (coop.dispatcher().await, coop.merchant("Bistro").await);
    let rules = [
        fixed("base", "true", 400),
        fixed("heavy", "weight_g > 5000", 200),
        // Monday noon in UTC is one o'clock in Paris.
        fixed("lunch", "weekday == 1 && minute == 13 * 60", 30),
        json!({ "name": "way", "when": "distance_m > 1000",
                "charge": { "form": "distance", "amount": 100, "beyond": 1000, "step": 500 } }),
        json!({ "name": "regular", "when": "kind == 'restaurant'",
                "charge": { "form": "percent", "basis_points": -1000 } }),
    ];
    let mut delivery = order(1500);
    delivery["merchant_id"] = json!(shop.id);
    delivery["packages"] = json!([{ "name": "box", "quantity": 2, "weight_g": 2000 }]);
    let body = json!({ "book": book("sum", &rules), "delivery": delivery });
    let tried = desk.post("/v1/price-books/try", body).await.ok();
    let said: Vec<(&str, bool, &str)> = tried["verdicts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| (text(&v["rule"]), v["fits"] == true, text(&v["why"])))
        .collect();
    assert_eq!(
        said,
        [
            ("base", true, ""),
            ("heavy", false, "weight_g = 4000"),
            ("lunch", true, "minute = 780, weekday = 1"),
            // 1.5 km as the crow flies are 1.95 by road: two steps of 500 m begun beyond the first 1,000.
            ("way", true, "distance_m = 1950"),
            ("regular", true, "kind = restaurant"),
        ]
    );
    assert_eq!(tried["price"]["amount"], 400 + 30 + 200 - 63);
    // Nothing has changed.
    assert_eq!(price(&shop, 700).await, 600);
    let none = json!({ "book": book("sum", &[fixed("no", "false", 1)]), "delivery": delivery });
    let tried = desk.post("/v1/price-books/try", none).await.ok();
    assert_eq!((&tried["price"], &tried["verdicts"][0]["fits"]), (&Value::Null, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_makes_no_sense_is_named() {
    let coop = Coop::start().await;
    let admin = coop.admin().await;
    for (when, word) in [
        ("distanse_m < 3", "distanse_m"),
        ("distance_m <", ""),
        ("in_zones('x')", "in_zones"),
        ("[1,2,3].all(x, [1,2,3].all(y, true))", "lists"),
    ] {
        let rules = [fixed("fine", "true", 1), fixed("wrong", when, 1)];
        let refused = admin.post("/v1/price-books", json!({ "book": book("sum", &rules) })).await;
        let problem = refused.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/book/rules/1", "{problem}");
        assert!(text(&problem["detail"]).contains(word), "{problem}");
    }
}
