//! Running a command with the services around it: for the tests, for `psql`, for scripts.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

use futures_util::FutureExt;
use rustix::process::{Pid, Signal as Unix, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Services, StartError, start};

/// What is left of the private services after the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The data directory stays, for the next start.
    KeepData,
    /// What this run has started is removed, with its data.
    RemoveData,
}

/// The exit code of a run in which the command never started, as with `env` and `docker run`.
const NOT_RUN: u8 = 125;

/// Starts the services that the environment does not give, runs `command` with `DATABASE_URL` and
/// `REDIS_URL` set, stops them, and passes on the command's exit code (128 + n for signal n).
///
/// Ctrl-C reaches the command through the terminal; SIGTERM and SIGHUP are passed on to it. The
/// services outlive the command in every case. Errors are written to standard error. Call it from
/// the main thread, outside any async runtime: see [`start`].
#[must_use]
pub fn run_with_services(data_dir: &Path, after: After, command: &[OsString]) -> ExitCode {
    match run(data_dir, after, command) {
        Ok(status) => {
            let code = status.code().or(status.signal().map(|signal| 128 + signal));
            ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(NOT_RUN))
        }
        Err(error) => {
            eprintln!("paceline: {error}");
            ExitCode::from(NOT_RUN)
        }
    }
}

fn run(data_dir: &Path, after: After, command: &[OsString]) -> Result<ExitStatus, Box<dyn Error>> {
    let (program, arguments) = command.split_first().ok_or("no command to run was given")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // From here on no signal ends this process before it has tidied up.
    let mut signals = runtime.block_on(async { Signals::listen() })?;

    let services = start(data_dir, given("DATABASE_URL"), given("REDIS_URL"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    command.env("DATABASE_URL", services.database_url()).env("REDIS_URL", services.redis_url());
    let status = runtime.block_on(async {
        if signals.any().now_or_never().is_some() {
            return Err("interrupted while the services were starting".into());
        }
        let child = command.spawn().map_err(StartError::io("run", program))?;
        Ok(signals.pass_on_to(child).await?)
    });
    stop(services, data_dir, after);
    status
}

/// A variable of the environment; an empty one counts as not given.
fn given(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}

fn stop(services: Services, data_dir: &Path, after: After) {
    let started = [("postgres", services.postgres_pid()), ("redis", services.redis_pid())];
    services.stop();
    if after == After::KeepData {
        return;
    }
    for (service, _) in started.iter().filter(|(_, pid)| pid.is_some()) {
        let home = data_dir.join(service);
        if let Err(error) = fs::remove_dir_all(&home) {
            eprintln!("paceline: {} stays behind: {error}", home.display());
        }
    }
    let _ = fs::remove_dir(data_dir); // Stays, rightly, if it holds anything else.
}

/// The signals that ask a program to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// The next of them; `None` for a Ctrl-C, which needs no passing on: the terminal has sent it
    /// to the command as well, and some programs take a second one as an order to drop everything.
    async fn any(&mut self) -> Option<Unix> {
        tokio::select! {
            _ = self.interrupt.recv() => None,
            _ = self.terminate.recv() => Some(Unix::TERM),
            _ = self.hangup.recv() => Some(Unix::HUP),
        }
    }

    async fn pass_on_to(&mut self, mut child: Child) -> io::Result<ExitStatus> {
        loop {
            let signal = tokio::select! {
                status = child.wait() => return status,
                signal = self.any() => signal,
            };
            let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
            if let (Some(pid), Some(signal)) = (pid, signal) {
                let _ = kill_process(pid, signal); // It may have ended this instant.
            }
        }
    }
}
