//! The auditor: reads the whole ledger and says what does not hold, each rule with the first place
//! that breaks it.

use std::collections::BTreeMap;

use diesel::result::Error as DieselError;

use super::CommandError;
use crate::db::ledger::audit::{self, AccountRow, Broken};
use crate::db::ledger::{checkpoints, guarantee};
use crate::db::{Conn, QueryResult, surplus};
use crate::domain::ledger::Account;
use crate::domain::ledger::audit::Tariffs;
use crate::domain::ledger::chain::{Hash, Head};
use crate::domain::ledger::checkpoint::{Leaf, NotaryKey, tree};
use crate::domain::ledger::merkle;
use crate::domain::shift::PaidTime;
use crate::domain::surplus::fault;
use crate::domain::time::{Seconds, Timestamp};

/// Accounts and lines read at once.
const PAGE: i64 = 2_000;
/// Within this time a checkpoint covers every line.
const COVERED_WITHIN: Seconds = Seconds(86_400);

/// What breaks a rule first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `I1` to `I13`, or `signed` for what the checkpoints deny.
    pub rule: &'static str,
    /// `account courier:...:pay, line 7`.
    pub place: String,
    pub fault: String,
}

/// What an audit has looked at, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub accounts: u64,
    pub lines: u64,
    pub checkpoints: u64,
    /// The first of each rule, in the order in which they were found.
    pub faults: Vec<Fault>,
}

impl Report {
    fn found(&mut self, rule: &'static str, place: String, fault: String) {
        if self.faults.iter().all(|known| known.rule != rule) {
            self.faults.push(Fault { rule, place, fault });
        }
    }

    fn broken(&mut self, rule: &'static str, broken: Broken) {
        self.found(rule, broken.place, broken.fault);
    }
}

/// Audits everything as it stood at one moment. `trusted`: the key that must have signed; any of the
/// ledger's own otherwise.
pub async fn check(
    conn: &mut Conn,
    now: Timestamp,
    trusted: Option<NotaryKey>,
) -> Result<Report, CommandError> {
    let mut one_moment = conn.build_transaction().repeatable_read().read_only();
    Ok(one_moment.run(async |conn| look(conn, now, trusted).await).await?)
}

async fn look(
    conn: &mut Conn,
    now: Timestamp,
    trusted: Option<NotaryKey>,
) -> Result<Report, DieselError> {
    let mut report = Report::default();
    let tariffs = checkpoints::tariffs(conn).await?;
    let mut after = None;
    loop {
        let accounts = audit::accounts(conn, after, PAGE).await?;
        for account in &accounts {
            report.accounts += 1;
            check_account(conn, account, &tariffs, &mut report).await?;
        }
        match accounts.last() {
            Some(last) => after = Some(last.id),
            None => break,
        }
    }
    for (rule, broken) in audit::broken_rules(conn).await? {
        report.broken(rule, broken);
    }
    for (year, entries) in surplus::booked(conn).await? {
        if let Some(fault) = fault(&entries) {
            report.found("I8", format!("surplus of {year}"), fault.to_owned());
        }
    }
    check_guarantees(conn, &tariffs, &mut report).await?;
    if let Some(broken) = audit::uncovered(conn, now - COVERED_WITHIN).await? {
        report.broken("I10", broken);
    }
    check_checkpoints(conn, trusted, &mut report).await?;
    Ok(report)
}

