//! The account a private service runs under when root starts it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::StartError;

/// A user and its group, by number.
#[derive(Clone, Copy)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Whoever owns `home` already, else `postgres`, else `nobody`. `None` when this process is not
    /// root: the services then run as itself.
    pub(super) fn to_run_as(home: &Path) -> Result<Option<Self>, StartError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        if let Some(found) = fs::metadata(home).ok().filter(|found| found.uid() != 0) {
            return Ok(Some(Self { uid: found.uid(), gid: found.gid() }));
        }
        let accounts = "/etc/passwd";
        let accounts = fs::read_to_string(accounts).map_err(StartError::io("read", accounts))?;
        let account = Self::named("postgres", &accounts).or(Self::named("nobody", &accounts));
        account.map(Some).ok_or(StartError::NoAccount)
    }

    /// Looks `name` up in the text of `/etc/passwd`: lines of `name:password:uid:gid:...`.
    fn named(name: &str, accounts: &str) -> Option<Self> {
        let mut lines = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = lines.find(|fields| fields[0] == name)?;
        Some(Self { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
    }

    /// Refuses a `dir` that this account cannot reach, and names what bars the way. Reads the
    /// permission bits alone; where an access list is stricter, the service itself will complain.
    pub(super) fn let_in(self, dir: &Path) -> Result<(), StartError> {
        for ancestor in dir.ancestors() {
            let found = fs::metadata(ancestor).map_err(StartError::io("look at", ancestor))?;
            let may_enter = match &found {
                found if found.uid() == self.uid => 0o100,
                found if found.gid() == self.gid => 0o010,
                _ => 0o001,
            };
            if found.mode() & may_enter == 0 {
                return Err(StartError::KeptOut { uid: self.uid, barrier: ancestor.to_path_buf() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "postgresql:x:1:2::/:\nbroken\npostgres:x:101:104:,,,:/:/bin/bash\n";
        let found = Account::named("postgres", accounts).map(|a| (a.uid, a.gid));
        assert_eq!(found, Some((101, 104)));
        assert!(Account::named("nobody", accounts).is_none());
    }
}
