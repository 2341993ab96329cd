//! The same engine in a simulated city.

pub mod day;
pub mod mdrp;
pub mod rappi;
pub mod solution;
