//! Booking what was earned, in the transaction in which it was earned.

use uuid::Uuid;

use super::CommandError;
use crate::coop::Coop;
use crate::db::ledger::pendings::{self, NewPending, Promise, Resolution};
use crate::db::ledger::rounds;
use crate::db::{Conn, assignments, ledger, offers, prices};
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::geo::{Metres, Position};
use crate::domain::ids::{CourierId, DeliveryId, EntryId, MerchantId, OfferId, ShiftId};
use crate::domain::ledger::{Account, Charge, Detail, Entry, Round, account};
use crate::domain::money::{Money, split};
use crate::domain::pay::{GuaranteeInputs, Outcome, PieceInputs, Tariff};
use crate::domain::pricing::Basis;
use crate::domain::shift::PaidTime;
use crate::domain::split::Split;
use crate::domain::task::TaskKind;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::{Leg, TravelTimes};

/// A promise that nobody came back to lapses so long after the delivery was due.
pub(super) const LAPSES_AFTER: Seconds = Seconds(86_400);
/// Promises that lapse in one look.
const LAPSED_MAX: i64 = 500;

/// What the pay for a delivery is reckoned from before anybody rides.
pub fn piece_inputs(coop: &Coop, delivery: &Delivery, approach: Metres) -> PieceInputs {
    let count = |kind| {
        let count = delivery.tasks.iter().filter(|task| task.kind == kind).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let (pickups, dropoffs) = (count(TaskKind::Pickup), count(TaskKind::Dropoff));
    PieceInputs::ahead(pickups, dropoffs, trip(coop, delivery), approach)
}

/// The way from the first pickup to the last drop-off, stop by stop as asked for; a way back is not
/// part of it.
pub fn trip(coop: &Coop, delivery: &Delivery) -> Metres {
    ride(coop, delivery).metres
}

/// The same with the riding time, without any service.
pub fn ride(coop: &Coop, delivery: &Delivery) -> Leg {
    let asked = delivery.tasks.iter().filter(|task| task.kind != TaskKind::Return);
    ride_along(coop, asked.map(|task| task.stop.place))
}

/// The same from place to place.
pub(super) fn ride_along(coop: &Coop, places: impl Iterator<Item = Position>) -> Leg {
    let spots: Vec<_> = places.map(|place| coop.rules.spot(place)).collect();
    let travel = &coop.rules.travel;
    let legs = spots.windows(2).map(|leg| travel.leg(leg[0], leg[1], VehicleKind::Bike));
    legs.fold(Leg::default(), |sum, leg| Leg {
        metres: sum.metres + leg.metres,
        seconds: sum.seconds + leg.seconds,
    })
}

/// The approach of a bundle, shared out over its deliveries to the metre.
pub fn approach_shares(approach: Metres, deliveries: usize) -> Vec<Metres> {
    split(approach.0, &vec![1; deliveries]).into_iter().map(Metres).collect()
}

/// What a delivery's part of an offer's approach is; nothing for what was given by hand.
async fn approach_of(
    tx: &mut Conn,
    delivery: DeliveryId,
    offer: Option<OfferId>,
) -> Result<Metres, CommandError> {
    let Some(offer) = offer else { return Ok(Metres(0)) };
    let Some(offer) = offers::find(tx, offer).await? else { return Ok(Metres(0)) };
    let asked = &offer.terms.deliveries;
    let shares = approach_shares(offer.terms.approach_m, asked.len());
    let index = asked.iter().position(|one| one.id == delivery);
    Ok(index.and_then(|index| shares.get(index).copied()).unwrap_or(Metres(0)))
}

/// A delivery is accepted: what it will pay at least is promised, under the tariff of now.
pub(super) async fn reserve(
    coop: &Coop,
    tx: &mut Conn,
    assignment: Uuid,
    delivery: &Delivery,
    courier: CourierId,
    offer: Option<OfferId>,
    at: Timestamp,
) -> Result<(), CommandError> {
    let approach = approach_of(tx, delivery.id, offer).await?;
    let tariff = &coop.rules.tariff;
    let pending = NewPending {
        id: assignment,
        delivery: delivery.id,
        courier,
        amount: tariff.piece(&piece_inputs(coop, delivery, approach)),
        tariff: tariff.hash(),
        approach,
        reserved_at: at,
        expires_at: at.max(delivery.due_at) + LAPSES_AFTER,
    };
    Ok(pendings::reserve(tx, &pending).await?)
}

/// The delivery was taken back or called off: nothing is promised any more.
pub(super) async fn void(
    tx: &mut Conn,
    delivery: DeliveryId,
    at: Timestamp,
) -> Result<(), CommandError> {
    Ok(pendings::resolve(tx, delivery, Resolution::Voided, at).await?)
}

/// Ends promises that nobody came back to. Gives how many.
pub async fn expire_promises(coop: &Coop) -> Result<usize, CommandError> {
    Ok(pendings::expire(&mut *coop.conn().await?, coop.clock.now(), LAPSED_MAX).await?)
}

/// Books an entry from the co-op to a courier and tells the courier. `None` when there was nothing
/// to book, or it is booked already.
pub(super) async fn book_for_courier(
    coop: &Coop,
    tx: &mut Conn,
    (from, to): (Account, Account),
    courier: CourierId,
    at: Timestamp,
    detail: Detail,
    amount: Money,
) -> Result<Option<EntryId>, CommandError> {
    let id = coop.clock.id(EntryId::from_uuid);
    let Some(entry) = Entry::transfer(id, at, detail, from, to, amount) else { return Ok(None) };
    if !ledger::post(tx, &entry, coop.clock.now()).await? {
        return Ok(None);
    }
    coop.tell(tx, &Event::Pay { courier_id: courier, amount }, at).await?;
    Ok(Some(id))
}

/// Which time something is booked for a delivery: the first, unless its courier has taken a step back.
pub(super) async fn round(
    tx: &mut Conn,
    delivery: &Delivery,
    charge: Charge,
) -> Result<Round, CommandError> {
    if delivery.reopened == 0 {
        return Ok(Round::FIRST);
    }
    Ok(rounds::last(tx, charge, delivery.id).await?.1)
}

/// A delivery is over for the courier who held it: the piece, by the tariff under which it was
/// accepted. `before` is the delivery as it was, with the stops not yet cancelled. Gives whether
/// there was anything to pay.
pub(super) async fn book_piece(
    coop: &Coop,
    tx: &mut Conn,
    before: &Delivery,
    courier: CourierId,
    outcome: Outcome,
    shift_id: Option<ShiftId>,
    at: Timestamp,
) -> Result<bool, CommandError> {
    let promised = promised(coop, tx, before, courier, at).await?;
    let inputs = PieceInputs {
        outcome,
        engaged_s: engaged(tx, before.id, courier, promised.since, at).await?,
        waited_s: before.waited(at),
        ..piece_inputs(coop, before, promised.approach)
    };
    let tariff = &promised.tariff;
    let round = round(tx, before, Charge::Piece).await?;
    let (delivery_id, tariff_ref) = (before.id, tariff.into());
    let detail = Detail::Piece { delivery_id, round, shift_id, tariff: tariff_ref, inputs };
    book_promised(coop, tx, before.id, courier, at, detail, tariff.piece(&inputs)).await
}

/// Under what the courier carries it: as promised last, or as things are now where nothing was.
pub(super) async fn promised(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    courier: CourierId,
    at: Timestamp,
) -> Result<Promise, CommandError> {
    let promised = pendings::promise(tx, delivery.id, courier).await?;
    Ok(promised.unwrap_or_else(|| Promise {
        tariff: coop.rules.tariff.clone(),
        approach: Metres(0),
        since: delivery.state.holding().map_or(at, |holding| holding.since),
    }))
}

/// How long a courier was engaged by a delivery: from `since`, or from the end of another one.
pub(super) async fn engaged(
    tx: &mut Conn,
    delivery: DeliveryId,
    courier: CourierId,
    since: Timestamp,
    at: Timestamp,
) -> Result<Seconds, CommandError> {
    let last = assignments::last_end(tx, courier, delivery, since).await?;
    let from = last.map_or(since, |last| last.max(since));
    Ok(at.since(from).or_zero())
}

/// Books what a courier has earned by a delivery, and ends what was promised for it. Gives whether
/// there was anything to pay.
pub(super) async fn book_promised(
    coop: &Coop,
    tx: &mut Conn,
    delivery: DeliveryId,
    courier: CourierId,
    at: Timestamp,
    detail: Detail,
    amount: Money,
) -> Result<bool, CommandError> {
    let accounts = (Account::CoopOperations, Account::CourierPay(courier));
    let booked = book_for_courier(coop, tx, accounts, courier, at, detail, amount).await?;
    let how = booked.map_or(Resolution::Voided, Resolution::Posted);
    pendings::resolve(tx, delivery, how, at).await?;
    Ok(booked.is_some())
}

/// A delivery is done: the merchant's price, the courier's piece, and the tip that came with it. The
/// price comes first: it locks all of the co-op's accounts that the others lock, in their order.
pub(super) async fn book_delivery(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    courier: CourierId,
    shift_id: Option<ShiftId>,
    at: Timestamp,
) -> Result<(), CommandError> {
    charge_merchant(coop, tx, delivery, at).await?;
    book_piece(coop, tx, delivery, courier, Outcome::Delivered, shift_id, at).await?;
    if let Some(tip) = pendings::tip_of(tx, delivery.id).await? {
        book_tip(coop, tx, delivery, courier, tip, at).await?;
    }
    Ok(())
}

/// The delivery's price, or what calling it off costs, in its voted parts; nothing where there is
/// nothing to pay.
pub async fn charge_merchant(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let (price_version, split) = priced(coop, tx, delivery).await?;
    let round = round(tx, delivery, Charge::Price).await?;
    let (delivery_id, split) = (delivery.id, Some(split));
    let detail = Detail::Price { delivery_id, round, price_version, split };
    charge(coop, tx, delivery, at, detail).await
}

/// What a merchant pays for the way back: the voted part of the delivery's price, by its rate and key.
pub(super) async fn charge_return(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let (price_version, price) = priced(coop, tx, delivery).await?;
    let percent = coop.rules.prices.return_price_percent;
    let delivery_id = delivery.id;
    let round = round(tx, delivery, Charge::ReturnPrice).await?;
    let detail = Detail::ReturnPrice { delivery_id, round, price_version, percent, price };
    charge(coop, tx, delivery, at, detail).await
}

/// By which version a delivery was priced, and what the parts of its price are reckoned from.
async fn priced(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
) -> Result<(String, Split), CommandError> {
    let basis = prices::basis(tx, delivery.id).await?;
    let Basis { version, vat_basis_points } = basis.unwrap_or_else(|| coop.rules.prices.basis());
    let net = delivery.price.amount;
    Ok((version, Split { net, vat_basis_points, key: coop.rules.split.clone() }))
}

/// Books a price in the parts that its detail says; nothing where it says none.
async fn charge(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    at: Timestamp,
    detail: Detail,
) -> Result<(), CommandError> {
    let Some(split) = detail.split() else { return Ok(()) };
    let entry = Entry::shared(
        coop.clock.id(EntryId::from_uuid),
        at,
        detail,
        Account::MerchantReceivable(delivery.merchant_id),
        &account::shares(&split.parts()),
        delivery.price.currency,
    );
    if let Some(entry) = entry {
        ledger::post(tx, &entry, coop.clock.now()).await?;
    }
    Ok(())
}

/// All of it, from the merchant who took it in to the courier.
async fn book_tip(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    courier: CourierId,
    tip: Money,
    at: Timestamp,
) -> Result<(), CommandError> {
    let accounts =
        (Account::MerchantReceivable(delivery.merchant_id), Account::CourierTips(courier));
    let round = round(tx, delivery, Charge::Tip).await?;
    let detail = Detail::Tip { delivery_id: delivery.id, round };
    book_for_courier(coop, tx, accounts, courier, at, detail, tip).await.map(drop)
}

/// A customer tips, through the merchant: before the delivery or after it, once. The courier gets it
/// when the delivery is done.
pub async fn tip(
    coop: &Coop,
    owner: Option<MerchantId>,
    id: DeliveryId,
    tip: Money,
) -> Result<Money, CommandError> {
    if tip.currency != coop.rules.tariff.currency {
        return Err(CommandError::Amount("a tip is in the co-op's currency"));
    }
    if !(1..=100_000).contains(&tip.amount) {
        return Err(CommandError::Amount("a tip is between 1 and 100000 minor units"));
    }
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let delivery = super::deliveries::lock_own(tx, owner, id).await?;
        if !pendings::give_tip(tx, id, tip, at).await? {
            let known = pendings::tip_of(tx, id).await?.ok_or(CommandError::NotFound("tip"))?;
            if known == tip {
                return Ok(known);
            }
            return Err(CommandError::Exists("this delivery has a tip already"));
        }
        if let Some(holding) = delivery.state.holding().filter(|_| delivery.is_served()) {
            book_tip(coop, tx, &delivery, holding.courier, tip, at).await?;
        }
        Ok(tip)
    })
    .await
}

