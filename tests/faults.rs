//! A day under fire: while shops order and couriers ride, the server is killed six times, and Redis
//! and Postgres are killed under it. Nothing may be lost, doubled, or paid wrongly.
//!
//! A short made-up day, unless `PACELINE_FAULT_DAY` names the folder of a published one.
#![cfg(feature = "server")]

#[path = "support/dir.rs"]
mod dir;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use dir::Dir;
use futures_util::future::join_all;
use paceline::embedded::Services;
use paceline::robo::{Day, Login, ReplayOptions, Report, replay_instance};
use paceline::{embedded, simulate};
use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const ADMIN: &str = "admin@coop.example";
const PASSWORD: &str = "a password for one day";
/// Longer than a start with recovery should take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_day_survives_the_death_of_every_part() {
    let dir = Dir::new("faults");
    let folder = day(&dir);
    let instance = simulate::instance(&folder).unwrap_or_else(|error| panic!("{error}"));
    let mut server = Server::start(&dir, Some(&folder));
    // Those of the server: whoever comes second shares.
    let services = embedded::start(dir.path(), None, None).unwrap_or_else(|e| panic!("{e}"));
    let orders = i64::try_from(instance.orders.len()).unwrap();
    let redis = services.redis_url().to_owned();
    let url = format!("http://{}", server.address);
    let fire = async {
        for tenths in 1..=8 {
            until_delivered(&services, orders * tenths / 10).await;
            match tenths {
                3 => kill_9(redis_pid(&redis).await),
                5 => kill_9(postgres_pid(dir.path())),
                _ => server.kill_and_start(&dir, Some(&folder)),
            }
        }
        std::future::pending::<()>().await;
    };
    let admin = Login::Password { email: ADMIN.to_owned(), password: PASSWORD.to_owned() };
    let day = Day::of_instance(&folder.to_string_lossy(), &instance);
    let cancel = CancellationToken::new();
    let report = tokio::select! {
        report = replay_instance(&url, admin, day, ReplayOptions::default(), cancel) => report,
        () = fire => unreachable!("it goes on for ever"),
    };
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    println!("{report}");
    assert_eq!(server.starts, 7, "the day was over before the fire");
    holds(&report, instance.orders.len());
}

/// A thousand calls with a hundred keys, and the server dies twice among them: whoever had no answer
/// asks again with the same key.
#[tokio::test(flavor = "multi_thread")]
async fn orders_are_made_once_though_the_server_dies() {
    const KEYS: usize = 100;
    let dir = Dir::new("once");
    let mut server = Server::start(&dir, None);
    let services = embedded::start(dir.path(), None, None).unwrap_or_else(|e| panic!("{e}"));
    let client = Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    let base = format!("http://{}", server.address);
    let login = json!({ "email": ADMIN, "password": PASSWORD });
    let session = insist(|| client.post(format!("{base}/v1/auth/login")).json(&login)).await;
    let token = session["access_token"].as_str().unwrap();
    let place = json!({ "latitude": 48.8566, "longitude": 2.3522 });
    let shop = json!({ "name": "Bistro", "kind": "shop", "place": place, "address": "1 Main" });
    let post = |path: &str, key: String, body: &Value| {
        let call = client.post(format!("{base}{path}")).bearer_auth(token).json(body);
        call.header("Idempotency-Key", key)
    };
    let shop = insist(|| post("/v1/merchants", "shop".to_owned(), &shop)).await;
    let order = json!({ "merchant_id": shop["id"], "dropoffs": [{ "place": place }] });
    let calls = (0..10 * KEYS).map(async |call| {
        let key = format!("order-{}", call % KEYS);
        let made = insist(|| post("/v1/deliveries", key.clone(), &order)).await;
        (key, made["id"].as_str().unwrap().to_owned())
    });
    let fire = async {
        for third in 1..=2 {
            while count(&services, "").await.is_none_or(|made| made < third * 33) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            server.kill_and_start(&dir, None);
        }
    };
    let (made, ()) = tokio::join!(join_all(calls), fire);
    let made: BTreeSet<(String, String)> = made.into_iter().collect();
    assert_eq!(made.len(), KEYS, "a key got two answers: {made:?}");
    assert_eq!(count(&services, "").await, Some(100));
    assert_eq!(server.starts, 3, "all was made before the fire");
}

