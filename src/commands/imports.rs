//! Tables of deliveries are taken in, and worked off row by row: a row that cannot be is told with
//! its reason and keeps no other one up.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::CommandError;
use super::deliveries::make as make_delivery;
use crate::coop::Coop;
use crate::db::imports::{Import, Row, RowState};
use crate::db::{Conn, deliveries, imports, merchants};
use crate::domain::delivery::Request;
use crate::domain::ids::{DeliveryId, ImportId, MerchantId};
use crate::domain::import::{COLUMNS, CellFault, Cells, request};
use crate::domain::text::Reference;
use crate::domain::time::Timestamp;

/// Takes a table in. A dry run only looks: form, times, prices are checked, and nothing is made.
pub async fn take_in(
    coop: &Coop,
    merchant: MerchantId,
    columns: Vec<String>,
    table: Vec<Vec<String>>,
    dry_run: bool,
) -> Result<Import, CommandError> {
    if let Some(unknown) = columns.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(CommandError::Column { name: unknown.chars().take(60).collect() });
    }
    let now = coop.clock.now();
    let id = coop.clock.id(ImportId::from_uuid);
    let mut seen = BTreeMap::new();
    let rows = table.into_iter().zip(2..).filter(|(cells, _)| cells.iter().any(|c| !c.is_empty()));
    let rows: Vec<Row> = rows
        .map(|(cells, line)| row(coop, id, &columns, cells, line, dry_run, &mut seen, now))
        .collect();
    let import = Import { id, merchant_id: merchant, header: columns, dry_run, made_at: now };
    coop.transact(async |tx| {
        merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        Ok(imports::insert(tx, &import, &rows).await?)
    })
    .await?;
    Ok(import)
}

/// Reads a row. One without a reference gets one from what is in it and how often it has been there
/// in this table, so that the same table handed in again makes nothing twice.
#[expect(clippy::too_many_arguments, reason = "one row of one import, in one place")]
fn row(
    coop: &Coop,
    import_id: ImportId,
    columns: &[String],
    cells: Vec<String>,
    line: i32,
    dry_run: bool,
    seen: &mut BTreeMap<[u8; 32], u32>,
    now: Timestamp,
) -> Row {
    let named = columns.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
    let named: Cells = named.map(|(name, cell)| (name.clone(), cell.clone())).collect();
    let read = request(&named, &coop.rules.zone).and_then(|request| match request.check(now) {
        Ok(()) => Ok(request),
        Err(error) => Err(vec![CellFault { column: None, detail: error.to_string() }]),
    });
    let (state, faults, request) = match read {
        Ok(mut request) => {
            if request.external_reference.is_none() {
                request.external_reference = reference(&named, seen);
            }
            let state = if dry_run { RowState::Valid } else { RowState::Waiting };
            (state, Vec::new(), Some(request))
        }
        Err(faults) => (RowState::Failed, faults, None),
    };
    Row { import_id, line, cells, request, state, faults, delivery_id: None }
}

fn reference(cells: &Cells, seen: &mut BTreeMap<[u8; 32], u32>) -> Option<Reference> {
    let mut digest = Sha256::new();
    for (column, cell) in cells {
        digest.update(column);
        digest.update([0]);
        digest.update(cell);
        digest.update([0]);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let count = seen.entry(digest).and_modify(|count| *count += 1).or_insert(1);
    let start: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Reference::new(&format!("row:{start}:{count}")).ok()
}

/// Works the next rows off. Whether there may be more.
pub async fn work_off(coop: &Coop) -> Result<bool, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        let rows = imports::take(tx).await?;
        let more = !rows.is_empty();
        let mut merchants = BTreeMap::new();
        for mut row in rows {
            let merchant = match merchants.get(&row.import_id) {
                Some(merchant) => *merchant,
                None => {
                    let import = imports::find(tx, row.import_id).await?;
                    let import = import.ok_or(CommandError::NotFound("import"))?;
                    merchants.insert(row.import_id, import.merchant_id);
                    import.merchant_id
                }
            };
            match make(coop, tx, merchant, row.request.as_ref(), now).await {
                Ok((delivery, state)) => {
                    row.state = state;
                    row.delivery_id = Some(delivery);
                }
                // The database is away, or others are in the way: the whole batch is tried again.
                Err(error @ (CommandError::Internal(_) | CommandError::Busy(_))) => {
                    return Err(error);
                }
                Err(error) => {
                    row.state = RowState::Failed;
                    row.faults = vec![CellFault { column: None, detail: error.to_string() }];
                }
            }
            imports::settle(tx, &row).await?;
        }
        Ok(more)
    })
    .await
}

/// The delivery of a row: a new one, or the one that has its reference already.
async fn make(
    coop: &Coop,
    tx: &mut Conn,
    merchant: MerchantId,
    request: Option<&Request>,
    now: Timestamp,
) -> Result<(DeliveryId, RowState), CommandError> {
    let request = request.ok_or(CommandError::NotFound("request"))?;
    if let Some(reference) = &request.external_reference
        && let Some(known) = deliveries::find_reference(tx, merchant, reference).await?
    {
        return Ok((known, RowState::Known));
    }
    let shop = merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
    let delivery = make_delivery(coop, tx, &shop, request, now).await?;
    Ok((delivery.id, RowState::Created))
}