/// A shift is closed: what its pieces lack to the guarantee.
pub(super) async fn book_guarantee(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    shift_id: ShiftId,
    paid_seconds: Seconds,
    at: Timestamp,
) -> Result<(), CommandError> {
    let tariff = &coop.rules.tariff;
    let inputs = guarantee_inputs(tx, tariff, courier, shift_id, paid_seconds).await?;
    let correction_id = None;
    let detail = Detail::Guarantee { shift_id, tariff: tariff.into(), inputs, correction_id };
    let accounts = (Account::CoopOperations, Account::CourierPay(courier));
    let amount = tariff.top_up(&inputs);
    book_for_courier(coop, tx, accounts, courier, at, detail, amount).await.map(drop)
}

/// What the top-up of a shift is reckoned from.
pub(super) async fn guarantee_inputs(
    tx: &mut Conn,
    tariff: &Tariff,
    courier: CourierId,
    shift_id: ShiftId,
    paid_seconds: Seconds,
) -> Result<GuaranteeInputs, CommandError> {
    let pieces = ledger::pieces_of(tx, courier, shift_id).await?;
    let paid_seconds = match tariff.paid_time {
        PaidTime::Engaged => Seconds(pieces.engaged_s),
        PaidTime::Worked | PaidTime::Planned => paid_seconds,
    };
    Ok(GuaranteeInputs { paid_seconds, pieces: pieces.amount })
}
