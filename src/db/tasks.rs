//! Pickups, drop-offs and ways back, and their order in a courier's route.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schema::{deliveries, tasks};
use super::{Conn, corrupt, from_word, word};
use crate::domain::geo::Position;
use crate::domain::handover::{Needs, Proof};
use crate::domain::identity::Email;
use crate::domain::ids::{CourierId, DeliveryId, TaskId};
use crate::domain::task::{Contact, Failure, Stop, Task, TaskKind, TaskState};
use crate::domain::text::{Address, Name, Note, Phone};
use crate::domain::time::{TimeWindow, Timestamp};

/// Most tasks a route can have.
pub const ROUTE_MAX: i64 = 200;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub(super) struct Row {
    id: TaskId,
    delivery_id: DeliveryId,
    seq: i16,
    kind: String,
    state: String,
    lat_e6: i32,
    lng_e6: i32,
    address: Option<String>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    contact_email: Option<String>,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    rank: i32,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    signed_by: Option<String>,
    failure_code: Option<String>,
    failure_note: Option<String>,
    needs: Option<Vec<String>>,
    shown: Option<Value>,
    missing: Option<Value>,
}

impl Row {
    pub(super) fn write(task: &Task, delivery_id: DeliveryId, seq: usize) -> QueryResult<Self> {
        let (lat_e6, lng_e6) = task.stop.place.micro_degrees();
        let contact = task.stop.contact.clone().unwrap_or_default();
        let mut row = Self {
            id: task.id,
            delivery_id,
            seq: i16::try_from(seq).map_err(corrupt)?,
            kind: word(&task.kind)?,
            state: task.state.name().to_owned(),
            lat_e6,
            lng_e6,
            address: task.stop.address.as_ref().map(Address::to_string),
            contact_name: contact.name.as_ref().map(Name::to_string),
            contact_phone: contact.phone.as_ref().map(Phone::to_string),
            contact_email: contact.email.as_ref().map(Email::to_string),
            not_before: task.stop.window.map(TimeWindow::after),
            not_after: task.stop.window.map(TimeWindow::before),
            rank: task.rank,
            started_at: None,
            ended_at: None,
            signed_by: None,
            failure_code: None,
            failure_note: None,
            needs: task.stop.needs.as_ref().map(Needs::names),
            shown: None,
            missing: None,
        };
        match &task.state {
            TaskState::Todo => {}
            TaskState::Doing { started_at } => row.started_at = Some(*started_at),
            TaskState::Done { started_at, ended_at, proof, missing } => {
                row.started_at = *started_at;
                row.ended_at = Some(*ended_at);
                let proof = proof.clone().unwrap_or_default();
                row.signed_by = proof.signed_by.as_ref().map(Name::to_string);
                let beside = Proof { signed_by: None, ..proof };
                row.shown = kept(&beside, beside == Proof::default())?;
                row.missing = kept(missing, missing.is_empty())?;
            }
            TaskState::Failed { started_at, ended_at, failure } => {
                row.started_at = *started_at;
                row.ended_at = Some(*ended_at);
                row.failure_code = Some(word(&failure.code)?);
                row.failure_note = failure.note.as_ref().map(Note::to_string);
            }
            TaskState::Cancelled { started_at, ended_at } => {
                row.started_at = *started_at;
                row.ended_at = Some(*ended_at);
            }
        }
        Ok(row)
    }

    fn read(self) -> QueryResult<Task> {
        let text = |name: &str| std::io::Error::other(format!("task without {name}"));
        let ended_at = self.ended_at.ok_or_else(|| corrupt(text("ended_at")));
        let state = match self.state.as_str() {
            "todo" => TaskState::Todo,
            "doing" => TaskState::Doing {
                started_at: self.started_at.ok_or_else(|| corrupt(text("started_at")))?,
            },
            "done" => {
                let signed_by = self.signed_by.as_deref().map(Name::new).transpose();
                let beside: Option<Proof> = read(self.shown)?;
                let proof =
                    Proof { signed_by: signed_by.map_err(corrupt)?, ..beside.unwrap_or_default() };
                TaskState::Done {
                    started_at: self.started_at,
                    ended_at: ended_at?,
                    proof: (proof != Proof::default()).then_some(proof),
                    missing: read(self.missing)?.unwrap_or_default(),
                }
            }
            "failed" => TaskState::Failed {
                started_at: self.started_at,
                ended_at: ended_at?,
                failure: failure(self.failure_code, self.failure_note)?,
            },
            _ => TaskState::Cancelled { started_at: self.started_at, ended_at: ended_at? },
        };
        let name = self.contact_name.as_deref().map(Name::new).transpose().map_err(corrupt)?;
        let phone = self.contact_phone.as_deref().map(Phone::new).transpose().map_err(corrupt)?;
        let email = self.contact_email.as_deref().map(str::parse).transpose().map_err(corrupt)?;
        let contact = Contact { name, phone, email };
        let window = match (self.not_before, self.not_after) {
            (Some(after), Some(before)) => Some(TimeWindow::new(after, before).map_err(corrupt)?),
            _ => None,
        };
        Ok(Task {
            id: self.id,
            kind: from_word(self.kind)?,
            stop: Stop {
                place: Position::from_micro_degrees(self.lat_e6, self.lng_e6).map_err(corrupt)?,
                address: self.address.as_deref().map(Address::new).transpose().map_err(corrupt)?,
                contact: (contact != Contact::default()).then_some(contact),
                window,
                needs: self.needs.map(|names| Needs::of_names(&names)),
            },
            state,
            rank: self.rank,
        })
    }
}

