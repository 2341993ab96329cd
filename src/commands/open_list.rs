//! Couriers choose for themselves, where the members have voted for an open list.

use std::collections::BTreeMap;

use tracing::error;

use super::CommandError;
use super::deliveries::{Giver, give, route_changed};
use super::dispatch::{planned_route, terms};
use super::offers::order_route;
use crate::coop::{Coop, Ground};
use crate::db::decisions::{self, NewDecision, Packed};
use crate::db::{Conn, automation, couriers, deliveries, offers, settings, shifts, tasks};
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::ids::{CourierId, DecisionId, DeliveryId, OfferId, TaskId};
use crate::domain::offer::{Offer, OfferState, Terms};
use crate::domain::policy::Mode;
use crate::domain::time::{Seconds, Timestamp};
use crate::engine::explain::words::{self, Language};
use crate::engine::open_list::choices;
use crate::engine::plan::{Plan, Proposal};
use crate::engine::rules::{self, Refusal};
use crate::engine::snapshot::Snapshot;
use crate::engine::{ENGINE_VERSION, check, plan};

/// Most jobs in one look at the list.
const LISTED_MAX: usize = 50;
/// There are no lots to draw: one courier, one job.
const SEED: u64 = 0;

/// Why a courier cannot take from the list. Says nothing about who has a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenListError {
    #[error(
        "there is no open list here: the members have voted that the engine gives out the work"
    )]
    NotVoted,
    #[error("start your shift first: only who is on shift takes from the open list")]
    OffShift,
    #[error("you are on a break: end it first")]
    OnBreak,
    #[error("this delivery is not on the open list any more")]
    NotListed,
    #[error("a rule keeps it from you now: {}", words::refusal(*.0, Language::En))]
    Rule(Refusal),
}

/// Whether this courier may look at the list at all.
///
/// # Errors
/// [`OpenListError::NotVoted`], [`OpenListError::OffShift`], [`OpenListError::OnBreak`].
pub async fn enter(coop: &Coop, conn: &mut Conn, by: CourierId) -> Result<(), CommandError> {
    if coop.rules.dispatch.assignment.mode != Mode::OpenList {
        return Err(OpenListError::NotVoted.into());
    }
    match shifts::find_open(conn, by).await? {
        Some(shift) if shift.is_working() => Ok(()),
        Some(_) => Err(OpenListError::OnBreak.into()),
        None => Err(OpenListError::OffShift.into()),
    }
}

/// Nobody is shown or given anything by where they were a while ago.
fn has_fresh_position(coop: &Coop, snapshot: &Snapshot) -> Result<(), OpenListError> {
    let courier = snapshot.couriers.first().ok_or(Refusal::PositionAge);
    courier
        .and_then(|courier| rules::position::check(courier, &coop.rules.dispatch))
        .map_err(OpenListError::Rule)
}

/// What the courier of the snapshot may take, each as an offer would show it; the nearest pickups
/// first, fifty at most.
pub async fn list(
    coop: &Coop,
    by: CourierId,
    snapshot: Snapshot,
) -> Result<Vec<Terms>, CommandError> {
    has_fresh_position(coop, &snapshot)?;
    let rules = coop.rules.now();
    // On a thread of its own: in a large city it takes a while.
    let found =
        tokio::task::spawn_blocking(move || choices(&snapshot, &rules.dispatch, &rules.travel, by));
    let found = found.await.map_err(|broken| CommandError::Internal(Box::new(broken)))?;
    let mut free: Vec<Proposal> = found.into_values().filter_map(Result::ok).collect();
    free.sort_by_key(|one| one.approach); // What is as near stays in the order of the ids.
    free.truncate(LISTED_MAX);
    let mut conn = coop.conn().await?;
    let mut open = BTreeMap::new();
    for id in free.iter().flat_map(|one| &one.deliveries) {
        let delivery = deliveries::find(&mut conn, *id).await?;
        open.extend(delivery.filter(is_free).map(|delivery| (*id, delivery)));
    }
    let ids: Vec<DeliveryId> = open.keys().copied().collect();
    let names = deliveries::merchant_names(&mut conn, &ids).await?;
    let still_free =
        free.iter().filter(|one| one.deliveries.iter().all(|id| open.contains_key(id)));
    still_free.map(|one| terms(coop, one, &open, &names)).collect()
}

fn is_free(delivery: &Delivery) -> bool {
    delivery.is_to_be_had()
}

