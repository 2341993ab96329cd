//! What the engine saw and said, kept so that it can say it again.

use std::io::{Read, Write};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::schema::{decision_deliveries, decisions};
use super::{Conn, corrupt};
use crate::domain::ids::{DecisionId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::engine::plan::Plan;
use crate::engine::snapshot::Snapshot;

/// Most decisions shown for one delivery.
pub const WHY_MAX: i64 = 50;

/// The recorded outcome of one tick.
#[derive(Clone, Debug)]
pub struct Decision {
    pub id: DecisionId,
    pub decided_at: Timestamp,
    pub engine_version: String,
    pub policy_version: String,
    pub seed: i64,
    pub snapshot: Snapshot,
    pub plan: Plan,
    /// What the checker found; a plan with any fault was not applied.
    pub faults: Vec<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
struct Row {
    id: DecisionId,
    decided_at: Timestamp,
    engine_version: String,
    policy_version: String,
    seed: i64,
    snapshot: Vec<u8>,
    plan: Vec<u8>,
    faults: Vec<String>,
}

fn deflate(value: &impl serde::Serialize) -> QueryResult<Vec<u8>> {
    let json = serde_json::to_vec(value).map_err(corrupt)?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&json).map_err(corrupt)?;
    encoder.finish().map_err(corrupt)
}

/// What one stored document may unpack to.
const INFLATED_BYTES_MAX: u64 = 256 << 20;

fn inflate<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> QueryResult<T> {
    let mut json = Vec::new();
    let mut decoder = DeflateDecoder::new(bytes).take(INFLATED_BYTES_MAX);
    decoder.read_to_end(&mut json).map_err(corrupt)?;
    serde_json::from_slice(&json).map_err(corrupt)
}

impl Row {
    fn read(self) -> QueryResult<Decision> {
        Ok(Decision {
            id: self.id,
            decided_at: self.decided_at,
            engine_version: self.engine_version,
            policy_version: self.policy_version,
            seed: self.seed,
            snapshot: inflate(&self.snapshot)?,
            plan: inflate(&self.plan)?,
            faults: self.faults,
        })
    }
}

/// What the engine saw and said, packed to be kept. In a large city that takes as long as thinking: it
/// is done where nobody waits, and once, however often the transaction is tried.
#[derive(Clone, Debug)]
pub struct Packed {
    snapshot: Vec<u8>,
    plan: Vec<u8>,
    /// The deliveries that were explained.
    about: Vec<DeliveryId>,
}

impl Packed {
    /// Cost: some milliseconds for each megabyte that is written out.
    pub fn new(snapshot: &Snapshot, plan: &Plan) -> QueryResult<Self> {
        Ok(Self {
            snapshot: deflate(snapshot)?,
            plan: deflate(plan)?,
            about: plan.explanations.iter().map(|one| one.delivery).collect(),
        })
    }
}

/// A decision that is to be kept.
pub struct NewDecision<'a> {
    pub id: DecisionId,
    pub decided_at: Timestamp,
    pub engine_version: &'a str,
    pub policy_version: &'a str,
    pub seed: i64,
    pub packed: &'a Packed,
    pub faults: &'a [String],
}

/// Writes a decision and which deliveries it was about.
pub async fn insert(conn: &mut Conn, decision: &NewDecision<'_>) -> QueryResult<()> {
    let Packed { snapshot, plan, about } = decision.packed;
    let row = Row {
        id: decision.id,
        decided_at: decision.decided_at,
        engine_version: decision.engine_version.to_owned(),
        policy_version: decision.policy_version.to_owned(),
        seed: decision.seed,
        snapshot: snapshot.clone(),
        plan: plan.clone(),
        faults: decision.faults.to_vec(),
    };
    diesel::insert_into(decisions::table).values(row).execute(conn).await?;
    let about: Vec<_> = about
        .iter()
        .map(|&delivery| {
            (
                decision_deliveries::delivery_id.eq(delivery),
                decision_deliveries::decision_id.eq(decision.id),
            )
        })
        .collect();
    diesel::insert_into(decision_deliveries::table).values(about).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: DecisionId) -> QueryResult<Option<Decision>> {
    let row = decisions::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// Whether a decision is kept.
pub async fn exists(conn: &mut Conn, id: DecisionId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(decisions::table.find(id))).get_result(conn).await
}

/// The latest decisions about a delivery, the newest first.
pub async fn about(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Vec<Decision>> {
    let rows: Vec<Row> = decisions::table
        .inner_join(decision_deliveries::table)
        .filter(decision_deliveries::delivery_id.eq(delivery))
        .order(decisions::id.desc())
        .limit(WHY_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// A decision without what it was made from.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: DecisionId,
    pub decided_at: Timestamp,
    pub policy_version: String,
    pub plan: Plan,
}

/// The ids of the latest decisions, the newest first.
pub async fn latest(conn: &mut Conn, limit: i64) -> QueryResult<Vec<DecisionId>> {
    decisions::table.order(decisions::id.desc()).limit(limit).select(decisions::id).load(conn).await
}

/// What was said in these decisions, the newest first.
pub async fn told(conn: &mut Conn, ids: &[DecisionId]) -> QueryResult<Vec<Told>> {
    let rows: Vec<(DecisionId, Timestamp, String, Vec<u8>)> = decisions::table
        .filter(decisions::id.eq_any(ids))
        .order(decisions::id.desc())
        .select((decisions::id, decisions::decided_at, decisions::policy_version, decisions::plan))
        .load(conn)
        .await?;
    let read = |(id, decided_at, policy_version, plan): (_, _, _, Vec<u8>)| {
        Ok(Told { id, decided_at, policy_version, plan: inflate(&plan)? })
    };
    rows.into_iter().map(read).collect()
}

/// Forgets decisions older than `before`, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM decisions WHERE id = ANY (ARRAY(\
         SELECT id FROM decisions WHERE decided_at < $1 ORDER BY decided_at LIMIT $2))",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(before)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .execute(conn)
    .await
}