/// A document, if there is something to say.
fn kept<T: Serialize>(value: &T, empty: bool) -> QueryResult<Option<Value>> {
    if empty { Ok(None) } else { serde_json::to_value(value).map(Some).map_err(corrupt) }
}

fn read<T: DeserializeOwned>(value: Option<Value>) -> QueryResult<Option<T>> {
    value.map(serde_json::from_value).transpose().map_err(corrupt)
}

/// A failure as two columns keep it.
pub(super) fn failure(code: Option<String>, note: Option<String>) -> QueryResult<Failure> {
    let code = code.ok_or_else(|| corrupt(std::io::Error::other("failure without a code")))?;
    let note = note.as_deref().map(Note::new).transpose().map_err(corrupt)?;
    Ok(Failure { code: from_word(code)?, note })
}

/// The tasks of several deliveries, each list in its own order.
pub(super) async fn of(
    conn: &mut Conn,
    ids: &[DeliveryId],
) -> QueryResult<BTreeMap<DeliveryId, Vec<Task>>> {
    let rows: Vec<Row> = tasks::table
        .filter(tasks::delivery_id.eq_any(ids))
        .order((tasks::delivery_id.asc(), tasks::seq.asc()))
        .select(Row::as_select())
        .load(conn)
        .await?;
    let mut tasks: BTreeMap<DeliveryId, Vec<Task>> = BTreeMap::new();
    for row in rows {
        let delivery = row.delivery_id;
        tasks.entry(delivery).or_default().push(row.read()?);
    }
    Ok(tasks)
}

pub(super) async fn insert(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    diesel::insert_into(tasks::table).values(rows).execute(conn).await.map(drop)
}

pub(super) async fn remove(conn: &mut Conn, ids: &[TaskId]) -> QueryResult<()> {
    diesel::delete(tasks::table.filter(tasks::id.eq_any(ids))).execute(conn).await.map(drop)
}

pub(super) async fn update(conn: &mut Conn, row: &Row) -> QueryResult<()> {
    diesel::update(tasks::table.find(row.id)).set(row).execute(conn).await.map(drop)
}

/// Which delivery a task belongs to.
pub async fn delivery_of(conn: &mut Conn, id: TaskId) -> QueryResult<Option<DeliveryId>> {
    tasks::table.find(id).select(tasks::delivery_id).first(conn).await.optional()
}

/// What is left of a courier's route, in riding order.
pub async fn route(
    conn: &mut Conn,
    courier: CourierId,
) -> QueryResult<Vec<(DeliveryId, TaskId, TaskKind)>> {
    let rows: Vec<(DeliveryId, TaskId, String)> = tasks::table
        .inner_join(deliveries::table)
        .filter(deliveries::courier_id.eq(courier))
        .filter(deliveries::state.eq_any(["assigned", "picked_up", "returning"]))
        .filter(tasks::state.eq_any(["todo", "doing"]))
        .order((tasks::rank.asc(), tasks::delivery_id.asc(), tasks::seq.asc()))
        .limit(ROUTE_MAX)
        .select((tasks::delivery_id, tasks::id, tasks::kind))
        .load(conn)
        .await?;
    rows.into_iter().map(|(delivery, task, kind)| Ok((delivery, task, from_word(kind)?))).collect()
}

/// Gives the tasks their places in a route, 1, 2, 3 ...
pub async fn rank(conn: &mut Conn, order: &[TaskId]) -> QueryResult<()> {
    let ranks: Vec<i32> = (1..).take(order.len()).collect();
    diesel::sql_query(
        "UPDATE tasks SET rank = given.rank \
         FROM unnest($1, $2) AS given(id, rank) WHERE tasks.id = given.id",
    )
    .bind::<Array<SqlUuid>, _>(order)
    .bind::<Array<Integer>, _>(ranks)
    .execute(conn)
    .await
    .map(drop)
}
