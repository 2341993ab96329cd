//! Account numbers at banks.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// How long the numbers of each country are that takes part in SEPA (IBAN registry of ISO 13616).
const LENGTHS: [(&str, usize); 42] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];

/// An International Bank Account Number that a SEPA transfer can reach, without spaces. Length and
/// check digits fit (ISO 13616).
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", inline, extend("minLength" = 15, "maxLength" = 50))]
pub struct Iban(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    #[error("an IBAN is two letters, two digits, and then letters and digits without accents")]
    Form,
    #[error("{0} takes no part in SEPA: no transfer in euros gets there")]
    Country(String),
    #[error("an IBAN of {country} has {expected} characters, this has {found}")]
    Length { country: String, expected: usize, found: usize },
    #[error("the check digits of this IBAN do not fit: is there a slip in it?")]
    Check,
}

impl FromStr for Iban {
    type Err = IbanError;

    /// With or without spaces, in capitals or not.
    fn from_str(text: &str) -> Result<Self, IbanError> {
        let iban: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let iban = iban.to_ascii_uppercase();
        let (head, rest) = iban.split_at_checked(4).ok_or(IbanError::Form)?;
        let (country, check) = head.split_at_checked(2).ok_or(IbanError::Form)?;
        let letters = country.bytes().all(|byte| byte.is_ascii_uppercase());
        let digits = check.bytes().all(|byte| byte.is_ascii_digit());
        let both = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !(letters && digits && rest.bytes().all(both)) {
            return Err(IbanError::Form);
        }
        let known = LENGTHS.iter().find(|(known, _)| *known == country);
        let country = country.to_owned();
        let Some((_, expected)) = known else { return Err(IbanError::Country(country)) };
        if iban.len() != *expected {
            return Err(IbanError::Length { country, expected: *expected, found: iban.len() });
        }
        // Letters count from 10; the whole, its head behind the rest, is 1 modulo 97 (ISO 7064).
        let left = rest.chars().chain(head.chars()).fold(0, |sum: u32, c| match c.to_digit(36) {
            Some(value) if value < 10 => (sum * 10 + value) % 97,
            Some(value) => (sum * 100 + value) % 97,
            None => sum,
        });
        // Of the digits that are the same modulo 97, only 02 to 98 are given out.
        if left != 1 || matches!(check, "00" | "01" | "99") {
            return Err(IbanError::Check);
        }
        Ok(Self(iban))
    }
}

impl Iban {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country and the last four: enough to tell one's own accounts apart.
    pub fn masked(&self) -> String {
        format!("{}...{}", &self.0[..2], &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl<'de> Deserialize<'de> for Iban {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of the IBAN registry.
    const EXAMPLES: [&str; 5] = [
        "FR14 2004 1010 0505 0001 3M02 606",
        "de89 3704 0044 0532 0130 00",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "BE68 5390 0754 7034",
    ];

    #[test]
    fn the_registrys_examples_are_known() {
        for text in EXAMPLES {
            let iban: Iban = text.parse().unwrap();
            assert_eq!(iban.as_str(), text.replace(' ', "").to_uppercase());
        }
        assert_eq!(EXAMPLES[1].parse::<Iban>().unwrap().masked(), "DE...3000");
    }

    #[test]
    fn no_slip_of_one_digit_or_letter_goes_through() {
        for text in EXAMPLES {
            let iban = text.parse::<Iban>().unwrap().0;
            for (place, was) in iban.char_indices().skip(2) {
                let (before, after) = (&iban[..place], &iban[place + 1..]);
                let like = if was.is_ascii_digit() { '0'..='9' } else { 'A'..='Z' };
                for other in like.filter(|other| *other != was) {
                    let slip = format!("{before}{other}{after}");
                    assert!(slip.parse::<Iban>().is_err(), "{slip}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| text.parse::<Iban>().unwrap_err();
        assert_eq!(error("DE88370400440532013000"), IbanError::Check);
        assert!(matches!(error("DE8937040044053201300"), IbanError::Length { found: 21, .. }));
        assert_eq!(error("BR1500000000000010932840814P2"), IbanError::Country("BR".to_owned()));
        for text in
            ["", "FR14", "1234567890123456", "é89370400440532013000", "DE8937040044053201300-"]
        {
            let error = error(text);
            let length = text == "FR14" && matches!(error, IbanError::Length { found: 4, .. });
            assert!(error == IbanError::Form || length, "{text}: {error}");
        }
    }
}
