//! Dealing again: the plans of all riders are taken from them and given out anew, each as one piece
//! to one rider, by exact assignment.

use std::ops::Range;

use super::bounds::{Approach, ByVehicle, Counter};
use super::matching::{self, Edge, Edges};
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route::Reckoned;
use super::schedules::{self, Schedules, new_parcels};
use super::travel::{Leg, TravelTimes};
use crate::domain::vehicle::{Load, VehicleKind};

/// A rider's planned tasks as one piece, which another rider could have instead.
struct Pack {
    rider: RiderIx,
    /// Its part of [`Lists::tasks`].
    tasks: Range<usize>,
    /// What it adds to its present rider's promised route.
    cost: i64,
    /// What it could be cheaper elsewhere at most, if nobody else wanted to be there.
    gain: i64,
}

/// A rider, and a bound from below on what a pack would add there.
#[derive(Clone, Copy)]
struct Bound {
    rider: RiderIx,
    cost: i64,
    /// Whether that is what it would really add.
    is_exact: bool,
}

/// What is known so far of what a rider's pack would add to the other riders. It stays true for this
/// instant until the rider has another pack.
#[derive(Default)]
struct Row {
    /// At which change of the schedules everybody was looked at.
    known_at: Option<u64>,
    /// The most promising riders: those weighed, the cheapest first, then the others.
    bounds: Vec<Bound>,
    /// The cheapest of all bounds, and of those that have not been weighed; `i64::MAX` if there is
    /// none.
    least_ms: i64,
    next_ms: i64,
    /// How many have been weighed.
    weighed: usize,
    /// What it really adds to those who may have it.
    edges: Vec<Edge>,
}

impl Row {
    /// Lists the most promising riders for a pack.
    fn look_around<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        pack: &Pack,
        stops: (&[TaskIx], &[ParcelIx]),
    ) {
        let deal_max = problem.policy.search.deal_max;
        self.bounds.clear();
        self.bounds.reserve(problem.riders.len().min(2 * deal_max));
        self.weighed = 0;
        self.edges.clear();
        let mut limit = i64::MAX;
        pack.bounds(problem, stops, |bound| {
            self.bounds.push(bound);
            if self.bounds.len() == 2 * deal_max {
                limit = self.keep_best(deal_max);
            }
            limit
        });
        self.keep_best(deal_max);
        self.least_ms = self.bounds.iter().map(|bound| bound.cost).min().unwrap_or(i64::MAX);
        self.next_ms = self.least_ms;
    }

    /// Keeps the best `count`, and returns what others must cost less than to be one of them.
    fn keep_best(&mut self, count: usize) -> i64 {
        if self.bounds.len() <= count {
            return i64::MAX;
        }
        let (_, last, _) = self.bounds.select_nth_unstable_by_key(count - 1, Bound::order);
        let limit = last.cost;
        self.bounds.truncate(count);
        limit
    }

    /// Reckons what a pack would really add to those riders for whom the bound is less than `below`.
    fn weigh<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        schedules: &Schedules,
        below: i64,
        mut scales: Scales<'_>,
    ) {
        if self.next_ms >= below {
            return;
        }
        let begin = self.weighed;
        self.next_ms = i64::MAX;
        for place in begin..self.bounds.len() {
            let cost = self.bounds[place].cost;
            if cost < below {
                self.bounds.swap(self.weighed, place);
                self.weighed += 1;
            } else {
                self.next_ms = self.next_ms.min(cost);
            }
        }
        let new = &mut self.bounds[begin..self.weighed];
        new.sort_unstable_by_key(Bound::order);
        let costs = new.iter().map(|bound| (bound.rider, scales.of(problem, schedules, bound)));
        self.edges.extend(
            costs.filter_map(|(rider, cost)| Some(Edge { column: column(rider), cost: cost? })),
        );
    }
}

impl Bound {
    fn order(&self) -> (i64, RiderIx) {
        (self.cost, self.rider)
    }
}

