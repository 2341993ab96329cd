//! Pictures of handing over: on the right stop, once, clean, and for those whom they concern.

use serde_json::json;

use crate::support::{Coop, picture, place, task, text};

const ID: &str = "prf_01k00000000000000000000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_stands_at_its_stop_once_and_is_drawn_anew() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let other = coop.merchant("Other").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let bob = coop.courier("Bob").await;
    let delivery = bistro.orders_to(place(900, 0)).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let dropoff = task(&delivery, "dropoff");
    let sent = picture(3_000, 1_500);
    let kept = alice.picture(&dropoff, ID, sent.clone()).await.ok();
    assert_eq!((&kept["width"], &kept["height"]), (&json!(2_048), &json!(1_024)));
    // The answer was lost: the phone sends it again, even when the delivery is over.
    assert_eq!(alice.picture(&dropoff, ID, sent.clone()).await.ok(), kept);
    alice.picture(&dropoff, ID, picture(5, 5)).await.problem(409, "exists");
    let pickup = task(&delivery, "pickup");
    alice.picture(&pickup, ID, sent.clone()).await.problem(409, "exists");
    bob.picture(&dropoff, ID, sent).await.problem(404, "not-found");

    let list = format!("/v1/deliveries/{}/proofs", text(&delivery["id"]));
    assert_eq!(bistro.get(&list).await.ok()["items"], json!([kept]));
    other.get(&list).await.problem(404, "not-found");
    let whole = bistro.get(&format!("/v1/proofs/{ID}")).await.status(200);
    assert_eq!(whole.header("content-type"), Some("image/jpeg"));
    let small = bistro.get(&format!("/v1/proofs/{ID}?small=true")).await.status(200);
    let small = image::load_from_memory(&small.body).expect("a picture");
    assert_eq!((small.width(), small.height()), (320, 160));
    other.get(&format!("/v1/proofs/{ID}")).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_and_ten_are_enough() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let delivery = bistro.orders_to(place(900, 0)).await;
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    let pickup = task(&delivery, "pickup");
    for no_picture in
        [b"".to_vec(), b"<svg/>".to_vec(), b"GIF89a".to_vec(), picture(9, 9)[..40].to_vec()]
    {
        alice.picture(&pickup, ID, no_picture).await.problem(422, "picture");
    }
    alice.picture(&pickup, ID, vec![0; (12 << 20) + 1]).await.problem(413, "too-large");
    alice.picture(&pickup, "prf_1", picture(4, 3)).await.problem(422, "invalid");
    for _ in 0..10 {
        alice.adds_picture(&pickup).await;
    }
    let list = format!("/v1/deliveries/{}/proofs", text(&delivery["id"]));
    assert_eq!(bistro.get(&list).await.ok()["items"].as_array().map(Vec::len), Some(10));
    alice.picture(&pickup, ID, picture(4, 3)).await.problem(409, "too-many");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_a_day_are_taken_along_as_one_zip() {
    let coop = Coop::start().await;
    let (bistro, other) = (coop.merchant("Bistro").await, coop.merchant("Other").await);
    let alice = coop.courier_on_shift("Alice", 0).await;
    let order = json!({ "external_reference": "N° 7/b", "dropoffs": [{ "place": place(900, 0) }] });
    let delivery = bistro.post("/v1/deliveries", order).await.created();
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    alice.picture(&task(&delivery, "dropoff"), ID, picture(30, 20)).await.ok();
    coop.pass(60);
    let names = async |who: &crate::support::Actor, query: &str| {
        let zip = who.get(&format!("/v1/exports/proofs{query}")).await.status(200).body;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).expect("a zip");
        let mut names = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).expect("a file");
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut bytes).expect("whole");
            let picture = image::load_from_memory(&bytes).expect("a picture");
            assert_eq!((picture.width(), picture.height()), (30, 20));
            names.push(file.name().expect("a name").into_owned());
        }
        names
    };
    let name = format!("N__7_b/photo-{ID}.jpg");
    assert_eq!(names(&bistro, "").await, std::slice::from_ref(&name));
    assert_eq!(names(&coop.dispatcher().await, "").await, [name]);
    assert!(names(&other, "").await.is_empty());
    let before = format!("?to={}", coop.at(-60));
    assert!(names(&bistro, &before).await.is_empty());
}
