//! Who whispers to the robos of a sandbox what a test order asks for. An offer does not show what is
//! written on an order, so the prompter reads it where the shop may: at its till. The kitchen's
//! signals go the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::DeliveryId;
use crate::domain::time::{Seconds, Timestamp};

use super::client::CallError;
use super::script::{Scene, Script};
use super::shop::Shop;
use super::wire::Offer;

/// How many couriers decline an order that asks for refusals.
const REFUSALS: u32 = 2;
/// How much longer a late kitchen takes, from when the courier has come for the goods.
const LATE: Seconds = Seconds(8 * 60);
/// Orders remembered. Beyond that the oldest are forgotten: a sandbox runs for ever.
const ORDERS_MAX: usize = 10_000;

/// Knows the scripts of one shop's orders, and how far they have been played.
#[derive(Debug)]
pub struct Prompter {
    shop: Shop,
    refused: Mutex<BTreeMap<DeliveryId, u32>>,
    late: Mutex<BTreeSet<DeliveryId>>,
}

impl Prompter {
    pub fn new(shop: Shop) -> Self {
        Self { shop, refused: Mutex::default(), late: Mutex::default() }
    }

    /// Whether the courier who thinks about an offer is to decline it. Counts those who are.
    ///
    /// # Errors
    /// If the till cannot read an order.
    pub async fn refuses(&self, offer: &Offer) -> Result<bool, CallError> {
        let mut refuses = false;
        for order in &offer.deliveries {
            let Some(text) = self.shop.instructions(order.id).await? else { continue };
            if Script::read(&text).has(Scene::Refusals) {
                refuses |= self.one_more(order.id);
            }
        }
        Ok(refuses)
    }

    /// Whether one more is to decline this order.
    fn one_more(&self, order: DeliveryId) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = refused.entry(order).or_default();
        let more = *so_far < REFUSALS;
        *so_far += u32::from(more);
        if refused.len() > ORDERS_MAX {
            refused.pop_first(); // Ids sort by time.
        }
        more
    }

    /// The courier stands at the counter for goods that were to be ready at `ready_at`: the kitchen
    /// says, once, that they will take longer.
    ///
    /// # Errors
    /// If the till cannot say so.
    pub async fn keep_waiting(
        &self,
        order: DeliveryId,
        arrived: Timestamp,
        ready_at: Option<Timestamp>,
    ) -> Result<(), CallError> {
        if self.first_time(order) {
            let promised = ready_at.map_or(arrived, |ready_at| ready_at.max(arrived));
            self.shop.ready(order, promised + LATE).await?;
        }
        Ok(())
    }

    fn first_time(&self, order: DeliveryId) -> bool {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        let first = late.insert(order);
        if late.len() > ORDERS_MAX {
            late.pop_first();
        }
        first
    }
}
