//! What the members' rules say is kept from the moment at which they come into force.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::CommandError;
use crate::coop::Coop;
use crate::db::rules;

/// Keeps each rule in force that says something else than the last one kept.
pub async fn keep(coop: &Coop) -> Result<(), CommandError> {
    let in_force = &coop.rules;
    let says = [
        ("dispatch", written(&in_force.dispatch)?),
        ("tariff", written(&in_force.tariff)?),
        ("prices", written(&in_force.prices)?),
        ("split", written(&in_force.split)?),
        ("surplus", written(&in_force.law)?),
        ("shifts", written(&in_force.shifts)?),
    ];
    let now = coop.clock.now();
    coop.transact(async |tx| {
        for (rule, says) in &says {
            let version = version(says);
            if rules::last_version(tx, rule).await?.as_ref() != Some(&version) {
                rules::keep(tx, rule, &version, says, now).await?;
            }
        }
        Ok(())
    })
    .await
}

fn written(rule: &impl Serialize) -> Result<Value, CommandError> {
    serde_json::to_value(rule).map_err(|error| CommandError::Internal(error.into()))
}

/// The first 12 hexadecimal digits of the SHA-256 of all it says.
fn version(says: &Value) -> String {
    let hash = Sha256::digest(says.to_string());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
