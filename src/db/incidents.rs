//! Incidents with their comments and pictures.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{incident_comments, incident_pictures, incidents, users};
use super::{Conn, corrupt, from_word, word};
use crate::domain::ids::{CourierId, DeliveryId, IncidentId, IncidentPictureId, TaskId, UserId};
use crate::domain::incident::{
    COMMENTS_MAX, Comment, Hand, Incident, Kind, OPEN_MAX, PICTURES_MAX, Picture, Priority, State,
};
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;

/// Most open incidents that a board marks, and most that a merchant is shown of one delivery.
pub const MARKED_MAX: i64 = 500;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = incidents, treat_none_as_null = true)]
struct Row {
    id: IncidentId,
    courier_id: CourierId,
    task_id: Option<TaskId>,
    delivery_id: Option<DeliveryId>,
    kind: String,
    note: Option<String>,
    happened_at: Timestamp,
    reported_at: Timestamp,
    priority: String,
    assigned_to: Option<UserId>,
    shared: Option<String>,
    state: String,
    moved_by: Option<UserId>,
    moved_at: Option<Timestamp>,
    done: Option<String>,
    version: i64,
}

/// A closed incident without what was done, or one that was moved by nobody.
#[derive(Debug, thiserror::Error)]
#[error("incident {0} is {1}, and does not say by whom")]
struct Unreadable(IncidentId, String);

impl Row {
    fn write(incident: &Incident) -> QueryResult<Self> {
        let (hand, done) = match &incident.state {
            State::Open => (None, None),
            State::Closed { hand, done } => (Some(*hand), Some(done)),
            State::Reopened { hand } => (Some(*hand), None),
        };
        let (task_id, delivery_id) = incident.stop.unzip();
        Ok(Self {
            id: incident.id,
            courier_id: incident.courier_id,
            task_id,
            delivery_id,
            kind: word(&incident.kind)?,
            note: incident.text.as_ref().map(Note::to_string),
            happened_at: incident.happened_at,
            reported_at: incident.reported_at,
            priority: word(&incident.priority)?,
            assigned_to: incident.assigned_to,
            shared: incident.shared.as_ref().map(Note::to_string),
            state: incident.state.name().to_owned(),
            moved_by: hand.map(|hand| hand.by),
            moved_at: hand.map(|hand| hand.at),
            done: done.map(Note::to_string),
            version: incident.version,
        })
    }

    fn read(self) -> QueryResult<Incident> {
        let note =
            |text: Option<String>| text.as_deref().map(Note::new).transpose().map_err(corrupt);
        let hand = self.moved_by.zip(self.moved_at).map(|(by, at)| Hand { by, at });
        let state = match (self.state.as_str(), hand, note(self.done)?) {
            ("open", None, None) => State::Open,
            ("closed", Some(hand), Some(done)) => State::Closed { hand, done },
            ("reopened", Some(hand), None) => State::Reopened { hand },
            _ => return Err(corrupt(Unreadable(self.id, self.state))),
        };
        Ok(Incident {
            id: self.id,
            courier_id: self.courier_id,
            stop: self.task_id.zip(self.delivery_id),
            kind: from_word(self.kind)?,
            text: note(self.note)?,
            happened_at: self.happened_at,
            reported_at: self.reported_at,
            priority: from_word(self.priority)?,
            assigned_to: self.assigned_to,
            shared: note(self.shared)?,
            state,
            version: self.version,
        })
    }
}

