//! paceline: dispatch and pay for bike-logistics co-operatives.
//!
//! In reading order. The pure half builds alone with `--no-default-features`.

// the pure half: no IO, no clock, no ambient chance, no async
pub mod domain;
pub mod engine;
pub mod sim;

// the server half
#[cfg(feature = "server")]
pub mod books;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod commands;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod coop;
#[cfg(feature = "server")]
pub mod db;
#[cfg(feature = "server")]
pub mod demo;
#[cfg(feature = "server")]
pub mod embedded;
#[cfg(feature = "server")]
pub mod exchange;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
pub mod live;
#[cfg(feature = "server")]
pub mod loops;
#[cfg(feature = "server")]
pub mod outbound;
#[cfg(feature = "server")]
pub mod pictures;
#[cfg(feature = "server")]
pub mod replay;
#[cfg(feature = "server")]
pub mod robo;
#[cfg(feature = "server")]
pub mod sandbox;
#[cfg(feature = "server")]
pub mod secrets;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod simulate;
#[cfg(feature = "server")]
pub mod telemetry;
#[cfg(feature = "server")]
pub mod together;
