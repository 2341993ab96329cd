//! What the engine proposed becomes offers or assignments, and is written down with its reasons.

use std::collections::BTreeMap;

use super::deliveries::{Giver, give, movable_from, route_changed};
use super::offers::order_route;
use super::{CommandError, pay};
use crate::coop::{Coop, Ground};
use crate::db::decisions::{self, NewDecision, Packed};
use crate::db::{Conn, automation, couriers, deliveries, offers, settings, shifts};
use crate::domain::automation::Manual;
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::geo::{Metres, Position};
use crate::domain::ids::{CourierId, DecisionId, DeliveryId, OfferId, TaskId};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, OfferState, OfferedDelivery, OfferedStop, Terms};
use crate::domain::pay::PayPart;
use crate::domain::policy::Mode;
use crate::domain::task::{Task, TaskKind};
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::engine::ENGINE_VERSION;
use crate::engine::plan::{Plan, Proposal};

/// One tick's outcome, before it is written.
pub struct Tick {
    /// The instant of the snapshot.
    pub decided_at: Timestamp,
    pub plan: Plan,
    /// The snapshot and the plan, as they are kept.
    pub packed: Packed,
    pub seed: u64,
    /// What the checker found; with any, the plan is kept but not applied.
    pub faults: Vec<String>,
}

/// What came of a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    pub offered: usize,
    pub assigned: usize,
    /// Proposals that the world had overtaken.
    pub overtaken: usize,
}

/// Writes the decision and acts on it, in one transaction. A proposal whose delivery or courier has
/// changed since the snapshot is left out; the next tick sees the new world.
pub async fn apply(coop: &Coop, tick: &Tick) -> Result<Applied, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let decision = NewDecision {
            id: coop.clock.id(DecisionId::from_uuid),
            decided_at: tick.decided_at,
            engine_version: ENGINE_VERSION,
            policy_version: &coop.rules.dispatch_version,
            seed: tick.seed.cast_signed(),
            packed: &tick.packed,
            faults: &tick.faults,
        };
        let ground = &coop.rules.ground;
        settings::get_or_set(tx, &Ground::key(decision.policy_version), ground).await?;
        decisions::insert(tx, &decision).await?;
        let mut applied = Applied::default();
        if !tick.faults.is_empty() {
            return Ok(applied);
        }
        // From here on nobody switches the engine off: whoever has done so has been heard.
        automation::keep(tx).await?;
        let manual = automation::manual(tx).await?;
        let new = tick.plan.proposals.iter().map(|proposal| (proposal, None));
        let moved = tick.plan.reassignments.iter().map(|one| (&one.proposal, Some(one.from)));
        for (proposal, from) in new.chain(moved) {
            let change = Change { proposal, from, manual: &manual };
            let done = match proposal.mode {
                Mode::Direct => {
                    let done = tell(coop, tx, &change, at).await?;
                    applied.assigned += usize::from(done);
                    done
                }
                Mode::Offer | Mode::OfferSeveral => {
                    let done = ask(coop, tx, &change, decision.id, at).await?;
                    applied.offered += usize::from(done);
                    done
                }
                Mode::OpenList => false,
            };
            applied.overtaken += usize::from(!done);
        }
        Ok(applied)
    })
    .await
}

/// A proposal, and what must still be so for it.
struct Change<'a> {
    proposal: &'a Proposal,
    /// Who has what is proposed; nobody, unless it is to change hands.
    from: Option<CourierId>,
    manual: &'a Manual,
}

/// The proposal's deliveries, locked in the order of their ids; `None` if one is not to be had any
/// more, people have taken over, or the courier has stopped working, be it for a break.
async fn still_possible(
    tx: &mut Conn,
    &Change { proposal, from, manual }: &Change<'_>,
) -> Result<Option<BTreeMap<DeliveryId, Delivery>>, CommandError> {
    if couriers::lock(tx, proposal.courier).await?.is_none() {
        return Ok(None);
    }
    let open = shifts::find_open(tx, proposal.courier).await?;
    if open.is_none_or(|shift| !shift.is_working()) {
        return Ok(None);
    }
    let mut wanted = proposal.deliveries.clone();
    wanted.sort_unstable();
    let mut locked = BTreeMap::new();
    for id in wanted {
        match deliveries::lock(tx, id).await? {
            Some(delivery)
                if !manual.has(&delivery) && is_to_be_had(tx, &delivery, from).await? =>
            {
                locked.insert(id, delivery);
            }
            Some(_) | None => return Ok(None),
        }
    }
    Ok(Some(locked))
}

