//! `paceline demo`: a server and the robos that bring it to life, in one process.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::robo::client::CallError;
use crate::robo::{
    Day, Login, ReplayError, ReplayOptions, Report, Town, before_lunch, replay_instance,
};
use crate::sim::mdrp::Instance;
use crate::simulate::{self, SimulateError};
use crate::together::{self, Scratch, TogetherError};
use crate::{clock, secrets};

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Replay this folder's day (orders.txt, restaurants.txt, couriers.txt,
    /// instance_parameters.txt) instead of making up a town.
    #[arg(long, value_name = "DIR")]
    instance: Option<PathBuf>,
    /// Simulated seconds in a true one. A town lives at 10, a day is replayed at 60.
    #[arg(long)]
    speed: Option<i64>,
    /// With --instance: end when the day is done, with a table of what it came to.
    #[arg(long, requires = "instance")]
    until_done: bool,
    /// With --instance: write the report here.
    #[arg(long, value_name = "FILE", requires = "until_done")]
    json: Option<PathBuf>,
    /// With --instance: play against the server at this address instead of an own one.
    #[arg(long, value_name = "URL", requires = "instance", requires = "admin_password")]
    url: Option<String>,
    /// With --url: the admin's login.
    #[arg(long, default_value = "admin@demo.paceline.example")]
    admin_email: String,
    /// With --url: the admin's password.
    #[arg(long, env = "PACELINE_ADMIN_PASSWORD", hide_env_values = true)]
    admin_password: Option<String>,
    /// The seed of the made-up town.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Together(#[from] TogetherError),
    #[error(transparent)]
    Instance(#[from] SimulateError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the town cannot be founded: {0}")]
    Town(#[from] CallError),
}

/// The admin of the demo.
struct Admin {
    email: String,
    password: String,
}

impl Admin {
    fn login(&self) -> Login {
        Login::Password { email: self.email.clone(), password: self.password.clone() }
    }
}

/// Speed of the made-up town: lunch passes in a quarter of an hour.
const TOWN_SPEED: i64 = 10;
/// Speed of a replay.
const REPLAY_SPEED: i64 = 60;

/// Runs the demo to its end or to Ctrl-C. Nothing is left behind unless a database was given.
pub fn run(mut config: Config, options: &Options) -> Result<ExitCode, DemoError> {
    let instance = options.instance.as_deref().map(read_instance).transpose()?;
    let runtime = together::runtime()?;
    let admin = Admin {
        email: options.admin_email.clone(),
        password: options.admin_password.clone().unwrap_or_else(secrets::random_token),
    };
    if let (Some(url), Some((name, instance))) = (&options.url, &instance) {
        let cancel = together::stop_on_signal(&runtime);
        return runtime.block_on(replay(url, &admin, name, instance, options, cancel));
    }
    set_up(&mut config, &admin, instance.as_ref().map(|(_, instance)| instance), options);
    let home = Scratch::new("demo")?;
    config.server.data_dir = home.path().to_owned();
    "shifts-programs".clone_into(&mut config.policy.shifts);
    together::play(&runtime, config, async |url, cancel| match &instance {
        Some((name, instance)) => {
            println!("Board: {url}   login: {} / {}", admin.email, admin.password);
            replay(url, &admin, name, instance, options, cancel).await
        }
        None => town(url, &admin, options, cancel).await,
    })
}

/// The settings a demo needs: the clock's speed, and an instance's own rules or a town at noon.
fn set_up(config: &mut Config, admin: &Admin, instance: Option<&Instance>, options: &Options) {
    let usual = if instance.is_some() { REPLAY_SPEED } else { TOWN_SPEED };
    config.clock.speed = options.speed.unwrap_or(usual);
    config.auth.admin_email.clone_from(&admin.email);
    config.auth.admin_password.clone_from(&admin.password);
    if let Some(instance) = instance {
        by_instance(config, instance);
    } else if config.clock.start.is_empty() {
        config.clock.start = before_lunch(clock::real_now()).to_string();
    }
}

/// The rules of a published instance, as settings: its speed, its services, its tariff.
pub fn by_instance(config: &mut Config, instance: &Instance) {
    let rules = &instance.parameters;
    "tariff-mdrp".clone_into(&mut config.policy.tariff);
    config.travel.detour_permille = 1000;
    config.travel.metres_per_minute = rules.metres_per_minute;
    config.travel.round_up_to_s = 60;
    config.service.pickup_before_s = rules.pickup_service * 30;
    config.service.pickup_after_s = rules.pickup_service * 30;
    config.service.dropoff_before_s = rules.dropoff_service * 30;
    config.service.dropoff_after_s = rules.dropoff_service * 30;
    config.service.promise_s = rules.click_to_door_target * 60;
}

/// The instance in a folder, with the folder's name.
fn read_instance(dir: &Path) -> Result<(String, Instance), DemoError> {
    let instance = simulate::instance(dir)?;
    let name = dir.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok((name, instance))
}

async fn replay(
    url: &str,
    admin: &Admin,
    name: &str,
    instance: &Instance,
    options: &Options,
    cancel: CancellationToken,
) -> Result<ExitCode, DemoError> {
    let mut day = Day::of_instance(name, instance);
    day.centre();
    let played =
        replay_instance(url, admin.login(), day, ReplayOptions::default(), cancel.clone()).await;
    let report = match played {
        Err(ReplayError::Cancelled) => return Ok(ExitCode::SUCCESS),
        played => played?,
    };
    println!("{report}");
    if let Some(path) = &options.json {
        write_report(path, &report)?;
    }
    if !options.until_done {
        println!("The day is over; the board stays. Ctrl-C ends it.");
        cancel.cancelled().await;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_report(path: &Path, report: &Report) -> Result<(), DemoError> {
    let json = serde_json::to_vec_pretty(report).map_err(std::io::Error::from);
    let written = json.and_then(|json| std::fs::write(path, json));
    Ok(written.map_err(TogetherError::file(path))?)
}

async fn town(
    url: &str,
    admin: &Admin,
    options: &Options,
    cancel: CancellationToken,
) -> Result<ExitCode, DemoError> {
    let town = Town::found(url, admin.login(), options.seed).await?;
    println!("\nPontavel is open: {url}\n");
    println!("  {:<12} {:<28} {:<40} password", "role", "name", "e-mail");
    println!("  {:<12} {:<28} {:<40} {}", "admin", "Admin", admin.email, admin.password);
    for login in town.logins() {
        let (role, name) = (login.role, &login.name);
        println!("  {role:<12} {name:<28} {:<40} {}", login.email, login.password);
    }
    println!("\nCtrl-C ends it and leaves nothing behind.");
    town.run(cancel).await;
    Ok(ExitCode::SUCCESS)
}
