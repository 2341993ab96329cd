//! Pay runs: what couriers are owed, on its way to their banks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::iban::Iban;
use super::ids::{CourierId, PayRunId, UserId};
use super::ledger::Account;
use super::text::{Name, Note};
use super::time::Timestamp;

/// Most transfers of one run. It is confirmed in one transaction, which holds the bank's account of
/// the books as long; who does not fit is paid by the next run.
pub const TRANSFERS_MAX: usize = 500;
/// A bank takes an order so many days ahead at most.
pub const DAYS_AHEAD_MAX: u16 = 60;

/// Who is named on a transfer, and the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: Name,
    pub iban: Iban,
}

/// What the co-op owes a courier, account by account, in cents; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    pub pay: i64,
    pub tips: i64,
    pub expenses: i64,
    pub refund: i64,
}

impl Owed {
    pub const fn total(self) -> i64 {
        self.pay + self.tips + self.expenses + self.refund
    }

    /// The courier's accounts on which there is something.
    pub fn accounts(self, of: CourierId) -> impl Iterator<Item = (Account, i64)> {
        let all = [
            (Account::CourierPay(of), self.pay),
            (Account::CourierTips(of), self.tips),
            (Account::CourierExpenses(of), self.expenses),
            (Account::CourierRefund(of), self.refund),
        ];
        all.into_iter().filter(|(_, amount)| *amount > 0)
    }
}

/// Why somebody who is owed something is not in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotPaid {
    /// The courier has not said where to.
    NoAccount,
    /// Another run is on its way to the bank.
    InOpenRun,
    /// The run is full.
    NextRun,
}

/// Whether somebody goes into a run that has so many transfers already.
pub const fn not_paid(has_account: bool, in_open_run: bool, transfers: usize) -> Option<NotPaid> {
    if in_open_run {
        Some(NotPaid::InOpenRun)
    } else if !has_account {
        Some(NotPaid::NoAccount)
    } else if transfers >= TRANSFERS_MAX {
        Some(NotPaid::NextRun)
    } else {
        None
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRun {
    pub id: PayRunId,
    pub made_by: UserId,
    pub made_at: Timestamp,
    /// When the bank is to carry it out.
    pub execute_on: Day,
    pub from: Party,
    pub state: RunState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// The bank has it, or will: nothing is booked.
    Open,
    /// The bank has carried it out, and it is booked.
    Confirmed { by: UserId, at: Timestamp },
    /// It never reached the bank.
    Cancelled { by: UserId, at: Timestamp },
}

impl RunState {
    /// Who ended it, and when.
    pub const fn ended(self) -> Option<(UserId, Timestamp)> {
        match self {
            Self::Open => None,
            Self::Confirmed { by, at } | Self::Cancelled { by, at } => Some((by, at)),
        }
    }
}

/// One courier's part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub courier_id: CourierId,
    /// From 1: its place in the file.
    pub number: i32,
    pub name: Name,
    pub owed: Owed,
    pub state: TransferState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferState {
    Open,
    /// Booked.
    Paid,
    /// The bank has sent it back: the courier is owed it as before.
    Failed {
        reason: Note,
        by: UserId,
        at: Timestamp,
    },
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayRunError {
    #[error("a transfer needs the co-op's own account: set [coop] name and iban")]
    NoPayer,
    #[error("a SEPA transfer is in euros, and this co-op's tariff is not")]
    NotEuros,
    #[error("execute_on is from today on, and at most {DAYS_AHEAD_MAX} days ahead")]
    Day,
    #[error("there is nobody to pay: see `left_out` of the preview")]
    Nobody,
    #[error("this run is booked already; a transfer that came back is marked as failed")]
    Confirmed,
    #[error("this run was cancelled")]
    Cancelled,
    #[error("a courier of this run was erased, and the account number with it: the file is gone")]
    Erased,
    #[error("the courier is being paid: this is possible when the run is confirmed or cancelled")]
    UnderWay,
}

impl PayRun {
    /// The bank has carried it out. `None`: that is known already.
    pub fn confirm(&self, by: UserId, at: Timestamp) -> Result<Option<Self>, PayRunError> {
        match self.state {
            RunState::Open => Ok(Some(self.ended(RunState::Confirmed { by, at }))),
            RunState::Confirmed { .. } => Ok(None),
            RunState::Cancelled { .. } => Err(PayRunError::Cancelled),
        }
    }

    /// It does not go to the bank. `None`: that is known already.
    pub fn cancel(&self, by: UserId, at: Timestamp) -> Result<Option<Self>, PayRunError> {
        match self.state {
            RunState::Open => Ok(Some(self.ended(RunState::Cancelled { by, at }))),
            RunState::Cancelled { .. } => Ok(None),
            RunState::Confirmed { .. } => Err(PayRunError::Confirmed),
        }
    }

    fn ended(&self, state: RunState) -> Self {
        Self { state, ..self.clone() }
    }
}

impl Transfer {
    /// The bank has sent it back, before or after the run was confirmed. `None`: that is known
    /// already.
    pub fn fail(
        &self,
        reason: Note,
        by: UserId,
        at: Timestamp,
    ) -> Result<Option<Self>, PayRunError> {
        match self.state {
            TransferState::Open | TransferState::Paid => {
                let state = TransferState::Failed { reason, by, at };
                Ok(Some(Self { state, ..self.clone() }))
            }
            TransferState::Failed { .. } => Ok(None),
            TransferState::Cancelled => Err(PayRunError::Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn run(state: RunState) -> PayRun {
        let at = Timestamp::from_seconds(1_800_000_000);
        let iban = "FR1420041010050500013M02606".parse().unwrap();
        PayRun {
            id: PayRunId::from_uuid(uuid_v7(at, [1; 10])),
            made_by: UserId::from_uuid(uuid_v7(at, [2; 10])),
            made_at: at,
            execute_on: "2027-01-15".parse().unwrap(),
            from: Party { name: Name::new("Les Coursiers").unwrap(), iban },
            state,
        }
    }

    #[test]
    fn a_run_ends_once() {
        let open = run(RunState::Open);
        let (by, at) = (open.made_by, open.made_at);
        let confirmed = open.confirm(by, at).unwrap().unwrap();
        assert_eq!(confirmed.confirm(by, at), Ok(None));
        assert_eq!(confirmed.cancel(by, at), Err(PayRunError::Confirmed));
        let cancelled = open.cancel(by, at).unwrap().unwrap();
        assert_eq!(cancelled.cancel(by, at), Ok(None));
        assert_eq!(cancelled.confirm(by, at), Err(PayRunError::Cancelled));
    }

    #[test]
    fn whoever_can_be_paid_is() {
        assert_eq!(not_paid(true, false, 0), None);
        assert_eq!(not_paid(false, false, 0), Some(NotPaid::NoAccount));
        assert_eq!(not_paid(true, true, 0), Some(NotPaid::InOpenRun));
        assert_eq!(not_paid(true, false, TRANSFERS_MAX), Some(NotPaid::NextRun));
    }

    #[test]
    fn what_is_owed_goes_from_the_accounts_that_have_something() {
        let id = CourierId::from_uuid(uuid_v7(Timestamp::from_seconds(1), [3; 10]));
        let owed = Owed { pay: 428, tips: 0, expenses: 0, refund: 72 };
        let accounts: Vec<_> = owed.accounts(id).collect();
        assert_eq!(accounts, [(Account::CourierPay(id), 428), (Account::CourierRefund(id), 72)]);
        assert_eq!(owed.total(), 500);
    }
}
