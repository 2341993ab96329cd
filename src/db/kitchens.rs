//! Merchants' kitchens.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::schema::kitchens;
use super::{Conn, corrupt};
use crate::domain::ids::MerchantId;
use crate::domain::kitchen::{Kitchen, Minutes, Rush};
use crate::domain::time::Timestamp;

/// A kitchen, and its last rush, over or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub kitchen: Kitchen,
    pub rush: Option<Rush>,
}

/// Writes how the kitchen works; a rush goes on.
pub async fn put(conn: &mut Conn, merchant: MerchantId, kitchen: &Kitchen) -> QueryResult<()> {
    let document = serde_json::to_value(kitchen).map_err(corrupt)?;
    diesel::insert_into(kitchens::table)
        .values((kitchens::merchant_id.eq(merchant), kitchens::kitchen.eq(&document)))
        .on_conflict(kitchens::merchant_id)
        .do_update()
        .set(kitchens::kitchen.eq(&document))
        .execute(conn)
        .await
        .map(drop)
}

/// Begins a rush or ends it. `false` where there is no kitchen.
pub async fn rush(conn: &mut Conn, merchant: MerchantId, rush: Option<Rush>) -> QueryResult<bool> {
    let minutes = rush.map(|rush| i16::try_from(u16::from(rush.extra_minutes)).map_err(corrupt));
    let changed = diesel::update(kitchens::table.find(merchant))
        .set((
            kitchens::rush_minutes.eq(minutes.transpose()?),
            kitchens::rush_until.eq(rush.map(|rush| rush.until)),
        ))
        .execute(conn)
        .await?;
    Ok(changed > 0)
}

pub async fn find(conn: &mut Conn, merchant: MerchantId) -> QueryResult<Option<Kept>> {
    type Row = (Value, Option<i16>, Option<Timestamp>);
    let columns = (kitchens::kitchen, kitchens::rush_minutes, kitchens::rush_until);
    let row: Option<Row> =
        kitchens::table.find(merchant).select(columns).first(conn).await.optional()?;
    let Some((kitchen, minutes, until)) = row else { return Ok(None) };
    let read = |(minutes, until): (i16, Timestamp)| -> QueryResult<Rush> {
        let minutes = u16::try_from(minutes).map_err(corrupt)?;
        Ok(Rush { extra_minutes: Minutes::try_from(minutes).map_err(corrupt)?, until })
    };
    let rush = minutes.zip(until).map(read).transpose()?;
    Ok(Some(Kept { kitchen: serde_json::from_value(kitchen).map_err(corrupt)?, rush }))
}
