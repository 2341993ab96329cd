//! A server and the robos around it in one process: what a demo and a sandbox share.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::embedded::StartError;
use crate::server::{self, ServeError};
use crate::telemetry;

#[derive(Debug, thiserror::Error)]
pub enum TogetherError {
    #[error(transparent)]
    Services(#[from] StartError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("{path}: {error}")]
    File { path: PathBuf, error: std::io::Error },
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
}

impl TogetherError {
    /// What went wrong with this file.
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::File { path: path.to_owned(), error }
    }
}

/// The threads that everything runs on.
pub fn runtime() -> Result<Runtime, TogetherError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(TogetherError::Runtime)
}

/// Starts services and server, plays `part` against the server's address, and stops everything when
/// it ends or a service cannot be kept up. Call it from the main thread: see
/// [`server::start_services`].
///
/// # Errors
/// What could not start, or what `part` ended with.
pub fn play<E: From<TogetherError>>(
    runtime: &Runtime,
    mut config: Config,
    part: impl AsyncFnOnce(&str, CancellationToken) -> Result<ExitCode, E>,
) -> Result<ExitCode, E> {
    if config.log.filter == "info" {
        "warn".clone_into(&mut config.log.filter);
    }
    telemetry::start_logging(&config.log);
    println!("Starting Postgres, Redis and the server ...");
    let mut services = server::start_services(&config).map_err(TogetherError::from)?;
    let cancel = stop_on_signal(runtime);
    let outcome = runtime.block_on(async {
        let running = server::start(config, &services).await.map_err(TogetherError::from)?;
        let url = format!("http://{}", running.address);
        let outcome = tokio::select! {
            outcome = part(&url, cancel) => outcome,
            () = server::mend(&mut services) => Ok(ExitCode::FAILURE),
        };
        running.stop().await;
        outcome
    });
    services.stop();
    outcome
}

/// A token that Ctrl-C cancels.
pub fn stop_on_signal(runtime: &Runtime) -> CancellationToken {
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    runtime.spawn(async move {
        server::asked_to_stop().await;
        token.cancel();
    });
    cancel
}

/// A folder that goes when this does.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Named after the program's part and the process.
    pub fn new(part: &str) -> Result<Self, TogetherError> {
        let path = std::env::temp_dir().join(format!("paceline-{part}-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(TogetherError::file(&path))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("paceline: {} stays behind: {error}", self.0.display());
        }
    }
}
