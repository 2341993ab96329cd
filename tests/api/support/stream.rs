//! The event stream as a browser reads it.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// Longest wait for an event on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// An event.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: Option<i64>,
    pub kind: String,
    pub data: Value,
}

pub struct Stream {
    response: Response,
    text: String,
    waiting: VecDeque<Told>,
    /// The server's first words have come.
    welcome: bool,
}

impl Stream {
    /// Comes back when the server listens on the caller's behalf.
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the stream opens");
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().expect("a content type");
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        let text = String::new();
        let mut stream = Self { response, text, waiting: VecDeque::new(), welcome: false };
        while !stream.welcome {
            stream.read().await;
        }
        stream
    }

    async fn read(&mut self) {
        let chunk = tokio::time::timeout(WAIT_MAX, self.response.chunk()).await;
        let chunk = chunk.expect("something is told in time").expect("the stream holds");
        let chunk = chunk.expect("the stream goes on");
        self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        while let Some((frame, rest)) = self.text.split_once("\n\n") {
            self.welcome |= frame.contains("welcome");
            self.waiting.extend(parse(frame));
            self.text = rest.to_owned();
        }
    }

    pub async fn next(&mut self) -> Told {
        loop {
            if let Some(told) = self.waiting.pop_front() {
                return told;
            }
            self.read().await;
        }
    }

    /// Waits until the server lets the caller go, which it looks after four times a minute.
    pub async fn ends(mut self) {
        const LOOK_MAX: Duration = Duration::from_secs(40);
        let over = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(LOOK_MAX, over).await.expect("the stream ends");
    }

    /// Everything up to the first event of this kind, which comes last.
    pub async fn until(&mut self, kind: &str) -> Vec<Told> {
        let mut told = Vec::new();
        loop {
            told.push(self.next().await);
            if told.last().is_some_and(|last| last.kind == kind) {
                return told;
            }
        }
    }
}

fn parse(frame: &str) -> Option<Told> {
    let field =
        |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = field("data")?;
    Some(Told {
        id: field("id").map(|id| id.parse().expect("a number")),
        kind: field("event").expect("a kind").to_owned(),
        data: serde_json::from_str(data).expect("JSON"),
    })
}