/// The courier takes a delivery: an offer that is made and accepted in one act. `snapshot` is what
/// this courier could choose from a moment ago. Taking it twice is taking it once.
pub async fn take(
    coop: &Coop,
    by: CourierId,
    id: DeliveryId,
    snapshot: Snapshot,
) -> Result<Offer, CommandError> {
    let at = coop.clock.now();
    let choice = Choice::new(coop, by, id, snapshot)?;
    coop.transact(async |tx| {
        // Until it is taken nobody switches the engine off: what is left to people is not listed.
        automation::keep(tx).await?;
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        let delivery = deliveries::lock(tx, id).await?.ok_or(CommandError::NotFound("delivery"))?;
        let is_own = delivery.state.holding().is_some_and(|holding| holding.courier == by);
        if is_own && let Some(taken) = offers::accepted(tx, by, id).await? {
            return Ok(taken);
        }
        enter(coop, tx, by).await?;
        if !is_free(&delivery) || automation::manual(tx).await?.has(&delivery) {
            return Err(OpenListError::NotListed.into());
        }
        let proposal = choice.outcome.as_ref().map_err(|why| *why)?;
        choice.still_fits(tx, by).await?;
        let decision = choice.keep(coop, tx).await?;
        let offer = offer(coop, tx, proposal, &delivery, decision, at).await?;
        offers::insert(tx, &offer).await?;
        coop.tell(tx, &Event::Offer { offer: Box::new(offer.clone()) }, at).await?;
        give(coop, tx, &delivery, by, Giver::Offer(offer.id), at).await?;
        order_route(tx, by, &offer.route).await?;
        route_changed(coop, tx, by, at).await?;
        Ok(offer)
    })
    .await
}

/// What the engine says about one courier and one job, before anything is locked.
struct Choice {
    /// With nothing in it but the courier and the job.
    snapshot: Snapshot,
    packed: Packed,
    outcome: Result<Proposal, OpenListError>,
}

impl Choice {
    fn new(
        coop: &Coop,
        by: CourierId,
        id: DeliveryId,
        mut snapshot: Snapshot,
    ) -> Result<Self, CommandError> {
        let (policy, travel) = (&coop.rules.dispatch, &coop.rules.travel);
        snapshot.jobs.retain(|job| job.delivery == id);
        let outcome = has_fresh_position(coop, &snapshot).and_then(|()| {
            let found = choices(&snapshot, policy, travel, by).remove(&id);
            found.ok_or(OpenListError::NotListed)?.map_err(OpenListError::Rule)
        });
        let plan = plan(&snapshot, policy, travel, SEED);
        if let Ok(proposal) = &outcome {
            let taken = Plan { proposals: vec![proposal.clone()], ..Plan::default() };
            check(&snapshot, &taken, policy, travel).map_err(|faults| {
                error!(?faults, "the checker refused what a courier took");
                CommandError::Busy("the checker refused the engine's route: try again".into())
            })?;
        }
        Ok(Self { packed: Packed::new(&snapshot, &plan)?, snapshot, outcome })
    }

    /// The courier being locked: nothing has come into the route, or left it, meanwhile.
    async fn still_fits(&self, tx: &mut Conn, by: CourierId) -> Result<(), CommandError> {
        let known = self.snapshot.couriers.iter().flat_map(|courier| &courier.route);
        let mut known: Vec<TaskId> = known.map(|stop| stop.task).collect();
        let mut now: Vec<TaskId> =
            tasks::route(tx, by).await?.into_iter().map(|(_, task, _)| task).collect();
        known.sort_unstable();
        now.sort_unstable();
        if known == now { Ok(()) } else { Err(CommandError::Outdated("route")) }
    }

    /// Writes down what the courier's choice was judged by. The engine has decided nothing: whoever
    /// makes the decision again reads that the job was on the open list.
    async fn keep(&self, coop: &Coop, tx: &mut Conn) -> Result<DecisionId, CommandError> {
        let decision = NewDecision {
            id: coop.clock.id(DecisionId::from_uuid),
            decided_at: self.snapshot.now,
            engine_version: ENGINE_VERSION,
            policy_version: &coop.rules.dispatch_version,
            seed: SEED.cast_signed(),
            packed: &self.packed,
            faults: &[],
        };
        let ground = &coop.rules.ground;
        settings::get_or_set(tx, &Ground::key(decision.policy_version), ground).await?;
        decisions::insert(tx, &decision).await?;
        Ok(decision.id)
    }
}

/// What the courier saw and took, as an offer that was accepted at once.
async fn offer(
    coop: &Coop,
    tx: &mut Conn,
    proposal: &Proposal,
    delivery: &Delivery,
    decision: DecisionId,
    at: Timestamp,
) -> Result<Offer, CommandError> {
    let names = deliveries::merchant_names(tx, &proposal.deliveries).await?;
    let known = BTreeMap::from([(delivery.id, delivery.clone())]);
    Ok(Offer {
        id: coop.clock.id(OfferId::from_uuid),
        courier_id: proposal.courier,
        decision_id: Some(decision),
        state: OfferState::Accepted,
        made_at: at,
        expires_at: at + Seconds(coop.rules.dispatch.assignment.offer_expiry_s),
        answered_at: Some(at),
        route: planned_route(proposal),
        terms: terms(coop, proposal, &known, &names)?,
    })
}
