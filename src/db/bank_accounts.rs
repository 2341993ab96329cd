//! Where couriers want to be paid. What is kept is sealed; this does not look into it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::schema::bank_accounts;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;

/// Keeps a courier's account in place of any other.
pub async fn put(
    conn: &mut Conn,
    courier: CourierId,
    sealed_iban: &[u8],
    at: Timestamp,
) -> QueryResult<()> {
    let values = (bank_accounts::sealed_iban.eq(sealed_iban), bank_accounts::changed_at.eq(at));
    diesel::insert_into(bank_accounts::table)
        .values((bank_accounts::courier_id.eq(courier), values))
        .on_conflict(bank_accounts::courier_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

/// The sealed IBAN, and since when it is there.
pub async fn find(
    conn: &mut Conn,
    courier: CourierId,
) -> QueryResult<Option<(Vec<u8>, Timestamp)>> {
    bank_accounts::table
        .find(courier)
        .select((bank_accounts::sealed_iban, bank_accounts::changed_at))
        .first(conn)
        .await
        .optional()
}

pub async fn remove(conn: &mut Conn, courier: CourierId) -> QueryResult<()> {
    diesel::delete(bank_accounts::table.find(courier)).execute(conn).await.map(drop)
}
