//! Small cities as text, each with the plan that is expected of it: `scenarios/*.toml`.
//!
//! Minutes count from the snapshot's instant, metres from a square in the middle of the town, and
//! everybody rides 300 metres a minute in straight lines. What a file does not say is as it mostly is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use paceline::domain::geo::Spot;
use paceline::domain::ids::{CourierId, DeliveryId, MerchantId, TaskId};
use paceline::domain::policy::DispatchPolicy;
use paceline::domain::time::{Seconds, Timestamp};
use paceline::domain::vehicle::{Load, Vehicle, VehicleKind};
use paceline::engine::plan::Verdict;
use paceline::engine::snapshot::{
    CourierState, Job, Snapshot, Standing, Stop, StopKind, StopState,
};
use paceline::engine::travel::StraightLine;
use paceline::engine::{check, plan};
use serde::Deserialize;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    about: String,
    /// Lines of the founding policy that are different here.
    #[serde(default)]
    policy: BTreeMap<String, toml::Value>,
    courier: Vec<CourierRow>,
    job: Vec<JobRow>,
    /// One line for each job: `soup: to ann`, `soup: waits for ann until 7`, `soup: nobody, ann reach`,
    /// `soup: from ben to ann`.
    expect: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourierRow {
    name: String,
    at: (i32, i32),
    /// Earned and paid minutes in this period.
    #[serde(default)]
    earned: i64,
    #[serde(default)]
    paid: i64,
    /// Minutes to the end of the shift.
    #[serde(default = "four_hours")]
    shift: i64,
    #[serde(default)]
    skills: BTreeSet<String>,
    #[serde(default = "a_bag")]
    litres: i64,
    /// Metres that the vehicle still goes.
    range_left: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JobRow {
    name: String,
    from: (i32, i32),
    to: (i32, i32),
    /// Minutes until the goods are ready; negative if they wait.
    #[serde(default)]
    ready: i64,
    #[serde(default)]
    skills: BTreeSet<String>,
    #[serde(default = "a_meal")]
    litres: i64,
    #[serde(default)]
    refused_by: Vec<String>,
    #[serde(default)]
    asked: Vec<String>,
    /// Who has it, by a person's hand.
    by_hand: Option<String>,
    /// Who has it, by the engine's.
    held: Option<String>,
}

fn four_hours() -> i64 {
    240
}

fn a_bag() -> i64 {
    60
}

fn a_meal() -> i64 {
    10
}

fn spot((x_m, y_m): (i32, i32)) -> Spot {
    Spot { x_m, y_m }
}

fn minutes(number: i64) -> Seconds {
    Seconds::from_minutes(number)
}

impl Scenario {
    fn courier_id(&self, name: &str) -> CourierId {
        let place = self.courier.iter().position(|row| row.name == name);
        let place = place.unwrap_or_else(|| panic!("{}: who is {name}?", self.about));
        CourierId::from_uuid(Uuid::from_u128(place as u128))
    }

    fn name(&self, id: CourierId) -> &str {
        &self.courier[usize::try_from(id.uuid().as_u128()).expect("a place")].name
    }

    fn courier(&self, row: &CourierRow) -> CourierState {
        let id = self.courier_id(&row.name);
        let jobs = self.job.iter().enumerate();
        let held = jobs.filter(|(_, job)| job.holder() == Some(&row.name));
        CourierState {
            id,
            spot: spot(row.at),
            there_at: NOW,
            position_age: Seconds(5),
            vehicle: Vehicle {
                kind: VehicleKind::Bike,
                room: Load { volume_ml: row.litres * 1000, weight_g: 50_000 },
            },
            range_left_m: row.range_left,
            carrying: Load::default(),
            on_duty_since: NOW - minutes(row.paid),
            shift_end: NOW + minutes(row.shift),
            rest_until: None,
            route: held.flat_map(|(place, job)| job.stops(place)).collect(),
            earned: row.earned,
            paid: minutes(row.paid),
            skills: row.skills.clone(),
            zones: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }

    fn job(&self, place: usize) -> Job {
        let row = &self.job[place];
        let ids = |names: &[String]| names.iter().map(|name| self.courier_id(name)).collect();
        Job {
            delivery: delivery_id(place),
            merchant: MerchantId::from_uuid(Uuid::from_u128(1)),
            placed_at: NOW - minutes(5),
            stops: row.stops(place),
            skills: row.skills.clone(),
            zone: None,
            pay: 500,
            refused_by: ids(&row.refused_by),
            standing: match (row.holder(), row.asked.is_empty()) {
                (Some(name), _) => Standing::Held {
                    by: self.courier_id(name),
                    by_hand: row.by_hand.is_some(),
                    asked: ids(&row.asked),
                },
                (None, false) => Standing::Offered { to: ids(&row.asked) },
                (None, true) => Standing::Open,
            },
        }
    }

    fn policy(&self) -> DispatchPolicy {
        let founding = DispatchPolicy::FOUNDING_TEXT.lines().map(|line| {
            let key = line.split('=').next().unwrap_or_default().trim();
            self.policy.get(key).map_or(line.to_owned(), |value| format!("{key} = {value}"))
        });
        let text: Vec<String> = founding.collect();
        DispatchPolicy::parse(&text.join("\n")).expect("a policy")
    }

    fn said(&self) -> Vec<String> {
        let snapshot = Snapshot::sorted(
            NOW,
            self.courier.iter().map(|row| self.courier(row)).collect(),
            (0..self.job.len()).map(|place| self.job(place)).collect(),
        );
        let (policy, travel) = (self.policy(), StraightLine::mdrp(300));
        let plan = plan(&snapshot, &policy, &travel, 7);
        assert_eq!(check(&snapshot, &plan, &policy, &travel), Ok(()), "{}", self.about);
        plan.explanations
            .iter()
            .map(|one| {
                let place = usize::try_from(one.delivery.uuid().as_u128()).expect("a place");
                let excluded = one.excluded.iter();
                let refused: String = excluded
                    .map(|one| format!(", {} {}", self.name(one.courier), one.rule.code()))
                    .collect();
                let verdict = match one.verdict {
                    Verdict::Proposed { to } => format!("to {}", self.name(to)),
                    Verdict::Waits { best, until } => {
                        let minutes = until.since(NOW).0 / 60;
                        format!("waits for {} until {minutes}", self.name(best))
                    }
                    Verdict::Moves { from, to } => {
                        format!("from {} to {}", self.name(from), self.name(to))
                    }
                    Verdict::OnOpenList => "on the open list".to_owned(),
                    Verdict::Outbid => "others go first".to_owned(),
                    Verdict::Nobody => "nobody".to_owned(),
                };
                format!("{}: {verdict}{refused}", self.job[place].name)
            })
            .collect()
    }
}

impl JobRow {
    fn holder(&self) -> Option<&String> {
        self.by_hand.as_ref().or(self.held.as_ref())
    }

    fn stops(&self, place: usize) -> Vec<Stop> {
        let stop = |task: u128, kind, at, ready_at, due| Stop {
            task: TaskId::from_uuid(Uuid::from_u128(2 * place as u128 + task)),
            delivery: delivery_id(place),
            kind,
            spot: spot(at),
            ready_at,
            due,
            latest: None,
            service_before: minutes(2),
            service_after: minutes(2),
            load: Load { volume_ml: self.litres * 1000, weight_g: 2_000 },
            state: StopState::Todo,
        };
        vec![
            stop(0, StopKind::Pickup, self.from, NOW + minutes(self.ready), None),
            stop(1, StopKind::Dropoff, self.to, NOW, Some(NOW + minutes(40))),
        ]
    }
}

fn delivery_id(place: usize) -> DeliveryId {
    DeliveryId::from_uuid(Uuid::from_u128(place as u128))
}

#[test]
fn every_scenario_goes_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/scenarios");
    let entries = std::fs::read_dir(folder).expect("there are scenarios");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "there are fewer scenarios than there were");
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a text");
        let scenario: Scenario =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(scenario.said(), scenario.expect, "{}: {}", path.display(), scenario.about);
    }
}
