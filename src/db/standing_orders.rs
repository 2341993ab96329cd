//! Standing orders, and what became of their days.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{standing_days, standing_orders};
use super::{Conn, corrupt, from_word, word};
use crate::domain::day::Day;
use crate::domain::ids::{DeliveryId, MerchantId, StandingOrderId};
use crate::domain::standing::{Pause, SkipCode, StandingOrder};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most orders that one look takes up.
const DUE_MAX: i64 = 50;
/// Most days of an order that are read at once.
pub const DAYS_MAX: i64 = 500;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = standing_orders, treat_none_as_null = true)]
struct Row {
    id: StandingOrderId,
    merchant_id: MerchantId,
    terms: Value,
    made_at: Timestamp,
    version: i64,
    since: Timestamp,
    paused: bool,
    paused_until: Option<String>,
    ended_at: Option<Timestamp>,
}

impl Row {
    fn write(order: &StandingOrder) -> QueryResult<Self> {
        Ok(Self {
            id: order.id,
            merchant_id: order.merchant_id,
            terms: serde_json::to_value(&order.terms).map_err(corrupt)?,
            made_at: order.made_at,
            version: order.version,
            since: order.since,
            paused: order.pause.is_some(),
            paused_until: order.pause.and_then(|pause| pause.until).map(String::from),
            ended_at: order.ended_at,
        })
    }

    fn read(self) -> QueryResult<StandingOrder> {
        let until = day(self.paused_until)?;
        let pause = self.paused.then_some(Pause { until });
        Ok(StandingOrder {
            id: self.id,
            merchant_id: self.merchant_id,
            terms: serde_json::from_value(self.terms).map_err(corrupt)?,
            made_at: self.made_at,
            version: self.version,
            since: self.since,
            pause,
            ended_at: self.ended_at,
        })
    }
}

fn day(text: Option<String>) -> QueryResult<Option<Day>> {
    text.map(|text| text.parse().map_err(corrupt)).transpose()
}

pub async fn insert(conn: &mut Conn, order: &StandingOrder) -> QueryResult<()> {
    let row = Row::write(order)?;
    diesel::insert_into(standing_orders::table).values(row).execute(conn).await.map(drop)
}

