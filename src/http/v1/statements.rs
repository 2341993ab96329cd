//! A courier's statement for people: a page that prints well, and a table for spreadsheets. What can
//! be verified is the bundle, at `/v1/me/statement`.

use std::sync::LazyLock;

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::me::Purse;
use crate::commands::CommandError;
use crate::db;
use crate::db::ledger::audit::AccountRow;
use crate::db::ledger::{Line, Span};
use crate::domain::expense::Category;
use crate::domain::ids::CourierId;
use crate::domain::ledger::Detail;
use crate::domain::ledger::audit::Tariffs;
use crate::domain::ledger::statement::LINES_MAX;
use crate::domain::money::{Currency, Money};
use crate::domain::pay::{GuaranteeInputs, Outcome, PartKind, PayPart, PieceInputs, Tariff};
use crate::domain::surplus::{Measure, Part, Share, Terms};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::exchange::statement::{Row, table};
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::query;
use crate::http::error::ApiError;
use crate::http::sheet;
use crate::http::words::Language;

/// The style of pages that are printed.
pub(in crate::http) const STYLE: &str = include_str!("../statement.css");

/// Nothing but the style of pages that are printed.
pub(super) static CONTENT_SECURITY_POLICY: LazyLock<String> =
    LazyLock::new(|| sheet::policy(STYLE));

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodQuery {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    #[serde(default)]
    account: Purse,
    lang: Option<String>,
}

/// What happened on an account in a period.
struct Period {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    currency: Currency,
    /// What the account had before.
    opening: i64,
    /// In the order in which they were booked, each with what the account had after it by then.
    rows: Vec<Row>,
    head: Option<AccountRow>,
    tariffs: Tariffs,
    name: Option<Name>,
}

impl Period {
    /// # Errors
    /// 422 `too-long` when it has more lines than a statement may have.
    async fn look(app: &App, courier: CourierId, asked: &PeriodQuery) -> Result<Self, ApiError> {
        let mut conn = app.coop.conn().await?;
        let account = asked.account.account(courier);
        let limit = i64::try_from(LINES_MAX).unwrap_or(i64::MAX - 1) + 1;
        let (from, to) = (asked.from, asked.to);
        let span = Span { from, to, before_seq: None };
        let mut lines = db::ledger::lines(&mut conn, account, span, limit).await?;
        if lines.len() > LINES_MAX {
            return Err(CommandError::TooLong.into());
        }
        lines.reverse();
        let before = Span { from: None, to: from, before_seq: None };
        let opening = match from {
            Some(_) => db::ledger::total(&mut conn, account, before).await?,
            None => 0,
        };
        let head = db::ledger::audit::find_account(&mut conn, &account.code()).await?;
        let mut balance = opening;
        let row = |line: Line| {
            balance += line.amount;
            Row {
                seq: line.seq,
                entry: line.entry_id,
                kind: line.kind,
                occurred_at: line.occurred_at,
                recorded_at: line.recorded_at,
                amount: line.amount,
                balance,
                detail: line.detail,
            }
        };
        Ok(Self {
            from,
            to,
            currency: app.coop.rules.tariff.currency,
            opening,
            rows: lines.into_iter().map(row).collect(),
            head,
            tariffs: db::ledger::checkpoints::tariffs(&mut conn).await?,
            name: db::couriers::find(&mut conn, courier).await?.map(|courier| courier.name),
        })
    }

    fn closing(&self) -> i64 {
        self.rows.last().map_or(self.opening, |row| row.balance)
    }

    fn money(&self, amount: i64) -> String {
        Money::new(amount, self.currency).to_string()
    }
}

