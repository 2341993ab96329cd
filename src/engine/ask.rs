//! What a person asks the engine: who should have these deliveries, now, and what that changes for
//! everybody on duty. A question only: nothing is offered or decided.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::check::{self, Fault};
use super::field::Field;
use super::plan::{self, Explanation, Proposal};
use super::route;
use super::snapshot::{Job, Snapshot, Standing, Stop, StopKind};
use super::travel::TravelTimes;
use crate::domain::geo::Metres;
use crate::domain::ids::{CourierId, DeliveryId};
use crate::domain::policy::{DispatchPolicy, Mode};
use crate::domain::time::Seconds;

/// Longer than any job is known before it is due: whoever asks does not want to wait.
const EVER: Seconds = Seconds(365 * 86_400);
/// Who has been paid for less than this is left out of what couriers earn an hour.
const PAID_MIN: Seconds = Seconds(15 * 60);

/// The engine's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Who should have what, each courier once.
    pub proposals: Vec<Proposal>,
    /// Why, for each delivery that was asked about and can still be given.
    pub explanations: Vec<Explanation>,
    /// How things stand without it.
    pub before: Outlook,
    /// How they would stand with it.
    pub after: Outlook,
}

/// What is promised to whom on duty, ridden to the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outlook {
    /// Drop-offs later than promised.
    pub late: usize,
    /// By how much, all together, in seconds.
    pub late_s: i64,
    /// All rides.
    pub riding_m: Metres,
    /// What couriers will have earned an hour by then; none while nobody has been paid for any time.
    pub hourly: Option<Spread>,
}

/// What couriers earn an hour in this pay period, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "EarningsSpread")]
pub struct Spread {
    pub lowest: i64,
    pub median: i64,
    pub highest: i64,
}

/// Plans the deliveries of `wanted` that nobody has picked up, whoever has them now. Other open ones
/// are left aside; what else is promised stays as it is.
///
/// # Errors
/// What the checker has against the plan; the engine is wrong then, not the question.
pub fn ask(
    snapshot: &Snapshot,
    policy: &DispatchPolicy,
    travel: &impl TravelTimes,
    wanted: &BTreeSet<DeliveryId>,
    seed: u64,
) -> Result<Advice, Vec<Fault>> {
    let now = snapshot.normal();
    let policy = at_once(policy);
    let asked = set_free(&now, wanted);
    let plan = plan::plan(&asked, &policy, travel, seed);
    check::check(&asked, &plan, &policy, travel)?;
    let then = given(&asked, &plan.proposals);
    Ok(Advice {
        before: outlook(&now, &policy, travel),
        after: outlook(&then, &policy, travel),
        proposals: plan.proposals,
        explanations: plan.explanations,
    })
}

/// The members' policy, but everything is decided now and nobody is sent anywhere else.
fn at_once(policy: &DispatchPolicy) -> DispatchPolicy {
    let mut policy = policy.clone();
    policy.assignment.mode = Mode::Direct;
    policy.commitment.slack_s = EVER.0;
    policy.search.horizon_s = EVER.0;
    policy.ahead.move_max_m = 0;
    policy.replanning.moves_max = 0;
    policy
}

/// The snapshot in which nobody has the wanted deliveries, and no others are open.
pub(super) fn set_free(snapshot: &Snapshot, wanted: &BTreeSet<DeliveryId>) -> Snapshot {
    let mut free = snapshot.clone();
    free.jobs.retain(|job| wanted.contains(&job.delivery) || job.standing != Standing::Open);
    let asked: BTreeSet<DeliveryId> =
        free.jobs.iter().map(|job| job.delivery).filter(|id| wanted.contains(id)).collect();
    for job in free.jobs.iter_mut().filter(|job| asked.contains(&job.delivery)) {
        job.standing = Standing::Open;
    }
    for courier in &mut free.couriers {
        courier.route.retain(|stop| !asked.contains(&stop.delivery));
    }
    free
}

