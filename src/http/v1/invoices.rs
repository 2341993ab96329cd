//! Invoices, credit notes, payments, and what merchants owe: for treasurers, and each merchant's own.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::invoices::{self, Asked};
use crate::commands::receivables;
use crate::db;
use crate::domain::day::Day;
use crate::domain::ids::{EntryId, InvoiceId, MerchantId};
use crate::domain::invoice::{
    Ages, Invoice, Line, Month, Number, RateSum, State, ages, by_rate, settle,
};
use crate::domain::money::{Currency, Money};
use crate::domain::text::{Name, Note, Reference};
use crate::domain::time::Timestamp;
use crate::http::auth::{AsBilled, AsTreasurer};
use crate::http::body::{Body, Key, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, answered, created};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "InvoiceKind")]
pub enum Kind {
    Invoice,
    CreditNote,
}

/// A document without its lines.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceView {
    pub id: InvoiceId,
    /// `2026-00007`
    pub number: String,
    pub kind: Kind,
    pub merchant_id: MerchantId,
    /// The invoice that a credit note is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<InvoiceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    pub to: Timestamp,
    pub issued_at: Timestamp,
    pub due_at: Timestamp,
    pub net: Money,
    pub vat: Money,
    pub gross: Money,
    pub state: State,
    /// What is still to be paid.
    pub open: Money,
}

impl InvoiceView {
    /// `documents`: all of the merchant's, among them this one; `paid`: all that the merchant paid.
    fn new(invoice: &Invoice, documents: &[Invoice], paid: i64) -> Self {
        let (settled, _) = settle(documents, paid);
        let own = documents.iter().zip(settled).find(|(document, _)| document.id == invoice.id);
        let (state, open) = own.map_or((State::Issued, invoice.gross().max(0)), |(_, settled)| {
            (settled.state, settled.open)
        });
        let money = |amount| Money::new(amount, invoice.currency);
        Self {
            id: invoice.id,
            number: invoice.number.to_string(),
            kind: if invoice.corrects.is_some() { Kind::CreditNote } else { Kind::Invoice },
            merchant_id: invoice.merchant_id,
            corrects: invoice.corrects,
            from: invoice.from,
            to: invoice.to,
            issued_at: invoice.issued_at,
            due_at: invoice.due_at,
            net: money(invoice.net),
            vat: money(invoice.vat),
            gross: money(invoice.gross()),
            state,
            open: money(open),
        }
    }
}

