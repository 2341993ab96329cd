//! The people of a sandbox: one shop, whose program a newcomer writes, and robo couriers around it
//! who are on shift day and night. Founding it again finds what is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::geo::Spot;
use crate::domain::ids::{CourierId, MerchantId};
use crate::domain::time::{Seconds, Timestamp};

use super::cast::Member;
use super::client::{Api, Call, CallError, Login};
use super::courier::{Afterwards, Courier, Manner};
use super::prompter::Prompter;
use super::ride::{Pace, Rounding};
use super::seed::{NewMerchant, Office, slug};
use super::watch;
use super::wire::{ClientOut, Page, Shift, ShiftState};
use super::world::World;

/// The shop that test orders come from.
pub const SHOP: &str = "Sandbox Bistro";
/// What every invented e-mail address ends in.
pub const DOMAIN: &str = "sandbox.example";

/// Name and home of each courier, in metres from the shop.
const COURIERS: [(&str, Spot); 5] = [
    ("Robo Anquetil", Spot { x_m: 150, y_m: 200 }),
    ("Robo Bobet", Spot { x_m: -250, y_m: 100 }),
    ("Robo Coppi", Spot { x_m: 300, y_m: -150 }),
    ("Robo Darrigade", Spot { x_m: -100, y_m: -350 }),
    ("Robo Ercole", Spot { x_m: 400, y_m: 250 }),
];
/// About 16 km/h.
const PACE: Pace = Pace { metres_per_minute: 270, rounding: Rounding::WholeSeconds };
const SERVICE: Seconds = Seconds(60);
/// Between seeing an offer and answering it.
const THINK: Seconds = Seconds(8);

/// How long a shift lasts ...
const SHIFT: Seconds = Seconds(8 * 3600);
/// ... and how long before its end the next one is agreed.
const AHEAD: Seconds = Seconds(2 * 3600);
/// From agreeing a first shift to its beginning.
const LEAD: Seconds = Seconds(10);
/// Between two looks at the rota, in real time.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A sandbox's people, ready to begin.
#[derive(Debug)]
pub struct Stage {
    world: Arc<World>,
    office: Office,
    prompter: Arc<Prompter>,
    couriers: Vec<Member>,
}

impl Stage {
    /// Makes the shop and the couriers through the admin API, or finds them there. Gives the shop's
    /// credential too: the one that is known already, if the server lets it in, else a new one.
    ///
    /// # Errors
    /// The first call that failed for good.
    pub async fn found(
        base_url: &str,
        admin: Login,
        known: Option<ClientOut>,
    ) -> Result<(Self, ClientOut), CallError> {
        let api = Api::new(base_url)?;
        let office = Office::open(&api, admin, "sandbox".to_owned());
        let base = watch::load(&office.admin).await?.base;
        let world = Arc::new(World::meet(api, base).await?);

        let merchants = office.list::<MerchantId>("/v1/merchants").await?;
        let shop = match merchants.iter().find(|merchant| merchant.name == SHOP) {
            Some(merchant) => merchant.id,
            None => {
                let address = "1 rue de l'Essai".to_owned();
                let new = NewMerchant { name: SHOP, kind: "restaurant", place: base, address };
                office.merchant(&new).await?
            }
        };
        let client = credential(&office, shop, known, world.clock.now()).await?;
        let prompter = Arc::new(Prompter::new(office.shop(shop, SHOP, client.clone())));

        let people = office.list::<CourierId>("/v1/couriers").await?;
        let mut couriers = Vec::new();
        for (name, _) in COURIERS {
            let email = format!("{}@{DOMAIN}", slug(name));
            let id = match people.iter().find(|courier| courier.name == name) {
                Some(courier) => courier.id,
                None => office.courier(name, &email, "bike").await?,
            };
            couriers.push(Member { id, session: Arc::new(office.session(&email)) });
        }
        let stage = Self { world, office, prompter, couriers };
        stage.renew_shifts().await?;
        Ok((stage, client))
    }

    /// How many couriers there are.
    pub fn couriers(&self) -> usize {
        self.couriers.len()
    }

