//! Many writers move money while their process and Postgres are killed, five times each. What was
//! acknowledged is booked, nothing is booked twice, and whoever looks always sees the whole.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use paceline::commands::audit;
use paceline::db::{self, API_ROLE, ledger};
use paceline::domain::ids::{DeliveryId, EntryId, MerchantId, uuid_v7};
use paceline::domain::ledger::{Account, Detail, Entry, Round};
use paceline::domain::money::{Currency, Money};
use paceline::embedded::{self, Services};
use rustix::process::{Pid, Signal, kill_process};

use crate::bank::{WRITERS, entries, look};
use crate::books::at;

/// Times that the writers' process is killed, and Postgres as often.
const KILLS: u64 = 5;
const ACCOUNTS: u64 = 50;
/// Longer than a start with recovery takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two tries to reach a Postgres that is down.
const PAUSE: Duration = Duration::from_millis(50);
const URL: &str = "PACELINE_KILLED_URL";
const ACKNOWLEDGED: &str = "PACELINE_KILLED_ACKNOWLEDGED";

fn account(number: u64) -> Account {
    let number = u8::try_from(number % ACCOUNTS).expect("few accounts");
    Account::MerchantReceivable(MerchantId::from_uuid(uuid_v7(at(0), [number; 10])))
}

/// What a writer books as its `number`th: the same whoever asks, so that a retry is the same entry.
fn entry(writer: u64, number: u64) -> Entry {
    let which = writer * 1_000_000 + number;
    let mixed = which.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let (from, step) = (mixed % ACCOUNTS, 1 + mixed / ACCOUNTS % (ACCOUNTS - 1));
    let chance = |salt: u8| {
        let mut bytes = [salt; 10];
        bytes[..8].copy_from_slice(&which.to_be_bytes());
        uuid_v7(at(0), bytes)
    };
    let delivery_id = DeliveryId::from_uuid(chance(1));
    let detail = Detail::Price {
        delivery_id,
        round: Round::FIRST,
        price_version: "1".to_owned(),
        split: None,
    };
    let money = Money::new(1 + i64::try_from(mixed % 10_000).expect("small"), Currency::EUR);
    let id = EntryId::from_uuid(chance(2));
    Entry::transfer(id, at(0), detail, account(from), account(from + step), money).expect("some")
}

fn per_writer() -> u64 {
    entries() / u64::try_from(WRITERS).expect("few")
}

/// Books until all of it is acknowledged; begins where the process before was killed.
async fn write(writer: u64, url: String, acknowledged: PathBuf) {
    let mut file =
        OpenOptions::new().create(true).append(true).open(&acknowledged).expect("a file");
    let done = fs::read(&acknowledged).expect("the same file").len();
    let mut conn: Option<AsyncPgConnection> = None;
    for number in u64::try_from(done).expect("few")..per_writer() {
        let entry = entry(writer, number);
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "Postgres does not come back");
            let Some(open) = &mut conn else {
                tokio::time::sleep(PAUSE).await;
                conn = AsyncPgConnection::establish(&url).await.ok();
                continue;
            };
            match ledger::post(open, &entry, at(1)).await {
                Ok(_new_or_known) => break,
                Err(_) => conn = None,
            }
        }
        // One byte an entry. It survives the process, which is what is killed.
        file.write_all(b".").expect("it is acknowledged");
    }
}

/// The process that is killed: this test again, by [`Writers::start`].
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is the other process of the test below"]
async fn the_writers() {
    let (Ok(url), Ok(dir)) = (std::env::var(URL), std::env::var(ACKNOWLEDGED)) else { return };
    let writers = (0..u64::try_from(WRITERS).expect("few"))
        .map(|writer| write(writer, url.clone(), Path::new(&dir).join(writer.to_string())));
    for writer in writers.map(tokio::spawn).collect::<Vec<_>>() {
        writer.await.expect("no writer fails");
    }
}

struct Writers {
    process: Child,
    url: String,
    acknowledged: PathBuf,
}

