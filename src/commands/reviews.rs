//! Couriers ask a person to look again, and a person answers.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::coop::Coop;
use crate::db::{Conn, decisions, identity, ledger, offers, reviews, shifts, suspensions};
use crate::domain::ids::{CourierId, ReviewId, UserId};
use crate::domain::review::{About, Outcome, Review, ReviewError, Verdict};
use crate::domain::text::Note;

/// Opens a review. What it is about has to be the courier's own, or a decision that is kept.
pub async fn open(
    coop: &Coop,
    once: Option<&Once>,
    by: CourierId,
    about: About,
    question: Note,
) -> Result<Answer<Review>, CommandError> {
    coop.once(once, async |tx| {
        find(tx, by, about).await?;
        let review = Review {
            id: coop.clock.id(ReviewId::from_uuid),
            courier_id: by,
            about,
            question: question.clone(),
            opened_at: coop.clock.now(),
            verdict: None,
        };
        reviews::insert(tx, &review).await?;
        Ok(review)
    })
    .await
}

/// Whether what is asked about is there, for this courier.
async fn find(tx: &mut Conn, by: CourierId, about: About) -> Result<(), CommandError> {
    let known = match about {
        About::Decision { decision_id, .. } => decisions::exists(tx, decision_id).await?,
        About::Offer { offer_id } => {
            offers::find(tx, offer_id).await?.is_some_and(|one| one.courier_id == by)
        }
        About::Shift { shift_id } => {
            shifts::find(tx, shift_id).await?.is_some_and(|one| one.courier_id == by)
        }
        About::Suspension { suspension_id } => {
            suspensions::lock(tx, suspension_id).await?.is_some_and(|one| one.courier_id == by)
        }
        About::Line { entry_id } => ledger::reversals::booked(tx, entry_id)
            .await?
            .is_some_and(|one| one.postings.iter().any(|(whose, _)| whose.courier() == Some(by))),
        About::Other {} => true,
    };
    known.then_some(()).ok_or(CommandError::NotFound("thing to review"))
}

/// What a person says about it.
#[derive(Clone, Debug)]
pub struct Answered {
    pub outcome: Outcome,
    pub reasons: Note,
    pub correction: Option<Note>,
}

/// A person answers, once, and not in their own case.
pub async fn answer(
    coop: &Coop,
    by: UserId,
    id: ReviewId,
    answered: &Answered,
) -> Result<Review, CommandError> {
    let at = coop.clock.now();
    coop.transact(async |tx| {
        let user = identity::find_user(tx, by).await?.ok_or(CommandError::NotFound("user"))?;
        let review = reviews::lock(tx, id).await?.ok_or(CommandError::NotFound("review"))?;
        let Answered { outcome, reasons, correction } = answered.clone();
        if matches!((review.about, outcome), (About::Line { .. }, Outcome::Changed)) {
            return Err(ReviewError::Line.into());
        }
        let verdict = Verdict { at, by, outcome, reasons, correction };
        let review = review.answer(verdict, user.courier_id)?;
        reviews::save(tx, &review).await?;
        let what = json!({ "review_id": id, "outcome": outcome });
        acts::note(coop, tx, by, "answer_review", Some(review.courier_id), what).await?;
        Ok(review)
    })
    .await
}