    /// Plays until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let mut robos = JoinSet::new();
        for (member, (name, home)) in self.couriers.iter().zip(COURIERS) {
            let courier = Courier {
                name: name.to_owned(),
                home,
                pace: PACE,
                pickup_service: SERVICE,
                dropoff_service: SERVICE,
                manner: Manner::willing(THINK),
                afterwards: Afterwards::LookAgain,
                prompter: Some(self.prompter.clone()),
            };
            robos.spawn(courier.run(self.world.clone(), member.session.clone()));
        }
        let world = self.world.clone();
        robos.spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                if let Err(error) = self.renew_shifts().await {
                    self.world.faults.note("the rota", error);
                }
            }
        });
        world.live(robos, cancel).await;
    }

    /// Agrees the shifts that are missing from now on.
    async fn renew_shifts(&self) -> Result<(), CallError> {
        for (number, member) in self.couriers.iter().enumerate() {
            let rota = Call::get("/v1/me/shifts", &[]).query("limit=100");
            let shifts: Page<Shift> = member.session.send(&rota).await?;
            if let Some((from, to)) = next_shift(&shifts.items, number, self.world.clock.now()) {
                self.office.shift(member.id, from, to).await?;
            }
        }
        Ok(())
    }
}

/// The known credential of the shop's program, if it is still good, else a new one.
async fn credential(
    office: &Office,
    shop: MerchantId,
    known: Option<ClientOut>,
    now: Timestamp,
) -> Result<ClientOut, CallError> {
    if let Some(known) = known {
        match office.shop(shop, SHOP, known.clone()).session.warm_up().await {
            Ok(()) => return Ok(known),
            Err(error) if error.status() == Some(401) => {}
            Err(error) => return Err(error),
        }
    }
    office.client(shop, SHOP, &now.millis().to_string()).await
}

/// The shift that courier `number` lacks, from and to: behind the last one that is agreed, else at
/// once. The first ones differ in length, so that later not all end together.
fn next_shift(agreed: &[Shift], number: usize, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let to_work = agreed.iter().filter(|shift| shift.state != ShiftState::Ended);
    match to_work.filter_map(|shift| shift.to).max().filter(|&end| end > now) {
        Some(end) if end > now + AHEAD => None,
        Some(end) => Some((end, end + SHIFT)),
        None => {
            let earlier = i64::try_from(number).unwrap_or_default() * 3600;
            Some((now + LEAD, now + LEAD + Seconds(SHIFT.0 - earlier)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ShiftId, uuid_v7};

    fn shift((from, to): (Timestamp, Timestamp), state: ShiftState) -> Shift {
        let id = ShiftId::from_uuid(uuid_v7(from, [0; 10]));
        Shift { id, from: Some(from), to: Some(to), state, paid_seconds: None }
    }

    #[test]
    fn somebody_is_on_shift_at_all_times_and_not_all_leave_together() {
        let mut rotas = vec![Vec::new(); COURIERS.len()];
        for minute in 0..3 * 24 * 60 {
            let now = Timestamp::from_seconds(1_800_000_000 + minute * 60);
            for (number, rota) in rotas.iter_mut().enumerate() {
                if let Some(span) = next_shift(rota, number, now) {
                    rota.push(shift(span, ShiftState::Planned));
                }
            }
            let covers = |span: &&Shift| span.from.is_some_and(|from| from <= now + LEAD);
            let on =
                |rota: &Vec<Shift>| rota.iter().filter(covers).any(|one| one.lasts_beyond(now));
            assert!(rotas.iter().all(on), "minute {minute}");
            let ending = |rota: &Vec<Shift>| {
                let over = |one: &Shift| one.to.is_some_and(|to| to.since(now).0.abs() < 600);
                rota.iter().any(over)
            };
            assert!(rotas.iter().filter(|rota| ending(rota)).count() <= 1, "minute {minute}");
        }
    }

    #[test]
    fn what_is_over_or_was_missed_is_no_reason_to_wait() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let past = (now - Seconds(900), now - Seconds(300));
        let next = |state| next_shift(&[shift(past, state)], 0, now).map(|(from, _)| from);
        assert_eq!(next(ShiftState::Planned), Some(now + LEAD));
        assert_eq!(next(ShiftState::Ended), Some(now + LEAD));
        let running = shift((now - Seconds(900), now + Seconds(900)), ShiftState::Open);
        assert_eq!(
            next_shift(&[running], 0, now),
            Some((now + Seconds(900), now + Seconds(900) + SHIFT))
        );
    }
}
