//! Passwords, tokens and sealed keys: what is kept of a secret, and what is not.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::clock;

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

#[cfg(test)]
mod tests {
    use super::*;

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
