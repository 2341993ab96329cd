//! The same engine in a simulated city.

pub mod city;
pub mod day;
pub mod lately;
pub mod mdrp;
pub mod rappi;
pub mod solution;
