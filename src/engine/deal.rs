//! Dealing again: the plans of all riders are taken from them and given out anew, each as one piece
//! to one rider, by exact assignment.

use std::ops::Range;

use super::matching::{self, Edge, Row};
use super::problem::{ParcelIx, Problem, RiderIx, TaskIx};
use super::route::{self, Reckoned};
use super::schedules::{self, Schedules, new_parcels};
use super::search::least_approach;
use super::travel::{Leg, TravelTimes};
use crate::domain::vehicle::Load;

/// Leaving a pack without a rider never pays: it has one already.
const ALONE: i64 = i64::MAX / 4;

/// A rider's planned tasks as one piece, which another rider could have instead.
struct Pack {
    rider: RiderIx,
    /// Its part of [`Lists::tasks`].
    tasks: Range<usize>,
    /// Its part of [`Lists::parcels`].
    parcels: Range<usize>,
    /// Its part of [`Lists::least`].
    least: Range<usize>,
    /// What it adds to its present rider's promised route.
    cost: i64,
}

/// A rider, and a bound from below on what a pack would add there.
#[derive(Clone, Copy)]
struct Bound {
    rider: RiderIx,
    cost: i64,
    /// The ride to the pack's first counter.
    leg: Leg,
}

/// Lists that are filled again and again without being allocated again.
#[derive(Default)]
pub struct Lists {
    packs: Vec<Pack>,
    tasks: Vec<TaskIx>,
    parcels: Vec<ParcelIx>,
    least: Vec<Bound>,
    legs: Vec<Leg>,
    route: Vec<TaskIx>,
    rows: Vec<Row>,
}

/// Deals all planned packs out again. Whether that made the total cost smaller; it never makes it
/// larger. Cost: packs x riders bounds, packs x the policy's `deal_max` routes, and the assignment.
pub fn deal_again<T: TravelTimes>(
    problem: &Problem<'_, T>,
    schedules: &mut Schedules,
    lists: &mut Lists,
) -> bool {
    lists.gather(problem, schedules);
    // No exchange can save more than this, so an edge that costs more than its pack's present place
    // by as much cannot be part of a better deal.
    let gain = |pack: &Pack| {
        let bounds = lists.least[pack.least.clone()].iter().map(|bound| bound.cost);
        (pack.cost - bounds.min().unwrap_or(pack.cost)).max(0)
    };
    let gain_max: i64 = lists.packs.iter().map(gain).sum();
    if gain_max == 0 {
        return false;
    }
    lists.weigh(problem, schedules, gain_max);
    let rows = &lists.rows[..lists.packs.len()];
    let chosen = matching::assign(rows, problem.riders.len());
    let chosen: Option<Vec<Edge>> =
        rows.iter().zip(chosen).map(|(row, place)| place.map(|place| row.edges[place])).collect();
    chosen.is_some_and(|chosen| lists.hand_out(problem, schedules, &chosen))
}

