//! A robo shop: asks for its deliveries when its customers have clicked.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::geo::Position;
use crate::domain::ids::{DeliveryId, MerchantId};
use crate::domain::time::Timestamp;

use super::client::{Call, CallError, Session};
use super::wire::{Delivery, Instructed};

/// A merchant's till, logged in by client credentials.
#[derive(Clone, Debug)]
pub struct Shop {
    pub id: MerchantId,
    pub name: String,
    pub session: Arc<Session>,
}

/// One customer's order, as the shop passes it on.
#[derive(Clone, Debug)]
pub struct Order {
    /// The shop's own number. With `run` it makes the idempotency key, so that an order that
    /// met a dying server is placed once all the same.
    pub reference: String,
    pub run: String,
    pub ready_at: Timestamp,
    pub place: Position,
    pub address: Option<String>,
    pub customer: Option<String>,
    pub goods: String,
}

impl Shop {
    /// Places the order. The promised time is left to the co-op's policy.
    ///
    /// # Errors
    /// After all retries: see [`CallError`].
    pub async fn place(&self, order: &Order) -> Result<DeliveryId, CallError> {
        let mut stop = json!({"place": order.place});
        if let Some(address) = &order.address {
            stop["address"] = Value::from(address.as_str());
        }
        if let Some(customer) = &order.customer {
            stop["contact"] = json!({"name": customer});
        }
        let body = json!({
            "external_reference": order.reference,
            "ready_at": order.ready_at,
            "dropoffs": [stop],
            "packages": [{"name": order.goods, "quantity": 1}],
        });
        let call = Call::post("/v1/deliveries", &[])
            .idempotency_key(format!("{}-{}", order.run, order.reference))
            .json(body);
        let delivery: Delivery = self.session.send(&call).await?;
        Ok(delivery.id)
    }

    /// What is written on an order; nothing on one of another shop's.
    ///
    /// # Errors
    /// After all retries: see [`CallError`].
    pub async fn instructions(&self, delivery: DeliveryId) -> Result<Option<String>, CallError> {
        let call = Call::get("/v1/deliveries/{id}", &[&delivery]);
        match self.session.send::<Instructed>(&call).await {
            Ok(order) => Ok(order.instructions),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Says when an order's goods will be ready.
    ///
    /// # Errors
    /// After all retries: see [`CallError`]; 409 once they are picked up.
    pub async fn ready(&self, delivery: DeliveryId, at: Timestamp) -> Result<(), CallError> {
        let call =
            Call::post("/v1/deliveries/{id}/ready", &[&delivery]).json(json!({"ready_at": at}));
        self.session.send::<Delivery>(&call).await.map(|_| ())
    }

    /// Takes an order back.
    ///
    /// # Errors
    /// After all retries: see [`CallError`]; 409 when it is too late.
    pub async fn cancel(&self, delivery: DeliveryId, reason: &str) -> Result<(), CallError> {
        let call =
            Call::post("/v1/deliveries/{id}/cancel", &[&delivery]).json(json!({"reason": reason}));
        self.session.send::<Delivery>(&call).await.map(|_| ())
    }
}
