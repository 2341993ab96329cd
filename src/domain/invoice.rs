//! What a merchant is asked to pay for a period: invoices and credit notes, made of the lines of the
//! merchant's account, and what has been paid of them. Amounts are what the merchant owes: positive
//! on an invoice, negative on a credit note.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::ids::{DeliveryId, EntryId, InvoiceId, MerchantId};
use super::ledger::Detail;
use super::money::Currency;
use super::split::Parts;
use super::time::Timestamp;

/// Most lines of one document; what is more stands on the next one.
pub const LINES_MAX: usize = 5_000;
const DAY_S: i64 = 86_400;

/// `2026-00007`: counted from 1 in each year, without a gap, over invoices and credit notes alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Number {
    pub year: i16,
    pub number: i32,
}

/// The text is no number of a document.
#[derive(Debug, thiserror::Error)]
#[error("a document's number is written like 2026-00007")]
pub struct NotANumber;

impl FromStr for Number {
    type Err = NotANumber;
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (year, number) = text.split_once('-').ok_or(NotANumber)?;
        let year = year.parse().map_err(|_| NotANumber)?;
        let number = number.parse().map_err(|_| NotANumber)?;
        Ok(Self { year, number })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:05}", self.year, self.number)
    }
}

/// A month of the calendar, written `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])$"))]
pub struct Month(Date);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a month such as 2026-03")]
pub struct NotAMonth(String);

impl TryFrom<String> for Month {
    type Error = NotAMonth;
    fn try_from(text: String) -> Result<Self, NotAMonth> {
        let first = format!("{text}-01").parse::<Date>().ok();
        let first = first.filter(|day| (1970..9999).contains(&day.year()));
        match first.map(Self) {
            Some(month) if String::from(month) == text => Ok(month),
            _ => Err(NotAMonth(text.chars().take(20).collect())),
        }
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        format!("{:04}-{:02}", month.0.year(), month.0.month())
    }
}

impl Month {
    /// When it begins on the walls of the zone.
    pub fn start(self, zone: &TimeZone) -> Option<Timestamp> {
        Day::from(self.0).start(zone)
    }

    /// When it ends there; `None` beyond the calendar.
    pub fn end(self, zone: &TimeZone) -> Option<Timestamp> {
        Day::from(self.0.last_of_month()).plus(1).start(zone)
    }
}

/// The calendar's year that it is then, where the zone is.
pub fn year_of(at: Timestamp, zone: &TimeZone) -> i16 {
    let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    instant.to_zoned(zone.clone()).year()
}

/// A line of a document: an entry of the merchant's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceLine")]
pub struct Line {
    pub entry_id: EntryId,
    pub kind: LineKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    pub at: Timestamp,
    pub vat_basis_points: i64,
    #[serde(flatten)]
    pub parts: Parts,
}

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "InvoiceLineKind")]
pub enum LineKind {
    Price,
    /// For goods that were brought back.
    ReturnPrice,
    /// Given by a customer and taken in by the merchant; the courier has all of it.
    Tip,
    /// Given back of a price.
    Credit,
    /// Something booked before, taken back.
    Reversal,
}

impl LineKind {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::ReturnPrice => "return_price",
            Self::Tip => "tip",
            Self::Credit => "credit",
            Self::Reversal => "reversal",
        }
    }
}

/// What an entry means to the merchant: `amount` is what the merchant's account gained by it. `None`:
/// it stands on no document.
pub fn charged(detail: &Detail, amount: i64) -> Option<Charged> {
    let whole = |parts| Charged { vat_basis_points: 0, parts };
    match detail {
        Detail::Price { split: Some(split), .. } | Detail::Credit { split, .. } => {
            Some(Charged { vat_basis_points: split.vat_basis_points, parts: split.parts() })
        }
        Detail::ReturnPrice { price, percent, .. } => {
            let parts = price.share(*percent).parts();
            Some(Charged { vat_basis_points: price.vat_basis_points, parts })
        }
        Detail::Price { split: None, .. } => {
            Some(whole(Parts { coop: -amount, ..Parts::default() }))
        }
        Detail::Tip { .. } => Some(whole(Parts { couriers: -amount, ..Parts::default() })),
        Detail::Piece { .. }
        | Detail::Return { .. }
        | Detail::Guarantee { .. }
        | Detail::Expense { .. }
        | Detail::Correction { .. }
        | Detail::Reversal { .. }
        | Detail::Payment { .. }
        | Detail::Payout { .. }
        | Detail::Surplus { .. } => None,
    }
}

/// The tax rate and the parts of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    pub vat_basis_points: i64,
    pub parts: Parts,
}

impl Charged {
    /// The same the other way round.
    pub const fn back(self) -> Self {
        let Parts { vat, couriers, coop, mutual_fund } = self.parts;
        let parts =
            Parts { vat: -vat, couriers: -couriers, coop: -coop, mutual_fund: -mutual_fund };
        Self { parts, ..self }
    }
}

/// A line that is on no document yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub line: Line,
    /// The entry that it takes back or gives something back of, and the document which that is on.
    pub about: Option<(EntryId, Option<InvoiceId>)>,
}

/// A document to be: its lines in their order, and what it corrects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub corrects: Option<InvoiceId>,
    pub lines: Vec<Line>,
}

