//! Signs the books every hour, and audits them some times a day.

use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use tracing::{error, info};

use super::recover;
use crate::commands::{CommandError, audit, books};
use crate::config::Ledger;
use crate::coop::Coop;
use crate::domain::ledger::checkpoint::Notary;
use crate::domain::time::Seconds;

/// How often to look whether it is time, on true time.
const PACE: Duration = Duration::from_secs(1);

/// A checkpoint in each span of the co-op's time in which something was booked.
pub async fn sign(coop: Coop, notary: Arc<Notary>, every: Ledger) {
    let mut due = coop.clock.now() + Seconds(every.checkpoint_s);
    loop {
        tokio::time::sleep(PACE).await;
        if coop.clock.now() < due {
            continue;
        }
        due = coop.clock.now() + Seconds(every.checkpoint_s);
        match books::sign_checkpoint(&coop, &notary).await {
            Ok(Some(signed)) => {
                counter!("paceline_ledger_checkpoints_total").increment(1);
                info!(number = signed.number, root = %signed.root, "signed the books");
            }
            Ok(None) => {}
            Err(cause) => recover("signing the books", &cause).await,
        }
    }
}

/// The auditor as a loop: what does not hold is logged, and counted for whoever is to be woken.
pub async fn check(coop: Coop, every: Ledger) {
    loop {
        tokio::time::sleep(Duration::from_secs(every.check_s)).await;
        if let Err(cause) = check_once(&coop).await {
            recover("auditing the ledger", &cause).await;
        }
    }
}

async fn check_once(coop: &Coop) -> Result<(), CommandError> {
    let begun = Instant::now();
    let report = audit::check(&mut *coop.conn().await?, coop.clock.now(), None).await?;
    gauge!("paceline_ledger_check_seconds").set(begun.elapsed().as_secs_f64());
    gauge!("paceline_ledger_faults").set(whole(report.faults.len() as u64));
    gauge!("paceline_ledger_accounts").set(whole(report.accounts));
    gauge!("paceline_ledger_lines").set(whole(report.lines));
    counter!("paceline_ledger_checks_total").increment(1);
    for found in &report.faults {
        error!(rule = found.rule, place = %found.place, fault = %found.fault, "the ledger does not hold");
    }
    Ok(())
}

/// A count as a metric.
#[expect(clippy::cast_precision_loss, reason = "a metric, and below 2^52")]
const fn whole(count: u64) -> f64 {
    count as f64
}