/// Lists that are filled again and again without being allocated again, for one instant.
#[derive(Default)]
pub struct Lists {
    packs: Vec<Pack>,
    tasks: Vec<TaskIx>,
    /// Those of one pack.
    parcels: Vec<ParcelIx>,
    /// By rider.
    rows: Vec<Row>,
    legs: Vec<Leg>,
    route: Vec<TaskIx>,
}

/// Deals all planned packs out again. It never makes the total cost larger. Cost: packs x riders bounds, the policy's `deal_max` routes for each pack that could do
/// better or is in the way of one, and the assignment.
pub fn deal_again<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    lists: &mut Lists,
) {
    lists.gather(problem, schedules);
    let gain_max: i64 = lists.packs.iter().map(|pack| pack.gain).sum();
    if gain_max == 0 {
        return;
    }
    let edge = |pack: &Pack| Edge { column: column(pack.rider), cost: pack.cost };
    let present: Vec<Edge> = lists.packs.iter().map(edge).collect();
    let is_restless = |&row: &usize| lists.packs[row].gain > 0;
    let restless: Vec<usize> = (0..present.len()).filter(is_restless).collect();
    let options = Options { problem, schedules, lists, gain_max };
    let chosen = matching::improve(&present, &restless, problem.riders.len(), options);
    lists.hand_out(problem, schedules, &chosen);
}

fn column(rider: RiderIx) -> u32 {
    u32::try_from(rider).unwrap_or(u32::MAX)
}

impl Pack {
    /// Calls `each` with the other riders who may have the whole pack and a bound from below on what
    /// it would add: equality, the ride to its first counter and what follows. `each` returns what
    /// further bounds have to be below.
    fn bounds<T: TravelTimes>(
        &self,
        problem: &Problem<'_, T>,
        (tasks, parcels): (&[TaskIx], &[ParcelIx]),
        mut each: impl FnMut(Bound) -> i64,
    ) {
        let first = problem.task(tasks[0]).parcel as usize;
        let counter = Counter::of(problem, tasks);
        let mut stops = ByVehicle::default();
        let mut below = i64::MAX;
        for (rider, leg) in problem.reach(first) {
            if rider == self.rider {
                continue;
            }
            let fairness_ms = schedules::fairness_ms(problem, rider, parcels);
            if fairness_ms >= below {
                continue;
            }
            let Some(approach) = Approach::of(problem, &counter, rider, leg) else { continue };
            let row = &problem.riders[rider];
            let stops = stops.of(problem, row.vehicle, tasks);
            // Who has promised something sets out for this from elsewhere.
            let riding_ms = if row.promised.is_empty() { approach.riding_ms } else { 0 };
            let cost = fairness_ms + riding_ms + stops.from(approach.handover_s);
            if cost < below && parcels.iter().all(|&one| problem.may_have(rider, one)) {
                let is_exact = is_free(problem, rider) && stops.is_exact(row, approach.handover_s);
                below = each(Bound { rider, cost, is_exact });
            }
        }
    }
}

