//! The file of accounting entries that French tax inspectors ask for: 18 columns, tab-separated
//! (article A47 A-1 of the Livre des procédures fiscales). Only ASCII, which is right in each of
//! the character sets that the article allows.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::statement::decimal;
use crate::db::ledger::posted::Posted;
use crate::domain::day::Day;
use crate::domain::ledger::Account;
use crate::domain::siren::Siren;

/// The columns, in their order.
const COLUMNS: [&str; 18] = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
];

/// Number and name in the French chart of accounts (plan comptable général). The couriers' share of
/// prices is a part of what the co-op sells, though it goes to the account that they are paid from.
fn chart(account: Account, about: &str) -> (&'static str, &'static str) {
    match account {
        Account::CourierPay(_) => ("421000", "Personnel - remunerations dues"),
        Account::CourierTips(_) => ("467100", "Pourboires dus aux coursiers"),
        Account::CourierExpenses(_) => ("428600", "Personnel - frais a rembourser"),
        Account::CourierRefund(_) => ("457000", "Associes - ristournes a payer"),
        Account::MerchantReceivable(_) => ("411000", "Clients"),
        Account::CoopRevenue if about == "expense" => ("625800", "Frais rembourses aux coursiers"),
        Account::CoopRevenue => ("706000", "Prestations de services"),
        Account::CoopOperations if is_sale(about) => {
            ("706100", "Prestations de services - part des coursiers")
        }
        Account::CoopOperations => ("641000", "Remunerations du personnel"),
        Account::CoopReserve => ("106300", "Reserves statutaires"),
        Account::CoopMutualFund => ("467200", "Fonds mutuel"),
        Account::CoopVat => ("445710", "TVA collectee"),
        Account::CoopBank => ("512000", "Banque"),
    }
}

fn is_sale(about: &str) -> bool {
    matches!(about, "price" | "return_price" | "credit")
}

/// The journal that an entry stands in: what takes another back stands beside it.
fn journal(about: &str) -> (&'static str, &'static str) {
    match about {
        about if is_sale(about) => ("VE", "Ventes"),
        "payout" | "payment" => ("BQ", "Banque"),
        "piece" | "return" | "guarantee" | "tip" | "expense" | "correction" => ("PA", "Paie"),
        _ => ("OD", "Operations diverses"),
    }
}

/// What the file has to be called: for the financial year that ends on `closing`.
pub fn name(siren: &Siren, closing: Day) -> String {
    format!("{siren}FEC{}.txt", closing.compact())
}

/// The first line.
pub fn head() -> String {
    COLUMNS.join("\t") + "\r\n"
}

/// Writes a financial year, piece by piece and entry by entry: they are numbered from 1.
pub struct Writer {
    zone: TimeZone,
    /// Of the last entry.
    number: u64,
}

impl Writer {
    /// Days are those of `zone`.
    pub const fn new(zone: TimeZone) -> Self {
        Self { zone, number: 0 }
    }

    /// The lines of entries, each of them whole.
    pub fn write(&mut self, postings: &[Posted]) -> String {
        let mut text = String::new();
        for entry in postings.chunk_by(|one, next| one.entry == next.entry) {
            self.number += 1;
            for posted in entry {
                self.line(&mut text, posted);
            }
        }
        text
    }

    fn line(&self, text: &mut String, posted: &Posted) {
        let (code, journal) = journal(&posted.about);
        let (account, name) = chart(posted.account, &posted.about);
        let owner = posted.account.owner();
        let auxiliary = owner.map_or_else(String::new, |id| id.simple().to_string());
        let auxiliary_name = owner.map_or_else(String::new, |_| posted.account.code());
        let amount = decimal(posted.amount.saturating_abs()).replace('.', ",");
        let none = "0,00".to_owned();
        let (debit, credit) = if posted.amount < 0 { (amount, none) } else { (none, amount) };
        let recorded = Day::of(posted.recorded_at, &self.zone).compact();
        let occurred = Day::of(posted.occurred_at, &self.zone).compact();
        let (number, entry, kind, key) = (self.number, posted.entry, &posted.kind, &posted.key);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{code}\t{journal}\t{number}\t{recorded}\t{account}\t{name}\t{auxiliary}\t\
             {auxiliary_name}\t{entry}\t{occurred}\t{kind} {key}\t{debit}\t{credit}\t\t\t\
             {recorded}\t\t\r\n",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_as_the_article_asks() {
        let (siren, closing) = ("732829320".parse().unwrap(), "2026-12-31".parse().unwrap());
        assert_eq!(name(&siren, closing), "732829320FEC20261231.txt");
    }
}
