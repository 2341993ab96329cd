//! What comes in: strict JSON bodies, path ids, queries, and the key of a request.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::App;
use super::error::ApiError;
use super::json::Json;
use crate::commands::Once;
use crate::domain::access::{Caller, Subject};
use crate::domain::time::{Seconds, Timestamp};

type Later<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// A JSON body of the asked-for form, and the hash of its bytes.
pub struct Body<T> {
    pub value: T,
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let incoming = Incoming::of(request, payload);
        Box::pin(async move {
            if !incoming.json {
                return Err(incoming.too_large().err().unwrap_or(ApiError::NotJson));
            }
            let bytes = incoming.read().await?;
            Ok(Self { value: parse(&bytes)?, hash: Sha256::digest(&bytes).into() })
        })
    }
}

/// The bytes of a picture, at most [`PICTURE_BYTES_MAX`].
pub struct Picture(pub Vec<u8>);

/// What a phone's camera makes, and some more.
const PICTURE_BYTES_MAX: usize = 12 << 20;

impl FromRequest for Picture {
    type Error = ApiError;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let incoming = Incoming { bytes_max: PICTURE_BYTES_MAX, ..Incoming::of(request, payload) };
        Box::pin(async move { incoming.read().await.map(Self) })
    }
}

/// A JSON body that may be left out: then it says what an empty one would.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let incoming = Incoming::of(request, payload);
        Box::pin(async move {
            let json = incoming.json;
            let bytes = incoming.read().await?;
            match bytes.as_slice() {
                [] => Ok(Self(T::default())),
                _ if !json => Err(ApiError::NotJson),
                bytes => parse(bytes).map(Self),
            }
        })
    }
}

/// The body of a request that says all by its address.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A body on its way in.
struct Incoming {
    /// Whether it calls itself JSON.
    json: bool,
    /// Its length, where it says so.
    announced: Option<usize>,
    bytes_max: usize,
    payload: Payload,
}

impl Incoming {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Self {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let json = header(header::CONTENT_TYPE).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or("").trim();
            essence.eq_ignore_ascii_case("application/json")
        });
        let bytes_max =
            request.app_data::<Data<App>>().map_or(1 << 20, |app| app.config.server.body_bytes_max);
        let announced = header(header::CONTENT_LENGTH).and_then(|value| value.parse().ok());
        Self { json, announced, bytes_max, payload: payload.take() }
    }

    fn too_large(&self) -> Result<(), ApiError> {
        if self.announced.is_some_and(|bytes| bytes > self.bytes_max) {
            return Err(ApiError::TooLarge { bytes_max: self.bytes_max });
        }
        Ok(())
    }

    async fn read(mut self) -> Result<Vec<u8>, ApiError> {
        self.too_large()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk: Bytes = chunk.map_err(|error| ApiError::Malformed {
                detail: format!("the body broke off: {error}"),
                pointer: None,
            })?;
            if bytes.len() + chunk.len() > self.bytes_max {
                return Err(ApiError::TooLarge { bytes_max: self.bytes_max });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Strict JSON; a fault is told with its place, which is looked for only where there is one.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if let Ok(value) = T::deserialize(read(bytes)?) {
        return Ok(value);
    }
    serde_path_to_error::deserialize(read(bytes)?).map_err(|error| ApiError::Invalid {
        detail: error.inner().to_string(),
        pointer: Some(pointer(error.path())),
    })
}

fn read(bytes: &[u8]) -> Result<Json, ApiError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::Malformed { detail: error.to_string(), pointer: None })
}

/// A path as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{}", escape(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The id in the path. One that cannot exist is not found.
pub struct PathId<T>(pub T);

impl<T: FromStr + 'static> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        std::future::ready(id.map(Self).ok_or(ApiError::NotFound("thing with this id")))
    }
}

/// The query, strict like a body.
pub fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ApiError> {
    Query::<T>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|error| ApiError::Invalid { detail: format!("query: {error}"), pointer: None })
}

/// A query that is a span of time and nothing else.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Span {
    /// From when to when: up to `now`, and from the `usual` time before, where nothing else is asked
    /// for.
    pub fn or_last(self, usual: Seconds, now: Timestamp) -> (Timestamp, Timestamp) {
        let to = self.to.unwrap_or(now);
        (self.from.unwrap_or(to - usual), to)
    }
}

/// The `Idempotency-Key` of a request, if it has one.
pub struct Key(Option<String>);

impl FromRequest for Key {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else {
            return std::future::ready(Ok(Self(None)));
        };
        let visible = |key: &&str| key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let key = value.to_str().ok().filter(visible);
        let key = key.filter(|key| (1..=100).contains(&key.len()));
        std::future::ready(match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(ApiError::Invalid {
                detail: "Idempotency-Key has 1 to 100 visible ASCII characters".to_owned(),
                pointer: None,
            }),
        })
    }
}

impl Key {
    /// The key in the scope of who asks and what for.
    pub fn once<T>(self, caller: &Caller, what: &str, body: &Body<T>) -> Option<Once> {
        let who = match caller.subject {
            Subject::User(id) => id.to_string(),
            Subject::Client(id) => id.to_string(),
        };
        self.0.map(|key| Once { scope: format!("{who} {what}"), key, body_hash: body.hash })
    }
}
