//! Why a job is proposed to whom it is, or to nobody yet: every candidate with each cost in its
//! unit, and everyone who was refused with the rule.

pub mod words;

use super::costs::Terms;
use super::field::Field;
use super::insertion::{self, Best, Old, Scratch};
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
    /// What the parcel adds, term by term.
    pub terms: Terms,
    /// What it adds in one unit.
    pub cost: i64,
}

/// One explanation for each open parcel, by delivery.
pub fn all<T: TravelTimes>(field: &Field<'_, T>, schedules: &Schedules) -> Vec<Explanation> {
    let mut scales = Scales::new(field, schedules);
    let rows = field.open.iter().zip(&field.excluded);
    let mut explanations: Vec<Explanation> =
        rows.map(|(&parcel, excluded)| scales.explanation(parcel, excluded)).collect();
    explanations.sort_by_key(|one| one.delivery);
    explanations
}

/// Who could take a parcel, the cheapest first, and who could not.
pub fn candidates<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
) -> (Vec<Candidate>, Vec<(RiderIx, Refusal)>) {
    Scales::new(field, schedules).candidates(parcel)
}

/// The cheapest route of a rider with a parcel in it, if it is not there yet.
///
/// # Errors
/// The rule that allows none.
pub fn route_with<T: TravelTimes>(
    field: &Field<'_, T>,
    schedules: &Schedules,
    parcel: ParcelIx,
    rider: RiderIx,
) -> Result<Vec<TaskIx>, Refusal> {
    Scales::new(field, schedules).weigh(parcel, rider).map(|(best, _)| best.route)
}

/// Weighs one parcel after the other for many riders.
struct Scales<'a, T> {
    field: &'a Field<'a, T>,
    schedules: &'a Schedules,
    /// What each rider's plan costs as it is, once it has been asked for.
    present: Vec<Option<Terms>>,
    scratch: Scratch,
    without: Vec<TaskIx>,
}

impl<'a, T: TravelTimes> Scales<'a, T> {
    fn new(field: &'a Field<'a, T>, schedules: &'a Schedules) -> Self {
        Self {
            field,
            schedules,
            present: vec![None; field.problem.riders.len()],
            scratch: Scratch::default(),
            without: Vec::new(),
        }
    }

    fn explanation(&mut self, parcel: ParcelIx, excluded: &[(RiderIx, Refusal)]) -> Explanation {
        let (candidates, refused) = self.candidates(parcel);
        let field = self.field;
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
            verdict: verdict(field, self.schedules, parcel, candidates.is_empty()),
            candidates: candidates.iter().map(weigh).collect(),
            excluded,
        }
    }

    fn candidates(&mut self, parcel: ParcelIx) -> (Vec<Candidate>, Vec<(RiderIx, Refusal)>) {
        let (mut candidates, mut refused) = (Vec::new(), Vec::new());
        for (rider, _) in self.field.problem.reach(parcel) {
            match self.weigh(parcel, rider) {
                Err(why) => refused.push((rider, why)),
                Ok((best, before)) => candidates.push(Candidate {
                    rider,
                    terms: best.terms - before,
                    cost: best.added,
                }),
            }
        }
        candidates.sort_by_key(|one| (one.cost, one.rider));
        (candidates, refused)
    }

    /// A rider's best route with a parcel, and what the route costs without. Its present rider is
    /// weighed like the others: as if it were not there yet.
    fn weigh(&mut self, parcel: ParcelIx, rider: RiderIx) -> Result<(Best, Terms), Refusal> {
        let (problem, schedules) = (&self.field.problem, self.schedules);
        let terms = |route: &[TaskIx]| schedules::terms(problem, rider, route).unwrap_or_default();
        let (before, route) = if schedules.rider_of(parcel) == Some(rider) {
            let range = &problem.parcels[parcel].tasks;
            let route = schedules.route(rider).iter().copied();
            self.without.clear();
            self.without.extend(route.filter(|task| !range.contains(task)));
            (terms(&self.without), self.without.as_slice())
        } else {
            let route = schedules.route(rider);
            (*self.present[rider].get_or_insert_with(|| terms(route)), route)
        };
        let old = Old { rider, route, cost: before.weighted(&problem.policy.weights), since: None };
        let mut best = None;
        insertion::into_route(problem, old, parcel, &mut self.scratch, &mut best)?;
        Ok((best.unwrap_or_default(), before))
    }
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
