//! Postgres: functions on a connection, one aggregate a file, no rules.
//!
//! A row that contradicts the domain (which the table's checks should have refused) is an error of
//! kind [`diesel::result::Error::DeserializationError`], never a panic.

use std::time::Duration;

use diesel::result::Error as DieselError;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub mod absences;
pub mod acts;
pub mod assignments;
pub mod automation;
pub mod bank_accounts;
mod breaks;
pub mod calendars;
pub mod couriers;
pub mod decisions;
pub mod deliveries;
pub mod erasure;
pub mod expenses;
pub mod hubs;
pub mod idempotency;
pub mod identity;
pub mod imports;
pub mod incidents;
pub mod indicators;
pub mod invoices;
pub mod kitchens;
pub mod ledger;
pub mod merchants;
pub mod notices;
pub mod offers;
pub mod openings;
pub mod outbox;
pub mod pay_runs;
pub mod phones;
pub mod pins;
pub mod prices;
pub mod proofs;
pub mod pulse;
pub mod push;
pub mod quotes;
pub mod receivables;
pub mod reviews;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod shift_corrections;
pub mod shift_swaps;
pub mod shift_templates;
pub mod shifts;
pub mod slots;
pub mod standing_orders;
pub mod surplus;
pub mod suspensions;
pub mod tasks;
pub mod tours;
pub mod traces;
pub mod types;
pub mod vehicles;
pub mod webhooks;

pub use diesel::QueryResult;

/// One connection, in or out of a transaction.
pub type Conn = AsyncPgConnection;

/// The pool. Cheap to clone.
pub type Db = Pool<AsyncPgConnection>;

/// A connection taken from the pool.
pub type Pooled = Object<AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// How long a request waits for a free connection before it is told that the server is busy.
const WAIT_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot connect to Postgres: {0}. Is the server running, and DATABASE_URL right?")]
    Connect(#[from] diesel::ConnectionError),
    #[error("cannot bring the database up to date: {0}")]
    Migrate(String),
    #[error("cannot build the connection pool: {0}")]
    Pool(String),
}

/// One connection as whoever the URL says, for tools.
pub async fn connect(url: &str) -> Result<Conn, OpenError> {
    Ok(AsyncPgConnection::establish(url).await?)
}

/// Brings the database at `url` up to date. Safe to call from several processes at once: the lock
/// makes all but one wait, and the others find nothing to do.
pub async fn migrate(url: &str) -> Result<(), OpenError> {
    use diesel_async::SimpleAsyncConnection;

    let mut conn = AsyncPgConnection::establish(url).await?;
    let failed = |error: &dyn std::fmt::Display| OpenError::Migrate(error.to_string());
    // Any number will do as long as nothing else uses it; held until the connection closes.
    conn.batch_execute("SELECT pg_advisory_lock(4242001)").await.map_err(|e| failed(&e))?;
    let mut harness = AsyncMigrationHarness::new(conn);
    harness.run_pending_migrations(MIGRATIONS).map_err(|e| failed(&e))?;
    Ok(())
}

/// The role that the server works as: it cannot write to the ledger but through its one door.
pub const API_ROLE: &str = "paceline_api";

/// Opens a pool of at most `size` connections, each of which puts on [`API_ROLE`]. Connections are made on the runtime that calls this,
/// whatever runtime asks for them: a blocked worker must not stall another one's query.
pub async fn open(url: &str, size: usize) -> Result<Db, OpenError> {
    let home = tokio::runtime::Handle::current();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        let connecting = home.spawn(async move { establish_as_api(&url).await });
        Box::pin(async move {
            let lost = |error| diesel::ConnectionError::BadConnection(format!("{error}"));
            connecting.await.map_err(lost)?
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(WAIT_MAX))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| OpenError::Pool(error.to_string()))?;
    drop(pool.get().await.map_err(|error| OpenError::Pool(error.to_string()))?);
    Ok(pool)
}

/// Whoever logs in as the owner of the tables works as less than that from here on.
async fn establish_as_api(url: &str) -> diesel::ConnectionResult<AsyncPgConnection> {
    use diesel_async::SimpleAsyncConnection;

    let mut conn = AsyncPgConnection::establish(url).await?;
    conn.batch_execute(&format!("SET ROLE {API_ROLE}"))
        .await
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// A stored value that the domain refuses: a fault of ours, reported as one.
fn corrupt(error: impl std::error::Error + Send + Sync + 'static) -> DieselError {
    DieselError::DeserializationError(Box::new(error))
}

/// A unit-like enum as the word it is in JSON and in the database.
fn word<T: serde::Serialize>(value: &T) -> QueryResult<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(corrupt(std::io::Error::other(format!("{other} is not a word")))),
        Err(error) => Err(corrupt(error)),
    }
}

/// The other way round.
fn from_word<T: serde::de::DeserializeOwned>(word: String) -> QueryResult<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(corrupt)
}
