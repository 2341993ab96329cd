//! Requests to addresses that somebody else has chosen: resolved once, checked, and connected to
//! exactly where was checked; no redirects, no proxy, a time limit on all of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;

use super::address::{Reach, may_reach, target};
use crate::domain::webhook::Outcome;

/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Idle connections kept to one receiver.
const IDLE_MAX: usize = 2;

/// Cheap to clone.
#[derive(Clone)]
pub struct Web {
    http: reqwest::Client,
    reach: Reach,
}

/// Gives only addresses that may be talked to. What it gives is what is connected to: there is no
/// second look-up whose answer could be another one (DNS rebinding).
struct Checked(Reach);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|at| may_reach(at.ip(), reach)).collect();
            match (allowed.is_empty(), found.first()) {
                (true, Some(at)) => Err(format!("{} is not a public address", at.ip()).into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

impl Web {
    /// `answer_within` bounds a whole request, from the look-up to the end of the answer's head.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new(reach: Reach, answer_within: Duration) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(Checked(reach)))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_MAX)
            .timeout(answer_within)
            .pool_max_idle_per_host(IDLE_MAX)
            .user_agent(concat!("paceline/", env!("CARGO_PKG_VERSION"), " (webhooks)"))
            .build()?;
        Ok(Self { http, reach })
    }

    /// Posts a body once. Of the answer only the status counts; its body is not read.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: impl Into<reqwest::Body>,
    ) -> Outcome {
        let url = match target(url, self.reach) {
            Ok(url) => url,
            Err(error) => return Outcome::NoAnswer { error: error.to_string() },
        };
        match self.http.post(url).headers(headers).body(body).send().await {
            Ok(answer) => match answer.status() {
                status if status.is_success() => Outcome::Accepted { status: status.as_u16() },
                reqwest::StatusCode::GONE => Outcome::Gone,
                status => Outcome::Refused { status: status.as_u16() },
            },
            Err(error) => Outcome::NoAnswer { error: with_causes(&error) },
        }
    }
}

/// The error and what led to it, without the URL.
fn with_causes(error: &reqwest::Error) -> String {
    use std::error::Error;
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    format!("{kind}: {cause}").chars().take(500).collect()
}
