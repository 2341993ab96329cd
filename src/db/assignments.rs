//! Who held what, from when to when. A unique index keeps two couriers from holding one delivery.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Conn;
use super::schema::assignments;
use crate::domain::ids::{CourierId, DeliveryId, OfferId, UserId};
use crate::domain::time::Timestamp;

/// Somebody gets a delivery: through an offer, by a dispatcher's hand, or told by the engine.
#[derive(Insertable)]
#[diesel(table_name = assignments)]
pub struct NewAssignment {
    pub id: Uuid,
    pub delivery_id: DeliveryId,
    pub courier_id: CourierId,
    pub offer_id: Option<OfferId>,
    pub user_id: Option<UserId>,
    pub assigned_at: Timestamp,
}

pub async fn insert(conn: &mut Conn, assignment: &NewAssignment) -> QueryResult<()> {
    diesel::insert_into(assignments::table).values(assignment).execute(conn).await.map(drop)
}

/// When a courier's last delivery but this one ended; nothing that is older than `since` counts.
pub async fn last_end(
    conn: &mut Conn,
    courier: CourierId,
    except: DeliveryId,
    since: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    assignments::table
        .filter(assignments::courier_id.eq(courier))
        .filter(assignments::delivery_id.ne(except))
        .filter(assignments::ended_at.ge(since))
        .filter(assignments::end_code.eq_any(["delivered", "returned", "failed", "cancelled"]))
        .select(diesel::dsl::max(assignments::ended_at))
        .first(conn)
        .await
}

/// Ends the live assignment of a delivery, if there is one.
pub async fn end(
    conn: &mut Conn,
    delivery: DeliveryId,
    at: Timestamp,
    code: &str,
) -> QueryResult<()> {
    diesel::update(assignments::table)
        .filter(assignments::delivery_id.eq(delivery))
        .filter(assignments::ended_at.is_null())
        .set((
            assignments::ended_at.eq(diesel::dsl::sql::<
                diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
            >("greatest(assigned_at, ")
            .bind::<diesel::sql_types::Timestamptz, _>(at)
            .sql(")")),
            assignments::end_code.eq(code),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Opens the last assignment of a delivery to a courier again; one that ended in its turn as `undone`
/// never was.
pub async fn reopen(conn: &mut Conn, delivery: DeliveryId, courier: CourierId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE assignments SET ended_at = NULL, end_code = NULL WHERE id = \
             (SELECT id FROM assignments WHERE delivery_id = $1 AND courier_id = $2 \
                  AND end_code <> 'undone' ORDER BY assigned_at DESC, id DESC LIMIT 1)",
    )
    .bind::<diesel::sql_types::Uuid, _>(delivery)
    .bind::<diesel::sql_types::Uuid, _>(courier)
    .execute(conn)
    .await
    .map(drop)
}