impl Lists {
    /// Lists the packs, and for each the riders that may be worth a closer look.
    fn gather<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, schedules: &Schedules) {
        self.packs.clear();
        self.tasks.clear();
        self.parcels.clear();
        self.least.clear();
        for (rider, row) in problem.riders.iter().enumerate() {
            let route = schedules.route(rider);
            if route.len() == row.promised.len() {
                continue;
            }
            let begin = (self.tasks.len(), self.parcels.len(), self.least.len());
            self.tasks.extend(route.iter().filter(|task| !row.promised.contains(task)));
            self.parcels.extend(new_parcels(problem, rider, route));
            let mut pack = Pack {
                rider,
                tasks: begin.0..self.tasks.len(),
                parcels: begin.1..self.parcels.len(),
                least: begin.2..begin.2,
                cost: schedules.cost(rider) - schedules.base_cost(rider),
            };
            self.add_least(problem, &pack);
            pack.least.end = self.least.len();
            self.packs.push(pack);
        }
    }

    /// Adds the most promising riders who may have a whole pack, with a bound from below on what it
    /// would add: the delay at its first counter, and equality. For its present rider, what it does
    /// add.
    fn add_least<T: TravelTimes>(&mut self, problem: &Problem<'_, T>, pack: &Pack) {
        let begin = self.least.len();
        let tasks = &self.tasks[pack.tasks.clone()];
        let parcels = &self.parcels[pack.parcels.clone()];
        let together = route::counter_visit_len(problem, tasks) as i64;
        let order = |bound: &Bound| (bound.cost, bound.rider);
        let deal_max = problem.policy.search.deal_max;
        let mut too_much = i64::MAX;
        for &rider in parcels.first().map_or(&[][..], |&first| problem.reach(first)) {
            if rider == pack.rider {
                continue;
            }
            let fairness_ms = schedules::fairness_ms(problem, rider, parcels);
            if fairness_ms >= too_much {
                continue;
            }
            let Some(approach) = least_approach(problem, tasks[0], rider) else { continue };
            let cost = fairness_ms + approach.delay_ms * together + approach.riding_ms;
            if cost >= too_much || !parcels.iter().all(|&one| problem.may_have(rider, one)) {
                continue;
            }
            self.least.push(Bound { rider, cost, leg: approach.leg });
            if self.least.len() - begin == 2 * deal_max {
                self.least[begin..].select_nth_unstable_by_key(deal_max, order);
                too_much = self.least[begin + deal_max].cost;
                self.least.truncate(begin + deal_max);
            }
        }
        if self.least.len() - begin > deal_max {
            self.least[begin..].select_nth_unstable_by_key(deal_max, order);
            self.least.truncate(begin + deal_max);
        }
        self.least.push(Bound { rider: pack.rider, cost: pack.cost, leg: Leg::default() });
    }

    /// Reckons what each pack would really add to each of its riders, unless the bound says that it
    /// cannot be part of a better deal.
    fn weigh<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        schedules: &Schedules,
        gain_max: i64,
    ) {
        if self.rows.len() < self.packs.len() {
            self.rows.resize_with(self.packs.len(), Row::default);
        }
        for (pack, row) in self.packs.iter().zip(&mut self.rows) {
            row.alone = ALONE;
            row.edges.clear();
            let tasks = &self.tasks[pack.tasks.clone()];
            let parcels = &self.parcels[pack.parcels.clone()];
            let mut scales = Scales::new(problem, pack.rider, tasks, &mut self.legs);
            for &Bound { rider, cost: bound, leg } in &self.least[pack.least.clone()] {
                let column = u32::try_from(rider).unwrap_or(u32::MAX);
                if rider == pack.rider {
                    row.edges.push(Edge { column, cost: bound });
                } else if bound < pack.cost + gain_max {
                    let added = if is_free(problem, rider) {
                        scales.of_free(problem, rider, parcels, leg)
                    } else {
                        self.route.clear();
                        self.route.extend_from_slice(&problem.riders[rider].promised);
                        self.route.extend_from_slice(tasks);
                        let cost = schedules::cost_with(problem, rider, &self.route, scales.known);
                        cost.ok().map(|cost| cost - schedules.base_cost(rider))
                    };
                    row.edges.extend(added.map(|cost| Edge { column, cost }));
                }
            }
        }
        self.drop_hopeless();
    }

    /// Drops edges once more, now that it is known what they really cost.
    fn drop_hopeless(&mut self) {
        let pairs = || self.packs.iter().zip(&self.rows);
        let gain = |(pack, row): (&Pack, &Row)| {
            let best = row.edges.iter().map(|edge| edge.cost).min();
            (pack.cost - best.unwrap_or(pack.cost)).max(0)
        };
        let gain_max: i64 = pairs().map(gain).sum();
        for (pack, row) in self.packs.iter().zip(&mut self.rows) {
            let own = pack.rider;
            let hopes = |edge: &Edge| edge.cost < pack.cost + gain_max;
            row.edges.retain(|edge| edge.column as usize == own || hopes(edge));
        }
    }

    /// Gives each pack to its chosen rider, if that is cheaper in all.
    fn hand_out<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        schedules: &mut Schedules,
        chosen: &[Edge],
    ) -> bool {
        let before: i64 = self.packs.iter().map(|pack| pack.cost).sum();
        if chosen.iter().map(|edge| edge.cost).sum::<i64>() >= before {
            return false;
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
        true
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
    fn of_free<T: TravelTimes>(
        &mut self,
        problem: &Problem<'_, T>,
        rider_ix: RiderIx,
        parcels: &[ParcelIx],
        leg: Leg,
    ) -> Option<i64> {
        let rider = &problem.riders[rider_ix];
        let visit = route::first_visit(problem, rider_ix, self.tasks, Some(leg));
        let weights = &problem.policy.weights;
        let first_ride = visit.metres.0 * (weights.riding + weights.approach);
        let fairness_ms = schedules::fairness_ms(problem, rider_ix, parcels);
        let is_alike = |seen: &&Seen| {
            seen.handover_s == visit.handover_s
                && seen.shift_end_s <= rider.shift_end_s
                && seen.room == rider.room
        };
        let same_vehicle = self.known.vehicle == rider.vehicle;
        if let Some(seen) = self.seen.iter().find(is_alike).filter(|_| same_vehicle) {
            return Some(seen.cost + first_ride + fairness_ms);
        }
        let cost = schedules::cost_with(problem, rider_ix, self.tasks, self.known).ok()?;
        if same_vehicle {
            self.seen.push(Seen {
                handover_s: visit.handover_s,
                shift_end_s: rider.shift_end_s,
                room: rider.room,
                cost: cost - first_ride - fairness_ms,
            });
        }
        Some(cost)
    }
}
