//! What a courier has laid out for the co-op, and what a treasurer says to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::ids::{CourierId, ExpenseId, UserId};
use super::ledger::Detail;
use super::ledger::chain::Hash;
use super::money::Money;
use super::text::Note;
use super::time::Timestamp;

/// Most that one expense may be, in minor units.
pub const AMOUNT_MAX: i64 = 1_000_000;
/// Most expenses of one courier that wait for an answer.
pub const WAITING_MAX: usize = 100;
/// How old an expense may be when it is handed in, in days.
pub const DAYS_MAX: u16 = 365;

/// What the money was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ExpenseCategory")]
pub enum Category {
    /// Parts and work on a vehicle.
    Repair,
    /// Bags, lights, clothes for the rain.
    Equipment,
    Phone,
    Parking,
    /// A train, a bus, a rented bike.
    Travel,
    Other,
}

/// What a treasurer said. Nothing allowed: refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub at: Timestamp,
    pub by: UserId,
    /// Minor units, at most what was asked for.
    pub allowed: i64,
    /// Why not all of it.
    pub reason: Option<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expense {
    pub id: ExpenseId,
    pub courier_id: CourierId,
    /// When it was paid, by the co-op's calendar.
    pub day: Day,
    pub category: Category,
    pub amount: Money,
    pub note: Note,
    /// The hash of the receipt's picture, as it was sent.
    pub receipt: Option<Hash>,
    pub handed_in_at: Timestamp,
    pub verdict: Option<Verdict>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpenseError {
    #[error("an expense is between 1 and {AMOUNT_MAX} minor units of the co-op's currency")]
    Amount,
    #[error("the day of an expense lies within the last {DAYS_MAX} days")]
    Day,
    #[error("this expense has been answered already")]
    Answered,
    #[error("nobody answers their own expense")]
    OwnCase,
    #[error("allow between nothing and what was asked for, in its currency")]
    Allowed,
    #[error("say why not all of it is paid back (`reason`)")]
    Reason,
}

impl ExpenseError {
    /// Which member of what was sent is wrong (RFC 6901), if one is.
    pub const fn pointer(self) -> Option<&'static str> {
        match self {
            Self::Amount => Some("/amount"),
            Self::Day => Some("/day"),
            Self::Allowed => Some("/allowed"),
            Self::Reason => Some("/reason"),
            Self::Answered | Self::OwnCase => None,
        }
    }
}

impl Expense {
    /// Whether it may be handed in on a day.
    ///
    /// # Errors
    /// The amount or the day is out of bounds.
    pub fn check(&self, today: Day) -> Result<(), ExpenseError> {
        if !(1..=AMOUNT_MAX).contains(&self.amount.amount) {
            return Err(ExpenseError::Amount);
        }
        if self.day > today || self.day.plus(DAYS_MAX) < today {
            return Err(ExpenseError::Day);
        }
        Ok(())
    }

    /// The answer of a person who rides as `answerer`, if they ride. `allowed`: all of it, unless
    /// another amount is named.
    ///
    /// # Errors
    /// It was answered before, it is the answerer's own, the amount is out of bounds, or a reason is
    /// missing.
    pub fn answer(
        &self,
        (by, answerer): (UserId, Option<CourierId>),
        allowed: Option<Money>,
        reason: Option<Note>,
        at: Timestamp,
    ) -> Result<Self, ExpenseError> {
        if self.verdict.is_some() {
            return Err(ExpenseError::Answered);
        }
        if answerer == Some(self.courier_id) {
            return Err(ExpenseError::OwnCase);
        }
        let allowed = allowed.unwrap_or(self.amount);
        if allowed.currency != self.amount.currency
            || !(0..=self.amount.amount).contains(&allowed.amount)
        {
            return Err(ExpenseError::Allowed);
        }
        if allowed != self.amount && reason.is_none() {
            return Err(ExpenseError::Reason);
        }
        let verdict = Verdict { at, by, allowed: allowed.amount, reason };
        Ok(Self { verdict: Some(verdict), ..self.clone() })
    }

    /// What the books say about it.
    pub fn detail(&self) -> Detail {
        Detail::Expense {
            expense_id: self.id,
            category: self.category,
            day: self.day,
            receipt: self.receipt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::money::Currency;

    const AT: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn courier(n: u8) -> CourierId {
        CourierId::from_uuid(uuid_v7(AT, [n; 10]))
    }

    fn expense(amount: i64, day: &str) -> Expense {
        Expense {
            id: ExpenseId::from_uuid(uuid_v7(AT, [1; 10])),
            courier_id: courier(1),
            day: day.parse().unwrap(),
            category: Category::Repair,
            amount: Money::new(amount, Currency::EUR),
            note: Note::new("a new chain").unwrap(),
            receipt: None,
            handed_in_at: AT,
            verdict: None,
        }
    }

    #[test]
    fn an_expense_is_of_the_last_year_and_bounded() {
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(expense(1_990, "2026-11-22").check(today), Ok(()));
        assert_eq!(expense(1_990, "2025-11-22").check(today), Ok(()));
        assert_eq!(expense(1_990, "2025-11-21").check(today), Err(ExpenseError::Day));
        assert_eq!(expense(1_990, "2026-11-23").check(today), Err(ExpenseError::Day));
        assert_eq!(expense(0, "2026-11-22").check(today), Err(ExpenseError::Amount));
        assert_eq!(expense(1_000_001, "2026-11-22").check(today), Err(ExpenseError::Amount));
    }

    #[test]
    fn somebody_else_answers_once_and_gives_a_reason_for_less() {
        let asked = expense(1_990, "2026-11-22");
        let by = |rides| (UserId::from_uuid(uuid_v7(AT, [9; 10])), rides);
        let euros = |amount| Some(Money::new(amount, Currency::EUR));
        let reason = || Some(Note::new("half of it is yours").unwrap());
        let whole = asked.answer(by(None), None, None, AT).unwrap();
        assert_eq!(whole.verdict.as_ref().map(|verdict| verdict.allowed), Some(1_990));
        let answer = |who, allowed, why| asked.answer(by(who), allowed, why, AT).map(drop);
        assert_eq!(answer(Some(courier(1)), None, None), Err(ExpenseError::OwnCase));
        assert_eq!(answer(Some(courier(2)), None, None), Ok(()));
        assert_eq!(answer(None, euros(1_991), reason()), Err(ExpenseError::Allowed));
        assert_eq!(answer(None, euros(-1), reason()), Err(ExpenseError::Allowed));
        let dollars = Some(Money::new(1, Currency::USD));
        assert_eq!(answer(None, dollars, reason()), Err(ExpenseError::Allowed));
        assert_eq!(answer(None, euros(0), None), Err(ExpenseError::Reason));
        assert_eq!(answer(None, euros(0), reason()), Ok(()));
        assert_eq!(whole.answer(by(None), None, None, AT), Err(ExpenseError::Answered));
    }
}
