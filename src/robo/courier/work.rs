//! One shift, stop by stop. Times are reckoned from the moment the previous thing was over, not
//! from when the server answered: a slow server does not slow the wheels down, and a courier who
//! lost the connection rides on along the route it knows.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::IgnoredAny;
use serde_json::json;

use crate::domain::geo::{Position, Spot};
use crate::domain::handover::{Need, ParcelCode, Shown};
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::robo::client::{Call, CallError, Session};
use crate::robo::ride::{Motion, Track};
use crate::robo::script::{Scene, Script};
use crate::robo::wire::{Parcel, Shift, Stop, TaskKind};
use crate::robo::world::World;

use super::Courier;
use super::phone::{Known, Phone};

/// Simulated time before a refused step is tried again.
const TRY_AGAIN_AFTER: Seconds = Seconds(20);
/// Real time before the work goes on after something unexpected.
const REST_AFTER_FAULT: Duration = Duration::from_secs(2);
/// How long a courier without a signal sends no positions: so much simulated time, and so much real
/// time, because on a fast clock only what is older than six real seconds counts as old.
const LOST: Seconds = Seconds(180);
const LOST_REAL: Duration = Duration::from_secs(12);
/// How often "not ready" is believed before it is noted as a fault.
const NOT_READY_MAX: usize = 30;

pub(super) struct Worker<'a> {
    pub courier: &'a Courier,
    pub world: &'a World,
    pub session: &'a Session,
    pub me: CourierId,
    pub phone: &'a Arc<Phone>,
    pub track: &'a Arc<Mutex<Track>>,
    pub here: Spot,
    /// When the courier was, or will be, done with the last stop.
    pub free_at: Timestamp,
    /// When the shift is over.
    pub until: Timestamp,
    /// No door is found before this, for want of a signal.
    pub lost_until: Timestamp,
}

