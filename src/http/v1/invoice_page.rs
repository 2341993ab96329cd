//! An invoice for people: a page that prints well, in French or English, and a table for spreadsheets.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::invoices::{InvoiceView, Kind, find, whole};
use super::statements::{CONTENT_SECURITY_POLICY, STYLE, Words, local};
use crate::commands::CommandError;
use crate::db;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{Invoice, Line, LineKind, State, by_rate, total};
use crate::domain::money::Money;
use crate::domain::time::{Seconds, Timestamp};
use crate::exchange::invoice::table;
use crate::http::App;
use crate::http::auth::AsBilled;
use crate::http::body::{PathId, query};
use crate::http::error::ApiError;
use crate::http::sheet;
use crate::http::words::Language;

/// `GET /v1/invoices/{id}/csv`
pub async fn download_invoice(
    app: Data<App>,
    by: AsBilled,
    id: PathId<InvoiceId>,
) -> Result<HttpResponse, ApiError> {
    let invoice = find(&app, &by, id.0).await?;
    let (_, lines) = whole(&app, &invoice).await?;
    let broken = |error: csv::Error| CommandError::Internal(Box::new(error));
    let bytes = table(invoice.number, &lines, invoice.currency).map_err(broken)?;
    let name = format!("attachment; filename=\"{}.csv\"", invoice.number);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    pub(super) lang: Option<String>,
}

/// What stands on the page.
struct Sheet<'a> {
    words: Words,
    invoice: &'a Invoice,
    view: &'a InvoiceView,
    lines: &'a [Line],
    /// The number of the invoice that a credit note is for.
    corrects: Option<String>,
    zone: &'a str,
}

/// `GET /v1/invoices/{id}/html?lang=fr`
pub async fn print_invoice(
    app: Data<App>,
    by: AsBilled,
    id: PathId<InvoiceId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let PageQuery { lang } = query(&request)?;
    let invoice = find(&app, &by, id.0).await?;
    let (view, lines) = whole(&app, &invoice).await?;
    let corrects = match invoice.corrects {
        Some(id) => db::invoices::find(&mut *app.coop.conn().await?, id).await?,
        None => None,
    };
    let invoice = Sheet {
        words: Words(Language::asked(lang.as_deref(), &request)),
        invoice: &invoice,
        view: &view,
        lines: &lines,
        corrects: corrects.map(|corrected| corrected.number.to_string()),
        zone: &app.config.coop.time_zone,
    };
    Ok(sheet::show(StatusCode::OK, &CONTENT_SECURITY_POLICY, invoice.page()))
}

