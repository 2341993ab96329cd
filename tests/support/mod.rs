//! What every test that needs a database shares: where the services are, and a database of its own.

mod database;
pub mod services;

pub use database::Database;
