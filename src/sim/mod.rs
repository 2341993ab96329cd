//! The same engine in a simulated city.

pub mod mdrp;
