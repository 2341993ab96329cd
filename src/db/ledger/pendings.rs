//! Amounts that are promised and not earned yet, and tips that wait for their delivery.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::checkpoints::hash;
use crate::db::schema::{ledger_pendings, ledger_tariffs, tips};
use crate::db::{Conn, corrupt};
use crate::domain::geo::Metres;
use crate::domain::ids::{CourierId, DeliveryId, EntryId};
use crate::domain::ledger::chain::Hash;
use crate::domain::money::Money;
use crate::domain::pay::Tariff;
use crate::domain::time::Timestamp;

/// Most amounts that one courier can be waiting for.
pub const PENDING_MAX: i64 = 200;

/// Whether a promise has ended, one way or another.
const ENDED: &str = "EXISTS (SELECT FROM ledger_resolutions WHERE pending_id = ledger_pendings.id)";

/// A promise about to be made.
pub struct NewPending {
    /// The assignment's, whether to bring something or to bring it back; its own where it is renewed.
    pub id: Uuid,
    pub delivery: DeliveryId,
    pub courier: CourierId,
    pub amount: Money,
    pub tariff: Hash,
    pub approach: Metres,
    pub reserved_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn reserve(conn: &mut Conn, pending: &NewPending) -> QueryResult<()> {
    diesel::insert_into(ledger_pendings::table)
        .values((
            ledger_pendings::id.eq(pending.id),
            ledger_pendings::delivery_id.eq(pending.delivery),
            ledger_pendings::courier_id.eq(pending.courier),
            ledger_pendings::amount.eq(pending.amount.amount),
            ledger_pendings::currency.eq(pending.amount.currency.code()),
            ledger_pendings::tariff.eq(pending.tariff.0.to_vec()),
            ledger_pendings::approach_m.eq(pending.approach.0),
            ledger_pendings::reserved_at.eq(pending.reserved_at),
            ledger_pendings::expires_at.eq(pending.expires_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Under what a delivery was accepted by the courier who holds it.
pub struct Promise {
    pub tariff: Tariff,
    pub approach: Metres,
    pub since: Timestamp,
}

/// The promise to a courier about a delivery that still stands, else the newest one.
pub async fn promise(
    conn: &mut Conn,
    delivery: DeliveryId,
    courier: CourierId,
) -> QueryResult<Option<Promise>> {
    let row: Option<(Vec<u8>, i64, Timestamp)> = ledger_pendings::table
        .filter(ledger_pendings::delivery_id.eq(delivery))
        .filter(ledger_pendings::courier_id.eq(courier))
        .order((
            diesel::dsl::sql::<Bool>(ENDED),
            ledger_pendings::reserved_at.desc(),
            ledger_pendings::id.desc(),
        ))
        .select((
            ledger_pendings::tariff,
            ledger_pendings::approach_m,
            ledger_pendings::reserved_at,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((tariff, approach, since)) = row else { return Ok(None) };
    let text: String = ledger_tariffs::table
        .find(hash(&tariff)?.0.to_vec())
        .select(ledger_tariffs::text)
        .first(conn)
        .await?;
    let tariff = Tariff::parse(&text).map_err(corrupt)?;
    Ok(Some(Promise { tariff, approach: Metres(approach), since }))
}

/// How a promise ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Posted(EntryId),
    Voided,
}

/// Ends what is promised about a delivery, unless it has ended already.
pub async fn resolve(
    conn: &mut Conn,
    delivery: DeliveryId,
    how: Resolution,
    at: Timestamp,
) -> QueryResult<()> {
    let (outcome, entry) = match how {
        Resolution::Posted(entry) => ("posted", Some(entry)),
        Resolution::Voided => ("voided", None),
    };
    diesel::sql_query(
        "INSERT INTO ledger_resolutions (pending_id, outcome, entry_id, resolved_at)
         SELECT id, $2, $3, $4 FROM ledger_pendings WHERE delivery_id = $1
             AND NOT EXISTS (SELECT FROM ledger_resolutions WHERE pending_id = id)",
    )
    .bind::<SqlUuid, _>(delivery)
    .bind::<Text, _>(outcome)
    .bind::<Nullable<SqlUuid>, _>(entry)
    .bind::<Timestamptz, _>(at)
    .execute(conn)
    .await
    .map(drop)
}

/// The promise to a courier about a delivery that ended last.
pub async fn last_ended(
    conn: &mut Conn,
    delivery: DeliveryId,
    courier: CourierId,
) -> QueryResult<Option<Uuid>> {
    ledger_pendings::table
        .filter(ledger_pendings::delivery_id.eq(delivery))
        .filter(ledger_pendings::courier_id.eq(courier))
        .filter(diesel::dsl::sql::<Bool>(ENDED))
        .order(ledger_pendings::id.desc())
        .select(ledger_pendings::id)
        .first(conn)
        .await
        .optional()
}

/// Makes a promise anew that has ended: the same, from the same time on.
pub async fn renew(conn: &mut Conn, of: Uuid, id: Uuid, expires_at: Timestamp) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO ledger_pendings (id, delivery_id, courier_id, amount, currency, tariff, approach_m,
                                      reserved_at, expires_at)
         SELECT $2, delivery_id, courier_id, amount, currency, tariff, approach_m, reserved_at,
                greatest($3, expires_at) FROM ledger_pendings WHERE id = $1",
    )
    .bind::<SqlUuid, _>(of)
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(expires_at)
    .execute(conn)
    .await
    .map(drop)
}

/// Ends what nobody came back to in time. Gives how many.
pub async fn expire(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO ledger_resolutions (pending_id, outcome, resolved_at)
         SELECT id, 'expired', $1 FROM ledger_pendings WHERE expires_at <= $1
             AND NOT EXISTS (SELECT FROM ledger_resolutions WHERE pending_id = id)
         ORDER BY expires_at LIMIT $2 ON CONFLICT DO NOTHING",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}

/// A promise as its courier sees it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Pending {
    #[diesel(sql_type = SqlUuid)]
    pub delivery_id: DeliveryId,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Timestamptz)]
    pub reserved_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: Timestamp,
}

/// What a courier is promised and has not earned yet, the oldest first.
pub async fn open(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Pending>> {
    diesel::sql_query(
        "SELECT delivery_id, amount, currency, reserved_at, expires_at FROM ledger_pendings
         WHERE courier_id = $1
             AND NOT EXISTS (SELECT FROM ledger_resolutions WHERE pending_id = id)
         ORDER BY reserved_at, id LIMIT $2",
    )
    .bind::<SqlUuid, _>(courier)
    .bind::<BigInt, _>(PENDING_MAX)
    .load(conn)
    .await
}

/// Keeps a tip. `false` when there is one already.
pub async fn give_tip(
    conn: &mut Conn,
    delivery: DeliveryId,
    tip: Money,
    at: Timestamp,
) -> QueryResult<bool> {
    let written = diesel::insert_into(tips::table)
        .values((
            tips::delivery_id.eq(delivery),
            tips::amount.eq(tip.amount),
            tips::currency.eq(tip.currency.code()),
            tips::given_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(written == 1)
}

pub async fn tip_of(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Option<Money>> {
    let row: Option<(i64, String)> = tips::table
        .find(delivery)
        .select((tips::amount, tips::currency))
        .first(conn)
        .await
        .optional()?;
    row.map(|(amount, currency)| Ok(Money::new(amount, currency.parse().map_err(corrupt)?)))
        .transpose()
}
