//! Nouns and rules of the trade. No IO, no clock, no chance, no async.

pub mod geo;
pub mod ids;
pub mod money;
pub mod policy;
pub mod time;
pub mod vehicle;
