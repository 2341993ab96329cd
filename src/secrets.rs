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
        use hmac::{Hmac, KeyInit as _, Mac};
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        let signed = mac.chain_update(format!("{id}.{}.{body}", at.seconds())).finalize();
        format!("v1,{}", STANDARD.encode(signed.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
