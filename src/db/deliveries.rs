//! Deliveries with their tasks: loaded and saved as one.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{couriers, deliveries, merchants};
use super::{Conn, corrupt, tasks};
use crate::domain::delivery::{Cancellation, Delivery, DeliveryState, Holding, Leg, Turned};
use crate::domain::desk::Desk;
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, TourId};
use crate::domain::money::Money;
use crate::domain::task::FailureCode;
use crate::domain::text::{Instructions, Name, Note, Reference, Tag};
use crate::domain::time::{Seconds, Timestamp};

/// Most open deliveries that one dispatch tick looks at, the most urgent first.
pub const OPEN_PER_TICK_MAX: i64 = 2_000;
/// Most deliveries on a board.
pub const BOARD_MAX: i64 = 2_000;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
struct Row {
    id: DeliveryId,
    merchant_id: MerchantId,
    external_reference: Option<String>,
    state: String,
    placed_at: Timestamp,
    ready_at: Timestamp,
    due_at: Timestamp,
    courier_id: Option<CourierId>,
    by_hand: bool,
    assigned_at: Option<Timestamp>,
    picked_up_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    end_code: Option<String>,
    end_note: Option<String>,
    price_amount: i64,
    currency: String,
    packages: Value,
    instructions: Option<String>,
    version: i64,
    tags: Vec<String>,
    desk_note: Option<String>,
    locked: bool,
    asked_until: Option<Timestamp>,
    silence: Option<String>,
    if_undeliverable: String,
    returning_since: Option<Timestamp>,
    reopened: i16,
    turned_code: Option<String>,
    turned_note: Option<String>,
    tour_id: Option<TourId>,
    leg: Option<Value>,
    feeds: Option<DeliveryId>,
}

impl Row {
    fn write(delivery: &Delivery) -> QueryResult<Self> {
        let holding = delivery.state.holding();
        let (end_code, end_note) = match &delivery.state {
            DeliveryState::Returning { failure, .. }
            | DeliveryState::Returned { failure, .. }
            | DeliveryState::Failed { failure, .. } => {
                (Some(super::word(&failure.code)?), failure.note.as_ref().map(Note::to_string))
            }
            DeliveryState::Cancelled { cancellation, .. } => {
                let note = cancellation.note.as_ref().map(Note::to_string);
                (Some(super::word(&cancellation.code)?), note)
            }
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Delivered { .. } => (None, None),
        };
        let (asked_until, silence) = match &delivery.state {
            DeliveryState::Asked { until, silence } => (Some(*until), Some(super::word(silence)?)),
            DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Cancelled { .. } => (None, None),
        };
        let turned_for = match &delivery.state {
            DeliveryState::Failed { turned, .. } => turned.as_ref().map(|turned| &turned.failure),
            DeliveryState::Asked { .. }
            | DeliveryState::Open
            | DeliveryState::Assigned { .. }
            | DeliveryState::PickedUp { .. }
            | DeliveryState::Returning { .. }
            | DeliveryState::Delivered { .. }
            | DeliveryState::Returned { .. }
            | DeliveryState::Cancelled { .. } => None,
        };
        let turned_note = turned_for.and_then(|failure| failure.note.as_ref());
        Ok(Self {
            id: delivery.id,
            merchant_id: delivery.merchant_id,
            external_reference: delivery.external_reference.as_ref().map(Reference::to_string),
            state: delivery.state.name().to_owned(),
            placed_at: delivery.placed_at,
            ready_at: delivery.ready_at,
            due_at: delivery.due_at,
            courier_id: holding.map(|holding| holding.courier),
            by_hand: holding.is_some_and(|holding| holding.by_hand),
            assigned_at: holding.map(|holding| holding.since),
            picked_up_at: delivery.state.picked_up_at(),
            ended_at: delivery.state.ended_at(),
            end_code,
            end_note,
            price_amount: delivery.price.amount,
            currency: delivery.price.currency.to_string(),
            packages: serde_json::to_value(&delivery.packages).map_err(corrupt)?,
            instructions: delivery.instructions.as_ref().map(Instructions::to_string),
            version: delivery.version,
            tags: delivery.desk.tags.iter().map(ToString::to_string).collect(),
            desk_note: delivery.desk.note.as_ref().map(Note::to_string),
            locked: delivery.desk.locked,
            asked_until,
            silence,
            if_undeliverable: super::word(&delivery.if_undeliverable)?,
            returning_since: delivery.state.returning_since(),
            reopened: i16::try_from(delivery.reopened).map_err(corrupt)?,
            turned_code: turned_for.map(|failure| super::word(&failure.code)).transpose()?,
            turned_note: turned_note.map(Note::to_string),
            tour_id: delivery.desk.tour,
            leg: (delivery.leg != Leg::Whole)
                .then(|| serde_json::to_value(&delivery.leg))
                .transpose()
                .map_err(corrupt)?,
            feeds: delivery.leg.feeds(),
        })
    }

