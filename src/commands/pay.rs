//! Booking what was earned, in the transaction in which it was earned.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{Conn, ledger};
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::geo::Metres;
use crate::domain::ids::{CourierId, EntryId, ShiftId};
use crate::domain::ledger::{Account, Detail, Entry};
use crate::domain::money::Money;
use crate::domain::pay::{GuaranteeInputs, PieceInputs};
use crate::domain::task::TaskKind;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::{Leg, TravelTimes};

/// What the pay for a delivery is reckoned from.
pub fn piece_inputs(coop: &Coop, delivery: &Delivery) -> PieceInputs {
    let count = |kind| delivery.tasks.iter().filter(|task| task.kind == kind).count();
    PieceInputs {
        pickups: u32::try_from(count(TaskKind::Pickup)).unwrap_or(u32::MAX),
        dropoffs: u32::try_from(count(TaskKind::Dropoff)).unwrap_or(u32::MAX),
        trip_m: trip(coop, delivery),
    }
}

/// The way from the first pickup to the last drop-off, stop by stop as asked for.
pub fn trip(coop: &Coop, delivery: &Delivery) -> Metres {
    ride(coop, delivery).metres
}

/// The same with the riding time, without any service.
pub fn ride(coop: &Coop, delivery: &Delivery) -> Leg {
    let spots: Vec<_> =
        delivery.tasks.iter().map(|task| coop.rules.spot(task.stop.place)).collect();
    let travel = &coop.rules.travel;
    let legs = spots.windows(2).map(|leg| travel.leg(leg[0], leg[1], VehicleKind::Bike));
    legs.fold(Leg::default(), |sum, leg| Leg {
        metres: sum.metres + leg.metres,
        seconds: sum.seconds + leg.seconds,
    })
}

async fn book_for_courier(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    at: Timestamp,
    detail: Detail,
    amount: Money,
) -> Result<(), CommandError> {
    let entry = Entry::transfer(
        coop.clock.id(EntryId::from_uuid),
        at,
        detail,
        Account::CoopOperations,
        Account::CourierPay(courier),
        amount,
    );
    let Some(entry) = entry else { return Ok(()) };
    if ledger::post(tx, &entry, coop.clock.now()).await? {
        coop.tell(tx, &Event::Pay { courier_id: courier, amount }, at).await?;
    }
    Ok(())
}

/// A delivery is done: the courier's piece and the merchant's price.
pub async fn book_delivery(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    courier: CourierId,
    shift_id: Option<ShiftId>,
    at: Timestamp,
) -> Result<(), CommandError> {
    let tariff = &coop.rules.tariff;
    let inputs = piece_inputs(coop, delivery);
    let detail =
        Detail::Piece { delivery_id: delivery.id, shift_id, tariff: tariff.into(), inputs };
    book_for_courier(coop, tx, courier, at, detail, tariff.piece(&inputs)).await?;
    charge_merchant(coop, tx, delivery, at).await
}

/// The delivery's price, or what calling it off costs; nothing where there is nothing to pay.
pub async fn charge_merchant(
    coop: &Coop,
    tx: &mut Conn,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<(), CommandError> {
    let price_version = coop.rules.prices.version.clone();
    let entry = Entry::transfer(
        coop.clock.id(EntryId::from_uuid),
        at,
        Detail::Price { delivery_id: delivery.id, price_version },
        Account::MerchantReceivable(delivery.merchant_id),
        Account::CoopRevenue,
        delivery.price,
    );
    if let Some(entry) = entry {
        ledger::post(tx, &entry, coop.clock.now()).await?;
    }
    Ok(())
}

/// A shift is closed: what its pieces lack to the guarantee.
pub async fn book_guarantee(
    coop: &Coop,
    tx: &mut Conn,
    courier: CourierId,
    shift_id: ShiftId,
    paid_seconds: Seconds,
    at: Timestamp,
) -> Result<(), CommandError> {
    let tariff = &coop.rules.tariff;
    let pieces = ledger::pieces_of(tx, courier, shift_id).await?;
    let inputs = GuaranteeInputs { paid_seconds, pieces };
    let detail = Detail::Guarantee { shift_id, tariff: tariff.into(), inputs };
    book_for_courier(coop, tx, courier, at, detail, tariff.top_up(&inputs)).await
}
