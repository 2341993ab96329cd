//! One function per thing that somebody can do: lock, decide, write, book, tell - in one
//! transaction, or not at all.
//!
//! Locks are taken in one order: opening, couriers by id, vehicle, tour, delivery, offer, ledger account. Where two orders meet
//! all the same, Postgres ends one of them and it is tried again.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AsyncConnection, TransactionManager};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock;
use crate::coop::Coop;
use crate::db::{Conn, Pooled, idempotency, outbox};
use crate::domain::delivery::{DeliveryError, RequestError};
use crate::domain::event::Event;
use crate::domain::expense::ExpenseError;
use crate::domain::fleet::VehicleError;
use crate::domain::identity::{PasswordError, UserError};
use crate::domain::ids::EventId;
use crate::domain::import;
use crate::domain::intake::LATE_MAX;
use crate::domain::kitchen;
use crate::domain::ledger::reversal::ReversalError;
use crate::domain::offer::OfferGone;
use crate::domain::pay_run::PayRunError;
use crate::domain::pricebook::{BookError, NoPrice};
use crate::domain::quote::QuoteError;
use crate::domain::review::ReviewError;
use crate::domain::shift::ShiftError;
use crate::domain::shift::absence::AbsenceError;
use crate::domain::shift::correction::CorrectionError;
use crate::domain::shift::opening::{OpeningError, TemplateError};
use crate::domain::shift::roster::RosterError;
use crate::domain::slot::{PlanError, SlotError};
use crate::domain::standing::{StandingEnded, TermsError};
use crate::domain::surplus::SurplusError;
use crate::domain::suspension::SuspensionError;
use crate::domain::time::{TimeWindowError, Timestamp};
use crate::domain::tour::TourError;
use crate::outbound::address::TargetError;
use crate::pictures::PictureError;
use crate::secrets::{HashError, SealError};

pub mod absences;
mod acts;
pub mod amendments;
pub mod audit;
pub mod automation;
pub mod bank_accounts;
pub mod books;
pub mod calendars;
pub mod corrections;
pub mod deliveries;
pub mod desk;
pub mod dispatch;
pub mod erasure;
pub mod expenses;
pub mod hubs;
pub mod identity;
pub mod imports;
pub mod incidents;
pub mod intake;
pub mod invoices;
pub mod kitchens;
pub mod legs;
pub mod members;
pub mod notices;
pub mod offers;
pub mod open_list;
pub mod openings;
pub mod pay;
pub mod pay_runs;
pub mod people;
pub mod positions;
pub mod prices;
pub mod proofs;
pub mod push;
pub mod quotes;
pub mod receivables;
pub mod returns;
pub mod reviews;
pub mod roster;
pub mod routes;
pub mod rules;
pub mod shifts;
pub mod slots;
pub mod standing_orders;
pub mod surplus;
pub mod suspensions;
pub mod swaps;
pub mod tasks;
pub mod timesheets;
pub mod tours;
pub mod undo;
pub mod vehicles;
pub mod webhooks;

use open_list::OpenListError;
use routes::RouteOrder;

