//! What the engine gets to see: one look at the database and the live positions.

use std::collections::{BTreeMap, BTreeSet};

use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager};

use crate::commands::shifts::pay_rule;
use crate::commands::{CommandError, pay};
use crate::coop::Coop;
use crate::db::deliveries::Filter;
use crate::db::{Conn, automation, couriers, deliveries, ledger, offers, shifts, tasks, vehicles};
use crate::domain::automation::Manual;
use crate::domain::courier::Courier;
use crate::domain::delivery::Delivery;
use crate::domain::fleet::{CoopVehicle, Range};
use crate::domain::geo::{Metres, Position, Spot};
use crate::domain::ids::{CourierId, DeliveryId, TaskId, VehicleId};
use crate::domain::shift::{Shift, ShiftState};
use crate::domain::task::{Task, TaskKind, TaskState};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vehicle::Load;
use crate::engine::ahead::Demand;
use crate::engine::rules::range;
use crate::engine::snapshot::{CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState};
use crate::live::{Fix, Live};

/// The span over which earnings are compared.
const PERIOD: Seconds = Seconds(7 * 86_400);
const HOUR: Seconds = Seconds(3600);
/// How long a shift without an agreed end is taken to last.
const UNPLANNED: Seconds = Seconds(10 * 3600);

/// Takes the snapshot of this instant: all its queries see the same state of the database, so that
/// no delivery is both open and held in it. What is left to people is not in it.
pub async fn take(coop: &Coop, live: &Live, manual: &Manual) -> Result<Snapshot, CommandError> {
    let mut conn = coop.conn().await?;
    begin(&mut conn).await?;
    let now = coop.clock.now();
    let mut open = deliveries::open(&mut conn).await?;
    open.retain(|delivery| !manual.has(delivery));
    let held = deliveries::held(&mut conn).await?;
    let jobs = jobs(coop, &mut conn, &open, &held).await?;
    let staff = Staff::everybody(&mut conn, now).await?;
    Manager::commit_transaction(&mut *conn).await?;
    let couriers = staff.on_duty(coop, &held, &live.positions(), now);
    Ok(Snapshot {
        guarantee_hourly: coop.rules.tariff.guarantee_per_hour,
        demands: match coop.rules.dispatch.ahead.move_max_m {
            0 => Vec::new(),
            _ => demands(coop, open.iter().chain(&held), now - HOUR),
        },
        ..Snapshot::sorted(now, couriers, jobs)
    })
}

/// What one courier may choose from at this instant: the courier, if on shift and with a known
/// position, and what is open and not left to people. What somebody refused before does not keep
/// them from choosing it now.
pub async fn of_courier(coop: &Coop, live: &Live, by: CourierId) -> Result<Snapshot, CommandError> {
    let mut conn = coop.conn().await?;
    begin(&mut conn).await?;
    let now = coop.clock.now();
    let manual = automation::manual(&mut conn).await?;
    let mut open = deliveries::open(&mut conn).await?;
    open.retain(|delivery| !manual.has(delivery));
    let mut held = Vec::new();
    for state in ["assigned", "picked_up", "returning"] {
        let own = Filter { courier: Some(by), state: Some(state), ..Filter::default() };
        held.extend(deliveries::list(&mut conn, own, tasks::ROUTE_MAX).await?);
    }
    let mut jobs = jobs(coop, &mut conn, &open, &held).await?;
    for job in &mut jobs {
        job.refused_by.clear();
    }
    let staff = Staff::one(&mut conn, by).await?;
    Manager::commit_transaction(&mut *conn).await?;
    Ok(Snapshot::sorted(now, staff.on_duty(coop, &held, &live.positions(), now), jobs))
}

type Manager = <Conn as AsyncConnection>::TransactionManager;

/// Begins a look in which all queries see the same state of the database. A connection that is
/// dropped in the middle of it is closed, not reused.
async fn begin(conn: &mut Conn) -> Result<(), CommandError> {
    Manager::begin_transaction(conn).await?;
    Ok(conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
}

/// Where the deliveries under way that were placed since an instant come from.
fn demands<'a>(
    coop: &Coop,
    deliveries: impl Iterator<Item = &'a Delivery>,
    since: Timestamp,
) -> Vec<Demand> {
    let mut by_spot: BTreeMap<Spot, i64> = BTreeMap::new();
    for delivery in deliveries.filter(|delivery| delivery.placed_at >= since) {
        if let Some(pickup) = delivery.tasks.first() {
            *by_spot.entry(coop.rules.spot(pickup.stop.place)).or_default() += 1;
        }
    }
    by_spot.into_iter().map(|(spot, hourly)| Demand { spot, hourly }).collect()
}

