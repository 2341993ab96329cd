//! The ledger on the command line: `paceline ledger check`, `paceline verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::clock::{self, Clock};
use crate::commands::CommandError;
use crate::commands::audit::{self, Report};
use crate::config::Config;
use crate::db::{self, OpenError};
use crate::domain::ledger::chain::{Hash, HashError};
use crate::domain::ledger::checkpoint::NotaryKey;
use crate::domain::ledger::statement::Statement;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::embedded::StartError;
use crate::server;

#[derive(clap::Subcommand)]
pub enum Ledger {
    /// Read the whole ledger and say what does not hold: chains, balances, invariants, signatures.
    Check {
        /// The public key that must have signed the checkpoints; any of the ledger's own otherwise.
        #[arg(long, value_name = "HEX")]
        key: Option<NotaryKey>,
    },
}

#[derive(clap::Args)]
pub struct Verify {
    /// The statement, as `GET /v1/me/statement` gives it.
    file: PathBuf,
    /// The co-op's public key, 64 hexadecimal digits: from the wall, not from the statement.
    #[arg(long, value_name = "HEX")]
    key: NotaryKey,
    /// A line and its hash that you kept from an earlier statement.
    #[arg(long, value_name = "SEQ:HASH", value_parser = kept)]
    head: Option<(i64, Hash)>,
}

fn kept(text: &str) -> Result<(i64, Hash), HashError> {
    let (seq, hash) = text.split_once(':').ok_or(HashError)?;
    Ok((seq.parse().map_err(|_| HashError)?, hash.parse()?))
}

#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    #[error(transparent)]
    Services(#[from] StartError),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("cannot audit the ledger: {0}")]
    Audit(#[from] CommandError),
    #[error(transparent)]
    Runtime(#[from] std::io::Error),
    #[error("cannot read {path}: {error}")]
    File { path: String, error: std::io::Error },
}

/// `paceline ledger check`: fails when anything does not hold.
pub fn ledger(config: &Config, what: &Ledger) -> Result<ExitCode, BooksError> {
    let Ledger::Check { key } = what;
    let services = server::start_services(config)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let report = runtime.block_on(async {
        let mut conn = db::connect(services.database_url()).await?;
        let anchor = db::settings::get(&mut conn, "clock").await.map_err(CommandError::from)?;
        let now = anchor.map_or_else(clock::real_now, |anchor| Clock::new(anchor).now());
        Ok::<_, BooksError>(audit::check(&mut conn, now, *key).await?)
    });
    services.stop();
    let report = report?;
    print!("{}", table(&report));
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table(report: &Report) -> String {
    let Report { accounts, lines, checkpoints, faults } = report;
    let mut text = format!("{lines} lines of {accounts} accounts, {checkpoints} checkpoints: ");
    if faults.is_empty() {
        return text + "everything holds\n";
    }
    text += "this does not hold\n";
    for fault in faults {
        text += &format!("{:<6}  {}: {}\n", fault.rule, fault.place, fault.fault);
    }
    text
}

/// `paceline verify`: fails when the statement does not hold.
pub fn verify(asked: &Verify) -> Result<ExitCode, BooksError> {
    let path = asked.file.display().to_string();
    let text = std::fs::read_to_string(&asked.file)
        .map_err(|error| BooksError::File { path: path.clone(), error })?;
    let verdict = Statement::parse(&text).and_then(|one| one.verify(&asked.key, asked.head));
    match verdict {
        Ok(verdict) => {
            let balance = verdict.currency.parse().map_or_else(
                |_| String::new(),
                |currency| Money::new(verdict.head.balance, currency).to_string(),
            );
            println!("{path}: every line holds");
            println!("account   {}", verdict.account);
            println!(
                "lines     {}, up to line {}; balance {balance}",
                verdict.lines, verdict.head.seq
            );
            match verdict.checkpoint {
                Some(signed) => println!(
                    "signed    up to line {} by checkpoint {} of {}",
                    verdict.signed_seq,
                    signed.number,
                    Timestamp::from_millis(signed.issued_us.div_euclid(1000))
                ),
                None => println!("signed    not yet: no checkpoint covers this account"),
            }
            println!("keep      {}:{}", verdict.head.seq, verdict.head.hash);
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            println!("{path}: DOES NOT HOLD");
            println!("{fault}");
            Ok(ExitCode::FAILURE)
        }
    }
}
