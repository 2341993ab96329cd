//! The promises to the people who ride, each by what the server does. One test a promise.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Actor, Coop, PASSWORD, place, text};

const DAY_S: i64 = 86_400;

async fn offered(coop: &Coop, courier: &Actor, shop: &Actor) -> Value {
    courier.rides_to(coop, place(10, 0)).await;
    shop.orders_to(place(900, 0)).await;
    coop.tick().await;
    let offers = courier.get("/v1/me/offers").await.ok();
    offers["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_offer_showed_is_kept_with_its_hash_and_is_never_changed() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let offer = offered(&coop, &alice, &bistro).await;
    let id = text(&offer["id"]);
    let kept = alice.get(&format!("/v1/offers/{id}")).await.ok();
    let shown = text(&kept["shown"]);
    let hash: String =
        Sha256::digest(shown.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&kept["sha256"], &kept["made_at"]), (&json!(hash), &offer["made_at"]));
    let shown: Value = serde_json::from_str(shown).expect("JSON");
    for what in ["pay", "made_of", "approach_m", "trip_m", "deliveries", "expires_at"] {
        assert_eq!(shown[what], offer[what], "{what}");
    }
    for place in ["pickup", "dropoff"] {
        assert!(shown["deliveries"][0][place]["place"]["latitude"].is_number(), "{shown}");
    }
    let sum: i64 = shown["made_of"]
        .as_array()
        .expect("parts")
        .iter()
        .map(|part| part["amount"]["amount"].as_i64().expect("minor units"))
        .sum();
    assert_eq!(json!(sum), shown["pay"]["amount"]);
    let time =
        |name: &str| text(&shown[name]).parse::<paceline::domain::time::Timestamp>().unwrap();
    assert!(time("expires_at").since(time("made_at")).0 >= 60, "a reasonable time to answer");

    alice.accept(id).await.ok();
    let after = alice.get(&format!("/v1/offers/{id}")).await.ok();
    assert_eq!((&after["shown"], &after["state"]), (&kept["shown"], &json!("accepted")));
    let bob = coop.courier("Bob").await;
    bob.get(&format!("/v1/offers/{id}")).await.problem(404, "not-found");
}

