//! People take over from the engine, and give back to it.

use serde_json::json;

use super::{Answer, CommandError, Once};
use crate::coop::Coop;
use crate::db::acts::{self, NewAct};
use crate::db::automation::{self, Throw};
use crate::db::{Conn, identity, offers, prices};
use crate::domain::event::Event;
use crate::domain::ids::UserId;
use crate::domain::offer::Offer;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::domain::zone::ZoneName;

/// Switches the engine off or on, in the whole co-op or in a zone.
///
/// When this returns after switching off, nothing that the engine planned is carried out any more, and
/// its offers that nobody has answered are withdrawn. What couriers hold already stays theirs.
///
/// # Errors
/// [`CommandError::NotFound`] where there is no such zone.
pub async fn switch(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    zone: Option<ZoneName>,
    automatic: bool,
    reason: Option<Note>,
) -> Result<Answer<()>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        automation::stop(tx).await?;
        if let Some(zone) = &zone
            && prices::zones(tx).await?.iter().all(|known| known.name != *zone)
        {
            return Err(CommandError::NotFound("zone"));
        }
        if automation::is_automatic(tx, zone.as_ref()).await? == automatic {
            return Ok(());
        }
        let (zone, reason) = (zone.as_ref(), reason.as_ref());
        automation::put(tx, &Throw { zone, automatic, reason, at, by }).await?;
        let act = NewAct {
            id: coop.clock.id(|id| id),
            at,
            user_id: by,
            kind: if automatic { "automatic" } else { "manual" },
            delivery_id: None,
            courier_id: None,
            version: 0,
            detail: json!({ "zone": zone, "reason": reason }),
        };
        acts::insert(tx, &act).await?;
        if !automatic {
            withdraw(coop, tx, at).await?;
        }
        let by = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?.name;
        let (zone, reason) = (zone.cloned(), reason.cloned());
        coop.tell(tx, &Event::Automation { zone, automatic, reason, by }, at).await
    })
    .await
}

/// Takes back what the engine has asked and nobody has answered, where people have taken over.
async fn withdraw(coop: &Coop, tx: &mut Conn, at: Timestamp) -> Result<(), CommandError> {
    let manual = automation::manual(tx).await?;
    let leaves = |offer: &Offer| {
        offer.decision_id.is_some()
            && offer.terms.deliveries.iter().any(|one| manual.covers(one.pickup.place))
    };
    let live = offers::live(tx).await?;
    for offer in live.iter().filter(|offer| leaves(offer)) {
        let Some(locked) = offers::lock(tx, offer.id).await? else { continue };
        if let Some(withdrawn) = locked.withdraw(at) {
            offers::save(tx, &withdrawn).await?;
            coop.tell(tx, &Event::Offer { offer: Box::new(withdrawn) }, at).await?;
        }
    }
    Ok(())
}
