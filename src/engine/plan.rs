//! The plan of one tick: what to propose to whom, and for every open job why.

use serde::{Deserialize, Serialize};

use super::candidates::{Field, Planned};
use super::commitment;
use super::costs::Terms;
use super::rules::Refusal;
use super::search::{self, Found, Outcome};
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
    /// One for each open job, by delivery.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
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
/// Cost: dominated by jobs x [`candidates_max`](crate::domain::policy::Search::candidates_max).
pub fn plan(
    snapshot: &Snapshot,
    policy: &DispatchPolicy,
    travel: &impl TravelTimes,
    seed: u64,
) -> Plan {
    if !snapshot.is_sorted() {
        let Snapshot { now, couriers, jobs } = snapshot.clone();
        return plan(&Snapshot::sorted(now, couriers, jobs), policy, travel, seed);
    }
    let field = Field::new(snapshot, policy, travel);
    let outcome = search::run(&field, seed);
    let mut plan = Plan::default();
    for (place, given) in outcome.given.iter().enumerate() {
        let Some(route) = &outcome.routes[place] else { continue };
        let now_due = due_now(&field, given, route);
        if now_due && policy.assignment.mode != Mode::OpenList {
            let courier = snapshot.couriers[place].id;
            plan.proposals.push(proposal(courier, policy.assignment.mode, given, route));
        }
    }
    if policy.assignment.mode == Mode::OfferSeveral {
        ask_others(&field, &outcome, &mut plan);
    }
    let explain = |found| explanation(&field, &outcome, found);
    plan.explanations = outcome.found.iter().map(explain).collect();
    plan
}

fn due_now<T>(field: &Field<'_, T>, given: &[DeliveryId], route: &Planned) -> bool {
    commitment::decide_by(given, &route.stops, &route.visits, &field.policy.commitment)
        .is_some_and(|by| by <= field.snapshot.now)
}

fn proposal(courier: CourierId, mode: Mode, given: &[DeliveryId], route: &Planned) -> Proposal {
    let stops = route.stops.iter().zip(&route.visits);
    let first_new = stops.clone().find(|(stop, _)| given.contains(&stop.delivery));
    Proposal {
        courier,
        mode,
        deliveries: given.to_vec(),
        route: stops
            .map(|(stop, visit)| PlannedStop {
                task: stop.task,
                delivery: stop.delivery,
                arrival: visit.arrival,
                handover: visit.handover,
            })
            .collect(),
        approach: first_new.map_or(Metres(0), |(_, visit)| visit.metres),
        trip: route.visits.iter().map(|visit| visit.metres).sum(),
    }
}

/// Single deliveries are also offered to the next cheapest couriers who have nothing proposed.
fn ask_others<T: TravelTimes>(field: &Field<'_, T>, outcome: &Outcome, plan: &mut Plan) {
    let mut asked: Vec<CourierId> = plan.proposals.iter().map(|one| one.courier).collect();
    let mut others = Vec::new();
    for first in plan.proposals.iter().filter(|one| one.deliveries.len() == 1) {
        let is_it = |found: &&Found| field.snapshot.jobs[found.job].delivery == first.deliveries[0];
        let Some(found) = outcome.found.iter().find(is_it) else { continue };
        let mut candidates: Vec<_> = found.candidates.iter().collect();
        candidates.sort_by_key(|candidate| (candidate.cost, candidate.courier));
        let mut left = field.policy.assignment.offer_several_max - 1;
        for candidate in candidates {
            let courier = &field.snapshot.couriers[candidate.courier];
            if left == 0
                || outcome.routes[candidate.courier].is_some()
                || asked.contains(&courier.id)
            {
                continue;
            }
            let route = field.timed(courier, candidate.stops.clone());
            others.push(proposal(courier.id, first.mode, &first.deliveries, &route));
            asked.push(courier.id);
            left -= 1;
        }
    }
    plan.proposals.append(&mut others);
    plan.proposals.sort_by_key(|proposal| proposal.courier);
}

fn explanation<T>(field: &Field<'_, T>, outcome: &Outcome, found: &Found) -> Explanation {
    let id = |place: usize| field.snapshot.couriers[place].id;
    let mut candidates: Vec<Weighed> = found
        .candidates
        .iter()
        .map(|one| Weighed { courier: id(one.courier), terms: one.terms, cost: one.cost })
        .collect();
    candidates.sort_by_key(|one| (one.cost, one.courier));
    let excluded = found.excluded.iter();
    Explanation {
        delivery: field.snapshot.jobs[found.job].delivery,
        verdict: verdict(field, outcome, found),
        candidates,
        excluded: excluded.map(|&(place, rule)| Excluded { courier: id(place), rule }).collect(),
    }
}

fn verdict<T>(field: &Field<'_, T>, outcome: &Outcome, found: &Found) -> Verdict {
    if field.policy.assignment.mode == Mode::OpenList {
        return Verdict::OnOpenList;
    }
    let Some(chosen) = found.chosen else {
        let nobody = found.candidates.is_empty();
        return if nobody { Verdict::Nobody } else { Verdict::Outbid };
    };
    let place = found.candidates[chosen].courier;
    let courier = field.snapshot.couriers[place].id;
    let by = outcome.routes[place].as_ref().and_then(|route| {
        let given = &outcome.given[place];
        commitment::decide_by(given, &route.stops, &route.visits, &field.policy.commitment)
    });
    match by {
        Some(until) if until > field.snapshot.now => Verdict::Waits { best: courier, until },
        _ => Verdict::Proposed { to: courier },
    }
}
