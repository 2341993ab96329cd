//! Published days, lived through under the founding policy: what comes of them, and how long it takes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use paceline::domain::policy::DispatchPolicy;
use paceline::sim::day::Moment;
use paceline::sim::mdrp::instance::{Files, Instance};
use paceline::sim::mdrp::{Measures, simulate, validate};
use paceline::sim::rappi;

use crate::stopwatch::time;

/// A set of instances of the meal delivery routing problem.
struct Set {
    name: &'static str,
    contains: fn(&str) -> bool,
}

const SETS: [Set; 3] = [
    Set { name: "all", contains: |_| true },
    Set { name: "seeds 0-4 o100t100s1p100", contains: |name| name.ends_with("o100t100s1p100") },
    Set {
        name: "with known optimum",
        contains: |name| name.starts_with("0o50") || name.starts_with("0r50"),
    },
];

/// The days whose data is at hand: in `PACELINE_DATA`, or beside the repository.
pub fn published() -> String {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("PACELINE_DATA").map_or(beside, PathBuf::from);
    mdrp(&root.join("mdrp")).unwrap_or_default() + &city(&root.join("rappi/20")).unwrap_or_default()
}

fn mdrp(directory: &Path) -> Option<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        eprintln!("SKIPPED: no days of the meal delivery problem in {}", directory.display());
        return None;
    };
    let mut names: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    let policy = DispatchPolicy::founding();
    let (mut days, mut ticks_ms, mut total_us) = (Vec::new(), Vec::new(), 0.0);
    for path in names {
        let instance = read(&path)?;
        let mut begun = Instant::now();
        let mut tell = |moment| match moment {
            Moment::TickBegins => begun = Instant::now(),
            Moment::TickEnds => ticks_ms.push(begun.elapsed().as_secs_f64() * 1e3),
        };
        let (solution, us) = time(|| simulate(&instance, &policy, &mut tell));
        total_us += us;
        validate(&instance, &solution).expect("the simulator keeps the rules");
        let name = path.file_name()?.to_string_lossy().into_owned();
        days.push((name, Measures::of(&instance, &solution)));
    }
    let mut text = String::from(
        "\n### Days of the meal delivery routing problem\n\nMeans over the instances; every day valid \
         under the strict reader.\n\n| instances | undelivered | click to door, min | Gini | \
         zero-job couriers | cost per order | km per order |\n|---|---|---|---|---|---|---|\n",
    );
    for set in SETS {
        let of_set = days.iter().filter(|(name, _)| (set.contains)(name));
        let measures: Vec<Measures> = of_set.map(|(_, measures)| *measures).collect();
        if measures.is_empty() {
            continue;
        }
        let mean = Measures::mean(&measures);
        let _ = writeln!(
            text,
            "| {} ({}) | {:.3} % | {:.3} | {:.4} | {:.2} % | {:.2} | {:.3} |",
            set.name,
            measures.len(),
            mean.undelivered * 100.0,
            mean.click_to_door,
            mean.gini,
            mean.zero_jobs * 100.0,
            mean.cost_per_order,
            mean.km_per_order,
        );
    }
    ticks_ms.sort_by(f64::total_cmp);
    let quantile = |part: usize| ticks_ms.get((ticks_ms.len() - 1) * part / 100).copied();
    let _ = writeln!(
        text,
        "\nAll of them on one core: {:.2} s for {} ticks; a tick {:.3} ms in the median, {:.3} ms at \
         the 99th percentile, {:.3} ms at most.",
        total_us / 1e6,
        ticks_ms.len(),
        quantile(50)?,
        quantile(99)?,
        quantile(100)?,
    );
    Some(text)
}

fn read(directory: &Path) -> Option<Instance> {
    let file = |name: &str| std::fs::read_to_string(directory.join(name)).ok();
    let instance = Instance::parse(Files {
        orders: &file("orders.txt")?,
        restaurants: &file("restaurants.txt")?,
        couriers: &file("couriers.txt")?,
        parameters: &file("instance_parameters.txt")?,
    });
    Some(instance.expect("the data set is as its format says"))
}

fn city(directory: &Path) -> Option<String> {
    let file = |name: &str| std::fs::read_to_string(directory.join(name)).ok();
    let Some((orders, couriers)) = file("orders.csv").zip(file("couriers.csv")) else {
        eprintln!("SKIPPED: no Rappi city-day in {}", directory.display());
        return None;
    };
    let city = rappi::parse(&orders, &couriers).expect("the data set is as its format says");
    let policy = DispatchPolicy::founding();
    let (solution, us) = time(|| rappi::simulate(&city, &policy, &mut |_| {}));
    let measures = rappi::measure(&city, &solution);
    Some(format!(
        "\n### A Rappi city-day\n\n{} orders, {} couriers, a decision every minute: {:.2} s on one \
         core. {:.2} % delivered; {:.1} % of the promises that could be kept.\n",
        measures.orders,
        city.couriers.len(),
        us / 1e6,
        measures.delivered * 100.0,
        measures.on_time_of_possible * 100.0,
    ))
}
