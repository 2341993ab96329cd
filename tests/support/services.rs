//! Where Postgres and Redis are.
//!
//! `./dev test` says it by DATABASE_URL and REDIS_URL. A `cargo test` by hand says nothing: then
//! the first test process starts both for all others through `paceline services`, and they end,
//! with their data, a few seconds after the last test process has gone. Two files in the target
//! directory are all the coordination: a lock that every test process shares while it lives, and
//! the URLs, which are removed only by whoever holds that lock alone.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Longest wait for services to come up on a busy machine.
const START_MAX: Duration = Duration::from_secs(120);

/// Says where the services are, then waits until nobody uses them.
const UNTIL_UNUSED: &str = r#"
    printf '%s\n%s\n' "$DATABASE_URL" "$REDIS_URL" >"$1/urls.new" && mv "$1/urls.new" "$1/urls"
    while sleep 2; do flock -n -x "$1/users.lock" rm -f "$1/urls" && break; done"#;

pub struct Urls {
    pub database: String,
    pub redis: String,
}

/// Where the services are. The same for all tests of this process.
pub fn urls() -> &'static Urls {
    static URLS: OnceLock<Urls> = OnceLock::new();
    URLS.get_or_init(|| {
        let given = |name| std::env::var(name).ok().filter(|url: &String| !url.is_empty());
        match (given("DATABASE_URL"), given("REDIS_URL")) {
            (Some(database), Some(redis)) => Urls { database, redis },
            (database, redis) => {
                let own = own();
                Urls {
                    database: database.unwrap_or(own.database),
                    redis: redis.unwrap_or(own.redis),
                }
            }
        }
    })
}

fn lock_file(dir: &Path, name: &str) -> File {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    options.open(dir.join(name)).expect("the target directory is ours to write in")
}

/// The services that the test processes of this checkout share; started if there are none.
fn own() -> Urls {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let users = lock_file(dir, "users.lock");
    users.lock_shared().expect("a lock can be shared");
    std::mem::forget(users); // Held until this process ends.
    let starting = lock_file(dir, "start.lock");
    starting.lock().expect("a lock can be taken");
    if let Some(urls) = known(dir) {
        return urls;
    }
    let log = dir.join("services.log");
    start(dir, &log);
    let begun = Instant::now();
    while begun.elapsed() < START_MAX {
        if let Some(urls) = known(dir) {
            return urls;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    panic!("no Postgres and Redis for the tests; run them by ./dev test, or see why:\n{said}");
}

/// What is written down, if somebody answers there.
fn known(dir: &Path) -> Option<Urls> {
    let text = fs::read_to_string(dir.join("urls")).ok()?;
    let (database, redis) = text.trim_end().split_once('\n')?;
    redis::Client::open(redis).ok()?.get_connection().ok()?;
    Some(Urls { database: database.to_owned(), redis: redis.to_owned() })
}

fn start(dir: &Path, log: &Path) {
    let _ = fs::remove_file(dir.join("urls"));
    let data = std::env::temp_dir().join(format!("paceline-test.{}", std::process::id()));
    fs::create_dir_all(&data).expect("there is room for the tests' data");
    // For the services' account; their own directories inside it are closed.
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("our own directory");
    let mut services = Command::new(env!("CARGO_BIN_EXE_paceline"));
    services.args(["services", "--ephemeral", "--data"]).arg(&data);
    services.args(["--", "sh", "-c", UNTIL_UNUSED, "sh"]).arg(dir);
    services.env_remove("DATABASE_URL").env_remove("REDIS_URL");
    let log = File::create(log).expect("the target directory is ours to write in");
    services.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    // It outlives this process and its Ctrl-C: it ends by itself.
    services.process_group(0).spawn().expect("the program has been built");
}
