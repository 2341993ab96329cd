//! Web Push: a few words to a phone whose app is closed (RFC 8030), that only that phone can read
//! (RFC 8291), signed so that whoever passes them on knows from where they come (VAPID, RFC 8292).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;
use web_push_native::p256::pkcs8::EncodePrivateKey;
use web_push_native::p256::{PublicKey, SecretKey};
use web_push_native::{Auth, encrypt};

use super::address::{Reach, TargetError, target};
use super::web::Web;
use crate::domain::knock::Knock;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::webhook::Outcome;

/// How long a signature lasts: half of what RFC 8292 allows.
const SIGNED_FOR: Seconds = Seconds(12 * 3_600);
/// Longest address of a phone.
const ADDRESS_MAX: usize = 1_000;

/// A phone as its browser describes it (`PushSubscription`): where to send to, and the keys that make
/// a message readable there and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    address: String,
    p256dh: String,
    auth: String,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PhoneError {
    #[error("endpoint: {0}")]
    Address(#[from] TargetError),
    #[error("endpoint: it has more than {ADDRESS_MAX} bytes")]
    Long,
    #[error("keys.p256dh: it is no point of P-256 in base64url")]
    Key,
    #[error("keys.auth: it does not have 16 bytes in base64url")]
    Auth,
}

impl Phone {
    /// # Errors
    /// What is wrong with what the browser is said to have given.
    pub fn new(
        address: String,
        p256dh: String,
        auth: String,
        reach: Reach,
    ) -> Result<Self, PhoneError> {
        if address.len() > ADDRESS_MAX {
            return Err(PhoneError::Long);
        }
        target(&address, reach)?;
        let phone = Self { address, p256dh, auth };
        phone.keys()?;
        Ok(phone)
    }

    fn keys(&self) -> Result<(PublicKey, Auth), PhoneError> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let key = bytes(&self.p256dh).and_then(|key| PublicKey::from_sec1_bytes(&key).ok());
        let auth = bytes(&self.auth).and_then(|auth| <[u8; 16]>::try_from(auth).ok());
        Ok((key.ok_or(PhoneError::Key)?, auth.ok_or(PhoneError::Auth)?.into()))
    }

    /// What tells one phone from another.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.address).into()
    }
}

/// What the app's service worker is told.
#[derive(Serialize)]
struct Message<'a> {
    title: &'a str,
    body: &'a str,
    tag: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    sub: &'a str,
}

/// A message could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a push message could not be made: {0}")]
pub struct PushError(String);

/// Says words to phones.
#[derive(Clone)]
pub struct Pusher {
    web: Web,
    signer: EncodingKey,
    key: String,
    /// Whom a push service may write to.
    contact: String,
}

impl Pusher {
    /// Signs with a key of its own, made of the installation's secret: phones know it, so it stays the
    /// same as long as that does. `contact` is a `https:` or `mailto:` address, or empty.
    pub fn new(web: Web, secret: &[u8; 32], contact: String) -> Result<Self, PushError> {
        // One in 2^32 hashes is no key of this curve.
        let secret = (0..=u8::MAX).find_map(|round| {
            let hash = Sha256::new().chain_update(b"paceline web push").chain_update([round]);
            SecretKey::from_slice(&hash.chain_update(secret).finalize()).ok()
        });
        let secret = secret.ok_or_else(|| PushError("no key".to_owned()))?;
        let der = secret.to_pkcs8_der().map_err(|error| PushError(error.to_string()))?;
        let key = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes());
        Ok(Self { web, signer: EncodingKey::from_ec_der(der.as_bytes()), key, contact })
    }

    /// What a phone needs to let nobody else knock: the point of P-256 in base64url.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Says it once. What the phone has not heard by `knock.ends_at` is dropped on the way: `now` is the
    /// co-op's time, and `real` that of everybody else.
    ///
    /// # Errors
    /// If the message cannot be encrypted or signed.
    pub async fn say(
        &self,
        to: &Phone,
        knock: &Knock,
        now: Timestamp,
        real: Timestamp,
    ) -> Result<Outcome, PushError> {
        let failed = |error: &dyn std::fmt::Display| PushError(error.to_string());
        let message = Message { title: &knock.title, body: &knock.body, tag: knock.tag };
        let message = serde_json::to_vec(&message).map_err(|error| failed(&error))?;
        let (key, auth) = to.keys().map_err(|error| failed(&error))?;
        let sealed = encrypt(message, &key, &auth).map_err(|error| failed(&error))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
        let urgency = if knock.urgent { "high" } else { "normal" };
        let values = [
            (HeaderName::from_static("ttl"), knock.ends_at.since(now).or_zero().0.to_string()),
            (HeaderName::from_static("urgency"), urgency.to_owned()),
            (HeaderName::from_static("topic"), knock.tag.to_owned()),
            (AUTHORIZATION, self.signed(&to.address, real)?),
        ];
        for (name, value) in values {
            headers.insert(name, HeaderValue::from_str(&value).map_err(|error| failed(&error))?);
        }
        Ok(self.web.post(&to.address, headers, sealed).await)
    }

    /// The header by which a push service knows whose message it is: of no use to any other.
    fn signed(&self, address: &str, at: Timestamp) -> Result<String, PushError> {
        let url = Url::parse(address).map_err(|error| PushError(error.to_string()))?;
        let claims = Claims {
            aud: url.origin().ascii_serialization(),
            exp: (at + SIGNED_FOR).seconds(),
            sub: &self.contact,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signer);
        let token = token.map_err(|error| PushError(error.to_string()))?;
        Ok(format!("vapid t={token}, k={}", self.key))
    }
}
