//! Why a job is proposed to whom it is, or to nobody yet: every candidate with each cost in its
//! unit, and everyone who was refused with the rule.

pub mod words;

use super::costs::Terms;
use super::field::Field;
use super::insertion::{self, Old, Scratch};
use super::plan::{Excluded, Explanation, Verdict, Weighed, decide_by_s};
use super::problem::{ParcelIx, RiderIx, TaskIx};
use super::rules::Refusal;
use super::schedules::{self, Schedules};
use super::travel::TravelTimes;
use crate::domain::policy::Mode;
use crate::domain::time::Timestamp;

/// A rider who could take a parcel, the plans of all others being as they are.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub rider: RiderIx,
    /// The cheapest route with the parcel in it.
    pub route: Vec<TaskIx>,
    /// What the parcel adds, term by term.
    pub terms: Terms,
    /// What it adds in one unit.
    pub cost: i64,
}

/// One explanation for each open parcel, by delivery.
pub fn all<T: TravelTimes>(field: &Field<'_, T>, schedules: &Schedules) -> Vec<Explanation> {
    let mut explanations: Vec<Explanation> = field
        .open
        .iter()
        .zip(&field.excluded)
        .map(|(&parcel, excluded)| explanation(field, schedules, parcel, excluded))
        .collect();
    explanations.sort_by_key(|one| one.delivery);
    explanations
}

fn explanation<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    excluded: &[(RiderIx, Refusal)],
) -> Explanation {
    let (candidates, refused) = candidates(field, schedules, parcel);
    let id = |rider: RiderIx| field.courier(rider).id;
    let mut excluded: Vec<Excluded> = excluded
        .iter()
        .chain(&refused)
        .map(|&(rider, rule)| Excluded { courier: id(rider), rule })
        .collect();
    excluded.sort_by_key(|one| one.courier);
    let weigh =
        |one: &Candidate| Weighed { courier: id(one.rider), terms: one.terms, cost: one.cost };
    Explanation {
        delivery: field.job(parcel).delivery,
        verdict: verdict(field, schedules, parcel, candidates.is_empty()),
        candidates: candidates.iter().map(weigh).collect(),
        excluded,
    }
}

/// Who could take a parcel, the cheapest first, and who could not.
pub fn candidates<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
) -> (Vec<Candidate>, Vec<(RiderIx, Refusal)>) {
    let problem = &field.problem;
    let range = &problem.parcels[parcel].tasks;
    let (mut candidates, mut refused) = (Vec::new(), Vec::new());
    let mut scratch = Scratch::default();
    for &rider in problem.reach(parcel) {
        // Its present rider is weighed like the others: as if it were not there yet.
        let route = schedules.route(rider).iter().copied();
        let route: Vec<TaskIx> = route.filter(|task| !range.contains(task)).collect();
        let before = schedules::terms(problem, rider, &route).unwrap_or_default();
        let cost = before.weighted(&problem.policy.weights);
        let old = Old { rider, route: &route, cost };
        let mut best = None;
        match insertion::into_route(problem, old, parcel, &mut scratch, &mut best) {
            Err(why) => refused.push((rider, why)),
            Ok(()) => candidates.extend(best.map(|best| {
                let with = schedules::terms(problem, rider, &best.route).unwrap_or_default();
                Candidate { rider, route: best.route, terms: with - before, cost: best.added }
            })),
        }
    }
    candidates.sort_by_key(|one| (one.cost, one.rider));
    (candidates, refused)
}

fn verdict<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    nobody: bool,
) -> Verdict {
    if field.problem.policy.assignment.mode == Mode::OpenList {
        return Verdict::OnOpenList;
    }
    let Some(rider) = schedules.rider_of(parcel) else {
        return if nobody { Verdict::Nobody } else { Verdict::Outbid };
    };
    let courier = field.courier(rider).id;
    let until_s = decide_by_s(field, schedules, rider, parcel);
    if until_s <= field.problem.now_s {
        Verdict::Proposed { to: courier }
    } else {
        Verdict::Waits { best: courier, until: Timestamp::from_seconds(until_s) }
    }
}
