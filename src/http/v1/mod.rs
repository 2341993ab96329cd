//! Handlers, by resource: parse, delegate, render.

pub mod ask;
pub mod automation;
pub mod board;
pub mod couriers;
pub mod decisions;
pub mod deliveries;
pub mod desk;
pub mod imports;
pub mod ledger;
pub mod me;
pub mod merchants;
pub mod offers;
pub mod phone;
pub mod positions;
pub mod prices;
pub mod proofs;
pub mod quotes;
pub mod reviews;
pub mod rights;
pub mod session;
pub mod shifts;
pub mod slots;
pub mod stream;
pub mod tasks;
pub mod users;
pub mod webhooks;
