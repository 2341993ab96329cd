//! Goods change hands: all of them, or some, with what the stop asks for.

use std::collections::BTreeSet;

use super::{Delivery, DeliveryError, DeliveryState, IfUndeliverable, Package};
use crate::domain::handover::{Expected, Handover, Known, Missing, Need, Needs, PARCELS_MAX};
use crate::domain::ids::{CourierId, TaskId};
use crate::domain::task::{Failure, Stop, Task, TaskKind, TaskState};
use crate::domain::time::Timestamp;

/// A parcel: which of the delivery's it is, and what is in it.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// From 1 on, as on its label.
    pub number: u16,
    pub package: Option<&'a Package>,
}

/// Each parcel of some packages; nothing said is a single one. `None`: more than are told apart.
pub fn parcels(packages: &[Package]) -> Option<Vec<Parcel<'_>>> {
    let count: usize = packages.iter().map(|one| usize::from(one.quantity)).sum();
    if count > PARCELS_MAX {
        return None;
    }
    let each = packages.iter();
    let each = each.flat_map(|one| std::iter::repeat_n(Some(one), usize::from(one.quantity)));
    let each: Vec<Option<&Package>> = if count == 0 { vec![None] } else { each.collect() };
    Some((1..).zip(each).map(|(number, package)| Parcel { number, package }).collect())
}

impl Delivery {
    /// The courier has picked up, handed over or brought back. Goods cannot be picked up before they
    /// are ready, nor handed over before they are picked up; each stop gets what it asks for. What is
    /// left on the bike after the last door goes back where that is wanted; `back` is the id of the
    /// stop which that adds.
    pub fn complete_task(
        &self,
        by: CourierId,
        id: TaskId,
        at: Timestamp,
        handover: &Handover,
        known: &Known,
        back: TaskId,
    ) -> Result<Option<Self>, DeliveryError> {
        let task = self.task_of(by, id)?;
        let missing = handover.missing.clone();
        // Asked before anything else: a phone that tries again may say less than the first time.
        if task.state.complete(at, None, Vec::new())?.is_none() {
            return Ok(None);
        }
        if task.kind == TaskKind::Pickup {
            self.is_there()?;
        }
        match task.kind {
            TaskKind::Pickup if at < self.ready_at => {
                return Err(DeliveryError::NotReady { ready_at: self.ready_at });
            }
            TaskKind::Dropoff if self.any_left(TaskKind::Pickup) => {
                return Err(DeliveryError::PickupFirst);
            }
            TaskKind::Pickup | TaskKind::Dropoff | TaskKind::Return => {}
        }
        let proof = handover.check(self.id, &task.needs(), &self.expected_at(task), known)?;
        let Some(state) = task.state.complete(at, proof, missing)? else { return Ok(None) };
        let next = self.with_task(id, state);
        let state = match self.state.clone() {
            DeliveryState::Assigned { holding } if !next.any_left(TaskKind::Pickup) => {
                DeliveryState::PickedUp { holding, picked_up_at: at }
            }
            DeliveryState::PickedUp { holding, picked_up_at }
                if !next.any_left(TaskKind::Dropoff) =>
            {
                let turned = next.goes_back().and_then(|failure| {
                    next.turned_round((holding, picked_up_at), at, failure, back)
                });
                if let Some(turned) = turned {
                    return Ok(Some(Self { version: self.version + 1, ..turned }));
                }
                DeliveryState::Delivered { holding, picked_up_at, ended_at: at }
            }
            DeliveryState::Returning { holding, picked_up_at, since, failure }
                if !next.any_left(TaskKind::Return) =>
            {
                DeliveryState::Returned { holding, picked_up_at, since, ended_at: at, failure }
            }
            state => state,
        };
        Ok(Some(Self { state, ..next }))
    }

    /// Why some of it goes back, where that is wanted: a door was served, and left parcels on the bike.
    fn goes_back(&self) -> Option<Failure> {
        let wanted = self.if_undeliverable == IfUndeliverable::Return;
        let left = self.left_over().find(|missing| missing.is_on_the_bike()).filter(|_| wanted)?;
        Some(Failure { code: left.code, note: left.note.clone() })
    }

    /// The parcels that were not handed over at doors that were served otherwise.
    pub fn left_over(&self) -> impl Iterator<Item = &Missing> {
        let doors = self.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
        doors.flat_map(|door| door.state.missing())
    }

    /// Whether every door was served, with all of its parcels or some.
    pub fn is_served(&self) -> bool {
        let mut doors = self.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
        doors.all(|door| matches!(door.state, TaskState::Done { .. }))
    }

    /// The parcels that a stop is about: all that were not missing from the beginning, nor were named
    /// at another stop of its kind. A parcel that was read at a door was handed over there.
    pub fn expected_at(&self, task: &Task) -> Expected {
        let all = parcels(&self.packages).unwrap_or_default();
        let mut parcels: BTreeSet<u16> = all.into_iter().map(|parcel| parcel.number).collect();
        for other in self.tasks.iter().filter(|other| other.id != task.id) {
            let (is_gone, read): (fn(&Missing) -> bool, bool) = match (other.kind, task.kind) {
                (TaskKind::Pickup, TaskKind::Pickup) | (TaskKind::Dropoff, TaskKind::Dropoff) => {
                    (|_| true, true)
                }
                (TaskKind::Pickup, TaskKind::Dropoff | TaskKind::Return) => (|_| true, false),
                // What was left over at a door goes back.
                (TaskKind::Dropoff, TaskKind::Return) => (|one| !one.is_on_the_bike(), true),
                (TaskKind::Dropoff, TaskKind::Pickup) | (TaskKind::Return, _) => continue,
            };
            for gone in other.state.missing().iter().filter(|missing| is_gone(missing)) {
                parcels.remove(&gone.parcel);
            }
            for parcel in other.state.scanned().iter().filter(|_| read) {
                parcels.remove(parcel);
            }
        }
        let last = !self
            .tasks
            .iter()
            .any(|other| other.id != task.id && other.kind == task.kind && !other.state.is_over());
        Expected { parcels, last }
    }

    /// A dispatcher lets a drop-off do without its PIN: who takes the goods is named instead. `None` when
    /// it needs none.
    ///
    /// # Errors
    /// [`DeliveryError::NoSuchTask`]; illegal once the stop is over.
    pub fn waive_pin(&self, id: TaskId) -> Result<Option<Self>, DeliveryError> {
        let task = self.tasks.iter().find(|task| task.id == id).ok_or(DeliveryError::NoSuchTask)?;
        let needs = task.needs();
        if !needs.has(Need::Pin) {
            return Ok(None);
        }
        if task.state.is_over() {
            return Err(self.illegal("without its PIN"));
        }
        let mut next = Self { version: self.version + 1, ..self.clone() };
        for task in next.tasks.iter_mut().filter(|task| task.id == id) {
            let needs: Option<Needs> = Some(needs.without_pin());
            task.stop = Stop { needs, ..task.stop.clone() };
        }
        Ok(Some(next))
    }
}
