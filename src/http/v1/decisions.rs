//! Why the engine said what it said.

use actix_web::web::{Data, Json};
use serde_json::{Value, json};

use crate::db;
use crate::domain::ids::{DecisionId, DeliveryId};
use crate::engine::plan::{Explanation, Verdict};
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::body::PathId;
use crate::http::error::ApiError;

fn told(explanation: &Explanation) -> Value {
    let candidates: Vec<Value> = explanation
        .candidates
        .iter()
        .map(|one| {
            json!({
                "courier_id": one.courier, "terms": one.terms, "cost": one.cost,
                "chosen": explanation.verdict == Verdict::Proposed { to: one.courier },
            })
        })
        .collect();
    let excluded: Vec<Value> = explanation
        .excluded
        .iter()
        .map(|one| json!({ "courier_id": one.courier, "code": one.rule }))
        .collect();
    json!({ "outcome": explanation.verdict, "candidates": candidates, "excluded": excluded })
}

/// `GET /v1/deliveries/{id}/why`: the decisions about a delivery, the newest first.
pub async fn explain_delivery(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<DeliveryId>,
) -> Result<Json<Value>, ApiError> {
    let mut conn = app.coop.conn().await?;
    db::deliveries::find(&mut conn, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let decisions = db::decisions::about(&mut conn, id.0).await?;
    let told: Vec<Value> = decisions
        .iter()
        .filter_map(|decision| {
            let about = decision.plan.explanations.iter().find(|one| one.delivery == id.0)?;
            let mut told = told(about);
            told["decision_id"] = json!(decision.id);
            told["at"] = json!(decision.decided_at);
            told["policy_version"] = json!(decision.policy_version);
            told["engine_version"] = json!(decision.engine_version);
            Some(told)
        })
        .collect();
    Ok(Json(json!({ "delivery_id": id.0, "decisions": told })))
}

/// `GET /v1/decisions/{id}`: one tick whole, as it is kept.
pub async fn show_decision(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<DecisionId>,
) -> Result<Json<Value>, ApiError> {
    let found = db::decisions::find(&mut *app.coop.conn().await?, id.0).await?;
    let decision = found.ok_or(ApiError::NotFound("decision"))?;
    Ok(Json(json!({
        "id": decision.id, "at": decision.decided_at, "engine_version": decision.engine_version,
        "policy_version": decision.policy_version, "seed": decision.seed.to_string(),
        "snapshot": decision.snapshot, "plan": decision.plan, "faults": decision.faults,
    })))
}
