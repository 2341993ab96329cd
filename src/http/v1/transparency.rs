//! What everybody may know of how work and money are shared.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::db;
use crate::domain::money::Currency;
use crate::domain::pay::Tariff;
use crate::domain::policy::DispatchPolicy;
use crate::domain::pricing::PriceList;
use crate::domain::shift::policy::ShiftPolicy;
use crate::domain::split::SplitKey;
use crate::domain::surplus::Law;
use crate::domain::time::Timestamp;
use crate::engine::ENGINE_VERSION;
use crate::http::App;
use crate::http::error::ApiError;

/// The voted rules of dispatch.
#[derive(Serialize, JsonSchema)]
pub struct VotedPolicy {
    version: String,
    policy: DispatchPolicy,
}

/// Whose clocks and money the rules are in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WhereTheCoopIs")]
pub struct Place {
    time_zone: String,
    currency: Currency,
}

/// What reckons by them.
#[derive(Serialize, JsonSchema)]
pub struct Program {
    version: &'static str,
    engine: &'static str,
}

/// A rule that came into force, or will.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RuleChange")]
pub struct Change {
    pub rule: String,
    /// The first 12 hexadecimal digits of the SHA-256 of its text.
    pub version: String,
    pub announced_at: Timestamp,
    /// From when it acts.
    pub since: Timestamp,
    /// What it will say, while it does not act yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// Every rule in force.
#[derive(Serialize, JsonSchema)]
pub struct Transparency {
    dispatch: VotedPolicy,
    tariff: Tariff,
    prices: PriceList,
    split: SplitKey,
    surplus: Law,
    shifts: ShiftPolicy,
    coop: Place,
    program: Program,
    /// Since when which of them has been as it is, what was before it and what will be, the newest first.
    changes: Vec<Change>,
    /// What no decision looks at.
    pub never_used: [&'static str; 4],
    pub decided_by_people_only: [&'static str; 3],
}

/// Most changes that are shown.
const CHANGES_MAX: i64 = 100;

impl Transparency {
    pub async fn look(app: &App) -> Result<Self, ApiError> {
        let rules = app.coop.rules.now();
        let changes = db::rules::newest(&mut *app.coop.conn().await?, CHANGES_MAX).await?;
        let now = app.coop.clock.now();
        let change = |db::rules::Kept { rule, version, announced_at, since, says }| {
            let says = (since > now).then_some(says);
            Change { rule, version, announced_at, since, says }
        };
        Ok(Self {
            dispatch: VotedPolicy {
                version: rules.dispatch_version.clone(),
                policy: rules.dispatch.clone(),
            },
            tariff: rules.tariff.clone(),
            prices: rules.prices.clone(),
            split: rules.split.clone(),
            surplus: rules.law.clone(),
            shifts: rules.shifts.clone(),
            coop: Place {
                time_zone: app.config.coop.time_zone.clone(),
                currency: rules.tariff.currency,
            },
            program: Program { version: env!("CARGO_PKG_VERSION"), engine: ENGINE_VERSION },
            changes: changes.into_iter().map(change).collect(),
            never_used: [
                "refusals, and offers that were not answered, of other jobs",
                "customers' opinions",
                "appearance, age, gender, origin, health or union membership",
                "positions outside a shift",
            ],
            decided_by_people_only: ["suspensions", "reviews", "changes of these rules"],
        })
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// `GET /v1/transparency`: the rules in force, whole: what the engine may do, what it strives for and
/// how much each thing weighs, what is paid, and since when.
pub async fn show_transparency(app: Data<App>) -> Result<Json<Transparency>, ApiError> {
    Ok(Json(Transparency::look(&app).await?))
}
