//! A year's surplus is reckoned, voted on by the members, and booked once.

use serde_json::json;

use super::{CommandError, acts};
use crate::coop::Coop;
use crate::db::{Conn, ledger, surplus};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::ids::{EntryId, UserId};
use crate::domain::ledger::{Account, Detail, Entry};
use crate::domain::money::Money;
use crate::domain::surplus::{Measure, Part, Share, SurplusError, Terms};
use crate::domain::time::Timestamp;

/// What the members vote on.
#[derive(Clone, Copy, Debug)]
pub struct Vote {
    /// The calendar's year, where the co-op is.
    pub year: i16,
    /// Minor units that the co-op spent outside these books.
    pub other_costs: i64,
    pub reserve_basis_points: i64,
    pub measure: Measure,
}

/// A surplus and who gets what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    pub terms: Terms,
    pub shares: Vec<Share>,
}

impl Vote {
    /// From when until before when the year is.
    fn span(&self, coop: &Coop) -> Result<(Timestamp, Timestamp), CommandError> {
        let first = |year: i16| {
            let day = Day::try_from(format!("{year:04}-01-01")).ok()?;
            day.start(&coop.rules.zone)
        };
        let year = Some(self.year).filter(|year| (1970..9999).contains(year));
        year.and_then(|year| first(year).zip(first(year + 1)))
            .ok_or(CommandError::Amount("a year is one of the calendar, such as 2026"))
    }
}

/// What would be booked. Also of a year that is not over, up to now.
///
/// # Errors
/// [`SurplusError`]: what the law, the result or the vote forbids.
pub async fn preview(coop: &Coop, vote: Vote) -> Result<Sharing, CommandError> {
    sharing(coop, &mut *coop.conn().await?, vote).await
}

async fn sharing(coop: &Coop, conn: &mut Conn, vote: Vote) -> Result<Sharing, CommandError> {
    let (from, to) = vote.span(coop)?;
    let result = surplus::result(conn, from, to).await?;
    let units = surplus::worked(conn, vote.measure, from, to).await?;
    let terms = Terms {
        year: vote.year,
        law: coop.rules.law.clone(),
        revenue: result.revenue,
        operations: result.operations,
        other_costs: vote.other_costs,
        reserve_basis_points: vote.reserve_basis_points,
        measure: vote.measure,
    };
    let shares = terms.share(&units)?;
    Ok(Sharing { terms, shares })
}

/// Books the surplus of a year that is over: all of it or nothing, once for ever. `voted` is the surplus
/// that the members have seen.
///
/// # Errors
/// [`SurplusError`]: what the law, the result or the vote forbids, or that it is booked.
pub async fn book(
    coop: &Coop,
    by: UserId,
    vote: Vote,
    voted: i64,
) -> Result<Sharing, CommandError> {
    let now = coop.clock.now();
    let (_, end) = vote.span(coop)?;
    if end > now {
        return Err(SurplusError::NotOver.into());
    }
    coop.transact(async |tx| {
        if !surplus::claim(tx, vote.year, by, now).await? {
            return Err(SurplusError::Booked.into());
        }
        let sharing = sharing(coop, tx, vote).await?;
        let terms = &sharing.terms;
        if terms.surplus() != voted {
            return Err(SurplusError::Moved { surplus: terms.surplus() }.into());
        }
        let (work, kept) = (Account::CoopOperations, Account::CoopRevenue);
        move_part(coop, tx, terms, Part::Close, (work, kept), terms.operations, now).await?;
        let reserve = (kept, Account::CoopReserve);
        move_part(coop, tx, terms, Part::Reserve, reserve, terms.reserve(), now).await?;
        for share in &sharing.shares {
            let accounts = (kept, Account::CourierRefund(share.courier_id));
            move_part(coop, tx, terms, Part::Refund(*share), accounts, share.amount, now).await?;
        }
        acts::note(coop, tx, by, "book_surplus", None, json!({ "year": vote.year })).await?;
        Ok(sharing)
    })
    .await
}

/// Books one part, if it is any, and tells the courier whose it is.
async fn move_part(
    coop: &Coop,
    tx: &mut Conn,
    terms: &Terms,
    part: Part,
    (from, to): (Account, Account),
    amount: i64,
    now: Timestamp,
) -> Result<(), CommandError> {
    let amount = Money::new(amount, coop.rules.tariff.currency);
    let detail = Detail::Surplus { terms: terms.clone(), part };
    let id = coop.clock.id(EntryId::from_uuid);
    let Some(entry) = Entry::transfer(id, now, detail, from, to, amount) else { return Ok(()) };
    if !ledger::post(tx, &entry, now).await? {
        return Err(SurplusError::Booked.into());
    }
    if let Some(courier_id) = to.courier() {
        coop.tell(tx, &Event::Pay { courier_id, amount }, now).await?;
    }
    Ok(())
}