    fn state(&self) -> QueryResult<DeliveryState> {
        let missing = |what: &str| {
            corrupt(std::io::Error::other(format!("delivery {} has no {what}", self.id)))
        };
        let holding = self.courier_id.zip(self.assigned_at).map(|(courier, since)| Holding {
            courier,
            since,
            by_hand: self.by_hand,
        });
        let held = || holding.ok_or_else(|| missing("courier"));
        let picked_up = || self.picked_up_at.ok_or_else(|| missing("picked_up_at"));
        let ended = || self.ended_at.ok_or_else(|| missing("ended_at"));
        let since = || self.returning_since.ok_or_else(|| missing("returning_since"));
        let failure = || tasks::failure(self.end_code.clone(), self.end_note.clone());
        let end_code = || self.end_code.clone().ok_or_else(|| missing("end_code"));
        Ok(match self.state.as_str() {
            "asked" => DeliveryState::Asked {
                until: self.asked_until.ok_or_else(|| missing("asked_until"))?,
                silence: super::from_word(self.silence.clone().ok_or_else(|| missing("silence"))?)?,
            },
            "open" => DeliveryState::Open,
            "assigned" => DeliveryState::Assigned { holding: held()? },
            "picked_up" => DeliveryState::PickedUp { holding: held()?, picked_up_at: picked_up()? },
            "returning" => DeliveryState::Returning {
                holding: held()?,
                picked_up_at: picked_up()?,
                since: since()?,
                failure: failure()?,
            },
            "returned" => DeliveryState::Returned {
                holding: held()?,
                picked_up_at: picked_up()?,
                since: since()?,
                ended_at: ended()?,
                failure: failure()?,
            },
            "delivered" => DeliveryState::Delivered {
                holding: held()?,
                picked_up_at: picked_up()?,
                ended_at: ended()?,
            },
            "failed" => DeliveryState::Failed {
                holding,
                picked_up_at: self.picked_up_at,
                turned: self.turned()?,
                ended_at: ended()?,
                failure: failure()?,
            },
            _ => DeliveryState::Cancelled {
                holding,
                ended_at: ended()?,
                cancellation: Cancellation {
                    code: super::from_word(end_code()?)?,
                    note: self.end_note.as_deref().map(Note::new).transpose().map_err(corrupt)?,
                },
            },
        })
    }

    /// What it was on its way back for, where it failed there.
    fn turned(&self) -> QueryResult<Option<Turned>> {
        let Some(since) = self.returning_since else { return Ok(None) };
        let failure = tasks::failure(self.turned_code.clone(), self.turned_note.clone())?;
        Ok(Some(Turned { since, failure }))
    }

    fn read(self, tasks: Vec<crate::domain::task::Task>) -> QueryResult<Delivery> {
        let state = self.state()?;
        let reference = self.external_reference.as_deref().map(Reference::new).transpose();
        let instructions = self.instructions.as_deref().map(Instructions::new).transpose();
        let note = self.desk_note.as_deref().map(Note::new).transpose();
        let leg = self.leg.map(serde_json::from_value).transpose();
        let tags: Result<_, _> = self.tags.iter().map(|tag| Tag::new(tag)).collect();
        Ok(Delivery {
            id: self.id,
            merchant_id: self.merchant_id,
            external_reference: reference.map_err(corrupt)?,
            placed_at: self.placed_at,
            ready_at: self.ready_at,
            due_at: self.due_at,
            price: Money::new(self.price_amount, self.currency.parse().map_err(corrupt)?),
            packages: serde_json::from_value(self.packages).map_err(corrupt)?,
            instructions: instructions.map_err(corrupt)?,
            if_undeliverable: super::from_word(self.if_undeliverable)?,
            tasks,
            state,
            version: self.version,
            reopened: u16::try_from(self.reopened).map_err(corrupt)?,
            desk: Desk {
                note: note.map_err(corrupt)?,
                tags: tags.map_err(corrupt)?,
                locked: self.locked,
                tour: self.tour_id,
            },
            leg: leg.map_err(corrupt)?.unwrap_or_default(),
        })
    }
}