impl Worker<'_> {
    /// Works until the shift is over and the route empty, then ends the shift. What goes wrong on
    /// the way is noted and tried again: a courier in the middle of town cannot just go away.
    pub async fn work(mut self) {
        while let Err(error) = self.work_on().await {
            self.world.faults.note(&self.courier.name, error);
            tokio::time::sleep(REST_AFTER_FAULT).await;
        }
    }

    async fn work_on(&mut self) -> Result<(), CallError> {
        self.phone.fetch_route().await?;
        let mut route = self.phone.route();
        loop {
            let next = route.borrow_and_update().stops.first().cloned();
            if let Some(stop) = next {
                self.visit(&stop).await?;
                continue;
            }
            let over_at = self.until.max(self.free_at);
            tokio::select! {
                _ = route.changed() => {}
                () = self.world.clock.sleep_until(over_at) => {
                    if self.end_shift(over_at).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Ends the shift; `false` if something came onto the route in the last moment.
    async fn end_shift(&self, at: Timestamp) -> Result<bool, CallError> {
        let call = Call::post("/v1/me/shift/stop", &[]).json(json!({"at": at}));
        match self.session.send::<Shift>(&call).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("route-not-empty") => {
                self.pause().await;
                self.phone.fetch_route().await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Rides to the stop and does what is to be done there, unless it vanishes on the way.
    async fn visit(&mut self, stop: &Stop) -> Result<(), CallError> {
        let clock = &self.world.clock;
        let seen_at = self.phone.route().borrow().seen_at(stop.task_id);
        let depart = self.free_at.max(seen_at.unwrap_or_else(|| clock.now()));
        let there = self.world.plane.spot(stop.place);
        let arrive = depart + self.courier.pace.travel(self.here, there);
        let ride = Motion::Riding { from: self.here, to: there, depart, arrive };
        self.moves(depart, ride);

        if !self.wait(arrive, |route| route.holds(stop.task_id)).await {
            self.free_at = self.free_at.max(clock.now().min(arrive));
            self.here = ride.spot_at(self.free_at);
            self.moves(self.free_at, Motion::Still(self.here));
            return Ok(());
        }
        self.here = there;
        self.moves(arrive, Motion::Still(there));
        match stop.kind {
            TaskKind::Pickup => self.pick_up(stop.place, arrive).await,
            TaskKind::Dropoff | TaskKind::Return => self.hand_over(stop, arrive).await,
        }
    }

    /// One service for all goods waiting at the same counter; more may be added until it is over.
    async fn pick_up(&mut self, place: Position, arrived: Timestamp) -> Result<(), CallError> {
        let half = Seconds(self.courier.pickup_service.0 / 2);
        let mut route = self.phone.route();
        let mut begun: Vec<TaskId> = Vec::new();
        let (bundle, handover) = loop {
            let bundle = pickups_at(&route.borrow_and_update().stops, place);
            let ready = bundle.iter().flat_map(|stop| [stop.ready_at, stop.after]).flatten().max();
            let handover = ready.unwrap_or(arrived).max(arrived + half);
            let at = if begun.is_empty() { arrived } else { self.world.clock.now() };
            let new = |stop: &&Stop| !begun.contains(&stop.task_id);
            let mut wait = false;
            for stop in bundle.iter().filter(new) {
                self.start(stop.task_id, at).await?;
                wait |= self.is_kept_waiting(stop, at).await;
            }
            begun = bundle.iter().map(|stop| stop.task_id).collect();
            if wait {
                self.phone.fetch_route().await?;
                continue;
            }
            tokio::select! {
                () = self.world.clock.sleep_until(handover) => break (bundle, handover),
                _ = route.changed() => {}
            }
        };
        for stop in &bundle {
            self.finish(stop, handover).await?;
        }
        if bundle.iter().any(|stop| self.plays(stop, Scene::LostGps)) {
            self.lose_signal(handover);
        }
        self.free_at = if bundle.is_empty() { self.world.clock.now() } else { handover + half };
        self.phone.fetch_route().await
    }

    /// To a customer, or back to the sender.
    async fn hand_over(&mut self, stop: &Stop, arrived: Timestamp) -> Result<(), CallError> {
        let half = Seconds(self.courier.dropoff_service.0 / 2);
        let handover = stop.after.unwrap_or(arrived).max(arrived + half).max(self.lost_until);
        self.start(stop.task_id, arrived).await?;
        if !self.wait(handover, |route| route.holds(stop.task_id)).await {
            self.free_at = self.world.clock.now();
            return Ok(());
        }
        if stop.kind == TaskKind::Dropoff && self.plays(stop, Scene::NoShow) {
            self.fail(stop.task_id, handover, "not_at_home").await?;
        } else {
            self.finish(stop, handover).await?;
        }
        self.free_at = handover + half;
        self.phone.fetch_route().await
    }

    /// Whether the order asks for this scene; only where there is a prompter, which is in a sandbox.
    fn plays(&self, stop: &Stop, scene: Scene) -> bool {
        let text = self.courier.prompter.as_ref().and(stop.instructions.as_deref());
        text.is_some_and(|text| Script::read(text).has(scene))
    }

    /// Whether the kitchen has just said that these goods will take longer.
    async fn is_kept_waiting(&self, stop: &Stop, arrived: Timestamp) -> bool {
        let Some(prompter) = &self.courier.prompter else { return false };
        if !self.plays(stop, Scene::LateKitchen) {
            return false;
        }
        let said = prompter.keep_waiting(stop.delivery_id, arrived, stop.ready_at).await;
        if let Err(error) = &said {
            self.world.faults.note(&self.courier.name, error);
        }
        said.is_ok()
    }

    /// From `at` on, the phone does not know where it is for a while.
    #[expect(clippy::cast_possible_truncation, reason = "some hours at most")]
    fn lose_signal(&mut self, at: Timestamp) {
        let real = Seconds((LOST_REAL.as_secs_f64() * self.world.clock.speed()).ceil() as i64);
        self.lost_until = at + LOST.max(real);
        let mut track = self.track.lock().unwrap_or_else(PoisonError::into_inner);
        track.lose_signal(at, self.lost_until);
    }

    /// Says that the stop could not be served.
    async fn fail(&self, task: TaskId, at: Timestamp, code: &str) -> Result<(), CallError> {
        let call =
            Call::post("/v1/tasks/{id}/failed", &[&task]).json(json!({"at": at, "code": code}));
        match self.session.send::<IgnoredAny>(&call).await {
            Ok(_) => Ok(()),
            Err(error) => self.accept_refusal(task, error).await,
        }
    }

    /// Sends `done`, as often as the kitchen says "not ready"; where a person is needed, a failure.
    async fn finish(&self, stop: &Stop, handover: Timestamp) -> Result<(), CallError> {
        let task = stop.task_id;
        let Some(proof) = shown_at(stop) else { return self.fail(task, handover, "other").await };
        let mut at = handover;
        for _ in 0..NOT_READY_MAX {
            let body = json!({"at": at, "proof": proof});
            let call = Call::post("/v1/tasks/{id}/done", &[&task]).json(body);
            match self.session.send::<IgnoredAny>(&call).await {
                Ok(_) => {
                    self.world.diary.done(task, self.me);
                    return Ok(());
                }
                Err(error) if error.code() == Some("not-ready") => {
                    self.pause().await;
                    at = self.world.clock.now();
                }
                Err(error) => return self.accept_refusal(task, error).await,
            }
        }
        self.world.faults.note(&self.courier.name, format_args!("{task} never became ready"));
        Ok(())
    }

    /// Says that the work at a stop has begun.
    async fn start(&self, task: TaskId, at: Timestamp) -> Result<(), CallError> {
        let call = Call::post("/v1/tasks/{id}/start", &[&task]).json(json!({"at": at}));
        match self.session.send::<IgnoredAny>(&call).await {
            Ok(_) => Ok(()),
            Err(error) => self.accept_refusal(task, error).await,
        }
    }

    /// A task may be taken away while the courier is busy with it. If the route still holds it,
    /// the refusal is a surprise: noted, and tried again a little later.
    async fn accept_refusal(&self, task: TaskId, error: CallError) -> Result<(), CallError> {
        if !error.is_stale() {
            return Err(error);
        }
        self.phone.fetch_route().await?;
        if self.phone.route().borrow().holds(task) {
            self.world.faults.note(&self.courier.name, format_args!("{task}: {error}"));
            self.pause().await;
        }
        Ok(())
    }

    async fn pause(&self) {
        self.world.clock.sleep_until(self.world.clock.now() + TRY_AGAIN_AFTER).await;
    }

    /// Waits until `at`; `false` as soon as the route no longer is as hoped.
    async fn wait(&self, at: Timestamp, hoped: impl Fn(&Known) -> bool) -> bool {
        let mut route = self.phone.route();
        loop {
            if !hoped(&route.borrow_and_update()) {
                return false;
            }
            tokio::select! {
                () = self.world.clock.sleep_until(at) => return true,
                _ = route.changed() => {}
            }
        }
    }

    fn moves(&self, since: Timestamp, motion: Motion) {
        self.track.lock().unwrap_or_else(PoisonError::into_inner).push(since, motion);
    }
}

/// The pickups at `place` that come next on the route.
fn pickups_at(stops: &[Stop], place: Position) -> Vec<Stop> {
    let here = |stop: &&Stop| stop.kind == TaskKind::Pickup && stop.place == place;
    stops.iter().skip_while(|stop| !here(stop)).take_while(here).cloned().collect()
}

/// What a robo shows at a stop: a name and codes. It has no camera, and no customer tells it a PIN.
fn shown_at(stop: &Stop) -> Option<Shown> {
    let needs = &stop.needs;
    if [Need::Photo, Need::Signature, Need::Pin].into_iter().any(|need| needs.has(need)) {
        return None;
    }
    let name = stop.contact.as_ref().and_then(|contact| contact.name.as_deref());
    let name = Name::new(name.unwrap_or("left at the door")).ok();
    let code = |parcel: &Parcel| ParcelCode { delivery: stop.delivery_id, number: parcel.number };
    let scanned = stop.parcels.iter().filter(|_| needs.has(Need::Scan)).map(code).collect();
    let signed_by = name.filter(|_| needs.has(Need::Name));
    Some(Shown { signed_by, scanned, ..Shown::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{DeliveryId, uuid_v7};

    fn stop(number: u8, kind: TaskKind, longitude: f64) -> Stop {
        let id = uuid_v7(Timestamp::from_seconds(1), [number; 10]);
        Stop {
            task_id: TaskId::from_uuid(id),
            kind,
            place: Position::from_degrees(48.0, longitude).unwrap(),
            delivery_id: DeliveryId::from_uuid(id),
            contact: None,
            instructions: None,
            ready_at: None,
            after: None,
            needs: (kind != TaskKind::Pickup).then_some(Need::Name).into_iter().collect(),
            parcels: vec![Parcel { number: 1 }],
        }
    }

    #[test]
    fn a_robo_shows_what_it_has_and_leaves_the_rest_to_people() {
        let asking = |needs: &[Need]| {
            let needs = needs.iter().copied().collect();
            Stop { needs, ..stop(1, TaskKind::Dropoff, 2.0) }
        };
        let shown = shown_at(&asking(&[Need::Name, Need::Scan])).unwrap();
        assert_eq!((shown.signed_by.is_some(), shown.scanned.len()), (true, 1));
        assert_eq!(shown_at(&stop(1, TaskKind::Pickup, 2.0)), Some(Shown::default()));
        for need in [Need::Pin, Need::Photo, Need::Signature] {
            assert_eq!(shown_at(&asking(&[need])), None);
        }
    }

    #[test]
    fn one_service_takes_the_pickups_of_one_counter_in_a_row() {
        use TaskKind::{Dropoff, Pickup};
        let route = [
            stop(0, Pickup, 2.0),
            stop(1, Pickup, 2.0),
            stop(2, Dropoff, 2.1),
            stop(3, Pickup, 2.0),
        ];
        let bundle = |route: &[Stop]| {
            pickups_at(route, route[0].place).iter().map(|stop| stop.task_id).collect::<Vec<_>>()
        };
        assert_eq!(bundle(&route), [route[0].task_id, route[1].task_id]);
        assert_eq!(bundle(&[stop(4, Pickup, 2.2), stop(0, Pickup, 2.0)]).len(), 1);
    }
}
