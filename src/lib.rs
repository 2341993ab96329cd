//! paceline: dispatch and pay for bike-logistics co-operatives.

// the pure half: no IO, no clock, no ambient chance, no async
pub mod domain;
pub mod engine;
pub mod sim;

// the server half
#[cfg(feature = "server")]
pub mod simulate;
