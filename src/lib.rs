//! paceline: dispatch and pay for bike-logistics co-operatives.

#[cfg(feature = "server")]
pub mod embedded;