async fn with_tasks(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<Delivery>> {
    let ids: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
    let mut tasks = tasks::of(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let own = tasks.remove(&row.id).unwrap_or_default();
            row.read(own)
        })
        .collect()
}

pub async fn insert(conn: &mut Conn, delivery: &Delivery) -> QueryResult<()> {
    let row = Row::write(delivery)?;
    diesel::insert_into(deliveries::table).values(row).execute(conn).await?;
    let tasks = delivery.tasks.iter().enumerate();
    let rows: QueryResult<Vec<_>> =
        tasks.map(|(seq, task)| tasks::Row::write(task, delivery.id, seq)).collect();
    tasks::insert(conn, &rows?).await
}

/// Writes what has changed since `before`, which was locked in this transaction; stops are added behind
/// those that were there, and taken from there.
pub async fn save(conn: &mut Conn, before: &Delivery, after: &Delivery) -> QueryResult<()> {
    let row = Row::write(after)?;
    diesel::update(deliveries::table.find(after.id)).set(row).execute(conn).await?;
    for (seq, (old, new)) in before.tasks.iter().zip(&after.tasks).enumerate() {
        if old != new {
            tasks::update(conn, &tasks::Row::write(new, after.id, seq)?).await?;
        }
    }
    let removed: Vec<_> = before.tasks.iter().skip(after.tasks.len()).map(|task| task.id).collect();
    if !removed.is_empty() {
        tasks::remove(conn, &removed).await?;
    }
    let added = after.tasks.iter().enumerate().skip(before.tasks.len());
    for (seq, task) in added {
        tasks::insert(conn, &[tasks::Row::write(task, after.id, seq)?]).await?;
    }
    Ok(())
}

pub async fn find(conn: &mut Conn, id: DeliveryId) -> QueryResult<Option<Delivery>> {
    let row = deliveries::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    Ok(with_tasks(conn, row.into_iter().collect()).await?.pop())
}

/// The delivery, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: DeliveryId) -> QueryResult<Option<Delivery>> {
    let row = deliveries::table
        .find(id)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(with_tasks(conn, row.into_iter().collect()).await?.pop())
}

/// What is to bring the goods of a delivery to a hub, locked to the end of the transaction.
pub async fn lock_first_leg(conn: &mut Conn, of: DeliveryId) -> QueryResult<Option<Delivery>> {
    let row = deliveries::table
        .filter(deliveries::feeds.eq(of))
        .filter(deliveries::ended_at.is_null())
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(with_tasks(conn, row.into_iter().collect()).await?.pop())
}

/// The delivery that this merchant calls so.
pub async fn find_reference(
    conn: &mut Conn,
    merchant: MerchantId,
    reference: &Reference,
) -> QueryResult<Option<DeliveryId>> {
    deliveries::table
        .filter(deliveries::merchant_id.eq(merchant))
        .filter(deliveries::external_reference.eq(reference.as_str()))
        .select(deliveries::id)
        .first(conn)
        .await
        .optional()
}

/// What a list of deliveries may be narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub merchant: Option<MerchantId>,
    pub courier: Option<CourierId>,
    pub state: Option<&'static str>,
    /// Only those before this one in the order of the list.
    pub before: Option<DeliveryId>,
}

/// Deliveries, the newest first. Ids carry their time, so their order is the order of placement.
pub async fn list(conn: &mut Conn, filter: Filter, limit: i64) -> QueryResult<Vec<Delivery>> {
    let mut query = deliveries::table.into_boxed();
    if let Some(merchant) = filter.merchant {
        // What brings goods to a hub is the co-op's own.
        query =
            query.filter(deliveries::merchant_id.eq(merchant)).filter(deliveries::feeds.is_null());
    }
    if let Some(courier) = filter.courier {
        query = query.filter(deliveries::courier_id.eq(courier));
    }
    if let Some(state) = filter.state {
        query = query.filter(deliveries::state.eq(state));
    }
    if let Some(before) = filter.before {
        query = query.filter(deliveries::id.lt(before));
    }
    let rows =
        query.order(deliveries::id.desc()).limit(limit).select(Row::as_select()).load(conn).await?;
    with_tasks(conn, rows).await
}

