//! The whole journal for other programs: as a plain-text accounting journal, which hledger and ledger
//! read, and as a table.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::statement::decimal;
use crate::db::ledger::posted::Posted;
use crate::domain::day::Day;
use crate::domain::ledger::Account;
use crate::domain::money::Currency;

/// Writes plain text, piece by piece: an entry is a transaction, and debits are positive. Accounts and
/// currencies are declared where they are first met, so that a strict reader finds what is misspelt.
pub struct Text {
    zone: TimeZone,
    accounts: BTreeSet<Account>,
    currencies: BTreeSet<Currency>,
}

impl Text {
    /// Days are those of `zone`.
    pub const fn new(zone: TimeZone) -> Self {
        Self { zone, accounts: BTreeSet::new(), currencies: BTreeSet::new() }
    }

    /// The transactions of entries, each of them whole.
    pub fn write(&mut self, postings: &[Posted]) -> String {
        let mut text = String::new();
        for entry in postings.chunk_by(|one, next| one.entry == next.entry) {
            self.transaction(&mut text, entry);
        }
        text
    }

    fn transaction(&mut self, text: &mut String, entry: &[Posted]) {
        let Some(first) = entry.first() else { return };
        // Writing to a String cannot fail.
        for posted in entry {
            if self.currencies.insert(posted.currency) {
                let _ = writeln!(text, "commodity 1000.00 {}", posted.currency);
            }
            if self.accounts.insert(posted.account) {
                let _ = writeln!(text, "account {}", posted.account.code());
            }
        }
        let recorded = Day::of(first.recorded_at, &self.zone);
        let occurred = Day::of(first.occurred_at, &self.zone);
        let (id, kind, key) = (first.entry, &first.kind, &first.key);
        let _ = writeln!(text, "\n{recorded} * ({id}) {kind} {key}  ; occurred:{occurred}");
        for posted in entry {
            let (account, currency) = (posted.account.code(), posted.currency);
            let amount = decimal(posted.amount.saturating_neg());
            let _ = writeln!(text, "    {account}  {amount} {currency}");
        }
        text.push('\n');
    }
}

const COLUMNS: [&str; 8] =
    ["entry", "recorded_at", "occurred_at", "kind", "key", "account", "amount", "currency"];

/// The first line of the table.
pub fn table_head() -> String {
    COLUMNS.join(",") + "\n"
}

/// The lines of postings as CSV (RFC 4180): an amount is what the account's owner gains. No cell is a
/// text that a person typed.
pub fn table(postings: &[Posted]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for posted in postings {
        writer.write_record([
            posted.entry.to_string(),
            posted.recorded_at.to_string(),
            posted.occurred_at.to_string(),
            posted.kind.clone(),
            posted.key.clone(),
            posted.account.code(),
            decimal(posted.amount),
            posted.currency.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
