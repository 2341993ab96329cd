//! The connection to one server: makes calls, retries what may pass, measures everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::RngExt;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::call::{Body, Call};
use super::error::{CallError, Problem, patience};
use super::meter::Meter;

/// One answer may take this long before the connection counts as dead.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(10);

/// Who is calling.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    Nobody,
    Bearer(String),
    Basic { id: String, secret: String },
}

/// A server's HTTP API. Cheap to clone: one connection pool for all robos.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base_url: Arc<str>,
    meter: Arc<Meter>,
}

impl Api {
    /// `base_url` such as `http://127.0.0.1:8080`, without a path.
    ///
    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(base_url: &str) -> Result<Self, CallError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("paceline-robo/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| CallError::NoAnswer {
                call: "http client".into(),
                cause: error.to_string(),
            })?;
        let base_url = base_url.trim_end_matches('/').into();
        Ok(Self { http, base_url, meter: Arc::default() })
    }

    /// What was measured so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// A call that needs no login.
    ///
    /// # Errors
    /// After all retries: see [`CallError`].
    pub async fn public<T: DeserializeOwned>(&self, call: &Call) -> Result<T, CallError> {
        self.send(call, &Credential::Nobody).await
    }

    /// Makes the call, and makes it again as long as that may help.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        who: &Credential,
    ) -> Result<T, CallError> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let (error, retry_after) = match self.attempt(call, who).await {
                Ok(body) => return read(call, &body),
                Err(failed) => failed,
            };
            match patience(error.status(), retry_after, call.patience) {
                Some(patience) if started.elapsed() + pause < patience => {}
                _ => return Err(error),
            }
            tokio::time::sleep(retry_after.unwrap_or_default().max(jittered(pause))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One try: the body of a 2xx, or the error and the server's wish when to come back.
    async fn attempt(
        &self,
        call: &Call,
        who: &Credential,
    ) -> Result<Vec<u8>, (CallError, Option<Duration>)> {
        let started = Instant::now();
        let no_answer = |error: reqwest::Error| {
            self.meter.failed("no answer".into());
            (CallError::NoAnswer { call: call.name(), cause: chain(&error) }, None)
        };
        let request = self.request(call, who).timeout(ANSWER_WITHIN);
        let response = request.send().await.map_err(no_answer)?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let body = response.bytes().await.map_err(no_answer)?;
        self.meter.answered(call.name(), started.elapsed());
        if status.is_success() {
            return Ok(body.into());
        }
        Err((self.refusal(call, status.as_u16(), &body), retry_after))
    }

    /// Opens a stream that has no end. The answer's head must come in time; its body may not.
    ///
    /// # Errors
    /// Without retries: the reader of the stream has its own pace.
    pub(super) async fn open_stream(
        &self,
        call: &Call,
        who: &Credential,
        last_event_id: Option<&str>,
    ) -> Result<reqwest::Response, CallError> {
        let mut request = self.request(call, who).header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let no_answer = |cause: String| {
            self.meter.failed("no answer".into());
            CallError::NoAnswer { call: call.name(), cause }
        };
        let response = match tokio::time::timeout(ANSWER_WITHIN, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(no_answer(chain(&error))),
            Err(_) => return Err(no_answer("timed out".into())),
        };
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await.unwrap_or_default();
        Err(self.refusal(call, status.as_u16(), &body))
    }

    fn request(&self, call: &Call, who: &Credential) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base_url, call.path);
        let mut request = self.http.request(call.method.clone(), url);
        request = match &call.body {
            Body::Empty => request,
            Body::Json(body) => request.json(body),
            Body::Form(form) => {
                request.header("content-type", "application/x-www-form-urlencoded").body(*form)
            }
        };
        if let Some(key) = &call.idempotency_key {
            request = request.header(HeaderName::from_static("idempotency-key"), key);
        }
        match who {
            Credential::Nobody => request,
            Credential::Bearer(token) => request.header(AUTHORIZATION, bearer(token)),
            Credential::Basic { id, secret } => request.basic_auth(id, Some(secret)),
        }
    }

    fn refusal(&self, call: &Call, status: u16, body: &[u8]) -> CallError {
        let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
        let code = if problem.code.is_empty() { "no-code".into() } else { problem.code };
        let detail = if problem.detail.is_empty() { problem.title } else { problem.detail };
        self.meter.failed(format!("{status} {code}"));
        CallError::Refused { call: call.name(), status, code, detail }
    }
}

/// Half of `pause` to all of it: those who fell together do not come back together.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.5..1.0))
}

fn bearer(token: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

fn read<T: DeserializeOwned>(call: &Call, body: &[u8]) -> Result<T, CallError> {
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| CallError::Unreadable { call: call.name(), cause: error.to_string() })
}

/// The error and its causes: reqwest's own text names only the outermost.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