/// Open deliveries whose goods are where they begin, and which the desk has not kept for itself, the most
/// urgent first.
///
/// Ends on `id`: the engine's input must not depend on the query plan. Served by the partial index
/// `deliveries_open_by_due`.
pub async fn open(conn: &mut Conn) -> QueryResult<Vec<Delivery>> {
    let rows = deliveries::table
        .filter(deliveries::state.eq("open"))
        .filter(deliveries::locked.eq(false))
        .filter(deliveries::tour_id.is_null())
        .filter(sql::<Bool>("coalesce(leg ->> 'goods', 'at_hub') = 'at_hub'"))
        .order((deliveries::due_at.asc(), deliveries::id.asc()))
        .limit(OPEN_PER_TICK_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    with_tasks(conn, rows).await
}

/// Deliveries that somebody holds, by id.
pub async fn held(conn: &mut Conn) -> QueryResult<Vec<Delivery>> {
    let rows = deliveries::table
        .filter(deliveries::state.eq_any(["assigned", "picked_up", "returning"]))
        .order(deliveries::id.asc())
        .limit(OPEN_PER_TICK_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    with_tasks(conn, rows).await
}

/// Open deliveries whose promise was broken before `due_before`.
pub async fn overdue(conn: &mut Conn, due_before: Timestamp) -> QueryResult<Vec<DeliveryId>> {
    deliveries::table
        .filter(deliveries::state.eq("open"))
        .filter(deliveries::due_at.lt(due_before))
        .filter(sql::<Bool>("leg ->> 'goods' IS NULL"))
        .order((deliveries::due_at.asc(), deliveries::id.asc()))
        .limit(100)
        .select(deliveries::id)
        .load(conn)
        .await
}

/// Deliveries whose kitchen has not answered by `now`.
pub async fn unanswered(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<DeliveryId>> {
    deliveries::table
        .filter(deliveries::state.eq("asked"))
        .filter(deliveries::asked_until.le(now))
        .order((deliveries::asked_until.asc(), deliveries::id.asc()))
        .limit(100)
        .select(deliveries::id)
        .load(conn)
        .await
}

/// What a dispatcher sees: all that is not over, and what ended within `recent`.
pub async fn board(conn: &mut Conn, now: Timestamp, recent: Seconds) -> QueryResult<Vec<Delivery>> {
    let rows = deliveries::table
        .filter(deliveries::ended_at.is_null().or(deliveries::ended_at.gt(now - recent)))
        .order((deliveries::due_at.asc(), deliveries::id.asc()))
        .limit(BOARD_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    with_tasks(conn, rows).await
}

/// The names that a delivery is shown with.
pub async fn names(
    conn: &mut Conn,
    merchant: MerchantId,
    courier: Option<CourierId>,
) -> QueryResult<(Name, Option<Name>)> {
    let merchant: String =
        merchants::table.find(merchant).select(merchants::name).first(conn).await?;
    let courier: Option<String> = match courier {
        Some(id) => Some(couriers::table.find(id).select(couriers::name).first(conn).await?),
        None => None,
    };
    let courier = courier.as_deref().map(Name::new).transpose().map_err(corrupt)?;
    Ok((Name::new(&merchant).map_err(corrupt)?, courier))
}

/// For which merchants these deliveries are.
pub async fn merchant_names(
    conn: &mut Conn,
    ids: &[DeliveryId],
) -> QueryResult<BTreeMap<DeliveryId, Name>> {
    let rows: Vec<(DeliveryId, String)> = deliveries::table
        .inner_join(merchants::table)
        .filter(deliveries::id.eq_any(ids))
        .select((deliveries::id, merchants::name))
        .load(conn)
        .await?;
    let read = |(id, name): (DeliveryId, String)| Ok((id, Name::new(&name).map_err(corrupt)?));
    rows.into_iter().map(read).collect()
}

/// Deliveries that failed for want of a courier since `since`.
pub async fn given_up_since(conn: &mut Conn, since: Timestamp) -> QueryResult<i64> {
    deliveries::table
        .filter(deliveries::end_code.eq(super::word(&FailureCode::NoCourier)?))
        .filter(deliveries::ended_at.ge(since))
        .count()
        .get_result(conn)
        .await
}
