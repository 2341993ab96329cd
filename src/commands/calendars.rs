//! A courier's secret link to the own shifts, for a calendar elsewhere: made, and withdrawn.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{calendars, couriers};
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;
use crate::secrets;

/// A link that was just made; the token is shown this once.
pub struct Made {
    pub token: String,
    pub at: Timestamp,
}

/// Makes a link; one that was there before does not work any more.
pub async fn make(coop: &Coop, by: CourierId) -> Result<Made, CommandError> {
    let (token, at) = (secrets::random_token(), coop.clock.now());
    let hash = secrets::hash_token(&token);
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        Ok(calendars::put(tx, by, &hash, at).await?)
    })
    .await?;
    Ok(Made { token, at })
}

/// The link works no longer. Where there is none nothing happens.
pub async fn withdraw(coop: &Coop, by: CourierId) -> Result<(), CommandError> {
    coop.transact(async |tx| Ok(calendars::remove(tx, by).await?)).await
}
