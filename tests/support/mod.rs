//! What every test that needs a database shares: where the services are, and a database of its own.

pub mod database;
mod services;

pub use database::Database;
