//! What every test that needs a database shares: where the services are, and a database of its own.

#[expect(
    clippy::module_inception,
    reason = "the folder is mounted under the name of its main file"
)]
mod database;
pub mod services;

pub use database::Database;
