//! Whole days of the public instances, where their data is at hand.

use std::path::{Path, PathBuf};

use paceline::domain::policy::DispatchPolicy;
use paceline::sim::mdrp::instance::{Files, Instance};
use paceline::sim::mdrp::{Measures, simulate, validate};

/// The data set's directory: `PACELINE_DATA`, or beside the repository.
fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("PACELINE_DATA").map_or(beside, PathBuf::from);
    let directory = root.join("mdrp");
    directory.is_dir().then_some(directory)
}

fn instance(directory: &Path) -> Instance {
    let file = |name| std::fs::read_to_string(directory.join(name)).unwrap();
    Instance::parse(Files {
        orders: &file("orders.txt"),
        restaurants: &file("restaurants.txt"),
        couriers: &file("couriers.txt"),
        parameters: &file("instance_parameters.txt"),
    })
    .unwrap()
}

/// Five days: valid under every rule, and far better than matching without bundles or a look ahead
/// (1.07 % undelivered, 33.38 minutes, Gini .141).
#[test]
fn five_days_are_valid_and_better_than_plain_matching() {
    let Some(directory) = data() else {
        eprintln!("SKIPPED: no mdrp data; set PACELINE_DATA to run five_days_are_valid_...");
        return;
    };
    let policy = DispatchPolicy::founding();
    let mut days = Vec::new();
    for seed in 0..5 {
        let instance = instance(&directory.join(format!("{seed}o100t100s1p100")));
        let solution = simulate(&instance, &policy, &mut |_| {});
        assert_eq!(validate(&instance, &solution), Ok(()), "seed {seed}");
        days.push(Measures::of(&instance, &solution));
    }
    let mean = Measures::mean(&days);
    assert!(mean.undelivered <= 0.003, "{mean:?}");
    assert!(mean.click_to_door <= 32.0, "{mean:?}");
    assert!(mean.gini <= 0.14, "{mean:?}");
}

/// The same day twice is the same day.
#[test]
fn a_day_is_reproducible() {
    let Some(directory) = data() else {
        eprintln!("SKIPPED: no mdrp data; set PACELINE_DATA to run a_day_is_reproducible");
        return;
    };
    let instance = instance(&directory.join("0o50t75s2p125"));
    let policy = DispatchPolicy::founding();
    assert_eq!(
        simulate(&instance, &policy, &mut |_| {}),
        simulate(&instance, &policy, &mut |_| {})
    );
}
