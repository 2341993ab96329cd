//! The number by which French offices know an enterprise.

use std::fmt;
use std::str::FromStr;

/// Nine digits, the last of which checks the others (Luhn, ISO/IEC 7812-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siren(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SIREN has nine digits, and the last one fits the others")]
pub struct SirenError;

impl FromStr for Siren {
    type Err = SirenError;

    /// With or without spaces.
    fn from_str(text: &str) -> Result<Self, SirenError> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        let values: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(10)).collect();
        let values = values.filter(|values| values.len() == 9).ok_or(SirenError)?;
        // Every second digit from the right counts twice, by the sum of its digits.
        let sum: u32 = values
            .iter()
            .rev()
            .enumerate()
            .map(|(place, value)| match (place % 2, *value) {
                (0, value) => value,
                (_, value) => value * 2 / 10 + value * 2 % 10,
            })
            .sum();
        if sum.is_multiple_of(10) { Ok(Self(digits)) } else { Err(SirenError) }
    }
}

impl fmt::Display for Siren {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        // The example of the national statistics office.
        assert_eq!("732 829 320".parse::<Siren>().unwrap().to_string(), "732829320");
        for text in ["732829321", "73282932", "7328293200", "73282932O", ""] {
            assert_eq!(text.parse::<Siren>(), Err(SirenError), "{text}");
        }
    }
}
