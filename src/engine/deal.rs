//! Dealing again: the plans of all riders are taken from them and given out anew, each as one piece
//! to one rider, by exact assignment.

use std::ops::Range;

use super::bounds::{Approach, ByVehicle, Counter};
use super::matching::{self, Edge, Edges};
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route::Reckoned;
use super::schedules::{self, Schedules, new_parcels};
use super::travel::{Leg, TravelTimes};
use crate::domain::vehicle::Load;

/// A rider's planned tasks as one piece, which another rider could have instead.
struct Pack {
    rider: RiderIx,
    /// Its part of [`Lists::tasks`].
    tasks: Range<usize>,
    /// Its part of [`Lists::parcels`].
    parcels: Range<usize>,
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
    /// When the rider would be given the first goods, in seconds, going there at once.
    handover_s: i64,
    /// The part of the cost that is the rider's own: equality, and the ride there.
    own_ms: i64,
}

/// What is known so far of what a pack would add to other riders.
#[derive(Default)]
struct Row {
    /// Everyone has been looked at who could have it for less than this.
    below: i64,
    /// The most promising of them, the cheapest first.
    bounds: Vec<Bound>,
    /// How many of these have been weighed.
    weighed: usize,
    /// What it really adds to those who may have it.
    edges: Vec<Edge>,
}

/// Lists that are filled again and again without being allocated again, for one instant.
#[derive(Default)]
pub struct Lists {
    packs: Vec<Pack>,
    tasks: Vec<TaskIx>,
    parcels: Vec<ParcelIx>,
    rows: Vec<Row>,
    legs: Vec<Leg>,
    route: Vec<TaskIx>,
    /// At which change of the schedules a rider's pack was known to be best off where it is.
    content_at: Vec<Option<u64>>,
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
    /// Calls `each` with the riders who may have the whole pack and a bound from below on what it
    /// would add: equality, the ride to its first counter and what follows. `each` returns what
    /// further bounds have to be below.
    fn bounds<T: TravelTimes>(
        &self,
        problem: &Problem<'_, T>,
        (tasks, parcels): (&[TaskIx], &[ParcelIx]),
        mut below: i64,
        mut each: impl FnMut(Bound) -> i64,
    ) {
        let first = problem.task(tasks[0]).parcel as usize;
        let counter = Counter::of(problem, tasks);
        let mut stops = ByVehicle::default();
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
            let stops_ms = stops.of(problem, row.vehicle, tasks).from(approach.handover_s);
            // Who has promised something sets out for this from elsewhere.
            let riding_ms = if row.promised.is_empty() { approach.riding_ms } else { 0 };
            let own_ms = fairness_ms + riding_ms;
            let cost = own_ms + stops_ms;
            if cost < below && parcels.iter().all(|&one| problem.may_have(rider, one)) {
                let handover_s = approach.handover_s;
                below = each(Bound { rider, cost, handover_s, own_ms });
            }
        }
    }
}

impl Lists {
    /// Lists the packs, and what each could gain.
    fn gather<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, schedules: &Schedules) {
        self.packs.clear();
        self.tasks.clear();
        self.parcels.clear();
        self.content_at.resize(problem.riders.len(), None);
        for (rider, row) in problem.riders.iter().enumerate() {
            let route = schedules.route(rider);
            if route.len() == row.promised.len() {
                continue;
            }
            let begin = (self.tasks.len(), self.parcels.len());
            self.tasks.extend(route.iter().filter(|&&task| !problem.task(task).promised));
            self.parcels.extend(new_parcels(problem, route));
            let (tasks, parcels) = (&self.tasks[begin.0..], &self.parcels[begin.1..]);
            let cost = schedules.cost(rider) - schedules.base_cost(rider);
            let mut pack = Pack {
                rider,
                tasks: begin.0..self.tasks.len(),
                parcels: begin.1..self.parcels.len(),
                cost,
                gain: 0,
            };
            let known = self.content_at[rider].is_some_and(|at| schedules.changed_at(rider) <= at);
            if !known {
                let mut least = cost;
                pack.bounds(problem, (tasks, parcels), cost, |bound| {
                    least = bound.cost;
                    least
                });
                pack.gain = cost - least;
                self.content_at[rider] = (pack.gain == 0).then(|| schedules.changes());
            }
            self.packs.push(pack);
        }
        if self.rows.len() < self.packs.len() {
            self.rows.resize_with(self.packs.len(), Row::default);
        }
        for row in &mut self.rows[..self.packs.len()] {
            row.below = i64::MIN;
            row.bounds.clear();
            row.weighed = 0;
            row.edges.clear();
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
        let pack = &self.lists.packs[row];
        // No exchange can save more than the others' gains together, so an edge that costs more than
        // the pack's present place by as much cannot be part of a better deal.
        let most = pack.cost + self.gain_max - pack.gain;
        if self.lists.rows[row].below < below.min(most) {
            self.look_around(row, most);
        }
        self.weigh(row, below);
        &self.lists.rows[row].edges
    }
}