impl Lists {
    /// Lists the packs, and what each could gain.
    fn gather<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, schedules: &Schedules) {
        self.packs.clear();
        self.tasks.clear();
        self.rows.resize_with(problem.riders.len(), Row::default);
        for (rider, row) in problem.riders.iter().enumerate() {
            let route = schedules.route(rider);
            if route.len() == row.promised.len() {
                continue;
            }
            let begin = self.tasks.len();
            self.tasks.extend(route.iter().filter(|&&task| !problem.task(task).promised));
            let cost = schedules.cost(rider) - schedules.base_cost(rider);
            let mut pack = Pack { rider, tasks: begin..self.tasks.len(), cost, gain: 0 };
            let row = &mut self.rows[rider];
            if row.known_at.is_none_or(|known_at| known_at < schedules.changed_at(rider)) {
                self.parcels.clear();
                self.parcels.extend(new_parcels(problem, route));
                row.look_around(problem, &pack, (&self.tasks[begin..], &self.parcels));
                row.known_at = Some(schedules.changes());
            }
            pack.gain = cost.saturating_sub(row.least_ms).max(0);
            self.packs.push(pack);
        }
    }

    /// Gives each pack to its chosen rider, if that is cheaper in all.
    fn hand_out<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        schedules: &mut Schedules,
        chosen: &[Edge],
    ) {
        let before: i64 = self.packs.iter().map(|pack| pack.cost).sum();
        if chosen.iter().map(|edge| edge.cost).sum::<i64>() >= before {
            return;
        }
        let movers =
            || self.packs.iter().zip(chosen).filter(|(p, edge)| p.rider != edge.column as usize);
        for (pack, _) in movers() {
            let promised = &problem.riders[pack.rider].promised;
            schedules.set(problem, pack.rider, promised, schedules.base_cost(pack.rider));
        }
        for (pack, edge) in movers() {
            let rider = edge.column as usize;
            self.route.clear();
            self.route.extend_from_slice(&problem.riders[rider].promised);
            self.route.extend_from_slice(&self.tasks[pack.tasks.clone()]);
            schedules.set(problem, rider, &self.route, edge.cost + schedules.base_cost(rider));
        }
    }
}

/// What packs would add to other riders, reckoned when it is asked for.
struct Options<'a, T> {
    problem: &'a Problem<'a, T>,
    schedules: &'a Schedules,
    lists: &'a mut Lists,
    gain_max: i64,
}

impl<T: TravelTimes> Edges for Options<'_, T> {
    fn below(&mut self, row: usize, below: i64) -> &[Edge] {
        let Lists { packs, tasks, rows, legs, route, .. } = &mut *self.lists;
        let pack = &packs[row];
        let row = &mut rows[pack.rider];
        // No exchange can save more than the others' gains together, so an edge that costs more than
        // the pack's present place by as much cannot be part of a better deal.
        let most = pack.cost + self.gain_max - pack.gain;
        legs.clear();
        let scales = Scales {
            vehicle: self.problem.riders[pack.rider].vehicle,
            tasks: &tasks[pack.tasks.clone()],
            legs,
            route,
        };
        row.weigh(self.problem, self.schedules, below.min(most), scales);
        &row.edges
    }
}

/// Whether a rider has promised nothing, carries nothing and may set out.
fn is_free<T: TravelTimes>(problem: &Problem<'_, T>, rider: RiderIx) -> bool {
    let rider = &problem.riders[rider];
    rider.promised.is_empty()
        && rider.carrying == Load::default()
        && rider.rest_until_s <= problem.now_s
}

/// What one pack really costs different riders.
struct Scales<'a> {
    tasks: &'a [TaskIx],
    /// Whose legs are known, once somebody's route has been ridden.
    vehicle: VehicleKind,
    legs: &'a mut Vec<Leg>,
    route: &'a mut Vec<TaskIx>,
}

impl Scales<'_> {
    /// What the pack adds to the promises of a rider; `None` if a rule forbids it.
    fn of<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        schedules: &Schedules,
        bound: &Bound,
    ) -> Option<i64> {
        if bound.is_exact {
            return Some(bound.cost);
        }
        self.reckon_legs(problem);
        self.route.clear();
        self.route.extend_from_slice(&problem.riders[bound.rider].promised);
        self.route.extend_from_slice(self.tasks);
        let known = Reckoned { vehicle: self.vehicle, legs: self.legs };
        let cost = schedules::cost_with(problem, bound.rider, self.route, known).ok()?;
        Some(cost - schedules.base_cost(bound.rider))
    }

    fn reckon_legs<T: TravelTimes>(&mut self, problem: &Problem<'_, T>) {
        if self.legs.len() == self.tasks.len() {
            return;
        }
        self.legs.clear();
        self.legs.push(Leg::default());
        self.legs.extend(self.tasks.windows(2).map(|two| {
            let [from, to] = [problem.task(two[0]), problem.task(two[1])];
            problem.travel.leg(from.spot, to.spot, self.vehicle)
        }));
    }
}
