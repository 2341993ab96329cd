//! Saying yes to an offer, beside a row that is changed by its key.

use std::fmt::Write as _;
use std::time::Instant;

use diesel_async::SimpleAsyncConnection;
use futures_util::{StreamExt, stream};
use paceline::commands::offers;
use paceline::domain::ids::{DeliveryId, OfferId};
use serde_json::json;
use uuid::Uuid;

use crate::fleet::{Fleet, courier_id};
use crate::median;

/// Offers of a turn, each to a courier of its own for a delivery of its own.
const OFFERS: usize = 1_000;
const AT_ONCE: usize = 64;
const TURNS: usize = 5;

/// A version 7 UUID that says what it is of.
fn numbered(kind: u128, turn: usize, n: usize) -> Uuid {
    let (turn, n) = (u128::try_from(turn).expect("few"), u128::try_from(n).expect("few"));
    Uuid::from_u128((0x7000 << 64) | (kind << 48) | (turn << 32) | n)
}

fn offer_id(turn: usize, n: usize) -> OfferId {
    OfferId::from_uuid(numbered(0xa000, turn, n))
}

fn delivery_id(turn: usize, n: usize) -> DeliveryId {
    DeliveryId::from_uuid(numbered(0xb000, turn, n))
}

/// Deliveries that nobody has, each offered to one courier.
async fn offer(fleet: &Fleet, turn: usize) {
    let mut conn = fleet.database.connect().await;
    let place = json!({ "place": { "latitude": 48.8566, "longitude": 2.3522 } });
    let row = |n| {
        let delivery = delivery_id(turn, n);
        let terms = json!({
            "approach_m": 10, "trip_m": 900, "pay": { "amount": 400, "currency": "EUR" },
            "deliveries": [{
                "id": delivery, "merchant_name": "Bistro", "pickup": place, "dropoff": place,
                "ready_at": "2026-03-02T12:00:00Z", "due_at": "2026-03-02T13:00:00Z",
            }],
        });
        let (courier, offer) = (courier_id(turn * OFFERS + n), offer_id(turn, n));
        format!(
            "('{}'::uuid, '{}'::uuid, '{}'::uuid, '{terms}'::jsonb)",
            delivery.uuid(),
            courier.uuid(),
            offer.uuid()
        )
    };
    let rows: Vec<String> = (1..=OFFERS).map(row).collect();
    let sql = format!(
        "CREATE TEMP TABLE asked (delivery, courier, offer, terms) AS VALUES {};
         INSERT INTO merchants (id, name, kind, lat_e6, lng_e6, address, created_at)
             VALUES ('{shop}', 'Bistro', 'shop', 48856600, 2352200, '1 Main', now());
         INSERT INTO deliveries (id, merchant_id, state, placed_at, ready_at, due_at, price_amount, currency, packages)
             SELECT delivery, '{shop}', 'open', now(), now(), now() + interval '2 hours', 500, 'EUR', '[]' FROM asked;
         INSERT INTO tasks (id, delivery_id, seq, kind, state, lat_e6, lng_e6)
             SELECT gen_random_uuid(), delivery, seq, kind, 'todo', 48856600 + 3000 * seq, 2352200
             FROM asked, (VALUES (0, 'pickup'), (1, 'dropoff')) stop (seq, kind);
         INSERT INTO offers (id, courier_id, state, made_at, expires_at, route, terms, shown, shown_sha256)
             SELECT offer, courier, 'live', now() - interval '1 minute', now() + interval '1 hour', '{{}}'::uuid[],
                    terms, 'as shown', sha256('as shown')
             FROM asked;
         INSERT INTO offer_deliveries SELECT offer, delivery FROM asked",
        rows.join(", "),
        shop = Uuid::from_u128((0x7000 << 64) | (0xc000 << 48) | u128::try_from(turn).expect("few")),
    );
    conn.batch_execute(&sql).await.expect("offers");
}

/// Microseconds each of so many took, so many at one time; the 99th percentile.
async fn p99<F: Future<Output = ()>>(each: impl Fn(usize) -> F) -> u64 {
    let timed = async |n| {
        let begun = Instant::now();
        each(n).await;
        u64::try_from(begun.elapsed().as_micros()).expect("a short time")
    };
    let mut took: Vec<u64> =
        stream::iter(1..=OFFERS).map(timed).buffer_unordered(AT_ONCE).collect().await;
    took.sort_unstable();
    took[OFFERS * 99 / 100]
}

/// Offers accepted under load, turn by turn with bare updates over the same pool of connections.
pub async fn accept(fleet: &Fleet, text: &mut String) {
    let coop = &fleet.running.app.coop;
    let (mut accepted, mut updated) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        offer(fleet, turn).await;
        let accept = async |n| {
            let courier = courier_id(turn * OFFERS + n);
            offers::accept(coop, courier, offer_id(turn, n)).await.expect("it is theirs");
        };
        accepted.push(p99(accept).await);
        let update = async |n| {
            let id = courier_id(turn * OFFERS + n).uuid();
            let sql =
                format!("UPDATE couriers SET route_version = route_version + 1 WHERE id = '{id}'");
            coop.conn()
                .await
                .expect("a connection")
                .batch_execute(&sql)
                .await
                .expect("it is written");
        };
        updated.push(p99(update).await);
    }
    println!("accept p99 {accepted:?} us, bare update p99 {updated:?} us");
    let (accepted, updated) = (median(accepted), median(updated));
    let _ = writeln!(
        text,
        "\nSaying yes, {AT_ONCE} at one time over the server's pool of connections, beside an UPDATE of one row by \
         its primary key; 99th percentiles, medians of {TURNS} turns of {OFFERS}:\n\n\
         | accept | bare update | ratio |\n|---|---|---|\n| {:.1} ms | {:.1} ms | {:.1} |",
        accepted as f64 / 1_000.0,
        updated as f64 / 1_000.0,
        accepted as f64 / updated.max(1) as f64,
    );
}
