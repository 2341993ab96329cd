//! Invoices with their lines, and what of the merchants' accounts is on none yet.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{invoice_lines, invoices};
use super::{Conn, corrupt, from_word};
use crate::domain::ids::{DeliveryId, EntryId, InvoiceId, MerchantId, UserId};
use crate::domain::invoice::{Charged, Invoice, LINES_MAX, Line, LineKind, Number, Open, charged};
use crate::domain::ledger::{Account, Detail};
use crate::domain::split::Parts;
use crate::domain::time::Timestamp;

/// Any number will do as long as nothing else uses it.
const BILLING_LOCK: i64 = 4_242_010;
/// Most merchants for whom one run draws up invoices; the next run goes on with others.
const MERCHANTS_MAX: i64 = 2_000;
/// Most lines of one merchant that one run looks at.
const OPEN_MAX: i64 = 50_000;
/// Most documents that are looked at to say what is paid.
const DOCUMENTS_MAX: i64 = 100_000;
/// Lines written by one statement: they have eleven columns, and there are 65,535 places.
const CHUNK: usize = 1_000;

/// Holds off others who draw up invoices or record payments until the end of the transaction.
pub async fn lock(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(BILLING_LOCK)
        .execute(conn)
        .await
        .map(drop)
}

/// The number that comes next in a year.
pub async fn next_number(conn: &mut Conn, year: i16) -> QueryResult<i32> {
    let last: Option<i32> = invoices::table
        .filter(invoices::year.eq(year))
        .select(diesel::dsl::max(invoices::number))
        .first(conn)
        .await?;
    Ok(last.unwrap_or(0) + 1)
}

/// Which lines a run looks at: those that happened before `to`, and not before `from`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Option<Timestamp>,
    pub to: Timestamp,
}

/// Merchants with lines in the span that are on no document, by id.
pub async fn merchants_with_open_lines(
    conn: &mut Conn,
    span: Span,
) -> QueryResult<Vec<MerchantId>> {
    #[derive(QueryableByName)]
    struct Owner {
        #[diesel(sql_type = SqlUuid)]
        owner_id: MerchantId,
    }
    let rows: Vec<Owner> = diesel::sql_query(
        "SELECT a.owner_id FROM ledger_accounts a
         WHERE a.kind = 'merchant_receivable' AND EXISTS
             (SELECT FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
              WHERE p.account_id = a.id AND e.kind IN ('price', 'return_price', 'tip', 'credit', 'reversal')
                  AND e.occurred_at < $2 AND ($1 IS NULL OR e.occurred_at >= $1)
                  AND NOT EXISTS (SELECT FROM invoice_lines l WHERE l.entry_id = e.id))
         ORDER BY a.owner_id LIMIT $3",
    )
    .bind::<Nullable<Timestamptz>, _>(span.from)
    .bind::<Timestamptz, _>(span.to)
    .bind::<BigInt, _>(MERCHANTS_MAX)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.owner_id).collect())
}

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = SqlUuid)]
    id: EntryId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = Jsonb)]
    detail: Value,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    about: Option<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    about_detail: Option<Value>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    document: Option<Uuid>,
}

impl OpenRow {
    /// `None` of what no document shows, such as a payment that was taken back.
    fn read(self) -> QueryResult<Option<Open>> {
        let detail: Detail = serde_json::from_value(self.detail).map_err(corrupt)?;
        let about: Option<Detail> =
            self.about_detail.map(serde_json::from_value).transpose().map_err(corrupt)?;
        let charge = match (&detail, &about) {
            (Detail::Reversal { .. }, Some(taken)) => {
                charged(taken, -self.amount).map(Charged::back)
            }
            (detail, _) => charged(detail, self.amount),
        };
        let Some(charge) = charge else { return Ok(None) };
        let delivery_id = detail.delivery().or(about.as_ref().and_then(Detail::delivery));
        let line = Line {
            entry_id: self.id,
            kind: from_word(self.kind)?,
            delivery_id,
            at: self.occurred_at,
            vat_basis_points: charge.vat_basis_points,
            parts: charge.parts,
        };
        let document = self.document.map(InvoiceId::from_uuid);
        let about = self.about.map(|about| (EntryId::from_uuid(about), document));
        Ok(Some(Open { line, about }))
    }
}

