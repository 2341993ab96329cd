//! What shifts were paid, beside what they were guaranteed.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::schema::shifts;
use crate::db::{Conn, QueryResult};
use crate::domain::ids::{EntryId, ShiftId};
use crate::domain::ledger::Booked;
use crate::domain::ledger::chain::Hash;
use crate::domain::time::Seconds;

/// An ended shift with everything that is booked for it.
#[derive(Clone, Debug, Default)]
pub struct ShiftPaid {
    pub paid_time: Seconds,
    /// Time with a delivery accepted.
    pub engaged: Seconds,
    /// Pieces, ways back, corrections and the top-up, in minor units; without what was taken back.
    pub booked: i64,
    /// The texts of the tariffs that its lines were reckoned by.
    pub tariffs: BTreeSet<Hash>,
}

/// The top-up of a shift as it is booked, and not taken back.
pub async fn of_shift(conn: &mut Conn, shift: ShiftId) -> QueryResult<Option<Booked>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        id: EntryId,
    }
    let found: Option<Found> = diesel::sql_query(
        "SELECT e.id FROM ledger_entries e
         WHERE e.kind = 'guarantee' AND e.detail ->> 'shift_id' = $1
             AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id)
         ORDER BY e.id DESC LIMIT 1",
    )
    .bind::<Text, _>(shift.to_string())
    .get_result(conn)
    .await
    .optional()?;
    match found {
        Some(Found { id }) => super::reversals::booked(conn, id).await,
        None => Ok(None),
    }
}

/// Ended shifts behind `after`, by id.
pub async fn ended_shifts(
    conn: &mut Conn,
    after: Option<ShiftId>,
    limit: i64,
) -> QueryResult<BTreeMap<ShiftId, ShiftPaid>> {
    #[derive(QueryableByName)]
    struct Booked {
        #[diesel(sql_type = Text)]
        shift_id: String,
        #[diesel(sql_type = BigInt)]
        booked: i64,
        #[diesel(sql_type = BigInt)]
        engaged_s: i64,
        #[diesel(sql_type = Array<Nullable<Text>>)]
        tariffs: Vec<Option<String>>,
    }
    let ended: Vec<(Uuid, Option<i64>)> = shifts::table
        .filter(shifts::state.eq("ended"))
        .filter(shifts::id.gt(after.map_or(Uuid::nil(), ShiftId::uuid)))
        .order(shifts::id)
        .limit(limit)
        .select((shifts::id, shifts::paid_seconds))
        .load(conn)
        .await?;
    let mut paid: BTreeMap<ShiftId, ShiftPaid> = BTreeMap::new();
    for (id, seconds) in ended {
        let paid_time = Seconds(seconds.unwrap_or(0));
        paid.insert(ShiftId::from_uuid(id), ShiftPaid { paid_time, ..ShiftPaid::default() });
    }
    let ids: Vec<String> = paid.keys().map(ToString::to_string).collect();
    let booked: Vec<Booked> = diesel::sql_query(
        "SELECT e.detail ->> 'shift_id' AS shift_id, sum(p.amount)::bigint AS booked,
                coalesce(sum((e.detail -> 'inputs' ->> 'engaged_s')::bigint), 0)::bigint AS engaged_s,
                array_agg(DISTINCT e.detail -> 'tariff' ->> 'text') AS tariffs
         FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id
             JOIN ledger_accounts a ON a.id = p.account_id AND a.kind = 'courier_pay'
         WHERE e.kind IN ('piece', 'return', 'correction', 'guarantee')
             AND e.detail ->> 'shift_id' = ANY ($1)
             AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id)
         GROUP BY 1",
    )
    .bind::<Array<Text>, _>(ids)
    .load(conn)
    .await?;
    for row in booked {
        let Ok(id) = row.shift_id.parse::<ShiftId>() else { continue };
        let Some(shift) = paid.get_mut(&id) else { continue };
        shift.booked = row.booked;
        shift.engaged = Seconds(row.engaged_s);
        let named = row.tariffs.iter().flatten();
        shift.tariffs = named.filter_map(|text| text.parse().ok()).collect();
    }
    Ok(paid)
}