/// Documents with what is paid of each.
async fn views(app: &App, invoices: &[Invoice]) -> Result<Vec<InvoiceView>, ApiError> {
    let mut merchants: Vec<MerchantId> = invoices.iter().map(|one| one.merchant_id).collect();
    merchants.sort_unstable();
    merchants.dedup();
    let mut conn = app.coop.conn().await?;
    let documents = db::invoices::by_merchant(&mut conn, Some(&merchants)).await?;
    let paid = db::invoices::paid(&mut conn, Some(&merchants)).await?;
    let view = |invoice: &Invoice| {
        let known = documents.get(&invoice.merchant_id).map_or(&[][..], Vec::as_slice);
        let paid = paid.get(&invoice.merchant_id).map_or(0, |sums| sums.paid);
        InvoiceView::new(invoice, known, paid)
    };
    Ok(invoices.iter().map(view).collect())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InvoicesIssueIn")]
pub struct IssueIn {
    merchant_id: Option<MerchantId>,
    /// Either a month of the calendar ...
    month: Option<Month>,
    /// ... or from when until before when.
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl IssueIn {
    fn asked(&self) -> Result<Asked, ApiError> {
        match (self.month, self.from, self.to) {
            (Some(month), None, None) => Ok(Asked::Month(month)),
            (None, Some(from), Some(to)) => Ok(Asked::Span { from, to }),
            _ => Err(ApiError::Invalid {
                detail: "say for when: a `month` such as 2026-03, or `from` and `to`".to_owned(),
                pointer: None,
            }),
        }
    }
}

/// `POST /v1/invoices`: issues what merchants are to pay for a period, to one of them or to all.
pub async fn issue_invoices(
    app: Data<App>,
    by: AsTreasurer,
    key: Key,
    body: Body<IssueIn>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&by.0)?;
    let once = key.once(&by.0, "issue_invoices", &body);
    let asked = body.value.asked()?;
    let merchant = body.value.merchant_id;
    let issued = invoices::issue(&app.coop, once.as_ref(), user, merchant, asked).await?;
    let items = views(&app, &issued.value).await?;
    Ok(answered(issued.replayed).json(Page::whole(items)))
}

/// `POST /v1/invoices/preview`: what would be issued now, by the numbers it would have; nothing is.
pub async fn preview_invoices(
    app: Data<App>,
    _by: AsTreasurer,
    body: Body<IssueIn>,
) -> Result<Json<Page<InvoiceView>>, ApiError> {
    let asked = body.value.asked()?;
    let drafts = invoices::preview(&app.coop, body.value.merchant_id, asked).await?;
    Ok(Json(Page::whole(views(&app, &drafts).await?)))
}

#[derive(Deserialize, JsonSchema)]
pub struct OfMerchant {
    merchant_id: Option<MerchantId>,
}

/// `GET /v1/invoices?merchant_id=...`: the newest first.
pub async fn list_invoices(
    app: Data<App>,
    by: AsBilled,
    request: HttpRequest,
) -> Result<Json<Page<InvoiceView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let OfMerchant { merchant_id } = query(&request)?;
    let limit = paging.limit()?;
    let merchant = by.0.only_or(merchant_id)?;
    let before = paging.cursor::<Number>()?;
    let found = db::invoices::list(&mut *app.coop.conn().await?, merchant, before, limit).await?;
    let page = Page::new(found, limit, |invoice: &Invoice| invoice.number);
    let items = views(&app, &page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// A line with what is paid for it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InvoiceLineView")]
pub struct LineView {
    #[serde(flatten)]
    line: Line,
    net: i64,
    gross: i64,
}

impl From<Line> for LineView {
    fn from(line: Line) -> Self {
        Self { net: line.parts.net(), gross: line.parts.gross(), line }
    }
}

/// A document with its lines; their amounts are in minor units of its currency.
#[derive(Serialize, JsonSchema)]
pub struct WholeInvoice {
    #[serde(flatten)]
    invoice: InvoiceView,
    seller: String,
    buyer: String,
    terms: String,
    rates: Vec<RateSum>,
    lines: Vec<LineView>,
}

/// The document that somebody may see.
pub(super) async fn find(app: &App, by: &AsBilled, id: InvoiceId) -> Result<Invoice, ApiError> {
    let found = db::invoices::find(&mut *app.coop.conn().await?, id).await?;
    let own = found.filter(|one| by.0.only().is_none_or(|own| one.merchant_id == own));
    own.ok_or(ApiError::NotFound("invoice"))
}

/// A document, what is paid of it, and its lines.
pub(super) async fn whole(
    app: &App,
    invoice: &Invoice,
) -> Result<(InvoiceView, Vec<Line>), ApiError> {
    let lines = db::invoices::lines(&mut *app.coop.conn().await?, invoice.id).await?;
    let view = views(app, std::slice::from_ref(invoice)).await?.pop();
    Ok((view.ok_or(ApiError::NotFound("invoice"))?, lines))
}

/// `GET /v1/invoices/{id}`
pub async fn show_invoice(
    app: Data<App>,
    by: AsBilled,
    id: PathId<InvoiceId>,
) -> Result<Json<WholeInvoice>, ApiError> {
    let document = find(&app, &by, id.0).await?;
    let (invoice, lines) = whole(&app, &document).await?;
    let Invoice { seller, buyer, terms, .. } = document;
    let rates = by_rate(&lines);
    let lines = lines.into_iter().map(LineView::from).collect();
    Ok(Json(WholeInvoice { invoice, seller, buyer, terms, rates, lines }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditIn {
    /// Minor units before VAT.
    net: i64,
    reason: Note,
}

/// `POST /v1/ledger/entries/{id}/credit`: gives a part of a price back.
pub async fn credit_price(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<EntryId>,
    key: Key,
    body: Body<CreditIn>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&by.0)?;
    let once = key.once(&by.0, &format!("credit_price {}", id.0), &body);
    let CreditIn { net, reason } = body.value;
    let credit = receivables::credit(&app.coop, once.as_ref(), user, id.0, net, reason).await?;
    Ok(created(credit, |credit| credit))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentIn {
    amount: i64,
    currency: Currency,
    /// The bank's.
    day: Day,
    bank_reference: Reference,
}

/// `POST /v1/merchants/{id}/payments`: money has come in. The bank's reference is the key.
pub async fn record_payment(
    app: Data<App>,
    by: AsTreasurer,
    id: PathId<MerchantId>,
    body: Body<PaymentIn>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&by.0)?;
    let PaymentIn { amount, currency, day, bank_reference } = body.value;
    let amount = Money::new(amount, currency);
    let paid = receivables::pay(&app.coop, user, id.0, amount, day, bank_reference).await?;
    Ok(created(paid, |paid| paid))
}

/// What a merchant owes. Amounts are in minor units.
#[derive(Serialize, JsonSchema)]
pub struct ReceivableView {
    merchant_id: MerchantId,
    merchant_name: Name,
    currency: Currency,
    #[serde(flatten)]
    ages: Ages,
    /// Owed by lines that are on no document yet.
    not_invoiced: i64,
}

/// `GET /v1/receivables`: what merchants owe, by how long it has been due; by name.
pub async fn list_receivables(
    app: Data<App>,
    by: AsBilled,
) -> Result<Json<Page<ReceivableView>>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let merchants = match by.0.only() {
        Some(own) => db::merchants::find(&mut conn, own).await?.into_iter().collect(),
        None => db::merchants::list(&mut conn).await?,
    };
    let only = by.0.only().map(|own| [own]);
    let only = only.as_ref().map(|own| &own[..]);
    let mut documents = db::invoices::by_merchant(&mut conn, only).await?;
    let sums: BTreeMap<MerchantId, _> = db::invoices::paid(&mut conn, only).await?;
    let (now, currency) = (app.coop.clock.now(), app.coop.rules.tariff.currency);
    let views = merchants.into_iter().filter_map(|merchant| {
        let sums = sums.get(&merchant.id)?;
        let known = documents.remove(&merchant.id).unwrap_or_default();
        let ages = ages(&known, sums.paid, now);
        Some(ReceivableView {
            merchant_id: merchant.id,
            merchant_name: merchant.name,
            currency,
            not_invoiced: sums.owes - (ages.open - ages.advance),
            ages,
        })
    });
    Ok(Json(Page::whole(views.collect())))
}
