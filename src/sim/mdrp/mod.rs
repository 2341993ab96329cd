//! The meal delivery routing problem (Reyes et al. 2018): its instances, a day under its rules, a
//! strict reader of the outcome, and its measures.

pub mod day;
pub mod instance;
pub mod measures;
pub mod solution;
pub mod validator;

pub use day::simulate;
pub use instance::Instance;
pub use measures::Measures;
pub use solution::Solution;