/// A merchant's lines in the span that are on no document, in the order in which they happened.
pub async fn open_lines(
    conn: &mut Conn,
    merchant: MerchantId,
    span: Span,
) -> QueryResult<Vec<Open>> {
    let rows: Vec<OpenRow> = diesel::sql_query(
        "SELECT e.id, e.kind, e.occurred_at, p.amount, e.detail, o.id AS about,
                o.detail AS about_detail, known.invoice_id AS document
         FROM ledger_accounts a JOIN ledger_postings p ON p.account_id = a.id
         JOIN ledger_entries e ON e.id = p.entry_id
         LEFT JOIN ledger_credits c ON c.entry_id = e.id
         LEFT JOIN ledger_entries o ON o.id = coalesce(e.reverses, c.of)
         LEFT JOIN invoice_lines known ON known.entry_id = o.id
         WHERE a.code = $1 AND e.kind IN ('price', 'return_price', 'tip', 'credit', 'reversal')
             AND e.occurred_at < $3 AND ($2 IS NULL OR e.occurred_at >= $2)
             AND NOT EXISTS (SELECT FROM invoice_lines l WHERE l.entry_id = e.id)
         ORDER BY e.occurred_at, e.id LIMIT $4",
    )
    .bind::<Text, _>(Account::MerchantReceivable(merchant).code())
    .bind::<Nullable<Timestamptz>, _>(span.from)
    .bind::<Timestamptz, _>(span.to)
    .bind::<BigInt, _>(OPEN_MAX)
    .load(conn)
    .await?;
    rows.into_iter().filter_map(|row| row.read().transpose()).collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invoices)]
struct Row {
    id: InvoiceId,
    year: i16,
    number: i32,
    merchant_id: MerchantId,
    corrects: Option<InvoiceId>,
    period_from: Option<Timestamp>,
    period_to: Timestamp,
    issued_at: Timestamp,
    issued_by: UserId,
    due_at: Timestamp,
    currency: String,
    seller: String,
    buyer: String,
    terms: String,
    lines: i32,
    net: i64,
    vat: i64,
}

impl Row {
    fn read(self) -> QueryResult<Invoice> {
        Ok(Invoice {
            id: self.id,
            number: Number { year: self.year, number: self.number },
            merchant_id: self.merchant_id,
            corrects: self.corrects,
            from: self.period_from,
            to: self.period_to,
            issued_at: self.issued_at,
            due_at: self.due_at,
            currency: self.currency.parse().map_err(corrupt)?,
            seller: self.seller,
            buyer: self.buyer,
            terms: self.terms,
            lines: self.lines,
            net: self.net,
            vat: self.vat,
        })
    }
}

/// Issues a document with its lines. Postgres refuses any number but the next one, a line that is on
/// a document already, and sums that are not those of the lines.
pub async fn insert(
    conn: &mut Conn,
    invoice: &Invoice,
    by: UserId,
    lines: &[Line],
) -> QueryResult<()> {
    let row = Row {
        id: invoice.id,
        year: invoice.number.year,
        number: invoice.number.number,
        merchant_id: invoice.merchant_id,
        corrects: invoice.corrects,
        period_from: invoice.from,
        period_to: invoice.to,
        issued_at: invoice.issued_at,
        issued_by: by,
        due_at: invoice.due_at,
        currency: invoice.currency.to_string(),
        seller: invoice.seller.clone(),
        buyer: invoice.buyer.clone(),
        terms: invoice.terms.clone(),
        lines: invoice.lines,
        net: invoice.net,
        vat: invoice.vat,
    };
    diesel::insert_into(invoices::table).values(row).execute(conn).await?;
    let rows: Vec<LineRow> =
        (1..).zip(lines).map(|(position, line)| LineRow::new(invoice.id, position, line)).collect();
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(invoice_lines::table).values(chunk).execute(conn).await?;
    }
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invoice_lines)]
struct LineRow {
    invoice_id: InvoiceId,
    position: i32,
    entry_id: EntryId,
    kind: String,
    delivery_id: Option<DeliveryId>,
    occurred_at: Timestamp,
    vat_basis_points: i64,
    vat: i64,
    couriers: i64,
    coop: i64,
    mutual_fund: i64,
}

impl LineRow {
    fn new(invoice_id: InvoiceId, position: i32, line: &Line) -> Self {
        let Parts { vat, couriers, coop, mutual_fund } = line.parts;
        Self {
            invoice_id,
            position,
            entry_id: line.entry_id,
            kind: line.kind.name().to_owned(),
            delivery_id: line.delivery_id,
            occurred_at: line.at,
            vat_basis_points: line.vat_basis_points,
            vat,
            couriers,
            coop,
            mutual_fund,
        }
    }

