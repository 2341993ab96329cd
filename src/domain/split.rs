//! Who has which part of what a shop pays: value added tax on top, and below it a voted key.
//!
//! Prices are before VAT, as between businesses they are, and as price books and quotes have it
//! already: the tax comes on top and is the tax office's as a whole. What the members vote on is the
//! rest. So a change of the tax changes what a shop pays, and nobody's part.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::money::{scale, split};

/// The largest weight and the largest sum of weights that make sense.
const WEIGHT_MAX: u32 = 1_000_000;

/// The voted key: weights of the parts of a price before VAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitKey {
    pub version: String,
    /// For those who ride.
    pub couriers: u32,
    /// For the co-op itself.
    pub coop: u32,
    /// For members in need.
    pub mutual_fund: u32,
}

/// Why a text is no key.
#[derive(Debug, thiserror::Error)]
pub enum SplitKeyError {
    #[error("not a key: {0}")]
    Text(#[from] toml::de::Error),
    #[error("weights lie between 0 and {WEIGHT_MAX}, and one of them is not 0")]
    Weights,
    #[error("the version is 1 to 100 characters long")]
    Version,
}

impl SplitKey {
    /// Reads a voted text.
    ///
    /// # Errors
    /// [`SplitKeyError`]: not these settings and no others, or weights that part nothing.
    pub fn parse(text: &str) -> Result<Self, SplitKeyError> {
        let key: Self = toml::from_str(text)?;
        if !(1..=100).contains(&key.version.chars().count()) {
            return Err(SplitKeyError::Version);
        }
        let weights = key.weights();
        if weights.iter().any(|weight| *weight > WEIGHT_MAX) || weights.iter().sum::<u32>() == 0 {
            return Err(SplitKeyError::Weights);
        }
        Ok(key)
    }

    const fn weights(&self) -> [u32; 3] {
        [self.couriers, self.coop, self.mutual_fund]
    }
}

/// Everything that the parts of a price are reckoned from. Kept with what was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Before VAT, in minor units; negative where something is given back.
    pub net: i64,
    /// On top, in hundredths of a percent.
    pub vat_basis_points: i64,
    pub key: SplitKey,
}

/// A price in its parts, in minor units. All have the sign of the price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PriceParts")]
pub struct Parts {
    pub vat: i64,
    pub couriers: i64,
    pub coop: i64,
    pub mutual_fund: i64,
}

impl Parts {
    /// Before VAT.
    pub const fn net(&self) -> i64 {
        self.couriers + self.coop + self.mutual_fund
    }

    /// What is paid.
    pub const fn gross(&self) -> i64 {
        self.net() + self.vat
    }
}

impl Split {
    /// The parts: VAT rounded half away from zero, the rest by largest remainder, so that they sum to
    /// the net price to the cent. By weights that are all 0, which no vote lets pass, the co-op has it.
    pub fn parts(&self) -> Parts {
        let vat = scale(self.net, self.vat_basis_points, 10_000);
        match split(self.net, &self.key.weights()).as_slice() {
            [couriers, coop, mutual_fund] => {
                Parts { vat, couriers: *couriers, coop: *coop, mutual_fund: *mutual_fund }
            }
            _ => Parts { vat, couriers: 0, coop: self.net, mutual_fund: 0 },
        }
    }

    /// What was booked before prices were split: the co-op has all of it, and no tax is known.
    pub fn whole(net: i64) -> Self {
        let key = SplitKey { version: "none".to_owned(), couriers: 0, coop: 1, mutual_fund: 0 };
        Self { net, vat_basis_points: 0, key }
    }

    /// The same rate and key of so many hundredths of the amount, rounded half away from zero.
    pub fn share(&self, percent: u8) -> Self {
        self.of(scale(self.net, i64::from(percent), 100))
    }

    /// The same rate and key of another amount before VAT.
    pub fn of(&self, net: i64) -> Self {
        Self { net, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(couriers: u32, coop: u32, mutual_fund: u32) -> SplitKey {
        SplitKey { version: "t".to_owned(), couriers, coop, mutual_fund }
    }

    #[test]
    fn tax_comes_on_top_and_the_rest_is_parted() {
        let of = |net| Split { net, vat_basis_points: 2000, key: key(72, 25, 3) }.parts();
        let parts = Parts { vat: 120, couriers: 432, coop: 150, mutual_fund: 18 };
        assert_eq!(of(600), parts);
        assert_eq!(of(600).gross(), 720);
        // 0.72, 0.25 and 0.03 of a cent: the couriers have it.
        assert_eq!(of(1), Parts { vat: 0, couriers: 1, coop: 0, mutual_fund: 0 });
    }

    #[test]
    fn the_founding_key_reads_and_a_wrong_one_does_not() {
        let founding = include_str!("../../config/policy/split.toml");
        let parse = |from: &str, to: &str| SplitKey::parse(&founding.replace(from, to));
        assert_eq!(parse("", "").unwrap().weights(), [72, 25, 3]);
        assert!(matches!(parse("coop =", "cop ="), Err(SplitKeyError::Text(_))));
        assert!(matches!(parse("coop = 25", "coop = -1"), Err(SplitKeyError::Text(_))));
        assert!(matches!(parse("coop = 25", "coop = 1000001"), Err(SplitKeyError::Weights)));
        assert!(matches!(parse("\"founding-1\"", "\"\""), Err(SplitKeyError::Version)));
        let nothing = "version = \"0\"\ncouriers = 0\ncoop = 0\nmutual_fund = 0\n";
        assert!(matches!(SplitKey::parse(nothing), Err(SplitKeyError::Weights)));
    }

    proptest! {
        #[test]
        fn no_cent_is_lost_and_what_is_given_back_is_the_same_parts(
            net in -1_000_000_000i64..1_000_000_000, vat_basis_points in 0i64..=10_000,
            couriers in 0u32..=1_000_000, coop in 0u32..=1_000_000, mutual_fund in 0u32..=1_000_000,
        ) {
            let split = Split { net, vat_basis_points, key: key(couriers, coop, mutual_fund) };
            let parts = split.parts();
            prop_assert_eq!(parts.net(), net);
            let back = split.of(-net).parts();
            prop_assert_eq!(back.gross(), -parts.gross());
            prop_assert_eq!((back.couriers, back.vat), (-parts.couriers, -parts.vat));
        }
    }
}