impl Writers {
    fn start(url: String, acknowledged: PathBuf) -> Self {
        let process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "killed::the_writers", "--ignored"])
            .env(URL, &url)
            .env(ACKNOWLEDGED, &acknowledged)
            .stdout(Stdio::null())
            .spawn()
            .expect("this program runs");
        Self { process, url, acknowledged }
    }

    fn kill_and_start(mut self) -> Self {
        self.process.kill().expect("it is there");
        self.process.wait().expect("it has ended");
        Self::start(self.url.clone(), self.acknowledged.clone())
    }

    /// How many entries have been acknowledged so far.
    fn acknowledged(&self) -> u64 {
        let files = fs::read_dir(&self.acknowledged).expect("the directory");
        files.map(|file| file.expect("a file").metadata().expect("its length").len()).sum()
    }

    fn wait_for(&mut self, acknowledged: u64) {
        let begun = Instant::now();
        while self.acknowledged() < acknowledged {
            assert!(begun.elapsed() < 3 * PATIENCE, "the writers have stopped");
            if let Some(status) = self.process.try_wait().expect("our own child") {
                assert!(status.success() && self.acknowledged() >= acknowledged, "{status}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn kill_postgres(services: &mut Services) {
    let pid = services.postgres_pid().expect("started here");
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("not 0");
    kill_process(pid, Signal::KILL).expect("it is there");
    let begun = Instant::now();
    // It may be too early to see that it has died, or to start where the old one's workers end.
    while !services.mend().is_ok_and(|mended| mended == ["postgres"]) {
        assert!(begun.elapsed() < PATIENCE, "Postgres does not start again");
        std::thread::sleep(PAUSE);
    }
}

/// Looks at the whole, through every death of Postgres, until it is told to stop.
async fn look_on(url: String, over: Arc<AtomicBool>) -> u64 {
    let mut looks = 0;
    let mut conn: Option<AsyncPgConnection> = None;
    while !AtomicBool::load(&over, Ordering::Relaxed) {
        match &mut conn {
            None => {
                tokio::time::sleep(PAUSE).await;
                conn = AsyncPgConnection::establish(&url).await.ok();
            }
            Some(open) => match look(open).await {
                Ok(()) => looks += 1,
                Err(_) => conn = None,
            },
        }
    }
    looks
}

/// What each account has, by what was to be booked.
fn expected() -> BTreeMap<String, i64> {
    let mut balances = BTreeMap::new();
    for writer in 0..u64::try_from(WRITERS).expect("few") {
        for number in 0..per_writer() {
            for (account, amount) in entry(writer, number).postings() {
                *balances.entry(account.code()).or_insert(0) += amount;
            }
        }
    }
    balances
}

async fn holds(url: &str) {
    #[derive(QueryableByName)]
    struct Balance {
        #[diesel(sql_type = Text)]
        code: String,
        #[diesel(sql_type = BigInt)]
        balance: i64,
    }
    let mut owner = AsyncPgConnection::establish(url).await.expect("Postgres answers");
    let report = audit::check(&mut owner, at(3600), None).await.expect("the ledger can be read");
    assert_eq!(report.faults, []);
    let writers = u64::try_from(WRITERS).expect("few");
    assert_eq!(report.lines, 2 * writers * per_writer(), "each entry is there, and once");
    let balances: Vec<Balance> = sql_query("SELECT code, balance FROM ledger_accounts")
        .load(&mut owner)
        .await
        .expect("accounts");
    let balances: BTreeMap<_, _> =
        balances.into_iter().map(|one| (one.code, one.balance)).collect();
    assert_eq!(balances, expected());
}

/// Not an async test: Postgres belongs to the thread that starts it.
#[test]
fn what_is_acknowledged_survives_the_death_of_every_part() {
    let dir = crate::dir::Dir::new("killed");
    let unused = Some("redis://unused".to_owned());
    let mut services = embedded::start(dir.path(), None, unused).unwrap_or_else(|e| panic!("{e}"));
    let acknowledged = dir.path().join("acknowledged");
    fs::create_dir(&acknowledged).expect("our own directory");
    fs::set_permissions(&acknowledged, fs::Permissions::from_mode(0o700)).expect("ours");
    let (owner, url) = (services.database_url().to_owned(), services.database_url_as(API_ROLE));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(db::migrate(&owner)).expect("the migrations run");
    let over = Arc::new(AtomicBool::new(false));
    let reader = runtime.spawn(look_on(url.clone(), over.clone()));

    let mut writers = Writers::start(url, acknowledged);
    let all = per_writer() * u64::try_from(WRITERS).expect("few");
    for kill in 1..=2 * KILLS {
        writers.wait_for(all * kill / (2 * KILLS + 1));
        if kill % 2 == 0 {
            kill_postgres(&mut services);
        } else {
            writers = writers.kill_and_start();
        }
    }
    writers.wait_for(all);
    assert!(writers.process.wait().expect("our own child").success());
    over.store(true, Ordering::Relaxed);
    assert!(runtime.block_on(reader).expect("the whole was always the same") > 0);
    runtime.block_on(holds(&owner));
}
