//! `paceline simulate`: reads instances from files, lets the engine live through them, writes what
//! came of it. All file access of the simulator is here; one thread, byte for byte reproducible.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fmt, fs};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::domain::policy::DispatchPolicy;
use crate::sim::day::Moment;
use crate::sim::mdrp::instance::{Files, Instance, InstanceError};
use crate::sim::mdrp::measures::{FIELDS, quantile};
use crate::sim::mdrp::{self, Measures, SolutionFiles};
use crate::sim::rappi::{self, RappiError, RappiMeasures};

/// Why a simulation did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file is not an instance.
    #[error("{directory}: {error}")]
    Instance {
        /// The instance's directory.
        directory: PathBuf,
        /// Where and why.
        error: InstanceError,
    },
    /// A file is not of the Rappi data set.
    #[error(transparent)]
    Rappi(#[from] RappiError),
    /// The validator found a rule broken: an error of the program, not of its user.
    #[error("{directory}: the solution breaks a rule: {first}")]
    Invalid {
        /// The instance's directory.
        directory: PathBuf,
        /// The first violation.
        first: String,
    },
    /// The report could not be written as JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What is asked of `paceline simulate mdrp`.
#[derive(Clone, Debug)]
pub struct MdrpRun {
    /// Instances, or directories of instances.
    pub directories: Vec<PathBuf>,
    /// Where to put the solution files, one directory an instance.
    pub solutions: Option<PathBuf>,
    /// Where to put the measures.
    pub json: Option<PathBuf>,
}

/// Measures of one run, by instance and over all of them. What is written as JSON is the same in
/// every run; how long it took is not, and is only shown.
#[derive(Clone, Debug, Serialize)]
pub struct MdrpReport {
    /// How long the engine took.
    #[serde(skip)]
    pub pace: Pace,
    /// The unweighted mean over the instances.
    pub mean: Measures,
    /// By instance name.
    pub instances: Vec<InstanceReport>,
}

/// Measures of one instance.
#[derive(Clone, Debug, Serialize)]
pub struct InstanceReport {
    /// The name of its directory.
    pub name: String,
    /// How its day went.
    pub measures: Measures,
}

/// Runs instances one after the other, validates each, and returns the measures.
///
/// # Errors
/// The first file that cannot be read or written, or is not an instance; or a broken rule.
pub fn mdrp(run: &MdrpRun, policy: &DispatchPolicy) -> Result<MdrpReport, SimulateError> {
    let directories = instances(&run.directories)?;
    let bar = progress(directories.len() as u64);
    let mut reports = Vec::with_capacity(directories.len());
    let mut stopwatch = Stopwatch::default();
    for directory in directories {
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        bar.set_message(name.clone());
        let instance = instance(&directory)?;
        let solution = stopwatch.day(|tell| mdrp::simulate(&instance, policy, tell));
        if let Err(violations) = mdrp::validate(&instance, &solution) {
            let first = violations.first().map(ToString::to_string).unwrap_or_default();
            return Err(SimulateError::Invalid { directory, first });
        }
        if let Some(solutions) = &run.solutions {
            write_solution(&solutions.join(&name), &SolutionFiles::write(&instance, &solution))?;
        }
        reports.push(InstanceReport { name, measures: Measures::of(&instance, &solution) });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let all: Vec<Measures> = reports.iter().map(|report| report.measures).collect();
    let report =
        MdrpReport { pace: stopwatch.read(), mean: Measures::mean(&all), instances: reports };
    if let Some(json) = &run.json {
        write_json(json, &report)?;
    }
    Ok(report)
}

/// Runs a Rappi city-day from the directory of its two files.
///
/// # Errors
/// A file that cannot be read or written, or is not of the data set.
pub fn rappi(
    directory: &Path,
    json: Option<&Path>,
    policy: &DispatchPolicy,
) -> Result<(RappiMeasures, Pace), SimulateError> {
    let orders = read(&directory.join("orders.csv"))?;
    let couriers = read(&directory.join("couriers.csv"))?;
    let city = rappi::parse(&orders, &couriers)?;
    let bar = ProgressBar::new_spinner().with_message("one day");
    bar.enable_steady_tick(Duration::from_millis(100));
    let mut stopwatch = Stopwatch::default();
    let solution = stopwatch.day(|tell| rappi::simulate(&city, policy, tell));
    bar.finish_and_clear();
    let measures = rappi::measure(&city, &solution);
    if let Some(json) = json {
        write_json(json, &measures)?;
    }
    Ok((measures, stopwatch.read()))
}

/// The means as a table of two columns.
pub fn table(report: &MdrpReport) -> String {
    let mut text = format!("{:<20}{:>10}\n", "instances", report.instances.len());
    for (name, field) in FIELDS {
        text.push_str(&format!("{name:<20}{:>10.4}\n", *field(&mut { report.mean })));
    }
    text + &report.pace.to_string()
}

/// How long days took to live through, on this machine and in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    /// How many times the engine was asked.
    pub ticks: usize,
    /// The median of a tick, in milliseconds.
    pub tick_p50_ms: f64,
    /// Its 99th percentile (linear), in milliseconds.
    pub tick_p99_ms: f64,
    /// The longest tick, in milliseconds.
    pub tick_max_ms: f64,
    /// All days together, reading and writing of files and validation left out, in seconds.
    pub total_s: f64,
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20}{:>10}", "ticks", self.ticks)?;
        let rows = [
            ("tick_p50_ms", self.tick_p50_ms),
            ("tick_p99_ms", self.tick_p99_ms),
            ("tick_max_ms", self.tick_max_ms),
            ("total_s", self.total_s),
        ];
        for (name, value) in rows {
            writeln!(f, "{name:<20}{value:>10.3}")?;
        }
        Ok(())
    }
}