/// Writes a change. All its days are looked at again.
pub async fn save(conn: &mut Conn, order: &StandingOrder) -> QueryResult<()> {
    let nothing = None::<String>;
    diesel::update(standing_orders::table.find(order.id))
        .set((
            Row::write(order)?,
            standing_orders::looked_until.eq(&nothing),
            standing_orders::settled_until.eq(&nothing),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: StandingOrderId) -> QueryResult<Option<StandingOrder>> {
    let query = standing_orders::table.find(id).select(Row::as_select());
    let row: Option<Row> = query.first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The order, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: StandingOrderId) -> QueryResult<Option<StandingOrder>> {
    let query = standing_orders::table.find(id).select(Row::as_select()).for_no_key_update();
    let row: Option<Row> = query.first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// A merchant's orders, or all, the newest first.
pub async fn list(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    before: Option<StandingOrderId>,
    limit: i64,
) -> QueryResult<Vec<StandingOrder>> {
    let mut query = standing_orders::table.into_boxed();
    if let Some(merchant) = merchant {
        query = query.filter(standing_orders::merchant_id.eq(merchant));
    }
    if let Some(before) = before {
        query = query.filter(standing_orders::id.lt(before));
    }
    let query = query.order(standing_orders::id.desc()).limit(limit).select(Row::as_select());
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Orders that have days up to `horizon` which nobody has looked for, those longest without a look
/// first, with the day up to which nothing is left to make.
pub async fn due(conn: &mut Conn, horizon: Day) -> QueryResult<Vec<(StandingOrder, Option<Day>)>> {
    let unseen = standing_orders::looked_until.lt(horizon.to_string());
    let rows: Vec<(Row, Option<String>)> = standing_orders::table
        .filter(standing_orders::ended_at.is_null())
        .filter(standing_orders::paused.eq(false).or(standing_orders::paused_until.is_not_null()))
        .filter(standing_orders::looked_until.is_null().or(unseen))
        .order((standing_orders::looked_until.asc().nulls_first(), standing_orders::id.asc()))
        .limit(DUE_MAX)
        .select((Row::as_select(), standing_orders::settled_until))
        .load(conn)
        .await?;
    rows.into_iter().map(|(row, settled)| Ok((row.read()?, day(settled)?))).collect()
}

/// Nothing to look for up to `looked`, and nothing to make up to `settled`, unless the order has
/// changed since.
pub async fn looked(
    conn: &mut Conn,
    order: &StandingOrder,
    looked: Day,
    settled: Option<Day>,
) -> QueryResult<()> {
    let seen = standing_orders::table.find(order.id);
    diesel::update(seen.filter(standing_orders::version.eq(order.version)))
        .set((
            standing_orders::looked_until.eq(looked.to_string()),
            standing_orders::settled_until.eq(settled.map(String::from)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// What became of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Made(DeliveryId),
    Skipped { code: SkipCode, note: Note },
}

/// Writes down what became of a day; a second line for it is refused by the table.
pub async fn settle(
    conn: &mut Conn,
    order: StandingOrderId,
    day: Day,
    fate: &Fate,
    at: Timestamp,
) -> QueryResult<()> {
    let (delivery, code, note) = match fate {
        Fate::Made(delivery) => (Some(*delivery), None, None),
        Fate::Skipped { code, note } => (None, Some(word(code)?), Some(note.to_string())),
    };
    diesel::insert_into(standing_days::table)
        .values((
            standing_days::standing_order_id.eq(order),
            standing_days::day.eq(day.to_string()),
            standing_days::delivery_id.eq(delivery),
            standing_days::skip_code.eq(code),
            standing_days::skip_note.eq(note),
            standing_days::settled_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Whether a day has its line.
pub async fn is_settled(conn: &mut Conn, order: StandingOrderId, day: Day) -> QueryResult<bool> {
    let line = standing_days::table.find((order, day.to_string()));
    diesel::select(diesel::dsl::exists(line)).get_result(conn).await
}

/// Of these days, those that have a line.
pub async fn settled(
    conn: &mut Conn,
    order: StandingOrderId,
    days: &[Day],
) -> QueryResult<BTreeSet<Day>> {
    let days: Vec<String> = days.iter().map(Day::to_string).collect();
    let found: Vec<String> = standing_days::table
        .filter(standing_days::standing_order_id.eq(order))
        .filter(standing_days::day.eq_any(days))
        .select(standing_days::day)
        .load(conn)
        .await?;
    found.into_iter().map(|text| text.parse().map_err(corrupt)).collect()
}

/// The days with a line from `from` on, the latest first.
pub async fn fates(
    conn: &mut Conn,
    order: StandingOrderId,
    from: Option<Day>,
    limit: i64,
) -> QueryResult<Vec<(Day, Fate)>> {
    type Line = (String, Option<DeliveryId>, Option<String>, Option<String>);
    let mut query =
        standing_days::table.filter(standing_days::standing_order_id.eq(order)).into_boxed();
    if let Some(from) = from {
        query = query.filter(standing_days::day.ge(from.to_string()));
    }
    let lines: Vec<Line> = query
        .order(standing_days::day.desc())
        .limit(limit)
        .select((
            standing_days::day,
            standing_days::delivery_id,
            standing_days::skip_code,
            standing_days::skip_note,
        ))
        .load(conn)
        .await?;
    lines.into_iter().map(read).collect()
}

fn read(
    (day, delivery, code, note): (String, Option<DeliveryId>, Option<String>, Option<String>),
) -> QueryResult<(Day, Fate)> {
    let fate = match (delivery, code, note) {
        (Some(delivery), _, _) => Fate::Made(delivery),
        (None, Some(code), Some(note)) => {
            Fate::Skipped { code: from_word(code)?, note: Note::new(&note).map_err(corrupt)? }
        }
        (None, _, _) => return Err(corrupt(std::io::Error::other(format!("{day} has no fate")))),
    };
    Ok((day.parse().map_err(corrupt)?, fate))
}

/// Takes the line of a day away, so that it is made again.
pub async fn forget(conn: &mut Conn, order: StandingOrderId, day: Day) -> QueryResult<()> {
    let line = standing_days::table.find((order, day.to_string()));
    diesel::delete(line).execute(conn).await.map(drop)
}
