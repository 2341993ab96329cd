//! A thin typed client of the public HTTP API, made to outlive the server: every call may be
//! repeated (creates carry an idempotency key, the rest is idempotent by nature), so a robo sits
//! out a restart without losing or doubling anything.

mod api;
mod call;
mod error;
mod meter;
mod session;
mod stream;

pub use api::Api;
pub use call::Call;
pub use error::CallError;
pub use meter::{Meter, RouteLatency};
pub use session::{Login, Session};
pub use stream::{Event, Events, Heard};

#[cfg(test)]
mod tests;
