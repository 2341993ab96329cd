//! `paceline sandbox`: an instance of its own for whoever writes a program against the API. One shop,
//! its credential, and robo couriers who carry its orders.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::robo::client::CallError;
use crate::robo::wire::ClientOut;
use crate::robo::{Login, Stage, stage};
use crate::secrets;
use crate::together::{self, Scratch, TogetherError};

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Address and port to answer on, in place of `[server] listen`.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// How many times faster than true time its clock runs. A delivery takes five to twenty minutes:
    /// at 10 it is over in two at the most.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=3600))]
    speed: i64,
    /// Keep orders and credentials here between starts; left out, nothing stays behind.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(transparent)]
    Together(#[from] TogetherError),
    #[error("the sandbox cannot be set up: {0}")]
    Stage(#[from] CallError),
    #[error("with DATABASE_URL, say by --data where the credentials for that database are kept")]
    Homeless,
}

/// What a newcomer pastes; printed with the credential filled in.
const QUICK_START: &str = include_str!("../docs/quick-start.md");
/// Where the credentials are kept, in the sandbox's own directory.
const KEPT: &str = "sandbox.json";

/// What is made once and shown at every start.
#[derive(Serialize, Deserialize)]
struct Kept {
    admin_password: String,
    /// The shop's; not there before it was first made.
    client: Option<ClientOut>,
}

/// Runs the sandbox until Ctrl-C.
///
/// # Errors
/// What could not be started or set up.
pub fn run(mut config: Config, options: &Options) -> Result<ExitCode, SandboxError> {
    if options.data.is_none() && !config.server.database_url.is_empty() {
        return Err(SandboxError::Homeless);
    }
    let (home, _goes_with_us) = match &options.data {
        Some(dir) => (dir.clone(), None),
        None => {
            let scratch = Scratch::new("sandbox")?;
            (scratch.path().to_owned(), Some(scratch))
        }
    };
    let mut kept = Kept::read_or_make(&home)?;
    set_up(&mut config, &home, &kept, options);
    let admin = Login::Password {
        email: config.auth.admin_email.clone(),
        password: kept.admin_password.clone(),
    };
    together::play(&together::runtime()?, config, async |url, cancel: CancellationToken| {
        let (stage, client) = Stage::found(url, admin, kept.client.take()).await?;
        kept.client = Some(client.clone());
        kept.write(&home)?;
        greet(url, options, &stage, &kept.admin_password, &client);
        stage.run(cancel).await;
        Ok(ExitCode::SUCCESS)
    })
}

/// What makes a sandbox of the settings. It keeps out of everything that a live instance may have been
/// given: the keys in a Redis that both use, the store of pictures.
fn set_up(config: &mut Config, home: &Path, kept: &Kept, options: &Options) {
    if let Some(listen) = &options.listen {
        config.server.listen.clone_from(listen);
    }
    config.server.sandbox = true;
    config.policy.notice_days = 0; // Nobody lives by its rules.
    "shifts-programs".clone_into(&mut config.policy.shifts);
    config.server.data_dir = home.to_owned();
    config.server.redis_prefix.push_str("-sandbox");
    config.server.pictures_url.clear();
    config.clock.speed = options.speed;
    config.dispatch.enabled = true;
    config.auth.admin_email = format!("admin@{}", stage::DOMAIN);
    config.auth.admin_password.clone_from(&kept.admin_password);
    // Whoever can reach it is on this machine already: receivers may be here too, and without TLS.
    config.webhooks.private_targets |= is_local(&config.server.listen);
}

/// Whether an address to listen on is for this machine alone.
fn is_local(listen: &str) -> bool {
    let given = listen.parse::<SocketAddr>();
    given.is_ok_and(|given| given.ip().is_loopback()) || listen.starts_with("localhost:")
}

impl Kept {
    /// What an earlier start has left, or a new admin's password, written down before it is used.
    fn read_or_make(home: &Path) -> Result<Self, TogetherError> {
        let path = home.join(KEPT);
        match std::fs::read(&path) {
            Ok(json) => {
                let kept = serde_json::from_slice(&json).map_err(std::io::Error::from);
                kept.map_err(TogetherError::file(&path))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir_all(home).map_err(TogetherError::file(home))?;
                let kept = Self { admin_password: secrets::random_token(), client: None };
                kept.write(home)?;
                Ok(kept)
            }
            Err(error) => Err(TogetherError::file(&path)(error)),
        }
    }

    /// For the server's user alone; whole, or not at all.
    fn write(&self, home: &Path) -> Result<(), TogetherError> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let (path, new) = (home.join(KEPT), home.join("sandbox.json.new"));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let written = || {
            let mut file = options.open(&new)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        };
        written().map_err(TogetherError::file(&path))
    }
}

/// Who can log in, and what to paste.
fn greet(url: &str, options: &Options, stage: &Stage, password: &str, client: &ClientOut) {
    println!("\nA sandbox answers at {url}; its clock runs {} times true time.\n", options.speed);
    println!("  board     {url}, as admin@{} / {password}", stage::DOMAIN);
    println!("  shop      {}, with the credential below", stage::SHOP);
    println!("  couriers  {} robos, on shift day and night\n", stage.couriers());
    println!("Five calls from the credential to a delivered order, for another terminal:\n");
    println!("BASE={url}");
    println!("CLIENT_ID={}", client.client_id);
    println!("CLIENT_SECRET={}", client.client_secret);
    for block in blocks(QUICK_START) {
        println!("\n{}", block.trim_end());
    }
    println!(
        "\nWords such as sandbox:no-show in an order's `instructions` make it go otherwise; all of"
    );
    println!("them are in docs/reference/sandbox.md.");
    match &options.data {
        Some(dir) => println!("Ctrl-C ends it; orders and credentials stay in {}.", dir.display()),
        None => println!("Ctrl-C ends it and leaves nothing behind."),
    }
}

/// What is to be pasted from a guide.
fn blocks(guide: &str) -> impl Iterator<Item = &str> {
    guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_machine_is_local() {
        for local in ["127.0.0.1:8080", "[::1]:0", "localhost:80"] {
            assert!(is_local(local), "{local}");
        }
        for open in ["0.0.0.0:8080", "[::]:80", "192.168.0.1:80", "localhost.example.org:80"] {
            assert!(!is_local(open), "{open}");
        }
    }

    #[test]
    fn credentials_outlive_a_start_and_only_their_owner_reads_them() {
        use std::os::unix::fs::PermissionsExt;
        let home = Scratch::new("kept").unwrap();
        let mut first = Kept::read_or_make(home.path()).unwrap();
        let client = ClientOut { client_id: "cli_1".to_owned(), client_secret: "s".to_owned() };
        first.client = Some(client);
        first.write(home.path()).unwrap();
        let second = Kept::read_or_make(home.path()).unwrap();
        assert_eq!(second.admin_password, first.admin_password);
        assert_eq!(second.client.map(|client| client.client_id).as_deref(), Some("cli_1"));
        let file = std::fs::metadata(home.path().join(KEPT)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}
