//! An independent reader of plans. It shares no code with the search: it walks every proposed route
//! stop by stop with its own clockwork and its own reading of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Plan, Proposal};
use super::replan::Reassignment;
use super::snapshot::{CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState};
use super::travel::TravelTimes;
use crate::domain::ids::{CourierId, DeliveryId, TaskId};
use crate::domain::policy::{DispatchPolicy, Mode};

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A proposal to somebody who is not on duty.
    #[error("{0} is not in the snapshot")]
    UnknownCourier(CourierId),
    /// Two proposals to one courier in one tick.
    #[error("{0} is asked twice")]
    AskedTwice(CourierId),
    /// A delivery that cannot be given now.
    #[error("{0} is not open")]
    NotOpen(DeliveryId),
    /// A delivery proposed to two couriers, though the first to accept does not win in this mode.
    #[error("{0} is proposed twice")]
    GivenTwice(DeliveryId),
    /// The tasks of a route are not those promised and those of the new deliveries.
    #[error("the route of {0} is not its promised stops and the new ones, each once")]
    Tasks(CourierId),
    /// A promise was put behind another, or something was put before a stop under way.
    #[error("the route of {0} changes the order of its promises")]
    PromiseOrder(CourierId),
    /// A stop of a delivery is made before the one it depends on.
    #[error("{0} is dropped off before it is picked up")]
    Precedence(DeliveryId),
    /// A time in the plan is not what riding and service give.
    #[error("the plan says {said} for {task}, riding gives {ridden}")]
    Time {
        /// Which task.
        task: TaskId,
        /// The plan's handover, in seconds since the epoch.
        said: i64,
        /// The checker's.
        ridden: i64,
    },
    /// A delivery changes hands that the engine must leave where it is.
    #[error("{0} stays where it is")]
    Stays(DeliveryId),
    /// A move of somebody who has something to do, or farther than the policy says.
    #[error("{0} is sent ahead and should not be")]
    Move(CourierId),
    /// A hard rule is broken. The word is the refusal code.
    #[error("{courier} cannot have {delivery}: {rule}")]
    Rule {
        /// Who.
        courier: CourierId,
        /// What.
        delivery: DeliveryId,
        /// Which rule.
        rule: &'static str,
    },
}

