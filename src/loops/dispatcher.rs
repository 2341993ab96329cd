//! The dispatcher: look, plan, check, act; one leader at a time.

use std::time::{Duration, Instant};

use tracing::{error, info, warn};

use super::{recover, snapshot};
use crate::clock;
use crate::commands::CommandError;
use crate::commands::dispatch::{Tick, apply};
use crate::config::Dispatch;
use crate::coop::{Coop, Rules};
use crate::db::automation;
use crate::domain::automation::Manual;
use crate::engine::snapshot::{Snapshot, Standing};
use crate::engine::{check, plan};
use crate::live::Live;

/// How long a leader that fell silent keeps its place, beyond the time between two ticks.
const LEASE: Duration = Duration::from_secs(5);

pub async fn run(coop: Coop, live: Live, settings: Dispatch) {
    let [a, b, c, d] = clock::chance::<4>();
    let me = format!("{:x}-{:x}", std::process::id(), u32::from_be_bytes([a, b, c, d]));
    let pace_ms = u64::try_from(settings.tick_s * 1000 / coop.clock.speed()).unwrap_or(1000);
    let pace = Duration::from_millis(pace_ms.max(settings.tick_ms_min));
    let lease = LEASE + pace;
    loop {
        let begun = Instant::now();
        if live.lease("dispatcher", &me, lease).await
            && let Err(cause) = tick(&coop, &live).await
        {
            recover("dispatching", &cause).await;
        }
        metrics::histogram!("paceline_dispatch_tick_seconds").record(begun.elapsed().as_secs_f64());
        tokio::time::sleep(pace.saturating_sub(begun.elapsed())).await;
    }
}

/// Whether there is anything to decide.
fn idle(snapshot: &Snapshot) -> bool {
    snapshot.jobs.iter().all(|job| job.standing != Standing::Open)
}

/// Plans, and has the plan checked.
fn think(rules: &Rules, snapshot: Snapshot, seed: u64) -> Tick {
    let plan = plan::plan(&snapshot, &rules.dispatch, &rules.travel, seed);
    let faults = match check::check(&snapshot, &plan, &rules.dispatch, &rules.travel) {
        Ok(()) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    Tick { snapshot, plan, seed, faults }
}

/// One tick: looks, plans, checks and acts, or does nothing when no job is open, or when people have
/// taken over.
pub async fn tick(coop: &Coop, live: &Live) -> Result<(), CommandError> {
    let manual = automation::manual(&mut *coop.conn().await?).await?;
    if manual == Manual::Everything {
        return Ok(());
    }
    let snapshot = snapshot::take(coop, live, &manual).await?;
    if idle(&snapshot) {
        return Ok(());
    }
    let seed = u64::from_be_bytes(clock::chance());
    let rules = coop.rules.clone();
    // On a thread of its own: events and offers go on while the engine thinks.
    let thought = tokio::task::spawn_blocking(move || think(&rules, snapshot, seed)).await;
    let tick = thought.map_err(|broken| CommandError::Internal(Box::new(broken)))?;
    if !tick.faults.is_empty() {
        error!(faults = ?tick.faults, "the checker refused a plan; it is kept and not applied");
        metrics::counter!("paceline_dispatch_faults_total").increment(1);
    }
    let applied = apply(coop, &tick).await?;
    if applied.overtaken > 0 {
        warn!(?applied, "some proposals came too late");
    } else if applied.offered + applied.assigned > 0 {
        info!(?applied, "dispatched");
    }
    Ok(())
}
