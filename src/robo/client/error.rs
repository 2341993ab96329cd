//! Why a call came to nothing, and whether trying again makes sense.

use std::time::Duration;

use serde::Deserialize;

/// A call that did not bring the answer hoped for, after all retries.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The server answered with a problem (RFC 9457).
    #[error("{call}: {status} {code}: {detail}")]
    Refused { call: String, status: u16, code: String, detail: String },
    /// Nobody answered: refused connection, broken pipe, time-out.
    #[error("{call}: no answer: {cause}")]
    NoAnswer { call: String, cause: String },
    /// The answer is not what the contract says.
    #[error("{call}: unreadable answer: {cause}")]
    Unreadable { call: String, cause: String },
}

impl CallError {
    /// The problem's stable code, when the server refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            Self::NoAnswer { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// The HTTP status, when the server refused.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::NoAnswer { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// 403, 404 or 409: the world has moved on since the caller looked.
    pub fn is_stale(&self) -> bool {
        matches!(self.status(), Some(403 | 404 | 409))
    }
}

/// The part of a problem document that a robo reads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    pub code: String,
    pub title: String,
    pub detail: String,
}

/// A 500 is more often a bug than a restart: it gets less time than a 503.
const PATIENCE_WITH_500: Duration = Duration::from_secs(30);

/// How much longer a refused or unanswered call is tried; `None` when the answer is final.
///
/// A 409 is final unless the server says when to come back: then the first try still runs.
pub(super) fn patience(
    status: Option<u16>,
    retry_after: Option<Duration>,
    at_most: Duration,
) -> Option<Duration> {
    match status {
        None | Some(429 | 502..=504) => Some(at_most),
        Some(409) => retry_after.map(|_| at_most),
        Some(500..) => Some(at_most.min(PATIENCE_WITH_500)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let minute = Duration::from_secs(60);
        let again = |status, after| patience(status, after, minute);
        assert_eq!(again(None, None), Some(minute));
        assert_eq!(again(Some(503), None), Some(minute));
        assert_eq!(again(Some(500), None), Some(PATIENCE_WITH_500));
        assert_eq!(again(Some(409), Some(Duration::from_secs(1))), Some(minute));
        for status in [400, 401, 403, 404, 409, 422] {
            assert_eq!(again(Some(status), None), None, "{status}");
        }
    }
}
