//! Why the engine said what it said.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::db;
use crate::db::decisions::Told;
use crate::domain::ids::{CourierId, DecisionId, DeliveryId};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::engine::costs::Terms;
use crate::engine::explain::words::{self, Language};
use crate::engine::plan::{Explanation, Plan, Verdict};
use crate::engine::rules::Refusal;
use crate::engine::snapshot::Snapshot;
use crate::http::App;
use crate::http::auth::{AsCourier, AsDispatcher};
use crate::http::body::PathId;
use crate::http::error::ApiError;
use crate::http::paging::Page;

/// Somebody who could have had the job, and what that would have cost.
#[derive(Serialize, JsonSchema)]
struct Candidate {
    courier_id: CourierId,
    terms: Terms,
    /// All terms in thousandths of a second of a customer's waiting.
    cost: i64,
    chosen: bool,
}

/// Somebody who could not, and by which rule.
#[derive(Serialize, JsonSchema)]
struct RuledOut {
    courier_id: CourierId,
    code: Refusal,
}

/// An explanation on the wire.
#[derive(Serialize, JsonSchema)]
pub struct ExplanationView {
    outcome: Verdict,
    candidates: Vec<Candidate>,
    excluded: Vec<RuledOut>,
}

impl From<&Explanation> for ExplanationView {
    fn from(explanation: &Explanation) -> Self {
        let candidates = explanation.candidates.iter().map(|one| Candidate {
            courier_id: one.courier,
            terms: one.terms,
            cost: one.cost,
            chosen: explanation.verdict == Verdict::Proposed { to: one.courier },
        });
        let excluded = explanation
            .excluded
            .iter()
            .map(|one| RuledOut { courier_id: one.courier, code: one.rule });
        Self {
            outcome: explanation.verdict,
            candidates: candidates.collect(),
            excluded: excluded.collect(),
        }
    }
}

/// What one tick said about a delivery.
#[derive(Serialize, JsonSchema)]
struct DecisionTold {
    decision_id: DecisionId,
    at: Timestamp,
    policy_version: String,
    engine_version: String,
    #[serde(flatten)]
    explanation: ExplanationView,
    /// Whose offer stood on it and was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<CourierId>,
}

#[derive(Serialize, JsonSchema)]
pub struct Why {
    delivery_id: DeliveryId,
    decisions: Vec<DecisionTold>,
}