/// The snapshot in which everybody has agreed.
fn given(asked: &Snapshot, proposals: &[Proposal]) -> Snapshot {
    let mut then = asked.clone();
    for proposal in proposals {
        let Some(courier) = then.couriers.iter_mut().find(|one| one.id == proposal.courier) else {
            continue;
        };
        let new = asked.jobs.iter().filter(|job| proposal.deliveries.contains(&job.delivery));
        let known: Vec<Stop> =
            courier.route.iter().chain(new.flat_map(|job| &job.stops)).copied().collect();
        let stops = proposal.route.iter();
        courier.route = stops
            .filter_map(|planned| known.iter().find(|stop| stop.task == planned.task).copied())
            .collect();
        let taken = then.jobs.iter_mut().filter(|job| proposal.deliveries.contains(&job.delivery));
        for job in taken {
            job.standing =
                Standing::Held { by: proposal.courier, by_hand: true, asked: BTreeSet::new() };
        }
    }
    then
}

fn outlook(snapshot: &Snapshot, policy: &DispatchPolicy, travel: &impl TravelTimes) -> Outlook {
    let field = Field::new(snapshot, policy, travel, 0);
    let problem = &field.problem;
    let mut outlook = Outlook::default();
    let mut hourly = Vec::with_capacity(problem.riders.len());
    for (rider, row) in problem.riders.iter().enumerate() {
        let visits = route::visits(problem, rider, &row.promised);
        for (&task, visit) in row.promised.iter().zip(&visits) {
            let task = problem.task(task);
            outlook.riding_m = outlook.riding_m + visit.metres;
            if task.kind == StopKind::Dropoff && visit.handover_s > task.due_s {
                outlook.late += 1;
                outlook.late_s += visit.handover_s - task.due_s;
            }
        }
        let courier = field.courier(rider);
        let end_s = visits.last().map_or(problem.now_s, |visit| visit.leave_s);
        let paid_s = courier.paid.0 + (end_s - problem.now_s).max(0);
        if paid_s >= PAID_MIN.0 {
            hourly.push((courier.earned + to_come(snapshot, courier.id)) * 3600 / paid_s);
        }
    }
    hourly.sort_unstable();
    outlook.hourly = spread(&hourly);
    outlook
}

/// What the jobs that a courier holds and has not begun will bring, in minor units.
fn to_come(snapshot: &Snapshot, courier: CourierId) -> i64 {
    let holds = |job: &&Job| matches!(job.standing, Standing::Held { by, .. } if by == courier);
    snapshot.jobs.iter().filter(holds).map(|job| job.pay).sum()
}

/// What a courier earns an hour in this pay period, beside everybody on duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CourierEarnings")]
pub struct Earnings {
    /// In minor units; none while the courier is off duty or has been paid for next to no time.
    pub hourly: Option<i64>,
    /// Of everybody on duty who has been.
    pub on_duty: Option<Spread>,
    /// How many those are.
    pub couriers: usize,
}

/// What `of` has earned an hour until now, and the others: what the term of fairness compares.
pub fn earnings(snapshot: &Snapshot, of: CourierId) -> Earnings {
    let paid = snapshot.couriers.iter().filter(|courier| courier.paid.0 >= PAID_MIN.0);
    let rates = paid.map(|courier| (courier.id, courier.earned * 3600 / courier.paid.0));
    let rates: Vec<(CourierId, i64)> = rates.collect();
    let own = rates.iter().find(|(courier, _)| *courier == of);
    let mut sorted: Vec<i64> = rates.iter().map(|(_, rate)| *rate).collect();
    sorted.sort_unstable();
    Earnings {
        hourly: own.map(|(_, rate)| *rate),
        on_duty: spread(&sorted),
        couriers: sorted.len(),
    }
}

/// Of sorted rates.
fn spread(hourly: &[i64]) -> Option<Spread> {
    let (&lowest, &highest) = (hourly.first()?, hourly.last()?);
    Some(Spread { lowest, median: hourly[hourly.len() / 2], highest })
}