/// The account's row against its code, its lines against one another and against the row.
async fn check_account(
    conn: &mut Conn,
    account: &AccountRow,
    tariffs: &Tariffs,
    report: &mut Report,
) -> QueryResult<()> {
    let place = |seq: i64| format!("account {}, line {seq}", account.code);
    match Account::parse(&account.code) {
        Some(known) if known.kind() == account.kind && known.owner() == account.owner_id => {}
        Some(_) => {
            let fault = "kind or owner is not what its code says".to_owned();
            report.found("I2", format!("account {}", account.code), fault);
        }
        None => {
            let fault = "its code names no account".to_owned();
            report.found("I2", format!("account {}", account.code), fault);
        }
    }
    let (mut head, mut read) = (Head::START, i64::MIN);
    let mut sound = true;
    loop {
        let lines = audit::stored_lines(conn, account.id, read, PAGE).await?;
        for (seq, line) in &lines {
            report.lines += 1;
            read = *seq;
            // Behind a line that does not hold nothing can be said of the chain.
            if !sound {
                continue;
            }
            match line.check(head, tariffs) {
                Ok(next) => head = next,
                Err(fault) => {
                    report.found(fault.invariant(), place(*seq), fault.to_string());
                    sound = false;
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    if sound && head != account.head {
        let fault = format!(
            "the account's head says line {} with {}, and its lines end at line {} with {}",
            account.head.seq, account.head.balance, head.seq, head.balance
        );
        report.found("I3", place(head.seq.max(account.head.seq)), fault);
    }
    Ok(())
}

/// Each ended shift against what it was guaranteed: by the tariffs that its lines name, the lowest where
/// the members voted in between; by the lowest of all where nothing at all is booked for it.
async fn check_guarantees(
    conn: &mut Conn,
    tariffs: &Tariffs,
    report: &mut Report,
) -> QueryResult<()> {
    let mut after = None;
    loop {
        let shifts = guarantee::ended_shifts(conn, after, PAGE).await?;
        for (id, shift) in &shifts {
            let voted = tariffs
                .iter()
                .filter(|(text, _)| shift.tariffs.is_empty() || shift.tariffs.contains(text));
            let owed = voted.map(|(_, tariff)| {
                let paid_time = match tariff.paid_time {
                    PaidTime::Engaged => shift.engaged,
                    PaidTime::Worked | PaidTime::Planned => shift.paid_time,
                };
                tariff.guarantee(paid_time).amount
            });
            let owed = owed.min().unwrap_or(0);
            if shift.booked < owed {
                let fault = format!("{} is booked for it, and {owed} is guaranteed", shift.booked);
                report.found("I9", format!("shift {id}"), fault);
            }
        }
        match shifts.last_key_value() {
            Some((last, _)) => after = Some(*last),
            None => return Ok(()),
        }
    }
}

/// Signatures, numbers, roots, and every leaf against the line it is of.
async fn check_checkpoints(
    conn: &mut Conn,
    trusted: Option<NotaryKey>,
    report: &mut Report,
) -> QueryResult<()> {
    let own: Vec<Vec<u8>> =
        checkpoints::keys(conn).await?.into_iter().map(|key| key.public_key).collect();
    let mut heads: BTreeMap<String, Leaf> = BTreeMap::new();
    let (mut number, mut previous_root) = (0, Hash::NONE);
    while let Some(signed) = checkpoints::next(conn, number).await? {
        report.checkpoints += 1;
        let place = format!("checkpoint {}", signed.number);
        let mut found = |fault: &str| report.found("signed", place.clone(), fault.to_owned());
        if signed.number != number + 1 {
            found("the one before it is missing");
        }
        if signed.previous_root != previous_root {
            found("it does not name the root of the one before");
        }
        let known = match trusted {
            Some(trusted) => trusted == signed.key,
            None => own.iter().any(|key| key.as_slice() == signed.key.bytes()),
        };
        if !known {
            found("it is signed by a key that is not trusted");
        }
        if !signed.holds() {
            found("its signature does not hold");
        }
        for leaf in checkpoints::moved(conn, signed.number).await? {
            heads.insert(leaf.account.clone(), leaf);
        }
        let mut leaves: Vec<Leaf> = heads.values().cloned().collect();
        if merkle::root(&tree(&mut leaves)) != signed.root {
            found("its leaves do not give its root");
        }
        (number, previous_root) = (signed.number, signed.root);
    }
    if let Some(denied) = checkpoints::denied(conn).await? {
        let fault = match denied.hash {
            Some(_) => {
                format!("checkpoint {} has signed for another hash of it", denied.checkpoint)
            }
            None => format!("checkpoint {} has signed for it, and it is gone", denied.checkpoint),
        };
        report.found("signed", format!("account {}, line {}", denied.code, denied.seq), fault);
    }
    Ok(())
}
