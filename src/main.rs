//! Stands in for the command line until it is wired: `paceline services [--ephemeral] --data DIR -- COMMAND...`.
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use paceline::embedded::{After, run_with_services};

#[derive(Parser)]
enum Cli {
    Services {
        #[arg(long, env = "PACELINE_DATA_DIR")]
        data: PathBuf,
        #[arg(long)]
        ephemeral: bool,
        #[arg(last = true, required = true)]
        command: Vec<std::ffi::OsString>,
    },
}

fn main() -> ExitCode {
    let Cli::Services { data, ephemeral, command } = Cli::parse();
    run_with_services(&data, if ephemeral { After::RemoveData } else { After::KeepData }, &command)
}
