//! Text that a person typed: trimmed, bounded, without control characters.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// One to `MAX` characters, trimmed, no control characters except line breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// A person's or a shop's name.
pub type Name = Text<200>;
/// A postal address as one line.
pub type Address = Text<500>;
/// A reason or a remark.
pub type Note = Text<1000>;
/// What the courier should know on the way.
pub type Instructions = Text<2000>;
/// The merchant's own number for a delivery.
pub type Reference = Text<100>;
/// A mark of the dispatchers' own.
pub type Tag = Text<40>;
/// A telephone number as it was given.
pub type Phone = Text<40>;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("must not be longer than {max} characters, this has {chars}")]
    TooLong { max: usize, chars: usize },
    #[error("must not contain control characters")]
    Control,
}

impl<const MAX: usize> Text<MAX> {
    /// The only way in.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        let text = raw.trim();
        let chars = text.chars().count();
        if chars == 0 {
            return Err(TextError::Empty);
        }
        if chars > MAX {
            return Err(TextError::TooLong { max: MAX, chars });
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(TextError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = Cow::<'de, str>::deserialize(from)?;
        Self::new(&raw).map_err(de::Error::custom)
    }
}

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Text{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX,
            // Something that is seen, and no control character but line breaks.
            "pattern": r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_bounded() {
        assert_eq!(Text::<5>::new("  café ").unwrap().as_str(), "café");
        assert_eq!(Text::<5>::new(" \n "), Err(TextError::Empty));
        assert_eq!(Text::<3>::new("abcd"), Err(TextError::TooLong { max: 3, chars: 4 }));
        assert_eq!(Text::<9>::new("a\0b"), Err(TextError::Control));
    }
}
