//! What an auditor asks of one line: is it as it was booked, does it follow on the one before, and
//! does its amount come out again?

use std::collections::BTreeMap;

use super::account::{Account, shares};
use super::chain::{Hash, Head, Misfit};
use super::line::{Line, NotALine};
use super::{Detail, TariffRef};
use crate::domain::money::{Currency, Money};
use crate::domain::pay::Tariff;
use crate::domain::split::Parts;

/// Tariffs by the hash of their text.
#[derive(Clone, Debug, Default)]
pub struct Tariffs(BTreeMap<Hash, Tariff>);

impl Tariffs {
    pub fn add(&mut self, tariff: Tariff) {
        self.0.insert(tariff.hash(), tariff);
    }

    /// All of them, with the hashes of their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&Hash, &Tariff)> {
        self.0.iter()
    }

    pub fn get(&self, named: &TariffRef) -> Option<&Tariff> {
        let known = self.0.get(&named.text)?;
        (known.name == named.name && known.version == named.version).then_some(known)
    }
}

/// What does not hold about a line. In the order in which it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    #[error("its entry is missing")]
    NoEntry,
    #[error("its bytes are no line: {0}")]
    Bytes(#[from] NotALine),
    #[error("its {0} is not what was booked")]
    Column(&'static str),
    #[error(transparent)]
    Misfit(#[from] Misfit),
    #[error("its detail says nothing that can be reckoned: {0}")]
    Detail(String),
    #[error("its tariff {name} {version} is not known")]
    Tariff { name: String, version: String },
    #[error("by what is recorded with it, it is {reckoned}, and {booked} was booked")]
    Reckoned { reckoned: Money, booked: Money },
}

impl LineFault {
    /// Which invariant of the ledger it breaks.
    pub const fn invariant(&self) -> &'static str {
        match self {
            Self::NoEntry | Self::Bytes(_) | Self::Column(_) => "I2",
            Self::Misfit(Misfit::Hash { .. }) => "I2",
            Self::Misfit(Misfit::Seq { .. } | Misfit::Previous { .. } | Misfit::Balance) => "I3",
            Self::Detail(_) | Self::Tariff { .. } | Self::Reckoned { .. } => "I8",
        }
    }
}

/// Whether a line of a courier's pay, or a part of a price, comes out again from what is recorded with
/// it.
pub fn reckon(line: &Line, tariffs: &Tariffs) -> Result<(), LineFault> {
    let account = Account::parse(&line.account);
    let earns = matches!(account, Some(Account::CourierPay(_)));
    if !earns && !matches!(line.kind.as_str(), "price" | "return_price" | "credit") {
        return Ok(());
    }
    let detail: Detail =
        serde_json::from_str(&line.detail).map_err(|error| LineFault::Detail(error.to_string()))?;
    if detail.kind() != line.kind || detail.key() != line.key {
        return Err(LineFault::Detail(format!("it is the detail of {}", detail.key())));
    }
    if let Some(split) = detail.split() {
        let currency = line.currency.parse().unwrap_or(Currency::EUR);
        let amount = account.map_or(0, |account| part_of(&split.parts(), account));
        return compare(line, Money::new(amount, currency));
    }
    let Some(named) = detail.tariff() else { return Ok(()) };
    let tariff = tariffs.get(named).ok_or_else(|| LineFault::Tariff {
        name: named.name.clone(),
        version: named.version.clone(),
    })?;
    detail.reckon(tariff).map_or(Ok(()), |reckoned| compare(line, reckoned))
}

/// What an account gains by a price of these parts.
fn part_of(parts: &Parts, account: Account) -> i64 {
    match account {
        Account::MerchantReceivable(_) => -parts.gross(),
        other => shares(parts).iter().find(|(to, _)| *to == other).map_or(0, |(_, part)| *part),
    }
}

fn compare(line: &Line, reckoned: Money) -> Result<(), LineFault> {
    if reckoned.amount == line.amount && reckoned.currency.code() == line.currency {
        return Ok(());
    }
    let currency = line.currency.parse().unwrap_or(reckoned.currency);
    Err(LineFault::Reckoned { reckoned, booked: Money::new(line.amount, currency) })
}

/// A line as the database keeps it: columns for queries, and the bytes that count.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What the columns say; `detail` as the database writes JSON. `None`: the entry is gone.
    pub columns: Option<Line>,
    pub canonical: Vec<u8>,
    pub hash: Hash,
}

