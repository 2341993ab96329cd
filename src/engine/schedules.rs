//! The routes as planned so far in a search, with what each costs.

use super::costs::Terms;
use super::insertion::Old;
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route::{self, Reckoned};
use super::rules::Refusal;
use super::snapshot::StopKind;
use super::travel::TravelTimes;

/// Who rides what. Every change goes through [`Self::set`], which keeps the sums right.
#[derive(Clone, Debug, Default)]
pub struct Schedules {
    riders: Vec<Schedule>,
    /// For each parcel that is not promised: who is planned to have it.
    rider_of: Vec<Option<RiderIx>>,
    /// How many times a route has been changed.
    changes: u64,
}

#[derive(Clone, Debug, Default)]
struct Schedule {
    route: Vec<TaskIx>,
    cost: i64,
    /// What the promised tasks alone would cost.
    base_cost: i64,
    /// Pay of the parcels in the route that are not promised.
    planned_pay: i64,
    /// Which of the changes was the last one here.
    changed_at: u64,
}

impl Schedules {
    /// Nothing planned beyond what is promised.
    pub fn of_promises<T: TravelTimes>(problem: &Problem<'_, T>) -> Self {
        let mut schedules = Self::default();
        schedules.grow(problem);
        schedules
    }

    /// Takes in riders and parcels that have been added to the problem.
    pub fn grow<T: TravelTimes>(&mut self, problem: &Problem<'_, T>) {
        self.rider_of.resize(problem.parcels.len(), None);
        for rider in self.riders.len()..problem.riders.len() {
            let route = problem.riders[rider].promised.clone();
            // A promise that can no longer be kept is still a promise: it costs what it costs.
            let cost = cost_of(problem, rider, &route).unwrap_or(0);
            self.riders.push(Schedule { route, cost, base_cost: cost, ..Schedule::default() });
        }
    }

    /// A rider's tasks, promised and planned.
    pub fn route(&self, rider: RiderIx) -> &[TaskIx] {
        &self.riders[rider].route
    }

    /// A rider's route, to be added to.
    pub fn old(&self, rider: RiderIx) -> Old<'_> {
        let since = Some(self.changed_at(rider));
        Old { rider, route: self.route(rider), cost: self.cost(rider), since }
    }

    /// What the route costs.
    pub fn cost(&self, rider: RiderIx) -> i64 {
        self.riders[rider].cost
    }

    /// What the promised tasks alone would cost.
    pub fn base_cost(&self, rider: RiderIx) -> i64 {
        self.riders[rider].base_cost
    }

    /// What the planned parcels will bring the rider, in minor units.
    pub fn planned_pay(&self, rider: RiderIx) -> i64 {
        self.riders[rider].planned_pay
    }

    /// Who is planned to have a parcel.
    pub fn rider_of(&self, parcel: ParcelIx) -> Option<RiderIx> {
        self.rider_of[parcel]
    }

    /// How many times a route has been changed so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Which of these changes was the last to a rider's route.
    pub fn changed_at(&self, rider: RiderIx) -> u64 {
        self.riders[rider].changed_at
    }

    /// The sum over all riders: what the search makes small.
    pub fn total_cost(&self) -> i64 {
        self.riders.iter().map(|schedule| schedule.cost).sum()
    }

    /// Makes `route`, which costs `cost`, the rider's.
    pub fn set<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        rider: RiderIx,
        route: &[TaskIx],
        cost: i64,
    ) {
        self.changes += 1;
        let schedule = &mut self.riders[rider];
        schedule.changed_at = self.changes;
        for parcel in new_parcels(problem, &schedule.route) {
            if self.rider_of[parcel] == Some(rider) {
                self.rider_of[parcel] = None;
            }
        }
        schedule.route.clear();
        schedule.route.extend_from_slice(route);
        schedule.cost = cost;
        schedule.planned_pay = 0;
        for parcel in new_parcels(problem, route) {
            self.rider_of[parcel] = Some(rider);
            schedule.planned_pay += problem.parcels[parcel].pay;
        }
    }

    /// Reckons the costs of one rider's route again, after time has passed or the rider has moved.
    ///
    /// # Errors
    /// The rule that now forbids the route, which is left as it is.
    pub fn refresh<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        rider: RiderIx,
    ) -> Result<(), Refusal> {
        let promised = &problem.riders[rider].promised;
        let base_cost = cost_of(problem, rider, promised).unwrap_or(0);
        self.riders[rider].base_cost = base_cost;
        self.riders[rider].cost = cost_of(problem, rider, &self.riders[rider].route)?;
        Ok(())
    }
}

/// What `route` would cost `rider`: all terms in one unit, and equality.
///
/// # Errors
/// The rule that forbids it.
pub fn cost_of<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
) -> Result<i64, Refusal> {
    cost_with(problem, rider, route, Reckoned::NOTHING)
}

/// [`cost_of`], where some of the rides are known already.
///
/// # Errors
/// The rule that forbids it.
pub fn cost_with<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
    reckoned: Reckoned<'_>,
) -> Result<i64, Refusal> {
    terms_with(problem, rider, route, reckoned).map(|terms| terms.weighted(&problem.policy.weights))
}

/// Every term of a route, equality included.
///
/// # Errors
/// The rule that forbids the route.
pub fn terms<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
) -> Result<Terms, Refusal> {
    terms_with(problem, rider, route, Reckoned::NOTHING)
}

fn terms_with<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    route: &[TaskIx],
    reckoned: Reckoned<'_>,
) -> Result<Terms, Refusal> {
    let mut terms = route::evaluate(problem, rider, route, reckoned)?;
    let promised = problem.riders[rider].promised.len();
    if route.len() > promised {
        terms.fairness_ms = fairness_over(problem, rider, new_parcels(problem, route));
    }
    Ok(terms)
}

/// What giving a rider these parcels, one after the other, costs for the sake of equality.
#[inline]
pub fn fairness_ms<T: TravelTimes>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    parcels: &[ParcelIx],
) -> i64 {
    fairness_over(problem, rider, parcels.iter().copied())
}

#[inline]
fn fairness_over<T>(
    problem: &Problem<'_, T>,
    rider: RiderIx,
    parcels: impl Iterator<Item = ParcelIx>,
) -> i64 {
    let standing = &problem.riders[rider].standing;
    let (mut planned, mut sum_ms) = (0, 0);
    for parcel in parcels {
        let pay = problem.parcels[parcel].pay;
        sum_ms += standing.term_ms(planned, pay);
        planned += pay;
    }
    sum_ms
}

/// The parcels of a route that are not promised, in the order of their last drop-offs.
pub fn new_parcels<'a, T: TravelTimes>(
    problem: &'a Problem<'_, T>,
    route: &'a [TaskIx],
) -> impl Iterator<Item = ParcelIx> + 'a {
    route.iter().filter_map(|&task| finishes(problem, task))
}

/// The parcel that is done with after a task, if it is not promised. It counts once: at its last
/// task.
pub fn finishes<T: TravelTimes>(problem: &Problem<'_, T>, ix: TaskIx) -> Option<ParcelIx> {
    let task = problem.task(ix);
    let parcel = task.parcel as usize;
    let is_last = task.kind == StopKind::Dropoff && ix + 1 == problem.parcels[parcel].tasks.end;
    (is_last && !task.promised).then_some(parcel)
}
