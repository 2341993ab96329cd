//! The plan of one tick: what to propose to whom, and for every open job why.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ahead;
use super::commitment;
use super::costs::Terms;
use super::explain;
use super::field::Field;
use super::problem::{ParcelIx, RiderIx, TaskIx};
use super::replan::{self, Reassignment};
use super::route::{self, Visit};
use super::rules::Refusal;
use super::schedules::{self, Schedules, new_parcels};
use super::search;
use super::snapshot::Snapshot;
use super::travel::TravelTimes;
use crate::domain::geo::{Metres, Spot};
use crate::domain::ids::{CourierId, DeliveryId, TaskId};
use crate::domain::policy::{DispatchPolicy, Mode};
use crate::domain::time::Timestamp;

/// A plan: immutable, and nothing has happened yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What to propose now, by courier. In mode [`Mode::OfferSeveral`] the same deliveries may be
    /// proposed to several couriers; otherwise each delivery comes up at most once.
    pub proposals: Vec<Proposal>,
    /// Couriers with nothing to do who would better wait elsewhere, by courier.
    pub moves: Vec<Move>,
    /// Deliveries that should go from one courier to another, by who has them.
    #[serde(default)]
    pub reassignments: Vec<Reassignment>,
    /// One for each open job and for each that changes hands, by delivery.
    pub explanations: Vec<Explanation>,
}

/// One courier, one or several deliveries, one route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// To whom.
    pub courier: CourierId,
    /// Told, or asked.
    pub mode: Mode,
    /// What is new; more than one is a bundle, to be taken or left as a whole.
    pub deliveries: Vec<DeliveryId>,
    /// The courier's whole route with it: tasks in order, with their times.
    pub route: Vec<PlannedStop>,
    /// The ride to the first new pickup.
    pub approach: Metres,
    /// The whole route.
    pub trip: Metres,
}

/// A task in a proposed route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedStop {
    /// Which task.
    pub task: TaskId,
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// When the courier would get there.
    pub arrival: Timestamp,
    /// When the goods would change hands.
    pub handover: Timestamp,
}

/// A courier with nothing to do, and a better place to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Who.
    pub courier: CourierId,
    /// Where to.
    pub to: Spot,
    /// How far that is.
    pub ride: Metres,
}

/// Why a job is proposed to whom it is, or to nobody yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Which job.
    pub delivery: DeliveryId,
    /// What became of it in this tick.
    pub verdict: Verdict,
    /// Who could take it, the cheapest first.
    pub candidates: Vec<Weighed>,
    /// Who was looked at and could not, and the rule that says so.
    pub excluded: Vec<Excluded>,
}

/// What became of a job in a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "DispatchVerdict")]
pub enum Verdict {
    /// It is proposed to this courier.
    Proposed {
        /// Who.
        to: CourierId,
    },
    /// This courier would have it now, but waiting until then costs nothing and may bring better.
    Waits {
        /// Who would have it.
        best: CourierId,
        /// When it will be decided at the latest.
        until: Timestamp,
    },
    /// It goes from one courier to another, or would if that one agrees.
    Moves {
        /// Who has it.
        from: CourierId,
        /// Who should have it.
        to: CourierId,
    },
    /// Couriers choose for themselves in this co-op.
    OnOpenList,
    /// Someone could take it, but all of them are needed more elsewhere.
    Outbid,
    /// Nobody who was looked at can take it.
    Nobody,
}

/// A candidate with the cost of taking the job, term by term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighed {
    /// Who.
    pub courier: CourierId,
    /// Each cost in its unit.
    pub terms: Terms,
    /// All of them as thousandths of a second of a customer's waiting.
    pub cost: i64,
}

/// Somebody who cannot have the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Who.
    pub courier: CourierId,
    /// Why not.
    pub rule: Refusal,
}

/// Plans one tick.
///
/// The snapshot's rows may come in any order. Pure and deterministic: same arguments, same plan.
/// Cost: dominated by jobs x [`candidates_max`](crate::domain::policy::Search::candidates_max). A
/// backlog is explained as a whole, but only its soonest part is planned.
pub fn plan(
    snapshot: &Snapshot,
    policy: &DispatchPolicy,
    travel: &impl TravelTimes,
    seed: u64,
) -> Plan {
    let snapshot = snapshot.normal();
    let field = Field::new(&snapshot, policy, travel, seed);
    let schedules = searched(&field);
    let mut plan = Plan { proposals: proposals(&field, &schedules), ..Plan::default() };
    plan.proposals.sort_by_key(|proposal| proposal.courier);
    plan.explanations = explain::all(&field, &schedules);
    // One thing at a time: who is asked about something new keeps the rest, and is not sent ahead.
    let mut busy: BTreeSet<CourierId> = plan.proposals.iter().map(|one| one.courier).collect();
    let (reassignments, why) = replan::reassignments(&field, seed, &busy);
    busy.extend(reassignments.iter().flat_map(|one| [one.from, one.proposal.courier]));
    plan.reassignments = reassignments;
    plan.reassignments.sort_by_key(|one| one.from);
    plan.explanations.extend(why);
    plan.explanations.sort_by_key(|one| one.delivery);
    plan.moves = ahead::moves(&field, &schedules);
    plan.moves.retain(|one| !busy.contains(&one.courier));
    plan
}

/// Of a backlog, only so many jobs for each courier on duty are planned, the soonest ready first. Who
/// has that much ahead has no use for plans beyond it, and a tick does not grow with what cannot be
/// carried yet. Jobs that nobody can take do not count.
const JOBS_PER_COURIER_MAX: usize = 3;

