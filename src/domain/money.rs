//! Money: whole minor units and a currency. No floats, one rounding rule, no cent lost.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An ISO 4217 code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", inline, extend("pattern" = "^[A-Z]{3}$"))]
pub struct Currency([u8; 3]);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a currency code of three capital letters, such as EUR")]
pub struct CurrencyError(String);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        match *text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(CurrencyError(text.chars().take(10).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// An amount in minor units (cents) of one currency. May be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

impl fmt::Display for Money {
    /// `12.05 EUR`. Two decimals, which holds for every currency a co-op uses so far.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let cents = self.amount.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", cents / 100, cents % 100, self.currency)
    }
}

/// `amount * numerator / denominator`, rounded half away from zero: the one rounding rule.
/// Reckoned in 128 bits, so no product of two amounts can overflow; saturates beyond 64 bits.
///
/// # Panics
/// If `denominator` is not positive: it is a constant of the caller.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range just before")]
pub fn scale(amount: i64, numerator: i64, denominator: i64) -> i64 {
    assert!(denominator > 0, "denominator {denominator}");
    let product = i128::from(amount) * i128::from(numerator);
    let denominator = i128::from(denominator);
    let rounded = (product.abs() + denominator / 2) / denominator * product.signum();
    rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// Divides `amount` in proportion to `weights` by largest remainder (Hamilton's method): the parts
/// always sum to the whole. Ties go to the earlier part.
///
/// Returns no parts when there is no positive weight.
#[expect(clippy::cast_possible_truncation, reason = "a part is never larger than the whole")]
pub fn split(amount: i64, weights: &[u32]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if total == 0 {
        return Vec::new();
    }
    let shares = weights.iter().map(|&weight| i128::from(amount.abs()) * i128::from(weight));
    let mut parts: Vec<i64> = shares.clone().map(|share| (share / total) as i64).collect();
    let mut by_remainder: Vec<(i128, usize)> =
        shares.enumerate().map(|(index, share)| (-(share % total), index)).collect();
    by_remainder.sort_unstable();
    let missing = amount.abs() - parts.iter().sum::<i64>();
    for &(_, index) in by_remainder.iter().take(missing as usize) {
        parts[index] += 1;
    }
    parts.iter().map(|part| part * amount.signum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([scale(5, 1, 10), scale(-5, 1, 10), scale(4, 1, 10)], [1, -1, 0]);
        assert_eq!(scale(i64::MAX, i64::MAX, 1), i64::MAX);
    }

    #[test]
    fn the_odd_cent_goes_to_the_largest_remainder() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(-5, &[70, 30]), [-4, -1]);
        assert_eq!(split(5, &[0, 0]), [0; 0]);
    }

    proptest! {
        #[test]
        fn a_split_loses_no_cent(amount in -1_000_000_000i64..1_000_000_000, weights in prop::collection::vec(0u32..10_000, 1..9)) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let parts = split(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            prop_assert!(parts.iter().zip(&weights).all(|(&part, &weight)| weight > 0 || part == 0));
        }
    }
}
