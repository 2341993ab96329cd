//! Robo couriers and robo shops: clients of the public HTTP API and of nothing else. They bring a
//! made-up town to life, and replay published days against a running server.

pub mod client;
pub mod clock;
pub mod courier;
pub mod ride;
pub mod shop;
pub mod wire;
pub mod world;
