//! A robo courier: works its shifts from start to end, knowing only what its phone tells it.

mod phone;
mod tracker;
mod work;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::domain::geo::Spot;
use crate::domain::ids::CourierId;
use crate::domain::time::{Seconds, Timestamp};

use super::client::{Call, CallError, Session};
use super::prompter::Prompter;
use super::ride::{Pace, Track};
use super::wire::{Page, Shift, ShiftState};
use super::world::World;
pub use phone::Manner;

/// Everything that makes one courier differ from another.
#[derive(Clone, Debug)]
pub struct Courier {
    pub name: String,
    /// Where every shift begins.
    pub home: Spot,
    pub pace: Pace,
    /// Whole time spent at a stop: half of it before the goods change hands, half after.
    pub pickup_service: Seconds,
    pub dropoff_service: Seconds,
    pub manner: Manner,
    pub afterwards: Afterwards,
    /// Who knows what test orders ask for; nobody outside a sandbox.
    pub prompter: Option<Arc<Prompter>>,
}

/// What a courier does when no shift is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    GoHome,
    /// Looks at the rota again a little later, for ever.
    LookAgain,
}

/// How long a shift lasts that a visitor started for the courier, without a plan.
const ON_THE_SPOT: Seconds = Seconds(4 * 3600);
/// Between two looks at the rota, in real time.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Me {
    courier_id: CourierId,
}

impl Courier {
    /// Works all planned shifts. Trouble is noted in the world's faults, never thrown at others.
    pub async fn run(self, world: Arc<World>, session: Arc<Session>) {
        while let Err(error) = self.work_shifts(&world, &session).await {
            world.faults.note(&self.name, format_args!("starts over: {error}"));
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    async fn work_shifts(
        &self,
        world: &Arc<World>,
        session: &Arc<Session>,
    ) -> Result<(), CallError> {
        let me: Me = session.send(&Call::get("/v1/me", &[])).await?;
        loop {
            match next_shift(world, session).await? {
                Some(shift) => self.work_shift(world, session, me.courier_id, shift).await?,
                None if self.afterwards == Afterwards::GoHome => return Ok(()),
                None => tokio::time::sleep(LOOK_AGAIN_AFTER).await,
            }
        }
    }

    async fn work_shift(
        &self,
        world: &Arc<World>,
        session: &Arc<Session>,
        me: CourierId,
        shift: Shift,
    ) -> Result<(), CallError> {
        let begun = match shift.from.filter(|&from| from > world.clock.now()) {
            Some(from) => {
                world.clock.sleep_until(from).await;
                from
            }
            None => world.clock.now(),
        };
        if shift.state == ShiftState::Planned {
            let body = json!({"shift_id": shift.id, "at": begun});
            session.send::<Shift>(&Call::post("/v1/me/shift/start", &[]).json(body)).await?;
        }
        let track = Arc::new(Mutex::new(Track::start(begun, self.home)));
        let phone = phone::Phone::new(world, session, self);
        let worker = work::Worker {
            courier: self,
            world,
            session,
            me,
            phone: &phone,
            track: &track,
            here: self.home,
            free_at: begun,
            until: shift.to.unwrap_or(begun + ON_THE_SPOT),
            lost_until: begun,
        };
        tokio::select! {
            () = worker.work() => Ok(()),
            never = phone.listen() => match never {},
            never = phone.poll() => match never {},
            never = tracker::send_fixes(world, session, &track, begun) => match never {},
        }
    }
}

/// The shift that is open, or the next one planned.
async fn next_shift(world: &World, session: &Session) -> Result<Option<Shift>, CallError> {
    let page: Page<Shift> =
        session.send(&Call::get("/v1/me/shifts", &[]).query("limit=100")).await?;
    let now = world.clock.now();
    Ok(pick_shift(page.items, now))
}

fn pick_shift(shifts: Vec<Shift>, now: Timestamp) -> Option<Shift> {
    let to_work = |shift: &Shift| match shift.state {
        ShiftState::Open => true,
        ShiftState::Planned => shift.lasts_beyond(now),
        ShiftState::Ended => false,
    };
    shifts
        .into_iter()
        .filter(to_work)
        .min_by_key(|shift| (shift.state != ShiftState::Open, shift.from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ShiftId, uuid_v7};

    #[test]
    fn an_open_shift_comes_before_a_planned_one_and_a_missed_one_is_left() {
        let at = Timestamp::from_seconds;
        let shift = |from, to, state| Shift {
            id: ShiftId::from_uuid(uuid_v7(at(from), [0; 10])),
            from: Some(at(from)),
            to: Some(at(to)),
            state,
            paid_seconds: None,
        };
        let (missed, late) = (shift(0, 9, ShiftState::Planned), shift(90, 99, ShiftState::Planned));
        let soon = shift(20, 30, ShiftState::Planned);
        let open = shift(50, 60, ShiftState::Open);
        let picked = |shifts| pick_shift(shifts, at(10)).and_then(|shift| shift.from);
        assert_eq!(picked(vec![late.clone(), missed.clone(), soon.clone()]), Some(at(20)));
        assert_eq!(picked(vec![soon, late, open]), Some(at(50)));
        assert_eq!(picked(vec![missed]), None);
    }
}
