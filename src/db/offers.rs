//! Offers and what they ask for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::schema::{offer_deliveries, offers};
use super::{Conn, corrupt, from_word, word};
use crate::domain::ids::{CourierId, DecisionId, DeliveryId, OfferId, TaskId};
use crate::domain::offer::{Offer, OfferState};
use crate::domain::time::Timestamp;

/// Most live offers in one look.
pub const LIVE_MAX: i64 = 20_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = offers)]
struct Row {
    id: OfferId,
    courier_id: CourierId,
    decision_id: Option<DecisionId>,
    state: String,
    made_at: Timestamp,
    expires_at: Timestamp,
    answered_at: Option<Timestamp>,
    route: Vec<TaskId>,
    terms: Value,
}

/// What was shown, as it was shown.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = offers)]
pub struct Shown {
    pub shown: String,
    pub shown_sha256: Vec<u8>,
}

impl Row {
    fn read(self) -> QueryResult<Offer> {
        Ok(Offer {
            id: self.id,
            courier_id: self.courier_id,
            decision_id: self.decision_id,
            state: from_word(self.state)?,
            made_at: self.made_at,
            expires_at: self.expires_at,
            answered_at: self.answered_at,
            route: self.route,
            terms: serde_json::from_value(self.terms).map_err(corrupt)?,
        })
    }
}

fn read_all(rows: Vec<Row>) -> QueryResult<Vec<Offer>> {
    rows.into_iter().map(Row::read).collect()
}

/// Writes a new offer. `false` when the courier has a live one already: one question at a time.
pub async fn insert(conn: &mut Conn, offer: &Offer) -> QueryResult<bool> {
    let row = Row {
        id: offer.id,
        courier_id: offer.courier_id,
        decision_id: offer.decision_id,
        state: word(&offer.state)?,
        made_at: offer.made_at,
        expires_at: offer.expires_at,
        answered_at: offer.answered_at,
        route: offer.route.clone(),
        terms: serde_json::to_value(&offer.terms).map_err(corrupt)?,
    };
    let shown = serde_json::to_string(&offer.shown()).map_err(corrupt)?;
    let shown_sha256 = Sha256::digest(shown.as_bytes()).to_vec();
    let written = diesel::insert_into(offers::table)
        .values((row, Shown { shown, shown_sha256 }))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if written == 0 {
        return Ok(false);
    }
    let asked: Vec<_> = offer
        .terms
        .deliveries
        .iter()
        .map(|delivery| {
            (offer_deliveries::offer_id.eq(offer.id), offer_deliveries::delivery_id.eq(delivery.id))
        })
        .collect();
    diesel::insert_into(offer_deliveries::table).values(asked).execute(conn).await?;
    Ok(true)
}

/// Writes the answer.
pub async fn save(conn: &mut Conn, offer: &Offer) -> QueryResult<()> {
    diesel::update(offers::table.find(offer.id))
        .set((offers::state.eq(word(&offer.state)?), offers::answered_at.eq(offer.answered_at)))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: OfferId) -> QueryResult<Option<Offer>> {
    let row = offers::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// What an offer showed.
pub async fn shown(conn: &mut Conn, id: OfferId) -> QueryResult<Option<Shown>> {
    offers::table.find(id).select(Shown::as_select()).first(conn).await.optional()
}

/// The offer, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: OfferId) -> QueryResult<Option<Offer>> {
    let row = offers::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// A courier's live offers.
pub async fn live_of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Offer>> {
    let rows = offers::table
        .filter(offers::courier_id.eq(courier))
        .filter(offers::state.eq("live"))
        .order(offers::id.asc())
        .limit(10)
        .select(Row::as_select())
        .load(conn)
        .await?;
    read_all(rows)
}

/// All live offers, by id.
pub async fn live(conn: &mut Conn) -> QueryResult<Vec<Offer>> {
    let rows = offers::table
        .filter(offers::state.eq("live"))
        .order(offers::id.asc())
        .limit(LIVE_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    read_all(rows)
}

/// Live offers whose time is over at `now`.
pub async fn lapsed(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<OfferId>> {
    offers::table
        .filter(offers::state.eq("live"))
        .filter(offers::expires_at.lt(now))
        .order((offers::expires_at.asc(), offers::id.asc()))
        .limit(500)
        .select(offers::id)
        .load(conn)
        .await
}

/// Live offers that ask for this delivery, except `except`.
pub async fn live_for(
    conn: &mut Conn,
    delivery: DeliveryId,
    except: Option<OfferId>,
) -> QueryResult<Vec<Offer>> {
    let mut query = offers::table
        .inner_join(offer_deliveries::table)
        .filter(offer_deliveries::delivery_id.eq(delivery))
        .filter(offers::state.eq("live"))
        .order(offers::id.asc())
        .limit(100)
        .select(Row::as_select())
        .into_boxed();
    if let Some(except) = except {
        query = query.filter(offers::id.ne(except));
    }
    read_all(query.load(conn).await?)
}

/// Who said no to one of these deliveries, or let the question lapse.
pub async fn refused(
    conn: &mut Conn,
    deliveries: &[DeliveryId],
) -> QueryResult<Vec<(DeliveryId, CourierId)>> {
    offers::table
        .inner_join(offer_deliveries::table)
        .filter(offer_deliveries::delivery_id.eq_any(deliveries))
        .filter(offers::state.eq(word(&OfferState::Declined)?))
        .select((offer_deliveries::delivery_id, offers::courier_id))
        .load(conn)
        .await
}

/// The courier's own acceptance of a delivery, the latest.
pub async fn accepted(
    conn: &mut Conn,
    courier: CourierId,
    delivery: DeliveryId,
) -> QueryResult<Option<Offer>> {
    let row = offers::table
        .inner_join(offer_deliveries::table)
        .filter(offer_deliveries::delivery_id.eq(delivery))
        .filter(offers::courier_id.eq(courier))
        .filter(offers::state.eq(word(&OfferState::Accepted)?))
        .order(offers::id.desc())
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Who accepted a delivery, and on which decision, the newest first.
pub async fn acceptances(
    conn: &mut Conn,
    delivery: DeliveryId,
    limit: i64,
) -> QueryResult<Vec<(DecisionId, CourierId)>> {
    offers::table
        .inner_join(offer_deliveries::table)
        .filter(offer_deliveries::delivery_id.eq(delivery))
        .filter(offers::state.eq(word(&OfferState::Accepted)?))
        .filter(offers::decision_id.is_not_null())
        .order(offers::id.desc())
        .limit(limit)
        .select((offers::decision_id.assume_not_null(), offers::courier_id))
        .load(conn)
        .await
}

/// The decisions behind the offers made to a courier, the newest first.
pub async fn decisions_of(
    conn: &mut Conn,
    courier: CourierId,
    limit: i64,
) -> QueryResult<Vec<DecisionId>> {
    let ids: Vec<Option<DecisionId>> = offers::table
        .filter(offers::courier_id.eq(courier))
        .filter(offers::decision_id.is_not_null())
        .order(offers::id.desc())
        .limit(limit)
        .select(offers::decision_id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().flatten().collect())
}
