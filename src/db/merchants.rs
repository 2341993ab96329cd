//! Merchants.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::merchants;
use super::{Conn, corrupt, from_word, word};
use crate::domain::geo::Position;
use crate::domain::ids::MerchantId;
use crate::domain::merchant::Merchant;
use crate::domain::text::{Address, Name};
use crate::domain::time::Timestamp;

/// Most merchants of a co-op that a list shows.
pub const MERCHANTS_MAX: i64 = 2_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = merchants)]
struct Row {
    id: MerchantId,
    name: String,
    kind: String,
    lat_e6: i32,
    lng_e6: i32,
    address: String,
    created_at: Timestamp,
}

impl Row {
    fn read(self) -> QueryResult<Merchant> {
        Ok(Merchant {
            id: self.id,
            name: Name::new(&self.name).map_err(corrupt)?,
            kind: from_word(self.kind)?,
            place: Position::from_micro_degrees(self.lat_e6, self.lng_e6).map_err(corrupt)?,
            address: Address::new(&self.address).map_err(corrupt)?,
        })
    }
}

pub async fn insert(conn: &mut Conn, merchant: &Merchant, at: Timestamp) -> QueryResult<()> {
    let (lat_e6, lng_e6) = merchant.place.micro_degrees();
    let row = Row {
        id: merchant.id,
        name: merchant.name.to_string(),
        kind: word(&merchant.kind)?,
        lat_e6,
        lng_e6,
        address: merchant.address.to_string(),
        created_at: at,
    };
    diesel::insert_into(merchants::table).values(row).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: MerchantId) -> QueryResult<Option<Merchant>> {
    let row = merchants::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// Keeps others from changing what this merchant owes by hand until the end of the transaction.
/// Whoever orders or delivers goes on.
pub async fn lock(conn: &mut Conn, id: MerchantId) -> QueryResult<()> {
    merchants::table
        .find(id)
        .for_no_key_update()
        .select(merchants::id)
        .first::<MerchantId>(conn)
        .await
        .map(drop)
}

/// All of them, by name.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Merchant>> {
    let rows: Vec<Row> = merchants::table
        .order((merchants::name.asc(), merchants::id.asc()))
        .limit(MERCHANTS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}