async fn jobs(
    coop: &Coop,
    conn: &mut Conn,
    open: &[Delivery],
    held: &[Delivery],
) -> Result<Vec<Job>, CommandError> {
    let mut asked: BTreeMap<DeliveryId, BTreeSet<CourierId>> = BTreeMap::new();
    for offer in offers::live(conn).await? {
        for delivery in &offer.terms.deliveries {
            asked.entry(delivery.id).or_default().insert(offer.courier_id);
        }
    }
    let untouched = held.iter().filter(|delivery| delivery.state.name() == "assigned");
    let wanted = open.iter().chain(untouched);
    let ids: Vec<DeliveryId> = wanted.clone().map(|delivery| delivery.id).collect();
    let mut refused: BTreeMap<DeliveryId, BTreeSet<CourierId>> = BTreeMap::new();
    for (delivery, courier) in offers::refused(conn, &ids).await? {
        refused.entry(delivery).or_default().insert(courier);
    }
    let job = |delivery: &Delivery| Job {
        delivery: delivery.id,
        merchant: delivery.merchant_id,
        placed_at: delivery.placed_at,
        stops: delivery.tasks.iter().map(|task| stop(coop, delivery, task)).collect(),
        skills: BTreeSet::new(),
        zone: None,
        pay: coop.rules.tariff.piece(&pay::piece_inputs(coop, delivery, Metres(0))).amount,
        refused_by: refused.get(&delivery.id).cloned().unwrap_or_default(),
        standing: match (delivery.state.holding(), asked.get(&delivery.id)) {
            (Some(holding), asked) => Standing::Held {
                by: holding.courier,
                // What the desk keeps stays as if given by hand.
                by_hand: holding.by_hand || delivery.desk.keeps(),
                asked: asked.cloned().unwrap_or_default(),
            },
            (None, Some(to)) => Standing::Offered { to: to.clone() },
            (None, None) => Standing::Open,
        },
    };
    Ok(wanted.map(job).collect())
}

fn load(delivery: &Delivery) -> Load {
    delivery.packages.iter().fold(Load::default(), |sum, package| {
        let quantity = i64::from(package.quantity);
        sum + Load {
            volume_ml: quantity * i64::from(package.volume_ml),
            weight_g: quantity * i64::from(package.weight_g),
        }
    })
}

/// A delivery's goods come on board at its first pickup and leave at its last drop-off, or on coming back.
fn load_at(delivery: &Delivery, task: &Task) -> Load {
    let mut of_kind = delivery.tasks.iter().filter(|other| other.kind == task.kind);
    let carries = match task.kind {
        TaskKind::Pickup => of_kind.next(),
        TaskKind::Dropoff | TaskKind::Return => of_kind.next_back(),
    };
    if carries.is_some_and(|other| other.id == task.id) { load(delivery) } else { Load::default() }
}

fn stop(coop: &Coop, delivery: &Delivery, task: &Task) -> Stop {
    let service = &coop.rules.service;
    let window = task.stop.window;
    let opens = window.map_or(Timestamp::EPOCH, |window| window.after());
    let (kind, ready_at, due, before, after) = match task.kind {
        TaskKind::Pickup => (
            StopKind::Pickup,
            delivery.ready_at.max(opens),
            None,
            service.pickup_before_s,
            service.pickup_after_s,
        ),
        TaskKind::Dropoff => (
            StopKind::Dropoff,
            opens,
            Some(window.map_or(delivery.due_at, |window| window.before())),
            service.dropoff_before_s,
            service.dropoff_after_s,
        ),
        // Handed over like anything else, as soon as may be, and promised to nobody.
        TaskKind::Return => (
            StopKind::Dropoff,
            Timestamp::EPOCH,
            None,
            service.dropoff_before_s,
            service.dropoff_after_s,
        ),
    };
    Stop {
        task: task.id,
        delivery: delivery.id,
        kind,
        spot: coop.rules.spot(task.stop.place),
        ready_at,
        due,
        latest: None,
        service_before: Seconds(before),
        service_after: Seconds(after),
        load: load_at(delivery, task),
        state: match task.state {
            TaskState::Doing { .. } => StopState::Doing,
            TaskState::Todo
            | TaskState::Done { .. }
            | TaskState::Failed { .. }
            | TaskState::Cancelled { .. } => StopState::Todo,
        },
    }
}

/// The co-op's vehicles that are ridden in these shifts, and the way that those have come whose vehicle
/// goes only so far.
async fn ridden(
    conn: &mut Conn,
    shifts: &[Shift],
) -> Result<(BTreeMap<VehicleId, CoopVehicle>, BTreeMap<CourierId, Vec<Position>>), CommandError> {
    let ids: Vec<VehicleId> = shifts.iter().filter_map(|shift| shift.vehicle_id).collect();
    let known = vehicles::by_id(conn, &ids).await?;
    let since = shifts.iter().filter_map(|shift| {
        let ShiftState::Open(hours) = &shift.state else { return None };
        let limited = known.get(&shift.vehicle_id?)?.range_m.is_some();
        limited.then(|| (shift.courier_id, hours.started_at()))
    });
    let ways = vehicles::ways(conn, &since.collect::<Vec<_>>()).await?;
    Ok((known, ways))
}

