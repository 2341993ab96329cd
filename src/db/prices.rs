//! Price books and zones, and by what each delivery was priced.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::{delivery_prices, price_books, zones};
use super::{Conn, corrupt};
use crate::domain::ids::{DeliveryId, MerchantId, UserId};
use crate::domain::pricebook::Book;
use crate::domain::pricing::Basis;
use crate::domain::time::Timestamp;
use crate::domain::zone::{ZONES_MAX, Zone, ZoneName};

/// A version of a book.
pub struct Version {
    pub version: i64,
    /// For one merchant alone; for all without one of their own otherwise.
    pub merchant_id: Option<MerchantId>,
    pub book: Book,
    pub made_by: UserId,
    pub made_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = price_books)]
struct Row {
    version: i64,
    merchant_id: Option<MerchantId>,
    book: Value,
    made_by: UserId,
    made_at: Timestamp,
}

impl Row {
    fn read(self) -> QueryResult<Version> {
        Ok(Version {
            version: self.version,
            merchant_id: self.merchant_id,
            book: serde_json::from_value(self.book).map_err(corrupt)?,
            made_by: self.made_by,
            made_at: self.made_at,
        })
    }
}

/// Puts a book in force. Gives its version.
pub async fn insert(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    book: &Book,
    by: UserId,
    at: Timestamp,
) -> QueryResult<i64> {
    diesel::insert_into(price_books::table)
        .values((
            price_books::merchant_id.eq(merchant),
            price_books::book.eq(serde_json::to_value(book).map_err(corrupt)?),
            price_books::made_by.eq(by),
            price_books::made_at.eq(at),
        ))
        .returning(price_books::version)
        .get_result(conn)
        .await
}

async fn newest(conn: &mut Conn, merchant: Option<MerchantId>) -> QueryResult<Option<Version>> {
    let mut query = price_books::table.into_boxed();
    query = match merchant {
        Some(merchant) => query.filter(price_books::merchant_id.eq(merchant)),
        None => query.filter(price_books::merchant_id.is_null()),
    };
    let row: Option<Row> = query
        .order(price_books::version.desc())
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// The book that counts for a merchant: its own, else the co-op's.
pub async fn in_force(conn: &mut Conn, merchant: MerchantId) -> QueryResult<Option<Version>> {
    match newest(conn, Some(merchant)).await? {
        Some(own) => Ok(Some(own)),
        None => newest(conn, None).await,
    }
}

/// All versions, the newest first.
pub async fn list(conn: &mut Conn, before: Option<i64>, limit: i64) -> QueryResult<Vec<Version>> {
    let mut query = price_books::table.into_boxed();
    if let Some(before) = before {
        query = query.filter(price_books::version.lt(before));
    }
    let query = query.order(price_books::version.desc()).limit(limit).select(Row::as_select());
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Keeps by what a delivery was priced.
pub async fn pin(conn: &mut Conn, delivery: DeliveryId, basis: &Basis) -> QueryResult<()> {
    diesel::insert_into(delivery_prices::table)
        .values((
            delivery_prices::delivery_id.eq(delivery),
            delivery_prices::version.eq(&basis.version),
            delivery_prices::vat_basis_points.eq(basis.vat_basis_points),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// By what a delivery was priced; `None` of one that is older than these records.
pub async fn basis(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Option<Basis>> {
    let row: Option<(String, i64)> = delivery_prices::table
        .find(delivery)
        .select((delivery_prices::version, delivery_prices::vat_basis_points))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|(version, vat_basis_points)| Basis { version, vat_basis_points }))
}

/// Draws a zone, or draws it anew.
pub async fn put_zone(conn: &mut Conn, zone: &Zone, at: Timestamp) -> QueryResult<()> {
    let shape = serde_json::to_value(&zone.shape).map_err(corrupt)?;
    diesel::insert_into(zones::table)
        .values((
            zones::name.eq(zone.name.as_str()),
            zones::shape.eq(&shape),
            zones::changed_at.eq(at),
        ))
        .on_conflict(zones::name)
        .do_update()
        .set((zones::shape.eq(&shape), zones::changed_at.eq(at)))
        .execute(conn)
        .await
        .map(drop)
}

/// Whether there are as many zones as there may be, besides this one.
pub async fn zones_are_full(conn: &mut Conn, but: &ZoneName) -> QueryResult<bool> {
    let others = zones::table.filter(zones::name.ne(but.as_str())).count();
    Ok(others.get_result::<i64>(conn).await? >= ZONES_MAX)
}

/// All of them, by name.
pub async fn zones(conn: &mut Conn) -> QueryResult<Vec<Zone>> {
    let rows: Vec<(String, Value)> = zones::table
        .order(zones::name.asc())
        .limit(ZONES_MAX)
        .select((zones::name, zones::shape))
        .load(conn)
        .await?;
    let read = |(name, shape): (String, Value)| {
        Ok(Zone {
            name: ZoneName::new(&name).map_err(corrupt)?,
            shape: serde_json::from_value(shape).map_err(corrupt)?,
        })
    };
    rows.into_iter().map(read).collect()
}
