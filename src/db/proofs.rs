//! Pictures of handing over: what is known of them. The pictures themselves are elsewhere.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{deliveries, proofs, tasks};
use super::{Conn, from_word, word};
use crate::domain::ids::{CourierId, DeliveryId, MerchantId, ProofId, TaskId};
use crate::domain::proof::{PER_TASK_MAX, Picture, ProofKind};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = proofs)]
struct Row {
    id: ProofId,
    task_id: TaskId,
    courier_id: CourierId,
    kind: String,
    taken_at: Timestamp,
    received_at: Timestamp,
    sha256: Vec<u8>,
    width: i32,
    height: i32,
}

impl Row {
    fn read(self) -> QueryResult<Picture> {
        Ok(Picture {
            id: self.id,
            task_id: self.task_id,
            courier_id: self.courier_id,
            kind: from_word(self.kind)?,
            taken_at: self.taken_at,
            received_at: self.received_at,
            sha256: self.sha256,
            width: self.width,
            height: self.height,
        })
    }
}

pub async fn insert(conn: &mut Conn, picture: &Picture) -> QueryResult<()> {
    let row = Row {
        id: picture.id,
        task_id: picture.task_id,
        courier_id: picture.courier_id,
        kind: word(&picture.kind)?,
        taken_at: picture.taken_at,
        received_at: picture.received_at,
        sha256: picture.sha256.clone(),
        width: picture.width,
        height: picture.height,
    };
    diesel::insert_into(proofs::table).values(row).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: ProofId) -> QueryResult<Option<Picture>> {
    let row = proofs::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// How many a stop has.
pub async fn count(conn: &mut Conn, task: TaskId) -> QueryResult<i64> {
    proofs::table.filter(proofs::task_id.eq(task)).count().get_result(conn).await
}

/// Of which kinds a stop has some.
pub async fn kinds(conn: &mut Conn, task: TaskId) -> QueryResult<BTreeSet<ProofKind>> {
    let kinds: Vec<String> = proofs::table
        .filter(proofs::task_id.eq(task))
        .select(proofs::kind)
        .distinct()
        .limit(PER_TASK_MAX)
        .load(conn)
        .await?;
    kinds.into_iter().map(from_word).collect()
}

/// A delivery's pictures, in the order in which they were taken.
pub async fn of(conn: &mut Conn, delivery: DeliveryId) -> QueryResult<Vec<Picture>> {
    let rows: Vec<Row> = proofs::table
        .inner_join(tasks::table)
        .filter(tasks::delivery_id.eq(delivery))
        .order((proofs::taken_at.asc(), proofs::id.asc()))
        .limit(40 * PER_TASK_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// A picture, and whose: the delivery and the merchant's own number for it.
pub type Filed = (Picture, DeliveryId, Option<String>);

/// Pictures that came in within a span, of one merchant's deliveries or of all, the oldest first.
pub async fn between(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> QueryResult<Vec<Filed>> {
    let mut query = proofs::table
        .inner_join(tasks::table.inner_join(deliveries::table))
        .filter(proofs::received_at.ge(from).and(proofs::received_at.lt(to)))
        .into_boxed();
    if let Some(merchant) = merchant {
        query = query.filter(deliveries::merchant_id.eq(merchant));
    }
    let rows: Vec<(Row, DeliveryId, Option<String>)> = query
        .order((proofs::received_at.asc(), proofs::id.asc()))
        .limit(limit)
        .select((Row::as_select(), deliveries::id, deliveries::external_reference))
        .load(conn)
        .await?;
    rows.into_iter().map(|(row, id, reference)| Ok((row.read()?, id, reference))).collect()
}

/// The oldest ones from before `before`.
pub async fn older(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<Vec<ProofId>> {
    proofs::table
        .filter(proofs::received_at.lt(before))
        .order((proofs::received_at.asc(), proofs::id.asc()))
        .limit(limit)
        .select(proofs::id)
        .load(conn)
        .await
}

pub async fn forget(conn: &mut Conn, id: ProofId) -> QueryResult<()> {
    diesel::delete(proofs::table.find(id)).execute(conn).await.map(drop)
}
