//! The customer's page: how far it is, and nothing of the courier until the customer is next.

use serde_json::{Value, json};

use crate::support::{Actor, Coop, Reply, place, task, text};

async fn links(shop: &Actor, delivery: &Value) -> Vec<String> {
    let path = format!("/v1/deliveries/{}/links", text(&delivery["id"]));
    let links = shop.get(&path).await.ok();
    let items = links["items"].as_array().expect("a list").iter();
    items.map(|link| text(&link["url"]).to_owned()).collect()
}

async fn page(coop: &Coop, link: &str) -> String {
    let reply = coop.stranger().get(link).header("accept-language", "en").await;
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    html(reply.status(200))
}

fn html(reply: Reply) -> String {
    String::from_utf8(reply.body).expect("UTF-8")
}

/// Whether the courier is on the page.
fn dot(page: &str) -> bool {
    page.contains("class=\"courier\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_the_courier_only_on_the_way_to_the_own_door() {
    let coop = Coop::start().await;
    let (shop, desk) = (coop.merchant("Bistro <b>").await, coop.dispatcher().await);
    let courier = coop.courier_on_shift("Alice Secret", -500).await;
    let first = shop.orders_to(place(700, 0)).await;
    let second = shop.orders_to(place(900, 0)).await;
    let (first_door, second_door) =
        (links(&shop, &first).await.remove(0), links(&shop, &second).await.remove(0));
    let shown = page(&coop, &first_door).await;
    assert!(shown.contains("being prepared") && shown.contains("Bistro &lt;b&gt;"), "{shown}");
    for delivery in [&first, &second] {
        desk.assign(delivery, &courier).await.ok();
    }
    // On the way to the counter nobody sees the courier.
    assert!(!dot(&page(&coop, &first_door).await));
    for delivery in [&first, &second] {
        courier.complete(&task(delivery, "pickup"), json!({})).await.ok();
    }
    let (near, far) = (page(&coop, &first_door).await, page(&coop, &second_door).await);
    assert!(dot(&near) && near.contains("coming to you") && near.contains("1.5 km away"), "{near}");
    assert!(!dot(&far) && far.contains("on its way") && !far.contains("away"), "{far}");
    courier.post(&format!("/v1/tasks/{}/start", task(&first, "dropoff")), json!({})).await.ok();
    let shown = page(&coop, &first_door).await;
    assert!(shown.contains("at your door") && !dot(&shown), "{shown}");
    let proof = json!({ "proof": { "signed_by": "Ada Lovelace" } });
    courier.complete(&task(&first, "dropoff"), proof).await.ok();
    let (done, next) = (page(&coop, &first_door).await, page(&coop, &second_door).await);
    assert!(done.contains("has been delivered") && done.contains("13:00") && !dot(&done), "{done}");
    assert!(!done.contains("http-equiv"), "nothing changes any more");
    assert!(dot(&next), "{next}");
    for page in [near, far, shown, done, next] {
        for secret in ["Alice", "Secret", "bike", "cou_", "Lovelace"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }
    // A position that is old is no position.
    coop.pass(3600);
    assert!(!dot(&page(&coop, &second_door).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_and_cannot_be_made_up() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let delivery = shop.orders_to(place(700, 0)).await;
    let link = links(&shop, &delivery).await.remove(0);
    let mut forged = link.clone();
    let last = forged.pop().expect("a link");
    forged.push(if last == 'A' { 'E' } else { 'A' });
    for wrong in [forged.as_str(), "/t/x", "/t/AAAA", &format!("{link}AA")] {
        let reply = coop.stranger().get(wrong).await.status(404);
        assert!(html(reply).contains("no longer valid"), "{wrong}");
    }
    coop.pass(2400 + 24 * 3600 - 1);
    page(&coop, &link).await;
    coop.pass(1);
    coop.stranger().get(&link).await.status(404);
    coop.stranger().post_form(&link, "note=late").await.status(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_french_and_english() {
    let coop = Coop::with(|config| config.coop.phone = "+33 1 23".to_owned()).await;
    let shop = coop.merchant("Bistro").await;
    let delivery = shop.orders_to(place(700, 0)).await;
    let link = links(&shop, &delivery).await.remove(0);
    let in_language = async |header: &str, query: &str| {
        let call = coop.stranger().get(&format!("{link}{query}"));
        html(call.header("accept-language", header).await.status(200))
    };
    let french = in_language("fr-FR,fr;q=0.9,en;q=0.8", "").await;
    assert!(french.contains("lang=\"fr\"") && french.contains("se prépare"), "{french}");
    // Noon in UTC is one o'clock in Paris.
    assert!(french.contains("Entre 13:25 et 13:40"), "{french}");
    assert!(french.contains("tel:+33123"), "{french}");
    assert!(in_language("fr", "?lang=en").await.contains("being prepared"));
    assert!(in_language("de", "").await.contains("lang=\"en\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_leaves_a_word_for_the_courier() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let order = json!({
        "dropoffs": [{ "place": place(700, 0) }], "instructions": "Fragile.",
    });
    let delivery = shop.post("/v1/deliveries", order).await.created();
    let link = links(&shop, &delivery).await.remove(0);
    let leave = async |note: &str| {
        let form = format!("note={note}");
        html(coop.stranger().post_form(&link, &form).await.status(200))
    };
    let instructions =
        async || text(&shop.delivery(&delivery["id"]).await["instructions"]).to_owned();
    let shown = leave("Code+4711+%3Cb%3E").await;
    assert!(shown.contains("Code 4711 &lt;b&gt;"), "{shown}");
    assert_eq!(instructions().await, "Fragile.\u{2014} Customer: Code 4711 <b>");
    leave("Third+floor").await;
    assert_eq!(instructions().await, "Fragile.\u{2014} Customer: Third floor");
    leave(&"x".repeat(5_000)).await;
    assert_eq!(instructions().await.chars().count(), 8 + 12 + 300);
    leave("").await;
    assert_eq!(instructions().await, "Fragile.");
    let cancel = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
    shop.post(&cancel, json!({ "reason": "sold out" })).await.ok();
    assert!(leave("too+late").await.contains("cancelled"));
    assert_eq!(instructions().await, "Fragile.");
}
