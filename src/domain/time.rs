//! Instants, spans and windows. Integers only: replay must be exact.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in UTC, in whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", extend("format" = "date-time", "pattern" = "^(19[7-9][0-9]|[2-9][0-9]{3})-"))]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 instant, or lies outside the years 1970 to 9999.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an RFC 3339 time with an offset, such as 2026-03-01T12:30:00+01:00")]
pub struct TimestampError(String);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Time passed since `earlier`, in whole seconds rounded down; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds((self.0 - earlier.0).div_euclid(1000))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// RFC 3339 with any offset; the fraction is cut to milliseconds.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let error = || TimestampError(text.chars().take(40).collect());
        let instant: jiff::Timestamp = text.parse().map_err(|_| error())?;
        let millis = instant.as_millisecond();
        // 9999-12-31T23:59:59Z, the last instant that RFC 3339 can write.
        if (0..=253_402_300_799_000).contains(&millis) { Ok(Self(millis)) } else { Err(error()) }
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-03-01T11:30:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;
    fn add(self, span: Seconds) -> Self {
        Self(self.0 + span.0 * 1000)
    }
}

impl Sub<Seconds> for Timestamp {
    type Output = Self;
    fn sub(self, span: Seconds) -> Self {
        Self(self.0 - span.0 * 1000)
    }
}

/// A span of time in whole seconds; may be negative.
#[derive(
    JsonSchema,
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Seconds(pub i64);

impl Seconds {
    pub const ZERO: Self = Self(0);

    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60)
    }

    /// Negative spans become zero.
    pub fn or_zero(self) -> Self {
        Self(self.0.max(0))
    }
}

impl Add for Seconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Seconds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        Self(spans.map(|span| span.0).sum())
    }
}

/// When a stop may be served: not before `after`, promised by `before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "RawWindow")]
pub struct TimeWindow {
    after: Timestamp,
    before: Timestamp,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TimeWindowError {
    #[error("the window ends at {before}, which is not after its start {after}")]
    Empty { after: Timestamp, before: Timestamp },
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    after: Timestamp,
    before: Timestamp,
}

impl TryFrom<RawWindow> for TimeWindow {
    type Error = TimeWindowError;
    fn try_from(raw: RawWindow) -> Result<Self, TimeWindowError> {
        Self::new(raw.after, raw.before)
    }
}

impl TimeWindow {
    /// The only way in: `before` must be later than `after`.
    pub fn new(after: Timestamp, before: Timestamp) -> Result<Self, TimeWindowError> {
        if before > after {
            Ok(Self { after, before })
        } else {
            Err(TimeWindowError::Empty { after, before })
        }
    }

    pub const fn after(self) -> Timestamp {
        self.after
    }

    pub const fn before(self) -> Timestamp {
        self.before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_come_in_and_utc_goes_out() {
        let at: Timestamp = "2026-03-01T12:30:00.2509+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-03-01T11:30:00.250Z");
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in ["", "noon", "2026-03-01", "2026-03-01T12:30:00", "1969-12-31T00:00:00Z"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_window_cannot_end_before_it_starts() {
        let at = Timestamp::from_seconds;
        assert!(TimeWindow::new(at(10), at(11)).is_ok());
        assert!(TimeWindow::new(at(10), at(10)).is_err());
        let raw = r#"{"after":"2026-03-01T12:00:00Z","before":"2026-03-01T11:00:00Z"}"#;
        assert!(serde_json::from_str::<TimeWindow>(raw).is_err());
    }
}
