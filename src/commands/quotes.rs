//! Quotes are made, and taken up once.

use super::deliveries::{fit, place};
use super::{Answer, CommandError, Once, pay, prices};
use crate::coop::Coop;
use crate::db::{merchants, quotes};
use crate::domain::delivery::{Delivery, Request};
use crate::domain::geo::{Metres, Position};
use crate::domain::ids::{MerchantId, QuoteId};
use crate::domain::pricebook::Priced;
use crate::domain::pricing::Basis;
use crate::domain::quote::{Outlook, Quote, Terms};
use crate::domain::text::{Instructions, Reference};
use crate::domain::time::{Seconds, Timestamp};

/// A merchant asks what a delivery would cost and when it could be there. `approach` says how long
/// the nearest courier on shift rides to a place, if anybody is known to be.
pub async fn quote(
    coop: &Coop,
    once: Option<&Once>,
    merchant: MerchantId,
    request: Request,
    approach: impl Fn(Position) -> Option<Seconds>,
) -> Result<Answer<Quote>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let shop =
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        let (_, delivery) = fit(coop, tx, &shop, &request, now).await?;
        let priced = prices::price(coop, tx, &shop, &delivery).await?;
        let quote = Quote {
            id: coop.clock.id(QuoteId::from_uuid),
            merchant_id: merchant,
            request: request.clone(),
            terms: terms(coop, &delivery, priced, now, &approach),
            made_at: now,
            expires_at: now + Seconds(coop.rules.service.quote_s),
            delivery_id: None,
        };
        quotes::insert(tx, &quote).await?;
        Ok(quote)
    })
    .await
}

fn terms(
    coop: &Coop,
    delivery: &Delivery,
    (priced, basis): (Priced, Basis),
    now: Timestamp,
    approach: impl Fn(Position) -> Option<Seconds>,
) -> Terms {
    let (rules, service) = (&coop.rules, &coop.rules.service);
    let ride = pay::ride(coop, delivery);
    let near = delivery.tasks.first().and_then(|first| approach(first.stop.place));
    let outlook = Outlook {
        now,
        ready_at: delivery.ready_at,
        due_at: delivery.due_at,
        approach: near.unwrap_or_default(),
        ride: ride.seconds,
        pickup_service: (Seconds(service.pickup_before_s), Seconds(service.pickup_after_s)),
        dropoff_before: Seconds(service.dropoff_before_s),
    };
    let (pickup, dropoff) = outlook.spans();
    Terms {
        price: priced.price,
        vat: priced.vat,
        lines: priced.lines,
        basis: Some(basis),
        courier_pay_min: rules.tariff.piece(&pay::piece_inputs(coop, delivery, Metres(0))),
        trip_m: ride.metres,
        ride_s: ride.seconds,
        pickup,
        dropoff,
    }
}

/// What may be said when a quote is taken up; it changes nothing of the price.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    pub external_reference: Option<Reference>,
    pub instructions: Option<Instructions>,
}

/// Makes a delivery of a quote, at its price: once, and not after it has expired.
pub async fn take(
    coop: &Coop,
    once: Option<&Once>,
    owner: Option<MerchantId>,
    id: QuoteId,
    taking: Taking,
) -> Result<Answer<Delivery>, CommandError> {
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        let quote = quotes::lock(tx, id).await?;
        let quote = quote
            .filter(|quote| owner.is_none_or(|owner| quote.merchant_id == owner))
            .ok_or(CommandError::NotFound("quote"))?;
        quote.check(now)?;
        let mut request = quote.request;
        if taking.external_reference.is_some() {
            request.external_reference.clone_from(&taking.external_reference);
        }
        if taking.instructions.is_some() {
            request.instructions.clone_from(&taking.instructions);
        }
        let merchant = quote.merchant_id;
        let shop =
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        // A window may have ended since, a slot or a kitchen closed.
        let (request, mut delivery) = fit(coop, tx, &shop, &request, now).await?;
        delivery.price = quote.terms.price;
        let basis = quote.terms.basis.unwrap_or_else(|| coop.rules.prices.basis());
        place(coop, tx, &delivery, &basis, &request, now).await?;
        quotes::use_up(tx, id, delivery.id).await?;
        Ok(delivery)
    })
    .await
}
