//! What came back, and what a test may expect of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

pub struct Reply {
    pub call: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self} is not JSON"))
    }

    #[track_caller]
    pub fn status(self, expected: u16) -> Self {
        assert_eq!(self.status, expected, "{self}");
        self
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.status(200).json()
    }

    /// The body of a 201.
    #[track_caller]
    pub fn created(self) -> Value {
        self.status(201).json()
    }

    pub fn replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// The body of a refusal, which is checked to be a whole problem (RFC 9457).
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let problem = self.any_problem();
        assert_eq!((self.status, &problem["code"]), (status, &Value::from(code)), "{self}");
        problem
    }

    /// The same, whatever the status and code; never a fault of the server's.
    #[track_caller]
    pub fn any_problem(&self) -> Value {
        assert!((400..500).contains(&self.status), "{self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self}");
        for field in ["type", "title", "detail", "code", "request_id"] {
            let text = problem[field].as_str();
            assert!(text.is_some_and(|text| !text.is_empty()), "{field} is missing: {self}");
        }
        assert!(problem["errors"].is_array(), "{self}");
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{self}");
        let asks_for_a_token = self.header("www-authenticate").is_some();
        assert_eq!(asks_for_a_token, self.status == 401, "WWW-Authenticate: {self}");
        problem
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.chars().take(2000).collect();
        write!(f, "{} -> {} {body}", self.call, self.status)
    }
}
