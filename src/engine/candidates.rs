//! Who could take a job, in which order of stops, and at what cost.

use std::collections::BTreeMap;

use super::costs::fairness::Average;
use super::costs::{Terms, approach, delay};
use super::index::CourierIndex;
use super::route::{self, Visit};
use super::rules::{self, Refusal, Trial};
use super::snapshot::{CourierState, Job, Snapshot, Standing, Stop};
use super::travel::TravelTimes;
use crate::domain::ids::CourierId;
use crate::domain::policy::DispatchPolicy;

/// A courier's route as planned so far in this tick.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The stops, promised and new.
    pub stops: Vec<Stop>,
    /// Their times.
    pub visits: Vec<Visit>,
    /// What the stops cost as they are.
    pub terms: Terms,
}

/// A job and a courier that fit together.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The courier's place in the snapshot.
    pub courier: usize,
    /// The cheapest route with the job in it.
    pub stops: Vec<Stop>,
    /// What it adds to the courier's route as planned so far.
    pub terms: Terms,
    /// The terms in one unit, under the policy.
    pub cost: i64,
}

/// Everything that stays the same during one tick.
pub struct Field<'a, T> {
    /// The instant, the couriers and the jobs.
    pub snapshot: &'a Snapshot,
    /// What was voted.
    pub policy: &'a DispatchPolicy,
    /// The city.
    pub travel: &'a T,
    average: Average,
    has_pending_offer: Vec<bool>,
    /// Couriers by where they are and by where their promised routes end; only for large fields.
    here: Option<CourierIndex>,
    ends: Option<CourierIndex>,
    place_of: BTreeMap<CourierId, usize>,
}

impl<'a, T: TravelTimes> Field<'a, T> {
    /// Cost: O(couriers log couriers + jobs).
    pub fn new(snapshot: &'a Snapshot, policy: &'a DispatchPolicy, travel: &'a T) -> Self {
        let couriers = &snapshot.couriers;
        let place_of: BTreeMap<_, _> =
            couriers.iter().enumerate().map(|(place, courier)| (courier.id, place)).collect();
        let mut has_pending_offer = vec![false; couriers.len()];
        for job in &snapshot.jobs {
            if let Standing::Offered { to } = &job.standing {
                for place in to.iter().filter_map(|id| place_of.get(id)) {
                    has_pending_offer[*place] = true;
                }
            }
        }
        let large = couriers.len() > policy.search.candidates_max;
        let index = |spot: fn(&CourierState) -> crate::domain::geo::Spot| {
            large.then(|| CourierIndex::load(couriers.iter().map(|one| (one.id, spot(one)))))
        };
        Self {
            snapshot,
            policy,
            travel,
            average: Average::of(couriers),
            has_pending_offer,
            here: index(|courier| courier.spot),
            ends: index(CourierState::route_end),
            place_of,
        }
    }

    /// The couriers worth a closer look for a job, in the order of the snapshot: the nearest by
    /// where they are and the nearest by where they will be.
    pub fn near(&self, job: &Job) -> Vec<usize> {
        let (Some(here), Some(ends)) = (&self.here, &self.ends) else {
            return (0..self.snapshot.couriers.len()).collect();
        };
        let spot = job.pickup_spot();
        let count = self.policy.search.candidates_max;
        let near = here.nearest(spot, count).into_iter().chain(ends.nearest(spot, count));
        let mut places: Vec<usize> =
            near.filter_map(|id| self.place_of.get(&id).copied()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The route a courier has promised so far.
    pub fn promised(&self, courier: &CourierState) -> Planned {
        self.timed(courier, courier.route.clone())
    }

    /// A courier's route with its times and costs.
    pub fn timed(&self, courier: &CourierState, stops: Vec<Stop>) -> Planned {
        let mut visits = Vec::with_capacity(stops.len());
        route::schedule(courier, self.snapshot.now, &stops, self.travel, &mut visits);
        let terms = Terms::of_route(&stops, &visits);
        Planned { stops, visits, terms }
    }

    /// The cheapest way for one courier to take one job on top of what is planned.
    ///
    /// # Errors
    /// The rule that refused: on the pair, or on the route that came closest to being allowed.
    pub fn candidate(
        &self,
        place: usize,
        job: &Job,
        planned: &Planned,
    ) -> Result<Candidate, Refusal> {
        let courier = &self.snapshot.couriers[place];
        rules::of_pair(courier, job, self.has_pending_offer[place], self.policy)?;
        let earliest = delay::earliest(job, courier.vehicle.kind, self.travel);
        let fairness_s = self.average.term(courier, &self.policy.fairness);
        let new = [job];
        let mut visits = Vec::new();
        let mut best: Option<Candidate> = None;
        let mut refusal: Option<Refusal> = None;
        let along_the_way = self.policy.bundling.along_the_way;
        route::insertions(&planned.stops, &job.stops, along_the_way, |stops| {
            route::schedule(courier, self.snapshot.now, stops, self.travel, &mut visits);
            let trial = Trial { courier, stops, visits: &visits, new: &new };
            if let Err(why) = rules::of_route(&trial, self.policy) {
                refusal = refusal.max(Some(why));
                return;
            }
            let mut terms = Terms::of_route(stops, &visits) - planned.terms;
            terms.delay_s -= earliest;
            terms.approach_m = approach::to_first_stop(job.delivery, stops, &visits);
            terms.fairness_s = fairness_s;
            let cost = terms.weighted(self.policy);
            if best.as_ref().is_none_or(|best| cost < best.cost) {
                best = Some(Candidate { courier: place, stops: stops.to_vec(), terms, cost });
            }
        });
        match best {
            Some(best) if best.terms.approach_m > self.policy.search.reach_m => Err(Refusal::Reach),
            Some(best) => Ok(best),
            None => Err(refusal.unwrap_or(Refusal::Capacity)),
        }
    }
}
