//! Phones are knocked at: their couriers' to say, and each word once at most. Whoever is not heard is
//! not asked again: the app asks by itself when it is opened.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{couriers, push};
use crate::domain::event::Event;
use crate::domain::ids::CourierId;
use crate::domain::knock::{KINDS, Knock, knock};
use crate::domain::language::Language;
use crate::outbound::push::Phone;
use crate::secrets::{Seal, SealError};

/// A phone with whose it is: put into somebody else's row, it does not open.
fn close(seal: &Seal, courier: CourierId, phone: &Phone) -> Result<Vec<u8>, CommandError> {
    let phone = serde_json::to_vec(phone).map_err(|error| CommandError::Internal(error.into()))?;
    Ok(seal.close(&[courier.uuid().as_bytes().as_slice(), &phone].concat())?)
}

fn open(seal: &Seal, courier: CourierId, sealed: &[u8]) -> Result<Phone, CommandError> {
    let plain = seal.open(sealed)?;
    let phone = plain.strip_prefix(courier.uuid().as_bytes().as_slice()).ok_or(SealError)?;
    serde_json::from_slice(phone).map_err(|error| CommandError::Internal(error.into()))
}

/// Keeps a phone as this courier's. The same again is the same.
pub async fn subscribe(
    coop: &Coop,
    seal: &Seal,
    by: CourierId,
    phone: &Phone,
    language: Language,
) -> Result<(), CommandError> {
    let (sealed, at) = (close(seal, by, phone)?, coop.clock.now());
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        // An access token outlives its courier by some minutes.
        if couriers::is_erased(tx, by).await? {
            return Err(CommandError::NotFound("courier"));
        }
        Ok(push::put(tx, by, &phone.hash(), &sealed, language, at).await?)
    })
    .await
}

/// How many phones of a courier are knocked at.
pub async fn count(coop: &Coop, by: CourierId) -> Result<i64, CommandError> {
    Ok(push::count(&mut *coop.conn().await?, by).await?)
}

/// No phone of the courier's is knocked at any more.
pub async fn stop(coop: &Coop, by: CourierId) -> Result<(), CommandError> {
    Ok(push::remove_all(&mut *coop.conn().await?, by).await?)
}

/// Nobody is at that address any more.
pub async fn forget(coop: &Coop, phone: &Phone) -> Result<(), CommandError> {
    Ok(push::forget(&mut *coop.conn().await?, &phone.hash()).await?)
}

/// What is to be said now, and to which phones; and whether there may be more.
pub async fn due(coop: &Coop, seal: &Seal) -> Result<(Vec<(Phone, Knock)>, bool), CommandError> {
    let (news, more) = coop.transact(async |tx| Ok(push::next(tx, &KINDS).await?)).await?;
    let now = coop.clock.now();
    let mut due = Vec::new();
    for one in news {
        let event: Event = serde_json::from_value(one.payload)
            .map_err(|error| CommandError::Internal(error.into()))?;
        let said = knock(&event, one.language, one.at).filter(|knock| now < knock.ends_at);
        if let Some(said) = said {
            due.push((open(seal, one.courier, &one.sealed)?, said));
        }
    }
    Ok((due, more))
}
