//! What a phone says while it rides, and what it is told: positions taken in a second, beside what
//! the memory behind them can take; how long a request takes while the engine is at work; and how
//! long saying yes to an offer takes, beside a row that is changed by its key. Writes what it finds
//! into `docs/performance.md`.
//!
//! `./dev bench intake`

#[path = "../../tests/support/mod.rs"]
mod database;
#[path = "../../tests/support/dir.rs"]
mod dir;
mod fleet;
#[path = "../page/mod.rs"]
mod page;
mod phones;
mod race;
mod rival;

use std::fmt::Write as _;
use std::time::Duration;

use fleet::Fleet;
use phones::{BATCH, Outcome, Phones};

/// The server's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COURIERS: usize = 10_000;
/// Connections that are busy at one time.
const AT_ONCE: usize = 64;
/// Batches of a turn, two of each courier.
const BATCHES: usize = 2 * COURIERS;
/// Turns of which the median counts, one beside each of the rival's.
const TURNS: usize = 5;
/// How long the engine is watched at work.
const WATCHED: Duration = Duration::from_secs(30);
/// Batches a second that ten thousand phones send which speak every fifty seconds.
const BATCHES_A_SECOND: u32 = 200;
/// Orders a second meanwhile.
const ORDERS_A_SECOND: u32 = 5;

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

/// Fixes a second from phones that send as fast as they are answered, beside Redis.
async fn intake(fleet: &Fleet, text: &mut String) {
    let phones = Phones::of(fleet);
    phones.send(BATCHES / 4, AT_ONCE).await;
    let (mut taken, mut p99, mut rival) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let Outcome { a_second, latency } = phones.send(BATCHES, AT_ONCE).await;
        taken.push(a_second * BATCH as u64);
        p99.push(latency.percentile_us(99));
        rival.extend(rival::geoadd_a_second(AT_ONCE, BATCH));
    }
    println!("fixes a second: {taken:?}; p99 {p99:?} us; GEOADD {rival:?}");
    let (taken, p99) = (median(taken), median(p99));
    let (beside, share) = if rival.is_empty() {
        ("not at hand".to_owned(), "-".to_owned())
    } else {
        let rival = median(rival);
        (rival.to_string(), format!("{} %", 100 * taken / rival.max(1)))
    };
    let _ = writeln!(
        text,
        "\nFixes a second, in batches of {BATCH} from {COURIERS} couriers over {AT_ONCE} connections, checked \
         against shifts, kept in Postgres, told to Redis and answered; medians of {TURNS} turns. \
         Beside it `redis-benchmark` with GEOADD, as many connections, pipelines of {BATCH}:\n\n\
         | fixes a second | GEOADD a second | share | a batch, p99 |\n|---|---|---|---|\n\
         | {taken} | {beside} | {share} | {:.1} ms |",
        p99 as f64 / 1_000.0,
    );
}

/// How long a batch takes at the pace of a working day, with the engine at rest and at work.
async fn at_work(fleet: &Fleet, text: &mut String) {
    let phones = Phones::of(fleet);
    let rest = phones.send_paced(BATCHES_A_SECOND, WATCHED).await;
    let (work, ticks) = fleet
        .while_dispatching(ORDERS_A_SECOND, phones.send_paced(BATCHES_A_SECOND, WATCHED))
        .await;
    println!("at rest {}; at work {}, {ticks} ticks", rest.line(), work.line());
    let _ = writeln!(
        text,
        "\nA batch at {BATCHES_A_SECOND} batches a second for {} s, {COURIERS} couriers on shift; at work: \
         {ORDERS_A_SECOND} orders a second, {ticks} ticks of the engine meanwhile:\n\n\
         | engine | p50 | p99 |\n|---|---|---|\n| at rest | {} |\n| at work | {} |",
        WATCHED.as_secs(),
        rest.line(),
        work.line(),
    );
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut text = String::new();
    runtime.block_on(async {
        let fleet = Fleet::start(COURIERS).await;
        intake(&fleet, &mut text).await;
        at_work(&fleet, &mut text).await;
        race::accept(&fleet, &mut text).await;
        fleet.stop().await;
    });
    text.push('\n');
    page::write("intake", &text);
}