impl Stored {
    /// Holds columns, bytes and chain against one another.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, head: Head, tariffs: &Tariffs) -> Result<Head, LineFault> {
        let booked = Line::parse(&self.canonical)?;
        let columns = self.columns.as_ref().ok_or(LineFault::NoEntry)?;
        if let Some(column) = first_difference(columns, &booked) {
            return Err(LineFault::Column(column));
        }
        let head = head.follow(&booked, self.hash)?;
        reckon(&booked, tariffs)?;
        Ok(head)
    }
}

fn first_difference(columns: &Line, booked: &Line) -> Option<&'static str> {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let differs = [
        ("account", columns.account != booked.account),
        ("seq", columns.seq != booked.seq),
        ("entry", columns.entry != booked.entry),
        ("key", columns.key != booked.key),
        ("kind", columns.kind != booked.kind),
        ("time of occurrence", columns.occurred_us != booked.occurred_us),
        ("time of recording", columns.recorded_us != booked.recorded_us),
        ("reversed entry", columns.reverses != booked.reverses),
        ("currency", columns.currency != booked.currency),
        ("amount", columns.amount != booked.amount),
        ("previous balance", columns.previous != booked.previous),
        ("balance", columns.balance != booked.balance),
        ("detail", json(&columns.detail) != json(&booked.detail)),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(column, _)| column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{DeliveryId, EntryId, MerchantId, uuid_v7};
    use crate::domain::ledger::Round;
    use crate::domain::split::{Split, SplitKey};
    use crate::domain::time::Timestamp;

    /// Each account's line of a price, and of what is given back of it, comes out again; no other does.
    #[test]
    fn the_parts_of_a_price_come_out_again() {
        let id = uuid_v7(Timestamp::from_seconds(1), [1; 10]);
        let receivable = Account::MerchantReceivable(MerchantId::from_uuid(id));
        let key = SplitKey { version: "1".to_owned(), couriers: 72, coop: 25, mutual_fund: 3 };
        let split = Split { net: 601, vat_basis_points: 2000, key };
        let (delivery_id, of) = (DeliveryId::from_uuid(id), EntryId::from_uuid(id));
        let given_back = Detail::Credit { of, number: 1, split: split.of(-601) };
        let price_version = "book-7".to_owned();
        let way_back = Detail::ReturnPrice {
            delivery_id,
            round: Round::FIRST,
            price_version: price_version.clone(),
            percent: 50,
            price: split.clone(),
        };
        let price =
            Detail::Price { delivery_id, round: Round::FIRST, price_version, split: Some(split) };
        let accounts = [
            receivable,
            Account::CoopVat,
            Account::CoopOperations,
            Account::CoopRevenue,
            Account::CoopMutualFund,
            Account::CoopBank,
        ];
        let (whole, half) = ([-721, 120, 433, 150, 18, 0], [-361, 60, 217, 75, 9, 0]);
        for (detail, sign, expected) in
            [(price, 1, whole), (given_back, -1, whole), (way_back, 1, half)]
        {
            for (account, amount) in accounts.into_iter().zip(expected) {
                let line = |amount| Line {
                    account: account.code(),
                    key: detail.key(),
                    kind: detail.kind().to_owned(),
                    amount,
                    detail: serde_json::to_string(&detail).unwrap(),
                    ..super::super::line::tests::example()
                };
                let reckon = |amount| reckon(&line(amount), &Tariffs::default());
                assert_eq!(reckon(sign * amount), Ok(()), "{account:?}");
                let off = reckon(sign * amount + 1);
                assert!(matches!(off, Err(LineFault::Reckoned { .. })), "{account:?}: {off:?}");
            }
        }
    }
}
