//! The pay ledger from outside: against its own owner, under many writers, and when it is killed.

#[path = "../support/mod.rs"]
mod database;

mod bank;
mod books;
mod roles;
mod tamper;
