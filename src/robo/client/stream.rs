//! Reading server-sent events: resumes after the last one seen, never gives up.

use std::collections::VecDeque;
use std::time::Duration;

use super::api::jittered;
use super::call::Call;
use super::error::CallError;
use super::session::Session;

/// The server says something at least every 15 s; a silence this long is a dead connection.
const SILENCE_MAX: Duration = Duration::from_secs(40);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// One event of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub id: Option<String>,
    pub kind: String,
    pub data: String,
}

/// What the reader noticed.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Connected, again or for the first time: whoever keeps a copy should look again.
    Opened,
    Event(Event),
    /// The connection broke; the reader goes on trying.
    Lost(CallError),
}

/// A stream that outlives its connections.
#[derive(Debug)]
pub struct Events<'a> {
    session: &'a Session,
    call: Call,
    open: Option<reqwest::Response>,
    frames: Frames,
    waiting: VecDeque<Event>,
    last_event_id: Option<String>,
    pause: Option<Duration>,
}

impl<'a> Events<'a> {
    /// Follows `GET /v1/stream`, from now on or from just after `last_event_id`.
    pub fn follow(session: &'a Session, last_event_id: Option<String>) -> Self {
        Self {
            session,
            call: Call::get("/v1/stream", &[]).once(),
            open: None,
            frames: Frames::default(),
            waiting: VecDeque::new(),
            last_event_id,
            pause: None,
        }
    }

    /// The next thing heard. Waits as long as it takes.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                if event.id.is_some() {
                    self.last_event_id.clone_from(&event.id);
                }
                return Heard::Event(event);
            }
            let Some(response) = self.open.as_mut() else {
                return self.reopen().await;
            };
            let cause = match tokio::time::timeout(SILENCE_MAX, response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    self.waiting.extend(self.frames.push(&bytes));
                    continue;
                }
                Ok(Ok(None)) => "the server closed the stream".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("silent for {} s", SILENCE_MAX.as_secs()),
            };
            self.open = None;
            return Heard::Lost(CallError::NoAnswer { call: self.call.name(), cause });
        }
    }

    async fn reopen(&mut self) -> Heard {
        if let Some(pause) = self.pause {
            tokio::time::sleep(jittered(pause)).await;
        }
        let longer = self.pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
        self.frames = Frames::default();
        match self.session.open_stream(&self.call, self.last_event_id.as_deref()).await {
            Ok(response) => {
                self.open = Some(response);
                self.pause = Some(FIRST_PAUSE);
                Heard::Opened
            }
            Err(error) => {
                self.pause = Some(longer);
                Heard::Lost(error)
            }
        }
    }
}

/// Cuts a byte stream into events (WHATWG HTML, 9.2.6). Comments are dropped.
#[derive(Debug, Default)]
struct Frames {
    line: Vec<u8>,
    event: Event,
}

impl Frames {
    fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line);
            let line = line.strip_suffix('\r').unwrap_or(&line);
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                if !event.data.is_empty() {
                    events.push(event);
                }
            } else {
                self.field(line);
            }
        }
        events
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => self.event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.event.kind),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {} // A comment (empty name), `retry`, or something newer than this reader.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_the_bytes_are_cut() {
        let text = ": hello\n\nid: 7\nevent: offer.made\ndata: {\"a\":\ndata: 1}\n\nevent: resync\r\ndata: {}\r\n\r\n";
        let expected = [
            Event { id: Some("7".into()), kind: "offer.made".into(), data: "{\"a\":\n1}".into() },
            Event { id: None, kind: "resync".into(), data: "{}".into() },
        ];
        for size in [1, 3, text.len()] {
            let mut frames = Frames::default();
            let events: Vec<Event> =
                text.as_bytes().chunks(size).flat_map(|bytes| frames.push(bytes)).collect();
            assert_eq!(events, expected, "in pieces of {size}");
        }
    }
}
