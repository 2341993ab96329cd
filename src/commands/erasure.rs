//! A courier's personal data goes (GDPR 17); the books and the statistics keep a pseudonym.

use super::CommandError;
use super::roster::{self, Parting};
use crate::coop::Coop;
use crate::db::{couriers, erasure, expenses, identity, incidents, pay_runs, shifts};
use crate::domain::ids::{CourierId, UserId};
use crate::domain::pay_run::PayRunError;
use crate::pictures::Pictures;
use crate::secrets;

/// Most pictures of one courier's incidents: no co-op keeps as many.
const PICTURES_MAX: i64 = 10_000;

/// Erases everything that says who the courier is and where they were. Asks for the password:
/// there is no way back. Refused during a shift, and while pay is on its way to the courier's bank.
/// Expenses that nobody has answered go with their receipts, and planned shifts to whoever waits for them.
pub async fn erase(
    coop: &Coop,
    pictures: &Pictures,
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
    let waiting = coop.transact(async |tx| {
        // Their places are for those who wait; openings are held before couriers.
        for shift in shifts::planned_of(tx, by).await? {
            roster::free(coop, tx, shift, |_| Ok(()), Parting::TakenOff, None).await?;
        }
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        if shifts::find_open(tx, by).await?.is_some() {
            return Err(CommandError::AtWork);
        }
        if pay_runs::is_under_way(tx, by).await? {
            return Err(PayRunError::UnderWay.into());
        }
        let waiting = expenses::waiting_of(tx, by).await?;
        let seen = incidents::pictures_of(tx, by, PICTURES_MAX).await?;
        erasure::erase(tx, by, now).await?;
        Ok((waiting, seen))
    });
    let (waiting, seen) = waiting.await?;
    for gone in waiting {
        super::expenses::forget_receipt(pictures, &gone).await;
    }
    for id in seen {
        super::incidents::forget_picture(pictures, id).await;
    }
    Ok(())
}