/// Reads a plan against the snapshot, the policy and the travel times.
///
/// # Errors
/// Every fault found, in the order of the proposals. A plan with one must not be applied.
pub fn check(
    snapshot: &Snapshot,
    plan: &Plan,
    policy: &DispatchPolicy,
    travel: &impl TravelTimes,
) -> Result<(), Vec<Fault>> {
    let couriers: BTreeMap<_, _> = snapshot.couriers.iter().map(|one| (one.id, one)).collect();
    let jobs: BTreeMap<_, _> = snapshot.jobs.iter().map(|job| (job.delivery, job)).collect();
    let mut faults = Vec::new();
    let mut asked = BTreeSet::new();
    let mut given = BTreeSet::new();
    for proposal in &plan.proposals {
        if !asked.insert(proposal.courier) {
            faults.push(Fault::AskedTwice(proposal.courier));
        }
        for delivery in &proposal.deliveries {
            if !given.insert(*delivery) && proposal.mode != Mode::OfferSeveral {
                faults.push(Fault::GivenTwice(*delivery));
            }
            let open = jobs.get(delivery).is_some_and(|job| job.standing == Standing::Open);
            if !open {
                faults.push(Fault::NotOpen(*delivery));
            }
        }
        let new: Vec<&Job> =
            proposal.deliveries.iter().filter_map(|id| jobs.get(id).copied()).collect();
        match couriers.get(&proposal.courier) {
            None => faults.push(Fault::UnknownCourier(proposal.courier)),
            Some(courier) => {
                let reader = Reader { snapshot, policy, courier, new: &new, proposal };
                reader.pair(&mut faults);
                reader.route(travel, &mut faults);
            }
        }
    }
    for one in &plan.reassignments {
        let Reassignment { from, proposal, .. } = one;
        let &[delivery] = proposal.deliveries.as_slice() else {
            faults.extend(proposal.deliveries.iter().map(|&each| Fault::Stays(each)));
            continue;
        };
        let job = jobs.get(&delivery);
        let may_go = job.is_some_and(|job| {
            let free_hand = Standing::Held { by: *from, by_hand: false, asked: BTreeSet::new() };
            let route = couriers.get(from).map_or(&[][..], |courier| courier.route.as_slice());
            let todo = |stop: &Stop| {
                let same = route.iter().find(|one| one.task == stop.task);
                same.is_some_and(|one| one.state == StopState::Todo)
            };
            let is_first = |stop: &Stop| route.first().is_some_and(|first| first.spot == stop.spot);
            let begins = route.iter().position(|stop| stop.delivery == delivery).unwrap_or(0);
            let on_the_way =
                route[..begins].iter().all(is_first) && job.stops.iter().take(1).all(is_first);
            job.standing == free_hand && job.stops.iter().all(todo) && begins > 0 && !on_the_way
        });
        if !may_go || policy.replanning.moves_max < plan.reassignments.len() {
            faults.push(Fault::Stays(delivery));
        }
        for party in [*from, proposal.courier] {
            if !asked.insert(party) {
                faults.push(Fault::AskedTwice(party));
            }
        }
        match (couriers.get(&proposal.courier), job) {
            (Some(courier), Some(job)) => {
                let new = [*job];
                let reader = Reader { snapshot, policy, courier, new: &new, proposal };
                reader.pair(&mut faults);
                reader.route(travel, &mut faults);
            }
            (None, _) => faults.push(Fault::UnknownCourier(proposal.courier)),
            (_, None) => {}
        }
    }
    for one in &plan.moves {
        let stands = couriers.get(&one.courier).filter(|courier| courier.route.is_empty());
        let is_near = stands.is_some_and(|courier| {
            let dx = i64::from(courier.spot.x_m) - i64::from(one.to.x_m);
            let dy = i64::from(courier.spot.y_m) - i64::from(one.to.y_m);
            dx * dx + dy * dy <= (policy.ahead.move_max_m + 1).pow(2)
        });
        // One thing at a time: nobody who is asked is also sent ahead.
        if !is_near || !asked.insert(one.courier) {
            faults.push(Fault::Move(one.courier));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

struct Reader<'a> {
    snapshot: &'a Snapshot,
    policy: &'a DispatchPolicy,
    courier: &'a CourierState,
    new: &'a [&'a Job],
    proposal: &'a Proposal,
}

impl Reader<'_> {
    fn broken(&self, delivery: DeliveryId, rule: &'static str) -> Fault {
        Fault::Rule { courier: self.courier.id, delivery, rule }
    }

    /// What can be said without the route.
    fn pair(&self, faults: &mut Vec<Fault>) {
        let courier = self.courier;
        let mut asked = self.snapshot.jobs.iter().flat_map(|job| match &job.standing {
            Standing::Open => Vec::new(),
            Standing::Offered { to: asked } | Standing::Held { asked, .. } => vec![asked],
        });
        let asked_elsewhere = asked.any(|asked| asked.contains(&courier.id));
        for job in self.new {
            let zone_is_wrong =
                |zone: &String| !courier.zones.is_empty() && !courier.zones.contains(zone);
            let limits = &self.policy.limits;
            let rules = [
                (courier.blocked.contains(&job.merchant), "blocked"),
                (job.refused_by.contains(&courier.id), "refused-already"),
                (asked_elsewhere, "pending-offer"),
                (job.zone.as_ref().is_some_and(zone_is_wrong), "zone"),
                (!limits.vehicles.contains(&courier.vehicle.kind), "vehicle"),
                (job.skills.iter().any(|skill| !courier.skills.contains(skill)), "skills"),
                (courier.position_age.0 > limits.position_age_max_s, "position-age"),
                (self.is_out_of_reach(job), "reach"),
            ];
            let broken = rules.iter().filter(|(is_broken, _)| *is_broken);
            faults.extend(broken.map(|&(_, rule)| self.broken(job.delivery, rule)));
        }
    }

    /// Whether a pickup is too far both from where the courier is and from the end of the route.
    fn is_out_of_reach(&self, job: &Job) -> bool {
        let end = self.courier.route.last().map_or(self.courier.spot, |stop| stop.spot);
        let square = self.policy.search.reach_m.pow(2);
        let Some(pickup) = job.stops.first() else { return true };
        [self.courier.spot, end].iter().all(|from| {
            let dx = i64::from(from.x_m) - i64::from(pickup.spot.x_m);
            let dy = i64::from(from.y_m) - i64::from(pickup.spot.y_m);
            dx * dx + dy * dy > square
        })
    }

    fn route(&self, travel: &impl TravelTimes, faults: &mut Vec<Fault>) {
        let Some(stops) = self.stops() else {
            faults.push(Fault::Tasks(self.courier.id));
            return;
        };
        self.order(&stops, faults);
        self.ride(&stops, travel, faults);
        self.cargo(&stops, travel, faults);
        self.bundles(&stops, faults);
        self.together(&stops, faults);
    }

    /// The stops behind the route's tasks, if they are exactly the promised and the new ones.
    fn stops(&self) -> Option<Vec<Stop>> {
        let new = self.new.iter().flat_map(|job| &job.stops);
        let mut known: BTreeMap<TaskId, Stop> =
            self.courier.route.iter().chain(new).map(|stop| (stop.task, *stop)).collect();
        let route = self.proposal.route.iter();
        let stops: Option<Vec<Stop>> = route.map(|planned| known.remove(&planned.task)).collect();
        stops.filter(|_| known.is_empty())
    }

    fn order(&self, stops: &[Stop], faults: &mut Vec<Fault>) {
        let place = |task: TaskId| stops.iter().position(|stop| stop.task == task);
        let promised: Vec<_> = self.courier.route.iter().map(|stop| place(stop.task)).collect();
        let under_way = self.courier.route.iter().rposition(|stop| stop.state == StopState::Doing);
        let disturbed = under_way.is_some_and(|last| promised[last] != Some(last));
        if !promised.is_sorted() || disturbed {
            faults.push(Fault::PromiseOrder(self.courier.id));
        }
        for job in self.new {
            let places: Vec<_> = job.stops.iter().map(|stop| place(stop.task)).collect();
            if !places.is_sorted() {
                faults.push(Fault::Precedence(job.delivery));
            }
        }
    }

    /// Rides the route with a clockwork of its own, in seconds since the epoch.
    fn ride(&self, stops: &[Stop], travel: &impl TravelTimes, faults: &mut Vec<Fault>) {
        let courier = self.courier;
        let mut clock = self.snapshot.now.seconds().max(courier.there_at.seconds());
        let mut arrived = courier.there_at.seconds();
        let mut spot = courier.spot;
        let mut new_seen = false;
        let mut place = 0;
        while place < stops.len() {
            let stop = &stops[place];
            // Pickups that follow each other at one spot are one visit to the counter.
            let is_pickup = stop.kind == StopKind::Pickup;
            let same = |next: &&Stop| next.kind == StopKind::Pickup && next.spot == stop.spot;
            let visit: Vec<&Stop> = if is_pickup {
                stops[place..].iter().take_while(same).collect()
            } else {
                vec![stop]
            };
            let set_out = clock;
            if stop.spot != spot {
                clock += travel.leg(spot, stop.spot, courier.vehicle.kind).seconds.0;
                arrived = clock;
                spot = stop.spot;
            } else if place > 0 {
                arrived = clock;
            }
            let longest = |of: fn(&Stop) -> i64| visit.iter().map(|one| of(one)).max().unwrap_or(0);
            let before = longest(|one| one.service_before.0);
            let ready = longest(|one| one.ready_at.seconds());
            let handover = clock.max(arrived + before).max(ready);
            self.said(&visit, place, handover, faults);
            clock = handover + longest(|one| one.service_after.0);
            for one in &visit {
                new_seen |= self.is_new(one);
                let after_shift = is_pickup && handover > courier.shift_end.seconds();
                let resting = courier.rest_until.is_some_and(|until| set_out < until.seconds());
                let broken = [
                    (after_shift && new_seen, "shift-end"),
                    (one.latest.is_some_and(|latest| handover > latest.seconds()), "window"),
                    (resting && self.is_new(one), "rest"),
                ];
                let broken = broken.iter().filter(|(is_broken, _)| *is_broken);
                faults.extend(broken.map(|&(_, rule)| self.broken(one.delivery, rule)));
            }
            place += visit.len();
        }
    }

    fn is_new(&self, stop: &Stop) -> bool {
        self.proposal.deliveries.contains(&stop.delivery)
    }

    /// What is on board, how much lies ahead, and how far goods ride.
    fn cargo(&self, stops: &[Stop], travel: &impl TravelTimes, faults: &mut Vec<Fault>) {
        let vehicle = self.courier.vehicle;
        let mut on_board = self.courier.carrying;
        let mut metres_so_far = 0;
        let mut picked_up_at: BTreeMap<DeliveryId, i64> = BTreeMap::new();
        let mut spot = self.courier.spot;
        for stop in stops {
            metres_so_far += travel.leg(spot, stop.spot, vehicle.kind).metres.0;
            spot = stop.spot;
            match stop.kind {
                StopKind::Pickup => {
                    on_board = on_board + stop.load;
                    picked_up_at.entry(stop.delivery).or_insert(metres_so_far);
                    if !on_board.fits(vehicle.room) {
                        faults.push(self.broken(stop.delivery, "capacity"));
                    }
                }
                StopKind::Dropoff => {
                    on_board = on_board - stop.load;
                    let ridden = picked_up_at.get(&stop.delivery).map(|at| metres_so_far - at);
                    let limit = self.policy.limits.ride_max_m;
                    if limit > 0 && ridden.is_some_and(|ridden| ridden > limit) {
                        faults.push(self.broken(stop.delivery, "ride"));
                    }
                }
            }
        }
        if self.courier.range_left_m.is_some_and(|left| metres_so_far > left) {
            faults.extend(self.new.iter().map(|job| self.broken(job.delivery, "range")));
        }
        let dropoffs = stops.iter().filter(|stop| stop.kind == StopKind::Dropoff);
        if dropoffs.count() > self.policy.limits.deliveries_ahead_max {
            let rule = "deliveries-ahead";
            faults.extend(self.new.iter().map(|job| self.broken(job.delivery, rule)));
        }
    }

    /// Whether as many deliveries at most as the policy bundles are picked up at one counter at once,
    /// where something new is among them.
    fn bundles(&self, stops: &[Stop], faults: &mut Vec<Fault>) {
        let is_pickup = |stop: &Stop| stop.kind == StopKind::Pickup;
        let same = |a: &Stop, b: &Stop| is_pickup(a) && is_pickup(b) && a.spot == b.spot;
        for visit in stops.chunk_by(same).filter(|visit| is_pickup(&visit[0])) {
            let bundle: BTreeSet<DeliveryId> = visit.iter().map(|stop| stop.delivery).collect();
            let new = visit.iter().find(|stop| self.is_new(stop));
            if let Some(new) = new.filter(|_| bundle.len() > self.policy.bundling.size_max) {
                faults.push(self.broken(new.delivery, "bundle-size"));
            }
        }
    }

    /// Whether the policy allows what is carried together: nobody goes to a counter for something new
    /// with goods of others on board, unless that may be done along the way. What was promised before
    /// is not judged, nor deliveries of several pickups, which stay in one piece.
    fn together(&self, stops: &[Stop], faults: &mut Vec<Fault>) {
        if self.policy.bundling.along_the_way {
            return;
        }
        let of_kind = |kind| stops.iter().filter(move |stop| stop.kind == kind);
        let to_pick_up: BTreeSet<DeliveryId> =
            of_kind(StopKind::Pickup).map(|stop| stop.delivery).collect();
        let to_drop_off = of_kind(StopKind::Dropoff).map(|stop| stop.delivery);
        let mut on_board: BTreeSet<DeliveryId> =
            to_drop_off.filter(|delivery| !to_pick_up.contains(delivery)).collect();
        let same_visit = |a: &Stop, b: &Stop| {
            (a.kind, b.kind) == (StopKind::Pickup, StopKind::Pickup) && a.spot == b.spot
        };
        let mut left = stops;
        for visit in stops.chunk_by(same_visit) {
            left = &left[visit.len()..];
            let here: BTreeSet<DeliveryId> = visit.iter().map(|stop| stop.delivery).collect();
            if visit[0].kind == StopKind::Dropoff {
                on_board.retain(|one| left.iter().any(|stop| stop.delivery == *one));
                continue;
            }
            let pickups = |delivery: DeliveryId| {
                of_kind(StopKind::Pickup).filter(move |one| one.delivery == delivery).count()
            };
            let plain_new = |stop: &Stop| self.is_new(stop) && pickups(stop.delivery) == 1;
            let meets_others = on_board.iter().any(|one| !here.contains(one));
            if meets_others && visit.iter().all(plain_new) {
                faults.push(self.broken(visit[0].delivery, "along-the-way"));
            }
            on_board.extend(here);
        }
    }

    fn said(&self, visit: &[&Stop], place: usize, ridden: i64, faults: &mut Vec<Fault>) {
        for (stop, planned) in visit.iter().zip(&self.proposal.route[place..]) {
            let said = planned.handover.seconds();
            if said != ridden {
                faults.push(Fault::Time { task: stop.task, said, ridden });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::travel::StraightLine;

    #[test]
    fn a_route_longer_than_the_vehicle_goes_is_a_fault() {
        let (travel, policy) = (StraightLine::mdrp(320), DispatchPolicy::founding());
        let job = job_between(7, (600, 0), (1_600, 0), 0);
        let mut city = Snapshot::sorted(minute(5), vec![courier_at(1, (0, 0))], vec![job]);
        let plan = plan(&city, &policy, &travel, 0);
        let mut faults = |left_m| {
            city.couriers[0].range_left_m = Some(left_m);
            check(&city, &plan, &policy, &travel).err().unwrap_or_default()
        };
        assert_eq!(faults(1_600), []);
        let faults = faults(1_599);
        assert!(matches!(faults[..], [Fault::Rule { rule: "range", .. }]), "{faults:?}");
    }

    #[test]
    fn a_bundle_larger_than_the_policy_is_a_fault() {
        let jobs = vec![
            job_between(7, (0, 0), (640, 0), 0),
            job_between(8, (0, 0), (650, 0), 0),
            job_between(9, (0, 0), (660, 0), 0),
        ];
        let city = Snapshot::sorted(minute(5), vec![courier_at(1, (0, 0))], jobs);
        let mut policy = DispatchPolicy::founding();
        let travel = StraightLine::mdrp(320);
        let plan = plan(&city, &policy, &travel, 0);
        assert_eq!(plan.proposals[0].deliveries.len(), 3);
        assert_eq!(check(&city, &plan, &policy, &travel), Ok(()));
        policy.bundling.size_max = 2;
        let faults = check(&city, &plan, &policy, &travel).unwrap_err();
        assert!(
            matches!(faults[..], [Fault::Rule { rule: "bundle-size", .. }]),
            "the three are one visit: {faults:?}"
        );
    }
}
