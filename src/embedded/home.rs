//! The directory of one private service, and the two locks that decide who starts it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::StartError;
use super::account::Account;
use super::running::poll;
use super::tools::Tool;

/// What fits in `sockaddr_un.sun_path` beside its closing zero.
pub(super) const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Longest wait for another process to finish starting a service, and for an earlier service to
/// finish stopping: Postgres recovers on its way in and writes a checkpoint on its way out.
const CLAIM_WAIT_MAX: Duration = Duration::from_secs(120);

/// A directory for one service, which only the account it runs under may enter.
pub(super) struct Home {
    pub(super) service: &'static str,
    pub(super) dir: PathBuf,
    account: Option<Account>,
}

/// The right to start the service of a home. See the module's docs for what the two locks mean.
pub(super) struct Claim {
    pub(super) owner: File,
    pub(super) alive: File,
}

impl Home {
    /// Makes the directory of `service` under `data_dir`, where it is missing.
    pub(super) fn open(data_dir: &Path, service: &'static str) -> Result<Self, StartError> {
        let data_dir = std::path::absolute(data_dir).map_err(StartError::io("find", data_dir))?;
        let dir = data_dir.join(service);
        let account = Account::to_run_as(&dir)?;
        fs::create_dir_all(&data_dir).map_err(StartError::io("make", &data_dir))?;
        if let Some(account) = account {
            account.let_in(&data_dir)?;
        }
        match DirBuilder::new().mode(0o700).create(&dir) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(StartError::io("make", &dir))?,
        }
        if let Some(Account { uid, gid }) = account {
            chown(&dir, Some(uid), Some(gid)).map_err(StartError::io("give away", &dir))?;
        }
        Ok(Self { service, dir, account })
    }

    /// The path of a unix socket in this home.
    pub(super) fn socket(&self, name: &str) -> Result<PathBuf, StartError> {
        let socket = self.dir.join(name);
        if socket.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
            return Err(StartError::PathTooLong { socket });
        }
        Ok(socket)
    }

    /// Waits until this process may start the service, or until the service that another process
    /// has started `is_up`: then there is nothing to start, and the answer is `None`.
    pub(super) fn claim(&self, is_up: impl Fn() -> bool) -> Result<Option<Claim>, StartError> {
        let claim = Claim { owner: self.lock_file("owner")?, alive: self.lock_file("alive")? };
        let is_ours = poll(CLAIM_WAIT_MAX, || {
            Ok(if self.take(&claim.owner)? { Some(true) } else { is_up().then_some(false) })
        })?;
        match is_ours {
            Some(true) => {}
            Some(false) => return Ok(None),
            None => return Err(self.in_the_way("another process is still starting it")),
        }
        poll(CLAIM_WAIT_MAX, || Ok(self.take(&claim.alive)?.then_some(())))?
            .ok_or_else(|| self.in_the_way("an earlier one is still stopping"))?;
        Ok(Some(claim))
    }

    /// A command for `tool` in this home, under its account. It gets none of our environment, which
    /// holds secrets and may hold variables that Postgres would obey.
    pub(super) fn command(&self, tool: &Tool) -> Command {
        let mut command = Command::new(&tool.program);
        command.current_dir(&self.dir).env_clear().env("PATH", "/usr/bin:/bin");
        if let Some(libraries) = &tool.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        if let Some(Account { uid, gid }) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// An empty log; that of the run before is kept beside it as `log.1`.
    pub(super) fn new_log(&self) -> Result<(PathBuf, File), StartError> {
        let path = self.dir.join("log");
        match fs::rename(&path, self.dir.join("log.1")) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            renamed => renamed.map_err(StartError::io("rename", &path))?,
        }
        let log = File::create(&path).map_err(StartError::io("make", &path))?;
        Ok((path, log))
    }

    fn lock_file(&self, name: &str) -> Result<File, StartError> {
        let path = self.dir.join(name).with_extension("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        options.open(&path).map_err(StartError::io("open", path))
    }

    /// Whether the lock is ours now; `false` when another process holds it.
    fn take(&self, lock: &File) -> Result<bool, StartError> {
        match lock.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(e)) => Err(StartError::io("lock a file in", &self.dir)(e)),
        }
    }

    fn in_the_way(&self, what: &'static str) -> StartError {
        let (service, seconds) = (self.service, CLAIM_WAIT_MAX.as_secs());
        StartError::InTheWay { service, what, home: self.dir.clone(), seconds }
    }
}
