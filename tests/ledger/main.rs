//! The pay ledger from outside: against its own owner, under many writers, and when it is killed.

#[path = "../support/mod.rs"]
mod database;
#[path = "../support/dir.rs"]
mod dir;

mod bank;
mod books;
mod killed;
mod model;
mod roles;
mod tamper;
