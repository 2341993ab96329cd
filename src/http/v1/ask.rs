//! A dispatcher asks the engine about some deliveries. It answers with its reasons; what comes of it
//! is an act of the dispatcher's.

use std::collections::BTreeSet;

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::error;

use super::decisions::ExplanationView;
use crate::clock;
use crate::commands::CommandError;
use crate::db;
use crate::domain::automation::Manual;
use crate::domain::geo::Metres;
use crate::domain::ids::{CourierId, DeliveryId};
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;
use crate::engine::ask::{Advice, Earnings, Outlook, ask, earnings};
use crate::engine::plan::{PlannedStop, Proposal};
use crate::http::App;
use crate::http::auth::AsDispatcher;
use crate::http::body::{Body, PathId};
use crate::http::error::ApiError;
use crate::loops::snapshot;

/// Most deliveries in one question.
const ASKED_MAX: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskIn {
    #[schemars(with = "Vec<DeliveryId>", length(min = 1, max = ASKED_MAX))]
    delivery_ids: BTreeSet<DeliveryId>,
}

/// One courier, what would be new, and the whole route with it in riding order.
#[derive(Serialize, JsonSchema)]
struct ProposalView {
    courier_id: CourierId,
    delivery_ids: Vec<DeliveryId>,
    route: Vec<PlannedStop>,
    approach_m: Metres,
    trip_m: Metres,
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> Self {
        Self {
            courier_id: proposal.courier,
            delivery_ids: proposal.deliveries,
            route: proposal.route,
            approach_m: proposal.approach,
            trip_m: proposal.trip,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdviceEffect")]
struct Effect {
    before: Outlook,
    after: Outlook,
    /// Of the rates in both.
    currency: Currency,
}

/// Why a delivery should go to whom it should.
#[derive(Serialize, JsonSchema)]
struct AskedView {
    delivery_id: DeliveryId,
    #[serde(flatten)]
    explanation: ExplanationView,
}

#[derive(Serialize, JsonSchema)]
pub struct AdviceView {
    /// The instant that it was thought for.
    at: Timestamp,
    policy_version: String,
    proposals: Vec<ProposalView>,
    explanations: Vec<AskedView>,
    /// What cannot be given any more, or not before it is let go.
    left_out: Vec<DeliveryId>,
    effect: Effect,
}

/// `POST /v1/board/ask`: who should have these deliveries now, whoever has them. Changes nothing.
pub async fn ask_engine(
    app: Data<App>,
    _by: AsDispatcher,
    body: Body<AskIn>,
) -> Result<Json<AdviceView>, ApiError> {
    let wanted = body.value.delivery_ids;
    if wanted.is_empty() || wanted.len() > ASKED_MAX {
        let detail = format!("between 1 and {ASKED_MAX} deliveries are possible");
        return Err(ApiError::Invalid { detail, pointer: Some("/delivery_ids".to_owned()) });
    }
    let snapshot = snapshot::take(&app.coop, &app.live, &Manual::NOTHING).await?;
    let at = snapshot.now;
    let seed = u64::from_be_bytes(clock::chance());
    let (rules, about) = (app.coop.rules.now(), wanted.clone());
    let thought = tokio::task::spawn_blocking(move || {
        ask(&snapshot, &rules.dispatch, &rules.travel, &about, seed)
    });
    let thought = thought.await.map_err(|broken| CommandError::Internal(Box::new(broken)))?;
    let advice = thought.map_err(|faults| {
        error!(?faults, "the checker refused an answer");
        CommandError::Busy("the checker refused the engine's answer: ask again".into())
    })?;
    Ok(Json(view(&app, at, wanted, advice)))
}

#[derive(Serialize, JsonSchema)]
pub struct EarningsView {
    courier_id: CourierId,
    /// The instant that it was reckoned for.
    at: Timestamp,
    /// Of the rates.
    currency: Currency,
    #[serde(flatten)]
    earnings: Earnings,
}

/// `GET /v1/couriers/{id}/earnings`: pay an hour over seven days, beside everybody on duty.
pub async fn show_earnings(
    app: Data<App>,
    _by: AsDispatcher,
    id: PathId<CourierId>,
) -> Result<Json<EarningsView>, ApiError> {
    let known = db::couriers::find(&mut *app.coop.conn().await?, id.0).await?;
    known.ok_or(ApiError::NotFound("courier"))?;
    let snapshot = snapshot::take(&app.coop, &app.live, &Manual::NOTHING).await?;
    Ok(Json(EarningsView {
        courier_id: id.0,
        at: snapshot.now,
        currency: app.coop.rules.tariff.currency,
        earnings: earnings(&snapshot, id.0),
    }))
}

fn view(app: &App, at: Timestamp, wanted: BTreeSet<DeliveryId>, advice: Advice) -> AdviceView {
    let told_of: BTreeSet<DeliveryId> =
        advice.explanations.iter().map(|about| about.delivery).collect();
    let explanations = advice
        .explanations
        .iter()
        .map(|about| AskedView { delivery_id: about.delivery, explanation: about.into() });
    AdviceView {
        at,
        policy_version: app.coop.rules.dispatch_version.clone(),
        explanations: explanations.collect(),
        proposals: advice.proposals.into_iter().map(ProposalView::from).collect(),
        left_out: wanted.difference(&told_of).copied().collect(),
        effect: Effect {
            before: advice.before,
            after: advice.after,
            currency: app.coop.rules.tariff.currency,
        },
    }
}
