//! The search: rounds of candidates and exact matching, until nobody can take any more.
//!
//! In one round a courier gets at most one more job, all couriers and jobs being weighed against
//! each other at once. The next round builds on the routes of the one before; a second job from a
//! counter then costs hardly any riding and so joins the first: that is how bundles form.

use super::candidates::{Candidate, Field, Planned};
use super::matching::{self, Edge, Row};
use super::rules::Refusal;
use super::snapshot::{Job, Standing};
use super::travel::TravelTimes;
use crate::domain::ids::{CourierId, DeliveryId};
use crate::domain::time::Seconds;

/// What was found for one job.
#[derive(Debug)]
pub struct Found {
    /// The job's place in the snapshot.
    pub job: usize,
    /// Who could take it, in the round in which it was matched or last tried.
    pub candidates: Vec<Candidate>,
    /// Who was looked at and refused, with the rule.
    pub excluded: Vec<(usize, Refusal)>,
    /// Which of the candidates it was matched with.
    pub chosen: Option<usize>,
}

/// The outcome of a search.
#[derive(Debug)]
pub struct Outcome {
    /// One entry for each job that was looked at, in the order of the snapshot.
    pub found: Vec<Found>,
    /// The route of each courier who was given something, by place in the snapshot.
    pub routes: Vec<Option<Planned>>,
    /// The deliveries given to each courier, in the order they were given.
    pub given: Vec<Vec<DeliveryId>>,
}

/// Leaving a job without a courier costs more than any sensible delay: a day.
const ALONE: i64 = 86_400_000;

/// Ties in cost are broken by a number made of the seed and the courier, so that of two couriers
/// at one rack it is not always the same who is asked.
const TIE_RANGE: i64 = 256;

/// Searches for the cheapest assignment. Cost: a few rounds of jobs x candidates x insertions.
pub fn run<T: TravelTimes>(field: &Field<'_, T>, seed: u64) -> Outcome {
    let couriers = field.snapshot.couriers.len();
    let mut outcome = Outcome {
        found: Vec::new(),
        routes: vec![None; couriers],
        given: vec![Vec::new(); couriers],
    };
    let mut open = open_jobs(field);
    for _ in 0..field.policy.bundling.size_max {
        let mut round: Vec<Found> =
            open.iter().map(|&job| look(field, job, &outcome.routes)).collect();
        let rows: Vec<Row> = round.iter().map(|found| row(field, found, seed)).collect();
        for (found, chosen) in round.iter_mut().zip(matching::assign(&rows, couriers)) {
            found.chosen = chosen;
            if let Some(chosen) = chosen {
                give(field, &mut outcome, found.job, &found.candidates[chosen]);
            }
        }
        let before = open.len();
        open = round.iter().filter(|found| found.chosen.is_none()).map(|f| f.job).collect();
        outcome.found.retain(|found| found.chosen.is_some());
        outcome.found.append(&mut round);
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    outcome.found.sort_by_key(|found| found.job);
    outcome
}

/// Jobs nobody has and nobody has been asked about, ready within the horizon.
fn open_jobs<T>(field: &Field<'_, T>) -> Vec<usize> {
    let horizon = field.snapshot.now + Seconds(field.policy.search.horizon_s);
    let is_open = |job: &Job| job.standing == Standing::Open && job.ready_at() <= horizon;
    let jobs = field.snapshot.jobs.iter().enumerate();
    jobs.filter(|(_, job)| is_open(job)).map(|(place, _)| place).collect()
}

fn look<T: TravelTimes>(field: &Field<'_, T>, job: usize, routes: &[Option<Planned>]) -> Found {
    let mut found = Found { job, candidates: Vec::new(), excluded: Vec::new(), chosen: None };
    let row = &field.snapshot.jobs[job];
    for place in field.near(row) {
        let candidate = match &routes[place] {
            Some(planned) => field.candidate(place, row, planned),
            None => {
                let planned = field.promised(&field.snapshot.couriers[place]);
                field.candidate(place, row, &planned)
            }
        };
        match candidate {
            Ok(candidate) => found.candidates.push(candidate),
            Err(refusal) => found.excluded.push((place, refusal)),
        }
    }
    found
}

fn row<T>(field: &Field<'_, T>, found: &Found, seed: u64) -> Row {
    let edge = |candidate: &Candidate| Edge {
        column: u32::try_from(candidate.courier).unwrap_or(u32::MAX),
        cost: candidate.cost * TIE_RANGE + tie(field.snapshot.couriers[candidate.courier].id, seed),
    };
    Row { edges: found.candidates.iter().map(edge).collect(), alone: ALONE * TIE_RANGE }
}

/// SplitMix64's finaliser (Steele et al. 2014) over the seed and the id.
fn tie(courier: CourierId, seed: u64) -> i64 {
    let (high, low) = courier.uuid().as_u64_pair();
    let mut bits = seed ^ high ^ low;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i64::try_from((bits ^ (bits >> 31)) % 256).unwrap_or(0)
}

fn give<T: TravelTimes>(
    field: &Field<'_, T>,
    outcome: &mut Outcome,
    job: usize,
    candidate: &Candidate,
) {
    let courier = &field.snapshot.couriers[candidate.courier];
    let planned = field.timed(courier, candidate.stops.clone());
    outcome.routes[candidate.courier] = Some(planned);
    outcome.given[candidate.courier].push(field.snapshot.jobs[job].delivery);
}
