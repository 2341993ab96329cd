//! The private services, real ones: started, shared, killed, recovered, and gone without a trace.
//!
//! Each test has a directory of its own and ignores the services that the test run itself has.
#![cfg(feature = "server")]

#[path = "support/dir.rs"]
mod dir;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use dir::Dir;
use paceline::embedded::{self, Services};
use rustix::process::{Pid, Signal, geteuid, kill_process};

const PACELINE: &str = env!("CARGO_BIN_EXE_paceline");
const NOBODY: u32 = 65_534;
/// Longer than anything here should take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn both_answer_and_the_data_is_there_again_after_a_stop() {
    let dir = Dir::new("again");
    let first = start(&dir);
    execute(first.database_url(), "CREATE TABLE kept (row int); INSERT INTO kept VALUES (7)");
    assert_eq!(ping(first.redis_url()), "PONG");
    first.stop();

    let second = start(&dir);
    assert_eq!(integer(second.database_url(), "SELECT row FROM kept"), 7);
}

#[test]
fn what_is_given_is_passed_on_and_nothing_is_started() {
    let dir = Dir::new("given");
    let given = |url: &str| Some(url.to_owned());
    let services =
        embedded::start(dir.path(), given("postgres://db/coop"), given("redis://r/")).unwrap();
    assert_eq!(services.database_url(), "postgres://db/coop");
    assert_eq!(services.redis_url(), "redis://r/");
    assert_eq!((services.postgres_pid(), services.redis_pid()), (None, None));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_second_start_shares_the_first_and_does_not_stop_it() {
    let dir = Dir::new("shared");
    let mut first = start(&dir);
    let second = start(&dir);
    assert_eq!(second.database_url(), first.database_url());
    assert_eq!((second.postgres_pid(), second.redis_pid()), (None, None));
    second.stop();

    assert!(first.mend().unwrap().is_empty());
    assert_eq!(integer(first.database_url(), "SELECT 1"), 1);
    assert_eq!(ping(first.redis_url()), "PONG");
}

#[test]
fn of_two_first_starts_at_once_one_makes_the_cluster_for_both() {
    let dir = Dir::new("at-once");
    let until_both = "echo >$$.ready; until [ $(ls *.ready | wc -l) = 2 ]; do sleep 0.01; done";
    let mut both = [Wrapped::spawn(&dir, until_both), Wrapped::spawn(&dir, until_both)];
    assert_eq!(both.each_mut().map(Wrapped::exit_code), [Some(0), Some(0)]);
}

/// The kernel tells the orphans to stop. The next start comes in the middle of that.
#[test]
fn a_killed_server_is_followed_by_a_working_one() {
    let dir = Dir::new("killed");
    for round in 1..=3 {
        let ready = dir.path().join("ready");
        let mut server = Wrapped::spawn(&dir, "echo >ready; exec sleep 600");
        until("the services of the first server answer", || ready.exists());
        let shared = start(&dir);
        let sql = "CREATE TABLE IF NOT EXISTS t (row int); INSERT INTO t VALUES (1)";
        execute(shared.database_url(), sql);
        server.kill_9();
        fs::remove_file(&ready).unwrap();

        let next = start(&dir);
        assert!(next.postgres_pid().is_some() && next.redis_pid().is_some());
        assert_eq!(integer(next.database_url(), "SELECT count(*)::int FROM t"), round);
        assert_eq!(ping(next.redis_url()), "PONG");
    }
}

#[test]
fn a_killed_service_is_started_again_with_what_it_must_not_forget() {
    let dir = Dir::new("service");
    let mut services = start(&dir);
    execute(services.database_url(), "CREATE TABLE t (row int); INSERT INTO t VALUES (1)");
    for pid in [services.postgres_pid(), services.redis_pid()] {
        signal(pid.unwrap(), Signal::KILL);
    }
    let mut mended = Vec::new();
    until("both are mended", || {
        mended.extend(services.mend().unwrap());
        mended.len() == 2
    });
    mended.sort_unstable();
    assert_eq!(mended, ["postgres", "redis"]);
    assert_eq!(integer(services.database_url(), "SELECT row FROM t"), 1);
    assert_eq!(ping(services.redis_url()), "PONG");
    assert!(services.mend().unwrap().is_empty());
}

/// After a power cut, the number in the pid file may be that of any program: here, of this test.
#[test]
fn a_recycled_process_id_does_not_stand_in_the_way() {
    let dir = Dir::new("recycled");
    start(&dir).stop();
    let pid_file = dir.path().join("postgres/cluster/postmaster.pid");
    fs::write(pid_file, format!("{}\n", process::id())).unwrap();
    assert_eq!(integer(start(&dir).database_url(), "SELECT 1"), 1);
}

#[test]
fn a_cluster_of_another_major_version_is_refused_with_the_ways_out() {
    let dir = Dir::new("major");
    fs::create_dir_all(dir.path().join("postgres/cluster")).unwrap();
    fs::write(dir.path().join("postgres/cluster/PG_VERSION"), "9\n").unwrap();
    let error = refused(dir.path());
    assert!(error.contains("made by Postgres 9"), "{error}");
    assert!(error.contains("postgresql-9") && error.contains("pg_upgrade"), "{error}");
}

#[test]
fn a_path_too_long_for_a_socket_is_refused() {
    let dir = Dir::new("long");
    let error = refused(&dir.path().join("d".repeat(100)));
    assert!(error.contains("107 bytes"), "{error}");
}

#[test]
fn root_is_told_where_its_services_may_not_go() {
    if !geteuid().is_root() {
        return; // There is no other account to be kept out.
    }
    let dir = Dir::new("kept-out");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let error = refused(&dir.path().join("data"));
    assert!(error.contains(&format!("may not enter {}", dir.path().display())), "{error}");
}

#[test]
fn a_wrapped_command_has_the_services_and_its_exit_code_is_passed_on() {
    let dir = Dir::new("wrapped");
    let script = r#"case "$DATABASE_URL $REDIS_URL" in postgres:*\ redis*:*) exit 7 ;; esac"#;
    let mut wrapped = Wrapped::spawn(&dir, script);
    assert_eq!(wrapped.exit_code(), Some(7));
    assert!(!dir.path().exists(), "an ephemeral run leaves nothing behind");
}

#[test]
fn a_terminated_wrapper_ends_its_command_and_tidies_up() {
    let dir = Dir::new("terminated");
    let ready = dir.path().join("ready");
    let script = "trap 'rm ready; exit 3' TERM; echo >ready; while :; do sleep 0.01; done";
    let mut wrapped = Wrapped::spawn(&dir, script);
    until("the command runs", || ready.exists());
    signal(wrapped.0.id(), Signal::TERM);
    assert_eq!(wrapped.exit_code(), Some(3));
    assert!(!dir.path().exists());
}

/// Root runs the other tests as somebody else; an ordinary user's services run as the user.
#[test]
fn an_ordinary_user_needs_no_other_account() {
    if !geteuid().is_root() {
        return; // Then every other test shows it.
    }
    let dir = Dir::new("ordinary");
    // The build directory may be closed to others.
    let program = dir.path().join("paceline");
    fs::copy(PACELINE, &program).unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();

    let mut command = services_command(&program, &data, "stat -c %u postgres");
    let output = command.uid(NOBODY).gid(NOBODY).current_dir(&data).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{NOBODY}\n"), "{output:?}");
}

/// `paceline services --ephemeral`, stopped at the end.
struct Wrapped(Child);

impl Wrapped {
    /// The script runs in `dir`.
    fn spawn(dir: &Dir, script: &str) -> Self {
        let mut command = services_command(Path::new(PACELINE), dir.path(), script);
        Self(command.current_dir(dir.path()).spawn().unwrap())
    }

    fn kill_9(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Wrapped {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            signal(self.0.id(), Signal::TERM);
            let _ = self.0.wait();
        }
    }
}

fn services_command(program: &Path, data: &Path, script: &str) -> Command {
    let mut services = Command::new(program);
    services.args(["services", "--ephemeral", "--data"]).arg(data).args(["--", "sh", "-c", script]);
    services.env_remove("DATABASE_URL").env_remove("REDIS_URL");
    services
}

fn start(dir: &Dir) -> Services {
    embedded::start(dir.path(), None, None).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(data_dir: &Path) -> String {
    match embedded::start(data_dir, None, None) {
        Ok(_) => panic!("started in {}", data_dir.display()),
        Err(error) => error.to_string(),
    }
}

fn execute(url: &str, sql: &str) {
    wait_for(async {
        let mut conn = AsyncPgConnection::establish(url).await.unwrap();
        conn.batch_execute(sql).await.unwrap();
    });
}

fn integer(url: &str, sql: &str) -> i32 {
    #[derive(diesel::QueryableByName)]
    struct One {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        value: i32,
    }
    let sql = format!("SELECT value FROM ({sql}) AS q (value)");
    wait_for(async {
        let mut conn = AsyncPgConnection::establish(url).await.unwrap();
        diesel::sql_query(sql).get_result::<One>(&mut conn).await.unwrap().value
    })
}

fn ping(url: &str) -> String {
    wait_for(async {
        let client = redis::Client::open(url).unwrap();
        let mut conn = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("PING").query_async(&mut conn).await.unwrap()
    })
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(pid, signal).unwrap();
}
