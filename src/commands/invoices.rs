//! Invoices are drawn up: everything that merchants' accounts have and no document does.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::Conn;
use crate::db::invoices::{self, Span};
use crate::db::merchants;
use crate::domain::ids::{InvoiceId, MerchantId, UserId};
use crate::domain::invoice::{Draft, Invoice, Month, Number, draw_up, total, year_of};
use crate::domain::merchant::Merchant;
use crate::domain::time::{Seconds, Timestamp};

/// For when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A month of the calendar where the co-op is, and what was left over before it.
    Month(Month),
    /// From then until just before then, and nothing else.
    Span { from: Timestamp, to: Timestamp },
}

impl Asked {
    /// What stands on the documents, and from when on lines are looked at.
    fn spans(self, coop: &Coop) -> Result<(Timestamp, Span), CommandError> {
        let none = || CommandError::Amount("the calendar has no such month");
        match self {
            Self::Month(month) => {
                let from = month.start(&coop.rules.zone).ok_or_else(none)?;
                let to = month.end(&coop.rules.zone).ok_or_else(none)?;
                Ok((from, Span { from: None, to }))
            }
            Self::Span { from, to } if from < to => Ok((from, Span { from: Some(from), to })),
            Self::Span { .. } => {
                Err(CommandError::Amount("the period ends before it begins: `from` is before `to`"))
            }
        }
    }

    /// The same, of a period that is over.
    fn over(self, coop: &Coop, now: Timestamp) -> Result<(Timestamp, Span), CommandError> {
        let (from, span) = self.spans(coop)?;
        if span.to > now {
            return Err(CommandError::Amount("this period is not over: ask again when it is"));
        }
        Ok((from, span))
    }
}

/// Issues invoices and credit notes for a period that is over, to one merchant or to all who have
/// anything to pay: in the order of the merchants' ids, under the next numbers. All or none.
///
/// A line that is on a document already is left alone, so that doing it twice does nothing.
///
/// # Errors
/// [`CommandError::Amount`] when the period is not over or is none.
pub async fn issue(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    merchant: Option<MerchantId>,
    asked: Asked,
) -> Result<Answer<Vec<Invoice>>, CommandError> {
    let now = coop.clock.now();
    let (from, span) = asked.over(coop, now)?;
    coop.once(once, async |tx| {
        invoices::lock(tx).await?;
        let mut issued = Vec::new();
        for (invoice, draft) in drafts(coop, tx, merchant, (from, span), now).await? {
            invoices::insert(tx, &invoice, by, &draft.lines).await?;
            issued.push(invoice);
        }
        if !issued.is_empty() {
            let what = json!({ "documents": issued.len(), "merchant_id": merchant });
            acts::note(coop, tx, by, "issue_invoices", None, what).await?;
        }
        Ok(issued)
    })
    .await
}

/// What [`issue`] would issue now; nothing is.
///
/// # Errors
/// As there.
pub async fn preview(
    coop: &Coop,
    merchant: Option<MerchantId>,
    asked: Asked,
) -> Result<Vec<Invoice>, CommandError> {
    let now = coop.clock.now();
    let spans = asked.over(coop, now)?;
    let drafts = drafts(coop, &mut *coop.conn().await?, merchant, spans, now).await?;
    Ok(drafts.into_iter().map(|(invoice, _)| invoice).collect())
}

/// The documents of a period under the next numbers, with their lines.
async fn drafts(
    coop: &Coop,
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    (from, span): (Timestamp, Span),
    now: Timestamp,
) -> Result<Vec<(Invoice, Draft)>, CommandError> {
    let merchants = match merchant {
        Some(merchant) => vec![merchant],
        None => invoices::merchants_with_open_lines(conn, span).await?,
    };
    let year = year_of(now, &coop.rules.zone);
    let mut next = Number { year, number: invoices::next_number(conn, year).await? };
    let mut drawn = Vec::new();
    for merchant in merchants {
        let shop =
            merchants::find(conn, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        let open = invoices::open_lines(conn, merchant, span).await?;
        for draft in draw_up(open) {
            let invoice = document(coop, &shop, &draft, next, (from, span.to), now)?;
            next.number += 1;
            drawn.push((invoice, draft));
        }
    }
    Ok(drawn)
}

fn document(
    coop: &Coop,
    shop: &Merchant,
    draft: &Draft,
    number: Number,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Invoice, CommandError> {
    let sum = total(&draft.lines);
    let settings = &coop.rules.invoices;
    let lines = i32::try_from(draft.lines.len());
    Ok(Invoice {
        id: coop.clock.id(InvoiceId::from_uuid),
        number,
        merchant_id: shop.id,
        corrects: draft.corrects,
        from: Some(from),
        to,
        issued_at: now,
        due_at: now + Seconds(settings.due_days * 86_400),
        currency: coop.rules.tariff.currency,
        seller: settings.seller.clone(),
        buyer: format!("{}\n{}", shop.name, shop.address),
        terms: settings.terms.clone(),
        lines: lines.map_err(|error| CommandError::Internal(error.into()))?,
        net: sum.net(),
        vat: sum.vat,
    })
}