pub async fn insert(conn: &mut Conn, incident: &Incident) -> QueryResult<()> {
    let row = Row::write(incident)?;
    diesel::insert_into(incidents::table).values(row).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, incident: &Incident) -> QueryResult<()> {
    let row = Row::write(incident)?;
    diesel::update(incidents::table.find(incident.id)).set(row).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: IncidentId) -> QueryResult<Option<Incident>> {
    let row = incidents::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

pub async fn lock(conn: &mut Conn, id: IncidentId) -> QueryResult<Option<Incident>> {
    let row = incidents::table
        .find(id)
        .for_update()
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Whether a courier has as many open incidents as anybody may.
pub async fn has_many_open(conn: &mut Conn, courier: CourierId) -> QueryResult<bool> {
    let open: i64 = incidents::table
        .filter(incidents::courier_id.eq(courier))
        .filter(incidents::state.ne("closed"))
        .count()
        .get_result(conn)
        .await?;
    Ok(open >= OPEN_MAX)
}

/// What a list of incidents is narrowed to; all of it must fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub courier: Option<CourierId>,
    pub delivery: Option<DeliveryId>,
    /// Those that are closed, or those that are not.
    pub closed: Option<bool>,
    pub kind: Option<Kind>,
    pub priority: Option<Priority>,
    /// Only those before this one in the order of the list.
    pub before: Option<IncidentId>,
}

/// Incidents, the newest first.
pub async fn list(conn: &mut Conn, filter: Filter, limit: i64) -> QueryResult<Vec<Incident>> {
    let mut query = incidents::table.into_boxed();
    if let Some(courier) = filter.courier {
        query = query.filter(incidents::courier_id.eq(courier));
    }
    if let Some(delivery) = filter.delivery {
        query = query.filter(incidents::delivery_id.eq(delivery));
    }
    match filter.closed {
        Some(true) => query = query.filter(incidents::state.eq("closed")),
        Some(false) => query = query.filter(incidents::state.ne("closed")),
        None => {}
    }
    if let Some(kind) = filter.kind {
        query = query.filter(incidents::kind.eq(word(&kind)?));
    }
    if let Some(priority) = filter.priority {
        query = query.filter(incidents::priority.eq(word(&priority)?));
    }
    if let Some(before) = filter.before {
        query = query.filter(incidents::id.lt(before));
    }
    let rows: Vec<Row> =
        query.order(incidents::id.desc()).limit(limit).select(Row::as_select()).load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn comment(
    conn: &mut Conn,
    id: Uuid,
    incident: IncidentId,
    hand: Hand,
    text: &Note,
) -> QueryResult<()> {
    diesel::insert_into(incident_comments::table)
        .values((
            incident_comments::id.eq(id),
            incident_comments::incident_id.eq(incident),
            incident_comments::user_id.eq(hand.by),
            incident_comments::at.eq(hand.at),
            incident_comments::note.eq(text.as_str()),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Remarks on an incident, the oldest first.
pub async fn comments(conn: &mut Conn, incident: IncidentId) -> QueryResult<Vec<Comment>> {
    let rows: Vec<(Timestamp, String, String)> = incident_comments::table
        .inner_join(users::table)
        .filter(incident_comments::incident_id.eq(incident))
        .order(incident_comments::id.asc())
        .limit(COMMENTS_MAX)
        .select((incident_comments::at, users::name, incident_comments::note))
        .load(conn)
        .await?;
    let read = |(at, by_name, text): (Timestamp, String, String)| {
        let by_name = Name::new(&by_name).map_err(corrupt)?;
        Ok(Comment { at, by_name, text: Note::new(&text).map_err(corrupt)? })
    };
    rows.into_iter().map(read).collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = incident_pictures)]
struct PictureRow {
    id: IncidentPictureId,
    incident_id: IncidentId,
    received_at: Timestamp,
    sha256: Vec<u8>,
}

impl From<PictureRow> for Picture {
    fn from(row: PictureRow) -> Self {
        let PictureRow { id, incident_id, received_at, sha256 } = row;
        Self { id, incident_id, received_at, sha256 }
    }
}

pub async fn insert_picture(conn: &mut Conn, picture: &Picture) -> QueryResult<()> {
    let Picture { id, incident_id, received_at, sha256 } = picture.clone();
    diesel::insert_into(incident_pictures::table)
        .values(PictureRow { id, incident_id, received_at, sha256 })
        .execute(conn)
        .await
        .map(drop)
}

pub async fn find_picture(conn: &mut Conn, id: IncidentPictureId) -> QueryResult<Option<Picture>> {
    let row: Option<PictureRow> = incident_pictures::table
        .find(id)
        .select(PictureRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Picture::from))
}

/// Pictures of an incident, in the order in which they were made.
pub async fn pictures(
    conn: &mut Conn,
    incident: IncidentId,
) -> QueryResult<Vec<IncidentPictureId>> {
    incident_pictures::table
        .filter(incident_pictures::incident_id.eq(incident))
        .order(incident_pictures::id.asc())
        .limit(PICTURES_MAX)
        .select(incident_pictures::id)
        .load(conn)
        .await
}

/// Pictures of a courier's incidents.
pub async fn pictures_of(
    conn: &mut Conn,
    courier: CourierId,
    limit: i64,
) -> QueryResult<Vec<IncidentPictureId>> {
    incident_pictures::table
        .inner_join(incidents::table)
        .filter(incidents::courier_id.eq(courier))
        .order(incident_pictures::id.asc())
        .limit(limit)
        .select(incident_pictures::id)
        .load(conn)
        .await
}

/// The oldest pictures from before `before`.
pub async fn older_pictures(
    conn: &mut Conn,
    before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<IncidentPictureId>> {
    incident_pictures::table
        .filter(incident_pictures::received_at.lt(before))
        .order((incident_pictures::received_at.asc(), incident_pictures::id.asc()))
        .limit(limit)
        .select(incident_pictures::id)
        .load(conn)
        .await
}

pub async fn forget_picture(conn: &mut Conn, id: IncidentPictureId) -> QueryResult<()> {
    diesel::delete(incident_pictures::table.find(id)).execute(conn).await.map(drop)
}

/// Forgets incidents that were closed before `before` and have no picture left, with their comments.
pub async fn forget(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = incidents::table
        .filter(incidents::state.eq("closed"))
        .filter(incidents::moved_at.lt(before))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            incident_pictures::table.filter(incident_pictures::incident_id.eq(incidents::id)),
        )))
        .order(incidents::moved_at.asc())
        .limit(limit)
        .select(incidents::id);
    let ids: Vec<IncidentId> = old.load(conn).await?;
    diesel::delete(incidents::table.filter(incidents::id.eq_any(ids))).execute(conn).await
}
