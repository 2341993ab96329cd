//! One HTTP call, described before it is made, so that it can be made again unchanged.

use std::fmt::Display;
use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

/// How long a robo keeps trying before it gives up on one call. Longer than any restart of the
/// server that a run must survive.
pub const PATIENCE: Duration = Duration::from_secs(150);

/// A call by route template. The template, not the path, names the row in the latency table.
#[derive(Clone, Debug)]
pub struct Call {
    pub(super) method: Method,
    pub(super) route: &'static str,
    pub(super) path: String,
    pub(super) body: Body,
    pub(super) idempotency_key: Option<String>,
    pub(super) patience: Duration,
}

/// What travels in the request.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Empty,
    Json(Value),
    Form(&'static str),
}

impl Call {
    /// `GET route`, with each `{..}` of the template replaced by the next of `args`.
    pub fn get(route: &'static str, args: &[&dyn Display]) -> Self {
        Self::new(Method::GET, route, args)
    }

    /// `POST route`, with each `{..}` of the template replaced by the next of `args`.
    pub fn post(route: &'static str, args: &[&dyn Display]) -> Self {
        Self::new(Method::POST, route, args)
    }

    fn new(method: Method, route: &'static str, args: &[&dyn Display]) -> Self {
        Self {
            method,
            route,
            path: fill(route, args),
            body: Body::Empty,
            idempotency_key: None,
            patience: PATIENCE,
        }
    }

    /// Adds a query string. The caller passes only characters that need no escaping.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.path = format!("{}?{query}", self.path);
        self
    }

    /// Sends `body` as JSON. A value that JSON cannot hold becomes `null`, which the server refuses.
    #[must_use]
    pub fn json(mut self, body: impl Serialize) -> Self {
        self.body = Body::Json(serde_json::to_value(body).unwrap_or(Value::Null));
        self
    }

    /// Sends a ready-made form.
    #[must_use]
    pub(super) fn form(mut self, form: &'static str) -> Self {
        self.body = Body::Form(form);
        self
    }

    /// Makes a creating call safe to repeat: at most 100 characters.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Tries once: for what is worthless a second later, such as a position.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.patience = Duration::ZERO;
        self
    }

    /// `POST /v1/tasks/{id}/done`: how the call is named in tables and messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.route)
    }
}

fn fill(route: &str, args: &[&dyn Display]) -> String {
    let mut args = args.iter();
    let segments = route.split('/').map(|segment| {
        if segment.starts_with('{') {
            args.next().map_or_else(|| segment.to_owned(), |arg| arg.to_string())
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_its_arguments_in_order() {
        let call = Call::post("/v1/tasks/{id}/done", &[&"tsk_1"]);
        assert_eq!(
            (call.path.as_str(), call.name().as_str()),
            ("/v1/tasks/tsk_1/done", "POST /v1/tasks/{id}/done")
        );
        assert_eq!(
            Call::get("/v1/deliveries", &[]).query("limit=2").path,
            "/v1/deliveries?limit=2"
        );
    }
}
