//! A directory with a short path, for the sockets of private services.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Removed at the end.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new(test: &str) -> Self {
        let dir = PathBuf::from(format!("/tmp/paceline-{}-{test}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        // Whatever the umask: the services' account must get through.
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
