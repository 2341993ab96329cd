//! The books as files for accountants. They are written while they are read, a page of entries at a
//! time: a decade of them takes no more memory than a day.

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::try_unfold;
use futures_util::{Stream, TryStreamExt};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::error;

use crate::commands::CommandError;
use crate::db::ledger::posted::{self, Posted};
use crate::domain::day::Day;
use crate::domain::ids::EntryId;
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;
use crate::exchange::{fec, journal};
use crate::http::App;
use crate::http::auth::AsTreasurer;
use crate::http::body::query;
use crate::http::error::ApiError;

/// Entries read at once.
const PAGE: i64 = 1_000;

/// Both days are within.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysQuery {
    from: Option<Day>,
    to: Option<Day>,
}

impl DaysQuery {
    /// From the first day's beginning to before the last one's end, where the co-op is.
    fn span(&self, app: &App, from: Option<Day>, to: Day) -> Result<Span, ApiError> {
        let zone = &app.coop.rules.zone;
        let from = self.from.or(from).map_or(Some(Timestamp::EPOCH), |from| from.start(zone));
        let to = self.to.unwrap_or(to).plus(1).start(zone);
        from.zip(to).filter(|(from, to)| from < to).ok_or_else(|| {
            let detail =
                "query: `from` and `to` are days, and `to` is not before `from`".to_owned();
            ApiError::Invalid { detail, pointer: None }
        })
    }
}

/// From when on, and until before when.
type Span = (Timestamp, Timestamp);

fn today(app: &App) -> Day {
    Day::of(app.coop.clock.now(), &app.coop.rules.zone)
}

/// `GET /v1/ledger/fec?from=...&to=...`: a financial year as the French tax office asks for it; the
/// calendar year of today unless said. Its last day is part of the file's name.
pub async fn download_fec(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let asked: DaysQuery = query(&request)?;
    let siren = app.coop.rules.siren.clone().ok_or(CommandError::NoSiren)?;
    let closing = asked.to.unwrap_or_else(|| today(&app).year_end());
    let span = asked.span(&app, Some(closing.year_before()), closing)?;
    if posted::has_other_than(&mut *app.coop.conn().await?, Currency::EUR, span).await? {
        return Err(CommandError::NotEuros.into());
    }
    let name = fec::name(&siren, closing);
    let mut writer = fec::Writer::new(app.coop.rules.zone.clone());
    let write = move |postings: &[Posted]| Ok(writer.write(postings).into_bytes());
    let pages = pages(app, span, fec::head(), write);
    Ok(file("text/plain; charset=us-ascii", &name, pages))
}

/// `GET /v1/ledger/journal?from=...&to=...`: all entries of these days, or all there are, as plain
/// text for hledger.
pub async fn download_journal(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let span = query::<DaysQuery>(&request)?.span(&app, None, today(&app))?;
    let mut writer = journal::Text::new(app.coop.rules.zone.clone());
    let write = move |postings: &[Posted]| Ok(writer.write(postings).into_bytes());
    let pages = pages(app, span, String::new(), write);
    Ok(file("text/plain; charset=utf-8", "books.journal", pages))
}

/// `GET /v1/ledger/journal.csv?from=...&to=...`: the same, a posting a line.
pub async fn download_journal_table(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let span = query::<DaysQuery>(&request)?.span(&app, None, today(&app))?;
    let write = |postings: &[Posted]| {
        journal::table(postings).map_err(|error| CommandError::Internal(Box::new(error)))
    };
    let pages = pages(app, span, journal::table_head(), write);
    Ok(file("text/csv; charset=utf-8", "books.csv", pages))
}

/// What `write` makes of the entries of a span, behind `head`. Each page is read on a connection of
/// its own, which nobody holds while the client reads: entries are never changed, so pages fit
/// together. An error ends the answer before its end, and no client takes that for a whole file.
fn pages(
    app: Data<App>,
    span: Span,
    head: String,
    write: impl FnMut(&[Posted]) -> Result<Vec<u8>, CommandError>,
) -> impl Stream<Item = Result<Bytes, CommandError>> {
    let begin = (Some(head), None::<EntryId>, write);
    try_unfold(begin, move |(head, after, mut write)| {
        let app = app.clone();
        async move {
            if let Some(head) = head {
                return Ok(Some((Bytes::from(head), (None, after, write))));
            }
            let mut conn = app.coop.conn().await?;
            let postings = posted::page(&mut conn, span, after, PAGE).await?;
            drop(conn);
            let Some(last) = postings.last().map(|last| last.entry) else { return Ok(None) };
            let bytes = Bytes::from(write(&postings)?);
            Ok(Some((bytes, (None, Some(last), write))))
        }
    })
}

fn file(
    content_type: &str,
    name: &str,
    pages: impl Stream<Item = Result<Bytes, CommandError>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(pages.inspect_err(|cause| error!(%cause, "an export has broken off")))
}
