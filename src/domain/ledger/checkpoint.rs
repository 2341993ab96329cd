//! Checkpoints: the heads of all accounts under one signature. Whoever keeps one can prove later
//! what the books said.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::chain::{Hash, from_hex, to_hex};
use super::line::{field, number};
use super::merkle;

const LEAF_TAG: &str = "paceline-leaf-1";
const CHECKPOINT_TAG: &str = "paceline-checkpoint-1";

/// The head of an account as a leaf of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub account: String,
    pub seq: i64,
    pub head: Hash,
}

impl Leaf {
    pub fn hash(&self) -> Hash {
        let mut bytes = Vec::with_capacity(160);
        field(&mut bytes, LEAF_TAG.as_bytes());
        field(&mut bytes, self.account.as_bytes());
        number(&mut bytes, self.seq);
        field(&mut bytes, &self.head.0);
        merkle::leaf(&bytes)
    }
}

/// Puts leaves into the tree's order, by the bytes of their codes, and hashes them.
pub fn tree(leaves: &mut [Leaf]) -> Vec<Hash> {
    leaves.sort_by(|a, b| a.account.as_bytes().cmp(b.account.as_bytes()));
    leaves.iter().map(Leaf::hash).collect()
}

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// From 1.
    pub number: i64,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub issued_us: i64,
    /// How many accounts.
    pub size: i64,
    pub root: Hash,
    /// The root of the checkpoint before; zeros for the first.
    pub previous_root: Hash,
}

impl Checkpoint {
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160);
        field(&mut bytes, CHECKPOINT_TAG.as_bytes());
        number(&mut bytes, self.number);
        number(&mut bytes, self.issued_us);
        number(&mut bytes, self.size);
        field(&mut bytes, &self.root.0);
        field(&mut bytes, &self.previous_root.0);
        bytes
    }
}

/// The public half of a key that signs checkpoints: 64 small hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", inline, extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct NotaryKey([u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ledger key is a point of Ed25519, written as 64 small hexadecimal digits")]
pub struct KeyError;

impl NotaryKey {
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError)?;
        VerifyingKey::from_bytes(&bytes).map(|_| Self(bytes)).map_err(|_| KeyError)
    }

    pub const fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl std::str::FromStr for NotaryKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        from_hex::<32>(text).ok_or(KeyError).and_then(|bytes| Self::from_bytes(&bytes))
    }
}

impl std::fmt::Display for NotaryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_hex(&self.bytes()))
    }
}

impl Serialize for NotaryKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NotaryKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A checkpoint with the signature that vouches for it, as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Checkpoint")]
pub struct Signed {
    pub number: i64,
    pub issued_us: i64,
    pub size: i64,
    pub root: Hash,
    pub previous_root: Hash,
    pub key: NotaryKey,
    #[serde(serialize_with = "write_signature", deserialize_with = "read_signature")]
    #[schemars(with = "String", extend("pattern" = "^[0-9a-f]{128}$"))]
    pub signature: [u8; 64],
}

fn write_signature<S: Serializer>(signature: &[u8; 64], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&to_hex(signature))
}

fn read_signature<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 64], D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    from_hex(&text)
        .ok_or_else(|| de::Error::custom("a signature is written as 128 small hexadecimal digits"))
}

impl Signed {
    pub const fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            number: self.number,
            issued_us: self.issued_us,
            size: self.size,
            root: self.root,
            previous_root: self.previous_root,
        }
    }

    /// Whether the signature is by the key that it names.
    pub fn holds(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        let bytes = self.checkpoint().signed_bytes();
        VerifyingKey::from_bytes(&self.key.0)
            .is_ok_and(|key| key.verify_strict(&bytes, &signature).is_ok())
    }
}

/// Signs checkpoints. Ed25519 needs no chance to sign.
pub struct Notary(SigningKey);

impl Notary {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    pub fn key(&self) -> NotaryKey {
        NotaryKey(self.0.verifying_key().to_bytes())
    }

    pub fn sign(&self, checkpoint: Checkpoint) -> Signed {
        let signature = self.0.sign(&checkpoint.signed_bytes());
        let Checkpoint { number, issued_us, size, root, previous_root } = checkpoint;
        let signature = signature.to_bytes();
        Signed { number, issued_us, size, root, previous_root, key: self.key(), signature }
    }
}

impl std::fmt::Debug for Notary {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Notary").field(&self.key()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::link;
    use super::super::line::Line;
    use super::super::line::tests::example;
    use super::*;

    /// The test vector of docs/ledger-format.md.
    #[test]
    fn the_root_is_that_of_the_specification() {
        let first = example();
        let one = link(&first.account, 1, Hash::NONE, &first.canonical());
        let account = first.account.clone();
        let second = Line { seq: 2, previous: 428, balance: 856, key: "k".to_owned(), ..first };
        let two = link(&account, 2, one, &second.canonical());
        let leaf = |account: &str, seq, head| Leaf { account: account.to_owned(), seq, head };
        let mut leaves =
            [leaf("merchant:x", 1, two), leaf("coop:operations", 2, one), leaf(&account, 2, two)];
        // By bytes: "coop" comes before "cour".
        let root = merkle::root(&tree(&mut leaves));
        assert_eq!(leaves[0].account, "coop:operations");
        let document = include_str!("../../../docs/ledger-format.md");
        assert!(document.contains(&root.to_string()), "{root}");
    }

    #[test]
    fn a_signature_covers_every_figure() {
        let notary = Notary::new(&[7; 32]);
        let hash = Hash::of(b"a");
        let signed = notary.sign(Checkpoint {
            number: 3,
            issued_us: 5,
            size: 2,
            root: hash,
            previous_root: Hash::NONE,
        });
        assert!(signed.holds());
        let changed = |change: fn(&mut Signed)| {
            let mut signed = signed.clone();
            change(&mut signed);
            signed.holds()
        };
        assert!(!changed(|signed| signed.number += 1));
        assert!(!changed(|signed| signed.issued_us += 1));
        assert!(!changed(|signed| signed.size += 1));
        assert!(!changed(|signed| signed.root = Hash::NONE));
        assert!(!changed(|signed| signed.previous_root = signed.root));
        assert!(!changed(|signed| signed.key = Notary::new(&[8; 32]).key()));
        assert!(!changed(|signed| signed.signature[0] ^= 1));
        let text = serde_json::to_string(&signed).unwrap();
        assert_eq!(serde_json::from_str::<Signed>(&text).unwrap(), signed);
    }
}
