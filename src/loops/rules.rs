//! Brings rules into force when their notice has ended.

use std::time::Duration;

use super::recover;
use crate::commands::rules::turn;
use crate::coop::Coop;

/// How often to look, on true time.
const PACE: Duration = Duration::from_secs(1);

pub async fn run(coop: Coop) {
    loop {
        tokio::time::sleep(PACE).await;
        if let Err(cause) = turn(&coop).await {
            recover("bringing rules into force", &cause).await;
        }
    }
}
