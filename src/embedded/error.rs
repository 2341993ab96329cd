//! Why a private service did not start, and what to do about it.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::home::SOCKET_PATH_BYTES_MAX;

/// Why a private service did not start, or has ended. Shown to people as it is: each message is
/// complete, and ends on the way out.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operating system said no.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io { doing: &'static str, path: PathBuf, cause: io::Error },

    /// The program is in none of the places where it is looked for.
    #[error(
        "`{program}` is not installed: `./dev` installs it, or install the package {package}, or \
         set {url_variable} to a server of your own"
    )]
    Missing { program: &'static str, package: &'static str, url_variable: &'static str },

    /// Every Postgres found is older than the SQL of the migrations.
    #[error(
        "Postgres {installed} is too old: {least} is the least; install the package \
         postgresql-{least}, or set DATABASE_URL to a newer server"
    )]
    TooOld { installed: String, least: u32 },

    /// The cluster was made by a major version that is not installed, and no other can read it.
    #[error(
        "{} was made by Postgres {made_by}, and this machine has {installed}: install the package \
         postgresql-{made_by}; or carry the data over with pg_upgrade, or with pg_dump on a \
         machine that has {made_by}; or move the directory away to start empty",
        cluster.display()
    )]
    OtherMajor { cluster: PathBuf, made_by: String, installed: String },

    /// A unix socket's path has little room.
    #[error(
        "the path of the socket {} is longer than {SOCKET_PATH_BYTES_MAX} bytes: choose a data \
         directory with a shorter one",
        socket.display()
    )]
    PathTooLong { socket: PathBuf },

    /// Postgres refuses to run as root, so it runs as another account, which is kept out here.
    #[error(
        "started by root, the private services run as user {uid}, who may not enter {}: choose a \
         data directory elsewhere, such as /var/lib/paceline",
        barrier.display()
    )]
    KeptOut { uid: u32, barrier: PathBuf },

    /// Root found no account to run Postgres as.
    #[error(
        "Postgres does not run as root, and /etc/passwd has neither `postgres` nor `nobody`: add \
         one of them, start paceline as an ordinary user, or set DATABASE_URL and REDIS_URL"
    )]
    NoAccount,

    /// A process of an earlier run, or of another paceline, is in the way.
    #[error(
        "cannot start {service} in {}: after {seconds} s {what}; `fuser -v {}/*.lock` names the \
         process: end it and try again",
        home.display(), home.display()
    )]
    InTheWay { service: &'static str, what: &'static str, home: PathBuf, seconds: u64 },

    /// A program that prepares a service has failed.
    #[error("{} has failed ({status}); it says:{tail}", program.display())]
    Failed { program: PathBuf, status: ExitStatus, tail: String },

    /// The service has ended by itself.
    #[error("{service} has ended ({status}); the last lines of {}:{tail}", log.display())]
    Ended { service: &'static str, status: ExitStatus, log: PathBuf, tail: String },

    /// The service runs and does not answer.
    #[error(
        "{service} does not answer after {seconds} s; the last lines of {}:{tail}",
        log.display()
    )]
    Silent { service: &'static str, seconds: u64, log: PathBuf, tail: String },
}

impl StartError {
    /// For `map_err`: what was being done, to what.
    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { doing, path, cause }
    }
}