/// Who has an open shift, and what is known of them.
struct Staff {
    shifts: Vec<Shift>,
    /// The co-op's, as far as they ride them.
    vehicles: BTreeMap<VehicleId, CoopVehicle>,
    /// The way they have come in this shift, where it matters.
    ways: BTreeMap<CourierId, Vec<Position>>,
    people: BTreeMap<CourierId, Courier>,
    earned: BTreeMap<CourierId, i64>,
    paid: BTreeMap<CourierId, i64>,
}

impl Staff {
    async fn everybody(conn: &mut Conn, now: Timestamp) -> Result<Self, CommandError> {
        let people = couriers::list(conn).await?.into_iter().map(|one| (one.id, one));
        let shifts = shifts::open(conn).await?;
        let (vehicles, ways) = ridden(conn, &shifts).await?;
        Ok(Self {
            people: people.collect(),
            earned: ledger::earned_since(conn, now - PERIOD).await?.into_iter().collect(),
            paid: shifts::paid_since(conn, now - PERIOD).await?.into_iter().collect(),
            shifts,
            vehicles,
            ways,
        })
    }

    /// Without what was earned: that weighs between couriers, and here is but one.
    async fn one(conn: &mut Conn, by: CourierId) -> Result<Self, CommandError> {
        let person = couriers::find(conn, by).await?;
        let shifts: Vec<Shift> = shifts::find_open(conn, by).await?.into_iter().collect();
        let (vehicles, ways) = ridden(conn, &shifts).await?;
        Ok(Self {
            shifts,
            vehicles,
            ways,
            people: person.into_iter().map(|one| (one.id, one)).collect(),
            earned: BTreeMap::new(),
            paid: BTreeMap::new(),
        })
    }

    /// Those of them whose position is known, with their routes.
    fn on_duty(
        &self,
        coop: &Coop,
        held: &[Delivery],
        positions: &BTreeMap<CourierId, Fix>,
        now: Timestamp,
    ) -> Vec<CourierState> {
        let mut routes: BTreeMap<CourierId, Vec<(i32, TaskId, Stop)>> = BTreeMap::new();
        let mut carrying: BTreeMap<CourierId, Load> = BTreeMap::new();
        for delivery in held {
            let Some(courier) = delivery.holder() else { continue };
            if delivery.state.picked_up_at().is_some() {
                let sum = carrying.entry(courier).or_default();
                *sum = *sum + load(delivery);
            }
            let ahead = delivery.tasks.iter().filter(|task| !task.state.is_over());
            let route = routes.entry(courier).or_default();
            route.extend(ahead.map(|task| (task.rank, task.id, stop(coop, delivery, task))));
        }
        let rule = pay_rule(coop);
        let state = |shift: &Shift| {
            // Nobody is asked for anything on a break.
            let ShiftState::Open(hours) = &shift.state else { return None };
            if hours.paused_at().is_some() {
                return None;
            }
            let started_at = hours.started_at();
            let worked = rule.paid(&hours.end(now), None);
            let id = shift.courier_id;
            let fix = positions.get(&id)?;
            let on = shift.vehicle_id.and_then(|vehicle| self.vehicles.get(&vehicle));
            let own = self.people.get(&id)?.vehicle;
            let vehicle = on.map_or_else(|| own.usual(), CoopVehicle::vehicle);
            let spot = coop.rules.spot(fix.position);
            let left_m = |range: Range| {
                let stops = self.ways.get(&id).into_iter().flatten();
                let way = stops.map(|&place| coop.rules.spot(place)).chain([spot]);
                range::left_m(range.get(), vehicle.kind, way, &coop.rules.travel)
            };
            let mut route = routes.get(&id).cloned().unwrap_or_default();
            route.sort_by_key(|&(rank, task, _)| (rank, task));
            let paid = Seconds(self.paid.get(&id).copied().unwrap_or(0));
            Some(CourierState {
                id,
                spot,
                there_at: if route.is_empty() { started_at.max(fix.at).min(now) } else { now },
                position_age: now.since(fix.at).or_zero(),
                vehicle,
                range_left_m: on.and_then(|vehicle| vehicle.range_m).map(left_m),
                carrying: carrying.get(&id).copied().unwrap_or_default(),
                on_duty_since: started_at,
                shift_end: shift.planned.map_or(started_at + UNPLANNED, |window| window.before()),
                rest_until: None,
                route: route.into_iter().map(|(_, _, stop)| stop).collect(),
                earned: self.earned.get(&id).copied().unwrap_or(0),
                paid: paid + worked,
                skills: BTreeSet::new(),
                zones: BTreeSet::new(),
                blocked: BTreeSet::new(),
            })
        };
        self.shifts.iter().filter_map(state).collect()
    }
}