/// `GET /v1/deliveries/{id}/why`: the decisions about a delivery, the newest first.
pub async fn explain_delivery(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<DeliveryId>,
) -> Result<Json<Why>, ApiError> {
    let mut conn = app.coop.conn().await?;
    db::deliveries::find(&mut conn, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let decisions = db::decisions::about(&mut conn, id.0).await?;
    let accepted = db::offers::acceptances(&mut conn, id.0, db::decisions::WHY_MAX).await?;
    let accepted: BTreeMap<DecisionId, CourierId> = accepted.into_iter().collect();
    let told = decisions.into_iter().filter_map(|decision| {
        let about = decision.plan.explanations.iter().find(|one| one.delivery == id.0)?;
        Some(DecisionTold {
            decision_id: decision.id,
            at: decision.decided_at,
            policy_version: decision.policy_version,
            engine_version: decision.engine_version,
            explanation: about.into(),
            accepted_by: accepted.get(&decision.id).copied(),
        })
    });
    Ok(Json(Why { delivery_id: id.0, decisions: told.collect() }))
}

/// One tick as it is kept. What is in the documents depends on the engine's version.
#[derive(Serialize, JsonSchema)]
pub struct WholeDecision {
    id: DecisionId,
    at: Timestamp,
    engine_version: String,
    policy_version: String,
    seed: String,
    /// What the engine saw ...
    #[schemars(with = "BTreeMap<String, Value>")]
    snapshot: Snapshot,
    /// ... what it proposed, and why ...
    #[schemars(with = "BTreeMap<String, Value>")]
    plan: Plan,
    /// ... and what the checker had against it.
    faults: Vec<String>,
}

/// `GET /v1/decisions/{id}`: one tick whole, as it is kept.
pub async fn show_decision(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<DecisionId>,
) -> Result<Json<WholeDecision>, ApiError> {
    let found = db::decisions::find(&mut *app.coop.conn().await?, id.0).await?;
    let decision = found.ok_or(ApiError::NotFound("decision"))?;
    Ok(Json(WholeDecision {
        id: decision.id,
        at: decision.decided_at,
        engine_version: decision.engine_version,
        policy_version: decision.policy_version,
        seed: decision.seed.to_string(),
        snapshot: decision.snapshot,
        plan: decision.plan,
        faults: decision.faults,
    }))
}

/// Most offers whose reasons are shown, and most ticks looked through for jobs that went elsewhere.
const ASKED_MAX: i64 = 20;
const TICKS_MAX: i64 = 20;
/// Most reasons in one answer.
const REASONS_MAX: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReasonOutcome")]
enum Outcome {
    Proposed,
    /// From the open list, by the courier.
    Taken,
    OnOpenList,
    Waits,
    NotChosen,
    Excluded,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReasonWords")]
struct Words {
    en: String,
    fr: String,
}

/// Why a job came to a courier, or did not. Names nobody else.
#[derive(Serialize, JsonSchema)]
pub struct Reason {
    decision_id: DecisionId,
    at: Timestamp,
    policy_version: String,
    delivery_id: DeliveryId,
    merchant_name: Name,
    outcome: Outcome,
    words: Words,
}

/// What a decision says about a courier and a job, if it looked at both. `accepted`: one of the
/// courier's own offers stands on it.
fn outcome(about: &Explanation, courier: CourierId, accepted: bool) -> Option<Outcome> {
    if about.excluded.iter().any(|one| one.courier == courier) {
        return Some(Outcome::Excluded);
    }
    about.candidates.iter().find(|one| one.courier == courier)?;
    Some(match about.verdict {
        Verdict::Proposed { to } | Verdict::Moves { to, .. } if to == courier => Outcome::Proposed,
        Verdict::Waits { best, .. } if best == courier => Outcome::Waits,
        // Nobody is asked about what is on the list: an offer that stands on it was a taking.
        Verdict::OnOpenList if accepted => Outcome::Taken,
        Verdict::OnOpenList => Outcome::OnOpenList,
        Verdict::Proposed { .. }
        | Verdict::Waits { .. }
        | Verdict::Moves { .. }
        | Verdict::Outbid
        | Verdict::Nobody => Outcome::NotChosen,
    })
}

/// `GET /v1/me/decisions`: why me, why not me: for the last offers, and for the jobs of the last
/// ticks; the newest word on each.
pub async fn list_my_decisions(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<Reason>>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let mut ids = db::offers::decisions_of(&mut conn, by.0, ASKED_MAX).await?;
    let own: BTreeSet<DecisionId> = ids.iter().copied().collect();
    ids.extend(db::decisions::latest(&mut conn, TICKS_MAX).await?);
    let told = db::decisions::told(&mut conn, &ids).await?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for decision in &told {
        for about in &decision.plan.explanations {
            let Some(outcome) = outcome(about, by.0, own.contains(&decision.id)) else { continue };
            if found.len() < REASONS_MAX && seen.insert((about.delivery, outcome)) {
                found.push((decision, about, outcome));
            }
        }
    }
    let jobs: Vec<DeliveryId> = found.iter().map(|(_, about, _)| about.delivery).collect();
    let names = db::deliveries::merchant_names(&mut conn, &jobs).await?;
    let reason = |(decision, about, outcome): (&Told, &Explanation, Outcome)| {
        let in_words = match outcome {
            Outcome::Taken => words::to_taker,
            Outcome::Proposed
            | Outcome::OnOpenList
            | Outcome::Waits
            | Outcome::NotChosen
            | Outcome::Excluded => words::to_courier,
        };
        Some(Reason {
            decision_id: decision.id,
            at: decision.decided_at,
            policy_version: decision.policy_version.clone(),
            delivery_id: about.delivery,
            merchant_name: names.get(&about.delivery)?.clone(),
            outcome,
            words: Words {
                en: in_words(about, by.0, Language::En),
                fr: in_words(about, by.0, Language::Fr),
            },
        })
    };
    Ok(Json(Page::whole(found.into_iter().filter_map(reason).collect())))
}
