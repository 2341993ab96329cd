//! Standing orders are made, changed, and worked off: each of their days once.

use super::deliveries::{call_off, fit, place, tell};
use super::{Answer, CommandError, Once, prices};
use crate::coop::Coop;
use crate::db::standing_orders::{self, DAYS_MAX, Fate};
use crate::db::{self, Conn, deliveries, merchants};
use crate::domain::day::Day;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::event::{DeliveryChange, Event};
use crate::domain::ids::{DeliveryId, MerchantId, StandingOrderId};
use crate::domain::money::Money;
use crate::domain::slot::SlotError;
use crate::domain::standing::{SkipCode, StandingEnded, StandingOrder, Terms};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// What happens to the deliveries that are made already, when an order changes or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// They are as good as ordered by hand.
    Stay,
    /// Those that nobody has taken are called off, at no cost, and their days made again by what the
    /// order says now.
    Again,
}

/// A merchant asks for the same on many days.
pub async fn create(
    coop: &Coop,
    once: Option<&Once>,
    merchant: MerchantId,
    terms: Terms,
) -> Result<Answer<StandingOrder>, CommandError> {
    terms.check(&coop.rules.zone)?;
    let now = coop.clock.now();
    coop.once(once, async |tx| {
        merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        let id = coop.clock.id(StandingOrderId::from_uuid);
        let order = StandingOrder::new(id, merchant, terms.clone(), now);
        standing_orders::insert(tx, &order).await?;
        Ok(order)
    })
    .await
}

/// Other terms, from now on.
pub async fn change(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: StandingOrderId,
    terms: Terms,
    made: Made,
) -> Result<StandingOrder, CommandError> {
    terms.check(&coop.rules.zone)?;
    step(coop, owner, id, made, |order, now, _| order.change(terms.clone(), now)).await
}

/// No more days until then, or until it is resumed.
pub async fn pause(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: StandingOrderId,
    until: Option<Day>,
) -> Result<StandingOrder, CommandError> {
    step(coop, owner, id, Made::Stay, |order, _, _| order.pause(until)).await
}

/// Goes on from now.
pub async fn resume(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: StandingOrderId,
) -> Result<StandingOrder, CommandError> {
    step(coop, owner, id, Made::Stay, |order, now, today| order.resume(now, today)).await
}

/// No more days at all.
pub async fn end(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: StandingOrderId,
    made: Made,
) -> Result<StandingOrder, CommandError> {
    step(coop, owner, id, made, |order, now, _| Ok(order.end(now))).await
}

/// Lock, decide, write.
async fn step(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: StandingOrderId,
    made: Made,
    decide: impl Fn(&StandingOrder, Timestamp, Day) -> Result<Option<StandingOrder>, StandingEnded>,
) -> Result<StandingOrder, CommandError> {
    let now = coop.clock.now();
    let today = Day::of(now, &coop.rules.zone);
    coop.transact(async |tx| {
        let before = standing_orders::lock(tx, id)
            .await?
            .filter(|order| owner.is_none_or(|owner| order.merchant_id == owner))
            .ok_or(CommandError::NotFound("standing order"))?;
        let Some(after) = decide(&before, now, today)? else { return Ok(before) };
        standing_orders::save(tx, &after).await?;
        match made {
            Made::Stay => {}
            Made::Again => take_back(coop, tx, id, today, now).await?,
        }
        Ok(after)
    })
    .await
}

/// Calls off what was made for the days to come and nobody has taken, and forgets those days. What
/// is ready already goes on.
async fn take_back(
    coop: &Coop,
    tx: &mut Conn,
    id: StandingOrderId,
    today: Day,
    at: Timestamp,
) -> Result<(), CommandError> {
    let reason = Note::new("The standing order was changed.");
    let reason = reason.map_err(|error| CommandError::Internal(Box::new(error)))?;
    for (day, fate) in standing_orders::fates(tx, id, Some(today), DAYS_MAX).await? {
        if let Fate::Made(delivery) = fate {
            let Some(before) = deliveries::lock(tx, delivery).await? else { continue };
            let untaken = matches!(before.state, DeliveryState::Asked { .. } | DeliveryState::Open);
            if !untaken || before.desk.locked || before.ready_at < at {
                continue;
            }
            let Some(cancelled) = before.cancel(at, reason.clone())? else { continue };
            let cancelled = Delivery { price: Money { amount: 0, ..before.price }, ..cancelled };
            deliveries::save(tx, &before, &cancelled).await?;
            db::slots::free(tx, delivery).await?;
            call_off(coop, tx, &before, at).await?;
            tell(coop, tx, DeliveryChange::Cancelled, &cancelled, at).await?;
        }
        standing_orders::forget(tx, id, day).await?;
    }
    Ok(())
}

