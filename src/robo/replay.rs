//! Playing a whole day of orders against a running server, as its shops and couriers would.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::DeliveryId;
use crate::domain::time::{Seconds, Timestamp};

use super::cast::{Cast, off_the_map};
use super::client::{Api, CallError, Login, Session};
use super::courier::{Afterwards, Courier, Manner};
use super::day::Day;
use super::progress::Progress;
use super::readback;
use super::report::Report;
use super::seed::Office;
use super::shop::Order;
use super::watch::{self, Counts, Watch};
use super::wire::{Board, DeliveryState};
use super::world::World;

/// What a replay may be told.
#[derive(Clone, Copy, Debug)]
pub struct ReplayOptions {
    /// Simulated time after the day's last order and shift at which it is broken off.
    pub grace: Seconds,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self { grace: Seconds::from_minutes(180) }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("stopped before the end")]
    Cancelled,
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Real time between the writing of the rota and the first minute of the day.
const LEAD: Duration = Duration::from_secs(12);
/// Real time between two looks at how it stands.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Real time given to the last events to arrive once everybody has gone home.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// Plays `day` and reads everything back. Needs nothing but the address and the admin's login.
///
/// # Errors
/// If the town cannot be made, the day is cancelled, or the results cannot be read. What goes
/// wrong during the day does not end it; it is listed in the report.
pub async fn replay_instance(
    base_url: &str,
    admin: Login,
    day: Day,
    options: ReplayOptions,
    cancel: CancellationToken,
) -> Result<Report, ReplayError> {
    let progress = Arc::new(Progress::new());
    let played = tokio::select! {
        report = play(base_url, admin, day, options, &progress) => report,
        () = cancel.cancelled() => Err(ReplayError::Cancelled),
    };
    progress.end();
    played
}

async fn play(
    base_url: &str,
    admin: Login,
    mut day: Day,
    options: ReplayOptions,
    progress: &Arc<Progress>,
) -> Result<Report, ReplayError> {
    day.centre();
    let api = Api::new(base_url)?;
    let tag = format!("{:x}", super::clock::Clock::read(&api).await?.now().millis());
    let office = Office::open(&api, admin, tag.clone());
    let email = format!("dispatch.{tag}@robo.example");
    let desk = office.user("Robo dispatch", &email, &["dispatcher", "treasurer"], None).await?;
    let board = watch::load(&desk).await?;
    let world = Arc::new(World::meet(api, board.base).await?);
    let cast = Cast::call(&office, &world, &day, progress).await?;

    #[expect(clippy::cast_possible_truncation, reason = "a few minutes")]
    let lead = Seconds((LEAD.as_secs_f64() * world.clock.speed()).ceil() as i64 + 60);
    let start = Timestamp::from_seconds((world.clock.now() + lead).seconds() / 60 * 60);
    cast.plan_shifts(&office, &day, start).await?;

    let (day, desk) = (Arc::new(day), Arc::new(desk));
    let watch = Arc::new(Watch::over(cast.shops.iter().map(|shop| shop.id)));
    let run = Run { world, day, cast, desk, watch, tag, start };
    let placed = run.play_day(board, options, progress).await;
    progress.begin("reading back", run.cast.couriers.len());
    Ok(readback::read_back(&run, &placed, progress).await?)
}

/// Which delivery each order became.
pub(super) type Placed = BTreeMap<String, DeliveryId>;

/// A day under way.
pub(super) struct Run {
    pub world: Arc<World>,
    pub day: Arc<Day>,
    pub cast: Cast,
    /// A dispatcher who may also read the books.
    pub desk: Arc<Session>,
    pub watch: Arc<Watch>,
    /// Tells this run's names and keys from those of every other run.
    pub tag: String,
    /// Simulated time of the day's minute 0.
    pub start: Timestamp,
}

