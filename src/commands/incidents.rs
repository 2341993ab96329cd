//! Couriers tell what went wrong; dispatchers look after it.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Answer, CommandError, Once, acts, happened};
use crate::coop::Coop;
use crate::db::{Conn, couriers, deliveries, identity, incidents, tasks};
use crate::domain::event::{Event, IncidentChange};
use crate::domain::identity::Role;
use crate::domain::ids::{CourierId, DeliveryId, IncidentId, IncidentPictureId, TaskId, UserId};
use crate::domain::incident::{
    COMMENTS_MAX, Filing, Hand, Incident, Kind, PICTURES_MAX, Picture, State,
};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::pictures::{Pictures, Whose};

/// What a courier tells.
#[derive(Clone, Debug)]
pub struct Told {
    /// Made on the phone: the same again is no other one.
    pub id: IncidentId,
    pub kind: Kind,
    pub text: Option<Note>,
    pub task: Option<TaskId>,
    pub at: Option<Timestamp>,
}

/// A courier tells that something went wrong, at a stop of theirs or anywhere. Told twice, it is one.
pub async fn report(coop: &Coop, by: CourierId, told: Told) -> Result<Incident, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        if let Some(known) = incidents::find(tx, told.id).await? {
            let task = known.stop.map(|(task, _)| task);
            let same = known.courier_id == by && known.kind == told.kind && task == told.task;
            return if same {
                Ok(known)
            } else {
                Err(CommandError::Exists("another incident has this id"))
            };
        }
        let stop = match told.task {
            Some(task) => Some(own_stop(tx, by, task).await?),
            None => None,
        };
        if incidents::has_many_open(tx, by).await? {
            return Err(CommandError::TooMany("as many incidents of yours are open as may be"));
        }
        let incident = Incident {
            id: told.id,
            courier_id: by,
            stop,
            kind: told.kind,
            text: told.text.clone(),
            happened_at: happened(told.at, now),
            reported_at: now,
            priority: told.kind.priority(),
            assigned_to: None,
            shared: None,
            state: State::Open,
            version: 1,
        };
        incidents::insert(tx, &incident).await?;
        tell(coop, tx, IncidentChange::Reported, &incident, now).await?;
        Ok(incident)
    })
    .await
}

/// A stop that the courier holds or held, with its delivery.
async fn own_stop(
    tx: &mut Conn,
    by: CourierId,
    task: TaskId,
) -> Result<(TaskId, DeliveryId), CommandError> {
    let none = || CommandError::NotFound("task");
    let id = tasks::delivery_of(tx, task).await?.ok_or_else(none)?;
    let delivery = deliveries::find(tx, id).await?.ok_or_else(none)?;
    let holding = delivery.state.holding().filter(|holding| holding.courier == by);
    holding.map(|_| (task, id)).ok_or_else(none)
}

async fn tell(
    coop: &Coop,
    tx: &mut Conn,
    change: IncidentChange,
    incident: &Incident,
    at: Timestamp,
) -> Result<(), CommandError> {
    let event = Event::Incident {
        change,
        incident_id: incident.id,
        courier_id: incident.courier_id,
        delivery_id: incident.stop.map(|(_, delivery)| delivery),
        kind: incident.kind,
        priority: incident.priority,
        closed: incident.state.is_closed(),
        version: incident.version,
    };
    coop.tell(tx, &event, at).await
}

/// A dispatcher moves an incident: `step` says where to, `None` that it is there already.
async fn moved(
    coop: &Coop,
    by: UserId,
    id: IncidentId,
    kind: &str,
    step: impl Fn(&Incident, Hand) -> Option<Incident>,
) -> Result<Incident, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let before =
            incidents::lock(tx, id).await?.ok_or(CommandError::NotFound("incident"))?;
        let Some(after) = step(&before, Hand { by, at }) else { return Ok(before) };
        if after.shared.is_some() && after.stop.is_none() {
            return Err(CommandError::Amount("this incident has to do with no delivery"));
        }
        if let Some(user) = after.assigned_to.filter(|user| Some(*user) != before.assigned_to) {
            let found = identity::find_user(tx, user).await?;
            let works = |role: &Role| matches!(role, Role::Dispatcher | Role::Admin);
            if !found.is_some_and(|user| user.roles.iter().any(works)) {
                return Err(CommandError::NotFound("dispatcher"));
            }
        }
        incidents::save(tx, &after).await?;
        let what = json!({ "incident_id": id, "priority": after.priority, "shared": after.shared.is_some() });
        acts::note(coop, tx, by, kind, Some(after.courier_id), what).await?;
        tell(coop, tx, IncidentChange::Updated, &after, at).await?;
        Ok(after)
    })
    .await
}

