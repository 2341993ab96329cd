//! Webhooks, the messages that wait for them, and how each try went.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{webhook_attempts, webhook_cursor, webhook_messages, webhooks};
use super::{Conn, corrupt};
use crate::domain::ids::{MerchantId, MessageId, WebhookId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Health, Kind, WAITING_MAX, WEBHOOKS_MAX, Webhook, WebhookUrl};

/// Most endpoints that one batch of events is told to.
const LISTENING_MAX: i64 = 10_000;
/// Most messages taken up in one go, over all endpoints.
pub const CLAIMS_MAX: i64 = 500;
/// Most tries of one message that are shown.
const ATTEMPTS_MAX: i64 = 100;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks)]
struct Row {
    id: WebhookId,
    merchant_id: MerchantId,
    url: String,
    kinds: Vec<String>,
    disabled_reason: Option<String>,
    failures: i32,
    failing_since: Option<Timestamp>,
    rests_until: Timestamp,
    created_at: Timestamp,
}

impl Row {
    fn write(hook: &Webhook) -> Self {
        Self {
            id: hook.id,
            merchant_id: hook.merchant_id,
            url: hook.url.to_string(),
            kinds: hook.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            disabled_reason: hook.disabled_reason.clone(),
            failures: hook.health.failures,
            failing_since: hook.health.failing_since,
            rests_until: hook.health.rests_until,
            created_at: hook.created_at,
        }
    }

    fn read(self) -> QueryResult<Webhook> {
        let kinds: Result<_, _> = self.kinds.into_iter().map(Kind::try_from).collect();
        Ok(Webhook {
            id: self.id,
            merchant_id: self.merchant_id,
            url: WebhookUrl::new(&self.url).map_err(corrupt)?,
            kinds: kinds.map_err(corrupt)?,
            disabled_reason: self.disabled_reason,
            health: Health {
                failures: self.failures,
                failing_since: self.failing_since,
                rests_until: self.rests_until,
            },
            created_at: self.created_at,
        })
    }
}

pub async fn insert(conn: &mut Conn, hook: &Webhook, sealed_secret: &[u8]) -> QueryResult<()> {
    diesel::insert_into(webhooks::table)
        .values((Row::write(hook), webhooks::sealed_secret.eq(sealed_secret)))
        .execute(conn)
        .await
        .map(drop)
}

