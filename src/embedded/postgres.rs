//! The private Postgres cluster.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::home::{Claim, Home};
use super::running::{Running, StopBy, finish};
use super::tools::{self, Tool};
use super::{Service, StartError, percent_encoded};

/// The oldest major version that understands every statement of the migrations.
const MAJOR_MIN: u32 = 15;
/// The name of the role and of the database.
const NAME: &str = "paceline";
/// Named by Postgres after its port, which on a unix socket is only a name.
const SOCKET: &str = ".s.PGSQL.5432";

/// Covers recovery after a crash, which replays `max_wal_size` (1 GB) at most.
const START_MAX: Duration = Duration::from_secs(300);
/// A fast shutdown: ends all sessions, writes a checkpoint. Then an immediate one: recovers later.
const STOP_BY: StopBy =
    &[(Signal::INT, Duration::from_secs(60)), (Signal::QUIT, Duration::from_secs(10))];

/// What differs from the server's own defaults.
const SETTINGS: [&str; 7] = [
    // No TCP. The socket lies in our home, which the server sees as the parent of its cluster:
    // only those who may enter that directory get in.
    "listen_addresses=",
    "unix_socket_directories=..",
    "unix_socket_permissions=0700",
    "port=5432",
    // Room for the pools of several processes: a server and its tools, or a run of tests.
    "max_connections=200",
    // Compiling a statement costs short ones more than it saves them.
    "jit=off",
    // Zones are the program's business; a bare machine may not know any.
    "timezone=UTC",
];

/// Starts the cluster under `data_dir`, made first if need be, or shares the one that runs there.
pub(super) fn start(data_dir: &Path) -> Result<Service, StartError> {
    let home = Home::open(data_dir, "postgres")?;
    let socket = home.socket(SOCKET)?;
    let cluster = home.dir.join("cluster");
    let url = format!("postgres://{NAME}@{}/{NAME}", percent_encoded(&home.dir));

    let is_up = || is_ready(&cluster) && UnixStream::connect(&socket).is_ok();
    let Some(claim) = home.claim(is_up)? else {
        return Ok(Service::of_others(url));
    };
    let postgres = postgres_for(&home, &cluster)?;
    if !cluster.exists() {
        create(&home, &claim, &postgres, &cluster)?;
    }
    forget_if_recycled(&cluster.join("postmaster.pid"));
    forget_if_recycled(&home.dir.join(format!("{SOCKET}.lock")));

    let mut server = home.command(&postgres);
    server.arg("-D").arg(&cluster).args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    let running = Running::spawn(&home, claim, server, STOP_BY)?.ready(START_MAX, is_up)?;
    Ok(Service::of_ours(url, running))
}

/// The server says so itself, on the eighth line of its pid file.
fn is_ready(cluster: &Path) -> bool {
    let pid_file = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    pid_file.lines().nth(7).is_some_and(|status| status.trim_end() == "ready")
}

/// The installed Postgres that can run `cluster`; any that is new enough while there is none.
fn postgres_for(home: &Home, cluster: &Path) -> Result<Tool, StartError> {
    let version_file = cluster.join("PG_VERSION");
    let made_by = match fs::read_to_string(&version_file) {
        Ok(version) => Some(version.trim().to_owned()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(StartError::io("read", version_file)(e)),
    };
    let mut installed = Vec::new();
    for tool in tools::find("postgres") {
        let Some(major) = major(home, &tool) else { continue };
        match &made_by {
            None if major >= MAJOR_MIN => return Ok(tool),
            Some(made_by) if major.to_string() == *made_by => return Ok(tool),
            _ => installed.push(major.to_string()),
        }
    }
    let installed = installed.join(", ");
    Err(match made_by {
        _ if installed.is_empty() => StartError::Missing {
            program: "postgres",
            package: "postgresql",
            url_variable: "DATABASE_URL",
        },
        None => StartError::TooOld { installed, least: MAJOR_MIN },
        Some(made_by) => {
            StartError::OtherMajor { cluster: cluster.to_path_buf(), made_by, installed }
        }
    })
}

/// Asks the program itself: `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`. `None` when it
/// does not run here.
fn major(home: &Home, postgres: &Tool) -> Option<u32> {
    let output = home.command(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Makes the cluster and its database under another name, then renames: there is no half of one.
fn create(home: &Home, claim: &Claim, postgres: &Tool, cluster: &Path) -> Result<(), StartError> {
    let unfinished = cluster.with_extension("tmp");
    match fs::remove_dir_all(&unfinished) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        removed => removed.map_err(StartError::io("remove", &unfinished))?,
    }

    let mut initdb = home.command(&postgres.sibling("initdb"));
    initdb.arg("-D").arg(&unfinished).arg(format!("--username={NAME}"));
    // Text sorts by code point and is cased by Unicode, on every machine and version alike.
    initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C"]);
    initdb.args(["--auth=trust", "--data-checksums", "--no-instructions"]);
    let alive = claim.alive.try_clone().map_err(StartError::io("share a lock in", &home.dir))?;
    initdb.stdin(alive); // Until it ends, no other start may begin.
    finish(initdb)?;

    let mut single = home.command(postgres);
    single.arg("--single").arg("-D").arg(&unfinished).args(["-c", "exit_on_error=on", "postgres"]);
    single.stdin(pipe_of(&format!("CREATE DATABASE {NAME}\n"))?);
    finish(single)?;

    fs::rename(&unfinished, cluster).map_err(StartError::io("rename", &unfinished))?;
    let synced = File::open(&home.dir).and_then(|dir| dir.sync_all());
    synced.map_err(StartError::io("write to disk", &home.dir))
}

/// A pipe that holds `text`, which must be short: it is written before anyone reads.
fn pipe_of(text: &str) -> Result<io::PipeReader, StartError> {
    let piped = io::pipe().and_then(|(reader, mut writer)| {
        writer.write_all(text.as_bytes())?;
        Ok(reader)
    });
    piped.map_err(StartError::io("write to", "a pipe"))
}

/// Removes a pid file whose process is some other program by now, as happens after a power cut:
/// Postgres would take that program for its predecessor and refuse to start. Whether a real
/// predecessor still runs is left to Postgres, which also looks at its shared memory.
fn forget_if_recycled(pid_file: &Path) {
    let text = fs::read_to_string(pid_file).unwrap_or_default();
    let pid = text.lines().next().unwrap_or_default();
    let program = fs::read_to_string(format!("/proc/{pid}/comm"));
    if program.is_ok_and(|name| !matches!(name.trim_end(), "postgres" | "postmaster")) {
        let _ = fs::remove_file(pid_file); // If it stays, Postgres says so in its log.
    }
}
