//! Reviews and suspensions: what a person decides about a courier, and looks at again.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::reviews::{self, Answered};
use crate::commands::suspensions::{self, NewSuspension};
use crate::db;
use crate::domain::ids::{CourierId, ReviewId, SuspensionId, UserId};
use crate::domain::ledger::Detail;
use crate::domain::money::Money;
use crate::domain::review::{About, Outcome, Review};
use crate::domain::suspension::Suspension;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::auth::{AsAnyone, AsCourier, AsDispatcher, AsReviewer};
use crate::http::body::{Body, Key, Nothing, OptionalBody, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

#[derive(Serialize, JsonSchema)]
pub struct ReviewView {
    id: ReviewId,
    courier_id: CourierId,
    about: About,
    question: Note,
    opened_at: Timestamp,
    due_at: Timestamp,
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<Note>,
}

impl ReviewView {
    pub fn new(review: Review, now: Timestamp) -> Self {
        let (due_at, overdue) = (review.due_at(), review.is_overdue(now));
        let Review { id, courier_id, about, question, opened_at, verdict } = review;
        let (answered_at, answered_by) = verdict.as_ref().map(|one| (one.at, one.by)).unzip();
        let (outcome, reasons, correction) = verdict.map_or((None, None, None), |one| {
            (Some(one.outcome), Some(one.reasons), one.correction)
        });
        Self {
            id,
            courier_id,
            about,
            question,
            opened_at,
            due_at,
            overdue,
            answered_at,
            answered_by,
            outcome,
            reasons,
            correction,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    about: About,
    question: Note,
}

/// `POST /v1/me/reviews`
pub async fn open_review(
    app: Data<App>,
    caller: AsAnyone,
    by: AsCourier,
    key: Key,
    body: Body<ReviewIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&caller.0, "open_review", &body);
    let ReviewIn { about, question } = body.value;
    let answer = reviews::open(&app.coop, once.as_ref(), by.0, about, question).await?;
    let now = app.coop.clock.now();
    Ok(created(answer, |review| ReviewView::new(review, now)))
}

/// `GET /v1/me/reviews`
pub async fn list_my_reviews(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<ReviewView>>, ApiError> {
    let now = app.coop.clock.now();
    let own = db::reviews::of(&mut *app.coop.conn().await?, by.0).await?;
    let view = |review| ReviewView::new(review, now);
    Ok(Json(Page::whole(own.into_iter().map(view).collect())))
}

/// A review as those see it who answer.
#[derive(Serialize, JsonSchema)]
pub struct CaseView {
    #[serde(flatten)]
    review: ReviewView,
    courier_name: String,
    /// What it is about, where that is a line of pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<BookedView>,
}

/// A line as it is booked: what the courier gained, and what that is reckoned from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BookedLine")]
pub struct BookedView {
    amount: Money,
    #[serde(flatten)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    detail: Detail,
}

/// `GET /v1/reviews`: what waits for an answer, the most urgent first; for a treasurer, what is about pay.
pub async fn list_reviews(
    app: Data<App>,
    by: AsReviewer,
) -> Result<Json<Page<CaseView>>, ApiError> {
    let now = app.coop.clock.now();
    let mut conn = app.coop.conn().await?;
    let open = db::reviews::open(&mut conn, by.0).await?;
    let couriers: Vec<CourierId> = open.iter().map(|review| review.courier_id).collect();
    let names = db::couriers::names(&mut conn, &couriers).await?;
    let view = |review: Review| CaseView {
        courier_name: names.get(&review.courier_id).cloned().unwrap_or_default(),
        review: ReviewView::new(review, now),
        line: None,
    };
    Ok(Json(Page::whole(open.into_iter().map(view).collect())))
}

/// `GET /v1/reviews/{id}`: with the line of pay, if it is about one.
pub async fn show_review(
    app: Data<App>,
    by: AsReviewer,
    id: PathId<ReviewId>,
) -> Result<Json<CaseView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let found = db::reviews::find(&mut conn, id.0).await?;
    let review = found.filter(|review| by.0.covers(review.about));
    let review = review.ok_or(ApiError::NotFound("review"))?;
    let courier = review.courier_id;
    let line = match review.about {
        About::Line { entry_id } => db::ledger::reversals::booked(&mut conn, entry_id).await?,
        _ => None,
    };
    let line = line.map(|booked| {
        let own = booked.postings.iter().filter(|(whose, _)| whose.courier() == Some(courier));
        let amount = Money::new(own.map(|(_, amount)| amount).sum(), booked.currency);
        BookedView { amount, detail: booked.detail }
    });
    let names = db::couriers::names(&mut conn, &[courier]).await?;
    Ok(Json(CaseView {
        courier_name: names.get(&courier).cloned().unwrap_or_default(),
        review: ReviewView::new(review, app.coop.clock.now()),
        line,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReviewAnswerIn")]
pub struct AnswerIn {
    outcome: Outcome,
    reasons: Note,
    correction: Option<Note>,
}

/// `POST /v1/reviews/{id}/answer`: by a person, with reasons.
pub async fn answer_review(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<ReviewId>,
    body: Body<AnswerIn>,
) -> Result<Json<ReviewView>, ApiError> {
    let AnswerIn { outcome, reasons, correction } = body.value;
    let answered = Answered { outcome, reasons, correction };
    let review = reviews::answer(&app.coop, by.0, id.0, &answered).await?;
    Ok(Json(ReviewView::new(review, app.coop.clock.now())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionIn {
    reason: Note,
    #[serde(default)]
    safety: bool,
    begins_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// `POST /v1/couriers/{id}/suspensions`: by a person, with a reason and notice.
pub async fn suspend_courier(
    app: Data<App>,
    by: AsDispatcher,
    courier: PathId<CourierId>,
    key: Key,
    body: Body<SuspensionIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, &format!("suspend_courier {}", courier.0), &body);
    let SuspensionIn { reason, safety, begins_at, ends_at } = body.value;
    let new = NewSuspension { reason, safety, begins_at, ends_at };
    let answer = suspensions::suspend(&app.coop, once.as_ref(), by.0, courier.0, &new).await?;
    Ok(created(answer, |suspension| suspension))
}

/// `POST /v1/suspensions/{id}/lift`
pub async fn lift_suspension(
    app: Data<App>,
    by: AsDispatcher,
    id: PathId<SuspensionId>,
    _body: OptionalBody<Nothing>,
) -> Result<Json<Suspension>, ApiError> {
    Ok(Json(suspensions::lift(&app.coop, by.0, id.0).await?))
}

/// `GET /v1/me/suspensions`
pub async fn list_my_suspensions(
    app: Data<App>,
    by: AsCourier,
) -> Result<Json<Page<Suspension>>, ApiError> {
    let own = db::suspensions::of(&mut *app.coop.conn().await?, by.0).await?;
    Ok(Json(Page::whole(own)))
}
