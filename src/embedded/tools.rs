//! Finding the installed programs.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A program, and where its shared libraries are when the system's loader does not know.
pub(super) struct Tool {
    pub(super) program: PathBuf,
    pub(super) libraries: Option<OsString>,
}

impl Tool {
    /// The program called `name` that was installed together with this one.
    pub(super) fn sibling(&self, name: &str) -> Self {
        Self { program: self.program.with_file_name(name), libraries: self.libraries.clone() }
    }
}

/// Every installed `program`, in the order of preference: on the `PATH`; in Debian's directories of
/// Postgres programs, the newest major version first; in the tools that `./dev` has unpacked for
/// a user who may not install packages.
pub(super) fn find(program: &str) -> impl Iterator<Item = Tool> {
    let path = env::var_os("PATH").unwrap_or_default();
    let installed: Vec<_> = env::split_paths(&path).chain(postgres_dirs(Path::new("/"))).collect();
    let unpacked = unpacked_tools().into_iter().flat_map(|root| {
        let libraries = library_dirs(&root);
        let dirs = postgres_dirs(&root).into_iter().chain([root.join("usr/bin")]);
        dirs.map(move |dir| (dir, Some(libraries.clone())))
    });
    installed
        .into_iter()
        .map(|dir| (dir, None))
        .chain(unpacked)
        .map(move |(dir, libraries)| Tool { program: dir.join(program), libraries })
        .filter(|tool| tool.program.is_file())
}

/// `$PACELINE_TOOLS`, else `~/.cache/paceline/tools`.
fn unpacked_tools() -> Option<PathBuf> {
    let by_name = env::var_os("PACELINE_TOOLS").map(PathBuf::from);
    by_name.or_else(|| Some(env::home_dir()?.join(".cache/paceline/tools")))
}

/// `usr/lib/postgresql/*/bin` under `root`, from the highest number to the lowest.
fn postgres_dirs(root: &Path) -> Vec<PathBuf> {
    let mut majors: Vec<u32> = names_in(&root.join("usr/lib/postgresql"))
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    majors.sort_unstable_by(|a, b| b.cmp(a));
    majors.iter().map(|major| root.join(format!("usr/lib/postgresql/{major}/bin"))).collect()
}

/// The directories where Debian packages unpacked under `root` keep shared libraries.
fn library_dirs(root: &Path) -> OsString {
    let dirs = ["usr/lib", "lib"].map(|lib| root.join(lib)).into_iter().flat_map(|lib| {
        let names = names_in(&lib);
        let triplets = names.filter(|name| name.to_string_lossy().contains("-linux-"));
        triplets.map(move |triplet| lib.join(triplet))
    });
    // Fails on a colon in a path only: the programs then say which library is missing.
    env::join_paths(dirs).unwrap_or_default()
}

fn names_in(dir: &Path) -> impl Iterator<Item = OsString> + use<> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.file_name())
}
