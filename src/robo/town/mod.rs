//! A made-up town for the demo: a dozen shops and ten couriers who go on for ever, day after day.
//! Seeded: the same seed founds the same town, and founding it again finds what is there.

mod demand;
mod names;
mod rota;

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::geo::Spot;
use crate::domain::ids::{CourierId, MerchantId};
use crate::domain::time::{Seconds, Timestamp};

use super::cast::{Member, off_the_map};
use super::client::{Api, Call, CallError, Login};
use super::courier::{Afterwards, Courier, Manner};
use super::ride::{Pace, Rounding};
use super::seed::{NewMerchant, Office, PASSWORD, slug};
use super::shop::{Order, Shop};
use super::watch;
use super::wire::{Page, Shift, ShiftState};
use super::world::World;
use demand::Trade;

/// Pontavel, founded and ready to open.
#[derive(Debug)]
pub struct Town {
    world: Arc<World>,
    office: Arc<Office>,
    shops: Vec<(Arc<Shop>, Trade)>,
    couriers: Vec<Member>,
    logins: Vec<DemoLogin>,
    seed: u64,
    run: String,
}

/// Somebody a visitor may log in as.
#[derive(Clone, Debug)]
pub struct DemoLogin {
    pub role: &'static str,
    pub name: String,
    pub email: String,
    pub password: &'static str,
}

/// About 16 km/h through the old town.
const PACE: Pace = Pace { metres_per_minute: 270, rounding: Rounding::WholeSeconds };
const SERVICE: Seconds = Seconds(150);
/// Shops lie this far from the base at most, customers and couriers' homes a little further.
const SHOPS_WITHIN_M: f64 = 1300.0;
const HOMES_WITHIN_M: f64 = 2200.0;
/// Pontavel lies in France, wherever the base is.
const ZONE: &str = "Europe/Paris";
/// Between two looks at whether tomorrow is planned, in real time.
const PLAN_EVERY: Duration = Duration::from_secs(20);

impl Town {
    /// Makes the town through the admin API, or finds it there.
    ///
    /// # Errors
    /// The first call that failed for good.
    pub async fn found(base_url: &str, admin: Login, seed: u64) -> Result<Self, CallError> {
        let api = Api::new(base_url)?;
        let office = Office::open(&api, admin, format!("town-{seed}"));
        let mut logins = Vec::new();
        let mut login = |role, name: &str, email: &str| {
            let (name, email) = (name.to_owned(), email.to_owned());
            logins.push(DemoLogin { role, name, email, password: PASSWORD });
        };

        let email = format!("dispatch@{}", names::DOMAIN);
        let desk = office.user("Paula Dispatch", &email, &["dispatcher"], None).await?;
        login("dispatcher", "Paula Dispatch", &email);
        let base = watch::load(&desk).await?.base;
        let world = Arc::new(World::meet(api, base).await?);
        let run = format!("{:x}", world.clock.now().millis());

        let mut dice = StdRng::seed_from_u64(seed);
        let known = office.list::<MerchantId>("/v1/merchants").await?;
        let mut shops = Vec::new();
        for (name, trade, address) in names::SHOPS {
            let spot = somewhere(SHOPS_WITHIN_M, &mut dice);
            let place = world.plane.position(spot).map_err(off_the_map)?;
            let (kind, _) = trade.kind_and_goods();
            let new = NewMerchant { name, kind, place, address: address.to_owned() };
            let id = match known.iter().find(|merchant| merchant.name == name) {
                Some(merchant) => merchant.id,
                None => office.merchant(&new).await?,
            };
            shops.push((Arc::new(office.till(id, name, &run).await?), trade));
        }
        if let Some((shop, _)) = shops.get(2) {
            let email = format!("{}@{}", slug(&shop.name), names::DOMAIN);
            office.user(&shop.name, &email, &["merchant"], Some(shop.id)).await?;
            login("merchant", &shop.name, &email);
        }

        let known = office.list::<CourierId>("/v1/couriers").await?;
        let mut couriers = Vec::new();
        for (name, vehicle) in names::COURIERS {
            let email = format!("{}@{}", slug(name), names::DOMAIN);
            let id = match known.iter().find(|courier| courier.name == name) {
                Some(courier) => courier.id,
                None => office.courier(name, &email, vehicle).await?,
            };
            couriers.push(Member { id, session: Arc::new(office.session(&email)) });
            login("courier", name, &email);
        }
        Ok(Self { world, office: Arc::new(office), shops, couriers, logins, seed, run })
    }

    /// Who can be logged in as, the dispatcher first.
    pub fn logins(&self) -> &[DemoLogin] {
        &self.logins
    }

    /// Lives until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let mut dice = StdRng::seed_from_u64(self.seed.wrapping_add(1));
        let mut robos = JoinSet::new();
        for (number, member) in self.couriers.iter().enumerate() {
            let courier = courier(number, somewhere(HOMES_WITHIN_M, &mut dice));
            robos.spawn(courier.run(self.world.clone(), member.session.clone()));
        }
        for (shop, trade) in &self.shops {
            let customers = Customers {
                world: self.world.clone(),
                shop: shop.clone(),
                trade: *trade,
                dice: StdRng::seed_from_u64(dice.random()),
                run: self.run.clone(),
            };
            robos.spawn(customers.click());
        }
        let world = self.world.clone();
        robos.spawn(async move { plan_for_ever(&world, &self.office, &self.couriers).await });
        self.world.live(robos, cancel).await;
    }
}

