//! Passwords, tokens and sealed keys: what is kept of a secret, and what is not.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::domain::ids::TaskId;
use crate::domain::time::Timestamp;

/// A token with 256 bits of chance, safe in URLs and headers.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(clock::chance::<32>())
}

/// What is kept of a token. Fast on purpose: 256 bits of chance need no slow hash.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares in a time that tells nothing.
pub fn same_hash(a: &[u8], b: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    a.ct_eq(b).into()
}

/// A password could not be hashed: out of memory, or the server is stopping.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(String);

/// Argon2id with the library's defaults (19 MiB, 2 passes: OWASP's first choice). Takes tens of
/// milliseconds, so it runs beside the request loop.
pub async fn hash_password(password: String) -> Result<String, HashError> {
    let hashing = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    let hashed = hashing.await.map_err(|error| HashError(error.to_string()))?;
    hashed.map_err(|error| HashError(error.to_string()))
}

/// Whether the password is the one of `hash`. Without a hash (no such user) the same work is done,
/// so that the time taken does not tell who exists.
pub async fn verify_password(password: String, hash: Option<String>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$\
                          6sUkJ0vJ3k5o0Yb0bX2v1m7m0bq3k7l8m9n0o1p2q3s";
    let checking = tokio::task::spawn_blocking(move || {
        let text = hash.as_deref().unwrap_or(NOBODY);
        let fits = PasswordHash::new(text).is_ok_and(|parsed| {
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
        });
        fits && hash.is_some()
    });
    checking.await.unwrap_or(false)
}

/// Seals private keys for storage: XChaCha20-Poly1305 under the installation's secret.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

/// The sealed bytes are damaged, or were sealed by another installation's secret.
#[derive(Debug, thiserror::Error)]
#[error("a sealed key does not open: was the installation's secret (secret.key) replaced?")]
pub struct SealError;

const NONCE_BYTES: usize = 24;

impl Seal {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(secret.into()))
    }

    /// Nonce and ciphertext.
    pub fn close(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = clock::chance::<NONCE_BYTES>();
        let sealed = self.0.encrypt(&XNonce::from(nonce), plain).map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
        self.0.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| SealError)
    }
}

/// Makes and reads links that say for themselves what they open and until when.
#[derive(Clone)]
pub struct Links([u8; 32]);

/// Task id, and seconds since 1970 at which the link ends.
const LINK_BYTES: usize = 16 + 8;
/// 128 bits are enough where a guess costs a request.
const LINK_MAC_BYTES: usize = 16;

impl Links {
    /// A key of its own, so that no other signature of this installation opens a link.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"paceline tracking links")
                .chain_update(secret)
                .finalize()
                .into(),
        )
    }

    fn mac(&self, what: &[u8]) -> [u8; LINK_MAC_BYTES] {
        let whole: [u8; 32] = hmac_sha256(&self.0, what);
        let mut part = [0; LINK_MAC_BYTES];
        part.copy_from_slice(&whole[..LINK_MAC_BYTES]);
        part
    }

    /// Safe in URLs.
    fn make(&self, task: TaskId, ends_at: Timestamp) -> String {
        let what = [task.uuid().as_bytes().as_slice(), &ends_at.seconds().to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode([what.as_slice(), &self.mac(&what)].concat())
    }

    /// The address of a door's page below `base`, or its path alone where that is empty.
    pub fn address(&self, base: &str, door: TaskId, ends_at: Timestamp) -> String {
        format!("{}/t/{}", base.trim_end_matches('/'), self.make(door, ends_at))
    }

    /// What it opens; `None` if it is not one of ours, or its time is over.
    pub fn open(&self, link: &str, now: Timestamp) -> Option<TaskId> {
        let bytes = URL_SAFE_NO_PAD.decode(link).ok()?;
        let (what, mac) = bytes.split_first_chunk::<LINK_BYTES>()?;
        if !same_hash(&self.mac(what), mac) {
            return None;
        }
        let (task, ends) = what.split_first_chunk::<16>()?;
        let ends = Timestamp::from_seconds(i64::from_be_bytes(ends.try_into().ok()?));
        (now < ends).then(|| TaskId::from_uuid(uuid::Uuid::from_bytes(*task)))
    }
}

fn hmac_sha256(key: &[u8], what: &[u8]) -> [u8; 32] {
    use hmac::{Hmac, KeyInit as _, Mac};
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(what).finalize().into_bytes().into()
}

/// What a webhook's messages are signed with (Standard Webhooks 1.0, symmetric).
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    pub fn fresh() -> Self {
        Self(clock::chance::<32>().to_vec())
    }

    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// `whsec_` and the bytes in base64, as receivers' libraries take it.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// `v1,` and the HMAC-SHA256 of id, seconds since 1970 and body, joined by dots.
    pub fn sign(&self, id: &str, at: Timestamp, body: &str) -> String {
        let signed = hmac_sha256(&self.0, format!("{id}.{}.{body}", at.seconds()).as_bytes());
        format!("v1,{}", STANDARD.encode(signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_until_its_time_is_over_and_only_whole() {
        let links = Links::new(&[7; 32]);
        let (now, task) =
            (Timestamp::from_seconds(1000), TaskId::from_uuid(uuid::Uuid::from_u128(5)));
        let link = links.make(task, Timestamp::from_seconds(1001));
        assert_eq!(links.open(&link, now), Some(task));
        assert_eq!(links.open(&link, Timestamp::from_seconds(1001)), None);
        assert_eq!(Links::new(&[8; 32]).open(&link, now), None);
        for place in 0..link.len() {
            let mut damaged = link.clone().into_bytes();
            damaged[place] = if damaged[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(links.open(&String::from_utf8(damaged).unwrap(), now), None, "{place}");
        }
        assert_eq!(links.open("", now), None);
    }

    #[test]
    fn a_signature_is_the_one_of_the_reference() {
        // The example in the reference libraries' own tests.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = WebhookSecret::from_bytes(secret);
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_seconds(1_614_265_330));
        let signed = secret.sign(id, at, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_sealed_opens_only_whole_and_with_the_same_secret() {
        let seal = Seal::new(&[7; 32]);
        let mut sealed = seal.close(b"key").unwrap();
        assert_eq!(seal.open(&sealed).unwrap(), b"key");
        assert!(Seal::new(&[8; 32]).open(&sealed).is_err());
        sealed[30] ^= 1;
        assert!(seal.open(&sealed).is_err());
        assert!(seal.open(b"short").is_err());
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let hash = hash_password("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse".to_owned(), Some(hash.clone())).await);
        assert!(!verify_password("wrong horse".to_owned(), Some(hash)).await);
        assert!(!verify_password("anything".to_owned(), None).await);
    }
}
