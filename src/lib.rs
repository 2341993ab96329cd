//! paceline: dispatch and pay for bike-logistics co-operatives.

// the pure half: no IO, no clock, no ambient chance, no async
pub mod domain;

// the server half
#[cfg(feature = "server")]
pub mod robo;
