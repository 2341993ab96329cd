//! A request as it comes in, and what can be wrong with it.

use serde::{Deserialize, Serialize};

use super::{HORIZON_DAYS, IfUndeliverable, PACKAGES_MAX, Package, STOPS_MAX, parcels};
use crate::domain::handover::{Need, PARCELS_MAX};
use crate::domain::slot::Choice;
use crate::domain::task::Stop;
use crate::domain::text::{Instructions, Reference};
use crate::domain::time::{Seconds, Timestamp};

/// A request as it comes in, before it is a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub external_reference: Option<Reference>,
    pub ready_at: Option<Timestamp>,
    pub pickups: Vec<Stop>,
    pub dropoffs: Vec<Stop>,
    pub packages: Vec<Package>,
    pub instructions: Option<Instructions>,
    #[serde(default)]
    pub if_undeliverable: IfUndeliverable,
    /// Books a place, and gives every drop-off the slot's window.
    #[serde(default)]
    pub slot: Option<Choice>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RequestError {
    #[error("between 1 and {STOPS_MAX} drop-offs are needed")]
    Dropoffs,
    #[error("at most {STOPS_MAX} pickups are possible")]
    Pickups,
    #[error(
        "at most {PACKAGES_MAX} kinds of packages are possible, each with a quantity of 1 or more"
    )]
    Packages,
    #[error("a PIN is asked for at drop-offs: nobody knows one at a pickup")]
    PinAtPickup,
    #[error("at most {PARCELS_MAX} parcels can be scanned")]
    TooManyToScan,
    #[error("ready_at {ready_at} is more than {HORIZON_DAYS} days away")]
    TooFarAhead { ready_at: Timestamp },
    #[error("the window ends at {before}, before the goods are ready at {ready_at}")]
    NeverReady { before: Timestamp, ready_at: Timestamp },
}

impl Request {
    /// Checks what can be wrong with a request at all.
    ///
    /// # Errors
    /// The first fault, in the order of [`RequestError`].
    pub fn check(&self, now: Timestamp) -> Result<(), RequestError> {
        if self.dropoffs.is_empty() || self.dropoffs.len() > STOPS_MAX {
            return Err(RequestError::Dropoffs);
        }
        if self.pickups.len() > STOPS_MAX {
            return Err(RequestError::Pickups);
        }
        if self.packages.len() > PACKAGES_MAX || self.packages.iter().any(|p| p.quantity == 0) {
            return Err(RequestError::Packages);
        }
        let asks = |stops: &[Stop], need| {
            stops.iter().filter_map(|stop| stop.needs.as_ref()).any(|needs| needs.has(need))
        };
        if asks(&self.pickups, Need::Pin) {
            return Err(RequestError::PinAtPickup);
        }
        let scans = asks(&self.pickups, Need::Scan) || asks(&self.dropoffs, Need::Scan);
        if scans && parcels(&self.packages).is_none() {
            return Err(RequestError::TooManyToScan);
        }
        let ready_at = self.ready_at.unwrap_or(now);
        if ready_at.since(now) > Seconds(HORIZON_DAYS * 86_400) {
            return Err(RequestError::TooFarAhead { ready_at });
        }
        // What was ready long ago is no more than ready now: a window that is over stays over.
        let ready_at = ready_at.max(now);
        for window in self.dropoffs.iter().filter_map(|stop| stop.window) {
            if window.before() <= ready_at {
                return Err(RequestError::NeverReady { before: window.before(), ready_at });
            }
        }
        Ok(())
    }

    /// When the last drop-off is promised: the end of the latest window given, else `promise` after
    /// the order or after the goods are ready, whichever is later.
    ///
    /// An order for soon is promised from its placement; one for tomorrow from its readiness.
    pub fn due_at(&self, now: Timestamp, promise: Seconds) -> Timestamp {
        let window_end = self.dropoffs.iter().filter_map(|stop| stop.window).map(|w| w.before());
        window_end.max().unwrap_or_else(|| {
            let ready_at = self.ready_at.unwrap_or(now);
            if ready_at.since(now) < promise { now + promise } else { ready_at + promise }
        })
    }
}
