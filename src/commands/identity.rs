//! Logging in, staying in, getting out.

use uuid::Uuid;

use super::CommandError;
use crate::clock;
use crate::coop::Coop;
use crate::db::Conn;
use crate::db::identity::{self, RefreshToken};
use crate::domain::identity::{Email, User};
use crate::domain::ids::{ClientId, MerchantId, uuid_v7};
use crate::domain::time::{Seconds, Timestamp};
use crate::secrets;

/// Somebody who is in, with the token to stay in.
pub struct Session {
    pub user: User,
    pub refresh_token: String,
}

async fn issue(
    tx: &mut Conn,
    user: User,
    family: Uuid,
    now: Timestamp,
    days: i64,
) -> Result<Session, CommandError> {
    let refresh_token = secrets::random_token();
    let row = RefreshToken {
        token_hash: secrets::hash_token(&refresh_token).to_vec(),
        family,
        user_id: user.id,
        issued_at: now,
        expires_at: now + Seconds(days * 86_400),
        used_at: None,
        revoked_at: None,
    };
    identity::insert_refresh_token(tx, &row).await?;
    Ok(Session { user, refresh_token })
}

/// E-mail and password for a session of `days`.
pub async fn log_in(
    coop: &Coop,
    email: &str,
    password: String,
    days: i64,
) -> Result<Session, CommandError> {
    // What is no address is nobody's, and looked up no further; the work below is the same.
    let known = match email.parse::<Email>() {
        Ok(email) => identity::find_login(&mut *coop.conn().await?, email.as_str()).await?,
        Err(_) => None,
    };
    let (user, hash) = known.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
    if !secrets::verify_password(password, hash).await {
        return Err(CommandError::Credentials);
    }
    let user = user.ok_or(CommandError::Credentials)?;
    // Said to whoever knows the password, and to nobody else.
    if user.deactivated_at.is_some() {
        return Err(CommandError::Closed);
    }
    let now = clock::real_now();
    let family = uuid_v7(now, clock::chance());
    coop.transact(async |tx| issue(tx, user.clone(), family, now, days).await).await
}

/// How long a used refresh token may come again: a phone that lost the answer tries once more.
const GRACE: Seconds = Seconds(30);

/// A refresh token for a new session. Using an old one again ends the whole family: somebody has a
/// copy. Within a short grace it only means that an answer was lost.
pub async fn refresh(coop: &Coop, token: &str, days: i64) -> Result<Session, CommandError> {
    let hash = secrets::hash_token(token);
    let now = clock::real_now();
    let outcome = coop
        .transact(async |tx| {
            let Some(known) = identity::lock_refresh_token(tx, &hash).await? else {
                return Ok(None);
            };
            if known.revoked_at.is_some() || known.expires_at < now {
                return Ok(None);
            }
            match known.used_at {
                Some(used_at) if now.since(used_at) > GRACE => {
                    // Must be committed: the theft is a fact, whatever we answer.
                    identity::revoke_family(tx, known.family, now).await?;
                    return Ok(None);
                }
                Some(_) => {}
                None => identity::use_refresh_token(tx, &hash, now).await?,
            }
            let user = identity::find_user(tx, known.user_id).await?;
            // Also where a login was under way while it was closed.
            let user = user.filter(|user| user.deactivated_at.is_none());
            let user = user.ok_or(CommandError::RefreshToken)?;
            issue(tx, user, known.family, now, days).await.map(Some)
        })
        .await?;
    outcome.ok_or(CommandError::RefreshToken)
}

/// Ends the session and everything that came of the same login.
pub async fn log_out(coop: &Coop, token: &str) -> Result<(), CommandError> {
    let hash = secrets::hash_token(token);
    coop.transact(async |tx| {
        if let Some(known) = identity::lock_refresh_token(tx, &hash).await? {
            identity::revoke_family(tx, known.family, clock::real_now()).await?;
        }
        Ok(())
    })
    .await
}

/// The merchant of a machine credential.
pub async fn check_client(
    coop: &Coop,
    id: ClientId,
    secret: &str,
) -> Result<MerchantId, CommandError> {
    let known = identity::find_client(&mut *coop.conn().await?, id).await?;
    let (merchant, hash) = known.ok_or(CommandError::Credentials)?;
    if secrets::same_hash(&hash, &secrets::hash_token(secret)) {
        Ok(merchant)
    } else {
        Err(CommandError::Credentials)
    }
}