/// Why a command did nothing. In the order in which they are found.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Exists(&'static str),
    #[error("e-mail or password is wrong")]
    Credentials,
    #[error("this refresh token is not valid any more; log in again")]
    RefreshToken,
    #[error("this login has been closed: ask an admin of the co-op")]
    Closed,
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Window(#[from] TimeWindowError),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    #[error(transparent)]
    Shift(#[from] ShiftError),
    #[error(transparent)]
    Vehicle(#[from] VehicleError),
    #[error(transparent)]
    Hours(#[from] CorrectionError),
    #[error(transparent)]
    Opening(#[from] OpeningError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Roster(#[from] RosterError),
    #[error(transparent)]
    Absence(#[from] AbsenceError),
    #[error(transparent)]
    Offer(#[from] OfferGone),
    #[error(transparent)]
    OpenList(#[from] OpenListError),
    #[error("somebody else has changed the {0} since you looked")]
    Outdated(&'static str),
    #[error("the route has changed since you looked")]
    RouteMoved(RouteOrder),
    #[error(transparent)]
    Tour(#[from] TourError),
    #[error("a drop-off cannot come before its pickup")]
    PickupFirst,
    #[error("{0}")]
    Amount(&'static str),
    #[error("this file is named after the co-op's SIREN: set [coop] siren")]
    NoSiren,
    #[error("this file is in euros, and not all that was booked in that time is")]
    NotEuros,
    #[error("more lines than fit into one statement: ask for a later `from`")]
    TooLong,
    #[error(transparent)]
    NoPrice(#[from] NoPrice),
    #[error(transparent)]
    Book(#[from] BookError),
    #[error("there is no column `{name}`; there are {known}", known = import::COLUMNS.join(", "))]
    Column { name: String },
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Slot(#[from] SlotError),
    #[error(transparent)]
    Kitchen(#[from] kitchen::Closed),
    #[error(transparent)]
    Terms(#[from] TermsError),
    #[error(transparent)]
    Standing(#[from] StandingEnded),
    #[error("the goods were to be ready at {ready_at}, which has passed")]
    Passed { ready_at: Timestamp },
    #[error(transparent)]
    Rush(#[from] kitchen::RushError),
    #[error(transparent)]
    Quote(#[from] QuoteError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("{0}")]
    TooMany(&'static str),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Reversal(#[from] ReversalError),
    #[error(transparent)]
    PayRun(#[from] PayRunError),
    #[error(transparent)]
    Expense(#[from] ExpenseError),
    #[error(transparent)]
    Surplus(#[from] SurplusError),
    #[error(transparent)]
    Suspension(#[from] SuspensionError),
    #[error(transparent)]
    Picture(PictureError),
    #[error("end your shift first")]
    AtWork,
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    #[error("a request with this Idempotency-Key is being worked on")]
    KeyBusy,
    #[error("the server is busy; try again")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<DieselError> for CommandError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | DieselError::BrokenTransactionManager => Self::Busy(Box::new(error)),
            // Postgres is being stopped or has crashed; diesel has no kind for it.
            DieselError::DatabaseError(_, said)
                if said.message().starts_with("terminating connection") =>
            {
                Self::Busy(Box::new(error))
            }
            _ => Self::Internal(Box::new(error)),
        }
    }
}

impl From<HashError> for CommandError {
    fn from(error: HashError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<SealError> for CommandError {
    fn from(error: SealError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl CommandError {
    /// Postgres ended this transaction in favour of another: nothing was written, and trying again
    /// may work. Where both were about to write the same unique thing, trying again finds it.
    fn is_transient(&self) -> bool {
        let Self::Internal(cause) = self else { return false };
        matches!(
            cause.downcast_ref(),
            Some(DieselError::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
                _
            ))
        ) || cause.to_string().contains("deadlock detected")
    }
}

/// The key under which a request's answer is kept, so that a retry gets the same one.
#[derive(Clone, Debug)]
pub struct Once {
    /// Who asked for what: credential and route.
    pub scope: String,
    pub key: String,
    pub body_hash: [u8; 32],
}

/// An outcome, and whether it is one from before.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    pub value: T,
    pub replayed: bool,
}

/// How often a transaction is tried that others keep getting in the way of.
const ATTEMPTS_MAX: u32 = 5;

impl Coop {
    /// A connection for reading.
    pub async fn conn(&self) -> Result<Pooled, CommandError> {
        self.db.get().await.map_err(|error| CommandError::Busy(Box::new(error)))
    }

    /// Runs `work` in a transaction: all of it happens, or nothing. Rings the bell after the commit.
    async fn transact<T>(
        &self,
        work: impl AsyncFn(&mut Conn) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        let mut attempt = 1;
        loop {
            match self.attempt(&work).await {
                Err(error) if error.is_transient() && attempt < ATTEMPTS_MAX => {
                    let [jitter] = clock::chance::<1>();
                    let pause = Duration::from_millis(u64::from(attempt) * u64::from(jitter) / 8);
                    tokio::time::sleep(pause).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T>(
        &self,
        work: &impl AsyncFn(&mut Conn) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        type Manager = <Conn as AsyncConnection>::TransactionManager;
        let mut conn = self.conn().await?;
        // A connection that is dropped in the middle of a transaction is closed, not reused.
        Manager::begin_transaction(&mut *conn).await?;
        match work(&mut conn).await {
            Ok(value) => {
                Manager::commit_transaction(&mut *conn).await?;
                self.bell.notify_one();
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to report; a failed rollback closes the connection.
                let _ = Manager::rollback_transaction(&mut *conn).await;
                Err(error)
            }
        }
    }

    /// A part of a transaction that leaves nothing behind when it fails, while the rest goes on.
    async fn within<T>(
        &self,
        tx: &mut Conn,
        work: impl AsyncFnOnce(&mut Conn) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        type Manager = <Conn as AsyncConnection>::TransactionManager;
        Manager::begin_transaction(tx).await?; // Inside another one: a savepoint.
        match work(tx).await {
            Ok(value) => {
                Manager::commit_transaction(tx).await?;
                Ok(value)
            }
            Err(error) => {
                Manager::rollback_transaction(tx).await?;
                Err(error)
            }
        }
    }

    /// Like [`Self::transact`], but an answer given before under the same key is given again.
    async fn once<T: Serialize + DeserializeOwned>(
        &self,
        once: Option<&Once>,
        work: impl AsyncFn(&mut Conn) -> Result<T, CommandError>,
    ) -> Result<Answer<T>, CommandError> {
        let Some(once) = once else {
            return Ok(Answer { value: self.transact(work).await?, replayed: false });
        };
        let broken = |error: serde_json::Error| CommandError::Internal(Box::new(error));
        self.transact(async |tx| {
            if !idempotency::claim(tx, lock_number(once)).await? {
                return Err(CommandError::KeyBusy);
            }
            if let Some(known) = idempotency::find(tx, &once.scope, &once.key).await? {
                if known.body_hash != once.body_hash {
                    return Err(CommandError::KeyReused);
                }
                let value = serde_json::from_value(known.answer).map_err(broken)?;
                return Ok(Answer { value, replayed: true });
            }
            let value = work(tx).await?;
            let answer = serde_json::to_value(&value).map_err(broken)?;
            let (scope, key) = (&once.scope, &once.key);
            idempotency::insert(tx, scope, key, &once.body_hash, &answer, clock::real_now())
                .await?;
            Ok(Answer { value, replayed: false })
        })
        .await
    }

    /// Puts an event into the outbox of this transaction.
    async fn tell(&self, tx: &mut Conn, event: &Event, at: Timestamp) -> Result<(), CommandError> {
        Ok(outbox::push(tx, self.clock.id(EventId::from_uuid), event, at).await?)
    }
}

/// The advisory lock that stands for a key.
fn lock_number(once: &Once) -> i64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new()
        .chain_update(once.scope.as_bytes())
        .chain_update([0])
        .chain_update(once.key.as_bytes())
        .finalize();
    let mut number = [0; 8];
    number.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(number)
}

/// When something happened: what the device says, within reason, else now.
fn happened(at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    at.map_or(now, |at| at.clamp(now - LATE_MAX, now))
}
