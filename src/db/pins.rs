//! The numbers that customers say at the door, and how often they were got wrong.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::pins;
use super::{Conn, corrupt};
use crate::domain::ids::TaskId;
use crate::domain::pin::{Guard, Pin};

fn read((pin, wrong): (String, i16)) -> QueryResult<Guard> {
    Ok(Guard { pin: pin.parse().map_err(corrupt)?, wrong: u8::try_from(wrong).map_err(corrupt)? })
}

pub async fn insert(conn: &mut Conn, task: TaskId, pin: &Pin) -> QueryResult<()> {
    let row = (pins::task_id.eq(task), pins::pin.eq(pin.as_str()));
    diesel::insert_into(pins::table).values(row).execute(conn).await.map(drop)
}

/// The PIN of a stop, locked to the end of the transaction: tries are looked at one after the other.
pub async fn lock(conn: &mut Conn, task: TaskId) -> QueryResult<Option<Guard>> {
    let row = pins::table
        .find(task)
        .for_update()
        .select((pins::pin, pins::wrong))
        .first(conn)
        .await
        .optional()?;
    row.map(read).transpose()
}

/// One wrong try more.
pub async fn count_wrong(conn: &mut Conn, task: TaskId) -> QueryResult<()> {
    diesel::update(pins::table.find(task))
        .set(pins::wrong.eq(pins::wrong + 1))
        .execute(conn)
        .await
        .map(drop)
}

/// Those of some stops; most have none.
pub async fn of(conn: &mut Conn, tasks: &[TaskId]) -> QueryResult<BTreeMap<TaskId, Guard>> {
    let rows: Vec<(TaskId, String, i16)> = pins::table
        .filter(pins::task_id.eq_any(tasks))
        .select((pins::task_id, pins::pin, pins::wrong))
        .load(conn)
        .await?;
    rows.into_iter().map(|(task, pin, wrong)| Ok((task, read((pin, wrong))?))).collect()
}
