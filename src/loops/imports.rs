//! Works off the rows of imported tables.

use std::time::Duration;

use super::recover;
use crate::commands::imports::work_off;
use crate::coop::Coop;

/// How often to look, on true time, where nothing rings.
const PACE: Duration = Duration::from_millis(300);

pub async fn run(coop: Coop) {
    loop {
        match work_off(&coop).await {
            // More is waiting; others may go first.
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => tokio::time::sleep(PACE).await,
            Err(cause) => recover("working off imports", &cause).await,
        }
    }
}