/// Most take what comes; two have a mind of their own.
fn courier(number: usize, home: Spot) -> Courier {
    let (declines, ignores) = match number {
        3 => (0.1, 0.0),
        7 => (0.0, 0.05),
        _ => (0.0, 0.0),
    };
    let manner = Manner { think: Seconds(8), declines, ignores, seed: number as u64 };
    Courier {
        name: names::COURIERS[number].0.to_owned(),
        home,
        pace: PACE,
        pickup_service: SERVICE,
        dropoff_service: SERVICE,
        manner,
        afterwards: Afterwards::LookAgain,
        prompter: None,
    }
}

/// Evenly spread over a disc around the base.
#[expect(clippy::cast_possible_truncation, reason = "a few kilometres")]
fn somewhere(within_m: f64, dice: &mut StdRng) -> Spot {
    let (distance, angle) = (within_m * dice.random::<f64>().sqrt(), TAU * dice.random::<f64>());
    Spot { x_m: (distance * angle.cos()) as i32, y_m: (distance * angle.sin()) as i32 }
}

/// Number of the town's day and its midnight.
fn today(now: Timestamp) -> (i64, Timestamp) {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default();
    let midnight = instant.to_zoned(zone).start_of_day();
    let midnight = midnight.map_or(now, |day| Timestamp::from_seconds(day.timestamp().as_second()));
    // 12 hours on: the same UTC day as the town's, in summer and in winter.
    ((midnight + Seconds(12 * 3600)).seconds().div_euclid(86_400), midnight)
}

/// Noon, when lunch begins: the first thing worth seeing of the town's day around `now`.
pub fn before_lunch(now: Timestamp) -> Timestamp {
    today(now).1 + Seconds::from_minutes(12 * 60)
}

/// The customers of one shop.
struct Customers {
    world: Arc<World>,
    shop: Arc<Shop>,
    trade: Trade,
    dice: StdRng,
    run: String,
}

impl Customers {
    async fn click(mut self) {
        let second_of_day = |at: Timestamp| at.since(today(at).1).0;
        let mut at = self.world.clock.now();
        for number in 1_u64.. {
            at = self.trade.next_click(at, second_of_day, &mut self.dice);
            self.world.clock.sleep_until(at).await;
            if let Err(error) = self.order(number, at).await {
                self.world.faults.note(&self.shop.name, error);
            }
        }
    }

    async fn order(&mut self, number: u64, at: Timestamp) -> Result<(), CallError> {
        let dice = &mut self.dice;
        let spot = somewhere(HOMES_WITHIN_M, dice);
        let (shortest, longest) = self.trade.preparation_minutes();
        let street = names::STREETS[dice.random_range(0..names::STREETS.len())];
        let customer = names::CUSTOMERS[dice.random_range(0..names::CUSTOMERS.len())];
        let order = Order {
            reference: format!("{}-{number}", self.run),
            run: slug(&self.shop.name),
            ready_at: at + Seconds::from_minutes(dice.random_range(shortest..=longest)),
            place: self.world.plane.position(spot).map_err(off_the_map)?,
            address: Some(format!("{} {street}", dice.random_range(1..80))),
            customer: Some(customer.to_owned()),
            goods: self.trade.kind_and_goods().1.to_owned(),
        };
        self.shop.place(&order).await.map(|_| ())
    }
}

/// Keeps today and tomorrow on the rota.
async fn plan_for_ever(world: &World, office: &Office, couriers: &[Member]) {
    loop {
        for (number, member) in couriers.iter().enumerate() {
            if let Err(error) = plan(world, office, number, member).await {
                world.faults.note(names::COURIERS[number].0, error);
            }
        }
        tokio::time::sleep(PLAN_EVERY).await;
    }
}

async fn plan(
    world: &World,
    office: &Office,
    number: usize,
    member: &Member,
) -> Result<(), CallError> {
    let rota = Call::get("/v1/me/shifts", &[]).query("limit=100");
    let planned: Page<Shift> = member.session.send(&rota).await?;
    let now = world.clock.now();
    for days_on in -1..=1 {
        let (day, midnight) = today(now + Seconds(days_on * 86_400));
        let (from, to) = rota::shift(number, day, midnight);
        let clash = planned.items.iter().any(|shift| {
            let begins_in_time = shift.from.is_some_and(|from| from < to);
            shift.state != ShiftState::Ended && begins_in_time && shift.lasts_beyond(from)
        });
        if !clash && to > now + Seconds::from_minutes(30) {
            // Who comes into a day under way starts now.
            office.shift(member.id, from.max(now + Seconds(30)), to).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_towns_day_begins_at_its_own_midnight() {
        let summer: Timestamp = "2026-07-01T22:30:00Z".parse().unwrap();
        let (day, midnight) = today(summer);
        assert_eq!(midnight.to_string(), "2026-07-01T22:00:00.000Z");
        assert_eq!(today(summer - Seconds(3600)).0, day - 1);
        assert_eq!(before_lunch(summer).to_string(), "2026-07-02T10:00:00.000Z");
    }
}
