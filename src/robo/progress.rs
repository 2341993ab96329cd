//! How far it has come: a bar on a terminal, a few plain lines elsewhere. Written to stderr.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two plain lines, in real time.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// Where progress is shown.
#[derive(Debug)]
pub struct Progress {
    look: Look,
}

#[derive(Debug)]
enum Look {
    Bar(ProgressBar),
    Lines(Mutex<Lines>),
}

#[derive(Debug)]
struct Lines {
    what: String,
    done: usize,
    whole: usize,
    next_at: Instant,
}

impl Progress {
    /// A bar if a person is watching, else lines.
    pub fn new() -> Self {
        let look = if std::io::stderr().is_terminal() {
            Look::Bar(ProgressBar::no_length())
        } else {
            let (what, next_at) = (String::new(), Instant::now() + LINE_EVERY);
            Look::Lines(Mutex::new(Lines { what, done: 0, whole: 0, next_at }))
        };
        Self { look }
    }

    /// A new thing of `whole` steps begins.
    pub fn begin(&self, what: &str, whole: usize) {
        match &self.look {
            Look::Bar(bar) => {
                let style =
                    ProgressStyle::with_template("{prefix:.bold} {bar:30} {pos}/{len} {wide_msg}");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar.set_prefix(what.to_owned());
                bar.set_length(whole as u64);
                bar.set_position(0);
                bar.set_message("");
            }
            Look::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                (lines.what, lines.done, lines.whole) = (what.to_owned(), 0, whole);
                eprintln!("{what}: {whole}");
            }
        }
    }

    /// One step more.
    pub fn step(&self) {
        match &self.look {
            Look::Bar(bar) => bar.inc(1),
            Look::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.done += 1;
                lines.tell("");
            }
        }
    }

    /// `done` steps so far, and a word on how it stands.
    pub fn show(&self, done: usize, message: String) {
        match &self.look {
            Look::Bar(bar) => {
                bar.set_position(done as u64);
                bar.set_message(message);
            }
            Look::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.done = done;
                lines.tell(&message);
            }
        }
    }

    /// Takes the bar off the screen.
    pub fn end(&self) {
        if let Look::Bar(bar) = &self.look {
            bar.finish_and_clear();
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Lines {
    fn tell(&mut self, message: &str) {
        if Instant::now() >= self.next_at {
            self.next_at = Instant::now() + LINE_EVERY;
            eprintln!("{}: {}/{} {message}", self.what, self.done, self.whole);
        }
    }
}