impl Run {
    /// From the first shift to the last, or to the deadline.
    async fn play_day(&self, board: Board, options: ReplayOptions, progress: &Progress) -> Placed {
        let world = &self.world;
        let mut eyes: JoinSet<Infallible> = JoinSet::new();
        let (clock, watcher) = (world.clone(), world.clone());
        let (watch, desk) = (self.watch.clone(), self.desk.clone());
        eyes.spawn(async move { clock.clock.keep().await });
        eyes.spawn(async move { watch.follow(&watcher, &desk, &board).await });

        progress.begin(&self.day.name, self.day.orders.len());
        let placed = Arc::new(Mutex::new(Placed::new()));
        let mut robos = JoinSet::new();
        self.send_couriers(&mut robos);
        self.open_shops(&placed, &mut robos);
        let deadline = self.start + self.day.end() + options.grace;
        let everybody_home = async {
            while let Some(ended) = robos.join_next().await {
                if let Err(error) = ended {
                    world.faults.note("a robo", error);
                }
            }
        };
        tokio::select! {
            () = everybody_home => {}
            () = world.clock.sleep_until(deadline) => {
                world.faults.note("the day", "broken off at its deadline");
            }
            () = self.show(progress) => {}
        }
        robos.abort_all();
        self.close_kitchens(&placed).await;
        placed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send_couriers(&self, robos: &mut JoinSet<()>) {
        for (plan, member) in self.day.couriers.iter().zip(&self.cast.couriers) {
            let courier = Courier {
                name: plan.reference.clone(),
                home: plan.spot,
                pace: self.day.pace,
                pickup_service: self.day.pickup_service,
                dropoff_service: self.day.dropoff_service,
                manner: Manner::willing(Seconds(1)),
                afterwards: Afterwards::GoHome,
                prompter: None,
            };
            robos.spawn(courier.run(self.world.clone(), member.session.clone()));
        }
    }

    fn open_shops(&self, placed: &Arc<Mutex<Placed>>, robos: &mut JoinSet<()>) {
        for (number, shop) in self.cast.shops.iter().enumerate() {
            let mut orders: Vec<usize> = (0..self.day.orders.len())
                .filter(|&index| self.day.orders[index].shop == number)
                .collect();
            orders.sort_by_key(|&index| self.day.orders[index].placed);
            let (world, day, shop) = (self.world.clone(), self.day.clone(), shop.clone());
            let (placed, tag, start) = (placed.clone(), self.tag.clone(), self.start);
            robos.spawn(async move {
                for order in orders.iter().map(|&index| &day.orders[index]) {
                    world.clock.sleep_until(start + order.placed).await;
                    let asked = async {
                        shop.place(&Order {
                            reference: order.reference.clone(),
                            run: tag.clone(),
                            ready_at: start + order.ready,
                            place: world.plane.position(order.spot).map_err(off_the_map)?,
                            address: None,
                            customer: Some(format!("customer of {}", order.reference)),
                            goods: "meal".into(),
                        })
                        .await
                    };
                    match asked.await {
                        Ok(id) => {
                            let mut placed = placed.lock().unwrap_or_else(PoisonError::into_inner);
                            placed.insert(order.reference.clone(), id);
                        }
                        Err(error) => {
                            let what = format_args!("{} not placed: {error}", order.reference);
                            world.faults.note(&shop.name, what);
                        }
                    }
                }
            });
        }
    }

    /// Nobody is on the road any more: the shops take back what was never picked up.
    async fn close_kitchens(&self, placed: &Mutex<Placed>) {
        tokio::time::sleep(LAST_EVENTS).await;
        let running = self.watch.running();
        let placed = placed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for order in &self.day.orders {
            let Some(&id) = placed.get(&order.reference) else { continue };
            if running.contains(&id)
                && let Some(shop) = self.cast.shops.get(order.shop)
                && let Err(error) = shop.cancel(id, "no courier on duty any more").await
            {
                self.world.faults.note(&shop.name, format_args!("{}: {error}", order.reference));
            }
        }
    }

    /// Shows how it stands, until dropped.
    async fn show(&self, progress: &Progress) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let counts = self.watch.counts();
            let since_start = self.world.clock.now().since(self.start);
            let minutes = since_start.or_zero().0 / 60;
            let clock = format!("{:02}:{:02}", minutes / 60, minutes % 60);
            progress.show(over(&counts), format!("{clock} {}", sentence(&counts)));
        }
    }
}

fn over(counts: &Counts) -> usize {
    counts.iter().filter(|(state, _)| state.is_final()).map(|(_, count)| count).sum()
}

fn sentence(counts: &Counts) -> String {
    let sum = |states: &[DeliveryState]| -> usize {
        states.iter().filter_map(|state| counts.get(state)).sum()
    };
    format!(
        "received {}, on the way {}, delivered {}, failed {}",
        counts.values().sum::<usize>(),
        sum(&[DeliveryState::Assigned, DeliveryState::PickedUp, DeliveryState::Returning]),
        sum(&[DeliveryState::Delivered]),
        sum(&[DeliveryState::Returned, DeliveryState::Failed, DeliveryState::Cancelled]),
    )
}
