//! Shifts as a calendar that other programs subscribe to: iCalendar (RFC 5545), written by hand, because
//! its known libraries bring a second notion of time along.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::domain::time::Timestamp;

/// Longest line, in bytes, without its end (section 3.1).
const LINE_MAX: usize = 75;

/// One shift.
#[derive(Clone, Debug)]
pub struct Entry {
    /// For ever the same for the same shift.
    pub uid: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Rises with every change.
    pub sequence: i32,
    pub cancelled: bool,
    pub summary: String,
    pub place: Option<String>,
}

/// A calendar with this name, as it is at `now`; times are in UTC, and `zone` is for showing them.
pub fn write(name: &str, zone: &TimeZone, now: Timestamp, entries: &[Entry]) -> String {
    let mut text = Text(String::new());
    text.line("BEGIN", "VCALENDAR");
    text.line("VERSION", "2.0");
    text.line("PRODID", "-//paceline//shifts//EN");
    text.line("METHOD", "PUBLISH");
    text.line("X-WR-CALNAME", &escaped(name));
    if let Some(zone) = zone.iana_name() {
        text.line("X-WR-TIMEZONE", zone);
    }
    text.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for entry in entries {
        text.line("BEGIN", "VEVENT");
        text.line("UID", &entry.uid);
        text.line("DTSTAMP", &instant(now));
        text.line("DTSTART", &instant(entry.from));
        text.line("DTEND", &instant(entry.to));
        text.line("SEQUENCE", &entry.sequence.to_string());
        text.line("STATUS", if entry.cancelled { "CANCELLED" } else { "CONFIRMED" });
        text.line("SUMMARY", &escaped(&entry.summary));
        if let Some(place) = &entry.place {
            text.line("LOCATION", &escaped(place));
        }
        text.line("END", "VEVENT");
    }
    text.line("END", "VCALENDAR");
    text.0
}

struct Text(String);

impl Text {
    /// A property, folded where it is too long: the rest goes on behind a blank (section 3.1).
    fn line(&mut self, name: &str, value: &str) {
        let mut room = LINE_MAX;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_MAX - 1;
            }
            self.0.push(letter);
            room -= letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// `20260302T110000Z`
fn instant(at: Timestamp) -> String {
    at.to_string().chars().filter(|c| !"-:".contains(*c)).take(15).chain(['Z']).collect()
}

/// What means something in a text is marked (section 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                // Writing into a text cannot fail.
                let _ = write!(out, "\\{letter}");
            }
            '\n' => out.push_str("\\n"),
            _ if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(summary: &str) -> Entry {
        Entry {
            uid: "sft_1@paceline.coop".to_owned(),
            from: "2026-03-02T11:00:00Z".parse().unwrap(),
            to: "2026-03-02T14:30:00Z".parse().unwrap(),
            sequence: 1,
            cancelled: true,
            summary: summary.to_owned(),
            place: Some("centre".to_owned()),
        }
    }

    fn written(summary: &str) -> String {
        let now = "2026-03-01T08:00:00Z".parse().unwrap();
        write("Shifts", &TimeZone::get("Europe/Paris").unwrap(), now, &[entry(summary)])
    }

    #[test]
    fn a_shift_is_an_event_with_its_times_and_state() {
        let text = written("Shift");
        for line in [
            "X-WR-TIMEZONE:Europe/Paris",
            "UID:sft_1@paceline.coop",
            "DTSTAMP:20260301T080000Z",
            "DTSTART:20260302T110000Z",
            "DTEND:20260302T143000Z",
            "SEQUENCE:1",
            "STATUS:CANCELLED",
            "LOCATION:centre",
        ] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
        }
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn no_word_can_end_its_line_and_no_line_is_too_long() {
        let text = written("a;b,c\\d\nEND:VEVENT\r\u{1}");
        assert!(text.contains("SUMMARY:a\\;b\\,c\\\\d\\nEND:VEVENT\r\n"), "{text}");
        let long = written(&"é".repeat(200));
        assert!(long.split("\r\n").all(|line| line.len() <= LINE_MAX), "{long}");
        let unfolded = long.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("SUMMARY:{}\r\n", "é".repeat(200))));
    }
}
