//! Where couriers want to be paid: their own to say, kept sealed, never in the books.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{bank_accounts, couriers};
use crate::domain::iban::Iban;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;
use crate::secrets::{Seal, SealError};

/// Seals an IBAN together with whose it is: put into somebody else's row, it does not open.
fn close(seal: &Seal, courier: CourierId, iban: &Iban) -> Result<Vec<u8>, SealError> {
    seal.close(&[courier.uuid().as_bytes().as_slice(), iban.as_str().as_bytes()].concat())
}

/// Opens what was sealed as this courier's.
pub fn open(seal: &Seal, courier: CourierId, sealed: &[u8]) -> Result<Iban, CommandError> {
    let plain = seal.open(sealed)?;
    let iban = plain.strip_prefix(courier.uuid().as_bytes().as_slice());
    let iban = iban.and_then(|iban| std::str::from_utf8(iban).ok());
    Ok(iban.and_then(|iban| iban.parse().ok()).ok_or(SealError)?)
}

/// Keeps a courier's account in place of any other. A run that is on its way keeps the one it has.
pub async fn put(
    coop: &Coop,
    seal: &Seal,
    by: CourierId,
    iban: &Iban,
) -> Result<Timestamp, CommandError> {
    let (sealed, at) = (close(seal, by, iban)?, coop.clock.now());
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        // An access token outlives its courier by some minutes.
        if couriers::is_erased(tx, by).await? {
            return Err(CommandError::NotFound("courier"));
        }
        bank_accounts::put(tx, by, &sealed, at).await?;
        Ok(at)
    })
    .await
}

/// A courier's account, and since when it is there.
pub async fn find(
    coop: &Coop,
    seal: &Seal,
    of: CourierId,
) -> Result<Option<(Iban, Timestamp)>, CommandError> {
    let found = bank_accounts::find(&mut *coop.conn().await?, of).await?;
    found.map(|(sealed, since)| Ok((open(seal, of, &sealed)?, since))).transpose()
}

/// Forgets a courier's account.
pub async fn remove(coop: &Coop, by: CourierId) -> Result<(), CommandError> {
    Ok(bank_accounts::remove(&mut *coop.conn().await?, by).await?)
}
