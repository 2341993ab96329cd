//! What leaves the house over the network: requests to addresses that somebody else has chosen, letters
//! to customers.

pub mod address;
pub mod post;
pub mod push;
pub mod web;