/// `GET /v1/me/statement.csv`: each line with its amounts and what it is reckoned from.
pub async fn download_statement(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let period = Period::look(&app, by.0, &query(&request)?).await?;
    let broken = |error: csv::Error| CommandError::Internal(Box::new(error));
    let bytes = table(&period.rows, period.currency).map_err(broken)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"statement.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

/// `GET /v1/me/statement.html`: the same to read and to print, in French or English.
pub async fn print_statement(
    app: Data<App>,
    by: AsCourier,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let asked: PeriodQuery = query(&request)?;
    let language = Language::asked(asked.lang.as_deref(), &request);
    let period = Period::look(&app, by.0, &asked).await?;
    let key = app.notary.key().to_string();
    let page = page(&Words(language), &period, &app.config.coop.time_zone, &key);
    Ok(sheet::show(StatusCode::OK, &CONTENT_SECURITY_POLICY, page))
}

fn page(words: &Words, period: &Period, zone: &str, key: &str) -> Markup {
    let at = |at: Timestamp| local(at, zone);
    html! {
        (DOCTYPE)
        html lang=(words.0.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words.say("Pay statement", "Relevé de rémunération")) }
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                h1 { (words.say("Pay statement", "Relevé de rémunération")) }
                @if let Some(name) = &period.name { p { (name) } }
                p.quiet {
                    @if let Some(from) = period.from { (words.say("from", "du")) " " (at(from)) " " }
                    @if let Some(to) = period.to { (words.say("to", "au")) " " (at(to)) }
                }
                (lines(words, period, &at))
                (sums(words, period))
                (proof(words, period, key))
            } }
        }
    }
}

fn lines(words: &Words, period: &Period, at: &dyn Fn(Timestamp) -> String) -> Markup {
    html! {
        table {
            thead { tr {
                th { "#" }
                th { (words.say("When", "Quand")) }
                th { (words.say("What for", "Pour quoi")) }
                th.amount { (words.say("Amount", "Montant")) }
                th.amount { (words.say("Balance", "Solde")) }
            } }
            tbody {
                tr {
                    td {} td {} td { (words.say("Before", "Avant")) } td {}
                    td.amount { (period.money(period.opening)) }
                }
                @for row in &period.rows {
                    tr {
                        td { (row.seq) }
                        td { (at(row.occurred_at)) }
                        td {
                            (words.kind(&row.kind))
                            @if let Ok(detail) = Detail::deserialize(&row.detail) {
                                p.how { (words.how(&detail, period)) }
                            }
                        }
                        td.amount { (period.money(row.amount)) }
                        td.amount { (period.money(row.balance)) }
                    }
                }
            }
            tfoot { tr {
                td {} td {} td { (words.say("After", "Après")) }
                td.amount { (period.money(period.closing() - period.opening)) }
                td.amount { (period.money(period.closing())) }
            } }
        }
    }
}

/// What each kind of line comes to.
fn sums(words: &Words, period: &Period) -> Markup {
    let mut sums = std::collections::BTreeMap::<&str, i64>::new();
    for row in &period.rows {
        *sums.entry(&row.kind).or_default() += row.amount;
    }
    html! {
        @if !sums.is_empty() {
            table {
                @for (kind, sum) in &sums {
                    tr { td { (words.kind(kind)) } td.amount { (period.money(*sum)) } }
                }
            }
        }
    }
}

fn proof(words: &Words, period: &Period, key: &str) -> Markup {
    html! {
        @if let Some(account) = &period.head {
            p.quiet {
                (words.say(
                    "Keep this: the number and the hash of the account's last line. With it, and with \
                     the key, `paceline verify` finds any change of the past.",
                    "À garder : le numéro et l’empreinte de la dernière ligne du compte. Avec la clé, \
                     `paceline verify` retrouve toute modification du passé.",
                ))
            }
            p { code { (account.head.seq) ":" (account.head.hash) } }
            p { code { (words.say("key", "clé")) " " (key) } }
        }
    }
}

/// Day and minute on the co-op's walls.
pub(super) fn local(at: Timestamp, zone: &str) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.millis());
    let here = instant.and_then(|instant| instant.in_tz(zone));
    here.map_or_else(|_| at.to_string(), |here| here.strftime("%Y-%m-%d %H:%M").to_string())
}

/// The words of one language.
pub(super) struct Words(pub(super) Language);

