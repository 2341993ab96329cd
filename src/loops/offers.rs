//! Ends offers whose time is over, deliveries that nobody could take, and the silence of kitchens.

use std::time::Duration;

use super::recover;
use crate::commands::{deliveries, kitchens, offers, pay};
use crate::coop::Coop;

/// How often to look, on true time.
const PACE: Duration = Duration::from_millis(250);

pub async fn run(coop: Coop) {
    loop {
        if let Err(cause) = offers::expire_lapsed(&coop).await {
            recover("expiring offers", &cause).await;
        }
        if let Err(cause) = deliveries::give_up_overdue(&coop).await {
            recover("giving up overdue deliveries", &cause).await;
        }
        if let Err(cause) = kitchens::end_silence(&coop).await {
            recover("ending the silence of kitchens", &cause).await;
        }
        if let Err(cause) = pay::expire_promises(&coop).await {
            recover("ending promises that lapsed", &cause).await;
        }
        tokio::time::sleep(PACE).await;
    }
}
