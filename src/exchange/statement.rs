//! A courier's statement as a table for spreadsheets.

use serde_json::Value;

use crate::domain::ids::EntryId;
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;

/// A line of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub seq: i64,
    pub entry: EntryId,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    /// Minor units.
    pub amount: i64,
    pub balance: i64,
    /// What the amount is reckoned from.
    pub detail: Value,
}

const COLUMNS: [&str; 9] = [
    "line",
    "occurred_at",
    "recorded_at",
    "kind",
    "amount",
    "balance",
    "currency",
    "entry",
    "reckoned_from",
];

/// CSV (RFC 4180), one line a line. No cell is a text that a person typed.
pub fn table(rows: &[Row], currency: Currency) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record([
            row.seq.to_string(),
            row.occurred_at.to_string(),
            row.recorded_at.to_string(),
            row.kind.clone(),
            decimal(row.amount),
            decimal(row.balance),
            currency.to_string(),
            row.entry.to_string(),
            row.detail.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Minor units with a point and two decimals: `-1205` is `-12.05`.
pub(super) fn decimal(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let cents = amount.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_two_decimals() {
        assert_eq!(
            [5, -5, 1205, -1205, 0].map(decimal),
            ["0.05", "-0.05", "12.05", "-12.05", "0.00"]
        );
    }
}
