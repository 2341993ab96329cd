//! Who should carry what: a proposal with its reasons, never an act.
//!
//! [`plan()`] reads a [`Snapshot`] under a voted policy; [`check()`] reads the plan again without any
//! of the search. Same snapshot, policy, travel times and seed: same plan, whatever the order of
//! the rows. There is no clock, no chance and no `HashMap` here.

pub mod ahead;
pub mod ask;
pub mod bounds;
pub mod check;
pub mod commitment;
pub mod costs;
pub mod deal;
pub mod explain;
pub mod field;
pub mod index;
pub mod insertion;
pub mod matching;
pub mod open_list;
pub mod plan;
pub mod problem;
pub mod replan;
pub mod ridden;
pub mod route;
pub mod rules;
pub mod schedules;
pub mod search;
pub mod snapshot;
pub mod travel;

pub use check::check;
pub use plan::{Plan, plan};
pub use snapshot::Snapshot;

/// Part of every decision row: a plan can be made again only by the same engine.
pub const ENGINE_VERSION: &str = "4";
