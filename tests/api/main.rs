//! Stories about the whole server, told over HTTP by the people in them.
//!
//! Every test has its own database, its own keys in Redis, a clock that stands until it is moved,
//! and a real server on a free port; see [`support`].

#[path = "../support/mod.rs"]
mod database;
mod support;

mod couriers;
mod dispatch;
mod events;
mod life;
mod once;
mod orders;
mod pay;
mod routes;
mod sessions;
