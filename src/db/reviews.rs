//! Reviews that couriers asked for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::schema::reviews;
use super::{Conn, corrupt, from_word, word};
use crate::domain::ids::{CourierId, ReviewId, UserId};
use crate::domain::review::{Review, Scope, Verdict};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;

/// Most reviews in one list.
pub const REVIEWS_MAX: i64 = 200;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true)]
struct Row {
    id: ReviewId,
    courier_id: CourierId,
    about: Value,
    question: String,
    opened_at: Timestamp,
    due_at: Timestamp,
    answered_at: Option<Timestamp>,
    answered_by: Option<UserId>,
    outcome: Option<String>,
    reasons: Option<String>,
    correction: Option<String>,
}

impl Row {
    fn write(review: &Review) -> QueryResult<Self> {
        let verdict = review.verdict.as_ref();
        Ok(Self {
            id: review.id,
            courier_id: review.courier_id,
            about: serde_json::to_value(review.about).map_err(corrupt)?,
            question: review.question.to_string(),
            opened_at: review.opened_at,
            due_at: review.due_at(),
            answered_at: verdict.map(|one| one.at),
            answered_by: verdict.map(|one| one.by),
            outcome: verdict.map(|one| word(&one.outcome)).transpose()?,
            reasons: verdict.map(|one| one.reasons.to_string()),
            correction: verdict.and_then(|one| one.correction.as_ref().map(Note::to_string)),
        })
    }

    fn read(self) -> QueryResult<Review> {
        let note = |text: &str| Note::new(text).map_err(corrupt);
        let answer = (self.answered_at, self.answered_by, self.outcome, self.reasons);
        let verdict = match answer {
            (Some(at), Some(by), Some(outcome), Some(reasons)) => Some(Verdict {
                at,
                by,
                outcome: from_word(outcome)?,
                reasons: note(&reasons)?,
                correction: self.correction.as_deref().map(note).transpose()?,
            }),
            _ => None,
        };
        Ok(Review {
            id: self.id,
            courier_id: self.courier_id,
            about: serde_json::from_value(self.about).map_err(corrupt)?,
            question: note(&self.question)?,
            opened_at: self.opened_at,
            verdict,
        })
    }
}

pub async fn insert(conn: &mut Conn, review: &Review) -> QueryResult<()> {
    diesel::insert_into(reviews::table).values(Row::write(review)?).execute(conn).await.map(drop)
}

pub async fn save(conn: &mut Conn, review: &Review) -> QueryResult<()> {
    diesel::update(reviews::table.find(review.id))
        .set(Row::write(review)?)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn lock(conn: &mut Conn, id: ReviewId) -> QueryResult<Option<Review>> {
    let row = reviews::table
        .find(id)
        .for_update()
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// A courier's own, the newest first.
pub async fn of(conn: &mut Conn, courier: CourierId) -> QueryResult<Vec<Review>> {
    let rows: Vec<Row> = reviews::table
        .filter(reviews::courier_id.eq(courier))
        .order(reviews::id.desc())
        .limit(REVIEWS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn find(conn: &mut Conn, id: ReviewId) -> QueryResult<Option<Review>> {
    let row = reviews::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    row.map(Row::read).transpose()
}

/// What waits for an answer, the most urgent first.
pub async fn open(conn: &mut Conn, scope: Scope) -> QueryResult<Vec<Review>> {
    let mut query = reviews::table.filter(reviews::answered_at.is_null()).into_boxed();
    if scope == Scope::Lines {
        query = query.filter(reviews::about.contains(json!({ "kind": "line" })));
    }
    let rows: Vec<Row> = query
        .order((reviews::due_at.asc(), reviews::id.asc()))
        .limit(REVIEWS_MAX)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}
