//! Re-planning: a delivery that is going to be late with the courier who has it may go to another
//! one, where that spares more waiting than a broken promise counts.
//!
//! A promise to a person is broken only for a customer's sake: equality of earnings is left out on
//! both sides, what comes in time stays where it is, and so does what a person's hand has given and
//! what the courier is on the way to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ask::set_free;
use super::costs::Terms;
use super::explain;
use super::field::Field;
use super::plan::{Explanation, Proposal, Verdict, proposal};
use super::problem::TaskIx;
use super::route;
use super::schedules::{self, Schedules};
use super::snapshot::{CourierState, Job, Standing, Stop, StopKind, StopState};
use super::travel::TravelTimes;
use crate::domain::ids::{CourierId, DeliveryId, TaskId};
use crate::domain::policy::Mode;

/// A delivery that should change hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reassignment {
    /// Who has it.
    pub from: CourierId,
    /// Who should have it: told, or asked, while the other keeps it until then.
    pub proposal: Proposal,
    /// What that saves, the broken promise not counted, in thousandths of a second of a customer's
    /// waiting; `None` where the one who has it cannot carry it any more.
    pub saves_ms: Option<i64>,
}

/// How many late deliveries are looked at in one tick, the latest first.
const TRIED_MAX: usize = 3;

/// What of a field's promises should change hands now, and why; nobody of `busy` is disturbed, and
/// nobody twice.
///
/// Cost: one look at every promised route, and three times the layout of the city.
pub fn reassignments<T: TravelTimes>(
    field: &Field<'_, T>,
    seed: u64,
    busy: &BTreeSet<CourierId>,
) -> (Vec<Reassignment>, Vec<Explanation>) {
    let (mut found, mut reasons) = (Vec::new(), Vec::new());
    let policy = field.problem.policy;
    let moves_max = policy.replanning.moves_max;
    if moves_max == 0 || policy.assignment.mode == Mode::OpenList {
        return (found, reasons);
    }
    let mut busy = busy.clone();
    for (job, holder) in late(field).into_iter().take(TRIED_MAX) {
        if found.len() == moves_max || busy.contains(&holder.id) {
            continue;
        }
        let free = set_free(field.snapshot, &BTreeSet::from([job.delivery]));
        let trial = Trial { field: &Field::new(&free, policy, field.problem.travel, seed), holder };
        if let Some((reassignment, why)) = trial.run(&busy) {
            busy.extend([holder.id, reassignment.proposal.courier]);
            found.push(reassignment);
            reasons.push(why);
        }
    }
    (found, reasons)
}

/// Whether a courier has a job that the engine may still take back: nobody's hand gave it, nobody has
/// been asked to take it over, none of its stops is under way or behind, and the courier goes somewhere
/// else first.
fn is_movable(job: &Job, holder: &CourierState) -> bool {
    let Standing::Held { by, by_hand: false, asked } = &job.standing else { return false };
    let own = |stop: &&Stop| stop.delivery == job.delivery;
    let mut before = holder.route.iter().take_while(|stop| !own(stop));
    *by == holder.id
        && asked.is_empty()
        && holder.route.iter().filter(own).count() == job.stops.len()
        && holder.route.iter().filter(own).all(|stop| stop.state == StopState::Todo)
        && before.any(|stop| stop.spot != job.pickup_spot())
}

/// The movable jobs that will be dropped off later than promised, or picked up after the shift, with
/// those who have them; the latest first.
fn late<'a, T: TravelTimes>(field: &Field<'a, T>) -> Vec<(&'a Job, &'a CourierState)> {
    let couriers: BTreeMap<CourierId, &CourierState> =
        field.snapshot.couriers.iter().map(|courier| (courier.id, courier)).collect();
    let held: BTreeMap<DeliveryId, (&Job, &CourierState)> = field
        .snapshot
        .jobs
        .iter()
        .filter_map(|job| {
            let Standing::Held { by, .. } = job.standing else { return None };
            let holder = couriers.get(&by).filter(|holder| is_movable(job, holder))?;
            Some((job.delivery, (job, *holder)))
        })
        .collect();
    if held.is_empty() {
        return Vec::new();
    }
    let mut late: BTreeMap<DeliveryId, i64> = BTreeMap::new();
    for (rider, row) in field.problem.riders.iter().enumerate() {
        let visits = route::visits(&field.problem, rider, &row.promised);
        for (&ix, visit) in row.promised.iter().zip(&visits) {
            let (task, delivery) = (field.problem.task(ix), field.task_id(ix).1);
            let by_s = match task.kind {
                StopKind::Pickup => row.shift_end_s,
                StopKind::Dropoff => task.due_s,
            };
            let over_s = visit.handover_s.saturating_sub(by_s);
            if over_s > 0 && held.contains_key(&delivery) {
                let most_s = late.entry(delivery).or_default();
                *most_s = over_s.max(*most_s);
            }
        }
    }
    let mut late: Vec<(i64, DeliveryId)> = late.into_iter().map(|(id, by_s)| (-by_s, id)).collect();
    late.sort_unstable();
    late.into_iter().map(|(_, delivery)| held[&delivery]).collect()
}

/// A field in which one job is open, and the courier who has it.
struct Trial<'a, T> {
    field: &'a Field<'a, T>,
    holder: &'a CourierState,
}

impl<T: TravelTimes> Trial<'_, T> {
    fn run(&self, busy: &BTreeSet<CourierId>) -> Option<(Reassignment, Explanation)> {
        let (from, policy) = (self.holder.id, self.field.problem.policy);
        let &[parcel] = self.field.open.as_slice() else { return None };
        let schedules = Schedules::of_promises(&self.field.problem);
        let why = explain::all(self.field, &schedules).pop()?;
        let free = |id| id != from && !busy.contains(&id);
        let best = why.candidates.iter().find(|one| free(one.courier))?;
        let waiting = |terms: &Terms| terms.weighted(&policy.weights) - terms.fairness_ms;
        let saves_ms = self.now().map(|now| waiting(&now) - waiting(&best.terms));
        if saves_ms.is_some_and(|saves| saves <= policy.replanning.broken_promise_s * 1000) {
            return None;
        }
        let rider = self.field.rider(best.courier)?;
        let route = explain::route_with(self.field, &schedules, parcel, rider).ok()?;
        let proposal = proposal(self.field, rider, &route, &[parcel]);
        let verdict = Verdict::Moves { from, to: proposal.courier };
        Some((Reassignment { from, proposal, saves_ms }, Explanation { verdict, ..why }))
    }

    /// What the job costs where it is; `None` if a rule is going to be broken.
    fn now(&self) -> Option<Terms> {
        let (field, problem) = (self.field, &self.field.problem);
        let rider = field.rider(self.holder.id)?;
        let tasks: BTreeMap<TaskId, TaskIx> =
            (0..).take(problem.tasks.len()).map(|ix| (field.task_id(ix).0, ix)).collect();
        let route: Option<Vec<TaskIx>> =
            self.holder.route.iter().map(|stop| tasks.get(&stop.task).copied()).collect();
        let with = schedules::terms(problem, rider, &route?).ok()?;
        let without = schedules::terms(problem, rider, &problem.riders[rider].promised).ok()?;
        Some(with - without)
    }
}
