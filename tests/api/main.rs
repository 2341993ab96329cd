//! Stories about the whole server, told over HTTP by the people in them.
//!
//! Every test has its own database, its own keys in Redis, a clock that stands until it is moved,
//! and a real server on a free port; see [`support`].

#[path = "../support/mod.rs"]
mod database;
#[path = "../support/dir.rs"]
mod dir;
mod support;

mod access;
mod automation;
mod bad_input;
mod bad_tokens;
mod books_out;
mod calendars;
mod corrections;
mod couriers;
mod desk;
mod dispatch;
mod earnings;
mod events;
mod expenses;
mod handover;
mod hours;
mod imports;
mod incidents;
mod invoices;
mod kitchens;
mod labels;
mod life;
mod members;
mod modes;
mod notices;
mod once;
mod open_list;
mod openapi;
mod orders;
mod pay;
mod pay_runs;
mod phone;
mod prices;
mod proofs;
mod pulse;
mod push;
mod quick_start;
mod quotes;
mod race;
mod replanning;
mod returns;
mod rights;
mod roster;
mod routes;
mod rules;
mod sandbox;
mod sessions;
mod settings;
mod slots;
mod splits;
mod standing_orders;
mod statements;
mod surplus;
mod swaps;
mod tours;
mod tracking;
mod undo;
mod vehicles;
mod waiting;
mod webhooks;
mod world;
