//! Prices: the book in force is looked up, and what it says of a delivery.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::deliveries::draft;
use super::{Answer, CommandError, Once, acts, pay};
use crate::coop::Coop;
use crate::db::{Conn, merchants, prices};
use crate::domain::delivery::{Delivery, Request};
use crate::domain::geo::Position;
use crate::domain::ids::{MerchantId, UserId};
use crate::domain::merchant::Merchant;
use crate::domain::money::{Money, scale};
use crate::domain::pricebook::{Book, Facts, NoPrice, Priced};
use crate::domain::pricing::Basis;
use crate::domain::task::TaskKind;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// What a delivery costs by the book that counts for its merchant, or by the founding list where
/// there is none; and which of them it was.
///
/// # Errors
/// [`CommandError::NoPrice`] if no rule fits.
pub(super) async fn price(
    coop: &Coop,
    tx: &mut Conn,
    shop: &Merchant,
    delivery: &Delivery,
) -> Result<(Priced, Basis), CommandError> {
    let currency = coop.rules.tariff.currency;
    let Some(version) = prices::in_force(tx, shop.id).await? else {
        let (list, trip) = (&coop.rules.prices, pay::trip(coop, delivery));
        let price = list.price(trip, currency);
        let priced = Priced {
            price,
            vat: Money::new(scale(price.amount, list.vat_basis_points, 10_000), currency),
            lines: list.lines(trip, currency),
            verdicts: Vec::new(),
        };
        return Ok((priced, list.basis()));
    };
    let basis = Basis {
        version: format!("book-{}", version.version),
        vat_basis_points: version.book.vat_basis_points,
    };
    let zones = prices::zones(tx).await?;
    let priced = version.book.price(&facts(coop, shop, delivery, &zones), currency)?;
    Ok((priced, basis))
}

fn facts(coop: &Coop, shop: &Merchant, delivery: &Delivery, zones: &[Zone]) -> Facts {
    let places = |kind| -> Vec<Position> {
        let stops = delivery.tasks.iter().filter(|task| task.kind == kind);
        stops.map(|task| task.stop.place).collect()
    };
    let (pickups, dropoffs) = (places(TaskKind::Pickup), places(TaskKind::Dropoff));
    let around = |places: &[Position]| -> BTreeSet<String> {
        let whole = zones.iter().filter(|zone| places.iter().all(|at| zone.shape.contains(*at)));
        whole.map(|zone| zone.name.to_string()).collect()
    };
    let mut quantities: BTreeMap<String, i64> = BTreeMap::new();
    for package in &delivery.packages {
        *quantities.entry(package.name.to_string()).or_default() += i64::from(package.quantity);
    }
    let total = |each: fn(&crate::domain::delivery::Package) -> u32| -> i64 {
        let sums =
            delivery.packages.iter().map(|one| i64::from(each(one)) * i64::from(one.quantity));
        sums.sum()
    };
    let last = delivery.tasks.last().and_then(|task| task.stop.window);
    let (weekday, minute) = coop.rules.wall_clock(delivery.ready_at);
    Facts {
        distance_m: pay::trip(coop, delivery).0,
        weight_g: total(|one| one.weight_g),
        volume_ml: total(|one| one.volume_ml),
        parcels: quantities.values().sum(),
        pickups: i64::try_from(pickups.len()).unwrap_or(i64::MAX),
        dropoffs: i64::try_from(dropoffs.len()).unwrap_or(i64::MAX),
        notice_s: delivery.ready_at.since(delivery.placed_at).0,
        window_s: last.map_or(0, |window| window.before().since(window.after()).0),
        weekday,
        minute,
        kind: shop.kind.name().to_owned(),
        in_zones: around(&dropoffs),
        from_zones: around(&pickups),
        quantities,
    }
}

/// Puts a book in force from now on.
pub async fn put_book(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    merchant: Option<MerchantId>,
    book: Book,
) -> Result<Answer<(i64, Timestamp)>, CommandError> {
    book.check()?;
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        if let Some(merchant) = merchant {
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        }
        let version = prices::insert(tx, merchant, &book, by, now).await?;
        let what = json!({ "version": version, "merchant_id": merchant });
        acts::note(coop, tx, by, "put_price_book", None, what).await?;
        Ok((version, now))
    })
    .await
}

/// What a book says of a delivery, without making either: the given book, or the one in force.
/// `Err(NoPrice)` is an answer too.
pub async fn try_book(
    coop: &Coop,
    merchant: MerchantId,
    book: Option<Book>,
    request: &Request,
) -> Result<Result<Priced, NoPrice>, CommandError> {
    let now = coop.clock.now();
    request.check(now)?;
    let mut conn = coop.conn().await?;
    let shop = merchants::find(&mut conn, merchant).await?;
    let shop = shop.ok_or(CommandError::NotFound("merchant"))?;
    let delivery = draft(coop, &shop, request, now);
    let Some(book) = book else {
        return match price(coop, &mut conn, &shop, &delivery).await {
            Ok((priced, _)) => Ok(Ok(priced)),
            Err(CommandError::NoPrice(none)) => Ok(Err(none)),
            Err(error) => Err(error),
        };
    };
    book.check()?;
    let zones = prices::zones(&mut conn).await?;
    Ok(book.price(&facts(coop, &shop, &delivery, &zones), coop.rules.tariff.currency))
}

/// Draws a zone, or draws it anew.
pub async fn put_zone(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    zone: Zone,
) -> Result<Answer<Zone>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        if prices::zones_are_full(tx, &zone.name).await? {
            return Err(CommandError::TooMany("a co-op has 200 zones at most"));
        }
        prices::put_zone(tx, &zone, now).await?;
        acts::note(coop, tx, by, "put_zone", None, json!({ "zone": zone.name })).await?;
        Ok(zone.clone())
    })
    .await
}
