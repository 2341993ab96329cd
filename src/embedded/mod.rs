//! A private Postgres and a private Redis, for whoever has not been given one.
//!
//! With no `DATABASE_URL` or `REDIS_URL`, paceline starts the programs installed on the machine on
//! unix sockets inside its data directory. No port is opened, no system service is touched, and
//! the sockets are in a directory that only one account may enter, which is why they need no
//! password. A URL that is given is used as it is: a database that cannot be reached is an error,
//! never a reason to fall back on a private one.
//!
//! ```text
//! <data dir>/postgres/  owner.lock  held by the paceline process that started the service
//!                       alive.lock  held by the service itself, until its last process is gone
//!                       log, log.1  this run and the one before
//!                       cluster/    the data: back this up with pg_dump, not by copying
//!                       .s.PGSQL.5432
//! <data dir>/redis/     the same two locks and logs; redis.sock. Nothing in it outlives a stop.
//! ```
//!
//! The two locks are all the coordination there is. Whoever gets `owner.lock` starts the service;
//! whoever does not shares the one that runs. A paceline that is killed loses `owner.lock` at once
//! and the kernel tells its services to stop; the next start waits for `alive.lock`, so that it
//! never meets a service on its way out. Linux only: it relies on `PR_SET_PDEATHSIG`.

mod account;
mod error;
mod home;
mod postgres;
mod redis;
mod running;
mod tools;
mod wrapper;

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub use error::StartError;
use running::Running;
pub use wrapper::{After, run_with_services};

/// Where the two services answer, and the ones this process has started.
///
/// Dropping it stops those too; [`Services::stop`] says so in the code.
pub struct Services {
    // Fields are dropped from top to bottom: Redis stops first, as in `stop`.
    redis: Service,
    postgres: Service,
    /// Whether it lives in `data_dir`, whoever started it.
    postgres_is_private: bool,
    data_dir: PathBuf,
}

/// One service: given by URL, shared with the process that started it, or started here.
struct Service {
    url: String,
    /// What this process has started and will stop; `None` for a given or a shared service.
    started: Option<Running>,
    /// It was started here, has ended, and could not be started again so far.
    away: bool,
}

impl Service {
    /// One that is somebody else's.
    fn of_others(url: String) -> Self {
        Self { url, started: None, away: false }
    }

    /// One of ours.
    fn of_ours(url: String, running: Running) -> Self {
        Self { url, started: Some(running), away: false }
    }
}

/// Starts whatever has not been given, and returns once both services answer.
///
/// `data_dir` is where the private services live; it is made if it is missing, and not looked at
/// when both URLs are given. A private service that already runs there is shared, and left to the
/// process that started it. Takes 20 ms on an existing cluster and half a second on an empty
/// directory; longer when Postgres has to recover from a crash.
///
/// Call it from the main thread, before the async runtime: the kernel ties the services to the
/// *thread* that started them, and they would stop when a pool retires that thread.
///
/// # Errors
/// Each [`StartError`] says what failed and what to do about it. Nothing is left running.
pub fn start(
    data_dir: &Path,
    database_url: Option<String>,
    redis_url: Option<String>,
) -> Result<Services, StartError> {
    let postgres_is_private = database_url.is_none();
    let postgres = match database_url {
        Some(url) => Service::of_others(url),
        None => postgres::start(data_dir)?,
    };
    let redis = match redis_url {
        Some(url) => Service::of_others(url),
        None => redis::start(data_dir)?,
    };
    Ok(Services { data_dir: data_dir.to_owned(), redis, postgres, postgres_is_private })
}

impl Services {
    /// Where Postgres answers. A private one: `postgres://paceline@<socket dir>/paceline`, with the
    /// directory percent-encoded, as libpq and tokio-postgres read it.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.postgres.url
    }

    /// The same for another role: a private Postgres lets every role in that may enter its
    /// directory. One that was given has its own rules, so its address stays as it is.
    #[must_use]
    pub fn database_url_as(&self, role: &str) -> String {
        let url = self.database_url();
        match (self.postgres_is_private, url.split_once('@')) {
            (true, Some((_, place))) => format!("postgres://{role}@{place}"),
            _ => url.to_owned(),
        }
    }

    /// Where Redis answers. A private one: `redis+unix://<socket>`.
    #[must_use]
    pub fn redis_url(&self) -> &str {
        &self.redis.url
    }

    /// The process id of the Postgres started here; `None` when it was given or is shared.
    #[must_use]
    pub fn postgres_pid(&self) -> Option<u32> {
        self.postgres.started.as_ref().map(Running::pid)
    }

    /// The process id of the Redis started here; `None` when it was given or is shared.
    #[must_use]
    pub fn redis_pid(&self) -> Option<u32> {
        self.redis.started.as_ref().map(Running::pid)
    }

    /// Starts again, with its data, what was started here and has ended by itself; gives the names.
    /// Costs one system call a service while all is well. As [`start`], to be called from the thread
    /// that started them.
    ///
    /// # Errors
    /// As [`start`]; a call later tries again.
    pub fn mend(&mut self) -> Result<Vec<&'static str>, StartError> {
        let mut mended = Vec::new();
        for (name, service, start) in [
            ("postgres", &mut self.postgres, postgres::start as fn(&Path) -> _),
            ("redis", &mut self.redis, redis::start),
        ] {
            if service.started.as_mut().is_some_and(|running| running.check().is_err()) {
                // The old one first: it holds the lock on its home.
                service.started = None;
                service.away = true;
            }
            if service.away {
                *service = start(&self.data_dir)?;
                mended.push(name);
            }
        }
        Ok(mended)
    }

    /// Stops what was started here: Redis, then Postgres by a fast shutdown, which ends every
    /// connection and writes a checkpoint. What was given or is shared is left alone.
    pub fn stop(self) {
        drop(self);
    }
}

/// A path as the host of a URL: every byte that could mean something else is written `%XX`.
fn percent_encoded(path: &Path) -> String {
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut encoded, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}"); // Writing to a String cannot fail.
        }
        encoded
    })
}
