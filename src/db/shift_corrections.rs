//! Corrected hours, and who agreed to them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::breaks::{self, Breaks};
use super::schema::{shift_correction_verdicts, shift_corrections};
use super::{Conn, corrupt};
use crate::domain::ids::{CorrectionId, CourierId, ShiftId, UserId};
use crate::domain::shift::correction::{Asker, Correction, Hours, Verdict};
use crate::domain::shift::timesheet::Timesheet;
use crate::domain::text::Note;
use crate::domain::time::{Seconds, Timestamp};

/// Most corrections in one list.
pub const CORRECTIONS_MAX: i64 = 200;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shift_corrections)]
struct Row {
    id: CorrectionId,
    shift_id: ShiftId,
    courier_id: CourierId,
    asked_by: UserId,
    by_courier: bool,
    asked_at: Timestamp,
    reason: String,
    was_started_at: Timestamp,
    was_ended_at: Timestamp,
    was_breaks: Breaks,
    was_paid_seconds: i64,
    started_at: Timestamp,
    ended_at: Timestamp,
    breaks: Breaks,
    paid_seconds: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shift_correction_verdicts)]
struct VerdictRow {
    correction_id: CorrectionId,
    decided_by: UserId,
    decided_at: Timestamp,
    agreed: bool,
    reason: Option<String>,
}

fn hours(from: Timestamp, to: Timestamp, own: Breaks, paid: i64) -> QueryResult<Hours> {
    let (over, _) = breaks::split(own)?;
    let sheet = Timesheet::new(from, to, over).map_err(corrupt)?;
    Ok(Hours { sheet, paid: Seconds(paid) })
}

impl Row {
    fn read(self, verdict: Option<Verdict>) -> QueryResult<Correction> {
        Ok(Correction {
            id: self.id,
            shift_id: self.shift_id,
            courier_id: self.courier_id,
            asked: if self.by_courier {
                Asker::Courier(self.asked_by)
            } else {
                Asker::Dispatcher(self.asked_by)
            },
            asked_at: self.asked_at,
            reason: Note::new(&self.reason).map_err(corrupt)?,
            was: hours(
                self.was_started_at,
                self.was_ended_at,
                self.was_breaks,
                self.was_paid_seconds,
            )?,
            now: hours(self.started_at, self.ended_at, self.breaks, self.paid_seconds)?,
            verdict,
        })
    }
}

impl VerdictRow {
    fn read(self) -> QueryResult<(CorrectionId, Verdict)> {
        let reason = self.reason.map(|reason| Note::new(&reason)).transpose().map_err(corrupt)?;
        let (by, at, agreed) = (self.decided_by, self.decided_at, self.agreed);
        Ok((self.correction_id, Verdict { by, at, agreed, reason }))
    }
}

pub async fn insert(conn: &mut Conn, correction: &Correction) -> QueryResult<()> {
    let (was, now) = (&correction.was, &correction.now);
    let row = Row {
        id: correction.id,
        shift_id: correction.shift_id,
        courier_id: correction.courier_id,
        asked_by: correction.asked.user(),
        by_courier: matches!(correction.asked, Asker::Courier(_)),
        asked_at: correction.asked_at,
        reason: correction.reason.to_string(),
        was_started_at: was.sheet.started_at(),
        was_ended_at: was.sheet.ended_at(),
        was_breaks: breaks::write(was.sheet.breaks(), None),
        was_paid_seconds: was.paid.0,
        started_at: now.sheet.started_at(),
        ended_at: now.sheet.ended_at(),
        breaks: breaks::write(now.sheet.breaks(), None),
        paid_seconds: now.paid.0,
    };
    diesel::insert_into(shift_corrections::table).values(row).execute(conn).await.map(drop)
}

/// Writes down what was answered.
pub async fn settle(conn: &mut Conn, id: CorrectionId, verdict: &Verdict) -> QueryResult<()> {
    let row = VerdictRow {
        correction_id: id,
        decided_by: verdict.by,
        decided_at: verdict.at,
        agreed: verdict.agreed,
        reason: verdict.reason.as_ref().map(ToString::to_string),
    };
    diesel::insert_into(shift_correction_verdicts::table).values(row).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: CorrectionId) -> QueryResult<Option<Correction>> {
    let rows: Vec<Row> = shift_corrections::table
        .filter(shift_corrections::id.eq(id))
        .limit(1)
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(with_verdicts(conn, rows).await?.pop())
}

/// Those of a shift, the oldest first.
pub async fn of_shift(conn: &mut Conn, shift: ShiftId) -> QueryResult<Vec<Correction>> {
    let rows = shift_corrections::table
        .filter(shift_corrections::shift_id.eq(shift))
        .order(shift_corrections::id.asc())
        .limit(CORRECTIONS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    with_verdicts(conn, rows).await
}

/// Those of a courier, or of all; the newest first.
pub async fn list(conn: &mut Conn, courier: Option<CourierId>) -> QueryResult<Vec<Correction>> {
    let mut query = shift_corrections::table
        .order(shift_corrections::id.desc())
        .limit(CORRECTIONS_MAX)
        .select(Row::as_select())
        .into_boxed();
    if let Some(courier) = courier {
        query = query.filter(shift_corrections::courier_id.eq(courier));
    }
    let rows = query.load(conn).await?;
    with_verdicts(conn, rows).await
}

async fn with_verdicts(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<Correction>> {
    let ids: Vec<CorrectionId> = rows.iter().map(|row| row.id).collect();
    let verdicts: Vec<VerdictRow> = shift_correction_verdicts::table
        .filter(shift_correction_verdicts::correction_id.eq_any(&ids))
        .limit(CORRECTIONS_MAX)
        .select(VerdictRow::as_select())
        .load(conn)
        .await?;
    let mut verdicts: BTreeMap<CorrectionId, Verdict> =
        verdicts.into_iter().map(VerdictRow::read).collect::<QueryResult<_>>()?;
    rows.into_iter()
        .map(|row| {
            let verdict = verdicts.remove(&row.id);
            row.read(verdict)
        })
        .collect()
}
