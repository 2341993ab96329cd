//! Users, refresh tokens, merchants' credentials and signing keys.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{clients, refresh_tokens, signing_keys, users};
use super::{Conn, corrupt};
use crate::domain::identity::{Role, User};
use crate::domain::ids::{ClientId, CourierId, MerchantId, UserId};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;

/// More than any co-op has.
const ADMINS_MAX: i64 = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: UserId,
    name: String,
    email: String,
    password_hash: String,
    roles: Vec<String>,
    courier_id: Option<CourierId>,
    merchant_id: Option<MerchantId>,
    deactivated_at: Option<Timestamp>,
}

impl UserRow {
    fn read(self) -> QueryResult<(User, String)> {
        let roles = self.roles.iter().map(|role| role.parse()).collect::<Result<_, _>>();
        let user = User {
            id: self.id,
            name: Name::new(&self.name).map_err(corrupt)?,
            email: self.email.parse().map_err(corrupt)?,
            roles: roles.map_err(corrupt)?,
            courier_id: self.courier_id,
            merchant_id: self.merchant_id,
            deactivated_at: self.deactivated_at,
        };
        Ok((user, self.password_hash))
    }
}

pub async fn insert_user(
    conn: &mut Conn,
    user: &User,
    password_hash: &str,
    at: Timestamp,
) -> QueryResult<()> {
    let roles: Vec<&str> = user.roles.iter().map(|role| role.name()).collect();
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id),
            users::name.eq(user.name.as_str()),
            users::email.eq(user.email.as_str()),
            users::password_hash.eq(password_hash),
            users::roles.eq(roles),
            users::courier_id.eq(user.courier_id),
            users::merchant_id.eq(user.merchant_id),
            users::created_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find_user(conn: &mut Conn, id: UserId) -> QueryResult<Option<User>> {
    let row = users::table.find(id).select(UserRow::as_select()).first(conn).await.optional()?;
    row.map(|row| row.read().map(|(user, _)| user)).transpose()
}

/// Locks everybody who runs the installation, in the order of their ids: of two admins who take the role
/// from each other, one is second.
pub async fn lock_admins(conn: &mut Conn) -> QueryResult<Vec<UserId>> {
    users::table
        .filter(users::roles.contains(vec![Role::Admin.name()]))
        .filter(users::deactivated_at.is_null())
        .order(users::id.asc())
        .limit(ADMINS_MAX)
        .select(users::id)
        .for_update()
        .load(conn)
        .await
}

pub async fn lock_user(conn: &mut Conn, id: UserId) -> QueryResult<Option<User>> {
    let row = users::table
        .find(id)
        .select(UserRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(|row| row.read().map(|(user, _)| user)).transpose()
}

/// Name, roles, and whether they may log in.
pub async fn save_user(conn: &mut Conn, user: &User) -> QueryResult<()> {
    let roles: Vec<&str> = user.roles.iter().map(|role| role.name()).collect();
    diesel::update(users::table.find(user.id))
        .set((
            users::name.eq(user.name.as_str()),
            users::roles.eq(roles),
            users::deactivated_at.eq(user.deactivated_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// What those are called who have one of these ids.
pub async fn names(conn: &mut Conn, ids: &[UserId]) -> QueryResult<BTreeMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Everybody who has a login, the newest first; only those before `before`.
pub async fn list_users(
    conn: &mut Conn,
    before: Option<UserId>,
    limit: i64,
) -> QueryResult<Vec<User>> {
    let mut query = users::table.into_boxed();
    if let Some(before) = before {
        query = query.filter(users::id.lt(before));
    }
    let rows: Vec<UserRow> =
        query.order(users::id.desc()).limit(limit).select(UserRow::as_select()).load(conn).await?;
    rows.into_iter().map(|row| row.read().map(|(user, _)| user)).collect()
}

/// The user with this login name, and the hash of the password.
pub async fn find_login(conn: &mut Conn, email: &str) -> QueryResult<Option<(User, String)>> {
    let row = users::table
        .filter(users::email.eq(email))
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UserRow::read).transpose()
}

/// Whether anybody can log in at all: a new installation has nobody.
pub async fn any_user(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn).await
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub struct RefreshToken {
    pub token_hash: Vec<u8>,
    pub family: Uuid,
    pub user_id: UserId,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

pub async fn insert_refresh_token(conn: &mut Conn, token: &RefreshToken) -> QueryResult<()> {
    diesel::insert_into(refresh_tokens::table).values(token).execute(conn).await.map(drop)
}

pub async fn lock_refresh_token(
    conn: &mut Conn,
    token_hash: &[u8],
) -> QueryResult<Option<RefreshToken>> {
    refresh_tokens::table
        .find(token_hash)
        .select(RefreshToken::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

pub async fn use_refresh_token(
    conn: &mut Conn,
    token_hash: &[u8],
    at: Timestamp,
) -> QueryResult<()> {
    diesel::update(refresh_tokens::table.find(token_hash))
        .set(refresh_tokens::used_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn revoke_family(conn: &mut Conn, family: Uuid, at: Timestamp) -> QueryResult<()> {
    diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::family.eq(family))
        .filter(refresh_tokens::revoked_at.is_null())
        .set(refresh_tokens::revoked_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}

/// Ends every session of a user.
pub async fn revoke_all(conn: &mut Conn, user: UserId, at: Timestamp) -> QueryResult<()> {
    diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::user_id.eq(user))
        .filter(refresh_tokens::revoked_at.is_null())
        .set(refresh_tokens::revoked_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets tokens that expired before `at`; they could not be used anyway.
pub async fn forget_expired_tokens(conn: &mut Conn, at: Timestamp) -> QueryResult<usize> {
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.lt(at)))
        .execute(conn)
        .await
}

pub async fn insert_client(
    conn: &mut Conn,
    id: ClientId,
    merchant: MerchantId,
    name: &Name,
    secret_hash: &[u8],
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(id),
            clients::merchant_id.eq(merchant),
            clients::name.eq(name.as_str()),
            clients::secret_hash.eq(secret_hash),
            clients::created_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The merchant and the secret's hash of a credential that is not revoked.
pub async fn find_client(
    conn: &mut Conn,
    id: ClientId,
) -> QueryResult<Option<(MerchantId, Vec<u8>)>> {
    clients::table
        .find(id)
        .filter(clients::revoked_at.is_null())
        .select((clients::merchant_id, clients::secret_hash))
        .first(conn)
        .await
        .optional()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct SigningKeyRow {
    pub kid: String,
    pub public_key: Vec<u8>,
    pub sealed_key: Vec<u8>,
    pub created_at: Timestamp,
}

/// Keys that may still verify a token, the newest first: it signs.
pub async fn signing_keys(conn: &mut Conn) -> QueryResult<Vec<SigningKeyRow>> {
    signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order((signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .limit(16)
        .select(SigningKeyRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_signing_key(conn: &mut Conn, key: &SigningKeyRow) -> QueryResult<()> {
    diesel::insert_into(signing_keys::table).values(key).execute(conn).await.map(drop)
}
