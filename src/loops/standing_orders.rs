//! Makes the deliveries of standing orders, some days ahead.

use std::time::Duration;

use super::recover;
use crate::commands::standing_orders::work_off;
use crate::coop::Coop;

/// How often to look, on true time.
const PACE: Duration = Duration::from_secs(1);

pub async fn run(coop: Coop) {
    loop {
        match work_off(&coop).await {
            Ok(0) => tokio::time::sleep(PACE).await,
            // More is waiting; others may go first.
            Ok(_) => tokio::task::yield_now().await,
            Err(cause) => recover("working off standing orders", &cause).await,
        }
    }
}
