//! How often the same was booked for a delivery, and what of it was taken back.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::schema::undone_entries;
use crate::domain::delivery::REOPENED_MAX;
use crate::domain::ids::{CourierId, DeliveryId, EntryId};
use crate::domain::ledger::{Charge, Round};
use crate::domain::time::Timestamp;

/// What was booked for a delivery in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    pub entry: EntryId,
    /// It was taken back ...
    pub reversed: bool,
    /// ... by its courier, with the step that it was booked with.
    pub undone: bool,
    /// It is on an invoice.
    pub invoiced: bool,
    /// Somebody has asked to have it taken back.
    pub contested: bool,
}

/// What was booked last of a kind, and the round that comes next.
pub async fn last(
    conn: &mut Conn,
    charge: Charge,
    delivery: DeliveryId,
) -> QueryResult<(Option<Booking>, Round)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        entry: Option<EntryId>,
        #[diesel(sql_type = Bool)]
        reversed: bool,
        #[diesel(sql_type = Bool)]
        undone: bool,
        #[diesel(sql_type = Bool)]
        invoiced: bool,
        #[diesel(sql_type = Bool)]
        contested: bool,
    }
    let keys = charge.keys(delivery, REOPENED_MAX + 1);
    // The first round that nothing is booked in has no entry; what was booked last stands before it.
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT e.id AS entry,
                EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id) AS reversed,
                EXISTS (SELECT FROM undone_entries u WHERE u.entry_id = e.id) AS undone,
                EXISTS (SELECT FROM invoice_lines l WHERE l.entry_id = e.id) AS invoiced,
                EXISTS (SELECT FROM ledger_reversals a WHERE a.entry_id = e.id) AS contested
         FROM unnest($1) WITH ORDINALITY AS round (key, number)
         LEFT JOIN ledger_entries e ON e.key = round.key ORDER BY round.number LIMIT $2",
    )
    .bind::<Array<Text>, _>(keys)
    .bind::<BigInt, _>(i64::from(REOPENED_MAX) + 1)
    .load(conn)
    .await?;
    let booked = rows.into_iter().map_while(|row| {
        let Row { entry, reversed, undone, invoiced, contested } = row;
        Some(Booking { entry: entry?, reversed, undone, invoiced, contested })
    });
    let booked: Vec<Booking> = booked.collect();
    let next = u16::try_from(booked.len() + 1).unwrap_or(u16::MAX);
    Ok((<[Booking]>::last(&booked).copied(), Round(next)))
}

/// Writes down that an entry falls with a step that its courier took back.
pub async fn undo(
    conn: &mut Conn,
    entry: EntryId,
    courier: CourierId,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(undone_entries::table)
        .values((
            undone_entries::entry_id.eq(entry),
            undone_entries::courier_id.eq(courier),
            undone_entries::undone_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}
