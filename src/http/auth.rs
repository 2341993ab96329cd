//! Access tokens, and capabilities as handler parameters: a handler that takes [`AsCourier`] cannot
//! be reached by anybody else, and cannot forget to ask.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::RwLock;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::error::ApiError;
use crate::clock;
use crate::commands::CommandError;
use crate::db::Conn;
use crate::db::identity::{self, SigningKeyRow};
use crate::domain::access::{Caller, Subject};
use crate::domain::identity::{Role, User};
use crate::domain::ids::{ClientId, CourierId, MerchantId, UserId};
use crate::domain::review::Scope;
use crate::secrets::{Links, Seal};

const ISSUER: &str = "paceline";
/// Seconds by which clocks may differ.
const LEEWAY_S: u64 = 5;

/// What an access token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cou: Option<CourierId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mer: Option<MerchantId>,
}

/// The keys that sign and verify access tokens (EdDSA, RFC 8037).
pub struct Keys {
    kid: String,
    signer: EncodingKey,
    seal: Seal,
    links: Links,
    verifiers: RwLock<BTreeMap<String, Verifier>>,
    seen: Seen,
}

/// Tokens whose signatures were found to be right, until when they last and who sends them: a phone
/// sends the same one for a quarter of an hour. Forgotten when other keys are learned.
#[derive(Default)]
struct Seen(RwLock<HashMap<String, (i64, Caller)>>);

impl Seen {
    const MAX: usize = 20_000;

    fn find(&self, token: &str) -> Option<Caller> {
        let seen = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (ends, caller) = seen.get(token)?;
        (clock::real_now().seconds() < *ends).then(|| caller.clone())
    }

    fn keep(&self, token: &str, ends: i64, caller: &Caller) {
        let mut seen = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.len() >= Self::MAX {
            let now = clock::real_now().seconds();
            seen.retain(|_, (ends, _)| now < *ends);
        }
        if seen.len() < Self::MAX {
            seen.insert(token.to_owned(), (ends, caller.clone()));
        }
    }

    fn forget(&self) {
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }
}

struct Verifier {
    key: DecodingKey,
    public: Vec<u8>,
}

/// A JSON Web Key Set (RFC 7517).
#[derive(Serialize, JsonSchema)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// The public half of a key that signs access tokens (RFC 8037).
#[derive(Serialize, JsonSchema)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    r#use: &'static str,
    alg: &'static str,
    kid: String,
    x: String,
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    CommandError::Internal(Box::new(error))
}

impl Keys {
    /// Loads the keys, or makes the first one.
    pub async fn load(conn: &mut Conn, seal: Seal, links: Links) -> Result<Self, CommandError> {
        let mut rows = identity::signing_keys(conn).await?;
        if rows.is_empty() {
            let secret = SigningKey::from_bytes(&clock::chance());
            let pkcs8 = secret.to_pkcs8_der().map_err(internal)?;
            let row = SigningKeyRow {
                kid: URL_SAFE_NO_PAD.encode(clock::chance::<9>()),
                public_key: secret.verifying_key().to_bytes().to_vec(),
                sealed_key: seal.close(pkcs8.as_bytes()).map_err(internal)?,
                created_at: clock::real_now(),
            };
            identity::insert_signing_key(conn, &row).await?;
            rows = identity::signing_keys(conn).await?;
        }
        let newest = rows.first().ok_or(CommandError::NotFound("signing key"))?;
        let pkcs8 = seal.open(&newest.sealed_key).map_err(internal)?;
        let keys = Self {
            kid: newest.kid.clone(),
            signer: EncodingKey::from_ed_der(&pkcs8),
            seal,
            links,
            verifiers: RwLock::default(),
            seen: Seen::default(),
        };
        keys.learn(rows);
        Ok(keys)
    }

    fn learn(&self, rows: Vec<SigningKeyRow>) {
        let verifiers = rows.into_iter().map(|row| {
            let key = DecodingKey::from_ed_der(&row.public_key);
            (row.kid, Verifier { key, public: row.public_key })
        });
        let mut known = self.verifiers.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = verifiers.collect();
        self.seen.forget();
    }

    /// What seals this installation's keys.
    pub const fn seal(&self) -> &Seal {
        &self.seal
    }

    /// What makes and reads customers' links.
    pub const fn links(&self) -> &Links {
        &self.links
    }

    fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.signer)
            .map_err(|error| ApiError::Command(internal(error)))
    }

    /// An access token for a person.
    pub fn token_for_user(&self, user: &User, lasts_s: i64) -> Result<String, ApiError> {
        let iat = clock::real_now().seconds();
        self.sign(&Claims {
            iss: ISSUER.to_owned(),
            sub: user.id.to_string(),
            iat,
            exp: iat + lasts_s,
            roles: user.roles.clone(),
            cou: user.courier_id,
            mer: user.merchant_id,
        })
    }

    /// An access token for a merchant's machine.
    pub fn token_for_client(
        &self,
        client: ClientId,
        merchant: MerchantId,
        lasts_s: i64,
    ) -> Result<String, ApiError> {
        let iat = clock::real_now().seconds();
        self.sign(&Claims {
            iss: ISSUER.to_owned(),
            sub: client.to_string(),
            iat,
            exp: iat + lasts_s,
            roles: vec![Role::Merchant],
            cou: None,
            mer: Some(merchant),
        })
    }

    /// The public halves as a JSON Web Key Set (RFC 7517).
    pub fn jwks(&self) -> KeySet {
        let known = self.verifiers.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = |(kid, verifier): (&String, &Verifier)| PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            r#use: "sig",
            alg: "EdDSA",
            kid: kid.clone(),
            x: URL_SAFE_NO_PAD.encode(&verifier.public),
        };
        KeySet { keys: known.iter().map(key).collect() }
    }

    /// Who a token speaks for. `Ok(None)`: it names a key that is not known here (yet).
    fn verify(&self, token: &str) -> Result<Option<Caller>, ApiError> {
        const WRONG: ApiError = ApiError::Unauthenticated("the access token is not valid");
        if let Some(caller) = self.seen.find(token) {
            return Ok(Some(caller));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| WRONG)?;
        let kid = header.kid.ok_or(WRONG)?;
        let known = self.verifiers.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(verifier) = known.get(&kid) else { return Ok(None) };
        // The algorithm is ours to say, not the token's.
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        rules.leeway = LEEWAY_S;
        rules.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &verifier.key, &rules)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => {
                    ApiError::Unauthenticated("the access token has expired; refresh it")
                }
                _ => WRONG,
            })?
            .claims;
        let user = claims.sub.parse::<UserId>().map(Subject::User);
        let subject = user.or_else(|_| claims.sub.parse::<ClientId>().map(Subject::Client));
        let caller = Caller {
            subject: subject.map_err(|_| WRONG)?,
            roles: claims.roles,
            courier_id: claims.cou,
            merchant_id: claims.mer,
        };
        self.seen.keep(token, claims.exp, &caller);
        Ok(Some(caller))
    }
}

async fn authenticate(app: &App, token: Option<String>) -> Result<Caller, ApiError> {
    let token = token.ok_or(ApiError::Unauthenticated(
        "send an access token: Authorization: Bearer ...; log in at /v1/auth/login",
    ))?;
    if let Some(caller) = app.keys.verify(&token)? {
        return as_of_now(app, caller).await;
    }
    // Another process may have made a new key.
    let rows = identity::signing_keys(&mut *app.coop.conn().await?).await?;
    app.keys.learn(rows);
    let known = app.keys.verify(&token)?;
    as_of_now(app, known.ok_or(ApiError::Unauthenticated("the access token is not valid"))?).await
}

/// Whoever runs the co-op is looked up with each request, by one row: what was taken from them is gone at
/// once, and not when the token ends. Couriers and merchants, who are many, are taken by their tokens.
async fn as_of_now(app: &App, caller: Caller) -> Result<Caller, ApiError> {
    let Subject::User(id) = caller.subject else { return Ok(caller) };
    if !(caller.dispatches() || caller.keeps_books() || caller.represents()) {
        return Ok(caller);
    }
    let user = identity::find_user(&mut *app.coop.conn().await?, id).await?;
    let user = user.filter(|user| user.deactivated_at.is_none());
    let user = user.ok_or(ApiError::Unauthenticated("this login has been closed"))?;
    Ok(Caller { roles: user.roles, ..caller })
}

/// Whether what somebody may do is not what it was when they were let in. `false` while nobody can say.
pub async fn has_changed(app: &App, caller: &Caller) -> bool {
    match as_of_now(app, caller.clone()).await {
        Ok(now) => now.roles != caller.roles,
        Err(error) => matches!(error, ApiError::Unauthenticated(_)),
    }
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Anybody who is logged in.
pub struct AsAnyone(pub Caller);

impl FromRequest for AsAnyone {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>().cloned();
        let token = bearer(request);
        Box::pin(async move {
            let app = app.ok_or(ApiError::Unauthenticated("no application"))?;
            authenticate(&app, token).await.map(Self)
        })
    }
}

