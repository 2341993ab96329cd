//! The chain over an account's lines: each hash holds the one before, so that no line can be
//! changed, left out or put in without changing every hash behind it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::line::{Line, field, number};

const CHAIN_TAG: &str = "paceline-chain-1";

/// A SHA-256, written as 64 small hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", inline, extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands before the first line.
    pub const NONE: Self = Self([0; 32]);

    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is written as 64 small hexadecimal digits")]
pub struct HashError;

/// Bytes from small hexadecimal digits; anything else is an error, so that one value has one form.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Small hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

impl FromStr for Hash {
    type Err = HashError;
    fn from_str(text: &str) -> Result<Self, HashError> {
        from_hex(text).map(Self).ok_or(HashError)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The hash of a line from the one before it and the line's canonical bytes.
pub fn link(account: &str, seq: i64, before: Hash, canonical: &[u8]) -> Hash {
    let mut bytes = Vec::with_capacity(128 + canonical.len());
    field(&mut bytes, CHAIN_TAG.as_bytes());
    field(&mut bytes, account.as_bytes());
    number(&mut bytes, seq);
    field(&mut bytes, &before.0);
    field(&mut bytes, canonical);
    Hash::of(&bytes)
}

/// Where an account stands: after so many lines, with this balance and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LedgerHead")]
pub struct Head {
    pub seq: i64,
    pub balance: i64,
    pub hash: Hash,
}

impl Head {
    /// Before the first line.
    pub const START: Self = Self { seq: 0, balance: 0, hash: Hash::NONE };

    /// The head after a line that follows on this one.
    ///
    /// # Errors
    /// What does not fit: the number, the balance before or after, or the hash that is `claimed`.
    pub fn follow(self, line: &Line, claimed: Hash) -> Result<Self, Misfit> {
        if self.seq.checked_add(1) != Some(line.seq) {
            return Err(Misfit::Seq { expected: self.seq.saturating_add(1), found: line.seq });
        }
        if line.previous != self.balance {
            return Err(Misfit::Previous { expected: self.balance, found: line.previous });
        }
        if line.previous.checked_add(line.amount) != Some(line.balance) {
            return Err(Misfit::Balance);
        }
        let hash = link(&line.account, line.seq, self.hash, &line.canonical());
        if hash != claimed {
            return Err(Misfit::Hash { expected: hash, found: claimed });
        }
        Ok(Self { seq: line.seq, balance: line.balance, hash })
    }
}

/// Why a line does not follow on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("line {expected} should stand here, not line {found}")]
    Seq { expected: i64, found: i64 },
    #[error("the balance before it is {expected}, and it says {found}")]
    Previous { expected: i64, found: i64 },
    #[error("its balance is not the one before and its amount")]
    Balance,
    #[error("its hash should be {expected}, and is {found}: it is not as it was booked")]
    Hash { expected: Hash, found: Hash },
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::example;
    use super::*;

    /// The test vector of docs/ledger-format.md: the hash of the first line and of one behind it.
    #[test]
    fn the_hashes_are_those_of_the_specification() {
        let first = example();
        let one = link(&first.account, 1, Hash::NONE, &first.canonical());
        let second = Line { seq: 2, previous: 428, balance: 856, key: "k".to_owned(), ..first };
        let two = link(&second.account, 2, one, &second.canonical());
        let document = include_str!("../../../docs/ledger-format.md");
        for hash in [one, two] {
            assert!(document.contains(&hash.to_string()), "{hash}");
        }
    }

    #[test]
    fn a_line_follows_only_on_the_one_before_it() {
        let line = example();
        let hash = link(&line.account, 1, Hash::NONE, &line.canonical());
        let head = Head::START.follow(&line, hash).unwrap();
        assert_eq!(head, Head { seq: 1, balance: 428, hash });
        assert!(matches!(head.follow(&line, hash), Err(Misfit::Seq { expected: 2, found: 1 })));
        let changed = |change: fn(&mut Line)| {
            let mut line = example();
            change(&mut line);
            Head::START.follow(&line, hash)
        };
        assert!(matches!(changed(|line| line.previous = 1), Err(Misfit::Previous { .. })));
        assert_eq!(changed(|line| line.amount = 429), Err(Misfit::Balance));
        assert!(matches!(changed(|line| line.detail += " "), Err(Misfit::Hash { .. })));
        assert!(matches!(changed(|line| line.occurred_us += 1), Err(Misfit::Hash { .. })));
    }

    #[test]
    fn a_hash_has_one_written_form() {
        let text = Hash::of(b"").to_string();
        assert_eq!(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(text.parse(), Ok(Hash::of(b"")));
        assert_eq!(text.to_uppercase().parse::<Hash>(), Err(HashError));
        assert_eq!(text[1..].parse::<Hash>(), Err(HashError));
    }
}