/// Times the ticks of days. The simulator has no clock of its own.
#[derive(Default)]
struct Stopwatch {
    ticks_ms: Vec<f64>,
    total: Duration,
}

impl Stopwatch {
    fn day<R>(&mut self, live: impl FnOnce(&mut dyn FnMut(Moment)) -> R) -> R {
        let day = Instant::now();
        let mut tick = day;
        let outcome = live(&mut |moment| match moment {
            Moment::TickBegins => tick = Instant::now(),
            Moment::TickEnds => self.ticks_ms.push(tick.elapsed().as_secs_f64() * 1000.0),
        });
        self.total += day.elapsed();
        outcome
    }

    fn read(mut self) -> Pace {
        self.ticks_ms.sort_by(f64::total_cmp);
        Pace {
            ticks: self.ticks_ms.len(),
            tick_p50_ms: quantile(&self.ticks_ms, 0.5),
            tick_p99_ms: quantile(&self.ticks_ms, 0.99),
            tick_max_ms: quantile(&self.ticks_ms, 1.0),
            total_s: self.total.as_secs_f64(),
        }
    }
}

/// Directories with an orders file, the given ones or those right below them, by name.
fn instances(directories: &[PathBuf]) -> Result<Vec<PathBuf>, SimulateError> {
    let mut found = Vec::new();
    for directory in directories {
        if directory.join("orders.txt").exists() {
            found.push(directory.clone());
            continue;
        }
        let entries = fs::read_dir(directory).map_err(|error| at(directory, error))?;
        for entry in entries {
            let path = entry.map_err(|error| at(directory, error))?.path();
            if path.join("orders.txt").exists() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one instance.
///
/// # Errors
/// A file that cannot be read, or is not as the format says.
pub fn instance(directory: &Path) -> Result<Instance, SimulateError> {
    let file = |name: &str| read(&directory.join(name));
    Instance::parse(Files {
        orders: &file("orders.txt")?,
        restaurants: &file("restaurants.txt")?,
        couriers: &file("couriers.txt")?,
        parameters: &file("instance_parameters.txt")?,
    })
    .map_err(|error| SimulateError::Instance { directory: directory.to_owned(), error })
}

fn write_solution(directory: &Path, files: &SolutionFiles) -> Result<(), SimulateError> {
    fs::create_dir_all(directory).map_err(|error| at(directory, error))?;
    let texts = [
        ("solution_info_assignments.txt", &files.assignments),
        ("solution_info_orders.txt", &files.orders),
        ("solution_info_couriers.txt", &files.couriers),
    ];
    for (name, text) in texts {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| at(&path, error))?;
    }
    Ok(())
}

fn write_json(path: &Path, report: &impl Serialize) -> Result<(), SimulateError> {
    let text = serde_json::to_string_pretty(report)?;
    fs::write(path, text + "\n").map_err(|error| at(path, error))
}

fn read(path: &Path) -> Result<String, SimulateError> {
    fs::read_to_string(path).map_err(|error| at(path, error))
}

fn at(path: &Path, error: std::io::Error) -> SimulateError {
    SimulateError::File { path: path.to_owned(), error }
}

fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up day: an order every three minutes at one of three restaurants, six couriers.
    fn write_day(directory: &Path) {
        let orders = (1..=40).map(|n| {
            let (x, y) = (n * 977 % 5_000, n * 1_493 % 5_000);
            format!("o{n}\t{x}\t{y}\t{}\tr{}\t{}\n", 3 * n, n % 3 + 1, 3 * n + n % 7 + 5)
        });
        let restaurants = (1..=3).map(|n| format!("r{n}\t{}\t{}\n", 1_200 * n, 4_000 - 900 * n));
        let couriers =
            (1..=6).map(|n| format!("c{n}\t{}\t{}\t{}\t240\n", 800 * n, 700 * n, 10 * (n - 1)));
        let texts = [
            ("orders", "order\tx\ty\tplacement_time\trestaurant\tready_time\n", orders.collect()),
            ("restaurants", "restaurant\tx\ty\n", restaurants.collect()),
            ("couriers", "courier\tx\ty\ton_time\toff_time\n", couriers.collect()),
            (
                "instance_parameters",
                "meters_per_minute\tpickup service minutes\tdropoff service minutes\t\
                 target click-to-door\tmaximum click-to-door\tpay per order\t\
                 guaranteed pay per hour\n",
                "320\t4\t4\t40\t90\t10\t15\n".to_owned(),
            ),
        ];
        fs::create_dir_all(directory).unwrap();
        for (name, header, lines) in texts {
            let lines: String = lines;
            fs::write(directory.join(name).with_extension("txt"), format!("{header}{lines}"))
                .unwrap();
        }
    }

    #[test]
    fn two_runs_write_the_same_files_byte_for_byte() {
        let root = std::env::temp_dir().join(format!("paceline-simulate-{}", std::process::id()));
        write_day(&root.join("days/one"));
        let written = |name: &str| {
            let solutions = root.join(name);
            let json = solutions.with_extension("json");
            let run = MdrpRun {
                directories: vec![root.join("days")],
                solutions: Some(solutions.clone()),
                json: Some(json.clone()),
            };
            let report = mdrp(&run, &DispatchPolicy::founding()).unwrap();
            assert!(report.mean.undelivered < 0.1, "hardly a day: {:?}", report.mean);
            ["assignments", "orders", "couriers"]
                .map(|what| solutions.join(format!("one/solution_info_{what}.txt")))
                .into_iter()
                .chain([json])
                .map(|path| fs::read(path).unwrap())
                .collect::<Vec<_>>()
        };
        let (once, again) = (written("once"), written("again"));
        assert!(once == again, "two runs wrote different files");
        let lines = |file: &Vec<u8>| file.split(|&byte| byte == b'\n').count();
        assert!(once.iter().all(|file| lines(file) > 10), "next to nothing was written");
        fs::remove_dir_all(&root).unwrap();
    }
}