impl<T: TravelTimes> Options<'_, T> {
    /// Lists the most promising riders for a pack, if they could have it for less than `below`.
    fn look_around(&mut self, row: usize, below: i64) {
        let Lists { packs, tasks, parcels, rows, .. } = &mut *self.lists;
        let (pack, row) = (&packs[row], &mut rows[row]);
        let stops = (&tasks[pack.tasks.clone()], &parcels[pack.parcels.clone()]);
        let deal_max = self.problem.policy.search.deal_max;
        let order = |bound: &Bound| (bound.cost, bound.rider);
        let bounds = &mut row.bounds;
        bounds.clear();
        pack.bounds(self.problem, stops, below, |bound| {
            bounds.push(bound);
            if bounds.len() < 2 * deal_max {
                return below;
            }
            bounds.select_nth_unstable_by_key(deal_max, order);
            bounds.truncate(deal_max + 1);
            bounds[deal_max].cost
        });
        bounds.sort_unstable_by_key(order);
        bounds.truncate(deal_max);
        row.below = below;
        row.weighed = 0;
        row.edges.clear();
    }

    /// Reckons what a pack would really add to those riders for whom the bound is less than `below`.
    fn weigh(&mut self, row: usize, below: i64) {
        let (problem, schedules) = (self.problem, self.schedules);
        let Lists { packs, tasks, rows, legs, route, .. } = &mut *self.lists;
        let (pack, row) = (&packs[row], &mut rows[row]);
        let new = row.bounds[row.weighed..].partition_point(|bound| bound.cost < below);
        if new == 0 {
            return;
        }
        let tasks = &tasks[pack.tasks.clone()];
        let mut scales = Scales::new(problem, pack.rider, tasks, legs);
        for bound in &row.bounds[row.weighed..row.weighed + new] {
            let rider = bound.rider;
            let added = if is_free(problem, rider) {
                scales.of_free(problem, bound)
            } else {
                route.clear();
                route.extend_from_slice(&problem.riders[rider].promised);
                route.extend_from_slice(tasks);
                let cost = schedules::cost_with(problem, rider, route, scales.known);
                cost.ok().map(|cost| cost - schedules.base_cost(rider))
            };
            row.edges.extend(added.map(|cost| Edge { column: column(rider), cost }));
        }
        row.weighed += new;
    }
}

/// Whether a rider has promised nothing, carries nothing and may set out.
fn is_free<T: TravelTimes>(problem: &Problem<'_, T>, rider: RiderIx) -> bool {
    let rider = &problem.riders[rider];
    rider.promised.is_empty()
        && rider.carrying == Load::default()
        && rider.rest_until_s <= problem.now_s
}

/// What one pack costs different riders. From the first handover on, everybody with the same vehicle
/// does the same things at the same times; most who are free come before the goods are ready.
struct Scales<'a> {
    tasks: &'a [TaskIx],
    known: Reckoned<'a>,
    /// What free riders' routes cost but for the first ride and equality.
    seen: Vec<Seen>,
}

/// What the route costs from the first handover on, if that is at this instant.
struct Seen {
    handover_s: i64,
    shift_end_s: i64,
    room: Load,
    cost: i64,
}

impl<'a> Scales<'a> {
    fn new<T: TravelTimes>(
        problem: &Problem<'_, T>,
        rider: RiderIx,
        tasks: &'a [TaskIx],
        legs: &'a mut Vec<Leg>,
    ) -> Self {
        let vehicle = problem.riders[rider].vehicle;
        legs.clear();
        legs.push(Leg::default());
        legs.extend(tasks.windows(2).map(|two| {
            let [from, to] = [problem.task(two[0]), problem.task(two[1])];
            problem.travel.leg(from.spot, to.spot, vehicle)
        }));
        Self { tasks, known: Reckoned { vehicle, legs }, seen: Vec::new() }
    }

    /// What the pack costs a free rider; `None` if a rule forbids it.
    fn of_free<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, bound: &Bound) -> Option<i64> {
        let rider = &problem.riders[bound.rider];
        let same_vehicle = self.known.vehicle == rider.vehicle;
        let is_alike = |seen: &&Seen| {
            seen.handover_s == bound.handover_s
                && seen.shift_end_s <= rider.shift_end_s
                && seen.room == rider.room
        };
        if let Some(seen) = self.seen.iter().find(is_alike).filter(|_| same_vehicle) {
            return Some(seen.cost + bound.own_ms);
        }
        let cost = schedules::cost_with(problem, bound.rider, self.tasks, self.known).ok()?;
        if same_vehicle {
            self.seen.push(Seen {
                handover_s: bound.handover_s,
                shift_end_s: rider.shift_end_s,
                room: rider.room,
                cost: cost - bound.own_ms,
            });
        }
        Some(cost)
    }
}
