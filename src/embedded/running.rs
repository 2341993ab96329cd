//! Processes this process has started: programs that finish, and services that are stopped.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::StartError;
use super::home::{Claim, Home};

const POLL_EVERY: Duration = Duration::from_millis(5);
const TAIL_LINES_MAX: usize = 20;

/// The signals that ask a service to end, the most polite first, each with how long to wait before
/// the next one. The kernel sends the first one when this process is killed.
pub(super) type StopBy = &'static [(Signal, Duration)];

/// A service this process has started. Stopped when dropped.
pub(super) struct Running {
    service: &'static str,
    child: Child,
    log: PathBuf,
    stop_by: StopBy,
    /// Unlocked when this is dropped, which is after the service has stopped.
    _owner: fs::File,
}

impl Running {
    /// Starts the service of `home`: `command` must run in the foreground and write to its standard
    /// output and error, which become the log.
    pub(super) fn spawn(
        home: &Home,
        claim: Claim,
        mut command: Command,
        stop_by: StopBy,
    ) -> Result<Self, StartError> {
        let (log, to_log) = home.new_log()?;
        let to_log_too = to_log.try_clone().map_err(StartError::io("write to", &log))?;
        command.stdout(to_log).stderr(to_log_too);
        // Neither service reads its standard input. Passed there, the lock is inherited by every
        // process of the service, and free again when the last of them is gone.
        command.stdin(claim.alive);
        let child = spawn(&mut command, stop_by[0].0)?;
        Ok(Self { service: home.service, child, log, stop_by, _owner: claim.owner })
    }

    /// The id of the service's first process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the service `is_up`; stops it when it takes longer than `longest`.
    pub(super) fn ready(
        mut self,
        longest: Duration,
        is_up: impl Fn() -> bool,
    ) -> Result<Self, StartError> {
        let answer = poll(longest, || self.check().map(|()| is_up().then_some(())))?;
        match answer {
            Some(()) => Ok(self),
            None => Err(StartError::Silent {
                service: self.service,
                seconds: longest.as_secs(),
                tail: log_tail(&self.log),
                log: self.log.clone(),
            }),
        }
    }

    /// An error if the service has ended by itself.
    pub(super) fn check(&mut self) -> Result<(), StartError> {
        match self.child.try_wait().map_err(StartError::io("wait for", self.service))? {
            None => Ok(()),
            Some(status) => Err(StartError::Ended {
                service: self.service,
                status,
                tail: log_tail(&self.log),
                log: self.log.clone(),
            }),
        }
    }

    fn has_ended_after(&mut self, signal: Signal, patience: Duration) -> bool {
        // Not reaped yet, so the id is still that of our child: no other process can be hit.
        let _ = rustix::process::kill_process(Pid::from_child(&self.child), signal);
        matches!(poll(patience, || Ok(self.check().err())), Ok(Some(_)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let has_ended = self.check().is_err()
            || self.stop_by.iter().any(|(signal, wait)| self.has_ended_after(*signal, *wait));
        if !has_ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Runs a program to its end. Fails, with the tail of what it wrote, unless it succeeds.
pub(super) fn finish(mut command: Command) -> Result<(), StartError> {
    let child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()), Signal::TERM)?;
    let program = PathBuf::from(command.get_program());
    let output = child.wait_with_output().map_err(StartError::io("wait for", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let written = [output.stdout, output.stderr].concat();
    let tail = tail(&String::from_utf8_lossy(&written));
    Err(StartError::Failed { program, status: output.status, tail })
}

/// Asks every few milliseconds until there is an answer; `None` when `longest` has passed.
pub(super) fn poll<T>(
    longest: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, StartError>,
) -> Result<Option<T>, StartError> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(Some(answer));
        }
        if start.elapsed() > longest {
            return Ok(None);
        }
        std::thread::sleep(POLL_EVERY);
    }
}

/// Starts a process that the kernel ends with `at_our_death` when this one dies, however it dies,
/// and that a Ctrl-C in our terminal does not reach: whether it ends is ours to say.
fn spawn(command: &mut Command, at_our_death: Signal) -> Result<Child, StartError> {
    let us = rustix::process::getpid();
    let tie_to_us = move || {
        rustix::process::setsid()?;
        rustix::process::set_parent_process_death_signal(Some(at_our_death))?;
        // Killed between the fork and the line above: the signal is never going to come.
        let orphaned = rustix::process::getppid() != Some(us);
        if orphaned { Err(std::io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    };
    // SAFETY: between fork and exec only async-signal-safe functions may be called. The closure
    // makes three system calls through rustix and neither allocates nor takes a lock.
    unsafe { command.pre_exec(tie_to_us) };
    command.spawn().map_err(StartError::io("run", command.get_program()))
}

fn log_tail(log: &Path) -> String {
    fs::read(log).map_or_else(|e| e.to_string(), |text| tail(&String::from_utf8_lossy(&text)))
}

/// The last lines, indented.
fn tail(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    let first = lines.len().saturating_sub(TAIL_LINES_MAX);
    lines[first..].iter().map(|line| format!("\n  {line}")).collect()
}