/// Parts open lines into documents. What gives something back of a document that has been issued goes
/// onto a credit note for that document; everything else goes onto an invoice. What gives something
/// back of a line that is on no document waits until that one is.
pub fn draw_up(open: Vec<Open>) -> Vec<Draft> {
    let here: BTreeSet<EntryId> = open.iter().map(|open| open.line.entry_id).collect();
    let mut invoice = Vec::new();
    let mut notes: BTreeMap<InvoiceId, Vec<Line>> = BTreeMap::new();
    for Open { line, about } in open {
        match about {
            Some((_, Some(document))) if line.parts.gross() < 0 => {
                notes.entry(document).or_default().push(line);
            }
            Some((entry, None)) if !here.contains(&entry) => {}
            _ => invoice.push(line),
        }
    }
    let draft = |corrects, lines: &[Line]| Draft { corrects, lines: lines.to_vec() };
    let invoices = invoice.chunks(LINES_MAX).map(|lines| draft(None, lines));
    let notes = notes.iter().flat_map(|(document, lines)| {
        lines.chunks(LINES_MAX).map(|lines| draft(Some(*document), lines))
    });
    invoices.chain(notes).collect()
}

/// An invoice or a credit note as it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub id: InvoiceId,
    pub number: Number,
    pub merchant_id: MerchantId,
    /// It is a credit note for this invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<InvoiceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    pub to: Timestamp,
    pub issued_at: Timestamp,
    pub due_at: Timestamp,
    pub currency: Currency,
    /// Name and address of both, and what it says below: as they were on that day.
    pub seller: String,
    pub buyer: String,
    pub terms: String,
    pub lines: i32,
    pub net: i64,
    pub vat: i64,
}

impl Invoice {
    pub const fn gross(&self) -> i64 {
        self.net + self.vat
    }
}

/// What the lines of one tax rate sum to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RateSum {
    pub vat_basis_points: i64,
    pub net: i64,
    #[serde(flatten)]
    pub parts: Parts,
    pub gross: i64,
}

/// The sums of lines by rate, the lowest rate first.
pub fn by_rate(lines: &[Line]) -> Vec<RateSum> {
    let mut sums: BTreeMap<i64, Parts> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.vat_basis_points).or_default();
        *sum = plus(*sum, line.parts);
    }
    let rate = |(vat_basis_points, parts): (i64, Parts)| RateSum {
        vat_basis_points,
        net: parts.net(),
        parts,
        gross: parts.gross(),
    };
    sums.into_iter().map(rate).collect()
}

/// The sum of all lines.
pub fn total(lines: &[Line]) -> Parts {
    lines.iter().fold(Parts::default(), |sum, line| plus(sum, line.parts))
}

const fn plus(one: Parts, other: Parts) -> Parts {
    Parts {
        vat: one.vat + other.vat,
        couriers: one.couriers + other.couriers,
        coop: one.coop + other.coop,
        mutual_fund: one.mutual_fund + other.mutual_fund,
    }
}

/// Whether an invoice is paid. Reckoned from the books each time, never kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "InvoiceState")]
pub enum State {
    Issued,
    PartPaid,
    Paid,
    /// A credit note: there is nothing to pay.
    Credit,
}

/// A document and what is still to be paid of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    pub state: State,
    pub open: i64,
}

/// A merchant's documents with what is open of each, and what was paid beyond all of them.
///
/// `documents` stand in the order of their numbers; `paid` is the sum of all payments. A credit note
/// counts for the invoice that it corrects; what is more than that, and every payment, goes to the oldest
/// invoice that is not paid.
pub fn settle(documents: &[Invoice], paid: i64) -> (Vec<Settled>, i64) {
    let mut open: Vec<i64> = documents.iter().map(|document| document.gross().max(0)).collect();
    let index: BTreeMap<InvoiceId, usize> =
        documents.iter().enumerate().map(|(index, document)| (document.id, index)).collect();
    let mut purse = paid;
    for document in documents.iter().filter(|document| document.gross() < 0) {
        let credit = -document.gross();
        let target = document.corrects.and_then(|id| index.get(&id));
        let used = target.map_or(0, |&target| open[target].min(credit));
        if let Some(&target) = target {
            open[target] -= used;
        }
        purse += credit - used;
    }
    for left in &mut open {
        let used = purse.clamp(0, *left);
        *left -= used;
        purse -= used;
    }
    let settled = documents.iter().zip(open).map(|(document, open)| {
        let state = match document.gross() {
            gross if gross < 0 => State::Credit,
            gross if open == gross && gross > 0 => State::Issued,
            _ if open > 0 => State::PartPaid,
            _ => State::Paid,
        };
        Settled { state, open }
    });
    (settled.collect(), purse)
}

/// What a merchant owes, by how long it has been due, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ages {
    pub not_due: i64,
    pub days_1_to_30: i64,
    pub days_31_to_60: i64,
    pub days_61_to_90: i64,
    pub days_over_90: i64,
    /// Sum of these.
    pub open: i64,
    /// Paid or credited beyond all invoices.
    pub advance: i64,
}

/// Sorts what is open by age. The day on which it is due still counts as not due.
pub fn ages(documents: &[Invoice], paid: i64, now: Timestamp) -> Ages {
    let (settled, advance) = settle(documents, paid);
    let mut ages = Ages { advance, ..Ages::default() };
    for (document, Settled { open, .. }) in documents.iter().zip(settled) {
        let late_s = now.since(document.due_at).0;
        let age = match late_s.div_euclid(DAY_S) {
            ..0 => &mut ages.not_due,
            0..30 => &mut ages.days_1_to_30,
            30..60 => &mut ages.days_31_to_60,
            60..90 => &mut ages.days_61_to_90,
            90.. => &mut ages.days_over_90,
        };
        *age += open;
        ages.open += open;
    }
    ages
}

#[cfg(test)]
#[path = "invoice_tests.rs"]
mod tests;
