//! Tables in and out.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Json, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::imports;
use crate::db;
use crate::db::imports::{Import, Row, RowState};
use crate::domain::ids::{DeliveryId, ImportId, MerchantId};
use crate::domain::import::CellFault;
use crate::domain::time::Timestamp;
use crate::exchange::deliveries::table;
use crate::exchange::table::{Format, ROWS_MAX, Table};
use crate::http::App;
use crate::http::auth::{AsOrdering, Ordering};
use crate::http::body::{PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};

/// Largest table, in bytes.
const BYTES_MAX: usize = 8 << 20;
/// Most deliveries in one export.
const EXPORT_MAX: i64 = 10_000;

#[derive(Deserialize, JsonSchema)]
pub struct ImportQuery {
    /// Whose; only a dispatcher has to say.
    merchant_id: Option<MerchantId>,
    /// Checks the rows, and makes nothing.
    dry_run: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
pub struct ImportView {
    id: ImportId,
    merchant_id: MerchantId,
    dry_run: bool,
    made_at: Timestamp,
    /// `running` until no row waits.
    #[schemars(extend("enum" = ["running", "done"]))]
    state: &'static str,
    /// Rows by what became of them.
    rows: BTreeMap<String, i64>,
}

async fn view(app: &App, import: Import) -> Result<ImportView, ApiError> {
    let mut rows = db::imports::counts(&mut *app.coop.conn().await?, import.id).await?;
    for state in RowState::ALL {
        rows.entry(state.name().to_owned()).or_default();
    }
    let running = rows.get(RowState::Waiting.name()).is_some_and(|count| *count > 0);
    Ok(ImportView {
        id: import.id,
        merchant_id: import.merchant_id,
        dry_run: import.dry_run,
        made_at: import.made_at,
        state: if running { "running" } else { "done" },
        rows,
    })
}

async fn read(mut body: Payload) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk: Bytes = chunk.map_err(|error| ApiError::Malformed {
            detail: format!("the body broke off: {error}"),
            pointer: None,
        })?;
        if bytes.len() + chunk.len() > BYTES_MAX {
            return Err(ApiError::TooLarge { bytes_max: BYTES_MAX });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `POST /v1/imports?dry_run=true`: a CSV file or an XLSX workbook as the body. What it makes is
/// told by the rows; the same table again makes nothing new.
pub async fn create_import(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let asked: ImportQuery = query(&request)?;
    let merchant = by.0.merchant(asked.merchant_id)?;
    let bytes = read(body).await?;
    let table = actix_web::web::block(move || Table::read(&bytes)).await;
    let invalid = |detail: String| ApiError::Invalid { detail, pointer: None };
    let table = table.map_err(|error| invalid(error.to_string()))?;
    let Table { columns, rows } = table.map_err(|error| invalid(error.to_string()))?;
    let dry_run = asked.dry_run.unwrap_or(false);
    let import = imports::take_in(&app.coop, merchant, columns, rows, dry_run).await?;
    let location = format!("/v1/imports/{}", import.id);
    let shown = view(&app, import).await?;
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(shown))
}

async fn own(app: &App, by: Ordering, id: ImportId) -> Result<Import, ApiError> {
    let found = db::imports::find(&mut *app.coop.conn().await?, id).await?;
    let own = found.filter(|import| by.only().is_none_or(|own| import.merchant_id == own));
    own.ok_or(ApiError::NotFound("import"))
}

/// `GET /v1/imports/{id}`: how far it is.
pub async fn show_import(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<ImportId>,
) -> Result<Json<ImportView>, ApiError> {
    let import = own(&app, by.0, id.0).await?;
    Ok(Json(view(&app, import).await?))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportRowView")]
pub struct RowView {
    line: i32,
    #[schemars(extend("enum" = RowState::ALL.map(RowState::name)))]
    state: &'static str,
    faults: Vec<CellFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<DeliveryId>,
}

#[derive(Deserialize, JsonSchema)]
pub struct StateQuery {
    #[schemars(extend("enum" = RowState::ALL.map(RowState::name)))]
    state: Option<String>,
}

/// `GET /v1/imports/{id}/rows?state=failed`: the report, line by line.
pub async fn list_rows(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<ImportId>,
    request: HttpRequest,
) -> Result<Json<Page<RowView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let state = match query::<StateQuery>(&request)?.state {
        None => None,
        Some(name) => Some(RowState::named(&name).ok_or_else(|| ApiError::Invalid {
            detail: format!("state is one of {}", RowState::ALL.map(RowState::name).join(", ")),
            pointer: None,
        })?),
    };
    own(&app, by.0, id.0).await?;
    let after = paging.cursor()?.unwrap_or(0);
    let found = db::imports::rows(&mut *app.coop.conn().await?, id.0, state, after, limit).await?;
    let row = |row: Row| RowView {
        line: row.line,
        state: row.state.name(),
        faults: row.faults,
        delivery_id: row.delivery_id,
    };
    let items = found.into_iter().map(row).collect();
    Ok(Json(Page::new(items, limit, |row: &RowView| row.line)))
}

/// `GET /v1/imports/{id}/failed`: the failed rows as CSV, with what is wrong in a last column, to be
/// mended and handed in again.
pub async fn download_failed(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<ImportId>,
) -> Result<HttpResponse, ApiError> {
    let import = own(&app, by.0, id.0).await?;
    let most = i64::try_from(ROWS_MAX).unwrap_or(i64::MAX);
    let mut conn = app.coop.conn().await?;
    let failed = db::imports::rows(&mut conn, id.0, Some(RowState::Failed), 0, most).await?;
    let said = |faults: &[CellFault]| {
        let each = faults.iter().map(|fault| match &fault.column {
            Some(column) => format!("{column}: {}", fault.detail),
            None => fault.detail.clone(),
        });
        each.collect::<Vec<_>>().join("; ")
    };
    let rows = failed.into_iter().map(|row| {
        let mut cells = row.cells;
        cells.push(said(&row.faults));
        cells
    });
    let rows = rows.collect();
    let mut columns = import.header;
    columns.push("error".to_owned());
    file(&Table { columns, rows }, Format::Csv, "failed-rows.csv")
}

fn file(table: &Table, format: Format, name: &str) -> Result<HttpResponse, ApiError> {
    let bytes = table.write(format).map_err(|error| {
        ApiError::Command(crate::commands::CommandError::Internal(error.into()))
    })?;
    Ok(HttpResponse::Ok()
        .content_type(format.content_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}

#[derive(Deserialize, JsonSchema)]
pub struct ExportQuery {
    #[schemars(extend("enum" = ["csv", "xlsx"]))]
    format: Option<String>,
}

/// `GET /v1/exports/deliveries?format=xlsx`: the newest first, up to 10,000 of them.
pub async fn export_deliveries(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (format, name) = match query::<ExportQuery>(&request)?.format.as_deref() {
        None | Some("csv") => (Format::Csv, "deliveries.csv"),
        Some("xlsx") => (Format::Xlsx, "deliveries.xlsx"),
        Some(_) => {
            let detail = "format is csv or xlsx".to_owned();
            return Err(ApiError::Invalid { detail, pointer: None });
        }
    };
    let filter = db::deliveries::Filter { merchant: by.0.only(), ..Default::default() };
    let mut conn = app.coop.conn().await?;
    let found = db::deliveries::list(&mut conn, filter, EXPORT_MAX).await?;
    file(&table(&found), format, name)
}