impl Sheet<'_> {
    fn say<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        self.words.say(english, french)
    }

    fn money(&self, amount: i64) -> String {
        Money::new(amount, self.invoice.currency).to_string()
    }

    fn at(&self, at: Timestamp) -> String {
        local(at, self.zone)
    }

    /// The day alone.
    fn day(&self, at: Timestamp) -> String {
        self.at(at).chars().take(10).collect()
    }

    fn title(&self) -> String {
        let what = match self.view.kind {
            Kind::Invoice => self.say("Invoice", "Facture n°"),
            Kind::CreditNote => self.say("Credit note", "Avoir n°"),
        };
        format!("{what} {}", self.invoice.number)
    }

    fn page(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.words.0.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title()) }
                    style { (PreEscaped(STYLE)) }
                }
                body { main {
                    p.address { (self.invoice.seller) }
                    h1 { (self.title()) }
                    p.address { (self.invoice.buyer) }
                    (self.facts())
                    (self.table())
                    (self.rates())
                    (self.split())
                    p.address { (self.invoice.terms) }
                } }
            }
        }
    }

    fn facts(&self) -> Markup {
        // The last day of the period, not the first one after it.
        let last = self.invoice.to - Seconds(1);
        html! {
            p.quiet {
                (self.say("Issued on", "Émise le")) " " (self.day(self.invoice.issued_at)) ". "
                @if let Some(from) = self.invoice.from {
                    (self.say("For deliveries from", "Livraisons du")) " " (self.day(from)) " "
                    (self.say("to", "au")) " " (self.day(last)) ". "
                }
                @if let Some(corrected) = &self.corrects {
                    (self.say("For invoice", "Pour la facture n°")) " " (corrected) ". "
                }
            }
            @match self.view.state {
                State::Issued | State::PartPaid => p {
                    (self.say("To be paid:", "Reste à payer :")) " " (self.view.open) ", "
                    (self.say("by", "au plus tard le")) " " (self.day(self.invoice.due_at))
                },
                State::Paid => p { (self.say("Paid.", "Acquittée.")) },
                State::Credit => {},
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            table {
                thead { tr {
                    th { "#" }
                    th { (self.say("When", "Quand")) }
                    th { (self.say("What for", "Pour quoi")) }
                    th.amount { (self.say("Before VAT", "HT")) }
                    th.amount { (self.say("VAT", "TVA")) }
                    th.amount { (self.say("With VAT", "TTC")) }
                } }
                tbody {
                    @for (position, line) in (1..).zip(self.lines) {
                        tr {
                            td { (i64::to_string(&position)) }
                            td { (self.at(line.at)) }
                            td {
                                (self.kind(line.kind))
                                @if let Some(delivery) = line.delivery_id { p.how { (delivery) } }
                            }
                            td.amount { (self.money(line.parts.net())) }
                            td.amount { (self.money(line.parts.vat)) }
                            td.amount { (self.money(line.parts.gross())) }
                        }
                    }
                }
                tfoot { tr {
                    td {} td {} td { (self.say("Total", "Total")) }
                    td.amount { (self.money(self.invoice.net)) }
                    td.amount { (self.money(self.invoice.vat)) }
                    td.amount { (self.money(self.invoice.gross())) }
                } }
            }
        }
    }

    fn kind<'a>(&self, kind: LineKind) -> &'a str {
        match kind {
            LineKind::Price => self.say("Delivery", "Livraison"),
            LineKind::ReturnPrice => self.say("Way back to you", "Retour chez vous"),
            LineKind::Tip => self.say(
                "Tip, passed on to the courier as a whole",
                "Pourboire, reversé en entier au coursier",
            ),
            LineKind::Credit => self.say("Reduction", "Remise"),
            LineKind::Reversal => self.say("Taken back", "Annulation"),
        }
    }

    fn rates(&self) -> Markup {
        html! {
            table {
                thead { tr {
                    th { (self.say("VAT rate", "Taux de TVA")) }
                    th.amount { (self.say("Before VAT", "HT")) }
                    th.amount { (self.say("VAT", "TVA")) }
                    th.amount { (self.say("With VAT", "TTC")) }
                } }
                tbody {
                    @for rate in by_rate(self.lines) {
                        tr {
                            td { (percent(rate.vat_basis_points)) }
                            td.amount { (self.money(rate.net)) }
                            td.amount { (self.money(rate.parts.vat)) }
                            td.amount { (self.money(rate.gross)) }
                        }
                    }
                }
            }
        }
    }

    /// Who has which part of what is paid.
    fn split(&self) -> Markup {
        let parts = total(self.lines);
        html! {
            p.quiet { (self.say("Of the price before VAT:", "Du prix hors taxe :")) }
            table {
                tr { td { (self.say("Couriers", "Coursiers")) }
                     td.amount { (self.money(parts.couriers)) } }
                tr { td { (self.say("Co-operative", "Coopérative")) }
                     td.amount { (self.money(parts.coop)) } }
                tr { td { (self.say("Mutual fund", "Fonds de solidarité")) }
                     td.amount { (self.money(parts.mutual_fund)) } }
            }
        }
    }
}

/// `20 %`, `5.5 %`.
fn percent(basis_points: i64) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match rest {
        0 => format!("{whole} %"),
        rest if rest % 10 == 0 => format!("{whole}.{} %", rest / 10),
        rest => format!("{whole}.{rest:02} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_without_idle_digits() {
        assert_eq!([2000, 550, 1005, 0].map(percent), ["20 %", "5.5 %", "10.05 %", "0 %"]);
    }
}
