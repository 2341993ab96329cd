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
use crate::db::decisions::Packed;
use crate::domain::automation::Manual;
use crate::engine::snapshot::{Snapshot, Standing};
use crate::engine::{Plan, check, plan};
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

/// Whether there is anything to decide: a job that nobody has, or one that could change hands.
fn idle(rules: &Rules, snapshot: &Snapshot) -> bool {
    let takes_back = rules.dispatch.replanning.moves_max > 0;
    snapshot.jobs.iter().all(|job| match job.standing {
        Standing::Open => false,
        Standing::Held { by_hand, .. } => by_hand || !takes_back,
        Standing::Offered { .. } => true,
    })
}

/// Plans, has the plan checked, and packs what is to be kept of it; `None` when it says nothing.
fn think(rules: &Rules, snapshot: &Snapshot, seed: u64) -> Result<Option<Tick>, CommandError> {
    let plan = plan::plan(snapshot, &rules.dispatch, &rules.travel, seed);
    if plan == Plan::default() {
        return Ok(None);
    }
    let faults = match check::check(snapshot, &plan, &rules.dispatch, &rules.travel) {
        Ok(()) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    let packed = Packed::new(snapshot, &plan)?;
    Ok(Some(Tick { decided_at: snapshot.now, plan, packed, seed, faults }))
}

/// One tick: looks, plans, checks and acts, or does nothing when no job is open, or when people have
/// taken over.
pub async fn tick(coop: &Coop, live: &Live) -> Result<(), CommandError> {
    let manual = automation::manual(&mut *coop.conn().await?).await?;
    if manual == Manual::Everything {
        return Ok(());
    }
    let snapshot = snapshot::take(coop, live, &manual).await?;
    if idle(&coop.rules, &snapshot) {
        return Ok(());
    }
    let seed = u64::from_be_bytes(clock::chance());
    let rules = coop.rules.now();
    // On a thread of its own: events and offers go on while the engine thinks.
    let thought = tokio::task::spawn_blocking(move || think(&rules, &snapshot, seed)).await;
    let thought = thought.map_err(|broken| CommandError::Internal(Box::new(broken)))??;
    let Some(tick) = thought else { return Ok(()) };
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