impl Words {
    pub(super) const fn say<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        match self.0 {
            Language::English => english,
            Language::French => french,
        }
    }

    fn kind<'a>(&self, kind: &'a str) -> &'a str {
        match kind {
            "piece" => self.say("Delivery", "Livraison"),
            "return" => self.say("Way back to the sender", "Retour à l’expéditeur"),
            "guarantee" => self.say("Top-up to the guarantee", "Complément au minimum garanti"),
            "expense" => self.say("What you laid out", "Frais remboursés"),
            "tip" => self.say("Tip", "Pourboire"),
            "correction" => self.say("Delivery, corrected", "Livraison, corrigée"),
            "surplus" => self.say("Your part of the year's surplus", "Votre ristourne de l’année"),
            "reversal" => self.say("Taken back", "Annulation d’une ligne"),
            "payout" => {
                self.say("Paid to your bank account", "Versement sur votre compte bancaire")
            }
            other => other,
        }
    }

    const fn category(&self, category: Category) -> &'static str {
        match category {
            Category::Repair => self.say("repair", "réparation"),
            Category::Equipment => self.say("equipment", "équipement"),
            Category::Phone => self.say("telephone", "téléphone"),
            Category::Parking => self.say("parking", "stationnement"),
            Category::Travel => self.say("travel", "déplacement"),
            Category::Other => self.say("other", "autre"),
        }
    }

    /// Out of what a line's amount is made.
    fn how(&self, detail: &Detail, period: &Period) -> String {
        let tariff = detail.tariff().and_then(|named| period.tariffs.get(named));
        match (detail, tariff) {
            (
                Detail::Piece { inputs, .. }
                | Detail::Return { inputs, .. }
                | Detail::Correction { inputs, .. },
                Some(tariff),
            ) => self.piece(inputs, tariff),
            (Detail::Guarantee { inputs, .. }, Some(tariff)) => self.guarantee(inputs, tariff),
            (Detail::Payout { run_id, .. }, _) => {
                format!("{} {run_id}", self.say("pay run", "virement groupé"))
            }
            (Detail::Expense { category, day, .. }, _) => {
                format!("{}, {day}", self.category(*category))
            }
            (Detail::Surplus { terms, part: Part::Refund(share) }, _) => {
                self.refund(terms, share, period)
            }
            _ => String::new(),
        }
    }

    fn piece(&self, inputs: &PieceInputs, tariff: &Tariff) -> String {
        let parts: Vec<String> = tariff.parts(inputs).iter().map(|part| self.part(part)).collect();
        let share = match inputs.outcome {
            Outcome::Delivered => String::new(),
            Outcome::Failed => {
                let what = self.say("not handed over", "non remise");
                format!(" ({what}: {} %)", tariff.failed_percent)
            }
            Outcome::Cancelled => {
                let what = self.say("called off", "annulée");
                format!(" ({what}: {} %)", tariff.cancelled_percent)
            }
        };
        format!("{}{share}. {} {}", parts.join(" + "), tariff.name, tariff.version)
    }

    fn part(&self, part: &PayPart) -> String {
        let what = match part.kind {
            PartKind::Base => self.say("delivery", "livraison"),
            PartKind::Pickups => self.say("pickup", "retrait"),
            PartKind::Dropoffs => self.say("drop-off", "remise"),
            PartKind::Distance => self.say("way", "trajet"),
            PartKind::Time => self.say("time", "temps"),
            PartKind::Waiting => self.say("waiting", "attente"),
            PartKind::Least => self.say("up to the least", "jusqu’au minimum"),
        };
        let quantity = match part.kind {
            PartKind::Base | PartKind::Least => String::new(),
            PartKind::Pickups | PartKind::Dropoffs => format!(" ({})", part.quantity),
            PartKind::Distance => format!(" ({} m)", part.quantity),
            PartKind::Time | PartKind::Waiting => format!(" ({} s)", part.quantity),
        };
        format!("{what}{quantity} {}", part.amount)
    }

    /// `2026: 2 h 00 of 3 h 00 × 4.25 EUR`, or the same of pay.
    fn refund(&self, terms: &Terms, share: &Share, period: &Period) -> String {
        let units = |units: i64| match terms.measure {
            Measure::Hours => format!("{} h {:02}", units / 3600, units / 60 % 60),
            Measure::Pay => period.money(units),
        };
        let of = self.say("of", "sur");
        format!(
            "{}: {} {of} {} × {}",
            terms.year,
            units(i64::from(share.units)),
            units(share.units_total),
            period.money(terms.refund())
        )
    }

    fn guarantee(&self, inputs: &GuaranteeInputs, tariff: &Tariff) -> String {
        let minutes = inputs.paid_seconds.0 / 60;
        format!(
            "{} h {:02} × {} − {} {}. {} {}",
            minutes / 60,
            minutes % 60,
            Money::new(tariff.guarantee_per_hour, tariff.currency),
            self.say("deliveries", "livraisons"),
            Money::new(inputs.pieces, tariff.currency),
            tariff.name,
            tariff.version
        )
    }
}