async fn is_to_be_had(
    tx: &mut Conn,
    delivery: &Delivery,
    from: Option<CourierId>,
) -> Result<bool, CommandError> {
    match from {
        None => Ok(delivery.is_to_be_had()),
        Some(_) => Ok(movable_from(tx, delivery).await? == from),
    }
}

pub(super) fn planned_route(proposal: &Proposal) -> Vec<TaskId> {
    proposal.route.iter().map(|stop| stop.task).collect()
}

/// Gives the deliveries to the courier without asking.
async fn tell(
    coop: &Coop,
    tx: &mut Conn,
    change: &Change<'_>,
    at: Timestamp,
) -> Result<bool, CommandError> {
    let Some(locked) = still_possible(tx, change).await? else { return Ok(false) };
    let proposal = change.proposal;
    for delivery in locked.values() {
        give(coop, tx, delivery, proposal.courier, Giver::Engine, at).await?;
    }
    order_route(tx, proposal.courier, &planned_route(proposal)).await?;
    route_changed(coop, tx, proposal.courier, at).await?;
    Ok(true)
}

/// Asks the courier.
async fn ask(
    coop: &Coop,
    tx: &mut Conn,
    change: &Change<'_>,
    decision: DecisionId,
    at: Timestamp,
) -> Result<bool, CommandError> {
    let Some(locked) = still_possible(tx, change).await? else { return Ok(false) };
    let proposal = change.proposal;
    let names = deliveries::merchant_names(tx, &proposal.deliveries).await?;
    let offer = Offer {
        id: coop.clock.id(OfferId::from_uuid),
        courier_id: proposal.courier,
        decision_id: Some(decision),
        state: OfferState::Live,
        made_at: at,
        expires_at: at + Seconds(coop.rules.dispatch.assignment.offer_expiry_s),
        answered_at: None,
        route: planned_route(proposal),
        terms: terms(coop, proposal, &locked, &names)?,
    };
    let made = offers::insert(tx, &offer).await?;
    if made {
        coop.tell(tx, &Event::Offer { offer: Box::new(offer) }, at).await?;
    }
    Ok(made)
}

/// What the courier is shown of a proposal: its deliveries are among `known`, their merchants' names
/// among `names`.
pub(super) fn terms(
    coop: &Coop,
    proposal: &Proposal,
    known: &BTreeMap<DeliveryId, Delivery>,
    names: &BTreeMap<DeliveryId, Name>,
) -> Result<Terms, CommandError> {
    let stop = |task: Option<&Task>| {
        let stop = &task.ok_or(CommandError::NotFound("task"))?.stop;
        Ok::<_, CommandError>(OfferedStop { place: stop.place, address: stop.address.clone() })
    };
    let mut shown = Vec::with_capacity(proposal.deliveries.len());
    let mut parts = Vec::new();
    let shares = pay::approach_shares(proposal.approach, proposal.deliveries.len());
    for (id, approach) in proposal.deliveries.iter().zip(shares) {
        let delivery = known.get(id).ok_or(CommandError::NotFound("delivery"))?;
        let mut pickups = delivery.tasks.iter().filter(|task| task.kind == TaskKind::Pickup);
        let mut dropoffs = delivery.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
        let inputs = pay::piece_inputs(coop, delivery, approach);
        parts.extend(coop.rules.tariff.parts(&inputs));
        shown.push(OfferedDelivery {
            id: *id,
            merchant_name: names.get(id).cloned().ok_or(CommandError::NotFound("merchant"))?,
            pickup: stop(pickups.next())?,
            dropoff: stop(dropoffs.next_back())?,
            ready_at: delivery.ready_at,
            due_at: delivery.due_at,
        });
    }
    Ok(Terms {
        approach_m: proposal.approach,
        trip_m: trip(coop, proposal, known),
        pay: Money::new(
            parts.iter().map(|part| part.amount.amount).sum(),
            coop.rules.tariff.currency,
        ),
        made_of: PayPart::sum(parts),
        deliveries: shown,
    })
}

/// The way of a proposal's new deliveries, stop by stop in the order of the route.
fn trip(coop: &Coop, proposal: &Proposal, known: &BTreeMap<DeliveryId, Delivery>) -> Metres {
    let new = proposal.deliveries.iter().filter_map(|id| known.get(id));
    let places: BTreeMap<TaskId, Position> =
        new.flat_map(|delivery| &delivery.tasks).map(|task| (task.id, task.stop.place)).collect();
    let stops = proposal.route.iter().filter_map(|stop| places.get(&stop.task).copied());
    pay::ride_along(coop, stops).metres
}
