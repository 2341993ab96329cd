//! A label for each parcel, to print, with nothing on it that could run.

use serde_json::json;

use crate::support::{Coop, place, text};

#[tokio::test(flavor = "multi_thread")]
async fn each_parcel_gets_a_label_with_a_code_of_its_own() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro <b>").await;
    let stop = json!({
        "place": place(700, 0), "address": "5 Quai", "contact": { "name": "Marie", "phone": "+33 1" },
    });
    let order = json!({
        "external_reference": "A-7", "dropoffs": [stop.clone()], "packages": [
            { "name": "box", "quantity": 2, "weight_g": 900 }, { "name": "bag", "quantity": 1 },
        ],
    });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    let id = text(&delivery["id"]);
    let reply = shop.get(&format!("/v1/deliveries/{id}/labels?lang=fr")).await;
    let policy = reply.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let page = String::from_utf8(reply.status(200).body).expect("UTF-8");
    assert_eq!((page.matches("<section>").count(), page.matches("<svg").count()), (3, 3));
    for part in [
        format!("{id}#1"),
        format!("{id}#3"),
        "3 / 3".to_owned(),
        "Bistro &lt;b&gt;".to_owned(),
        "Étiquettes".to_owned(),
        "5 Quai".to_owned(),
        "box, 900 g".to_owned(),
        "A-7".to_owned(),
    ] {
        assert!(page.contains(&part), "no `{part}`: {page}");
    }
    // Whoever finds a parcel reads no telephone number.
    assert!(!page.contains("+33") && !page.contains("<script"), "{page}");

    let plain = json!({ "dropoffs": [stop.clone()] });
    let plain = shop.post("/v1/deliveries", plain).await.created();
    let one = shop.get(&format!("/v1/deliveries/{}/labels", text(&plain["id"]))).await.status(200);
    assert_eq!(String::from_utf8_lossy(&one.body).matches("<section>").count(), 1);
    let many = json!({ "dropoffs": [stop], "packages": [{ "name": "nut", "quantity": 201 }] });
    let many = shop.post("/v1/deliveries", many).await.created();
    let path = format!("/v1/deliveries/{}/labels", text(&many["id"]));
    shop.get(&path).await.problem(409, "too-many");
}
