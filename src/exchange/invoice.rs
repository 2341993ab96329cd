//! An invoice or a credit note as a table for spreadsheets.

use super::statement::decimal;
use crate::domain::invoice::{Line, Number};
use crate::domain::money::Currency;

const COLUMNS: [&str; 14] = [
    "document",
    "line",
    "occurred_at",
    "kind",
    "delivery",
    "net",
    "vat_percent",
    "vat",
    "gross",
    "of_net_couriers",
    "of_net_coop",
    "of_net_mutual_fund",
    "currency",
    "entry",
];

/// CSV (RFC 4180), one line a line. No cell is a text that a person typed.
pub fn table(number: Number, lines: &[Line], currency: Currency) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for (position, line) in (1..).zip(lines) {
        let parts = line.parts;
        writer.write_record([
            number.to_string(),
            i64::to_string(&position),
            line.at.to_string(),
            line.kind.name().to_owned(),
            line.delivery_id.map(|id| id.to_string()).unwrap_or_default(),
            decimal(parts.net()),
            decimal(line.vat_basis_points),
            decimal(parts.vat),
            decimal(parts.gross()),
            decimal(parts.couriers),
            decimal(parts.coop),
            decimal(parts.mutual_fund),
            currency.to_string(),
            line.entry_id.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
