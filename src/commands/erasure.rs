//! A courier's personal data goes (GDPR 17); the books and the statistics keep a pseudonym.

use super::CommandError;
use crate::coop::Coop;
use crate::db::{couriers, erasure, identity, pay_runs, shifts};
use crate::domain::ids::{CourierId, UserId};
use crate::domain::pay_run::PayRunError;
use crate::secrets;

/// Erases everything that says who the courier is and where they were. Asks for the password:
/// there is no way back. Refused during a shift, and while pay is on its way to the courier's bank.
pub async fn erase(
    coop: &Coop,
    by: CourierId,
    user: UserId,
    password: String,
) -> Result<(), CommandError> {
    let user = identity::find_user(&mut *coop.conn().await?, user).await?;
    let user = user.ok_or(CommandError::Credentials)?;
    let known = identity::find_login(&mut *coop.conn().await?, user.email.as_str()).await?;
    let hash = known.map(|(_, hash)| hash);
    if !secrets::verify_password(password, hash).await {
        return Err(CommandError::Credentials);
    }
    let now = coop.clock.now();
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        if shifts::find_open(tx, by).await?.is_some() {
            return Err(CommandError::AtWork);
        }
        if pay_runs::is_under_way(tx, by).await? {
            return Err(PayRunError::UnderWay.into());
        }
        Ok(erasure::erase(tx, by, now).await?)
    })
    .await
}
