//! Robo couriers and robo shops: clients of the public HTTP API and of nothing else. They bring a
//! made-up town to life, play the people of a sandbox, and replay published days against a running
//! server.

pub mod cast;
pub mod client;
pub mod clock;
pub mod courier;
pub mod day;
pub mod metrics;
pub mod progress;
pub mod prompter;
mod readback;
pub mod replay;
pub mod report;
pub mod ride;
pub mod script;
pub mod seed;
pub mod shop;
pub mod stage;
pub mod town;
pub mod watch;
pub mod wire;
pub mod world;

pub use client::Login;
pub use day::Day;
pub use replay::{ReplayError, ReplayOptions, replay_instance};
pub use report::Report;
pub use stage::Stage;
pub use town::{DemoLogin, Town, before_lunch};