    fn read(self) -> QueryResult<Line> {
        let Self { vat, couriers, coop, mutual_fund, .. } = self;
        Ok(Line {
            entry_id: self.entry_id,
            kind: from_word::<LineKind>(self.kind)?,
            delivery_id: self.delivery_id,
            at: self.occurred_at,
            vat_basis_points: self.vat_basis_points,
            parts: Parts { vat, couriers, coop, mutual_fund },
        })
    }
}

pub async fn find(conn: &mut Conn, id: InvoiceId) -> QueryResult<Option<Invoice>> {
    let row: Option<Row> =
        invoices::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// The lines of a document, in its order.
pub async fn lines(conn: &mut Conn, id: InvoiceId) -> QueryResult<Vec<Line>> {
    let limit = i64::try_from(LINES_MAX).unwrap_or(i64::MAX);
    let rows: Vec<LineRow> = invoice_lines::table
        .filter(invoice_lines::invoice_id.eq(id))
        .order(invoice_lines::position.asc())
        .limit(limit)
        .select(LineRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(LineRow::read).collect()
}

/// Documents of one merchant or of all, the newest first, from before a number on.
pub async fn list(
    conn: &mut Conn,
    merchant: Option<MerchantId>,
    before: Option<Number>,
    limit: i64,
) -> QueryResult<Vec<Invoice>> {
    let mut query = invoices::table.into_boxed();
    if let Some(merchant) = merchant {
        query = query.filter(invoices::merchant_id.eq(merchant));
    }
    if let Some(Number { year, number }) = before {
        let same_year = invoices::year.eq(year).and(invoices::number.lt(number));
        query = query.filter(invoices::year.lt(year).or(same_year));
    }
    let rows: Vec<Row> = query
        .order((invoices::year.desc(), invoices::number.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Everything that was issued to some merchants or, without any named, to all: each merchant's
/// documents in the order of their numbers.
pub async fn by_merchant(
    conn: &mut Conn,
    only: Option<&[MerchantId]>,
) -> QueryResult<BTreeMap<MerchantId, Vec<Invoice>>> {
    let mut query = invoices::table.into_boxed();
    if let Some(only) = only {
        query = query.filter(invoices::merchant_id.eq_any(only.to_vec()));
    }
    let rows: Vec<Row> = query
        .order((invoices::year.asc(), invoices::number.asc()))
        .limit(DOCUMENTS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let mut documents: BTreeMap<MerchantId, Vec<Invoice>> = BTreeMap::new();
    for row in rows {
        documents.entry(row.merchant_id).or_default().push(row.read()?);
    }
    Ok(documents)
}

/// What a merchant's account says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// The sum of all payments that were not taken back.
    pub paid: i64,
    /// What the merchant owes by all lines, on documents or not, without what was paid.
    pub owes: i64,
}

/// The same of some merchants, or of all who have an account.
pub async fn paid(
    conn: &mut Conn,
    only: Option<&[MerchantId]>,
) -> QueryResult<BTreeMap<MerchantId, Paid>> {
    #[derive(QueryableByName)]
    struct Sums {
        #[diesel(sql_type = SqlUuid)]
        owner_id: MerchantId,
        #[diesel(sql_type = BigInt)]
        paid: i64,
        #[diesel(sql_type = BigInt)]
        owes: i64,
    }
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let rows: Vec<Sums> = diesel::sql_query(
        "SELECT a.owner_id, -a.balance AS owes, coalesce((SELECT sum(p.amount)
                 FROM ledger_entries e JOIN ledger_postings p
                     ON p.entry_id = e.id AND p.account_id = a.id
                 WHERE e.id IN (SELECT y.entry_id FROM payments y WHERE y.merchant_id = a.owner_id)
                     AND NOT EXISTS (SELECT FROM ledger_entries r WHERE r.reverses = e.id)
             ), 0)::bigint AS paid
         FROM ledger_accounts a
         WHERE a.kind = 'merchant_receivable' AND ($1 IS NULL OR a.owner_id = ANY ($1))
         ORDER BY a.owner_id LIMIT $2",
    )
    .bind::<Nullable<Array<SqlUuid>>, _>(only)
    .bind::<BigInt, _>(DOCUMENTS_MAX)
    .load(conn)
    .await?;
    let sums = |row: Sums| (row.owner_id, Paid { paid: row.paid, owes: row.owes });
    Ok(rows.into_iter().map(sums).collect())
}