/// Two co-ops with the same day, but for what Alice answered before.
#[tokio::test(flavor = "multi_thread")]
async fn who_refused_everything_is_offered_the_next_job_as_one_who_was_never_asked() {
    let mut offers = Vec::new();
    for refusals in [0, 6] {
        let coop = Coop::start().await;
        let bistro = coop.merchant("Bistro").await;
        let desk = coop.dispatcher().await;
        let alice = coop.courier_on_shift("Alice", 100).await;
        let bob = coop.courier_on_shift("Bob", 3_000).await;
        for round in 0..6 {
            coop.pass(30);
            alice.rides_to(&coop, place(100, 0)).await;
            bob.rides_to(&coop, place(3_000, 0)).await;
            if round < refusals {
                let order = bistro.orders_to(place(-500, 0)).await;
                coop.tick().await;
                alice.decline(&alice.offer().await).await.ok();
                let path = format!("/v1/deliveries/{}/cancel", text(&order["id"]));
                desk.post(&path, json!({ "reason": "test" })).await.ok();
            }
        }
        bistro.orders_to(place(-900, 0)).await;
        coop.tick().await;
        let mut offer = alice.get("/v1/me/offers").await.ok()["items"][0].clone();
        assert!(bob.offers().await.is_empty(), "it is nearer to Alice");
        for unique in ["id", "courier_id"] {
            offer[unique] = Value::Null;
        }
        offer["deliveries"][0]["id"] = Value::Null;
        offers.push(offer);
    }
    assert_eq!(offers[0], offers[1]);
    assert!(offers[0]["pay"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_in_force_are_public_whole() {
    let coop = Coop::start().await;
    let rules = coop.stranger().get("/v1/transparency").await.ok();
    let policy = &rules["dispatch"]["policy"];
    for weight in ["delay", "lateness", "freshness", "riding", "approach"] {
        assert!(policy["weights"][weight].is_i64(), "{weight}: {policy}");
    }
    assert!(policy["fairness"]["delay_max_s"].is_i64() && rules["tariff"]["base"].is_i64());
    let admin = coop.admin().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let offer = offered(&coop, &alice, &bistro).await;
    let why = format!("/v1/deliveries/{}/why", text(&offer["deliveries"][0]["id"]));
    let why = admin.get(&why).await.ok();
    assert_eq!(why["decisions"][0]["policy_version"], rules["dispatch"]["version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_positions_are_gone_after_thirty_days() {
    let coop = Coop::start().await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    for days in [33, 20] {
        let at = coop.at(-days * DAY_S);
        coop.sql(&format!(
            "SELECT traces_day(('{at}'::timestamptz AT TIME ZONE 'UTC')::date); \
             INSERT INTO traces SELECT id, '{at}', '{at}', '{{0}}', '{{48000000}}', '{{2000000}}', \
             '{{5}}' FROM couriers WHERE name = 'Alice'"
        ))
        .await;
    }
    let kept = async || {
        let from = coop.at(-40 * DAY_S);
        let kept = alice.get(&format!("/v1/me/positions?from={from}")).await.ok();
        kept["items"].as_array().expect("a list").len()
    };
    let before = kept().await;
    coop.forget().await;
    assert_eq!((before, kept().await), (3, 2));
}

/// docs/reference/rights.md says of each promise which test holds it.
#[test]
fn each_promise_of_the_page_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/reference/rights.md")).expect("the page");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| **")).collect();
    assert_eq!(rows.len(), 13, "the promises");
    for row in rows {
        let tests = row.rsplit('|').nth(1).expect("the last column");
        let mut named = 0;
        for test in tests.split('`').skip(1).step_by(2) {
            let (file, name) = test.split_once(':').expect("`file:name`");
            let path = root.join("tests").join(file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {file}"));
            assert!(text.contains(&format!("fn {name}(")), "no {name} in {file}");
            named += 1;
        }
        assert!(named > 0, "no test: {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_reads_why_me_and_why_not_me_in_both_languages_and_nobody_elses_name() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let bob = coop.courier_on_shift("Bob", 2_500).await;
    offered(&coop, &alice, &bistro).await;
    let outcome = async |courier: &Actor| {
        let reasons = courier.get("/v1/me/decisions").await.ok();
        let one = &reasons["items"][0];
        assert_eq!(one["merchant_name"], "Bistro");
        for (mine, other) in [("en", "fr"), ("fr", "en")] {
            let words = text(&one["words"][mine]);
            assert!(words.len() > 20 && words != text(&one["words"][other]), "{words}");
        }
        assert!(!reasons.to_string().contains("Alice") && !reasons.to_string().contains("Bob"));
        one["outcome"].clone()
    };
    assert_eq!(outcome(&alice).await, "proposed");
    assert_eq!(outcome(&bob).await, "not_chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_looks_again_within_a_fortnight_and_not_in_their_own_case() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice", 0).await;
    let offer = offered(&coop, &alice, &bistro).await;
    let about = json!({ "kind": "offer", "offer_id": offer["id"] });
    let question = json!({ "about": about, "question": "Is the distance right?" });
    let opened = alice.post("/v1/me/reviews", question.clone()).await.created();
    assert_eq!(
        (&opened["due_at"], &opened["overdue"]),
        (&json!(coop.at(14 * DAY_S)), &json!(false))
    );
    let bob = coop.courier("Bob").await;
    bob.post("/v1/me/reviews", question).await.problem(404, "not-found");

    coop.pass(14 * DAY_S + 1);
    let open = desk.get("/v1/reviews").await.ok();
    assert_eq!(
        (&open["items"][0]["id"], &open["items"][0]["overdue"]),
        (&opened["id"], &json!(true))
    );
    let path = format!("/v1/reviews/{}/answer", text(&opened["id"]));
    let vague = json!({ "outcome": "changed", "reasons": "A bridge was closed." });
    desk.post(&path, vague).await.problem(422, "invalid");
    let whole = json!({
        "outcome": "changed", "reasons": "A bridge was closed.", "correction": "ent_ of today",
    });
    let answered = desk.post(&path, whole.clone()).await.ok();
    assert_eq!(answered["answered_by"], desk.get("/v1/me").await.ok()["id"], "it has a name");
    desk.post(&path, whole).await.problem(409, "answered");
    let own = alice.get("/v1/me/reviews").await.ok();
    assert_eq!(own["items"][0]["correction"], "ent_ of today");
    assert!(desk.get("/v1/reviews").await.ok()["items"].as_array().expect("a list").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_person_suspends_with_a_reason_and_a_fortnights_notice() {
    let coop = Coop::start().await;
    let desk = coop.dispatcher().await;
    let alice = coop.courier("Alice").await;
    let path = format!("/v1/couriers/{}/suspensions", alice.id);
    let early = json!({ "reason": "late", "begins_at": coop.at(13 * DAY_S) });
    desk.post(&path, early).await.problem(422, "no-notice");
    desk.post(&path, json!({ "safety": true })).await.problem(422, "invalid");
    let noticed = desk.post(&path, json!({ "reason": "unpaid damage" })).await.created();
    assert_eq!(noticed["begins_at"], coop.at(14 * DAY_S));
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    coop.pass(14 * DAY_S);
    alice.post("/v1/me/shift/start", json!({})).await.problem(409, "suspended");
    let told = alice.get("/v1/me/suspensions").await.ok();
    assert_eq!(told["items"][0]["reason"], "unpaid damage");
    assert_eq!(told["items"][0]["decided_by"], desk.get("/v1/me").await.ok()["id"]);

    let lift = format!("/v1/suspensions/{}/lift", text(&noticed["id"]));
    desk.post(&lift, json!({})).await.ok();
    alice.post("/v1/me/shift/start", json!({})).await.ok();
    let danger = json!({ "reason": "the bike has no brakes", "safety": true });
    assert_eq!(desk.post(&path, danger).await.created()["begins_at"], coop.at(0));
}

/// What the zip holds, by name.
pub async fn export(courier: &Actor) -> BTreeMap<String, String> {
    let bytes = courier.get("/v1/me/export").await.status(200).body;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).expect("a file");
            let mut content = String::new();
            file.read_to_string(&mut content).expect("UTF-8");
            (file.name().expect("a name").into_owned(), content)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn data_goes_with_the_courier_and_goes_away_for_good() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let alice = coop.courier_on_shift("Alice Doe", 0).await;
    let offer = offered(&coop, &alice, &bistro).await;
    alice.decline(text(&offer["id"])).await.ok();
    let question = json!({ "about": { "kind": "other" }, "question": "Who reads this?" });
    alice.post("/v1/me/reviews", question).await.created();

    let files = export(&alice).await;
    let json_of = |name: &str| -> Value { serde_json::from_str(&files[name]).expect("JSON") };
    assert_eq!(json_of("profile.json")[0]["name"], "Alice Doe");
    assert_eq!(json_of("offers.json")[0]["state"], "declined");
    assert_eq!(json_of("reviews.json")[0]["question"], "Who reads this?");
    let point = &json_of("positions.geojson")["features"][0]["geometry"];
    assert_eq!(point["type"], "Point");
    let longitude = point["coordinates"][0].as_f64().expect("degrees");
    assert!((longitude - 2.352).abs() < 0.01, "longitude first: {point}");
    assert!(files["shifts.csv"].starts_with("breaks,ended_at,id,"), "{}", files["shifts.csv"]);

    let erase = json!({ "password": PASSWORD });
    alice.post("/v1/me/erase", erase.clone()).await.problem(409, "at-work");
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    let wrong = json!({ "password": "not hers" });
    alice.post("/v1/me/erase", wrong).await.problem(401, "credentials");
    assert_eq!(alice.post("/v1/me/erase", erase).await.status, 204);
    let refresh = json!({ "refresh_token": alice.refresh_token });
    coop.stranger().post("/v1/auth/refresh", refresh).await.problem(401, "refresh-token");
    let people = coop.dispatcher().await.get("/v1/couriers").await.ok();
    assert_eq!(people["items"][0]["name"], "erased");
    let files = export(&alice).await; // The access token lasts some minutes more.
    assert!(
        !files.values().any(|content| content.contains("Alice") || content.contains("Who reads"))
    );
    assert_eq!(files["positions.json"], "[]");
    assert!(files["shifts.json"].contains("ended"), "statistics keep a pseudonym");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_in_figures_and_a_representatives_sums_show_nobody() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let speaker = coop.user("representative").await;
    let desk = coop.dispatcher().await;
    for number in 0..5 {
        if number == 4 {
            let few = speaker.get("/v1/representative/summary").await.ok();
            assert!(few.get("summary").is_none(), "four people would be recognised: {few}");
        }
        let courier = coop.courier_on_shift(&format!("Rider {number}"), 0).await;
        let order = bistro.orders_to(place(900, 0)).await;
        desk.assign(&order, &courier).await.ok();
        let task = |kind| crate::support::task(&order, kind);
        courier.complete(&task("pickup"), json!({})).await.ok();
        coop.pass(600);
        let proof = json!({ "proof": { "signed_by": "Ada" } });
        courier.complete(&task("dropoff"), proof).await.ok();
        coop.pass(3_000);
        courier.post("/v1/me/shift/stop", json!({})).await.ok();
        coop.pass(1);
    }
    let sums = speaker.get("/v1/representative/summary").await.ok();
    let summary = &sums["summary"];
    assert_eq!((&summary["couriers"], &summary["shifts"]), (&json!(5), &json!(5)), "{sums}");
    assert_eq!(summary["paid_seconds"], 5 * 3_600);
    assert!(summary["pay_per_hour_median"].as_i64().expect("a sum") > 0);
    assert!(!sums.to_string().contains("Rider"));

    let year = coop.stranger().get("/v1/indicators?year=2026").await.ok();
    let averages = &year["averages"];
    assert_eq!((&averages["deliveries"], &averages["delivery_seconds"]), (&json!(5), &json!(600)));
    let total = summary["pay"].as_i64().expect("a sum");
    assert_eq!(averages["pay_per_delivery"], total / 5);
    let volume = year["volumes"].as_array().expect("classes");
    let spans: Vec<&str> = volume.iter().map(|one| text(&one["span"])).collect();
    assert_eq!(spans, ["month", "week"]);
    assert_eq!((&volume[0]["deliveries"], &volume[0]["pay"]), (&json!("1-10"), &json!(total / 5)));
    let before = coop.stranger().get("/v1/indicators").await.ok();
    assert!(before["year"] == 2025 && before.get("averages").is_none(), "{before}");
}