fn searched<T: TravelTimes>(field: &Field<'_, T>) -> Schedules {
    let problem = &field.problem;
    let mut schedules = Schedules::of_promises(problem);
    let placed_max = JOBS_PER_COURIER_MAX * problem.riders.len();
    let _without_a_place =
        search::place(problem, &mut schedules, &mut field.open.clone(), placed_max);
    let has_a_place = |parcel: &ParcelIx| schedules.rider_of(*parcel).is_some();
    let placed: Vec<ParcelIx> = field.open.iter().copied().filter(has_a_place).collect();
    search::mend(problem, &mut schedules, &placed);
    schedules
}

/// What has to be proposed now. Parcels whose courier can still wait are left out, and with them
/// every later one of that courier's route stays open too.
fn proposals<T: TravelTimes>(field: &Field<'_, T>, schedules: &Schedules) -> Vec<Proposal> {
    let mode = field.problem.policy.assignment.mode;
    if mode == Mode::OpenList {
        return Vec::new();
    }
    let mut proposals = Vec::new();
    for rider in 0..field.problem.riders.len() {
        let due = due_now(field, schedules, rider);
        if !due.is_empty() {
            let route = with_only(field, schedules.route(rider), &due);
            // Without a stop between them, two visits to a counter may become one that is too large.
            if schedules::cost_of(&field.problem, rider, &route).is_ok() {
                proposals.push(proposal(field, rider, &route, &due));
            }
        }
    }
    if mode == Mode::OfferSeveral {
        let others = ask_others(field, schedules, &proposals);
        proposals.extend(others);
    }
    proposals
}

/// The parcels of a rider's plan about which the decision falls now.
fn due_now<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    rider: RiderIx,
) -> Vec<ParcelIx> {
    let route = schedules.route(rider);
    let parcels = new_parcels(&field.problem, route);
    let now_s = field.problem.now_s;
    parcels.filter(|&parcel| decide_by_s(field, schedules, rider, parcel) <= now_s).collect()
}

/// The last instant to decide about a parcel without delaying it, in seconds, less the slack.
pub(super) fn decide_by_s<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    rider: RiderIx,
    parcel: ParcelIx,
) -> i64 {
    let problem = &field.problem;
    let route = schedules.route(rider);
    let visits = route::visits(problem, rider, route);
    let first = problem.parcels[parcel].tasks.start;
    let Some(place) = route.iter().position(|&task| task == first) else { return i64::MAX };
    // Pickups of one visit are ridden to together.
    let counter =
        (0..=place).rev().take_while(|&at| visits[at].arrival_s == visits[place].arrival_s);
    let head = counter.last().unwrap_or(place);
    commitment::leave_by_s(problem.task(route[head]), &visits[head])
        - commitment::slack_s(problem.policy)
}

/// A rider's route without the new parcels other than `kept`.
fn with_only<T: TravelTimes>(
    field: &Field<'_, T>,
    route: &[TaskIx],
    kept: &[ParcelIx],
) -> Vec<TaskIx> {
    let problem = &field.problem;
    let stays = |ix: &TaskIx| {
        let task = problem.task(*ix);
        task.promised || kept.contains(&(task.parcel as usize))
    };
    route.iter().copied().filter(stays).collect()
}

/// A rider's whole route, with the new parcels in it.
pub(super) fn proposal<T: TravelTimes>(
    field: &Field<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
    parcels: &[ParcelIx],
) -> Proposal {
    let visits = route::visits(&field.problem, rider, route);
    let is_new = |task: TaskIx| parcels.contains(&(field.problem.task(task).parcel as usize));
    let first_new = route.iter().zip(&visits).find(|(task, _)| is_new(**task));
    Proposal {
        courier: field.courier(rider).id,
        mode: field.problem.policy.assignment.mode,
        deliveries: parcels.iter().map(|&parcel| field.job(parcel).delivery).collect(),
        route: route.iter().zip(&visits).map(|(&task, visit)| stop(field, task, visit)).collect(),
        approach: first_new.map_or(Metres(0), |(_, visit)| visit.metres),
        trip: visits.iter().map(|visit| visit.metres).sum(),
    }
}

fn stop<T: TravelTimes>(field: &Field<'_, T>, task: TaskIx, visit: &Visit) -> PlannedStop {
    let (task, delivery) = field.task_id(task);
    PlannedStop {
        task,
        delivery,
        arrival: Timestamp::from_seconds(visit.arrival_s),
        handover: Timestamp::from_seconds(visit.handover_s),
    }
}

/// Single deliveries are also offered to the next cheapest couriers who have nothing planned.
fn ask_others<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    first_asked: &[Proposal],
) -> Vec<Proposal> {
    let mut asked = Vec::new();
    let mut others = Vec::new();
    for &parcel in &field.open {
        let delivery = field.job(parcel).delivery;
        if !first_asked.iter().any(|first| first.deliveries == [delivery]) {
            continue;
        }
        let mut left = field.problem.policy.assignment.offer_several_max - 1;
        for candidate in explain::candidates(field, schedules, parcel).0 {
            let rider = candidate.rider;
            let is_busy = schedules.planned_pay(rider) > 0
                || schedules.route(rider).len() > field.problem.riders[rider].promised.len();
            if left == 0 || is_busy || asked.contains(&rider) {
                continue;
            }
            let route = explain::route_with(field, schedules, parcel, rider);
            others.extend(route.map(|route| proposal(field, rider, &route, &[parcel])));
            asked.push(rider);
            left -= 1;
        }
    }
    others
}