/// What comes of a call that is made until it is answered.
async fn insist(call: impl Fn() -> RequestBuilder) -> Value {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "no answer after {} s", PATIENCE.as_secs());
        match call().send().await {
            Ok(reply) if reply.status().is_success() => {
                // It may die while it answers.
                if let Ok(value) = reply.json().await {
                    return value;
                }
            }
            Ok(reply) => assert!(matches!(reply.status().as_u16(), 408 | 409 | 503), "{reply:?}"),
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What no fault may break.
fn holds(report: &Report, orders: usize) {
    let count = &report.orders;
    assert_eq!((count.received, count.lost, count.doubled), (orders, 0, 0), "{report}");
    assert!(count.undelivered.is_empty(), "an order hangs: {report}");
    assert!(count.delivered_share >= 0.97, "{report}");
    assert!(report.assigned_twice.is_empty() && report.done_twice.is_empty(), "{report}");
    assert_eq!(report.ledger_sum.get("USD"), Some(&0), "{report}");
    assert!(report.ledger_sum.values().all(|&sum| sum == 0), "{report}");
    assert!(report.earnings.mismatches.is_empty(), "{report}");
    assert_eq!(report.earnings.statements_right, report.earnings.couriers, "{report}");
    assert_eq!(report.shifts_still_open, 0, "{report}");
}

/// The folder of the published day that was asked for, or of an hour and a half of 12 couriers and
/// 45 orders.
fn day(dir: &Dir) -> PathBuf {
    if let Some(folder) = std::env::var_os("PACELINE_FAULT_DAY") {
        return folder.into();
    }
    let mut orders = String::from("order\tx\ty\tplacement_time\trestaurant\tready_time\n");
    for n in 1..=45_u32 {
        let (x, y, at) = (n * 1_931 % 4_000, n * 2_741 % 4_000, 5 + n);
        let ready = at + 5 + n % 10;
        let _ = writeln!(orders, "o{n}\t{x}\t{y}\t{at}\tr{}\t{ready}", n % 4 + 1);
    }
    let restaurants =
        "restaurant\tx\ty\nr1\t800\t900\nr2\t3100\t700\nr3\t1900\t2100\nr4\t900\t3300\n";
    let mut couriers = String::from("courier\tx\ty\ton_time\toff_time\n");
    for n in 1..=12_u32 {
        let (x, y, on) = (n * 1_237 % 4_000, n * 877 % 4_000, n % 3 * 5);
        let _ = writeln!(couriers, "c{n}\t{x}\t{y}\t{on}\t{}", on + 105);
    }
    let parameters = "meters_per_minute\tpickup service minutes\tdropoff service minutes\ttarget \
                      click-to-door\tmaximum click-to-door\tpay per order\tguaranteed pay per hour\n\
                      320\t4\t4\t40\t90\t10\t15\n";
    let folder = dir.path().join("a-short-day");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        ("orders.txt", orders.as_str()),
        ("restaurants.txt", restaurants),
        ("couriers.txt", couriers.as_str()),
        ("instance_parameters.txt", parameters),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// `paceline serve` with private services, by an instance's rules where one is given.
struct Server {
    address: String,
    child: Child,
    starts: u32,
}

impl Server {
    fn start(dir: &Dir, day: Option<&Path>) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.unwrap().to_string();
        let child = spawn(dir, &address, day);
        let server = Self { address, child, starts: 1 };
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(begun.elapsed() < PATIENCE, "no server after {} s", PATIENCE.as_secs());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// As after a crash: at once, at the same address, on the same data.
    fn kill_and_start(&mut self, dir: &Dir, day: Option<&Path>) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = spawn(dir, &self.address, day);
        self.starts += 1;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.child);
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.child.wait();
    }
}

fn spawn(dir: &Dir, address: &str, day: Option<&Path>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
    command.arg("serve");
    if let Some(day) = day {
        command.arg("--instance").arg(day);
    }
    command.env_remove("DATABASE_URL").env_remove("REDIS_URL");
    command.env("PACELINE_SERVER__DATA_DIR", dir.path()).env("PACELINE_SERVER__LISTEN", address);
    command.env("PACELINE_AUTH__ADMIN_EMAIL", ADMIN).env("PACELINE_AUTH__ADMIN_PASSWORD", PASSWORD);
    command.env("PACELINE_CLOCK__SPEED", "90").env("PACELINE_LOG__FILTER", "error");
    command.spawn().unwrap()
}

fn kill_9(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

fn postgres_pid(data_dir: &Path) -> i32 {
    let file = data_dir.join("postgres/cluster/postmaster.pid");
    let text = fs::read_to_string(file).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

async fn redis_pid(url: &str) -> i32 {
    let client = redis::Client::open(url).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut conn).await.unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("process_id:"));
    line.unwrap().trim().parse().unwrap()
}

/// Waits until so many deliveries are done; while the database is away, nothing is known.
async fn until_delivered(services: &Services, least: i64) {
    while count(services, "WHERE state = 'delivered'").await.is_none_or(|done| done < least) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many deliveries there are; `None` while the database is away.
async fn count(services: &Services, which: &str) -> Option<i64> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let mut conn = AsyncPgConnection::establish(services.database_url()).await.ok()?;
    let query = diesel::sql_query(format!("SELECT count(*) FROM deliveries {which}"));
    Some(query.get_result::<Row>(&mut conn).await.ok()?.count)
}
