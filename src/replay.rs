//! `paceline replay`: makes a recorded decision again, from what was recorded, and says whether the
//! engine still says the same.

use std::fmt;

use diesel_async::{AsyncConnection, AsyncPgConnection};

use crate::coop::Ground;
use crate::db::{decisions, settings};
use crate::domain::ids::{CourierId, DecisionId, DeliveryId};
use crate::engine::plan::{Explanation, Plan, Proposal};
use crate::engine::{ENGINE_VERSION, plan};

/// Most differences that are shown.
const SHOWN_MAX: usize = 50;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("cannot connect to Postgres: {0}. Is the server running, and DATABASE_URL right?")]
    Connect(#[from] diesel::ConnectionError),
    #[error("the database: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("{0} is not there: never made, or forgotten since (retention.decisions_days)")]
    NoDecision(DecisionId),
    #[error("{decision} was made under policy {version}, of which nothing is kept")]
    NoGround { decision: DecisionId, version: String },
}

/// What came of making a decision again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    decision: DecisionId,
    /// The engine that made it.
    made_by: String,
    policy_version: String,
    proposals: usize,
    explanations: usize,
    /// In words, one a line.
    differences: Vec<String>,
}

/// Makes a decision again.
///
/// # Errors
/// When it is not in the database, or the database is not in reach.
pub async fn run(database_url: &str, id: DecisionId) -> Result<Report, ReplayError> {
    let mut conn = AsyncPgConnection::establish(database_url).await?;
    let decision = decisions::find(&mut conn, id).await?.ok_or(ReplayError::NoDecision(id))?;
    let version = decision.policy_version;
    let ground: Option<Ground> = settings::get(&mut conn, &Ground::key(&version)).await?;
    let Some(ground) = ground else {
        return Err(ReplayError::NoGround { decision: id, version });
    };
    let travel = ground.travel.straight_lines();
    let seed = decision.seed.cast_unsigned();
    let again = plan(&decision.snapshot, &ground.dispatch, &travel, seed);
    Ok(Report {
        decision: id,
        made_by: decision.engine_version,
        policy_version: version,
        proposals: again.proposals.len(),
        explanations: again.explanations.len(),
        differences: differences(&decision.plan, &again),
    })
}

impl Report {
    /// Whether the engine still says the same.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { decision, made_by, policy_version, proposals, explanations, differences } = self;
        writeln!(f, "{decision}: made by engine {made_by} under policy {policy_version}")?;
        if made_by != ENGINE_VERSION {
            writeln!(f, "this is engine {ENGINE_VERSION}: it may well see things differently")?;
        }
        if self.is_same() {
            return writeln!(f, "same: {proposals} proposals, {explanations} explanations");
        }
        writeln!(f, "NOT the same, {} differences (- recorded, + now):", differences.len())?;
        for difference in differences.iter().take(SHOWN_MAX) {
            writeln!(f, "{difference}")?;
        }
        match differences.len().checked_sub(SHOWN_MAX) {
            Some(more @ 1..) => writeln!(f, "... and {more} more"),
            Some(_) | None => Ok(()),
        }
    }
}

fn differences(recorded: &Plan, now: &Plan) -> Vec<String> {
    if recorded == now {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut compare = |before: Vec<(String, String)>, after: Vec<(String, String)>| {
        for (key, text) in &before {
            if !after.iter().any(|other| (&other.0, &other.1) == (key, text)) {
                lines.push(format!("- {key}: {text}"));
            }
        }
        for (key, text) in &after {
            if !before.iter().any(|other| (&other.0, &other.1) == (key, text)) {
                lines.push(format!("+ {key}: {text}"));
            }
        }
    };
    let proposals = |plan: &Plan| plan.proposals.iter().map(told).collect();
    compare(proposals(recorded), proposals(now));
    let moves = |plan: &Plan| {
        let told = |one: &crate::engine::plan::Move| (one.courier.to_string(), format!("{one:?}"));
        plan.moves.iter().map(told).collect()
    };
    compare(moves(recorded), moves(now));
    let explanations = |plan: &Plan| plan.explanations.iter().map(explained).collect();
    compare(explanations(recorded), explanations(now));
    if lines.is_empty() {
        lines.push("the terms behind the costs".to_owned());
    }
    lines
}

fn told(proposal: &Proposal) -> (String, String) {
    let courier: CourierId = proposal.courier;
    let deliveries: Vec<String> = proposal.deliveries.iter().map(DeliveryId::to_string).collect();
    let times = proposal.route.iter().map(|stop| format!("{} at {}", stop.task, stop.handover));
    let route = times.collect::<Vec<_>>().join(", ");
    (courier.to_string(), format!("{:?} {}; {route}", proposal.mode, deliveries.join(" ")))
}

fn explained(explanation: &Explanation) -> (String, String) {
    let candidates = explanation.candidates.iter();
    let costs = candidates.map(|one| format!("{} {}", one.courier, one.cost)).collect::<Vec<_>>();
    let excluded = explanation.excluded.iter();
    let refused = excluded.map(|one| format!("{} {}", one.courier, one.rule.code()));
    let refused = refused.collect::<Vec<_>>();
    let verdict = format!("{:?}", explanation.verdict);
    let text = format!("{verdict}; {}; not {}", costs.join(", "), refused.join(", "));
    (explanation.delivery.to_string(), text)
}
