//! A person looks again at what was decided about a courier, within two weeks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{
    CourierId, DecisionId, DeliveryId, EntryId, OfferId, ReviewId, ShiftId, SuspensionId, UserId,
};
use super::text::Note;
use super::time::{Seconds, Timestamp};

/// How long the answer may take (Directive (EU) 2024/2831, article 11).
pub const DUE: Seconds = Seconds(14 * 86_400);

/// What a courier asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "ReviewAbout")]
pub enum About {
    /// A dispatch decision, about one job where that is known.
    Decision {
        decision_id: DecisionId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivery_id: Option<DeliveryId>,
    },
    Offer {
        offer_id: OfferId,
    },
    Shift {
        shift_id: ShiftId,
    },
    Suspension {
        suspension_id: SuspensionId,
    },
    /// A line of the own pay.
    Line {
        entry_id: EntryId,
    },
    Other {},
}

/// Which reviews somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Those about lines of pay, for who keeps the books.
    Lines,
}

impl Scope {
    pub const fn covers(self, about: About) -> bool {
        matches!((self, about), (Self::All, _) | (Self::Lines, About::Line { .. }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReviewOutcome")]
pub enum Outcome {
    /// It stays as it was.
    Upheld,
    /// It was changed; the correction says how.
    Changed,
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub at: Timestamp,
    pub by: UserId,
    pub outcome: Outcome,
    pub reasons: Note,
    /// What was corrected, and where: the id of the entry, offer or decision.
    pub correction: Option<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub courier_id: CourierId,
    pub about: About,
    pub question: Note,
    pub opened_at: Timestamp,
    pub verdict: Option<Verdict>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    #[error("this review has been answered already")]
    Answered,
    #[error("nobody answers their own review")]
    OwnCase,
    #[error("say what was corrected (`correction`), or that nothing was (`outcome`: `upheld`)")]
    Correction,
    #[error("what is wrong with a line of pay is booked: POST /v1/reviews/{{id}}/correct")]
    Line,
    #[error("this review is not about a delivery's pay")]
    NoPiece,
}

impl Review {
    pub fn due_at(&self) -> Timestamp {
        self.opened_at + DUE
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.verdict.is_none() && now > self.due_at()
    }

    /// The answer of a person who rides as `answerer`, if they ride.
    pub fn answer(
        &self,
        verdict: Verdict,
        answerer: Option<CourierId>,
    ) -> Result<Self, ReviewError> {
        if self.verdict.is_some() {
            return Err(ReviewError::Answered);
        }
        if answerer == Some(self.courier_id) {
            return Err(ReviewError::OwnCase);
        }
        if (verdict.outcome == Outcome::Changed) != verdict.correction.is_some() {
            return Err(ReviewError::Correction);
        }
        Ok(Self { verdict: Some(verdict), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + Seconds(n * 86_400)
    }

    fn courier(n: u8) -> CourierId {
        CourierId::from_uuid(uuid_v7(day(0), [n; 10]))
    }

    fn open() -> Review {
        Review {
            id: ReviewId::from_uuid(uuid_v7(day(0), [1; 10])),
            courier_id: courier(1),
            about: About::Other {},
            question: Note::new("Why was I never asked today?").unwrap(),
            opened_at: day(0),
            verdict: None,
        }
    }

    fn verdict(outcome: Outcome, correction: Option<&str>) -> Verdict {
        Verdict {
            at: day(3),
            by: UserId::from_uuid(uuid_v7(day(0), [9; 10])),
            outcome,
            reasons: Note::new("Your position was old.").unwrap(),
            correction: correction.map(|text| Note::new(text).unwrap()),
        }
    }

    #[test]
    fn an_answer_is_due_within_a_fortnight() {
        assert!(!open().is_overdue(day(14)));
        assert!(open().is_overdue(day(14) + Seconds(1)));
        let answered = open().answer(verdict(Outcome::Upheld, None), None).unwrap();
        assert!(!answered.is_overdue(day(99)));
    }

    #[test]
    fn somebody_else_answers_once_and_says_what_was_corrected() {
        let upheld = verdict(Outcome::Upheld, None);
        let own = open().answer(upheld.clone(), Some(courier(1)));
        assert_eq!(own, Err(ReviewError::OwnCase));
        let answered = open().answer(upheld.clone(), Some(courier(2))).unwrap();
        assert_eq!(answered.answer(upheld, None), Err(ReviewError::Answered));
        let vague = open().answer(verdict(Outcome::Changed, None), None);
        assert_eq!(vague, Err(ReviewError::Correction));
        assert!(open().answer(verdict(Outcome::Changed, Some("offer repeated")), None).is_ok());
    }
}
