//! A thousand couriers want one delivery: one has it, the others are told so, and nothing else.

use futures_util::{StreamExt, stream};
use paceline::commands::{CommandError, offers};
use paceline::domain::ids::{CourierId, DeliveryId, OfferId};
use paceline::domain::offer::OfferGone;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Coop, place, text};

const COURIERS: u128 = 1_000;
/// How many ask at one time.
const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_race_for_one_offer_and_one_wins() {
    let coop = Coop::start().await;
    let bistro = coop.merchant("Bistro").await;
    let delivery = bistro.orders_to(place(900, 0)).await;
    let id: DeliveryId = text(&delivery["id"]).parse().expect("an id");
    let stop = json!({ "place": place(0, 0) });
    let terms = json!({
        "approach_m": 10, "trip_m": 900, "pay": { "amount": 400, "currency": "EUR" },
        "deliveries": [{
            "id": id, "merchant_name": "Bistro", "pickup": stop, "dropoff": stop,
            "ready_at": delivery["ready_at"], "due_at": delivery["due_at"],
        }],
    });
    // Everybody is asked at once, as in mode `offer_several`.
    coop.sql(&format!(
        "INSERT INTO couriers (id, name, vehicle, created_at)
             SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'C' || n,
                    'bike', now() FROM generate_series(1, {COURIERS}) n;
         INSERT INTO offers (id, courier_id, state, made_at, expires_at, route, terms, shown,
                             shown_sha256)
             SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
                    ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'live',
                    '2026-03-02 11:59Z'::timestamptz, '2026-03-02 12:30Z'::timestamptz,
                    '{{}}'::uuid[], '{terms}'::jsonb, 'as shown', sha256('as shown')
             FROM generate_series(1, {COURIERS}) n;
         INSERT INTO offer_deliveries SELECT id, '{}' FROM offers",
        id.uuid()
    ))
    .await;

    let server = &coop.app().coop;
    let ask = async |n: u128| {
        let uuid = |kind: u128| Uuid::from_u128((0x7000 << 64) | (kind << 48) | n);
        let courier = CourierId::from_uuid(uuid(0x8000));
        match offers::accept(server, courier, OfferId::from_uuid(uuid(0x9000))).await {
            Ok(_) => Some(courier),
            Err(CommandError::Offer(_)) => None,
            Err(other) => panic!("{courier} was told: {other:?}"),
        }
    };
    let answers: Vec<_> =
        stream::iter(1..=COURIERS).map(ask).buffer_unordered(AT_ONCE).collect().await;
    let winners: Vec<CourierId> = answers.iter().flatten().copied().collect();
    assert_eq!((answers.len(), winners.len()), (1_000, 1));
    let held = bistro.delivery(&delivery["id"]).await;
    assert_eq!(held["state"], "assigned");
    assert_eq!(held["courier_id"], json!(winners[0]));
    let gone = CommandError::from(OfferGone).to_string();
    assert_eq!(gone, "this offer is not open any more", "it names nobody");
}
