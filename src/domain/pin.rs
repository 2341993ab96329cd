//! The number that a customer says at the door, and how often it may be got wrong.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::handover::HandoverError;

/// Wrong ones until a stop takes none any more.
pub const PIN_TRIES_MAX: u8 = 5;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a PIN is four digits")]
pub struct PinError;

/// Four digits that the customer says at the door. Whoever writes one into a log writes stars.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^[0-9]{4}$"))]
pub struct Pin(String);

impl Pin {
    /// Each of the ten thousand is as likely as any other, to within one in 400,000.
    pub fn of_chance(chance: [u8; 4]) -> Self {
        Self(format!("{:04}", u32::from_be_bytes(chance) % 10_000))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(PinError) }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(****)")
    }
}

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// The PIN of a stop, and how often somebody has got it wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    pub pin: Pin,
    pub wrong: u8,
}

impl Guard {
    /// How many tries there still are.
    pub const fn left(&self) -> u8 {
        PIN_TRIES_MAX.saturating_sub(self.wrong)
    }

    /// Looks at a PIN, if there are tries left.
    ///
    /// # Errors
    /// [`HandoverError::PinLocked`] before anything is looked at; a wrong one is to be counted.
    pub fn check(&self, given: Option<&Pin>) -> Result<(), HandoverError> {
        if self.left() == 0 {
            return Err(HandoverError::PinLocked);
        }
        match given {
            None => Err(HandoverError::PinMissing),
            Some(given) if *given == self.pin => Ok(()),
            Some(_) => Err(HandoverError::PinWrong { left: self.left() - 1 }),
        }
    }
}
