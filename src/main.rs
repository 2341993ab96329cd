//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use paceline::config::Config;
use paceline::embedded::{After, run_with_services};
use paceline::{demo, server, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Dispatch and pay for bike-logistics co-operatives.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, dispatcher, board.
    Serve,
    /// Show a town at work, or replay a published day.
    Demo(demo::Options),
    /// Run a command with Postgres and Redis at hand, as DATABASE_URL and REDIS_URL.
    Services {
        /// Where their data lives.
        #[arg(long)]
        data: PathBuf,
        /// Remove what this run has made.
        #[arg(long)]
        ephemeral: bool,
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Say whether the server at the configured address answers; for health checks.
    Health,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("paceline: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match command {
        Command::Serve => serve(Config::load()?),
        Command::Demo(options) => Ok(demo::run(Config::load()?, &options)?),
        Command::Services { data, ephemeral, command } => {
            let after = if ephemeral { After::RemoveData } else { After::KeepData };
            Ok(run_with_services(&data, after, &command))
        }
        Command::Health => {
            let address = Config::load()?.server.listen;
            let alive = runtime()?.block_on(server::is_alive(&address));
            Ok(if alive { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn serve(config: Config) -> Result<ExitCode, Box<dyn std::error::Error>> {
    telemetry::start_logging(&config.log);
    let services = server::start_services(&config)?;
    let outcome = runtime()?.block_on(async {
        let running = server::start(config, &services).await?;
        server::asked_to_stop().await;
        running.stop().await;
        Ok::<_, server::ServeError>(())
    });
    services.stop();
    outcome?;
    Ok(ExitCode::SUCCESS)
}