/// Writes everything but the secrets.
pub async fn save(conn: &mut Conn, hook: &Webhook) -> QueryResult<()> {
    let row = Row::write(hook);
    diesel::update(webhooks::table.find(hook.id))
        .set((
            webhooks::url.eq(row.url),
            webhooks::kinds.eq(row.kinds),
            webhooks::disabled_reason.eq(row.disabled_reason),
            webhooks::failures.eq(row.failures),
            webhooks::failing_since.eq(row.failing_since),
            webhooks::rests_until.eq(row.rests_until),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The sealed secrets: the one in force, and the one before it with when it ends.
pub type Sealed = (Vec<u8>, Option<Vec<u8>>, Option<Timestamp>);

pub async fn secrets(conn: &mut Conn, id: WebhookId) -> QueryResult<Option<Sealed>> {
    webhooks::table
        .find(id)
        .select((webhooks::sealed_secret, webhooks::sealed_secret_before, webhooks::before_until))
        .first(conn)
        .await
        .optional()
}

/// Puts a new secret in force; the old one goes on until `before_until`.
pub async fn rotate(
    conn: &mut Conn,
    id: WebhookId,
    sealed_secret: &[u8],
    before_until: Timestamp,
) -> QueryResult<()> {
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::sealed_secret_before.eq(webhooks::sealed_secret.nullable()),
            webhooks::before_until.eq(before_until),
            webhooks::sealed_secret.eq(sealed_secret),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find(conn: &mut Conn, id: WebhookId) -> QueryResult<Option<Webhook>> {
    let row = webhooks::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The endpoint, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: WebhookId) -> QueryResult<Option<Webhook>> {
    let query = webhooks::table.find(id).select(Row::as_select()).for_no_key_update();
    let row: Option<Row> = query.first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// A merchant's endpoints, or everybody's, the oldest first.
pub async fn list(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    after: Option<WebhookId>,
    limit: i64,
) -> QueryResult<Vec<Webhook>> {
    let mut query = webhooks::table.into_boxed();
    if let Some(merchant) = merchant {
        query = query.filter(webhooks::merchant_id.eq(merchant));
    }
    if let Some(after) = after {
        query = query.filter(webhooks::id.gt(after));
    }
    let rows: Vec<Row> =
        query.order(webhooks::id.asc()).limit(limit).select(Row::as_select()).load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether a merchant has as many endpoints as a merchant may have.
pub async fn is_full(conn: &mut Conn, merchant: MerchantId) -> QueryResult<bool> {
    let own = webhooks::table.filter(webhooks::merchant_id.eq(merchant)).count();
    Ok(own.get_result::<i64>(conn).await? >= WEBHOOKS_MAX)
}

/// With all its messages. Whether it was there.
pub async fn delete(conn: &mut Conn, id: WebhookId) -> QueryResult<bool> {
    Ok(diesel::delete(webhooks::table.find(id)).execute(conn).await? > 0)
}

// Messages.

/// A message to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = webhook_messages)]
pub struct NewMessage {
    pub id: MessageId,
    pub webhook_id: WebhookId,
    pub kind: String,
    pub event_seq: Option<i64>,
    pub resource_id: uuid::Uuid,
    pub body: String,
    pub state: &'static str,
    pub due_at: Timestamp,
    pub made_at: Timestamp,
}

/// Up to which event messages have been made; locked, so that one process at a time makes them.
pub async fn lock_cursor(conn: &mut Conn) -> QueryResult<i64> {
    webhook_cursor::table.select(webhook_cursor::seq).for_update().first(conn).await
}

pub async fn move_cursor(conn: &mut Conn, seq: i64) -> QueryResult<()> {
    diesel::update(webhook_cursor::table)
        .set(webhook_cursor::seq.eq(seq))
        .execute(conn)
        .await
        .map(drop)
}

/// The endpoints of these merchants that are told, the oldest first.
pub async fn listening(conn: &mut Conn, merchants: &[MerchantId]) -> QueryResult<Vec<Webhook>> {
    let rows: Vec<Row> = webhooks::table
        .filter(webhooks::merchant_id.eq_any(merchants))
        .filter(webhooks::disabled_reason.is_null())
        .order(webhooks::id.asc())
        .limit(LISTENING_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn insert_messages(conn: &mut Conn, messages: &[NewMessage]) -> QueryResult<()> {
    // A statement takes at most 65,535 values.
    for some in messages.chunks(1_000) {
        diesel::insert_into(webhook_messages::table).values(some).execute(conn).await?;
    }
    Ok(())
}

/// A message that was taken up, with what is needed to send it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Claimed {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub id: MessageId,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub webhook_id: WebhookId,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub body: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub url: String,
    #[diesel(sql_type = diesel::sql_types::Bytea)]
    pub sealed_secret: Vec<u8>,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Bytea>)]
    pub sealed_secret_before: Option<Vec<u8>>,
}

/// Takes up what is due: of each endpoint at most `in_flight` messages at once, of one that fails a
/// single one; of each resource only the first that waits. A claim that is not settled by `until`
/// falls back.
pub async fn claim(
    conn: &mut Conn,
    now: Timestamp,
    until: Timestamp,
    in_flight: i64,
) -> QueryResult<Vec<Claimed>> {
    diesel::sql_query(
        "UPDATE webhook_messages m SET claimed_until = $2
         FROM (
             SELECT head.id, e.url, e.sealed_secret,
                    CASE WHEN e.before_until > $1 THEN e.sealed_secret_before END AS sealed_secret_before
             FROM webhooks e CROSS JOIN LATERAL (
                 SELECT w.id, w.claimed_until FROM webhook_messages w
                 WHERE w.webhook_id = e.id AND w.state = 'waiting' AND w.due_at <= $1
                   AND NOT EXISTS (
                       SELECT FROM webhook_messages earlier
                       WHERE earlier.webhook_id = e.id AND earlier.resource_id = w.resource_id
                         AND earlier.state = 'waiting' AND earlier.position < w.position)
                 ORDER BY w.position
                 LIMIT CASE WHEN e.failures = 0 THEN $3 ELSE 1 END
             ) head
             WHERE e.disabled_reason IS NULL AND e.rests_until <= $1
               AND (head.claimed_until IS NULL OR head.claimed_until <= $1)
             LIMIT $4
         ) due
         WHERE m.id = due.id AND m.state = 'waiting'
           AND (m.claimed_until IS NULL OR m.claimed_until <= $1)
         RETURNING m.id, m.webhook_id, m.body, due.url, due.sealed_secret, due.sealed_secret_before",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(until)
    .bind::<BigInt, _>(in_flight)
    .bind::<BigInt, _>(CLAIMS_MAX)
    .load(conn)
    .await
}

/// A message as it is kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = webhook_messages)]
pub struct Message {
    pub id: MessageId,
    pub webhook_id: WebhookId,
    pub kind: String,
    pub event_seq: Option<i64>,
    pub state: String,
    pub attempts: i32,
    pub due_at: Timestamp,
    pub made_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub body: String,
}

pub async fn find_message(conn: &mut Conn, id: MessageId) -> QueryResult<Option<Message>> {
    let query = webhook_messages::table.find(id).select(Message::as_select());
    query.first(conn).await.optional()
}

/// The message, locked to the end of the transaction. Lock its endpoint first.
pub async fn lock_message(conn: &mut Conn, id: MessageId) -> QueryResult<Option<Message>> {
    let query = webhook_messages::table.find(id).select(Message::as_select()).for_no_key_update();
    query.first(conn).await.optional()
}

/// Messages of an endpoint, the newest first.
pub async fn messages(
    conn: &mut Conn,
    hook: WebhookId,
    state: Option<&str>,
    before: Option<MessageId>,
    limit: i64,
) -> QueryResult<Vec<Message>> {
    let mut query = webhook_messages::table.into_boxed();
    query = query.filter(webhook_messages::webhook_id.eq(hook));
    if let Some(state) = state {
        query = query.filter(webhook_messages::state.eq(state.to_owned()));
    }
    if let Some(before) = before {
        query = query.filter(webhook_messages::id.lt(before));
    }
    query
        .order(webhook_messages::id.desc())
        .limit(limit)
        .select(Message::as_select())
        .load(conn)
        .await
}

/// Writes what a try has made of a message, and ends the claim.
pub async fn settle_message(conn: &mut Conn, message: &Message) -> QueryResult<()> {
    diesel::update(webhook_messages::table.find(message.id))
        .set((
            webhook_messages::state.eq(&message.state),
            webhook_messages::attempts.eq(message.attempts),
            webhook_messages::due_at.eq(message.due_at),
            webhook_messages::ended_at.eq(message.ended_at),
            webhook_messages::claimed_until.eq(None::<Timestamp>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Whatever waits for this endpoint is due now: it answers again.
pub async fn hurry(conn: &mut Conn, hook: WebhookId, now: Timestamp) -> QueryResult<()> {
    diesel::update(webhook_messages::table)
        .filter(webhook_messages::webhook_id.eq(hook))
        .filter(webhook_messages::state.eq("waiting"))
        .filter(webhook_messages::due_at.gt(now))
        .set(webhook_messages::due_at.eq(now))
        .execute(conn)
        .await
        .map(drop)
}

/// Whether more wait for this endpoint than may.
pub async fn is_overfull(conn: &mut Conn, hook: WebhookId) -> QueryResult<bool> {
    let beyond: Option<i64> = webhook_messages::table
        .filter(webhook_messages::webhook_id.eq(hook))
        .filter(webhook_messages::state.eq("waiting"))
        .order((webhook_messages::resource_id.asc(), webhook_messages::position.asc()))
        .offset(WAITING_MAX)
        .limit(1)
        .select(webhook_messages::position)
        .first(conn)
        .await
        .optional()?;
    Ok(beyond.is_some())
}

/// One try.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_attempts)]
pub struct Attempt {
    pub message_id: MessageId,
    pub number: i32,
    pub at: Timestamp,
    pub took_ms: i64,
    pub status: Option<i32>,
    pub error: Option<String>,
}

pub async fn insert_attempt(conn: &mut Conn, attempt: &Attempt) -> QueryResult<()> {
    diesel::insert_into(webhook_attempts::table).values(attempt).execute(conn).await.map(drop)
}

/// The tries of a message, the first one first.
pub async fn attempts(conn: &mut Conn, message: MessageId) -> QueryResult<Vec<Attempt>> {
    webhook_attempts::table
        .filter(webhook_attempts::message_id.eq(message))
        .order(webhook_attempts::number.asc())
        .limit(ATTEMPTS_MAX)
        .select(Attempt::as_select())
        .load(conn)
        .await
}

/// Forgets messages older than `before` with their tries, at most `limit` at a time.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM webhook_messages WHERE id = ANY (ARRAY(\
         SELECT id FROM webhook_messages WHERE made_at < $1 ORDER BY made_at LIMIT $2))",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}
