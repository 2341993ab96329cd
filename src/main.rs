//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use paceline::config::Config;
use paceline::domain::ids::DecisionId;
use paceline::domain::policy::DispatchPolicy;
use paceline::embedded::{After, run_with_services};
use paceline::{books, demo, replay, sandbox, server, simulate, telemetry};

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
    Serve {
        /// By the rules of this published day, so that `demo --instance --url` can play it here.
        #[arg(long, value_name = "DIR")]
        instance: Option<PathBuf>,
    },
    /// Show a town at work, or replay a published day.
    Demo(demo::Options),
    /// Run an instance for trying out: test orders, and robo couriers who carry them.
    Sandbox(sandbox::Options),
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
    /// The pay ledger: audit it.
    Ledger {
        #[command(subcommand)]
        what: books::Ledger,
    },
    /// Verify a courier's statement, with no network and no database.
    Verify(books::Verify),
    /// Play published days in memory, by the founding policy.
    Simulate {
        #[command(subcommand)]
        what: Simulate,
    },
    /// Make a recorded decision again, and say whether the engine still says the same.
    Replay {
        /// The decision's id: dec_...
        decision: DecisionId,
    },
    /// Say whether the server at the configured address answers; for health checks.
    Health,
}

#[derive(Subcommand)]
enum Simulate {
    /// Instances of the meal delivery routing problem.
    Mdrp {
        /// Instances, or folders of instances.
        #[arg(required = true)]
        directories: Vec<PathBuf>,
        /// Write the solution files here, a folder an instance.
        #[arg(long, value_name = "DIR")]
        solutions: Option<PathBuf>,
        /// Write the measures here.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// A city day of Rappi.
    Rappi {
        directory: PathBuf,
        /// Write the measures here.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
}

fn simulate(what: Simulate) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let policy = DispatchPolicy::founding();
    match what {
        Simulate::Mdrp { directories, solutions, json } => {
            let run = simulate::MdrpRun { directories, solutions, json };
            print!("{}", simulate::table(&simulate::mdrp(&run, &policy)?));
        }
        Simulate::Rappi { directory, json } => {
            let (measures, pace) = simulate::rappi(&directory, json.as_deref(), &policy)?;
            println!("{}\n{pace}", serde_json::to_string_pretty(&measures)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("paceline: {}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// The error and what led to it, each said once: some messages hold their cause's already.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        let said = found.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = found.source();
    }
    text
}

fn run(command: Command) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match command {
        Command::Serve { instance } => {
            let mut config = Config::load()?;
            if let Some(instance) = instance {
                demo::by_instance(&mut config, &simulate::instance(&instance)?);
            }
            serve(config)
        }
        Command::Demo(options) => Ok(demo::run(Config::load()?, &options)?),
        Command::Sandbox(options) => Ok(sandbox::run(Config::load()?, &options)?),
        Command::Services { data, ephemeral, command } => {
            let after = if ephemeral { After::RemoveData } else { After::KeepData };
            Ok(run_with_services(&data, after, &command))
        }
        Command::Ledger { what } => Ok(books::ledger(&Config::load()?, &what)?),
        Command::Verify(asked) => Ok(books::verify(&asked)?),
        Command::Simulate { what } => simulate(what),
        Command::Replay { decision } => {
            let config = Config::load()?;
            let services = server::start_services(&config)?;
            let outcome = runtime()?.block_on(replay::run(services.database_url(), decision));
            services.stop();
            let report = outcome?;
            print!("{report}");
            Ok(if report.is_same() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
    let mut services = server::start_services(&config)?;
    let outcome = runtime()?.block_on(async {
        let running = server::start(config, &services).await?;
        tokio::select! {
            () = server::asked_to_stop() => {}
            () = server::mend(&mut services) => {}
        }
        running.stop().await;
        Ok::<_, server::ServeError>(())
    });
    services.stop();
    outcome?;
    Ok(ExitCode::SUCCESS)
}