/// Makes the days that have come into sight. Gives how many orders were looked at; there may be more.
pub async fn work_off(coop: &Coop) -> Result<usize, CommandError> {
    let today = Day::of(coop.clock.now(), &coop.rules.zone);
    let horizon = today.plus(coop.rules.standing.days_ahead);
    let due = standing_orders::due(&mut *coop.conn().await?, horizon).await?;
    let mut failed = None;
    for (order, settled) in &due {
        if let Err(error) = look_at(coop, order, *settled, today, horizon).await {
            // One that cannot be made does not keep the others up.
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(due.len()), Err)
}

/// Makes the days of one order that have no line yet.
async fn look_at(
    coop: &Coop,
    order: &StandingOrder,
    settled: Option<Day>,
    today: Day,
    horizon: Day,
) -> Result<(), CommandError> {
    let standing = &coop.rules.standing;
    let mut days = order.due(today, standing.days_ahead, &coop.rules.zone, &standing.holidays);
    days.retain(|day| settled.is_none_or(|settled| *day > settled));
    let known = standing_orders::settled(&mut *coop.conn().await?, order.id, &days).await?;
    let mut waits = None;
    for day in days.into_iter().filter(|day| !known.contains(day)) {
        if make_day(coop, order, day).await? == Outcome::NotYet && waits.is_none() {
            waits = Some(day.before());
        }
    }
    let settled = Some(waits.unwrap_or(horizon));
    Ok(standing_orders::looked(&mut *coop.conn().await?, order, horizon, settled).await?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The day has its line, whoever has written it, or the order has changed meanwhile.
    Settled,
    /// Its slot cannot be booked so long before.
    NotYet,
}

/// Makes one day, in one transaction: the delivery and the line, or the line with the reason.
async fn make_day(coop: &Coop, order: &StandingOrder, day: Day) -> Result<Outcome, CommandError> {
    let now = coop.clock.now();
    let made = coop
        .transact(async |tx| {
            if !is_to_be_made(tx, order, day).await? {
                return Ok(());
            }
            let delivery = deliver(coop, tx, order, day, now).await?;
            let fate = Fate::Made(delivery);
            Ok(standing_orders::settle(tx, order.id, day, &fate, now).await?)
        })
        .await;
    let why = match made {
        Ok(()) => return Ok(Outcome::Settled),
        Err(CommandError::Slot(SlotError::TooFarAhead { .. })) => return Ok(Outcome::NotYet),
        // The database is away, or others are in the way: another time.
        Err(error @ (CommandError::Internal(_) | CommandError::Busy(_))) => return Err(error),
        Err(error) => error,
    };
    let code = skip_code(&why);
    let text: String = why.to_string().chars().take(1_000).collect();
    let note = Note::new(&text).map_err(|error| CommandError::Internal(Box::new(error)))?;
    coop.transact(async |tx| {
        if !is_to_be_made(tx, order, day).await? {
            return Ok(());
        }
        let fate = Fate::Skipped { code, note: note.clone() };
        standing_orders::settle(tx, order.id, day, &fate, now).await?;
        let told = Event::StandingOrderSkipped {
            standing_order_id: order.id,
            merchant_id: order.merchant_id,
            version: order.version,
            day,
            code,
            note: note.clone(),
        };
        coop.tell(tx, &told, now).await
    })
    .await?;
    Ok(Outcome::Settled)
}

/// Locks the order: whether it is as it was, and nobody has settled this day.
async fn is_to_be_made(
    tx: &mut Conn,
    order: &StandingOrder,
    day: Day,
) -> Result<bool, CommandError> {
    let locked = standing_orders::lock(tx, order.id).await?;
    let unchanged = locked.is_some_and(|locked| locked.version == order.version);
    Ok(unchanged && !standing_orders::is_settled(tx, order.id, day).await?)
}

/// The delivery of a day. A kitchen that has asked for it is not asked again.
async fn deliver(
    coop: &Coop,
    tx: &mut Conn,
    order: &StandingOrder,
    day: Day,
    now: Timestamp,
) -> Result<DeliveryId, CommandError> {
    let request = order.terms.request(day, &coop.rules.zone)?;
    if let Some(ready_at) = request.ready_at.filter(|ready_at| *ready_at < now) {
        return Err(CommandError::Passed { ready_at });
    }
    let shop = merchants::find(tx, order.merchant_id).await?;
    let shop = shop.ok_or(CommandError::NotFound("merchant"))?;
    let (request, fitted) = fit(coop, tx, &shop, &request, now).await?;
    let mut delivery = Delivery { state: DeliveryState::Open, ..fitted };
    let (priced, basis) = prices::price(coop, tx, &shop, &delivery).await?;
    delivery.price = priced.price;
    place(coop, tx, &delivery, &basis, &request, now).await?;
    Ok(delivery.id)
}

fn skip_code(why: &CommandError) -> SkipCode {
    match why {
        CommandError::NoPrice(_) => SkipCode::NoPrice,
        CommandError::Slot(SlotError::Full { .. }) => SkipCode::SlotFull,
        CommandError::Slot(_) => SkipCode::NoSlot,
        CommandError::Kitchen(_) => SkipCode::KitchenClosed,
        CommandError::Passed { .. } => SkipCode::TooLate,
        _ => SkipCode::Invalid,
    }
}