/// A capability: a type that only a caller who has it can be turned into.
macro_rules! capability {
    ($(#[$doc:meta])* $name:ident($($field:ty),+), $denied:literal, $grant:expr) => {
        $(#[$doc])*
        pub struct $name($(pub $field),+);

        impl FromRequest for $name {
            type Error = ApiError;
            type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let caller = AsAnyone::from_request(request, payload);
                Box::pin(async move {
                    let AsAnyone(caller) = caller.await?;
                    let grant: fn(Caller) -> Option<Self> = $grant;
                    grant(caller).ok_or(ApiError::Forbidden($denied))
                })
            }
        }
    };
}

capability!(
    /// Runs the installation.
    AsAdmin(Caller),
    "this needs the role admin",
    |caller| caller.administers().then_some(Self(caller))
);
capability!(
    /// Watches the board and moves work: a person, so that each act has a name.
    AsDispatcher(UserId, Caller),
    "this needs the role dispatcher",
    |caller| match caller.subject {
        Subject::User(user) if caller.dispatches() => Some(Self(user, caller)),
        Subject::User(_) | Subject::Client(_) => None,
    }
);
capability!(
    /// Reads the books.
    AsTreasurer(Caller),
    "this needs the role treasurer",
    |caller| caller.keeps_books().then_some(Self(caller))
);
capability!(
    /// Looks at couriers' questions: a dispatcher at all, a treasurer at those about pay.
    AsReviewer(Scope),
    "this needs the role dispatcher or treasurer",
    |caller| caller.reviews().map(Self)
);
capability!(
    /// Speaks for those who ride: sums, never a person.
    AsRepresentative(Caller),
    "this needs the role representative",
    |caller| caller.represents().then_some(Self(caller))
);
capability!(
    /// Rides.
    AsCourier(CourierId),
    "this needs the role courier",
    |caller| caller.rides_as().map(Self)
);
capability!(
    /// Rides, or watches the board.
    AsCrew(Caller),
    "this needs the role courier or dispatcher",
    |caller| (caller.rides_as().is_some() || caller.dispatches()).then_some(Self(caller))
);
capability!(
    /// Sees deliveries: a dispatcher all, a merchant its own.
    AsOrdering(Ordering, Caller),
    "this needs the role merchant or dispatcher",
    |caller| {
        if caller.dispatches() {
            return Some(Self(Ordering::Everybody, caller));
        }
        caller.orders_for().map(|merchant| Self(Ordering::Own(merchant), caller))
    }
);

capability!(
    /// Sees invoices: a treasurer all, a merchant its own.
    AsBilled(Ordering),
    "this needs the role merchant or treasurer",
    |caller| {
        if caller.keeps_books() {
            return Some(Self(Ordering::Everybody));
        }
        caller.orders_for().map(|merchant| Self(Ordering::Own(merchant)))
    }
);

/// Whose deliveries somebody may see and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    Everybody,
    Own(MerchantId),
}

impl Ordering {
    /// For which merchant: one that orders for itself need not say so, a dispatcher must.
    pub fn merchant(self, named: Option<MerchantId>) -> Result<MerchantId, ApiError> {
        match (self, named) {
            (Self::Own(own), None) => Ok(own),
            (Self::Own(own), Some(named)) if own == named => Ok(own),
            (Self::Own(_), Some(_)) => Err(ApiError::NotFound("merchant")),
            (Self::Everybody, Some(named)) => Ok(named),
            (Self::Everybody, None) => Err(ApiError::Invalid {
                detail: "a dispatcher says for which merchant".to_owned(),
                pointer: Some("/merchant_id".to_owned()),
            }),
        }
    }

    /// The merchant that is asked for by name, or the only one; `None`: all.
    pub fn only_or(self, named: Option<MerchantId>) -> Result<Option<MerchantId>, ApiError> {
        match self {
            Self::Everybody => Ok(named),
            Self::Own(own) if named.is_none_or(|named| named == own) => Ok(Some(own)),
            Self::Own(_) => Err(ApiError::NotFound("merchant")),
        }
    }

    /// The only merchant, if there is but one.
    pub const fn only(self) -> Option<MerchantId> {
        match self {
            Self::Everybody => None,
            Self::Own(merchant) => Some(merchant),
        }
    }
}