/// It is over, and this was done about it. Closing it twice is closing it once.
pub async fn close(
    coop: &Coop,
    by: UserId,
    id: IncidentId,
    done: Note,
) -> Result<Incident, CommandError> {
    moved(coop, by, id, "close_incident", |known, hand| known.close(hand, done.clone())).await
}

/// It is not over after all.
pub async fn reopen(coop: &Coop, by: UserId, id: IncidentId) -> Result<Incident, CommandError> {
    moved(coop, by, id, "reopen_incident", Incident::reopen).await
}

/// How soon it is to be looked at, by whom, and what its merchant is told.
pub async fn file(
    coop: &Coop,
    by: UserId,
    id: IncidentId,
    filing: Filing,
) -> Result<Incident, CommandError> {
    moved(coop, by, id, "file_incident", |known, _| known.file(filing.clone())).await
}

/// A dispatcher's remark, for dispatchers.
pub async fn comment(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    id: IncidentId,
    text: Note,
) -> Result<Answer<()>, CommandError> {
    let at = coop.clock.now();
    coop.once(once, async |tx| {
        let known = incidents::lock(tx, id).await?.ok_or(CommandError::NotFound("incident"))?;
        let count = incidents::comments(tx, id).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= COMMENTS_MAX) {
            return Err(CommandError::TooMany("this incident has 200 comments already"));
        }
        incidents::comment(tx, coop.clock.id(|id| id), id, Hand { by, at }, &text).await?;
        tell(coop, tx, IncidentChange::Updated, &known, at).await
    })
    .await
}

/// Keeps a picture of an own incident. The same picture twice is one.
pub async fn attach(
    coop: &Coop,
    pictures: &Pictures,
    by: CourierId,
    incident: IncidentId,
    id: IncidentPictureId,
    bytes: Vec<u8>,
) -> Result<Picture, CommandError> {
    let sha256 = Sha256::digest(&bytes).to_vec();
    let mut conn = coop.conn().await?;
    let own = incidents::find(&mut conn, incident).await?.filter(|known| known.courier_id == by);
    own.ok_or(CommandError::NotFound("incident"))?;
    if let Some(known) = incidents::find_picture(&mut conn, id).await? {
        return same(known, incident, &sha256);
    }
    drop(conn); // Drawing takes its time.
    let made = pictures.make(bytes).await?;
    let received_at = coop.clock.now();
    let picture = Picture { id, incident_id: incident, received_at, sha256 };
    // First the picture, then the row: a row always has its picture.
    pictures.keep(Whose::Incident(id), made).await?;
    coop.transact(async |tx| {
        let known = incidents::lock(tx, incident).await?;
        let known = known.ok_or(CommandError::NotFound("incident"))?;
        if let Some(known) = incidents::find_picture(tx, id).await? {
            return same(known, incident, &picture.sha256);
        }
        let count = incidents::pictures(tx, incident).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= PICTURES_MAX) {
            return Err(CommandError::TooMany("this incident has ten pictures already"));
        }
        incidents::insert_picture(tx, &picture).await?;
        tell(coop, tx, IncidentChange::Updated, &known, received_at).await?;
        Ok(picture.clone())
    })
    .await
}

fn same(known: Picture, incident: IncidentId, sha256: &[u8]) -> Result<Picture, CommandError> {
    if known.incident_id == incident && known.sha256 == sha256 {
        return Ok(known);
    }
    Err(CommandError::Exists("another picture has this id"))
}

/// Removes a picture of an incident whose courier is erased. One that cannot be reached stays behind,
/// where nothing names it.
pub(super) async fn forget_picture(pictures: &Pictures, id: IncidentPictureId) {
    if let Err(error) = pictures.forget(Whose::Incident(id)).await {
        tracing::warn!(picture = %id, %error, "a picture was not removed");
    }
}
